"""How much of the sky a surface sees: all of it in the open, half of it at the foot of a wall, none in a closed box."""

from __future__ import annotations

import numpy as np
import pytest

from core.geometry.mesh import Mesh
from core.sneaker.occlusion import daylight_of, sky_seen


def flat(corners: list[tuple[float, float, float]], box: tuple[float, float, float, float]) -> Mesh:
    """Two triangles over four corners, in a box (left, bottom, right, top) of the texture."""
    left, bottom, right, top = box
    uv = np.array([(left, bottom), (right, bottom), (right, top), (left, top)])
    return Mesh(np.array(corners, float), np.array([(0, 1, 2), (0, 2, 3)]), uv)


def together(*meshes: Mesh) -> Mesh:
    offsets = np.cumsum([0, *(len(mesh.vertices_mm) for mesh in meshes)])
    return Mesh(
        np.concatenate([mesh.vertices_mm for mesh in meshes]),
        np.concatenate([mesh.faces + offset for mesh, offset in zip(meshes, offsets[:-1], strict=True)]),
        np.concatenate([mesh.uv for mesh in meshes]),
    )


FLOOR = flat([(-50, -50, 0), (50, -50, 0), (50, 50, 0), (-50, 50, 0)], (0.0, 0.0, 0.5, 1.0))
WALL = flat([(50, -500, 0), (50, 500, 0), (50, 500, 900), (50, -500, 900)], (0.6, 0.0, 1.0, 1.0))


def test_a_floor_in_the_open_sees_all() -> None:
    sky = sky_seen(FLOOR, 32, directions=128)
    assert sky[4:28, 2:14].min() > 0.97
    assert sky[:, 22:] == pytest.approx(1.0)


def test_a_floor_sees_half_at_the_foot_of_a_wall() -> None:
    sky = sky_seen(together(FLOOR, WALL), 32, directions=256)
    assert sky[8:24, 15].mean() == pytest.approx(0.5, abs=0.08)  # beside the wall
    assert sky[8:24, 15].mean() < sky[8:24, 8].mean() < sky[8:24, 1].mean()


def test_daylight_darkens_what_sees_little() -> None:
    sky = np.ones((16, 16))
    sky[:, :8] = 0.2
    light = daylight_of(sky, 32, depth=0.6)
    assert light.shape == (32, 32)
    assert light[:, 30] == pytest.approx(1.0, abs=1e-3)
    assert light[:, 2] == pytest.approx(1 - 0.6 * 0.8**1.25, abs=1e-3)
    assert daylight_of(sky, 16, depth=0.0) == pytest.approx(1.0)
