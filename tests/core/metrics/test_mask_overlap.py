from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.geometry.region import EMPTY_REGION, Part, Region
from core.metrics.mask_overlap import contour_distance, mask_dice, mask_iou


@given(st.integers(0, 2**32 - 1))
def test_dice_and_iou_are_not_the_same_thing(seed: int) -> None:
    a, b = np.random.default_rng(seed).random((2, 9, 7)) < 0.5
    iou = mask_iou(a, b)
    assert mask_dice(a, b) == pytest.approx(2 * iou / (1 + iou))
    assert mask_iou(a, a) == mask_dice(b, b) == 1.0


def test_empty_against_empty_is_one() -> None:
    empty, full = np.zeros((3, 3), dtype=bool), np.ones((3, 3), dtype=bool)
    assert mask_iou(empty, empty) == mask_dice(empty, empty) == 1.0
    assert mask_iou(empty, full) == mask_dice(empty, full) == 0.0


def test_a_shifted_square() -> None:
    a = Region.from_box(0, 0, x1_px=100, y1_px=100)
    found = contour_distance(a, a.moved([3.0, 0.0]), tolerance_px=2.0)
    # Both upright sides are 3 px off, half of the outline; the level ones lie on each other but for their ends.
    assert found.mean_px == pytest.approx(1.5, abs=0.06)
    assert found.p95_px == pytest.approx(3.0)
    assert found.boundary_f == pytest.approx(0.5, abs=0.03)
    assert contour_distance(a, a) == contour_distance(EMPTY_REGION, EMPTY_REGION)


def test_holes_are_outline_too_and_empty_is_nan() -> None:
    outer = Region.from_box(0, 0, x1_px=100, y1_px=100)
    hole = Region.from_box(40, 40, x1_px=60, y1_px=60).parts[0].outer
    holed = Region((Part(outer.parts[0].outer, (hole,)),))
    assert contour_distance(outer, holed).mean_px > 2
    nothing = contour_distance(outer, EMPTY_REGION)
    assert np.isnan(nothing.mean_px) and nothing.boundary_f == 0.0
