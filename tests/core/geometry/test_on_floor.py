"""A pair's other shoe on the floor of the first, and a shoe that moves on steadily."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.geometry.camera import Camera
from core.geometry.floor import floor_under
from core.geometry.motion import steadily_moved
from core.geometry.on_floor import YAWS_DEG, apart_on_the_floor, on_the_floor, starts_on_the_floor
from core.geometry.pose import Pose, rotation_angle_deg

CAMERA = Camera.from_vertical_fov(50.0, 640, height_px=480)
SOLE_MM = -50.0
# Seen from 35 degrees above: +Z of the shoe is up in the picture and towards the camera.
POSE = Pose.from_matrix(
    np.array([[1.0, 0.0, 0.0], [0.0, -np.sin(0.6), -np.cos(0.6)], [0.0, np.cos(0.6), -np.sin(0.6)]]),
    [30.0, 20.0, 900.0],
)


@settings(max_examples=40, deadline=None)
@given(st.floats(180, 460), st.floats(150, 330), st.floats(-180, 180))
def test_the_other_shoe_stands_on_the_same_floor_where_it_is_seen(u: float, v: float, yaw_deg: float) -> None:
    other = on_the_floor(POSE, (u, v), camera=CAMERA, yaw_deg=yaw_deg)
    assert CAMERA.project(other.translation_mm) == pytest.approx([u, v], abs=1e-6)
    assert apart_on_the_floor(POSE, other, sole_mm=SOLE_MM) == pytest.approx((0.0, 0.0), abs=1e-4)
    floor = floor_under(POSE, SOLE_MM)
    assert floor.height_of(other.apply([0.0, 0.0, SOLE_MM])) == pytest.approx(0.0, abs=1e-6)
    assert rotation_angle_deg(POSE, other) == pytest.approx(abs(yaw_deg), abs=1e-4)


def test_a_yaw_is_counterclockwise_seen_from_above() -> None:
    turned = on_the_floor(POSE, (320.0, 240.0), camera=CAMERA, yaw_deg=90.0)
    assert turned.rotation[:, 0] == pytest.approx(POSE.rotation[:, 1])


def test_where_the_ray_misses_the_floor_the_depth_stays() -> None:
    level = Pose.from_matrix(np.array([[1.0, 0, 0], [0, 0, -1], [0, 1.0, 0]]), [0.0, 0.0, 900.0])
    for at in ((200.0, 240.0), (200.0, 120.0)):
        other = on_the_floor(level, at, camera=CAMERA)
        assert other.translation_mm[2] == pytest.approx(900.0)
        assert CAMERA.project(other.translation_mm) == pytest.approx(at)


def test_starts_look_all_round_and_ahead_first() -> None:
    starts = starts_on_the_floor(POSE, (200.0, 240.0), camera=CAMERA)
    turns = [rotation_angle_deg(POSE, start) for start in starts]
    assert len(starts) == len(YAWS_DEG) and turns[0] == pytest.approx(0.0, abs=1e-5) and max(turns) > 179


def test_two_shoes_of_different_soles_and_floors_are_so_far_apart() -> None:
    raised = POSE.with_translation(POSE.translation_mm + 7.0 * POSE.rotation[:, 2])
    assert apart_on_the_floor(POSE, raised, sole_mm=SOLE_MM) == pytest.approx((0.0, 7.0), abs=1e-4)
    assert apart_on_the_floor(POSE, raised, sole_mm=-50.0, other_sole_mm=-57.0) == pytest.approx((0.0, 0.0), abs=1e-4)
    tilted = POSE @ Pose.exp([np.radians(5.0), 0, 0, 0, 0, 0])
    assert apart_on_the_floor(POSE, tilted, sole_mm=SOLE_MM)[0] == pytest.approx(5.0)
    upside_down = POSE @ Pose.exp([np.pi, 0, 0, 0, 0, 0])
    assert apart_on_the_floor(POSE, upside_down, sole_mm=SOLE_MM)[0] == pytest.approx(180.0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-0.2, 0.2), min_size=3, max_size=3), st.lists(st.floats(-60, 60), min_size=3, max_size=3))
def test_what_moved_steadily_moves_on_as_it_did(turn: list[float], move: list[float]) -> None:
    second = POSE.moved([*turn, *move])
    third = steadily_moved(POSE, second)
    again = second.moved([*turn, *move])
    assert rotation_angle_deg(third, again) < 1e-5
    assert third.translation_mm == pytest.approx(again.translation_mm)


def test_another_scene_is_no_movement() -> None:
    assert steadily_moved(POSE, POSE.moved([1.0, 0, 0, 0, 0, 0])) == POSE.moved([1.0, 0, 0, 0, 0, 0])
    far = POSE.moved([0, 0, 0, 0, 0, 600.0])
    assert steadily_moved(POSE, far) is far
