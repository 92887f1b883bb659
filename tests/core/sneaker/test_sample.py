"""The sample photos, their truth, and the project made of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.document.document import Document
from core.geometry.camera import CameraSource
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.labels.instance import ShoeSize, Side
from core.labels.shoe_model import LANDMARK_NAMES
from core.render.raster import mesh_mask
from core.sneaker.sample_project import create_sample_project
from core.sneaker.sample_scenes import SCENES, TRUTH_FOLDER, truth
from core.sneaker.shipped import SAMPLE_FOLDER, shipped_sneaker
from core.storage.database import open_project
from core.storage.image_file import photo_from_file, read_pixels


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.file)
def test_the_truth_belongs_to_the_scenes(scene) -> None:
    model, mesh = shipped_sneaker()
    written = json.loads((TRUTH_FOLDER / scene.file).with_suffix(".json").read_text())
    made = truth(scene, model, mesh=mesh)
    assert written["camera"] == pytest.approx(made["camera"])
    for one, other in zip(written["shoes"], made["shoes"], strict=True):
        assert one["rotation_wxyz"] == pytest.approx(other["rotation_wxyz"], abs=1e-6)
        assert one["translation_mm"] == pytest.approx(other["translation_mm"], abs=1e-3)
        assert (one["side"], one["length_mm"]) == (other["side"], other["length_mm"])


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.file)
def test_the_photos_tell_their_lens_and_show_the_shoes_where_the_truth_says(scene) -> None:
    photo = photo_from_file(SAMPLE_FOLDER / scene.file, project_folder=SAMPLE_FOLDER, position=0)
    assert photo.size_px == (1600, 1200)
    assert photo.camera.source is CameraSource.EXIF
    assert photo.camera.fx_px == pytest.approx(scene.camera.fx_px)
    model, mesh = shipped_sneaker()
    written = json.loads((TRUTH_FOLDER / scene.file).with_suffix(".json").read_text())
    masks = [shoe_mask(shoe, model, mesh, photo.camera) for shoe in written["shoes"]]
    covered = np.any(masks, axis=0)
    assert 0.08 < covered.mean() < 0.5
    assert not (covered[0].any() or covered[-1].any() or covered[:, 0].any() or covered[:, -1].any())
    # The photo changes at the outline: the mean step across it is well above that of the same outline moved aside.
    grey = read_pixels(SAMPLE_FOLDER / scene.file).mean(axis=2)
    steps = np.abs(np.diff(grey, axis=1))
    edges = covered[:, 1:] != covered[:, :-1]
    at_edges = [np.median(steps[np.roll(edges, shift, axis=1)]) for shift in (-12, 0, 12)]
    assert at_edges[1] > 2.5 * max(at_edges[0], at_edges[2])


def shoe_mask(shoe: dict, model, mesh: Mesh, camera) -> np.ndarray:
    size = ShoeSize(shoe["length_mm"], shoe["width_ratio"], shoe["height_ratio"])
    sized = model.sized_mesh(mesh, size=size, side=Side(shoe["side"]))
    return mesh_mask(sized, Pose(np.array(shoe["rotation_wxyz"]), np.array(shoe["translation_mm"])), camera)


def test_the_samples_are_small() -> None:
    folders = (SAMPLE_FOLDER, TRUTH_FOLDER, SAMPLE_FOLDER.parent / "models")
    assert sum(path.stat().st_size for folder in folders for path in folder.iterdir()) < 3_000_000
    assert {path.suffix for path in SAMPLE_FOLDER.iterdir()} == {".jpg"}  # the truth is not among what is opened


def test_a_sample_project_opens_with_its_photos_and_the_sneaker(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "sample.outsole"
    create_sample_project(path)
    store = open_project(path)
    document = Document(store)
    try:
        entries = document.project.entries.values()
        assert [entry.file for entry in entries] == sorted((scene.file for scene in SCENES), reverse=True)
        for entry in entries:
            assert (path.parent / entry.file).is_file()
            assert not document.photo(entry.id).instances
        (model,) = document.project.models.values()
        assert tuple(model.landmarks) == LANDMARK_NAMES
        assert store.mesh(model.mesh_sha256).sha256 == model.mesh_sha256
        assert document.undo_label == "Sample project"
    finally:
        store.close()
    with pytest.raises(FileExistsError, match="exists already"):
        create_sample_project(path)
