from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.geometry.camera import Camera
from core.geometry.mirror_twin import mirror_twin
from core.geometry.pose import rotation_angle_deg
from core.geometry.steering import angles_deg, pose_from_angles

ANGLES = st.floats(-80, 80)


@given(st.floats(-179, 179), ANGLES, ANGLES, st.tuples(st.floats(-400, 400), st.floats(-400, 400)))
def test_the_twin_of_the_twin_is_the_pose(yaw: float, pitch: float, roll: float, at: tuple[float, float]) -> None:
    pose = pose_from_angles(yaw, pitch, roll_deg=roll, translation_mm=[*at, 900.0])
    back = mirror_twin(mirror_twin(pose))
    assert rotation_angle_deg(back, pose) < 1e-5
    assert np.array_equal(back.translation_mm, pose.translation_mm)


def test_on_the_axis_it_is_seen_from_the_other_end_and_from_below() -> None:
    pose = pose_from_angles(30.0, 12.0, roll_deg=0.0, translation_mm=[0.0, 0.0, 900.0])
    yaw, pitch, roll = angles_deg(mirror_twin(pose))
    assert (yaw, pitch, roll) == pytest.approx((-30.0, -12.0, 0.0))


@pytest.mark.parametrize("at", [(0.0, 0.0), (9000.0, -6000.0)])
def test_from_far_away_a_symmetric_shape_looks_the_same(at: tuple[float, float]) -> None:
    rng = np.random.default_rng(2)
    half = rng.uniform([-140, 0, -50], [140, 50, 50], (40, 3))
    points = np.concatenate([half, half * [1, -1, 1]])
    pose = pose_from_angles(50.0, 20.0, roll_deg=5.0, translation_mm=[*at, 30000.0])
    camera = Camera.from_vertical_fov(50.0, 4000, height_px=3000)
    ours, twins = camera.project(pose.apply(points)), camera.project(mirror_twin(pose).apply(points))
    apart = np.linalg.norm(ours[:, None] - twins[None], axis=2).min(axis=1)
    assert apart.max() < 0.02 * np.ptp(ours[:, 0])
