from __future__ import annotations

import numpy as np
import pytest

from core.geometry.mesh import Mesh
from core.render.vtk_mesh import proxy_of


def sphere(rings: int, *, radius_mm: float = 50.0) -> Mesh:
    """A closed ball with a texture whose right half is red; the seam's vertices are stored twice."""
    turn, fall = np.meshgrid(np.linspace(0, 2 * np.pi, 2 * rings + 1), np.linspace(0, np.pi, rings + 1))
    unit = np.stack([np.sin(fall) * np.cos(turn), np.sin(fall) * np.sin(turn), np.cos(fall)], axis=-1)
    index = np.arange(unit[..., 0].size).reshape(turn.shape)
    here, right, below, corner = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    faces = [np.stack([here, below, corner], axis=-1)[1:-1], np.stack([here, corner, right], axis=-1)[1:]]
    faces = [faces[0], faces[1], np.stack([here, below, corner], axis=-1)[:1]]
    uv = np.stack([turn / (2 * np.pi), 1 - fall / np.pi], axis=-1)
    texture = np.full((64, 128, 3), 40, np.uint8)
    texture[:, 64:, 0] = 240
    flat = np.concatenate([part.reshape(-1, 3) for part in faces])
    return Mesh(radius_mm * unit.reshape(-1, 3), flat, uv=uv.reshape(-1, 2), texture=texture)


def test_a_small_mesh_is_its_own_proxy() -> None:
    mesh = sphere(8)
    assert proxy_of(mesh) is mesh


def test_a_proxy_has_few_triangles_and_the_same_shape() -> None:
    mesh = sphere(80)
    proxy = proxy_of(mesh, 2_000)
    assert 1_500 <= len(proxy.faces) <= 2_000
    assert np.linalg.norm(proxy.vertices_mm, axis=1) == pytest.approx(50.0, abs=0.5)
    assert proxy.extent_mm == pytest.approx([100.0] * 3, abs=0.5)


def test_a_proxy_keeps_outsides_outside() -> None:
    proxy = proxy_of(sphere(60), 1_000)
    corners = proxy.vertices_mm[proxy.faces]
    volume = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    assert volume == pytest.approx(4 / 3 * np.pi * 50**3, rel=0.02)


def test_a_proxy_carries_the_textures_colours() -> None:
    proxy = proxy_of(sphere(60), 1_000)
    assert proxy.colours is not None
    assert proxy.texture is None
    y = proxy.vertices_mm[:, 1]
    assert (proxy.colours[y < -5, 0] > 200).all()
    assert (proxy.colours[y > 5, 0] < 80).all()
