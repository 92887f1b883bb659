"""The tour's verdict: near poses pass, far and missing ones fail with a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.formats.outsole_key import pose_to_json
from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import ShoeSize, Side
from gui.tour.album import PAGE, Album
from gui.tour.check import WrongPose, check_poses
from gui.tour.eye import TrueShoe, corners_of, rolls, turning_drag

POSE = Pose.exp([1.7, 0.3, -0.2, 30.0, -20.0, 600.0])
CAMERA = Camera.from_vertical_fov(45.0, 1600, height_px=1200)
REGION = Region.from_points([(300 + 200 * np.cos(t), 300 + 90 * np.sin(t)) for t in np.linspace(0, 6.2, 200)])
POINTS = np.array([(x, y, z) for x in (-140, 140) for y in (-50, 50) for z in (-60, 60)], dtype=float)
SHOES = {"a.jpg": (TrueShoe(Side.RIGHT, ShoeSize(280.0), POSE, CAMERA, REGION, POINTS, 300.0),)}


def exported(folder: Path, pose: Pose, side: str = "right") -> Path:
    annotation = {"image_id": 7, "outsole": {"side": side, "pose": pose_to_json(pose)}}
    content = {"images": [{"id": 7, "file_name": "photos/a.jpg"}], "annotations": [annotation, {"image_id": 7}]}
    (folder / "instances.json").write_text(json.dumps(content))
    return folder


def test_a_near_pose_is_told_in_diameters(tmp_path: Path) -> None:
    moved = POSE.with_translation(np.add(POSE.translation_mm, [3.0, 0.0, 0.0]))
    (sentence,) = check_poses(exported(tmp_path, moved), SHOES)
    assert "instances.json: a.jpg, right shoe: ADD 3.00 mm = 0.0100 d" in sentence


def test_a_bop_scene_is_looked_at_too(tmp_path: Path) -> None:
    far = POSE.with_translation(np.add(POSE.translation_mm, [0.0, 0.0, 15.1]))
    for pose in (POSE, far):
        entry = {"cam_R_m2c": pose.rotation.ravel().tolist(), "cam_t_m2c": pose.translation_mm.tolist(), "obj_id": 1}
        kept = {"photo": {"file": "photos/a.jpg"}, "instances": [{"side": "right"}]}
        (tmp_path / "scene_gt.json").write_text(json.dumps({"0": [entry]}))
        (tmp_path / "outsole_scene.json").write_text(json.dumps({"images": {"0": kept}}))
        (tmp_path / "scene_camera.json").write_text("{}")
        if pose is POSE:
            (sentence,) = check_poses(tmp_path, SHOES)
            assert "scene_gt.json: a.jpg, right shoe: ADD 0.00 mm" in sentence
    with pytest.raises(WrongPose, match="would have been accepted"):
        check_poses(tmp_path, SHOES)


def test_a_far_pose_is_refused(tmp_path: Path) -> None:
    far = POSE.with_translation(np.add(POSE.translation_mm, [0.0, 0.0, 15.1]))
    with pytest.raises(WrongPose, match=r"0\.05 d would have been accepted"):
        check_poses(exported(tmp_path, far), SHOES)


def test_a_shoe_that_is_not_there_and_no_shoe_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongPose, match="No file"):
        check_poses(tmp_path, SHOES)
    with pytest.raises(WrongPose, match="left shoe"):
        check_poses(exported(tmp_path, POSE, "left"), SHOES)


def test_an_album_fills_only_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match="not empty"):
        Album(tmp_path)
    own = tmp_path / "tour"
    Album(own)
    (own / "01-old.png").write_bytes(b"")
    Album(own)
    assert [file.name for file in own.iterdir()] == [PAGE]


def test_the_eye_sees_no_more_corners_than_asked_for() -> None:
    corners = corners_of(REGION, 24)
    assert 8 <= len(corners) <= 24
    assert Region.from_points(corners).area_px2 == pytest.approx(REGION.area_px2, rel=0.02)


def test_the_eye_finds_the_drag_and_the_rolls_that_are_needed() -> None:
    assert rolls(POSE, POSE.moved([0.0, 0.0, np.radians(31.0), 0.0, 0.0, 0.0]), step_deg=10.0) == 3
    start, end = turning_drag(POSE, POSE, CAMERA, radius_px=300.0)
    assert start == pytest.approx(end, abs=2.0)
