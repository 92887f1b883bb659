"""How well the sneakers found in a photo are the ones labelled there: matched one to one, measured, and summed up.

Every labelled sneaker counts once, with the IoU of the prediction matched to it and 0 when there is none; so the
median IoU is over instances. Dice and pixel accuracy are those of a photo's whole foreground (all sneakers united),
as papers on segmenting garments give them. What lies in an ignored region is taken out of truth and prediction alike.
Photos without a sneaker count for false positives alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geometry.region import Region
from core.geometry.tracing import region_from_mask
from core.labels.instance import Side
from core.metrics.intervals import Statistic, bootstrap_interval
from core.metrics.mask_overlap import contour_distance, mask_dice

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

ACCEPTED_IOU = 0.5
NEAR_SHARE = 0.1
# A pair is even when the shoe of which less is seen shows at least so much as the other, by their areas.
EVEN_SHARE = 0.5
_MOSTLY = 0.5
_OUTLINE_TOLERANCE_PX = 0.75


@dataclass(frozen=True, slots=True)
class TrueMask:
    """A labelled sneaker: (H, W) bool, and the foot it is for where that is known."""

    mask: Mask
    side: Side = Side.UNKNOWN


@dataclass(frozen=True, slots=True)
class FoundMask:
    """A sneaker found: (H, W) bool of its region, which is kept for distances below a pixel; score 0..1."""

    mask: Mask
    region: Region
    score: float = 1.0
    side: Side = Side.UNKNOWN


@dataclass(frozen=True, slots=True)
class PhotoScores:
    """What one photo adds to the figures.

    ious: of each labelled sneaker, 0 where nothing was found. boundary_px: mean two-way contour distance of those
    found with IoU >= 0.5. dice, pixel_accuracy: of the foreground, nan where no sneaker is. sides: of those found with
    IoU >= 0.5, whether the foot is right, where both know it. pair_split: whether each of a near pair was found, None
    where there is no pair; even_pair_split: of even ones alone. owners: of each prediction the index of the sneaker
    that it was matched to, or None.
    """

    ious: tuple[float, ...]
    boundary_px: tuple[float, ...]
    dice: float
    pixel_accuracy: float
    false_positives: int
    sides: tuple[bool, ...]
    pair_split: bool | None
    owners: tuple[int | None, ...]
    even_pair_split: bool | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure over photos with its 95 % bootstrap interval; nan where there is nothing to measure. n: values."""

    value: float
    interval: tuple[float, float] | None
    n: int


@dataclass(frozen=True, slots=True)
class SubsetScores:
    """The figures of a set of photos; the module's docstring says what each is over."""

    images: int
    n_instances: int
    iou_median: Figure
    dice_mean: Figure
    boundary_px_median: Figure
    recall_05: Figure
    false_positives_per_image: Figure
    pixel_accuracy: Figure
    pairs_split_right: Figure
    even_pairs_split_right: Figure
    side_accuracy: Figure


def photo_scores(
    truths: Sequence[TrueMask], founds: Sequence[FoundMask], *, ignored: Mask | None = None
) -> PhotoScores:
    """Measure the predictions of one photo against its labels; all masks (H, W). ignored: what does not count.

    A prediction that is no sneaker's at IoU >= 0.5 is a false positive, unless more than half of it is ignored.
    """
    valid = None if ignored is None or not ignored.any() else ~ignored
    true_masks = [_within(truth.mask, valid) for truth in truths]
    found_masks = [_within(found.mask, valid) for found in founds]
    counts = [mask.any() for mask in true_masks]  # a sneaker that is wholly ignored is none
    matches = matched_by_iou(iou_table(true_masks, found_masks))
    accepted = {one: (other, iou) for one, (other, iou) in matches.items() if iou >= ACCEPTED_IOU}
    owners: list[int | None] = [None] * len(founds)
    for one, (other, _) in matches.items():
        owners[other] = one
    right = {other for other, _ in accepted.values()}
    wrong = [index for index in range(len(founds)) if index not in right]
    false_positives = sum(not _mostly_ignored(founds[index].mask, found_masks[index]) for index in wrong)
    dice = accuracy = float("nan")
    if any(counts):
        dice, accuracy = _foreground(true_masks, found_masks, valid=valid)
    pairs = [pair for pair in _near_pairs(true_masks) if counts[pair[0]] and counts[pair[1]]]
    return PhotoScores(
        ious=tuple(matches[one][1] if one in matches else 0.0 for one, is_there in enumerate(counts) if is_there),
        boundary_px=tuple(
            _boundary_px(true_masks[one], founds[other], None if valid is None else found_masks[other])
            for one, (other, _) in accepted.items()
        ),
        dice=dice,
        pixel_accuracy=accuracy,
        false_positives=false_positives,
        sides=tuple(
            truths[one].side is founds[other].side
            for one, (other, _) in accepted.items()
            if Side.UNKNOWN not in (truths[one].side, founds[other].side)
        ),
        pair_split=_all_in(pairs, accepted),
        owners=tuple(owners),
        even_pair_split=_all_in([pair for pair in pairs if _is_even(true_masks, pair)], accepted),
    )


