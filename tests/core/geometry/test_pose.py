"""The algebra of poses: exp and log undo each other, also at the identity and at half a turn; inverses and products."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from label_strategies import poses, tangents

from core.geometry.pose import Pose, quaternion_from_matrix, rotation_angle_deg

points = hnp.arrays(np.float64, (5, 3), elements=st.floats(-500, 500))


def assert_same(a: Pose, b: Pose, *, atol: float = 1e-9) -> None:
    np.testing.assert_allclose(a.rotation, b.rotation, atol=atol)
    np.testing.assert_allclose(a.translation_mm, b.translation_mm, atol=atol * 1e3)


@given(tangents)
def test_log_undoes_exp(tangent: np.ndarray) -> None:
    np.testing.assert_allclose(Pose.exp(tangent).log(), tangent, rtol=1e-9, atol=1e-12)


@given(poses)
def test_exp_undoes_log(pose: Pose) -> None:
    assert_same(Pose.exp(pose.log()), pose)


@given(st.floats(-1e-9, 1e-9), st.floats(-1e-290, 1e-290), st.floats(-1e-12, 1e-12))
def test_tiny_rotations_keep_their_digits(x: float, y: float, z: float) -> None:
    np.testing.assert_allclose(Pose.exp([x, y, z, 0, 0, 0]).log()[:3], [x, y, z], rtol=1e-12, atol=1e-300)


@given(hnp.arrays(np.float64, 3, elements=st.floats(-1, 1)).filter(lambda axis: np.linalg.norm(axis) > 1e-3))
def test_half_a_turn_comes_back_as_half_a_turn(axis: np.ndarray) -> None:
    half = Pose.exp([*(np.pi * axis / np.linalg.norm(axis)), 0, 0, 0])
    assert np.linalg.norm(half.log()[:3]) == pytest.approx(np.pi)
    assert_same(Pose.exp(half.log()), half)


@given(poses)
def test_a_stored_quaternion_is_unit_with_w_not_negative_and_stays_what_it_is(pose: Pose) -> None:
    assert np.linalg.norm(pose.rotation_wxyz) == pytest.approx(1.0, abs=1e-15)
    assert pose.rotation_wxyz[0] >= 0
    assert Pose(pose.rotation_wxyz, pose.translation_mm) == pose  # to the last bit: a saved pose is not moved by saving


@given(poses)
def test_a_pose_and_its_inverse_cancel(pose: Pose) -> None:
    assert_same(pose.inverse() @ pose, Pose.identity())
    assert_same(pose @ pose.inverse(), Pose.identity())


@given(poses, poses, poses)
def test_composition_is_associative_and_is_matrix_multiplication(a: Pose, b: Pose, c: Pose) -> None:
    assert_same((a @ b) @ c, a @ (b @ c), atol=1e-8)
    np.testing.assert_allclose((a @ b).matrix, a.matrix @ b.matrix, atol=1e-8)


@given(poses, poses, points)
def test_composition_applies_the_right_one_first(a: Pose, b: Pose, x: np.ndarray) -> None:
    np.testing.assert_allclose((a @ b).apply(x), a.apply(b.apply(x)), atol=1e-8)


@given(poses, points)
def test_rotations_keep_lengths_and_handedness(pose: Pose, x: np.ndarray) -> None:
    np.testing.assert_allclose(np.linalg.norm(x @ pose.rotation.T, axis=1), np.linalg.norm(x, axis=1), atol=1e-9)
    assert np.linalg.det(pose.rotation) == pytest.approx(1.0)


@given(poses)
def test_a_matrix_gives_the_pose_back(pose: Pose) -> None:
    again = Pose.from_matrix(pose.rotation, pose.translation_mm)
    assert rotation_angle_deg(pose, again) < 1e-6
    np.testing.assert_allclose(np.abs(quaternion_from_matrix(pose.rotation) @ pose.rotation_wxyz), 1.0, atol=1e-12)


@given(poses, tangents)
def test_a_step_turns_about_the_shoes_origin_in_camera_axes(pose: Pose, step: np.ndarray) -> None:
    moved = pose.moved(step)
    np.testing.assert_allclose(moved.rotation, Pose.exp([*step[:3], 0, 0, 0]).rotation @ pose.rotation, atol=1e-9)
    np.testing.assert_allclose(moved.translation_mm, pose.translation_mm + step[3:])


@given(poses, st.floats(0, np.pi))
def test_the_angle_between_two_poses(pose: Pose, angle: float) -> None:
    turned = pose.moved([0, angle, 0, 5, 5, 5])
    assert rotation_angle_deg(pose, turned) == pytest.approx(np.degrees(angle), abs=1e-6)


@pytest.mark.parametrize("quaternion", [[0, 0, 0, 0], [np.nan, 0, 0, 1], [np.inf, 0, 0, 0]])
def test_a_quaternion_that_is_no_rotation_is_refused(quaternion: list[float]) -> None:
    with pytest.raises(ValueError, match="rotation needs"):
        Pose(np.array(quaternion), np.zeros(3))


@pytest.mark.parametrize("matrix", [np.diag([1, 1, -1]), 2 * np.eye(3), np.ones((3, 3))])
def test_a_matrix_that_is_no_rotation_is_refused(matrix: np.ndarray) -> None:
    with pytest.raises(ValueError, match="not a rotation"):
        Pose.from_matrix(matrix, np.zeros(3))


def test_arrays_of_a_pose_cannot_be_written() -> None:
    start = np.array([1.0, 0, 0, 0])
    pose = Pose(start, np.zeros(3))
    start[0] = 0.5
    assert pose.rotation_wxyz[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        pose.translation_mm[0] = 1.0
