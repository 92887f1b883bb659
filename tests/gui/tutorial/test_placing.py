"""Where the coach's card stands: beside the shoe, above the foot, and not jumping about."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gui.tutorial.placing import best_corner, corners_of, hidden, kept_within

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
