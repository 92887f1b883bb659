"""The proposal of the importer: axes, foot, pair, scale; on shoes of our own and on the shared ones."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import trimesh

from core.geometry.mesh import Mesh
from core.meshes.mesh_file import MeshFileError, write_glb
from core.meshes.orientation import AXIS_NAMES, proposed_orientation, shoe_from_file, turn_deg
from core.meshes.pair import split_pair
from core.meshes.shoe_import import propose_import
from core.meshes.sizes import eu_from_length_mm, foot_mm_from_eu, length_mm_from_eu
from core.sneaker.sneaker import SneakerShape, sneaker_mesh

MODELS = Path(__file__).resolve().parents[4] / "shared" / "data" / "models"
needs_models = pytest.mark.skipif(not (MODELS / "models.json").is_file(), reason="the shared models are not here")


@pytest.fixture(scope="module")
def sneaker() -> Mesh:
    return sneaker_mesh(SneakerShape())


def saved(mesh: Mesh, path: Path, *, rotation: np.ndarray | None = None, scale: float = 1.0) -> Path:
    vertices = mesh.vertices_mm @ (np.eye(3) if rotation is None else rotation).T * scale
    trimesh.Trimesh(vertices, mesh.faces, process=False).export(path)
    return path


def test_all_24_ways_to_stand_are_found(sneaker: Mesh) -> None:
    for toe, up in product(AXIS_NAMES, AXIS_NAMES):
        if toe[1] == up[1]:
            continue
        rotation = shoe_from_file(toe, up)
        assert np.linalg.det(rotation) == pytest.approx(1.0)
        found = proposed_orientation(sneaker.with_vertices(sneaker.vertices_mm @ rotation))
        assert (found.toe, found.up) == (toe, up)
        assert found.is_sure


@pytest.mark.parametrize(("scale", "length"), [(0.001, 290), (0.1, 290), (1.0, 290), (0.0071, 290)])
def test_units_are_guessed(tmp_path: Path, sneaker: Mesh, scale: float, length: float) -> None:
    shoe = propose_import(saved(sneaker, tmp_path / "my_shoe.ply", scale=scale))
    assert shoe.length_mm == pytest.approx(length, abs=1)
    assert shoe.mesh.extent_mm[0] == pytest.approx(length, abs=1)
    assert shoe.name == "My shoe"
    assert np.allclose(np.add(*shoe.mesh.bounds_mm), 0, atol=1e-6)


def test_a_left_shoe_is_mirrored_and_says_so(tmp_path: Path, sneaker: Mesh) -> None:
    right = propose_import(saved(sneaker, tmp_path / "right.ply"))
    left = propose_import(saved(sneaker.mirrored(), tmp_path / "left.ply"))
    assert np.allclose(left.mesh.vertices_mm.mean(axis=0), right.mesh.vertices_mm.mean(axis=0), atol=1e-3)
    assert any("left shoe" in note for note in left.notes)
    assert left.shoe == right.shoe == "all"
    forced = propose_import(saved(sneaker, tmp_path / "right.ply"), shoe="left")
    assert np.allclose(forced.mesh.vertices_mm[:, 1], -right.mesh.vertices_mm[:, 1], atol=1e-3)
    assert trimesh.Trimesh(left.mesh.vertices_mm, left.mesh.faces).volume > 0


@pytest.mark.parametrize("apart_deg", [0, 25])
def test_a_pair_is_split(tmp_path: Path, sneaker: Mesh, apart_deg: float) -> None:
    turn = trimesh.transformations.rotation_matrix(np.radians(apart_deg / 2), [0, 0, 1])[:3, :3]
    right = sneaker.vertices_mm @ turn + [0, -90, 0]
    left = sneaker.mirrored().vertices_mm @ turn.T + [0, 90, 0]
    faces = np.concatenate([sneaker.faces, sneaker.mirrored().faces + len(right)])
    both = Mesh(np.concatenate([right, left]), faces)
    halves = split_pair(both)
    assert halves is not None
    assert {int(half.sum()) for half in halves} == {len(sneaker.faces)}
    for wish in (None, "right", "left"):
        shoe = propose_import(saved(both, tmp_path / "pair.ply"), shoe=wish)
        assert shoe.is_pair
        assert shoe.shoe == (wish or "right")
        assert shoe.mesh.extent_mm == pytest.approx(sneaker.extent_mm, rel=0.03)
        assert shoe.mesh.vertices_mm.mean(axis=0) == pytest.approx(sneaker.vertices_mm.mean(axis=0), abs=4)


def test_one_shoe_is_no_pair(sneaker: Mesh) -> None:
    assert split_pair(sneaker) is None


def test_given_axes_and_length_win(tmp_path: Path, sneaker: Mesh) -> None:
    path = saved(sneaker, tmp_path / "shoe.ply")
    shoe = propose_import(path, axes=("-X", "+Z"), length_mm=265.0)
    assert shoe.axes == ("-X", "+Z")
    assert shoe.mesh.extent_mm[0] == pytest.approx(265.0)
    with pytest.raises(MeshFileError, match="toe and up"):
        propose_import(path, axes=("+X", "-X"))
    with pytest.raises(MeshFileError, match="no length of a shoe"):
        propose_import(path, length_mm=5.0)
    with pytest.raises(MeshFileError, match="left, right or all"):
        propose_import(path, shoe="middle")


def test_shapes_that_are_no_shoe(tmp_path: Path) -> None:
    flat = trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]])
    flat.export(tmp_path / "flat.ply")
    with pytest.raises(MeshFileError, match="flat"):
        propose_import(tmp_path / "flat.ply")
    far = trimesh.creation.box((1, 1, 1))
    far.apply_translation([1e6, 0, 0])
    far.export(tmp_path / "far.obj")
    with pytest.raises(MeshFileError, match="far from its origin"):
        propose_import(tmp_path / "far.obj")
    trimesh.creation.icosphere(2, radius=100.0).export(tmp_path / "ball.ply")
    ball = propose_import(tmp_path / "ball.ply")
    assert any("guess" in note for note in ball.notes)


def test_the_turn_of_a_splayed_shoe_is_measured(sneaker: Mesh) -> None:
    assert turn_deg(sneaker.vertices_mm) == 0.0
    turn = trimesh.transformations.rotation_matrix(np.radians(20), [0, 0, 1])[:3, :3]
    assert turn_deg(sneaker.vertices_mm @ turn.T) == pytest.approx(20, abs=4)


def test_sizes() -> None:
    assert length_mm_from_eu(42) == pytest.approx(292.0)
    assert foot_mm_from_eu(42) == pytest.approx(265.0)
    for size in np.arange(16, 50, 0.5):
        assert eu_from_length_mm(length_mm_from_eu(size)) == size
    with pytest.raises(ValueError, match="EU shoe size"):
        length_mm_from_eu(9)


@needs_models
def test_the_shared_shoes_are_read_as_their_list_says() -> None:
    sides = {"adidas_chocolate_innsvx.glb": "left", "warrior_kunyong_chen.glb": "left"}  # judged by eye, from the soles
    for truth in json.loads((MODELS / "models.json").read_text()):
        shoe = propose_import(MODELS / truth["file"])
        assert shoe.axes == (truth["toe"], truth["up"]), truth["file"]
        assert shoe.is_pair == ("pair" in truth["what"]), truth["file"]
        if truth["units"] != "arbitrary":
            assert any("The file is in" in note for note in shoe.notes), truth["file"]
            assert 255 < shoe.length_mm < 310
        else:
            assert shoe.length_mm == 290.0
        if not shoe.is_pair:
            said = "left" if any("this is a left shoe" in note for note in shoe.notes) else "right"
            assert said == sides.get(truth["file"], "right"), truth["file"]
        if truth["textures"] != "laces only":
            assert shoe.mesh.texture is not None
            assert shoe.mesh.texture.std() > 10


def test_our_own_glb_comes_back_as_it_was(tmp_path: Path, sneaker: Mesh) -> None:
    write_glb(sneaker, tmp_path / "own_shoe.glb")
    shoe = propose_import(tmp_path / "own_shoe.glb")
    assert shoe.axes == ("+Z", "+Y")
    assert shoe.mesh.extent_mm == pytest.approx(sneaker.extent_mm, abs=0.01)
    assert len(shoe.mesh.faces) == len(sneaker.faces)
    assert any("right shoe" in note for note in shoe.notes)
