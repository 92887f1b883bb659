"""`outsole fit --free-focal`: the photo's camera and the pose of its first shoe are found together."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.cli import main
from core.document.document import Document
from core.document.edit import Edit
from core.geometry.camera import CameraSource
from core.geometry.pose import Pose
from core.geometry.tracing import region_from_mask
from core.labels.instance import Instance, PoseEstimate, new_id
from core.labels.photo import Photo
from core.render.raster import mesh_mask
from core.storage.database import open_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one photo whose focal length is a guess, 15 % too short, and two posed shoes with an outline."""
    Image.fromarray(np.full((200, 320, 3), 210, dtype=np.uint8)).save(tmp_path / "a.png")
    assert main(["new", str(tmp_path / "shoes")]) == 0
    assert main(["add-photos", str(tmp_path / "shoes"), str(tmp_path)]) == 0
    file = tmp_path / "shoes.outsole"
    store = open_project(file)
    document = Document(store)
    (key,) = document.project.entries
    (model,) = document.project.models.values()
    photo = document.photo(key)
    guess = replace(photo.camera, source=CameraSource.GUESS)
    true = replace(guess, fx_px=guess.fx_px / 0.85, fy_px=guess.fy_px / 0.85)
    pose = Pose.exp([0.3, 0.4, 0.1, 0, 0, 0]) @ Pose.from_matrix(
        [[-1.0, 0, 0], [0, 0, -1.0], [0, -1.0, 0]], [0, 0, 420]
    )
    region = region_from_mask(mesh_mask(store.mesh(model.mesh_sha256), pose, true))
    near = PoseEstimate(pose.with_translation([2.0, -1.0, 360.0]))
    shoes = tuple(Instance(new_id(), "sneaker", region=region, model_id=model.id, pose_estimate=near) for _ in "ab")
    document.commit(Edit.of("Label", photo, replace(photo, instances=shoes, camera=guess)))
    store.close()
    return file


def photo_in(file: Path) -> Photo:
    store = open_project(file)
    photo = store.load_photo(next(iter(store.load_project().entries)))
    store.close()
    return photo


@pytest.mark.parametrize("more", [[], ["--anew"]])
def test_fit_finds_the_focal_length_with_the_pose(
    project: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    before = photo_in(project).camera
    capsys.readouterr()
    code = main(["fit", str(project), "--free-focal", *more, "--json"])
    content = json.loads(capsys.readouterr().out)
    assert code == 0, content
    photo = photo_in(project)
    assert photo.camera.source is CameraSource.FIT
    assert photo.camera.fx_px == pytest.approx(before.fx_px / 0.85, rel=0.08)
    first, second = (instance.pose_estimate for instance in photo.instances)
    assert first is not None and second is not None
    assert first.provenance.residuals["focal_px"] == pytest.approx(photo.camera.fx_px)
    assert first.camera_source is CameraSource.FIT
    assert "focal_px" not in second.provenance.residuals and second.iou is not None and second.iou > 0.95
