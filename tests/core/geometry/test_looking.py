"""A camera that looks at a point has it in its middle, upright, and as far away as it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.geometry.looking import look_at

PLACES = st.tuples(*[st.floats(-2000, 2000)] * 3).map(np.array)


@given(PLACES, PLACES, st.floats(-180, 180))
def test_the_target_is_straight_ahead(eye: np.ndarray, target: np.ndarray, roll_deg: float) -> None:
    distance = float(np.linalg.norm(target - eye))
    assume(distance > 1.0)
    camera_from_world = look_at(eye, target, roll_deg=roll_deg)
    assert camera_from_world.apply(target) == pytest.approx([0, 0, distance], abs=1e-6)
    assert camera_from_world.apply(eye) == pytest.approx([0, 0, 0], abs=1e-6)


def test_up_is_up_and_a_roll_is_clockwise() -> None:
    eye, target = np.array([600.0, -900.0, 700.0]), np.array([0.0, 0.0, 100.0])
    above = np.array([0.0, 0.0, 200.0])
    x, y, _ = look_at(eye, target).apply(above)
    assert x == pytest.approx(0.0, abs=1e-9) and y < 0  # rows count downwards
    x, y, _ = look_at(eye, target, roll_deg=90.0).apply(above)
    assert x < 0 and y == pytest.approx(0.0, abs=1e-9)  # the camera's top went right, so what was up is left


def test_straight_down_the_worlds_y_is_at_the_top() -> None:
    x, y, _ = look_at(np.array([0.0, 0.0, 500.0]), np.zeros(3)).apply([0.0, 10.0, 0.0])
    assert (x, y) == pytest.approx((0.0, -10.0))
    x, y, _ = look_at(np.array([0.0, 0.0, -500.0]), np.zeros(3)).apply([0.0, 10.0, 0.0])
    assert (x, y) == pytest.approx((0.0, -10.0))
