"""What a tour's exported files say, held against the truth that is kept apart from them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from core.formats.outsole_key import pose_to_json
from core.geometry.pose import Pose
from core.metrics.pose_error import add_mm, rotation_error_deg
from gui.tour.eye import TrueShoe

ACCEPTED_DIAMETERS = 0.05


class WrongPose(Exception):
    """An exported pose is missing, or farther from the truth than a careful annotator's may be."""


def check_poses(folder: Path, shoes: dict[str, tuple[TrueShoe, ...]]) -> list[str]:
    """A sentence for every exported pose; raises WrongPose when one is off, or when there is none."""
    sentences = []
    for file, photo, content in _posed(folder):
        true = next((shoe for shoe in shoes[photo] if str(shoe.side) == content.get("side")), None)
        if true is None:
            raise WrongPose(f"{file} has a {content.get('side')} shoe in {photo}, where there is none.")
        sentences.append(f"{file.relative_to(folder).as_posix()}: {photo}, {_compared(file, true, content)}")
    if not sentences:
        raise WrongPose(f"No file in {folder} holds a pose.")
    return sentences


def _compared(file: Path, true: TrueShoe, content: dict[str, Any]) -> str:
    written = content["pose"]
    pose = Pose(np.array(written["rotation_wxyz"]), np.array(written["translation_mm"]))
    error = add_mm(true.pose, pose, points_mm=true.points_mm)
    diameters = error / true.diameter_mm
    words = (
        f"{true.side} shoe: ADD {error:.2f} mm = {diameters:.4f} d, "
        f"rotation {rotation_error_deg(true.pose, pose):.2f}°, "
        f"depth {pose.translation_mm[2] - true.pose.translation_mm[2]:+.1f} mm"
    )
    if not diameters < ACCEPTED_DIAMETERS:
        raise WrongPose(f"{file}: {words}; {ACCEPTED_DIAMETERS} d would have been accepted.")
    return words


def _posed(folder: Path) -> Iterator[tuple[Path, str, dict[str, Any]]]:
    """(file, photo, the program's own object) of every pose in the COCO, labelme and BOP files of an export."""
    for file in sorted(folder.rglob("scene_gt.json")):
        yield from _posed_in_scene(file)
    for file in sorted(folder.rglob("*.json")):
        content = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or (file.parent / "scene_gt.json").is_file():
            continue
        names = {image["id"]: Path(image["file_name"]).name for image in content.get("images", ())}
        for annotation in content.get("annotations", ()):
            if "pose" in annotation.get("outsole", {}):
                yield file, names[annotation["image_id"]], annotation["outsole"]
        for shape in content.get("shapes", ()):
            if "pose" in shape.get("outsole", {}):
                yield file, Path(content["imagePath"]).name, shape["outsole"]


def _posed_in_scene(file: Path) -> Iterator[tuple[Path, str, dict[str, Any]]]:
    """Poses as BOP has them, with the photo and foot that are kept beside."""
    scene = json.loads(file.read_text(encoding="utf-8"))
    images = json.loads((file.parent / "outsole_scene.json").read_text(encoding="utf-8"))["images"]
    for number, entries in scene.items():
        for entry, kept in zip(entries, images[number]["instances"], strict=True):
            pose = Pose.from_matrix(entry["cam_R_m2c"], entry["cam_t_m2c"])
            photo = Path(images[number]["photo"]["file"]).name
            yield file, photo, {"side": kept.get("side"), "pose": pose_to_json(pose)}
