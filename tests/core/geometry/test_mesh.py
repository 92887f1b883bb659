"""Meshes: diameter against brute force, sizes, mirroring, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.geometry.frozen import frozen_array
from core.geometry.mesh import Mesh

clouds = hnp.arrays(np.float64, st.tuples(st.integers(3, 40), st.just(3)), elements=st.floats(-300, 300))


def mesh_of(vertices: np.ndarray) -> Mesh:
    return Mesh(vertices, np.array([[0, 1, 2]]))


def box(length: float = 280, width: float = 100, height: float = 110) -> Mesh:
    corners = np.array([(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = [face for a, b, c, d in quads for face in ((a, b, c), (a, c, d))]
    return Mesh(corners * [length, width, height], np.array(faces))


def signed_volume(mesh: Mesh) -> float:
    a, b, c = (mesh.vertices_mm[mesh.faces[:, corner]] for corner in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


@given(clouds)
def test_the_diameter_is_the_largest_distance_of_all_pairs(vertices: np.ndarray) -> None:
    brute = np.linalg.norm(vertices[:, None] - vertices[None], axis=2).max()
    assert mesh_of(vertices).diameter_mm() == pytest.approx(brute, rel=1e-9, abs=1e-4)


def test_the_diameter_of_many_vertices() -> None:
    vertices = np.random.default_rng(1).normal(size=(3000, 3)) * [140, 50, 55]
    brute = max(np.linalg.norm(vertices - vertex, axis=1).max() for vertex in vertices)
    assert mesh_of(vertices).diameter_mm() == pytest.approx(brute)


def test_the_diameter_of_a_box_is_its_diagonal() -> None:
    assert box(3, 4, 12).diameter_mm() == pytest.approx(13)


@given(clouds, st.lists(st.floats(0.1, 3), min_size=3, max_size=3))
def test_scaling_scales_the_extent(vertices: np.ndarray, factors: list[float]) -> None:
    mesh = mesh_of(vertices)
    np.testing.assert_allclose(mesh.scaled(factors).extent_mm, mesh.extent_mm * factors, atol=1e-9)


def test_scaling_by_one_is_the_same_mesh() -> None:
    mesh = box()
    assert mesh.scaled([1, 1, 1]) is mesh


@pytest.mark.parametrize("factors", [(1, -1, 1), (0, 1, 1)])
def test_a_mirroring_scale_is_refused(factors: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="above zero"):
        box().scaled(factors)


def test_mirroring_keeps_the_outside_outside_and_undoes_itself() -> None:
    mesh = box()
    assert signed_volume(mesh) == pytest.approx(280 * 100 * 110)
    assert signed_volume(mesh.mirrored()) == pytest.approx(signed_volume(mesh))
    again = mesh.mirrored().mirrored()
    np.testing.assert_array_equal(again.vertices_mm, mesh.vertices_mm)
    np.testing.assert_array_equal(again.faces, mesh.faces)


@given(clouds)
def test_centring_puts_the_box_about_the_origin(vertices: np.ndarray) -> None:
    low, high = mesh_of(vertices).centred().bounds_mm
    np.testing.assert_allclose(low, -high, atol=1e-9)


def test_surface_points_lie_on_the_surface_and_come_again() -> None:
    points = box(2, 2, 2).surface_points(500)
    np.testing.assert_allclose(np.abs(points).max(axis=1), 1.0)
    np.testing.assert_array_equal(points, box(2, 2, 2).surface_points(500))
    assert np.abs(points.mean(axis=0)).max() < 0.15  # evenly spread


def test_the_hash_names_the_contents() -> None:
    mesh = box()
    assert mesh.sha256 == box().sha256
    others = [box(281), mesh.mirrored(), Mesh(mesh.vertices_mm, mesh.faces, uv=np.zeros((8, 2)))]
    coloured = Mesh(mesh.vertices_mm, mesh.faces, colours=np.zeros((8, 3), dtype=np.uint8))
    assert len({mesh.sha256, coloured.sha256, *(other.sha256 for other in others)}) == 5


@pytest.mark.parametrize(
    ("vertices", "faces", "sentence"),
    [
        (np.zeros((0, 3)), [[0, 0, 0]], "vertices"),
        (np.zeros((3, 2)), [[0, 1, 2]], "three coordinates"),
        (np.full((3, 3), np.nan), [[0, 1, 2]], "NaN"),
        (np.zeros((3, 3)), np.zeros((0, 3), int), "none"),
        (np.zeros((3, 3)), [[0, 1, 3]], "does not exist"),
        (np.zeros((3, 3)), [[0, 1, -1]], "does not exist"),
    ],
)
def test_what_is_no_mesh_is_refused(vertices: np.ndarray, faces: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Mesh(vertices, np.array(faces))


def test_frozen_arrays_are_copies_unless_frozen_already() -> None:
    mine = np.zeros(3)
    frozen = frozen_array(mine)
    mine[0] = 1
    assert frozen[0] == 0 and not frozen.flags.writeable and mine.flags.writeable
    assert frozen_array(frozen) is frozen
    window = np.zeros((4, 3))
    view = frozen_array(window[:2])
    window[0] = 7
    assert view[0, 0] == 0
