from __future__ import annotations

import numpy as np
import pytest

from core.geometry.camera import CameraSource
from core.geometry.steering import pose_from_angles
from core.geometry.uncertainty import uncertainty_of, worst_direction

POSE = pose_from_angles(20.0, 15.0, roll_deg=0.0, translation_mm=[40.0, -20.0, 1000.0])
SMALL = np.diag([np.radians(0.1)] * 3 + [0.1, 0.1, 0.5]) ** 2


def along(direction: np.ndarray) -> np.ndarray:
    return SMALL + np.outer(direction, direction)


def test_distance_and_pitch_are_named_together() -> None:
    depth = along(np.array([np.radians(1.8), 0.0, 0.0, 0.0, 0.0, 14.0]))
    told = uncertainty_of(POSE, depth, camera_source=CameraSource.HAND)
    assert told.words == "Least sure: how far away it is (±14 mm), together with its pitch (±1.8°)."
    assert told.depth_mm == pytest.approx(14.0, rel=0.01)
    assert told.depth_over_focal_pct == pytest.approx(1.4, rel=0.01)
    assert told.rotation_deg[1] == pytest.approx(1.8, rel=0.01)


@pytest.mark.parametrize(
    ("axis", "size", "words"),
    [
        (1, np.radians(3.0), "its yaw (±3.0°)"),
        (2, np.radians(3.0), "its roll (±3.0°)"),
        (3, 20.0, "where it is from left to right (±20 mm)"),
        (4, 20.0, "how high it is (±20 mm)"),
    ],
)
def test_one_way_alone(axis: int, size: float, words: str) -> None:
    told = uncertainty_of(POSE, along(np.eye(6)[axis] * size), camera_source=CameraSource.CALIBRATION)
    assert told.words == f"Least sure: {words}."


def test_the_axis_of_the_pitch_goes_round_with_the_roll() -> None:
    rolled = pose_from_angles(20.0, 15.0, roll_deg=40.0, translation_mm=[0.0, 0.0, 1000.0])
    axis = np.array([np.cos(np.radians(40.0)), np.sin(np.radians(40.0)), 0.0, 0.0, 0.0, 0.0])
    direction, sigmas = worst_direction(rolled, along(np.radians(4.0) * axis))
    assert abs(direction[0]) > 0.99
    told = uncertainty_of(rolled, along(np.radians(4.0) * axis), camera_source=CameraSource.HAND)
    assert np.degrees(sigmas[0]) == pytest.approx(told.rotation_deg[1], rel=1e-4)


def test_a_guessed_camera_makes_the_distance_unsure_and_no_angle() -> None:
    known = uncertainty_of(POSE, SMALL, camera_source=CameraSource.HAND)
    exif = uncertainty_of(POSE, SMALL, camera_source=CameraSource.EXIF)
    guess = uncertainty_of(POSE, SMALL, camera_source=CameraSource.GUESS)
    assert known.depth_mm == pytest.approx(0.5)
    assert exif.depth_mm == pytest.approx(np.hypot(20.0, 0.5))
    assert guess.depth_mm == pytest.approx(np.hypot(120.0, 0.5))
    assert guess.depth_over_focal_pct == pytest.approx(known.depth_over_focal_pct)
    assert guess.rotation_deg == known.rotation_deg
    assert "guess" in guess.words and "±12 % (±120 mm)" in guess.words and "±0.05 %" in guess.words
    assert "EXIF" in exif.words and "\n" not in known.words


def test_seen_from_straight_above_the_words_stay_sober() -> None:
    above = pose_from_angles(0.0, 89.99, roll_deg=0.0, translation_mm=[0.0, 0.0, 1000.0])
    told = uncertainty_of(above, along(np.array([0.0, 0.0, 0.0, 0.0, 0.0, 30.0])), camera_source=CameraSource.HAND)
    assert told.words == "Least sure: how far away it is (±30 mm)."
