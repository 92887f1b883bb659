"""outsole export --bop and outsole import, as they are typed: what is there is told apart by looking."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.cli import main
from core.document.document import Document
from core.document.edit import Edit
from core.geometry.pose import Pose
from core.labels.instance import Instance, PoseEstimate, Side, new_id
from core.storage.database import open_project
from core.storage.image_file import photo_from_file

POSE = Pose.from_matrix([[-1.0, 0, 0], [0, 0, -1], [0, -1, 0]], [10.0, 5.0, 900.0])


def spoken(capsys: pytest.CaptureFixture[str], *arguments: Any, code: int = 0) -> str:
    capsys.readouterr()
    assert main([str(argument) for argument in arguments]) == code
    told = capsys.readouterr()
    return told.out + told.err


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A project with the built-in sneaker posed in one photo."""
    path = tmp_path / "shoes.outsole"
    spoken(capsys, "new", path)
    Image.new("RGB", (400, 300), (120, 120, 120)).save(tmp_path / "a.jpg")
    document = Document(open_project(path))
    (model,) = document.project.models.values()
    photo = photo_from_file(tmp_path / "a.jpg", project_folder=tmp_path, position=0)
    shoe = Instance(new_id(), "sneaker", Side.LEFT, model_id=model.id, pose_estimate=PoseEstimate(POSE))
    document.commit(Edit.of("Photo", None, photo.with_instances((shoe,))))
    document.store.close()
    return path


def poses_in(path: Path) -> list[Pose | None]:
    document = Document(open_project(path))
    photos = [document.photo(photo_id) for photo_id in document.project.entries]
    document.store.close()
    return [instance.pose for photo in photos for instance in photo.instances]


@pytest.mark.parametrize("wish", [("--bop",), ("--format", "bop")])
@pytest.mark.parametrize("source", [(), ("--bop",)])
def test_a_set_goes_out_and_comes_in(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], wish: tuple[str, ...], source: tuple[str, ...]
) -> None:
    assert "0 refused" in spoken(capsys, "export", project, tmp_path / "out", *wish)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["bop"]
    other = tmp_path / "other.outsole"
    spoken(capsys, "new", other, "--empty")
    assert "0 refused" in spoken(capsys, "import", other, *source, tmp_path / "out" / "bop")
    (pose,) = poses_in(other)
    assert pose is not None and np.abs(pose.matrix - POSE.matrix).max() <= 1e-6


def test_coco_and_labelme_are_told_by_looking(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (40, 30)).save(tmp_path / "b.png")
    square = {"label": "sneaker", "points": [[1, 1], [9, 1], [9, 9]], "shape_type": "polygon", "flags": {}}
    labels = {"version": "5", "flags": {}, "shapes": [square], "imagePath": "../b.png", "imageData": None}
    (tmp_path / "labels").mkdir()
    file = tmp_path / "labels" / "b.json"
    file.write_text(json.dumps({**labels, "imageHeight": 30, "imageWidth": 40}))
    assert "labelme" in spoken(capsys, "import", project, tmp_path / "labels")
    spoken(capsys, "export", project, tmp_path / "out", "--format", "coco", code=1)
    other = tmp_path / "other.outsole"
    spoken(capsys, "new", other, "--empty")
    told = spoken(capsys, "import", other, tmp_path / "out" / "instances.json", "--images", tmp_path, code=1)
    assert "instances.json" in told and len(poses_in(other)) == 1


def test_what_cannot_be_imported_is_said(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert "Say what to import" in spoken(capsys, "import", project, code=2)
    assert "There is no" in spoken(capsys, "import", project, tmp_path / "nowhere", code=2)
    assert "no labelme files, BOP scenes or data.yaml" in spoken(capsys, "import", project, tmp_path / "empty", code=2)
    assert "holds no BOP scene" in spoken(capsys, "import", project, "--bop", tmp_path / "empty", code=2)


def test_a_broken_scene_costs_an_exit_code_and_is_named(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoken(capsys, "export", project, tmp_path / "out", "--bop")
    (tmp_path / "out" / "bop" / "train" / "000000" / "scene_camera.json").unlink()
    told = spoken(capsys, "import", project, tmp_path / "out" / "bop", code=1)
    assert "train/000000" in told and "scene_camera.json cannot be read" in told


def test_nothing_is_written_where_something_else_is(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out" / "bop").mkdir(parents=True)
    (tmp_path / "out" / "bop" / "thesis.txt").write_text("mine")
    assert "choose another folder" in spoken(capsys, "export", project, tmp_path / "out", "--bop", "--coco", code=2)
    assert [path.name for path in (tmp_path / "out").rglob("*") if path.is_file()] == ["thesis.txt"]