def pixel_accuracy(truth: Mask, found: Mask, valid: Mask | None = None) -> float:
    """Share of the (valid) pixels of two (H, W) masks that agree; 1 where no pixel is valid."""
    agree = truth == found
    if valid is None:
        return float(agree.mean()) if agree.size else 1.0
    total = int(np.count_nonzero(valid))
    return int(np.count_nonzero(agree & valid)) / total if total else 1.0


def iou_table(truths: Sequence[Mask], founds: Sequence[Mask]) -> Array:
    """(T, F) IoU of every pair of (H, W) masks."""
    table = np.zeros((len(truths), len(founds)))
    for one, truth in enumerate(truths):
        for other, found in enumerate(founds):
            box = _common_box(truth, found)
            if box is not None:
                together = int(np.count_nonzero(truth[box] & found[box]))
                total = int(np.count_nonzero(truth)) + int(np.count_nonzero(found))
                table[one, other] = together / (total - together)
    return table


def matched_by_iou(ious: Array) -> dict[int, tuple[int, float]]:
    """Row -> (column, IoU): one to one, the largest of the (T, F) table first; what does not overlap stays alone."""
    matches: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for flat in np.argsort(-ious, axis=None, kind="stable"):
        row, column = (int(index) for index in np.unravel_index(flat, ious.shape))
        if ious[row, column] <= 0:
            break
        if row not in matches and column not in taken:
            matches[row] = (column, float(ious[row, column]))
            taken.add(column)
    return matches


def summed_up(photos: Sequence[PhotoScores]) -> SubsetScores:
    """The figures of several photos; intervals come from drawing photos anew, as shoes of one photo are alike."""

    def figure(values: Sequence[Sequence[float]], statistic: Statistic) -> Figure:
        flat = np.array([value for group in values for value in group], dtype=np.float64)
        if not len(flat):
            return Figure(float("nan"), None, 0)
        photo_of = np.repeat(np.arange(len(values)), [len(group) for group in values])
        value = float(np.median(flat) if statistic is Statistic.MEDIAN else flat.mean())
        return Figure(value, bootstrap_interval(flat, photo_of, statistic=statistic), len(flat))

    def of_photos(values: Sequence[float]) -> list[list[float]]:
        return [[] if np.isnan(value) else [value] for value in values]

    def of_pairs(values: Sequence[bool | None]) -> list[list[float]]:
        return [[] if value is None else [float(value)] for value in values]

    ious = [photo.ious for photo in photos]
    return SubsetScores(
        images=len(photos),
        n_instances=sum(map(len, ious)),
        iou_median=figure(ious, Statistic.MEDIAN),
        dice_mean=figure(of_photos([photo.dice for photo in photos]), Statistic.MEAN),
        boundary_px_median=figure([photo.boundary_px for photo in photos], Statistic.MEDIAN),
        recall_05=figure([[float(iou >= ACCEPTED_IOU) for iou in group] for group in ious], Statistic.MEAN),
        false_positives_per_image=figure([[float(photo.false_positives)] for photo in photos], Statistic.MEAN),
        pixel_accuracy=figure(of_photos([photo.pixel_accuracy for photo in photos]), Statistic.MEAN),
        pairs_split_right=figure(of_pairs([photo.pair_split for photo in photos]), Statistic.MEAN),
        even_pairs_split_right=figure(of_pairs([photo.even_pair_split for photo in photos]), Statistic.MEAN),
        side_accuracy=figure([[float(right) for right in photo.sides] for photo in photos], Statistic.MEAN),
    )


