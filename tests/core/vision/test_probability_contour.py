"""Outlines out of probabilities: where the edge lies, how many corners it keeps, what happens at the border."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.geometry.outline_fitting import default_tolerance_px, simplified_outline
from core.vision.probability_contour import region_from_probability


def disc(radius: float, *, x: float = 64.0, y: float = 48.0, softness: float = 1.0) -> NDArray[np.float32]:
    rows, columns = np.mgrid[:96, :128] + 0.5
    inside = radius - np.hypot(columns - x, rows - y)
    return (1 / (1 + np.exp(-inside / softness))).astype(np.float32)


@given(st.floats(8, 40), st.floats(55, 75), st.floats(44, 52))
def test_the_edge_lies_between_pixels_where_it_is(radius: float, x: float, y: float) -> None:
    region = region_from_probability(disc(radius, x=x, y=y))
    assert region.area_px2 == pytest.approx(np.pi * radius**2, rel=0.01)
    assert region.bounds_px == pytest.approx((x - radius, y - radius, x + radius, y + radius), abs=0.1)


@given(st.floats(15, 40), st.floats(0.3, 2.0))
def test_simplified_loses_no_area_and_stays_near(radius: float, tolerance: float) -> None:
    dense = region_from_probability(disc(radius))
    fewer = simplified_outline(dense, tolerance)
    assert len(fewer.rings[0]) < 0.5 * len(dense.rings[0])
    assert fewer.area_px2 == pytest.approx(dense.area_px2, rel=0.02)
    away = np.abs(np.hypot(*(fewer.rings[0].points_px - (64, 48)).T) - radius)
    assert away.max() < tolerance + 1.0


def test_scale_and_corner_place_it_in_the_photo() -> None:
    region = region_from_probability(disc(20), scale=(2.0, 3.0), corner_px=(10, 100))
    assert region.bounds_px == pytest.approx((98, 184, 178, 304), abs=0.3)


def test_what_reaches_the_border_ends_on_it() -> None:
    full = np.full((10, 20), 0.9, np.float32)
    assert region_from_probability(full).bounds_px == (0, 0, 20, 10)


def test_crumbs_and_pinholes_are_dropped_and_real_holes_kept() -> None:
    probability = disc(40)
    probability[disc(12, x=60, y=48) > 0.5] = 0.02
    probability[10, 5] = 0.9
    probability[70, 64] = 0.1
    region = region_from_probability(probability)
    assert len(region.parts) == 1 and len(region.parts[0].holes) == 1


def test_nothing_inside_gives_no_region() -> None:
    assert region_from_probability(np.full((8, 8), 0.1, np.float32)).is_empty


def test_tolerance_grows_with_the_shoe() -> None:
    assert default_tolerance_px((0, 0, 30, 20)) == 0.35
    assert default_tolerance_px((0, 0, 300, 400)) == pytest.approx(2.0)
