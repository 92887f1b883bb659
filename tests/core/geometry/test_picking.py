from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.picking import first_hit, pick_point
from core.geometry.pose import Pose

BOX = Mesh(
    np.array([[x, y, z] for x in (-50, 50) for y in (-20, 20) for z in (-10, 10)], dtype=float),
    np.array(
        [
            [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
            [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
        ]
    ),
)  # fmt: skip
CAMERA = Camera.from_vertical_fov(40.0, 640, height_px=480)


def test_the_nearer_of_two_walls_is_hit() -> None:
    pose = Pose.identity().with_translation([0, 0, 300])
    hit = pick_point(BOX, pose, camera=CAMERA, at_px=(320, 240))
    assert hit == pytest.approx([0, 0, -10], abs=1e-9)


def test_a_ray_beside_the_mesh_hits_nothing() -> None:
    assert pick_point(BOX, Pose.identity().with_translation([0, 0, 300]), camera=CAMERA, at_px=(2, 2)) is None


def test_a_mesh_behind_the_camera_is_not_hit() -> None:
    assert pick_point(BOX, Pose.identity().with_translation([0, 0, -300]), camera=CAMERA, at_px=(320, 240)) is None


def test_from_inside_the_wall_ahead_is_hit() -> None:
    assert first_hit(BOX, np.zeros(3), direction=np.array([0.0, 0.0, 2.0])) == pytest.approx(5.0)


def test_a_ray_along_the_edge_between_two_triangles_does_not_slip_through() -> None:
    diagonal = np.linspace(-0.9, 0.9, 50)[:, None] * [50.0, 20.0, 0.0]
    for point in diagonal:
        assert first_hit(BOX, point + np.array([0, 0, 100.0]), direction=np.array([0.0, 0.0, -1.0])) == pytest.approx(
            90.0
        )


@given(st.lists(st.floats(-3, 3), min_size=3, max_size=3), st.floats(-60, 60), st.floats(-60, 60))
def test_a_picked_point_projects_to_the_click(omega: list[float], x_mm: float, y_mm: float) -> None:
    camera = replace(CAMERA, distortion=np.array([-0.2, 0.05, 0.001, -0.002, 0.0]))
    pose = Pose.exp([*omega, x_mm, y_mm, 400.0])
    at_px = camera.project(pose.apply(np.array([3.0, -2.0, 1.0])))
    hit = pick_point(BOX, pose, camera=camera, at_px=at_px)
    assert hit is not None
    assert camera.project(pose.apply(hit)) == pytest.approx(at_px, abs=1e-4)
    assert np.abs(hit / [50, 20, 10]).max() == pytest.approx(1.0, abs=1e-9)
