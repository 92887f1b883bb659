from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from core.geometry.region import EMPTY_REGION, Part, Region, Ring
from core.render.region_raster import mask_iou, region_mask


def test_a_pixel_is_inside_when_its_centre_is() -> None:
    mask = region_mask(Region.from_box(1.5, 0.6, x1_px=3.5, y1_px=2.4), 5, 4)
    expected = np.zeros((4, 5), dtype=bool)
    expected[1:2, 1:3] = True
    assert np.array_equal(mask, expected)


def test_holes_are_cut_and_parts_united() -> None:
    outer = Region.from_box(0, 0, x1_px=6, y1_px=6).parts[0].outer
    hole = Region.from_box(2, 2, x1_px=4, y1_px=4).parts[0].outer
    other = Region.from_box(3, 3, x1_px=8, y1_px=8).parts[0]
    mask = region_mask(Region((Part(outer, (hole,)), other)), 8, 8)
    assert not mask[2, 2] and mask[3, 3] and mask[7, 7] and mask[0, 0] and not mask[0, 7]


def test_what_lies_outside_the_photo_is_cut_off() -> None:
    assert region_mask(Region.from_box(-5, -5, x1_px=50, y1_px=50), 4, 3).all()
    assert not region_mask(Region.from_box(10, 10, x1_px=50, y1_px=50), 4, 3).any()
    assert not region_mask(EMPTY_REGION, 4, 3).any()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-3, 15), st.floats(-3, 12)), min_size=3, max_size=9))
def test_it_says_what_contains_says(points: list[tuple[float, float]]) -> None:
    region = Region.from_points(points)
    mask = region_mask(region, 12, 9)
    for row in range(9):
        for column in range(12):
            assert mask[row, column] == region.contains((column + 0.5, row + 0.5))


def test_it_agrees_with_pycocotools_but_for_their_rounding() -> None:
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    points = np.stack([60.3 + 40.7 * np.cos(angles), 45.1 + 31.2 * np.sin(angles)], axis=1)
    ours = region_mask(Region.from_points(points), 120, 90)
    runs = coco_mask.frPyObjects([points.reshape(-1).tolist()], 90, 120)
    theirs = coco_mask.decode(runs)[..., 0].astype(bool)
    assert mask_iou(ours, theirs) > 0.985
    assert int(ours.sum()) == pytest.approx(Ring(points).signed_area_px2, rel=0.003)


def test_iou() -> None:
    a, b = np.zeros((4, 4), dtype=bool), np.zeros((4, 4), dtype=bool)
    assert mask_iou(a, b) == 1.0
    a[:2], b[1:3] = True, True
    assert mask_iou(a, b) == pytest.approx(1 / 3)
    valid = np.zeros((4, 4), dtype=bool)
    valid[1] = True
    assert mask_iou(a, b, valid) == 1.0
