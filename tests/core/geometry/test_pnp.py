"""A pose from clicked points: exact ones give it back, noisy ones nearly, and those that fix none are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.geometry.camera import Camera
from core.geometry.pnp import lie_in_a_plane, reversed_solution, solve_pnp
from core.geometry.pose import Pose, rotation_angle_deg

POINTS = np.array(
    [
        [-144.0, 0, -55],
        [145, 9, -34],
        [-137, 0, 42],
        [54, -52, -49],
        [76, 52, -48],
        [-82, -37, -45],
        [-82, 33, -45],
        [-26, -8, 53],
    ]
)
SOLE = POINTS[[0, 3, 4, 5, 6]] * [1, 1, 0]
CAMERA = Camera.from_vertical_fov(45.0, 1600, height_px=1200)
BENT = replace(CAMERA, distortion=np.array([-0.12, 0.05, 0.001, -0.001, 0.0]))
numbers = st.floats(-1.0, 1.0, allow_nan=False)
poses = st.tuples(*[numbers] * 6).map(
    lambda v: Pose.exp([2.0 * v[0], 2.0 * v[1], 2.0 * v[2], 120.0 * v[3], 90.0 * v[4], 900.0 + 250.0 * v[5]])
)


@given(poses, st.sampled_from([CAMERA, BENT]))
def test_exact_points_give_the_pose_back(pose: Pose, camera: Camera) -> None:
    solution = solve_pnp(POINTS, camera.project(pose.apply(POINTS)), camera)
    assert rotation_angle_deg(solution.pose, pose) < 1e-3
    assert np.allclose(solution.pose.translation_mm, pose.translation_mm, atol=1e-2)
    assert solution.rms_px < 1e-4


@given(poses, st.integers(0, 10_000))
def test_noisy_points_give_nearly_the_pose_and_their_residuals(pose: Pose, seed: int) -> None:
    noise = np.clip(np.random.default_rng(seed).normal(0, 2.0, (len(POINTS), 2)), -5, 5)
    clicked = CAMERA.project(pose.apply(POINTS)) + noise
    solution = solve_pnp(POINTS, clicked, CAMERA, sigmas_px=2.0)
    assert rotation_angle_deg(solution.pose, pose) < 8.0
    assert solution.rms_px <= np.sqrt(np.mean(np.sum(noise**2, axis=1))) + 1e-6
    assert np.allclose(CAMERA.project(solution.pose.apply(POINTS)) - clicked, solution.misses_px, atol=1e-9)


def test_the_covariance_holds_what_it_says() -> None:
    pose = Pose.exp([1.9, 0.4, -0.3, 20.0, 30.0, 900.0])
    rng, inside = np.random.default_rng(3), 0
    for _ in range(200):
        clicked = CAMERA.project(pose.apply(POINTS)) + rng.normal(0, 2.0, (len(POINTS), 2))
        solution = solve_pnp(POINTS, clicked, CAMERA, sigmas_px=2.0)
        turn = (Pose(pose.rotation_wxyz, np.zeros(3)) @ Pose(solution.pose.rotation_wxyz, np.zeros(3)).inverse()).log()
        off = np.concatenate([turn[:3], pose.translation_mm - solution.pose.translation_mm])
        inside += float(off @ np.linalg.solve(solution.covariance, off)) < 12.59  # chi square, 6 freedoms, 95 %
    assert 0.9 * 200 <= inside <= 200


def test_a_click_known_to_be_poor_counts_for_little() -> None:
    pose = Pose.exp([1.9, 0.4, -0.3, 20.0, 30.0, 900.0])
    clicked = CAMERA.project(pose.apply(POINTS))
    clicked[2] += [30.0, -20.0]
    plain = solve_pnp(POINTS, clicked, CAMERA, sigmas_px=2.0)
    trusting_less = solve_pnp(POINTS, clicked, CAMERA, sigmas_px=[2, 2, 60, 2, 2, 2, 2, 2])
    assert rotation_angle_deg(trusting_less.pose, pose) < 0.1 < rotation_angle_deg(plain.pose, pose)


@pytest.mark.parametrize(
    ("points", "clicks", "words"),
    [
        (POINTS[:3], np.zeros((3, 2)), "at least four"),
        (np.outer(np.arange(5.0), [10, 4, 1]), np.arange(10.0).reshape(5, 2) * 7, "in a line"),
        (POINTS[:5], np.full((5, 2), 300.0), "one spot"),
        (POINTS[:5], np.full((5, 2), np.nan), "no place in the photo"),
    ],
)
def test_points_that_fix_no_pose_are_refused_with_a_sentence(points, clicks, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        solve_pnp(points, clicks, CAMERA)


def test_a_start_behind_the_camera_is_refused() -> None:
    clicked = CAMERA.project(Pose.exp([0.3, 0, 0, 0, 0, 900.0]).apply(POINTS))
    with pytest.raises(ValueError, match="behind the camera"):
        solve_pnp(POINTS, clicked, CAMERA, start=Pose.exp([0.3, 0, 0, 0, 0, -900.0]))


def test_a_flat_set_from_afar_has_a_second_pose() -> None:
    far = Camera.from_vertical_fov(4.0, 1600, height_px=1200)
    pose = Pose.exp([0.6, 0.3, 0.0, 0.0, 0.0, 9000.0])
    clicked = far.project(pose.apply(SOLE))
    first = solve_pnp(SOLE, clicked, far, sigmas_px=2.0)
    second = reversed_solution(first, SOLE, clicked, camera=far, sigmas_px=2.0)
    assert second is not None and second.rms_px < 3.0
    assert rotation_angle_deg(second.pose, first.pose) > 20.0
    assert lie_in_a_plane(SOLE) and not lie_in_a_plane(POINTS)
