"""The sample photos, their truth, and the project made of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.document.document import Document
from core.geometry.camera import CameraSource
from core.geometry.mesh import Mesh
from core.labels.photo import Photo, Status
from core.labels.shoe_model import LANDMARK_NAMES
from core.metrics.mask_overlap import mask_iou
from core.render.raster import mesh_mask
from core.render.region_raster import region_mask
from core.sneaker.sample_project import (
    SAMPLE_PHOTOS,
    create_sample_project,
    is_current_sample,
    newest_sample,
    next_sample,
)
from core.sneaker.sample_scenes import shipped_model, solids_of, truth
from core.sneaker.sample_truth import SHIPPED_WITH, TRUTH_FOLDER, TrueScene, TrueShoe, true_scene
from core.sneaker.scene_list import SCENES, Scene
from core.sneaker.shipped import MODELS_FOLDER, SAMPLE_FOLDER
from core.storage.database import open_project
from core.storage.image_file import photo_from_file, read_pixels

EVERY = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.file)


def shipped_photo(scene: Scene) -> tuple[Photo, TrueScene]:
    photo = photo_from_file(SAMPLE_FOLDER / scene.file, project_folder=SAMPLE_FOLDER, position=0)
    true = true_scene(photo.sha256)
    assert true is not None
    return photo, true


def sized_mesh(shoe: TrueShoe, scene: Scene) -> Mesh:
    model, mesh = shipped_model(scene)
    return model.sized_mesh(mesh, size=shoe.size, side=shoe.side)


def test_the_photos_are_those_of_the_scenes() -> None:
    names = {scene.file for scene in SCENES}
    assert {path.name for path in SAMPLE_FOLDER.iterdir()} == names  # the truth is not among what is opened
    assert {path.stem for path in TRUTH_FOLDER.glob("*.json")} == {Path(name).stem for name in names}
    assert {one.file for one in SAMPLE_PHOTOS} == names


def test_they_are_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLE_FOLDER.iterdir()) < 4 * 1024 * 1024
    assert sum(path.stat().st_size for path in TRUTH_FOLDER.iterdir()) < 1024 * 1024


def test_what_they_show() -> None:
    shoes = [shoe for scene in SCENES for shoe in scene.shoes]
    assert {shoe.side for shoe in shoes} == {"left", "right"}
    assert sum(len(scene.shoes) == 2 for scene in SCENES) == 2
    assert any(shoe.worn is not None for shoe in shoes)
    assert len({scene.floor.pattern for scene in SCENES}) >= 4
    assert len({scene.shot.focal_35mm for scene in SCENES}) == len(SCENES)
    assert len({scene.model_id for scene in SCENES}) == 2


@EVERY
def test_the_truth_belongs_to_the_scenes(scene: Scene) -> None:
    written = json.loads((TRUTH_FOLDER / scene.file).with_suffix(".json").read_text())
    made = truth(scene, shipped_model(scene))
    assert written["camera"] == pytest.approx(made["camera"])
    for one, other in zip(written["shoes"], made["shoes"], strict=True):
        assert one["rotation_wxyz"] == pytest.approx(other["rotation_wxyz"], abs=1e-6)
        assert one["translation_mm"] == pytest.approx(other["translation_mm"], abs=1e-3)
        assert (one["side"], one["length_mm"]) == (other["side"], other["length_mm"])


@EVERY
def test_the_photos_tell_their_camera_exactly(scene: Scene) -> None:
    photo, true = shipped_photo(scene)
    assert photo.size_px == (1600, 1200)
    assert photo.camera.source is CameraSource.EXIF
    assert photo.camera.matrix == pytest.approx(true.camera.matrix, abs=1e-9)
    with Image.open(SAMPLE_FOLDER / scene.file) as image:
        exif = image.getexif()
        focal_mm = float(exif.get_ifd(0x8769)[0x920A])
    assert exif[0x010E] == "Rendered sample scene" and exif[0x010F] == "Outsole"
    assert focal_mm == pytest.approx(scene.shot.focal_35mm / 5.6, abs=0.01)


@EVERY
def test_outlines_and_silhouettes_are_those_of_the_true_poses(scene: Scene) -> None:
    _, true = shipped_photo(scene)
    whole = solids_of(scene, shipped_model(scene))
    assert len(whole) >= len(true.shoes)
    for shoe in true.shoes:
        mask = mesh_mask(sized_mesh(shoe, scene), shoe.camera_from_shoe, true.camera)
        assert mask_iou(region_mask(shoe.silhouette, 1600, 1200), mask) > 0.995
        seen = region_mask(shoe.outline, 1600, 1200)
        assert 0.35 * mask.sum() < seen.sum() <= 1.003 * mask.sum()
    if scene.hiding:
        (hiding,) = true.hiding
        hidden = region_mask(hiding.outline, 1600, 1200)
        assert hidden.sum() > 10_000
        assert not (hidden & region_mask(true.shoes[0].outline, 1600, 1200)).sum() > 400


@EVERY
def test_the_pictures_change_at_the_true_edge(scene: Scene) -> None:
    """Steps of brightness along the outlines' normals: the shift that explains them best is a fraction of a pixel."""
    _, true = shipped_photo(scene)
    grey = read_pixels(SAMPLE_FOLDER / scene.file).mean(axis=2)
    found = [edge_steps(grey, shoe) for shoe in true.shoes]
    normals, offsets = (np.concatenate([one[k] for one in found]) for k in range(2))
    assert len(offsets) > 50
    shift = np.linalg.lstsq(normals, offsets, rcond=None)[0]
    assert np.abs(shift).max() < 0.4


