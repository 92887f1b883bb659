from __future__ import annotations

import math

import numpy as np
import pytest

from core.training.study_figures import (
    DICE,
    FALSE_POSITIVES,
    IOU,
    PAIRS,
    RECALL,
    PhotoFigures,
    difference_of,
    figure_of,
    text_of,
    verdict_of,
)

NAMES = [f"photo {number}" for number in range(12)]


def run(level: float, *, seed: int = 0) -> dict[str, PhotoFigures]:
    random = np.random.default_rng(seed)
    values = np.clip(level + 0.02 * random.standard_normal(len(NAMES)), 0, 1)
    return {
        name: PhotoFigures((float(v), float(v)), float(v), float(v), 0, None)
        for name, v in zip(NAMES, values, strict=True)
    }


def test_a_figure_lies_within_its_interval() -> None:
    figure = figure_of([run(0.8), run(0.8, seed=1)], NAMES, IOU)
    assert figure.interval is not None
    assert figure.interval[0] <= figure.value <= figure.interval[1]
    assert figure.value == pytest.approx(0.8, abs=0.02)
    assert figure.n == 2 * 2 * len(NAMES)


def test_seeds_that_differ_widen_the_interval() -> None:
    alike, apart = (figure_of(runs, NAMES, DICE) for runs in ([run(0.7), run(0.7)], [run(0.5), run(0.9)]))
    assert alike.interval and apart.interval
    assert apart.interval[1] - apart.interval[0] > 5 * (alike.interval[1] - alike.interval[0])


def test_a_clear_difference_is_told_and_none_is_not() -> None:
    more = difference_of([run(0.9), run(0.9)], [run(0.6), run(0.6)], NAMES, IOU)
    assert more.value == pytest.approx(0.3, abs=0.03)
    assert verdict_of(more) == "better"
    assert verdict_of(more, more_is_better=False) == "worse"
    assert verdict_of(difference_of([run(0.8)], [run(0.8)], NAMES, DICE)) == "not told apart"


def test_three_seeds_of_chance_alone_are_rarely_told_apart() -> None:
    random = np.random.default_rng(5)
    told = 0
    for _ in range(60):
        levels = 0.7 + 0.05 * random.standard_normal(6)
        runs = [run(float(level), seed=place) for place, level in enumerate(levels)]
        told += verdict_of(difference_of(runs[:3], runs[3:], NAMES, DICE)) != "not told apart"
    assert told <= 6


def test_one_net_looked_with_in_two_ways_is_compared_net_by_net() -> None:
    first, second = [run(0.5), run(0.9)], [run(0.53), run(0.93)]
    apart, together = (difference_of(second, first, NAMES, DICE, same_nets=same) for same in (False, True))
    assert verdict_of(apart) == "not told apart"
    assert verdict_of(together) == "better"


def test_recall_counts_sneakers_and_false_positives_count_photos() -> None:
    photos = {"a": PhotoFigures((0.9, 0.2), 0.6, 0.9, 3, True), "b": PhotoFigures((0.6,), 0.7, 0.9, 0, None)}
    assert figure_of([photos], ["a", "b"], RECALL).value == pytest.approx(2 / 3)
    assert figure_of([photos], ["a", "b"], FALSE_POSITIVES).value == 1.5
    pairs = figure_of([photos], ["a", "b"], PAIRS)
    assert (pairs.value, pairs.interval, pairs.n) == (1.0, None, 1)


def test_nothing_measured_is_no_figure() -> None:
    figure = figure_of([], NAMES, IOU)
    assert math.isnan(figure.value)
    assert text_of(figure) == "–"
    assert verdict_of(figure) == "unknown"


def test_a_photo_comes_back_from_json() -> None:
    photo = PhotoFigures((0.25, 0.5), None, 0.75, 2, False)
    assert PhotoFigures.from_json(photo.to_json()) == photo
