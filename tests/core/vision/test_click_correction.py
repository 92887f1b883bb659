"""A click brings in what it points at, or takes it away, up to the next edges; every other vertex stays."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.geometry.region import EMPTY_REGION, Region
from core.vision.click_correction import corrected_region

TRUE = Region.from_points(
    np.stack([np.cos(np.linspace(0, 6.2, 60)), np.sin(np.linspace(0, 6.2, 60))], axis=1) * (90, 50) + (200, 150)
)
NONE: NDArray[np.float64] = np.empty((0, 2))


@pytest.fixture(scope="module")
def photo() -> NDArray[np.uint8]:
    """A red ellipse on green ground, with noise; 400 × 300."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:300, :400] + 0.5
    inside = ((x - 200) / 90) ** 2 + ((y - 150) / 50) ** 2 < 1
    pixels = np.where(inside[..., None], (180, 60, 50), (70, 130, 60)) + rng.normal(0, 10, (300, 400, 3))
    return np.clip(pixels, 0, 255).astype(np.uint8)


def shared(one: Region, other: Region) -> float:
    return one.intersection(other).area_px2 / one.union(other).area_px2


def test_a_lost_toe_comes_back_with_one_click(photo: NDArray[np.uint8]) -> None:
    without_toe = TRUE.intersection(Region.from_box(0, 0, x1_px=230, y1_px=300))
    found = corrected_region(photo, without_toe, positive_px=[(258.0, 150.0)], negative_px=NONE)
    assert found.contains((258.0, 150.0)) and len(found.parts) == 1
    assert shared(found, TRUE) > 0.93 > 0.8 > shared(without_toe, TRUE)


def test_ground_that_does_not_belong_goes_with_one_click(photo: NDArray[np.uint8]) -> None:
    with_ground = TRUE.union(Region.from_box(270, 130, x1_px=330, y1_px=180))
    found = corrected_region(photo, with_ground, positive_px=NONE, negative_px=[(310.0, 155.0)])
    assert not found.contains((310.0, 155.0))
    assert shared(found, TRUE) > 0.96 > shared(with_ground, TRUE)


def test_what_lies_far_from_the_click_stays_to_the_vertex(photo: NDArray[np.uint8]) -> None:
    without_toe = TRUE.intersection(Region.from_box(0, 0, x1_px=250, y1_px=300))
    found = corrected_region(photo, without_toe, positive_px=[(268.0, 150.0)], negative_px=NONE)
    far = [point for point in without_toe.rings[0].points_px if point[0] < 160]
    assert far and all(np.hypot(*(found.rings[0].points_px - point).T).min() < 1e-8 for point in far)


def test_clicks_that_hold_already_change_nothing(photo: NDArray[np.uint8]) -> None:
    assert corrected_region(photo, TRUE, positive_px=[(200.0, 150.0)], negative_px=[(20.0, 20.0)]) is TRUE
    assert corrected_region(photo, TRUE, positive_px=[(900.0, 150.0)], negative_px=[(-4.0, 20.0)]) is TRUE


def test_an_outline_can_begin_with_a_click(photo: NDArray[np.uint8]) -> None:
    found = corrected_region(photo, EMPTY_REGION, positive_px=[(200.0, 150.0)], negative_px=NONE)
    assert found.contains((200.0, 150.0)) and found.intersection(TRUE).area_px2 > 0.9 * found.area_px2


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.floats(1, 399), st.floats(1, 299), st.booleans()), min_size=1, max_size=3))
def test_every_click_is_respected(photo: NDArray[np.uint8], clicks: list[tuple[float, float, bool]]) -> None:
    far = [a for a in clicks if all(np.hypot(a[0] - b[0], a[1] - b[1]) > 60 for b in clicks if b is not a)]
    positive = [(x, y) for x, y, belongs in far if belongs]
    negative = [(x, y) for x, y, belongs in far if not belongs]
    found = corrected_region(photo, TRUE, positive_px=positive, negative_px=negative)
    assert all(found.contains(point) for point in positive)
    assert not any(found.contains(point) for point in negative)


def test_an_answer_comes_within_a_blink(photo: NDArray[np.uint8]) -> None:
    large = np.repeat(np.repeat(photo, 8, axis=0), 8, axis=1)
    outline = TRUE.intersection(Region.from_box(0, 0, x1_px=230, y1_px=300)).scaled(8, 8)
    corrected_region(large, outline, positive_px=[(2064.0, 1200.0)], negative_px=NONE)
    spent = time.process_time()
    corrected_region(large, outline, positive_px=[(2064.0, 1200.0)], negative_px=NONE)
    assert time.process_time() - spent < 1.0  # 0.15 s on a quiet machine
