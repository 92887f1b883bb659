from __future__ import annotations

import numpy as np
import pytest

from core.render.normals import FEATURE_ANGLE_DEG, shading_mesh, welded_vertices


def cube() -> tuple[np.ndarray, np.ndarray]:
    vertices = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=float)
    quads = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    return vertices, np.array([[q[i] for i in tri] for q in quads for tri in ([0, 1, 2], [0, 2, 3])], dtype=np.int32)


def tube(sides: int, *, seam: bool) -> tuple[np.ndarray, np.ndarray]:
    """An open tube about z; with a seam the first column of vertices is stored twice, as texture seams are."""
    columns = sides + 1 if seam else sides
    angle = np.arange(columns) * 2 * np.pi / sides
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    vertices = np.concatenate([np.c_[ring, np.zeros(columns)], np.c_[ring, np.ones(columns)]])
    faces = []
    for i in range(sides):
        j = (i + 1) % columns
        faces += [[i, j, i + columns], [j, j + columns, i + columns]]
    return vertices, np.array(faces, dtype=np.int32)


def test_a_cube_keeps_its_edges_sharp() -> None:
    vertices, faces = cube()
    shading = shading_mesh(vertices, faces, feature_angle_deg=FEATURE_ANGLE_DEG)
    assert len(shading.source) == 24
    assert np.sort(np.abs(shading.normals), axis=1) == pytest.approx(np.tile([0, 0, 1], (24, 1)), abs=1e-12)
    assert shading.is_closed


def test_a_cube_smoothed_over_right_angles_has_one_normal_a_corner() -> None:
    vertices, faces = cube()
    shading = shading_mesh(vertices, faces, feature_angle_deg=91.0)
    outward = (vertices[shading.source] - 0.5) / np.sqrt(0.75)
    assert len(shading.source) == 8
    assert shading.normals == pytest.approx(outward, abs=1e-9)  # by angle: the quads' diagonals do not show


@pytest.mark.parametrize("seam", [False, True])
def test_a_tube_is_smooth_across_a_texture_seam(seam: bool) -> None:
    vertices, faces = tube(24, seam=seam)
    shading = shading_mesh(vertices, faces, feature_angle_deg=FEATURE_ANGLE_DEG)
    radial = vertices[shading.source] * [1, 1, 0]
    assert shading.normals == pytest.approx(radial, abs=0.05)
    assert not shading.is_closed


def test_split_faces_are_the_faces() -> None:
    vertices, faces = cube()
    shading = shading_mesh(vertices, faces, feature_angle_deg=FEATURE_ANGLE_DEG)
    assert np.array_equal(shading.source[shading.faces], faces)


def test_a_face_without_area_has_no_nan() -> None:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0]], dtype=float)
    shading = shading_mesh(vertices, np.array([[0, 1, 2], [1, 3, 1]], dtype=np.int32), feature_angle_deg=40.0)
    assert np.isfinite(shading.normals).all()


def test_a_cube_with_a_flipped_face_is_not_closed() -> None:
    vertices, faces = cube()
    faces[0] = faces[0, ::-1]
    assert not shading_mesh(vertices, faces, feature_angle_deg=40.0).is_closed


def test_welding_finds_the_same_places_far_from_the_origin() -> None:
    vertices = np.array([[0, 0, 0], [200, 0, 0], [0, 100, 0], [200 + 1e-9, 0, 0]]) - 1e5
    first, place = welded_vertices(vertices)
    assert len(first) == 3
    assert place[1] == place[3]
