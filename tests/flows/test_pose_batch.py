"""Poses of many photos in the real window: those beyond doubt become one edit, the others are named; and the sample."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from job_builders import lofted_shoe, true_pose
from open_window import SHIFT, HeldCore, OpenWindow, photo_of
from PySide6.QtCore import Qt
from test_segmenting_many import add_photos, photos, pick

from core.document.edit import Edit
from core.geometry.camera import Camera, CameraSource
from core.geometry.pose import Pose, rotation_angle_deg
from core.geometry.region import Region
from core.geometry.tracing import region_from_mask
from core.jobs.client import ProcessCore
from core.labels.instance import Instance, ShoeSize, Side, new_id
from core.labels.photo import Photo
from core.render.raster import mesh_mask
from core.sneaker.shipped import SAMPLE_FOLDER, shipped_sneaker


def outline(place: OpenWindow, photo: Photo, region: Region) -> None:
    instance = Instance(new_id(), "sneaker", Side.RIGHT, region)
    assert place.session.commit(Edit.of("Outline", photo, photo.with_instance(instance)))


def test_poses_beyond_doubt_become_one_edit_and_the_others_are_named(on_photo: OpenWindow, tmp_path: Path) -> None:
    shoe = on_photo.add_shoe()
    for model in list(on_photo.session.project.models.values()):
        if model.id != shoe.model_id:
            on_photo.session.commit(Edit.of("Remove model", model, None))
    good, bad = add_photos(on_photo, tmp_path, 2)
    outline(on_photo, good, region_from_mask(mesh_mask(lofted_shoe(), true_pose(), good.camera)))
    outline(on_photo, bad, Region.from_points([(10.0, 10.0), (90.0, 14.0), (30.0, 80.0), (25.0, 40.0)]))
    pick(on_photo, 0, Qt.KeyboardModifier.NoModifier)
    pick(on_photo, 2, SHIFT)
    before = photos(on_photo)
    on_photo.key("Ctrl+Shift+Q")
    assert on_photo.window.commands.actions["find_poses"].isEnabled()
    on_photo.wait(lambda: not on_photo.place.inference.jobs)
    first, second, third = photos(on_photo)
    assert first.instances == before[0].instances and third.instances == before[2].instances
    (found,) = second.instances
    assert found.pose is not None and rotation_angle_deg(found.pose, true_pose()) < 3
    assert on_photo.history[-1] == "Find 1 pose"
    said = on_photo.notices[-1]
    assert said.startswith("warning") and "1 pose in 1 photo" in said and "more-1.png" in said
    on_photo.key("Ctrl+Z")
    assert photos(on_photo)[1].instances == before[1].instances


def test_a_pose_found_behind_another_lens_is_not_written(opened: Any, tmp_path: Path) -> None:
    core = HeldCore()
    place: OpenWindow = opened(core)
    place.add_shoe()
    (good,) = add_photos(place, tmp_path, 1)
    outline(place, good, region_from_mask(mesh_mask(lofted_shoe(), true_pose(), good.camera)))
    pick(place, 0, Qt.KeyboardModifier.NoModifier)
    pick(place, 1, SHIFT)
    place.key("Ctrl+Shift+Q")
    place.wait(lambda: bool(core.held))
    now = photos(place)[1]
    place.session.commit(Edit.of("Field of view", now, now.with_camera(now.camera.with_vertical_fov(20.0))))
    while place.place.inference.jobs:
        core.answer()
        place.settle()
    assert photos(place)[1].instances == now.instances and "camera was changed" in place.notices[-1]


@pytest.mark.parametrize("cut", [False, True], ids=["whole", "cut short"])
def test_the_sample_s_shoe_is_found_by_the_real_core(opened: Any, tmp_path: Path, cut: bool) -> None:
    place: OpenWindow = opened(ProcessCore(log_file=tmp_path / "core.log"))
    name = "sneaker_on_wood.jpg"
    shutil.copyfile(SAMPLE_FOLDER / name, tmp_path / name)
    photo = replace(photo_of(tmp_path / name, tmp_path), position=1)
    assert place.session.commit(Edit.of("Add photo", None, photo))
    truth = json.loads((SAMPLE_FOLDER.with_name("sample_truth") / name).with_suffix(".json").read_text("utf-8"))
    camera = Camera(**truth["camera"], distortion=np.zeros(5), source=CameraSource.EXIF)
    (shoe,) = truth["shoes"]
    true = Pose(np.array(shoe["rotation_wxyz"]), np.array(shoe["translation_mm"]))
    model, mesh = shipped_sneaker()
    size = ShoeSize(shoe["length_mm"], shoe["width_ratio"], shoe["height_ratio"])
    region = region_from_mask(mesh_mask(mesh.scaled(model.factors(size, Side(shoe["side"]))), true, camera))
    if cut:
        x0, y0, x1, y1 = region.bounds_px
        region = region.intersection(Region.from_box(x0 + 0.2 * (x1 - x0), y0, x1_px=x1, y1_px=y1))
    bare = Instance(new_id(), "sneaker", Side.UNKNOWN, region, (), model.id, size)
    place.session.commit(Edit.of("Outline", photo, photo.with_camera(camera).with_instance(bare)))
    place.session.open_photo(photo.id)
    place.session.select(bare.id)
    place.key("Q")
    proposals = place.place.proposals
    place.wait(lambda: proposals.pose is not None and proposals.pose.finished)
    place.wait(lambda: place.place.shoe.strip.is_complete)
    place.key("Return")
    taken = place.photo.instance(bare.id)
    assert taken.pose is not None and taken.side is Side(shoe["side"])
    assert rotation_angle_deg(taken.pose, true) < 3
    assert float(np.linalg.norm(taken.pose.translation_mm - true.translation_mm)) < 0.03 * float(true.translation_mm[2])
