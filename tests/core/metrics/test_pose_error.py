from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.metrics.pose_error import (
    adds_mm,
    depth_per_focal_error,
    is_accepted,
    lateral_error_mm,
    mspd_px,
    pose_error,
    rotation_error_deg,
)

CAMERA = Camera(1000.0, 1000.0, 320.0, 240.0, 640, 480, np.zeros(5))
POINTS = np.random.default_rng(0).normal(size=(40, 3)) * [100, 40, 40]


def test_golden_values(shared_data: Path) -> None:
    golden = json.loads((shared_data / "golden" / "conventions.json").read_text(encoding="utf-8"))["pose_errors"]
    focal, (cx, cy) = golden["focal_px"], golden["principal_px"]
    camera = Camera(focal, focal, cx, cy, 640, 480, np.zeros(5))
    for case in golden["cases"]:
        true = Pose.from_matrix(case["R_true"], case["t_true_mm"])
        found = Pose.from_matrix(case["R_est"], case["t_est_mm"])
        error = pose_error(true, found, points_mm=golden["points_mm"], camera=camera)
        assert error.rotation_deg == pytest.approx(case["rotation_error_deg"], abs=1e-6)
        assert error.translation_mm == pytest.approx(case["translation_error_mm"])
        assert error.add_mm == pytest.approx(case["add_mm"])
        assert error.adds_mm == pytest.approx(case["adds_mm"])
        assert error.mssd_mm == pytest.approx(case["mssd_mm"])
        assert error.mspd_px == pytest.approx(case["mspd_px"])


def test_a_perfect_pose_has_no_error() -> None:
    pose = Pose([0.3, -0.5, 0.2, 0.7], [10.0, -20.0, 900.0])
    error = pose_error(pose, pose, points_mm=POINTS, camera=CAMERA)
    assert error.rotation_deg == error.add_mm == error.mspd_px == error.depth_per_focal == 0.0


@settings(max_examples=40, deadline=None)
@given(st.floats(0.0, 3.14), st.integers(0, 1000))
def test_rotation_error_is_the_angle(angle: float, seed: int) -> None:
    axis = np.random.default_rng(seed).normal(size=3)
    pose = Pose([0.3, -0.5, 0.2, 0.7], [0, 0, 500])
    moved = pose.moved(np.concatenate([axis / np.linalg.norm(axis) * angle, np.zeros(3)]))
    assert rotation_error_deg(pose, moved) == pytest.approx(np.degrees(angle), abs=1e-5)


def test_lateral_and_depth_are_apart() -> None:
    true = Pose.identity().with_translation([300.0, 0.0, 400.0])
    along = true.with_translation([330.0, 0.0, 440.0])
    assert lateral_error_mm(true, along) == pytest.approx(0, abs=1e-9)
    assert lateral_error_mm(true, true.with_translation([300.0, 7.0, 400.0])) == pytest.approx(7)


def test_depth_over_focal_survives_a_wrong_focal_length() -> None:
    true = Pose.identity().with_translation([0, 0, 900.0])
    other = Camera(1200.0, 1200.0, 320.0, 240.0, 640, 480, np.zeros(5))
    found = true.with_translation([0, 0, 1080.0])
    assert depth_per_focal_error(true, found, camera=CAMERA, estimated_camera=other) == pytest.approx(0, abs=1e-12)
    assert depth_per_focal_error(true, found, camera=CAMERA, estimated_camera=CAMERA) == pytest.approx(0.2)


def test_a_flip_is_told_by_adds() -> None:
    points = np.array([[100.0, 0, 0], [-100, 0, 0], [0, 10, 0], [0, -10, 0]])
    true = Pose([1.0, 0, 0, 0], [0, 0, 900])
    flipped = Pose([0.0, 0, 0, 1.0], [0, 0, 900])
    error = pose_error(true, flipped, points_mm=points, camera=CAMERA)
    assert error.adds_mm == pytest.approx(0, abs=1e-9) and error.add_mm == pytest.approx(110)
    assert adds_mm(true, flipped, points_mm=np.tile(points, (300, 1))) == pytest.approx(0, abs=1e-9)


def test_a_pose_behind_the_camera_projects_nowhere() -> None:
    true = Pose.identity().with_translation([0, 0, 900.0])
    assert mspd_px(true, true.with_translation([0, 0, -900.0]), points_mm=POINTS, camera=CAMERA) == float("inf")
    assert is_accepted(29.9, 300) and not is_accepted(30.1, 300)
