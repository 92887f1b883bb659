"""What a study says of its arms: figures over photos and seeds, differences of two arms, each with its interval.

Two things move a figure: which photos it is measured on, and the seed of the training. Photos are drawn anew
(percentile bootstrap). Seeds are too few for that (drawing three anew gives intervals that are far too narrow), so
they add what Student's t makes of how they differ, for two arms Welch's (1947). The two half widths are added as
independent errors are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.intervals import CONFIDENCE, ROUNDS, Statistic
from core.metrics.mask_scores import ACCEPTED_IOU, Figure, PhotoScores

Array = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PhotoFigures:
    """What is kept of one measured photo; the fields are those of PhotoScores, nan as None."""

    ious: tuple[float, ...]
    dice: float | None
    pixel_accuracy: float | None
    false_positives: int
    pair_split: bool | None

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {name: getattr(self, name) for name in self.__slots__}

    @staticmethod
    def from_json(content: Mapping[str, Any]) -> PhotoFigures:
        """What `to_json` wrote; raises KeyError or TypeError when it is damaged."""
        return PhotoFigures(
            tuple(float(iou) for iou in content["ious"]),
            content["dice"],
            content["pixel_accuracy"],
            int(content["false_positives"]),
            content["pair_split"],
        )

    @staticmethod
    def of(scores: PhotoScores) -> PhotoFigures:
        """The part of a photo's scores that a study needs."""
        dice, accuracy = (None if np.isnan(value) else value for value in (scores.dice, scores.pixel_accuracy))
        return PhotoFigures(scores.ious, dice, accuracy, scores.false_positives, scores.pair_split)


