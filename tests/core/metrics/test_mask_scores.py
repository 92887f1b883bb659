"""Scores of found masks against labelled ones: matching, what counts as what, and figures with intervals."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.geometry.region import EMPTY_REGION, Region
from core.geometry.tracing import region_from_mask
from core.labels.instance import Side
from core.metrics.intervals import Statistic, bootstrap_interval
from core.metrics.mask_ap import RatedPhoto, mask_average_precision
from core.metrics.mask_scores import (
    FIGURES,
    FoundMask,
    PhotoScores,
    TrueMask,
    iou_table,
    matched_by_iou,
    photo_scores,
    pixel_accuracy,
    scores_to_json,
    summed_up,
)

SIZE = (60, 80)
Box = tuple[int, int, int, int]


def block(x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    mask = np.zeros(SIZE, dtype=bool)
    mask[y0:y1, x0:x1] = True
    return mask


def true(*box: int, side: Side = Side.UNKNOWN) -> TrueMask:
    return TrueMask(block(*box), side)


def found(*box: int, side: Side = Side.UNKNOWN, score: float = 1.0) -> FoundMask:
    x0, y0, x1, y1 = box
    return FoundMask(block(*box), Region.from_box(x0, y0, x1_px=x1, y1_px=y1), score, side)


def test_the_truth_given_back_is_perfect() -> None:
    truths = [true(5, 5, 25, 20, side=Side.LEFT), true(26, 5, 46, 20, side=Side.RIGHT)]
    founds = [found(26, 5, 46, 20, side=Side.RIGHT), found(5, 5, 25, 20, side=Side.LEFT)]
    scores = photo_scores(truths, founds)
    assert scores.ious == (1.0, 1.0)
    assert scores.boundary_px == pytest.approx((0, 0), abs=1e-9)
    assert (scores.dice, scores.pixel_accuracy, scores.false_positives) == (1.0, 1.0, 0)
    assert scores.sides == (True, True)
    assert scores.pair_split is True
    assert scores.owners == (1, 0)


def test_one_prediction_over_a_pair_finds_one_and_splits_none() -> None:
    scores = photo_scores([true(5, 5, 25, 20), true(26, 5, 46, 20)], [found(5, 5, 46, 20)])
    assert scores.pair_split is False
    assert sorted(scores.ious)[0] == 0.0
    assert sorted(scores.ious)[1] == pytest.approx(20 / 41)
    assert scores.false_positives == 1  # below 0.5 it is nobody's
    assert scores.boundary_px == ()
    assert scores.dice == pytest.approx(2 * 600 / (600 + 615))


def test_shoes_far_apart_are_no_pair() -> None:
    assert photo_scores([true(2, 5, 22, 20), true(50, 5, 70, 20)], []).pair_split is None
    # Boxes 2 px apart are near for shoes of 21 px (10 % is 2.1) and not for shoes of 19 px.
    assert photo_scores([true(2, 5, 23, 20), true(25, 5, 46, 20)], []).pair_split is False
    assert photo_scores([true(2, 5, 21, 20), true(23, 5, 42, 20)], []).pair_split is None


def test_what_is_ignored_counts_neither_way() -> None:
    ignored = block(30, 0, 60, 60)
    truths = [true(5, 5, 40, 25), true(45, 30, 55, 40)]
    founds = [found(5, 5, 30, 25), found(32, 30, 58, 50), found(62, 40, 70, 50)]
    scores = photo_scores(truths, founds, ignored=ignored)
    assert scores.ious == (1.0,)
    assert scores.dice == pytest.approx(2 * 500 / (500 + 500 + 80))
    assert scores.false_positives == 1
    assert scores.boundary_px == pytest.approx((0,), abs=1e-9)
    assert scores.pixel_accuracy == pytest.approx(1 - 80 / (60 * 50))


def test_a_photo_without_sneakers_counts_for_false_positives_alone() -> None:
    empty = photo_scores([], [found(1, 1, 9, 9), found(20, 20, 30, 30)])
    assert (empty.ious, empty.false_positives) == ((), 2)
    assert math.isnan(empty.dice) and math.isnan(empty.pixel_accuracy)
    good = photo_scores([true(5, 5, 25, 20)], [found(5, 5, 25, 20)])
    scores = summed_up([empty, good])
    assert (scores.images, scores.n_instances) == (2, 1)
    assert scores.false_positives_per_image.value == 1.0
    assert scores.iou_median.value == scores.dice_mean.value == scores.recall_05.value == 1.0


def test_figures_are_over_what_they_say() -> None:
    def photo(ious: tuple[float, ...], dice: float) -> PhotoScores:
        return PhotoScores(ious, (1.0,), dice, 0.9, 0, (), None, ())

    scores = summed_up([photo((0.9, 0.8, 0.0), 0.5), photo((0.4,), 0.7)])
    assert scores.iou_median.value == pytest.approx(0.6)  # over instances, the one not found counted
    assert scores.dice_mean.value == pytest.approx(0.6)  # over photos
    assert scores.recall_05.value == 0.5
    assert (scores.iou_median.n, scores.dice_mean.n) == (4, 2)


def test_a_pair_is_even_when_both_shoes_are_seen() -> None:
    large, beside, sliver = true(5, 5, 25, 45), true(26, 5, 46, 30), true(26, 5, 32, 30)
    alone = [found(5, 5, 25, 45)]
    hidden, even = photo_scores([large, sliver], alone), photo_scores([large, beside], alone)
    assert (hidden.pair_split, hidden.even_pair_split) == (False, None)
    assert (even.pair_split, even.even_pair_split) == (False, False)
    both = photo_scores([large, beside], [*alone, found(26, 5, 46, 30)])
    assert (both.pair_split, both.even_pair_split) == (True, True)
    scores = summed_up([hidden, even, both])
    assert scores.pairs_split_right.n == 3 and scores.pairs_split_right.value == pytest.approx(1 / 3)
    assert scores.even_pairs_split_right.n == 2 and scores.even_pairs_split_right.value == 0.5


def test_json_holds_no_nan() -> None:
    content = scores_to_json(summed_up([photo_scores([], [])]))
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert content["iou_median"] is None and content["iou_median_ci"] is None
    assert content["false_positives_per_image"] == 0.0
    assert {*FIGURES, "images", "n_instances", "pairs"} <= set(content)


def test_empty_masks_are_nobodys() -> None:
    nothing = FoundMask(np.zeros(SIZE, dtype=bool), EMPTY_REGION)
    scores = photo_scores([true(5, 5, 25, 20)], [nothing])
    assert scores.ious == (0.0,)
    assert scores.false_positives == 1


@given(arrays(np.float64, (4, 3), elements=st.floats(0, 1)))
def test_matching_is_one_to_one_and_greedy(ious: np.ndarray) -> None:
    matches = matched_by_iou(ious)
    columns = [column for column, _ in matches.values()]
    assert len(set(columns)) == len(columns)
    assert all(ious[row, column] == iou > 0 for row, (column, iou) in matches.items())
    if ious.max() > 0:
        assert max(iou for _, iou in matches.values()) == ious.max()
    for row in set(range(4)) - set(matches):
        assert all(ious[row, column] <= 0 or column in columns for column in range(3))


def test_matching_prefers_the_best_pair() -> None:
    table = np.array([[0.6, 0.7], [0.0, 0.8]])
    assert matched_by_iou(table) == {1: (1, 0.8), 0: (0, 0.6)}
    assert matched_by_iou(np.zeros((0, 3))) == {}


@given(arrays(np.bool_, (3, 9, 11), elements=st.booleans()))
def test_the_table_is_iou(masks: np.ndarray) -> None:
    table = iou_table(masks, masks[:2])
    for row in range(3):
        for column in range(2):
            union = (masks[row] | masks[column]).sum()
            expected = (masks[row] & masks[column]).sum() / union if union else 0.0
            assert table[row, column] == pytest.approx(expected)


def test_pixel_accuracy() -> None:
    a, b = block(0, 0, 40, 60), block(0, 0, 20, 60)
    assert pixel_accuracy(a, b) == 0.75
    assert pixel_accuracy(a, b, block(0, 0, 20, 60)) == 1.0
    assert pixel_accuracy(a, b, np.zeros(SIZE, dtype=bool)) == 1.0


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(200):
        values = rng.normal(5, 2, 40)
        interval = bootstrap_interval(values, np.arange(40), statistic=Statistic.MEAN, rounds=300)
        assert interval is not None
        hits += interval[0] <= 5 <= interval[1]
    assert 0.88 <= hits / 200 <= 0.99


def test_photos_are_drawn_and_not_instances() -> None:
    # Ten copies of each of eight values: as instances they would look ten times as many as there are.
    values = np.repeat(np.arange(8.0), 10)
    by_photo = bootstrap_interval(values, np.repeat(np.arange(8), 10), statistic=Statistic.MEAN)
    by_value = bootstrap_interval(values, np.arange(80), statistic=Statistic.MEAN)
    assert by_photo is not None and by_value is not None
    assert by_photo[1] - by_photo[0] > 2 * (by_value[1] - by_value[0])
    assert bootstrap_interval(values, np.zeros(80, dtype=np.int64), statistic=Statistic.MEAN) is None


@pytest.mark.parametrize("count", [5, 6])
def test_the_median_is_numpys(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    seen = bootstrap_interval(values, np.arange(count), statistic=Statistic.MEDIAN, rounds=4000, seed=1)
    rng = np.random.default_rng(2)
    plain = [np.median(values[rng.integers(0, count, count)]) for _ in range(4000)]
    assert seen == pytest.approx(tuple(np.percentile(plain, [2.5, 97.5])), abs=0.15)


def _runs(mask: np.ndarray) -> dict[str, object]:
    from pycocotools import mask as coco_mask

    runs = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    return {"size": list(mask.shape), "counts": runs["counts"].decode("ascii")}


def test_average_precision(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = _runs(block(5, 5, 25, 20)), _runs(block(40, 30, 60, 50))
    perfect = RatedPhoto((80, 60), (one, other), (), ((one, 0.9), (other, 0.8)))
    assert mask_average_precision([perfect]).ap == pytest.approx(1.0)
    half = RatedPhoto((80, 60), (one, other), (), ((one, 0.9),))
    assert mask_average_precision([half]).ap50 == pytest.approx(0.5, abs=0.01)
    # A prediction in a crowd region is neither right nor wrong.
    crowd = RatedPhoto((80, 60), (one,), (other,), ((other, 0.95), (one, 0.9)))
    assert mask_average_precision([crowd]).ap == pytest.approx(1.0)
    wrong = RatedPhoto((80, 60), (one,), (), ((other, 0.95), (one, 0.9)))
    assert mask_average_precision([wrong]).ap == pytest.approx(0.5)
    assert mask_average_precision([RatedPhoto((80, 60), (), (), ((one, 0.9),))]).ap is None
    assert mask_average_precision([RatedPhoto((80, 60), (one,), (), ())]).ap == 0.0
    assert capsys.readouterr().out == ""


def test_the_boundary_is_measured_between_pixels() -> None:
    mask = block(10, 10, 50, 40)
    shifted = region_from_mask(mask).moved((0.25, 0.0))
    scores = photo_scores([TrueMask(mask)], [FoundMask(mask, shifted)])
    # Two of the four sides lie 0.25 px off: 60 of 140 px.
    assert scores.boundary_px[0] == pytest.approx(0.25 * 60 / 140, abs=0.01)
