"""The floor under a posed shoe."""

from __future__ import annotations

import numpy as np
import pytest

from core.geometry.floor import HEIGHT_MM, TILT_DEG, Floor, floor_under
from core.geometry.pose import Pose

POSE = Pose(np.array([0.7, 0.6, -0.3, 0.2]), np.array([40.0, 60.0, 900.0]))


def test_the_sole_stands_on_it_and_the_shoe_over_it() -> None:
    floor = floor_under(POSE, -55.0)
    for x, y in ((0.0, 0.0), (130.0, 20.0), (-120.0, -40.0)):
        assert floor.height_of(POSE.apply([x, y, -55.0])) == pytest.approx(0.0, abs=1e-9)
        assert floor.height_of(POSE.apply([x, y, 30.0])) == pytest.approx(85.0)
    assert np.linalg.norm(floor.normal) == pytest.approx(1.0)
    assert (floor.tilt_deg, floor.height_mm) == (TILT_DEG, HEIGHT_MM)


def test_what_is_not_known_of_the_shoe_is_not_known_of_the_floor() -> None:
    up = POSE.rotation[:, 2]
    sure = floor_under(POSE, -55.0, covariance=np.zeros((6, 6)))
    assert sure == floor_under(POSE, -55.0)
    about_up = np.zeros((6, 6))
    about_up[:3, :3] = 0.2**2 * np.outer(up, up)
    assert floor_under(POSE, -55.0, covariance=about_up).tilt_deg == pytest.approx(TILT_DEG)
    tilted = floor_under(POSE, -55.0, covariance=np.diag([0.1**2] * 3 + [0.0] * 3))
    assert tilted.tilt_deg == pytest.approx(np.hypot(TILT_DEG, np.degrees(0.1)), rel=1e-6)
    assert tilted.height_mm > 15.0
    high = np.zeros((6, 6))
    high[3:, 3:] = 30.0**2 * np.outer(up, up)
    assert floor_under(POSE, -55.0, covariance=high).height_mm == pytest.approx(np.hypot(HEIGHT_MM, 30.0))


def test_equal_floors_are_equal() -> None:
    floor = Floor(np.array([0.0, -2.0, 0.0]), 3.0)
    assert floor == Floor(np.array([0.0, -1.0, 0.0]), 3.0) and hash(floor) == hash(Floor(np.array([0, -1, 0]), 3.0))
    assert floor != Floor(np.array([0.0, -1.0, 0.0]), 4.0)
