"""COCO keypoint files: projected landmarks, their visibility, and what pycocotools makes of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from format_builders import bare_photo, new_document, sneaker, write_image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from core.formats.coco import export_coco
from core.formats.coco_import import import_coco
from core.formats.coco_keypoints import export_coco_keypoints
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import Keypoint, PoseEstimate, ShoeSize, Side, Visibility
from core.labels.occlusion import hiding_regions
from core.labels.photo import Photo, PhotoEntry
from core.labels.project import Project
from core.labels.shoe_model import LANDMARK_NAMES, ShoeModel

# A box of 280 x 100 x 120 mm, and a camera pose that looks at its left side from 900 mm.
CORNERS = np.array([[x, y, z] for x in (-140, 140) for y in (-50, 50) for z in (-60, 60)], dtype=float)
QUADS = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
BOX = Mesh(CORNERS, np.array([face for a, b, c, d in QUADS for face in ((a, b, c), (a, c, d))]))
LANDMARKS = {"toe tip": (140.0, 50.0, 0.0), "heel top": (-140.0, -50.0, 60.0), "instep": (0.0, 50.0, 20.0)}
MODEL = ShoeModel("m", "box", "mesh", (280.0, 100.0, 120.0), BOX.diameter_mm(), landmarks=LANDMARKS)
# Camera x = shoe -x, camera y = shoe -z, camera z = shoe -y: the wearer's left faces the camera.
FACING = np.array([[-1.0, 0, 0], [0, 0, -1.0], [0, -1.0, 0]])
POSE = Pose.from_matrix(FACING, [0, 0, 900.0])


def posed(photo_size: tuple[int, int] = (640, 480), **more: Any) -> Photo:
    photo = bare_photo(size_px=photo_size)
    points = photo.camera.project(POSE.apply(CORNERS))
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    shoe = sneaker(Region.from_box(x0, y0, x1_px=x1, y1_px=y1), model_id="m", pose_estimate=PoseEstimate(POSE))
    return photo.with_instances((replace(shoe, **more),))


def project_of(*photos: Photo) -> Project:
    return Project().with_models({"m": MODEL}).with_entries({photo.id: PhotoEntry.of(photo) for photo in photos})


def exported(photo: Photo, out: Path) -> dict[str, Any]:
    export_coco_keypoints([photo], project_of(photo), out_dir=out, mesh_of=lambda _: BOX)
    return json.loads((out / "keypoints.json").read_text())


def named(content: dict[str, Any], index: int = 0) -> dict[str, list[float]]:
    flat = content["annotations"][index]["keypoints"]
    names = content["categories"][0]["keypoints"]
    return {name: flat[3 * n : 3 * n + 3] for n, name in enumerate(names)}


def test_landmarks_are_projected_with_their_visibility(tmp_path: Path) -> None:
    photo = posed()
    content = exported(photo, tmp_path)
    keypoints = named(content)
    for name, at_mm in LANDMARKS.items():
        expected = photo.camera.project(POSE.apply(at_mm))
        assert keypoints[name][:2] == pytest.approx(expected, abs=1e-4)
    assert [keypoints[name][2] for name in LANDMARKS] == [2, 1, 2]
    assert keypoints["heel bottom"] == [0, 0, 0]
    annotation = content["annotations"][0]
    assert annotation["num_keypoints"] == 3 and annotation["area"] > 0 and annotation["segmentation"]


def test_category_has_names_a_one_based_skeleton_and_sigmas(tmp_path: Path) -> None:
    (category,) = exported(posed(), tmp_path)["categories"]
    assert category["keypoints"] == list(LANDMARK_NAMES)
    assert category["skeleton"] == [[2, 4], [2, 5], [2, 8], [8, 3], [8, 6], [8, 7], [3, 1]]
    assert category["sigmas"] == [0.05] * 8


def test_leg_and_ignore_region_hide_what_they_cover(tmp_path: Path) -> None:
    photo = posed()
    x, y = photo.camera.project(POSE.apply(LANDMARKS["instep"]))
    cover = Region.from_box(x - 5, y - 5, x1_px=x + 5, y1_px=y + 5)
    for category in ("leg", "ignore"):
        content = exported(photo.with_instance(sneaker(cover, category=category)), tmp_path / category)
        assert named(content)["instep"][2] == 1
        assert named(content)["toe tip"][2] == 2
    assert [one["iscrowd"] for one in content["annotations"]] == [0, 1]


def test_a_leg_without_keypoints_is_told_and_nothing_is_refused(tmp_path: Path) -> None:
    photo = posed().with_instance(sneaker(Region.from_box(9, 9, x1_px=19, y1_px=19), category="leg"))
    report = export_coco_keypoints([photo], project_of(photo), out_dir=tmp_path, mesh_of=lambda _: BOX)
    assert not report.refused
    assert [line.key for line in report.changed if "no keypoints" in line.reason] == ["instance 2 (leg)"]


def test_other_shoe_hides_only_where_this_ones_outline_is_not() -> None:
    photo = posed()
    shoe = photo.instances[0]
    x0, y0, _, y1 = shoe.region.bounds_px
    other = sneaker(Region.from_box(x0 - 50, y0, x1_px=x0 + 50, y1_px=y1))
    (hiding,) = hiding_regions(shoe, photo.with_instance(other), project=project_of(photo))
    assert hiding.contains((x0 - 10, (y0 + y1) / 2)) and not hiding.contains((x0 + 10, (y0 + y1) / 2))


def test_landmarks_outside_the_photo_are_absent(tmp_path: Path) -> None:
    photo = posed()
    away = PoseEstimate(POSE.with_translation([600.0, 0, 900.0]))
    moved = photo.with_instances((replace(photo.instances[0], pose_estimate=away),))
    keypoints = named(exported(moved, tmp_path))
    assert keypoints["heel top"] == [0, 0, 0]
    assert keypoints["toe tip"][2] == 2


def test_left_and_larger_shoes_have_mirrored_and_larger_landmarks(tmp_path: Path) -> None:
    photo = posed(side=Side.LEFT, size=ShoeSize(308.0))
    keypoints = named(exported(photo, tmp_path))
    expected = photo.camera.project(POSE.apply(np.array([140.0, -50.0, 0.0]) * 1.1))
    assert keypoints["toe tip"] == pytest.approx([*expected, 1], abs=1e-4)


def test_clicked_keypoints_are_written_unrounded_without_a_pose(tmp_path: Path) -> None:
    clicked = (Keypoint("toe tip", (100.25, 120.75)), Keypoint("instep", (90.5, 80.5), Visibility.HIDDEN))
    content = exported(posed(pose_estimate=None, keypoints=clicked), tmp_path)
    assert named(content)["toe tip"] == [100.25, 120.75, 2]
    assert named(content)["instep"] == [90.5, 80.5, 1]
    assert content["annotations"][0]["num_keypoints"] == 2


def test_a_click_that_was_seen_wins_over_the_projected_landmark(tmp_path: Path) -> None:
    clicked = (
        Keypoint("toe tip", (301.25, 222.75), sigma_px=1.5),
        Keypoint("instep", (9.5, 9.5), Visibility.HIDDEN),
        Keypoint("heel top", (290.0, 180.0)),
    )
    photo = posed(keypoints=clicked)
    keypoints = named(exported(photo, tmp_path))
    assert keypoints["toe tip"] == [301.25, 222.75, 2]
    assert keypoints["heel top"] == [290.0, 180.0, 2]  # the pose takes it for hidden, a person saw it
    place = photo.camera.project(POSE.apply(LANDMARKS["instep"]))
    assert keypoints["instep"] == pytest.approx([*place, 1], abs=1e-4)  # where it was clicked was a guess


def test_clicks_of_a_posed_shoe_come_back_as_they_were(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", 640, 480)
    clicked = (Keypoint("toe tip", (301.25, 222.75), sigma_px=1.5), Keypoint("instep", (9.5, 9.5), Visibility.HIDDEN))
    exported(posed(keypoints=clicked), tmp_path)
    document = new_document(tmp_path / "p")
    outcome = import_coco(tmp_path / "keypoints.json", tmp_path, document, project_folder=tmp_path / "p")
    document.commit(outcome.edit)
    (back,) = (document.photo(key) for key in document.project.entries)
    assert back.instances[0].keypoints == clicked


def test_pycocotools_scores_the_truth_as_perfect(tmp_path: Path) -> None:
    content = exported(posed(), tmp_path)
    truth = COCO(str(tmp_path / "keypoints.json"))
    found = truth.loadRes([{**content["annotations"][0], "score": 1.0}])
    evaluation = COCOeval(truth, found, "keypoints")
    evaluation.params.kpt_oks_sigmas = np.array(content["categories"][0]["sigmas"])
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    assert evaluation.stats[0] == pytest.approx(1.0)


def test_clicked_keypoints_join_the_instance_that_is_there(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png")
    clicked = (Keypoint("toe tip", (40.25, 30.75)), Keypoint("instep", (30.5, 20.5), Visibility.HIDDEN))
    region = Region.from_box(10, 10, x1_px=60, y1_px=50)
    photo = bare_photo(sneaker(region, keypoints=clicked))
    project = Project().with_entries({photo.id: PhotoEntry.of(photo)})
    export_coco([replace(photo, instances=(sneaker(region),))], project, out_dir=tmp_path / "out")
    export_coco_keypoints([photo], project, out_dir=tmp_path / "out", mesh_of=lambda _: BOX)
    document = new_document(tmp_path / "p")
    for name in ("instances", "keypoints"):
        file = tmp_path / "out" / f"{name}.json"
        outcome = import_coco(file, tmp_path, document, project_folder=tmp_path / "p")
        document.commit(outcome.edit)
    (back,) = (document.photo(key) for key in document.project.entries)
    (instance,) = back.instances
    assert instance.keypoints == clicked and instance.region == region
    assert any("given what it lacked" in line.reason for line in outcome.report.changed)


def test_projected_keypoints_are_not_taken_for_clicked_ones(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", 640, 480)
    exported(posed(), tmp_path)
    document = new_document(tmp_path / "p")
    outcome = import_coco(tmp_path / "keypoints.json", tmp_path, document, project_folder=tmp_path / "p")
    document.commit(outcome.edit)
    (back,) = (document.photo(key) for key in document.project.entries)
    assert back.instances[0].keypoints == () and back.instances[0].pose == POSE
    assert any("shoe model 'box' is not in this project" in line.reason for line in outcome.report.changed)


def test_measured_sigmas_of_the_project_are_written(tmp_path: Path) -> None:
    from core.formats.exports import ExportPlan, export_project
    from core.formats.second_pass import keep_sigmas

    document = new_document(tmp_path)
    for out, measured in (("none", {}), ("some", {"toe tip": 0.031}), ("all", dict.fromkeys(LANDMARK_NAMES, 0.04))):
        keep_sigmas(document.store, measured)
        plan = ExportPlan(("coco_keypoints",), tmp_path / out)
        (report,) = export_project(plan, document.store, project_folder=tmp_path)
        (category,) = json.loads((tmp_path / out / "keypoints.json").read_text())["categories"]
        assert category["sigmas"] == [measured.get(name, 0.05) for name in LANDMARK_NAMES]
        told = [line.reason for line in report.changed if line.key == "categories.sigmas"]
        assert len(told) == (out != "all") and not any("toe tip" in reason for reason in told)
