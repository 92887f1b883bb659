"""The house's sneaker: a clean closed shoe of its measures, its landmarks, and the files shipped of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from core.geometry.mesh import Mesh
from core.labels.shoe_model import LANDMARK_NAMES
from core.sneaker.build import build_models
from core.sneaker.paint import EMBER, sneaker_texture
from core.sneaker.shipped import MODELS_FOLDER, shipped_sneaker
from core.sneaker.sneaker import SneakerShape, sneaker_landmarks, sneaker_mesh, sneaker_model


@pytest.fixture(scope="module")
def sneaker() -> Mesh:
    return sneaker_mesh()


def solid_of(mesh: Mesh) -> trimesh.Trimesh:
    solid = trimesh.Trimesh(mesh.vertices_mm, mesh.faces, process=False)
    solid.merge_vertices(merge_tex=True, merge_norm=True)
    return solid


def distance_mm(point: tuple[float, float, float], mesh: Mesh) -> float:
    """From a point to the nearest of the mesh's triangles, by projection, clamped to each edge."""
    a, b, c = np.moveaxis(mesh.vertices_mm[mesh.faces], 1, 0)
    best = np.inf
    normal = np.cross(b - a, c - a)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    height = ((np.asarray(point) - a) * normal).sum(axis=1)
    foot = np.asarray(point) - height[:, None] * normal
    inside = np.ones(len(a), bool)
    for start, end in ((a, b), (b, c), (c, a)):
        edge = end - start
        inside &= (np.cross(edge, foot - start) * normal).sum(axis=1) >= 0
        share = np.clip(((np.asarray(point) - start) * edge).sum(axis=1) / (edge**2).sum(axis=1), 0, 1)
        best = min(best, float(np.linalg.norm(start + share[:, None] * edge - point, axis=1).min()))
    return min(best, float(np.abs(height[inside]).min())) if inside.any() else best


def test_its_size_and_frame(sneaker: Mesh) -> None:
    low, high = sneaker.bounds_mm
    assert np.allclose(low + high, 0, atol=2e-4)
    assert sneaker.extent_mm == pytest.approx([290, 104, 122], abs=3)
    assert 10_000 <= len(sneaker.faces) <= 20_000
    toe = sneaker.vertices_mm[:, 0] > 120
    heel = sneaker.vertices_mm[:, 0] < -120
    assert sneaker.vertices_mm[toe, 2].max() < sneaker.vertices_mm[heel, 2].max() - 30


def test_every_part_is_closed_with_its_outside_outside(sneaker: Mesh) -> None:
    parts = solid_of(sneaker).split(only_watertight=False)
    assert len(parts) >= 4
    for part in parts:
        assert part.is_watertight
        assert part.is_winding_consistent
        assert part.volume > 0


def test_one_can_look_into_it(sneaker: Mesh) -> None:
    corners = sneaker.vertices_mm[sneaker.faces]
    edges = np.roll(corners, -1, axis=1) - corners
    away = np.array([-80.0, 0.0]) - corners[..., :2]
    turns = edges[..., 0] * away[..., 1] - edges[..., 1] * away[..., 0]
    over = (turns > 0).all(axis=1) | (turns < 0).all(axis=1)  # triangles above and below a point of the heel
    assert over.sum() >= 2
    assert corners[over][..., 2].max() < sneaker.bounds_mm[0][2] + 40  # the insole, not a lid


def test_it_is_a_right_shoe(sneaker: Mesh) -> None:
    low = sneaker.vertices_mm[sneaker.vertices_mm[:, 2] < sneaker.bounds_mm[0][2] + 20]
    toe = low[low[:, 0] > low[:, 0].max() - 0.5]
    assert toe[:, 1].mean() > 3  # the big toe's side is the longer one
    waist = low[np.abs(low[:, 0]) < 15]
    assert waist[:, 1].max() < -waist[:, 1].min() - 4  # the waist is cut in on the medial side


def test_landmarks_lie_on_the_surface(sneaker: Mesh) -> None:
    landmarks = sneaker_landmarks()
    assert tuple(landmarks) == LANDMARK_NAMES
    assert max(distance_mm(point, sneaker) for point in landmarks.values()) < 0.5
    for place in ("forefoot", "rearfoot"):
        assert landmarks[f"{place} lateral"][1] < 0 < landmarks[f"{place} medial"][1]
    assert landmarks["toe tip"][0] > 144
    assert landmarks["heel bottom"][0] < -140
    assert landmarks["heel bottom"][2] < landmarks["heel top"][2] - 80
    assert landmarks["instep"][2] > landmarks["heel top"][2]


@pytest.mark.parametrize(
    "shape",
    [
        SneakerShape(length_mm=240, width_mm=90, collar_height_mm=90),
        SneakerShape(length_mm=320, width_mm=118, sole_thickness_mm=38, toe_spring_mm=20),
        SneakerShape(toe_spring_mm=0, lining_mm=5),
    ],
)
def test_other_measures_make_clean_shoes(shape: SneakerShape) -> None:
    mesh = sneaker_mesh(shape)
    assert mesh.extent_mm[0] == pytest.approx(shape.length_mm, rel=0.01)
    assert mesh.extent_mm[1] == pytest.approx(shape.width_mm, rel=0.04)
    assert all(part.is_watertight and part.volume > 0 for part in solid_of(mesh).split(only_watertight=False))
    assert max(distance_mm(point, mesh) for point in sneaker_landmarks(shape).values()) < 0.5


def test_impossible_measures_are_refused() -> None:
    with pytest.raises(ValueError, match="length_mm lies between"):
        SneakerShape(length_mm=5)


def test_colourways_change_the_paint_alone() -> None:
    other = sneaker_texture(SneakerShape(), EMBER)
    assert other.shape == (1024, 1024, 3)
    assert np.abs(other.astype(int) - sneaker_mesh().texture).mean() > 20


def test_the_shipped_files_are_what_the_generator_makes() -> None:
    model, mesh = sneaker_model()
    shipped, shipped_mesh = shipped_sneaker()
    assert shipped_mesh.vertices_mm == pytest.approx(mesh.vertices_mm, abs=2e-4)
    assert np.array_equal(shipped_mesh.faces, mesh.faces)
    assert shipped_mesh.uv == pytest.approx(mesh.uv, abs=2e-5)
    assert shipped_mesh.texture is not None
    assert np.abs(shipped_mesh.texture.astype(int) - mesh.texture).max() <= 1
    assert shipped.mesh_sha256 == shipped_mesh.sha256
    assert shipped.diameter_mm == pytest.approx(model.diameter_mm, abs=1e-3)
    assert dict(shipped.landmarks) == {
        name: pytest.approx(point, abs=1e-3) for name, point in sneaker_landmarks().items()
    }
    assert sum(path.stat().st_size for path in MODELS_FOLDER.iterdir()) < 2_000_000


def test_the_command_writes_all_three_files(tmp_path: Path) -> None:
    build_models(tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".npz", ".json", ".glb"}
    assert trimesh.load_scene(tmp_path / "outsole_sneaker.glb").extents[2] == pytest.approx(0.290, abs=0.001)
