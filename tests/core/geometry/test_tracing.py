"""Outlines traced from masks run along pixel edges and give the mask back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from core.geometry.region import Region
from core.geometry.tracing import region_from_mask


def rasterised(region: Region, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """The pixels whose centre a region contains."""
    mask = np.zeros(shape, dtype=bool)
    for row in range(shape[0]):
        for column in range(shape[1]):
            mask[row, column] = region.contains((column + 0.5, row + 0.5))
    return mask


def test_a_rectangle_keeps_its_pixel_edges() -> None:
    mask = np.zeros((10, 12), dtype=np.uint8)
    mask[2:7, 3:9] = 255
    region = region_from_mask(mask)
    assert region.bounds_px == (3.0, 2.0, 9.0, 7.0)
    assert region.area_px2 == 30.0
    assert len(region.parts[0].outer) == 4


def test_a_ring_has_a_hole_and_an_island_is_a_part_of_its_own() -> None:
    mask = np.zeros((9, 9), dtype=bool)
    mask[1:8, 1:8] = True
    mask[2:7, 2:7] = False
    mask[4, 4] = True
    region = region_from_mask(mask)
    assert sorted(len(part.holes) for part in region.parts) == [0, 1]
    assert region.area_px2 == np.count_nonzero(mask)


def test_pixels_that_touch_at_a_corner_are_two_parts() -> None:
    assert len(region_from_mask(np.eye(2)).parts) == 2


def test_an_empty_mask_is_the_empty_region_and_a_picture_is_refused() -> None:
    assert region_from_mask(np.zeros((4, 4))).is_empty
    with pytest.raises(ValueError, match="two axes"):
        region_from_mask(np.zeros((4, 4, 3)))


def test_a_tolerance_leaves_a_disc_few_vertices_and_its_area() -> None:
    y, x = np.mgrid[:200, :200] + 0.5
    mask = (x - 100) ** 2 + (y - 100) ** 2 < 80**2
    region = region_from_mask(mask, tolerance_px=1.0)
    assert len(region.parts[0].outer) < 80
    assert region.area_px2 == pytest.approx(np.pi * 80**2, rel=0.01)


def test_a_tolerance_gives_a_straight_shape_its_corners_back() -> None:
    corners = np.array([(20.3, 30.1), (150.6, 55.2), (140.2, 120.7), (35.4, 140.9)])
    y, x = np.mgrid[:180, :180] + 0.5
    inside = np.ones(x.shape, dtype=bool)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        inside &= (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0
    (ring,) = region_from_mask(inside, tolerance_px=1.0).rings
    nearest = np.linalg.norm(ring.points_px[:, None] - corners[None], axis=2).min(axis=0)
    assert nearest.max() < 0.5


def test_specks_and_pinholes_can_be_left_out() -> None:
    mask = np.zeros((12, 12), dtype=bool)
    mask[2:9, 2:9] = True
    mask[4, 4] = False
    mask[11, 11] = True
    region = region_from_mask(mask, min_area_px2=2.0)
    assert len(region.parts) == 1 and not region.parts[0].holes


@given(arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_tracing_and_rasterising_gives_the_mask_back(mask: NDArray[np.bool_]) -> None:
    region = region_from_mask(mask)
    np.testing.assert_array_equal(rasterised(region, mask.shape), mask)
    assert region.area_px2 == pytest.approx(np.count_nonzero(mask))
    assert region.is_empty or region.to_shapely().is_valid