def edge_steps(grey: np.ndarray, shoe: TrueShoe) -> tuple[np.ndarray, np.ndarray]:
    """(N, 2) normals of the outline and (N,) px along them to the middle of a clear step of brightness near it."""
    ring = max((part.outer for part in shoe.outline.parts), key=len).points_px
    along = np.roll(ring, -1, axis=0) - ring
    long = np.hypot(*along.T) > 2.0
    middle, along = (ring + along / 2)[long], along[long]
    normal = np.stack([along[:, 1], -along[:, 0]], axis=1) / np.hypot(*along.T)[:, None]
    steps = np.arange(-3.0, 3.01, 0.25)
    places = middle[:, None] + steps[None, :, None] * normal[:, None]
    inside = ((places > 2) & (places < [1597, 1197])).all(axis=(1, 2))
    x, y = (places[inside] - 0.5).transpose(2, 0, 1)
    i, j = np.floor(y).astype(int), np.floor(x).astype(int)
    t, s = y - i, x - j
    above, below = grey[i, j] * (1 - s) + grey[i, j + 1] * s, grey[i + 1, j] * (1 - s) + grey[i + 1, j + 1] * s
    change = np.abs(np.diff(above * (1 - t) + below * t, axis=1))
    one_step = (change.max(axis=1) > 8.0) & (change[:, 6:18].sum(axis=1) > 0.72 * change.sum(axis=1))
    weights = change[one_step] ** 2
    return normal[inside][one_step], weights @ (steps[:-1] + 0.125) / weights.sum(axis=1)


def test_a_sample_project_has_one_photo_done_two_begun_and_the_rest_to_do(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "sample.outsole"
    create_sample_project(path)
    store = open_project(path)
    document = Document(store)
    try:
        photos = [document.photo(photo_id) for photo_id in document.project.entries]
        assert [photo.file for photo in photos] == [one.file for one in SAMPLE_PHOTOS]
        assert all((path.parent / photo.file).is_file() and photo.notes for photo in photos)
        done, pair, worn, *to_do = photos
        assert done.status is Status.CHECKED and done.review is not None and done.review.by == "Outsole"
        assert [shoe.true_pose is not None for shoe in done.instances] == [True]
        assert [shoe.true_pose is not None for shoe in pair.instances] == [True] and pair.status is Status.TODO
        assert [(one.category, one.pose) for one in worn.instances] == [("sneaker", None), ("leg", None)]
        assert all(not photo.instances and photo.status is Status.TODO for photo in to_do)
        for photo in (done, pair, worn):
            assert all(one.provenance == SHIPPED_WITH and not one.region.is_empty for one in photo.instances)
        assert sorted(document.project.models) == ["outsole-high-top", "outsole-sneaker"]
        for model in document.project.models.values():
            assert tuple(model.landmarks) == LANDMARK_NAMES
            assert store.mesh(model.mesh_sha256).sha256 == model.mesh_sha256
        assert not document.can_undo  # one undo too many would take the sample itself away
    finally:
        store.close()
    with pytest.raises(FileExistsError, match="exists already"):
        create_sample_project(path)


def test_a_fresh_sample_never_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    assert newest_sample(folder) is None
    first = next_sample(folder)
    assert first == folder / "sample.outsole"
    create_sample_project(first)
    assert newest_sample(folder) == first and is_current_sample(first)
    second = next_sample(folder)
    assert second.parent == tmp_path / "sample-2"
    create_sample_project(second)
    assert newest_sample(folder) == second and next_sample(folder).parent.name == "sample-3"
    with (second.parent / SAMPLE_PHOTOS[0].file).open("ab") as file:
        file.write(b"edited")
    assert not is_current_sample(second) and is_current_sample(first)


def test_the_models_are_there() -> None:
    assert {path.stem for path in MODELS_FOLDER.glob("*.npz")} >= {"outsole_sneaker", "outsole_high_top"}
