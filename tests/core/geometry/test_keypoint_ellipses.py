from __future__ import annotations

import numpy as np
import pytest

from core.geometry.camera import Camera
from core.geometry.keypoint_ellipses import ellipse_axes, keypoint_ellipses
from core.geometry.pose import Pose
from core.geometry.steering import pose_from_angles

POINTS = np.array([[-140.0, 0.0, -40.0], [145.0, 5.0, -35.0], [-130.0, 0.0, 60.0], [20.0, 45.0, -20.0]])
POSE = pose_from_angles(35.0, 25.0, roll_deg=8.0, translation_mm=[60.0, -30.0, 800.0])
LENS = np.array([-0.2, 0.05, 0.001, -0.002, 0.01])


def spread(seed: int) -> np.ndarray:
    factor = np.random.default_rng(seed).normal(size=(6, 6))
    factor[:3] *= 0.004
    return factor @ factor.T


@pytest.mark.parametrize("lens", [np.zeros(5), LENS])
def test_ellipses_are_those_of_a_crowd_of_poses(lens: np.ndarray) -> None:
    plain = Camera.from_vertical_fov(45.0, 1280, height_px=960)
    camera = Camera(plain.fx_px, plain.fy_px, 640.0, 480.0, 1280, 960, lens)
    covariance = spread(3)
    centres, ellipses = keypoint_ellipses(POINTS, POSE, camera=camera, covariance=covariance)
    assert centres == pytest.approx(camera.project(POSE.apply(POINTS)))
    steps = np.random.default_rng(5).multivariate_normal(np.zeros(6), covariance, 20000)
    crowd = np.stack([camera.project(POSE.moved(step).apply(POINTS)) for step in steps])
    for index, ellipse in enumerate(ellipses):
        seen = np.cov(crowd[:, index].T)
        assert np.abs(ellipse - seen).max() < 0.05 * np.trace(seen)


def test_a_point_behind_the_camera_has_no_ellipse() -> None:
    camera = Camera.from_vertical_fov(45.0, 640, height_px=480)
    near = Pose(POSE.rotation_wxyz, np.array([0.0, 0.0, 50.0]))
    centres, ellipses = keypoint_ellipses(POINTS, near, camera=camera, covariance=spread(1))
    behind = near.apply(POINTS)[:, 2] <= 0
    assert behind.any() and not behind.all()
    assert np.isnan(centres[behind]).all() and np.isnan(ellipses[behind]).all()
    assert np.isfinite(ellipses[~behind]).all()


def test_axes_of_an_ellipse() -> None:
    turn = np.array([[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]])
    axes, direction = ellipse_axes(turn @ np.diag([9.0, 4.0]) @ turn.T, sigmas=2.0)
    assert axes == pytest.approx([6.0, 4.0])
    assert abs(direction @ turn[:, 0]) == pytest.approx(1.0)
