"""What is wrong in a BOP dataset is named by file and key, and the rest of it is taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bop_builders import (
    CAMERA,
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
    write_foreign_set,
)
from format_builders import new_document
from PIL import Image
from scipy.spatial import cKDTree

from core.formats.json_file import FormatError
from core.geometry.pose import Pose
from core.labels.instance import Side

SCENE = "train/000000"


def _edit_json(name: str, change: Callable[[Any], None]) -> Callable[[Path], None]:
    def spoil(scene: Path) -> None:
        content = read_json(scene / name)
        change(content)
        (scene / name).write_text(json.dumps(content))

    return spoil


def _set(content: Any, *path: Any, value: Any) -> None:
    for step in path[:-1]:
        content = content[step]
    content[path[-1]] = value


TURNED_OVER = [1, 0, 0, 0, 1, 0, 0, 0, -1]
BAD = {
    "no scene_camera.json": (
        lambda scene: (scene / "scene_camera.json").unlink(),
        ("scene_camera.json cannot be read", "Nothing of this scene was taken"),
    ),
    "truncated JSON": (
        lambda scene: (scene / "scene_gt.json").write_text('{"3": [{"cam_R_m2c": [1.0, 0'),
        ("scene_gt.json is no valid JSON",),
    ),
    "a list at the top": (
        lambda scene: (scene / "scene_gt.json").write_text("[]"),
        ("scene_gt.json holds no JSON object",),
    ),
    "K of eight numbers": (
        _edit_json("scene_camera.json", lambda c: c["3"]["cam_K"].pop()),
        ("test/000002/scene_camera.json 3.cam_K", "nine finite numbers", "8 numbers"),
    ),
    "K of words": (
        _edit_json("scene_camera.json", lambda c: _set(c, "3", "cam_K", value="400 0 160")),
        ("3.cam_K", "not '400 0 160'"),
    ),
    "K without a focal length": (
        _edit_json("scene_camera.json", lambda c: _set(c, "3", "cam_K", 0, value=0.0)),
        ("3.cam_K", "is no camera matrix"),
    ),
    "no camera for an image": (
        _edit_json("scene_camera.json", lambda c: c.pop("3")),
        ("test/000002/scene_camera.json 3", "no camera"),
    ),
    "a mirroring rotation": (
        _edit_json("scene_gt.json", lambda c: _set(c, "3", 0, "cam_R_m2c", value=TURNED_OVER)),
        ("test/000002/scene_gt.json 3[0].cam_R_m2c", "it is no rotation"),
    ),
    "a scaled rotation": (
        _edit_json("scene_gt.json", lambda c: _set(c, "3", 0, "cam_R_m2c", value=[1.1, 0, 0, 0, 1.1, 0, 0, 0, 1.1])),
        ("3[0].cam_R_m2c", "it is no rotation"),
    ),
    "no translation": (
        _edit_json("scene_gt.json", lambda c: c["3"][0].pop("cam_t_m2c")),
        ("3[0].cam_t_m2c", "missing"),
    ),
    "a pose that is a word": (_edit_json("scene_gt.json", lambda c: _set(c, "3", 0, value="none")), ("3[0]", "obj_id")),
    "poses that are no list": (_edit_json("scene_gt.json", lambda c: _set(c, "3", value={})), ("a list of poses",)),
    "a key that is no number": (_edit_json("scene_gt.json", lambda c: _set(c, "abc", value=[])), ("abc", "its number")),
    "an object without a model": (
        _edit_json("scene_gt.json", lambda c: _set(c, "3", 0, "obj_id", value=9)),
        ("test/000002/scene_gt.json 3[0].obj_id", "models/obj_000009.ply", "its mask was taken without a pose"),
    ),
    "a mesh cut short": (
        lambda scene: (scene.parents[1] / "models" / "obj_000005.ply").write_text("ply\nformat ascii 1.0\nelement"),
        ("models/obj_000005.ply", "could not be read", "no usable mesh"),
    ),
    "a mask of another size": (
        lambda scene: Image.new("L", (64, 48), 255).save(scene / "mask_visib" / "000003_000000.png"),
        ("test/000002/mask_visib/000003_000000.png", "64 x 48 px", "320 x 240 px"),
    ),
    "a mask that is none": (
        lambda scene: (scene / "mask_visib" / "000003_000000.png").write_text("no picture"),
        ("mask_visib/000003_000000.png", "the mask cannot be read"),
    ),
    "a mask that is missing": (
        lambda scene: (scene / "mask_visib" / "000003_000000.png").unlink(),
        ("mask_visib/000003_000000.png is not there", "3[0]"),
    ),
    "a picture that is missing": (
        lambda scene: (scene / "rgb" / "000003.png").unlink(),
        ("test/000002/scene_gt.json 3", "the picture is not there", "000003.png"),
    ),
    "a picture that is none": (
        lambda scene: (scene / "rgb" / "000003.png").write_text("no picture"),
        ("test/000002/scene_gt.json 3", "not a photo"),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_named_and_the_rest_is_taken(tmp_path: Path, name: str) -> None:
    spoil, words = BAD[name]
    other = Pose.exp([0.1, 0, 0, 0, 0, 0]) @ POSE
    scene = write_foreign_set(tmp_path / "lm", WEDGE, [POSE, other])
    write_foreign_set(tmp_path / "lm" / "more", WEDGE, [POSE])
    spoil(scene)
    document = new_document(tmp_path / "p")
    outcome = imported(tmp_path / "lm", document, tmp_path / "p")
    told = [str(line) for line in outcome.report.lines if line.outcome != "taken"]
    text = " | ".join(told)
    assert all(word in text for word in words), text
    photos = photos_of(document)
    if (scene / "scene_camera.json").exists() and "JSON" not in name and "list at the top" not in name:
        assert any(photo.file.endswith("test/000002/rgb/000004.png") for photo in photos)


def test_a_damaged_table_of_ours_is_refused_whole(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path / "a")
    add_posed_photo(document, tmp_path / "a" / "a.jpg", posed())
    exported(document, tmp_path / "a", tmp_path / "bop")
    table = tmp_path / "bop" / "outsole_objects.json"
    content = read_json(table)
    for spoil in (
        lambda c: c["objects"]["1"].pop("model"),
        lambda c: c["objects"]["1"].pop("size"),
        lambda c: c["objects"]["1"].update(side="up"),
        lambda c: c["objects"]["1"].update(landmarks_mm={"toe tip": [1, 2]}),
        lambda c: c.pop("objects"),
    ):
        broken = json.loads(json.dumps(content))
        spoil(broken)
        table.write_text(json.dumps(broken))
        other = new_document(tmp_path / f"b{len(list(tmp_path.iterdir()))}")
        with pytest.raises(FormatError, match=r"outsole_objects\.json"):
            imported(tmp_path / "bop", other, tmp_path / "b")
        assert not other.project.entries
    table.unlink()
    foreign = new_document(tmp_path / "foreign")
    imported(tmp_path / "bop", foreign, tmp_path / "foreign")
    (photo,) = photos_of(foreign)
    expected = CAMERA.project(POSE.apply(WEDGE.vertices_mm))
    assert cKDTree(posed_points(foreign, photo)).query(expected)[0].max() < 1e-3


def test_own_scene_file_that_is_damaged_costs_only_what_it_kept(tmp_path: Path) -> None:
    document, _ = wedge_project(tmp_path / "a")
    add_posed_photo(document, tmp_path / "a" / "a.jpg", posed(side=Side.LEFT))
    exported(document, tmp_path / "a", tmp_path / "bop")
    kept = tmp_path / "bop" / SCENE / "outsole_scene.json"
    content = read_json(kept)
    content["images"]["0"]["instances"][0]["pose"]["rotation_wxyz"] = "none"
    for text in (kept.read_text()[:40], json.dumps(content), '{"images": {"0": {"instances": 3, "camera": []}}}'):
        kept.write_text(text)
        other = new_document(tmp_path / f"b{len(list(tmp_path.iterdir()))}")
        imported(tmp_path / "bop", other, tmp_path / "b")
        (photo,) = photos_of(other)
        assert (
            photo.instances[0].side is Side.LEFT and np.abs(photo.instances[0].pose.matrix - POSE.matrix).max() <= 1e-6
        )
