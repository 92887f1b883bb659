from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.geometry.region import Region
from core.render.contours import region_from_mask
from core.render.region_raster import mask_iou, region_mask


def disc(radius: float, size: int, centre: tuple[float, float]) -> np.ndarray:
    y, x = np.mgrid[:size, :size] + 0.5
    return (x - centre[0]) ** 2 + (y - centre[1]) ** 2 < radius**2


@pytest.mark.parametrize("tolerance_px", [0.0, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("box", [(10, 12, 30, 40), (0, 0, 5, 4), (3, 3, 4, 4), (7, 2, 8, 50)])
def test_a_square_is_traced_back_to_the_square(box: tuple[int, int, int, int], tolerance_px: float) -> None:
    x0, y0, x1, y1 = box
    mask = np.zeros((60, 50), dtype=bool)
    mask[y0:y1, x0:x1] = True
    region = region_from_mask(mask, tolerance_px=tolerance_px)
    (ring,) = region.rings
    assert len(ring) == 4
    assert np.allclose(ring.bounds_px, box, atol=0.1)
    assert region.area_px2 == pytest.approx((x1 - x0) * (y1 - y0), abs=0.1)


def test_a_turned_square_keeps_its_area_and_its_sides() -> None:
    c, s = np.cos(0.3), np.sin(0.3)
    corners = np.array([(-40, -40), (40, -40), (40, 40), (-40, 40)]) @ np.array([[c, s], [-s, c]]) + [75.2, 74.6]
    traced = region_from_mask(region_mask(Region.from_points(corners), 150, 150))
    assert traced.area_px2 == pytest.approx(6400, rel=0.004)
    assert len(traced.rings[0]) <= 16
    line = Region.from_points(corners).to_shapely().boundary
    import shapely

    distances = shapely.distance(shapely.points(traced.rings[0].points_px), line)
    assert distances.max() < 0.5


@pytest.mark.parametrize("radius", [8.3, 25.1, 90.7])
def test_a_disc_keeps_its_area(radius: float) -> None:
    region = region_from_mask(disc(radius, 200, (99.6, 100.3)))
    assert region.area_px2 == pytest.approx(np.pi * radius**2, rel=0.02)
    assert len(region.rings[0]) < 8 + radius


def test_holes_and_parts_are_kept() -> None:
    mask = disc(40, 120, (50, 50)) & ~disc(15, 120, (50, 50))
    mask |= disc(5, 120, (50, 50))
    mask |= disc(12, 120, (105, 105))
    region = region_from_mask(mask)
    assert len(region.parts) == 3
    assert sorted(len(part.holes) for part in region.parts) == [0, 0, 1]
    assert mask_iou(region_mask(region, 120, 120), mask) > 0.98


def test_pixels_that_touch_at_a_corner_are_two_parts() -> None:
    mask = np.array([[True, False], [False, True]])
    assert len(region_from_mask(mask, tolerance_px=0.0).parts) == 2
    assert len(region_from_mask(~mask, tolerance_px=0.0).parts) == 2


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 14), st.integers(1, 14), st.floats(0.1, 0.9))
def test_the_pixels_edges_give_the_mask_back(seed: int, height: int, width: int, share: float) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < share
    region = region_from_mask(mask, tolerance_px=0.0)
    assert np.array_equal(region_mask(region, width, height), mask)
    assert region.area_px2 == pytest.approx(mask.sum())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_noise_gives_a_valid_region(seed: int) -> None:
    import cv2

    noise = np.random.default_rng(seed).random((60, 80)).astype(np.float32)
    mask = cv2.GaussianBlur(noise, (0, 0), 3.0) > 0.5
    region = region_from_mask(mask)
    assert region.to_shapely().is_valid
    assert mask_iou(region_mask(region, 80, 60), mask) > 0.9


def test_specks_are_dropped_on_request() -> None:
    mask = disc(20, 64, (30, 30))
    mask[60, 60] = True
    mask[30, 30] = False
    region = region_from_mask(mask, min_area_px2=4)
    assert len(region.parts) == 1 and not region.parts[0].holes
    assert region_from_mask(np.zeros((5, 5), dtype=bool)).is_empty


def test_it_loads_neither_numba_nor_scipy() -> None:
    code = "import sys, core.render.contours, core.render.region_raster; "
    code += "assert not {'numba', 'scipy', 'cv2', 'shapely'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