def scores_to_json(scores: SubsetScores) -> dict[str, Any]:
    """One flat object: a figure by its name, its interval as NAME_ci, None for what could not be measured."""
    content: dict[str, Any] = {"images": scores.images, "n_instances": scores.n_instances}
    for name in FIGURES:
        figure: Figure = getattr(scores, name)
        content[name] = None if np.isnan(figure.value) else figure.value
        content[f"{name}_ci"] = None if figure.interval is None else list(figure.interval)
    counts = {"pairs": scores.pairs_split_right.n, "even_pairs": scores.even_pairs_split_right.n}
    return content | counts | {"n_sides": scores.side_accuracy.n}


FIGURES = (
    "iou_median",
    "dice_mean",
    "boundary_px_median",
    "recall_05",
    "false_positives_per_image",
    "pixel_accuracy",
    "pairs_split_right",
    "even_pairs_split_right",
    "side_accuracy",
)


def _within(mask: Mask, valid: Mask | None) -> Mask:
    return mask if valid is None else mask & valid


def _mostly_ignored(whole: Mask, within: Mask) -> bool:
    return int(np.count_nonzero(within)) < _MOSTLY * int(np.count_nonzero(whole))


def _foreground(truths: Sequence[Mask], founds: Sequence[Mask], *, valid: Mask | None) -> tuple[float, float]:
    """Dice and pixel accuracy of all sneakers united."""
    truth = np.logical_or.reduce(truths)
    found = np.logical_or.reduce(founds) if founds else np.zeros_like(truth)
    return mask_dice(truth, found), pixel_accuracy(truth, found, valid)


def _boundary_px(truth: Mask, found: FoundMask, cut: Mask | None) -> float:
    """Mean two-way distance; the found outline itself, or the trace of its pixels where part of it is ignored."""
    outline = found.region if cut is None else region_from_mask(cut, tolerance_px=_OUTLINE_TOLERANCE_PX)
    return contour_distance(region_from_mask(truth, tolerance_px=_OUTLINE_TOLERANCE_PX), outline).mean_px


def _near_pairs(masks: Sequence[Mask]) -> list[tuple[int, int]]:
    """Pairs that touch, or whose boxes are nearer than a tenth of the longer shoe's box."""
    boxes = [_box(mask) for mask in masks]
    pairs = []
    for one, other in combinations(range(len(masks)), 2):
        a, b = boxes[one], boxes[other]
        if a is None or b is None:
            continue
        gap = np.maximum(0, np.maximum(a[:2], b[:2]) - np.minimum(a[2:], b[2:]))
        length = max((a[2:] - a[:2]).max(), (b[2:] - b[:2]).max())
        if np.hypot(*gap) < NEAR_SHARE * length:
            pairs.append((one, other))
    return pairs


def _is_even(masks: Sequence[Mask], pair: tuple[int, int]) -> bool:
    areas = sorted(int(np.count_nonzero(masks[one])) for one in pair)
    return areas[0] >= EVEN_SHARE * areas[1]


def _all_in(pairs: Sequence[tuple[int, int]], accepted: Mapping[int, object]) -> bool | None:
    return all(one in accepted for pair in pairs for one in pair) if pairs else None


def _common_box(a: Mask, b: Mask) -> tuple[slice, slice] | None:
    boxes = _box(a), _box(b)
    if boxes[0] is None or boxes[1] is None:
        return None
    (x0, y0), (x1, y1) = np.maximum(boxes[0][:2], boxes[1][:2]), np.minimum(boxes[0][2:], boxes[1][2:])
    return (slice(y0, y1), slice(x0, x1)) if x0 < x1 and y0 < y1 else None


def _box(mask: Mask) -> NDArray[np.int64] | None:
    """(x0, y0, x1, y1) of the mask's pixels, None for an empty one."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]) if len(rows) else None