# The photos of one run, by name.
Measured = Mapping[str, PhotoFigures]


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that can be made of photos. of: the values a photo gives, perhaps none; most: it can reach."""

    key: str
    title: str
    statistic: Statistic
    of: Callable[[PhotoFigures], Sequence[float]]
    more_is_better: bool = True
    digits: int = 3
    most: float = 1.0


IOU = Measure("iou_median", "IoU median", Statistic.MEDIAN, lambda photo: photo.ious)
DICE = Measure("dice_mean", "Dice", Statistic.MEAN, lambda photo: _given(photo.dice))
RECALL = Measure(
    "recall_05", "recall", Statistic.MEAN, lambda photo: [float(iou >= ACCEPTED_IOU) for iou in photo.ious], digits=2
)
FALSE_POSITIVES = Measure(
    "false_positives_per_image",
    "false positives a photo",
    Statistic.MEAN,
    lambda photo: [float(photo.false_positives)],
    more_is_better=False,
    digits=2,
    most=float("inf"),
)
PIXEL_ACCURACY = Measure(
    "pixel_accuracy", "pixel accuracy", Statistic.MEAN, lambda photo: _given(photo.pixel_accuracy), digits=4
)
PAIRS = Measure(
    "pairs_split_right", "pairs split right", Statistic.MEAN, lambda photo: _given(photo.pair_split), digits=2
)


@dataclass(frozen=True, slots=True)
class _Samples:
    """(N,) values, sorted, and of each the seed and the photo it is from."""

    values: Array
    seed: Places
    photo: Places
    seeds: int


def figure_of(runs: Sequence[Measured], names: Sequence[str], measure: Measure) -> Figure:
    """A measure over the photos `names` of all runs (one a seed) together; nan where there is no value."""
    samples = _samples(runs, names, measure)
    figure = _figure(
        [samples], measure, lambda values: values[0], seeds_error=_seeds_error([_by_seed(samples, measure)])
    )
    return _within(figure, 0.0, measure.most)


def difference_of(
    runs: Sequence[Measured],
    others: Sequence[Measured],
    names: Sequence[str],
    measure: Measure,
    *,
    same_nets: bool = False,
) -> Figure:
    """How much more a measure is in `runs` than in `others`; the photos are the same, so they are drawn for both.

    same_nets: run k of both is of one net looked with in two ways, so what differs is told for each net.
    """
    both = [_samples(one, names, measure) for one in (runs, others)]
    by_seed = [_by_seed(samples, measure) for samples in both]
    if same_nets and len(by_seed[0]) == len(by_seed[1]):
        by_seed = [by_seed[0] - by_seed[1]]
    figure = _figure(both, measure, lambda values: values[0] - values[1], seeds_error=_seeds_error(by_seed))
    return _within(figure, -measure.most, measure.most)


def verdict_of(difference: Figure, *, more_is_better: bool = True) -> str:
    """better, worse or not told apart, by whether the interval has zero in it; unknown without an interval."""
    if difference.interval is None:
        return "unknown"
    low, high = difference.interval
    if low <= 0 <= high:
        return "not told apart"
    return "better" if (low > 0) == more_is_better else "worse"


def text_of(figure: Figure, *, digits: int = 3, signed: bool = False) -> str:
    """A figure and its interval, as in a table."""
    if not figure.n or np.isnan(figure.value):
        return "–"
    form = f"{{:{'+' if signed else ''}.{digits}f}}"
    text = form.format(figure.value)
    if figure.interval is None:
        return text
    low, high = (form.format(value) for value in figure.interval)
    return f"{text} [{low}, {high}]"


def figure_to_json(figure: Figure) -> dict[str, Any]:
    """value, interval and n; None for what is not known."""
    value = None if np.isnan(figure.value) else figure.value
    return {"value": value, "interval": None if figure.interval is None else list(figure.interval), "n": figure.n}


def _given(value: float | None) -> list[float]:
    return [] if value is None else [float(value)]


def _samples(runs: Sequence[Measured], names: Sequence[str], measure: Measure) -> _Samples:
    rows = [
        (value, seed, place)
        for seed, run in enumerate(runs)
        for place, name in enumerate(names)
        for value in measure.of(run[name])
    ]
    rows.sort(key=lambda row: row[0])
    values, seeds, places = zip(*rows, strict=True) if rows else ((), (), ())
    return _Samples(np.array(values, float), np.array(seeds, np.int64), np.array(places, np.int64), len(runs))


def _figure(
    several: Sequence[_Samples],
    measure: Measure,
    joined: Callable[[Sequence[Array]], Array],
    *,
    seeds_error: float,
) -> Figure:
    count = min(len(samples.values) for samples in several)
    if not count:
        return Figure(float("nan"), None, 0)
    even = [np.ones((1, len(samples.values))) for samples in several]
    value = float(joined([_statistic(a, b, measure) for a, b in zip(several, even, strict=True)])[0])
    photos = np.unique(np.concatenate([samples.photo for samples in several]))
    if len(photos) < 2:
        return Figure(value, None, count)
    random = np.random.default_rng(0)
    times = random.multinomial(len(photos), np.full(len(photos), 1 / len(photos)), size=ROUNDS).astype(np.float64)
    weights = [times[:, np.searchsorted(photos, samples.photo)] for samples in several]
    drawn = joined([_statistic(a, b, measure) for a, b in zip(several, weights, strict=True)])
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.nanpercentile(drawn, [tail, 100 - tail])
    below, above = (np.hypot(max(room, 0.0), seeds_error) for room in (value - low, high - value))
    return Figure(value, (float(value - below), float(value + above)), count)


def _within(figure: Figure, least: float, most: float) -> Figure:
    """The figure, its interval kept to what is possible."""
    if figure.interval is None:
        return figure
    low, high = figure.interval
    return Figure(figure.value, (max(low, least), min(high, most)), figure.n)


def _by_seed(samples: _Samples, measure: Measure) -> Array:
    """(S,) the statistic of each seed alone; seeds without a value are left out."""
    weights = (samples.seed[None] == np.arange(samples.seeds)[:, None]).astype(np.float64)
    if not weights.size:
        return np.zeros(0)
    figures = _statistic(samples, weights, measure)
    return figures[~np.isnan(figures)]


def _seeds_error(by_seed: Sequence[Array]) -> float:
    """Half of the 95 % interval that the mean of some seeds (or the difference of two such means) has by its seeds.

    0 where there is one seed only: then nothing is known of it.
    """
    # scipy is loaded when a page is made, not with the names of this file.
    from scipy.stats import t

    parts = [float(values.var(ddof=1)) / len(values) for values in by_seed if len(values) > 1]
    if len(parts) < len(by_seed) or not sum(parts):
        return 0.0
    freedom = sum(parts) ** 2 / sum(part**2 / (len(values) - 1) for part, values in zip(parts, by_seed, strict=True))
    return float(t.ppf(0.5 + CONFIDENCE / 2, freedom)) * float(np.sqrt(sum(parts)))


def _statistic(samples: _Samples, weights: Array, measure: Measure) -> Array:
    """(R,) the statistic for each row of (R, N) whole-numbered weights; nan where a row is all zero."""
    total = weights.sum(axis=1)
    if measure.statistic is Statistic.MEAN:
        return np.asarray(np.where(total > 0, weights @ samples.values, np.nan) / np.maximum(total, 1))
    cumulated = weights.cumsum(axis=1)
    last = len(samples.values) - 1
    below = np.minimum((cumulated < total[:, None] / 2).sum(axis=1), last)
    above = np.minimum((cumulated <= total[:, None] / 2).sum(axis=1), last)
    return np.asarray(np.where(total > 0, (samples.values[below] + samples.values[above]) / 2, np.nan))
