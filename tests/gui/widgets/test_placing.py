"""Where a small card stands: beside the shoe, above the foot, and not jumping about."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.geometry.region import Region
from gui.widgets.placing import best_corner, corners_of, hidden, kept_within, strips_of

AREA = (0.0, 0.0, 700.0, 600.0)
CARD = (300.0, 180.0)
RIGHT_TOP, RIGHT_FOOT, LEFT_FOOT, LEFT_TOP = range(4)
numbers = st.floats(-2000, 2000)


def test_the_upper_right_is_taken_where_all_are_free() -> None:
    assert best_corner(AREA, CARD, avoid=[]) == RIGHT_TOP
    assert best_corner(AREA, CARD, avoid=[(250, 250, 450, 350)], now=LEFT_FOOT) == LEFT_FOOT


def test_a_shoe_sends_it_to_another_corner() -> None:
    right = (380.0, 20.0, 690.0, 590.0)
    assert best_corner(AREA, CARD, avoid=[right], now=RIGHT_TOP) in (LEFT_FOOT, LEFT_TOP)


def test_a_few_pixels_are_no_reason_to_jump() -> None:
    assert best_corner(AREA, CARD, avoid=[(380, 185, 400, 200)], now=RIGHT_TOP) == RIGHT_TOP


def test_where_every_corner_hides_something_it_is_the_least() -> None:
    everywhere = (0.0, 0.0, 700.0, 420.0)
    assert best_corner(AREA, CARD, avoid=[everywhere]) == RIGHT_FOOT


@given(numbers, numbers)
def test_a_card_that_is_dragged_stays_inside(x: float, y: float) -> None:
    at = kept_within((x, y), AREA, CARD)
    assert 0 <= at[0] <= 400 and 0 <= at[1] <= 420


def test_an_area_smaller_than_the_card_shows_its_head() -> None:
    small = (100.0, 50.0, 250.0, 120.0)
    assert set(corners_of(small, CARD)) == {(112.0, 62.0)}
    assert kept_within((0, 0), small, CARD) == (100.0, 50.0)


def test_what_is_hidden_is_an_area() -> None:
    assert hidden((0, 0), (10, 10), avoid=[(5, 5, 20, 20), (30, 30, 40, 40)]) == 25


@given(st.floats(0, 400), st.floats(0, 300), st.floats(5, 300), st.floats(5, 200))
def test_strips_cover_a_region_and_little_more(x: float, y: float, width: float, height: float) -> None:
    box = Region.from_box(x, y, x1_px=x + width, y1_px=y + height)
    slanted = Region.from_points([(x, y), (x + width, y + height / 2), (x + width, y + height), (x, y + height / 2)])
    for region, share in ((box, 1.0), (slanted, 0.5)):
        strips = strips_of(region)
        area = sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in strips)
        assert region.area_px2 <= area * 1.001 and area < (share + 0.1) * 1.001 * width * height
    assert strips_of(Region(())) == []
