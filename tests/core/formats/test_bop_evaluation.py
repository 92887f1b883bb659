"""What programs that evaluate poses count on in a BOP export: models of their own, points on the surface, targets."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import trimesh
from bop_builders import (
    FACING,
    POSE,
    WEDGE,
    add_posed_photo,
    exported,
    imported,
    photos_of,
    posed,
    posed_points,
    read_json,
    wedge_project,
)
from format_builders import new_document, sneaker

from core.document.document import Document
from core.document.edit import Edit
from core.formats.split import Split
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import Side
from core.labels.shoe_model import ShoeModel
from core.sneaker.shipped import shipped_sneaker

LOOSE = [[0.0, 0.0, 0.0], [-140.0, 50.0, 60.0]]  # one inside the box, one where a corner is already


def loose_project(folder: Path) -> Document:
    """A project whose mesh has two vertices that no triangle has, and a triangle of no area."""
    document = new_document(folder)
    vertices = np.concatenate([LOOSE[:1], WEDGE.vertices_mm, LOOSE[1:], [[10.0, 0.0, 0.0]]])
    flat = len(vertices) - 1
    colours = np.tile(np.arange(len(vertices), dtype=np.uint8)[:, None], (1, 3))
    mesh = Mesh(vertices, np.concatenate([WEDGE.faces + 1, [[flat, flat, flat]]]), colours=colours)
    sha256 = document.store.add_mesh(mesh)
    model = ShoeModel("wedge", "Wedge", sha256, (280.0, 100.0, 120.0), mesh.diameter_mm())
    document.commit(Edit.of("Model", None, model))
    return document


def test_evaluators_find_the_same_models_in_a_folder_of_their_own(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    add_posed_photo(document, tmp_path / "a.jpg", posed(), posed(side=Side.LEFT))
    exported(document, tmp_path, tmp_path / "bop")
    files = {
        name: {file.name: file.read_bytes() for file in (tmp_path / "bop" / name).iterdir()}
        for name in ("models", "models_eval")
    }
    assert files["models"].keys() == {"models_info.json", "obj_000001.ply", "obj_000002.ply"}
    assert files["models"] == files["models_eval"]


def test_every_vertex_of_a_written_model_is_on_its_surface(tmp_path: Path) -> None:
    """A pose error is taken at all vertices of the file, and a box and a diameter are said of them."""
    document = loose_project(tmp_path)
    add_posed_photo(document, tmp_path / "a.jpg", posed())
    exported(document, tmp_path, tmp_path / "bop")
    solid = trimesh.load(tmp_path / "bop" / "models_eval" / "obj_000001.ply", process=False)
    assert len(solid.vertices) == len(WEDGE.vertices_mm) + 1
    assert set(np.unique(solid.faces)) == set(range(len(solid.vertices)))
    assert solid.vertices[:-1] == pytest.approx(WEDGE.vertices_mm)
    assert solid.visual.vertex_colors[0, 0] == 1  # colours stay with their vertices
    (info,) = read_json(tmp_path / "bop" / "models_eval" / "models_info.json").values()
    distances = np.linalg.norm(solid.vertices[:, None] - solid.vertices[None], axis=2)
    assert info["diameter"] == pytest.approx(distances.max())
    low, high = solid.vertices.min(axis=0), solid.vertices.max(axis=0)
    assert [info[f"min_{axis}"] for axis in "xyz"] == pytest.approx(low)
    assert [info[f"size_{axis}"] for axis in "xyz"] == pytest.approx(high - low)


@pytest.mark.parametrize("shoe", ["shipped", "with a flat triangle"])
def test_every_normal_is_a_unit_vector(tmp_path: Path, shoe: str) -> None:
    """Shaders divide by their length."""
    if shoe == "shipped":
        document = new_document(tmp_path)
        model, mesh = shipped_sneaker()
        document.store.add_mesh(mesh)
        document.commit(Edit.of("Model", None, model))
    else:
        document = loose_project(tmp_path)
    (model_id,) = document.project.models
    add_posed_photo(document, tmp_path / "a.jpg", posed(model_id=model_id))
    exported(document, tmp_path, tmp_path / "bop")
    content = (tmp_path / "bop" / "models" / "obj_000001.ply").read_bytes()
    head, _, body = content.partition(b"end_header\n")
    count = next(int(line.split()[2]) for line in head.decode().splitlines() if line.startswith("element vertex"))
    columns = np.dtype([("at", "<f4", 3), ("normal", "<f4", 3), ("colour", "u1", 3)])
    vertices = np.frombuffer(body, columns, count)
    assert np.linalg.norm(vertices["normal"], axis=1) == pytest.approx(np.ones(count), abs=1e-5)


def test_one_undivided_set_is_asked_for(tmp_path: Path) -> None:
    """Shoes seen to a tenth at least, by object; the detection task names their images alone."""
    document, _ = wedge_project(tmp_path)
    add_posed_photo(document, tmp_path / "a.jpg", posed(), posed(side=Side.LEFT), posed(POSE.moved([0, 0, 0, 9, 0, 0])))
    screen = sneaker(Region.from_box(0, 0, x1_px=320, y1_px=240), category="ignore")
    add_posed_photo(document, tmp_path / "b.jpg", posed(), screen)
    exported(document, tmp_path, tmp_path / "bop")
    infos = read_json(tmp_path / "bop" / "train" / "000000" / "scene_gt_info.json")
    seen = [info["visib_fract"] >= 0.1 for info in infos["0"]]
    counts = {1: seen[0] + seen[2], 2: int(seen[1])}
    expected = [{"im_id": 0, "inst_count": n, "obj_id": obj_id, "scene_id": 0} for obj_id, n in counts.items() if n]
    assert expected and infos["1"][0]["px_count_visib"] == 0
    assert read_json(tmp_path / "bop" / "test_targets_bop19.json") == expected
    assert read_json(tmp_path / "bop" / "test_targets_bop24.json") == [{"im_id": 0, "scene_id": 0}]


@pytest.mark.parametrize("shares", [(0.5, 0.0, 0.5), (1.0, 0.0, 0.0)])
def test_a_divided_set_asks_for_its_test_photos_alone(tmp_path: Path, shares: tuple[float, float, float]) -> None:
    document, _ = wedge_project(tmp_path)
    for index in range(6):
        add_posed_photo(document, tmp_path / f"{index}.jpg", posed())
    exported(document, tmp_path, tmp_path / "bop", split=Split(shares))
    files = [tmp_path / "bop" / f"test_targets_bop{year}.json" for year in (19, 24)]
    if not shares[2]:
        assert not any(file.exists() for file in files)
        return
    images = read_json(tmp_path / "bop" / "test" / "000000" / "scene_gt.json")
    assert 0 < len(images) < 6 and [len(read_json(file)) for file in files] == [len(images)] * 2


def test_explanations_name_what_a_loader_must_be_told(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path)
    add_posed_photo(document, tmp_path / "a.png", posed(), posed(side=Side.LEFT))
    exported(document, tmp_path, tmp_path / "bop")
    told = (tmp_path / "bop" / "dataset_info.md").read_text(encoding="utf-8")
    assert "`obj_ids` are 1 to 2" in told and "`.png`" in told
    assert {path.name for path in (tmp_path / "bop").iterdir() if path.name.startswith(("models", "test"))} == {
        name for name in ("models", "models_eval", "test_targets_bop19.json", "test_targets_bop24.json") if name in told
    } | {"models"}


@pytest.mark.parametrize("is_older", [False, True])
def test_sets_come_back_with_and_without_what_evaluators_want(tmp_path: Path, is_older: bool) -> None:
    document, _ = wedge_project(tmp_path)
    pose = Pose.from_matrix(FACING, [12.0, -8.0, 800.0])
    before = add_posed_photo(document, tmp_path / "a.jpg", posed(pose, Side.LEFT))
    exported(document, tmp_path, tmp_path / "bop")
    if is_older:
        shutil.rmtree(tmp_path / "bop" / "models_eval")
        for year in (19, 24):
            (tmp_path / "bop" / f"test_targets_bop{year}.json").unlink()
    (tmp_path / "other").mkdir()
    other = new_document(tmp_path / "other")
    outcome = imported(tmp_path / "bop", other, tmp_path / "other")
    assert not outcome.report.refused
    (after,) = photos_of(other)
    assert np.abs(after.instances[0].pose.matrix - pose.matrix).max() <= 1e-6
    assert after.instances[0].side is Side.LEFT
    old, new = (np.unique(posed_points(*one).round(2), axis=0) for one in ((document, before), (other, after)))
    assert new == pytest.approx(old, abs=0.02)
