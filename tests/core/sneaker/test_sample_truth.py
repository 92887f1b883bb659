"""How far off a pose is told to be: figures, verdicts and advice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.geometry.pose import Pose, quaternion_from_rotation_vector
from core.labels.instance import Instance, PoseEstimate, ShoeSize, Side
from core.labels.photo import Photo
from core.labels.shoe_model import ShoeModel
from core.sneaker.sample_truth import SHIPPED_WITH, TrueShoe, pose_check, sample_progress, true_scene
from core.sneaker.shipped import SAMPLE_FOLDER, shipped_high_top, shipped_sneaker
from core.storage.image_file import photo_from_file

MODELS: dict[str, ShoeModel] = {model.id: model for model, _ in (shipped_sneaker(), shipped_high_top())}


def pair() -> tuple[Photo, TrueShoe, TrueShoe]:
    photo = photo_from_file(SAMPLE_FOLDER / "pair_on_concrete.jpg", project_folder=SAMPLE_FOLDER, position=0)
    scene = true_scene(photo.sha256)
    assert scene is not None
    return photo, *scene.shoes


def labelled(shoe: TrueShoe, pose: Pose | None = None) -> Instance:
    instance = Instance("a", "sneaker", shoe.side, shoe.outline, (), shoe.model_id, shoe.size)
    return instance.with_pose_estimate(PoseEstimate(pose or shoe.camera_from_shoe))


def turned(pose: Pose, degrees: float) -> Pose:
    about = quaternion_from_rotation_vector([0.0, np.radians(degrees), 0.0])
    return Pose((Pose(about, np.zeros(3)) @ pose).rotation_wxyz, pose.translation_mm)


def test_the_true_pose_is_very_good() -> None:
    photo, right, left = pair()
    for shoe in (right, left):
        check = pose_check(photo, labelled(shoe), MODELS)
        assert check is not None and check.shoe == shoe
        assert (check.rotation_deg, check.across_mm, check.shift_px) == pytest.approx((0, 0, 0), abs=1e-5)
        assert check.verdict == "very good" and check.is_done and check.advice() == ""


@pytest.mark.parametrize(
    ("degrees", "verdict"), [(0.9, "very good"), (2.5, "good"), (7.0, "nearly"), (20.0, "not yet")]
)
def test_a_turned_one_is_told_by_its_degrees(degrees: float, verdict: str) -> None:
    photo, right, _ = pair()
    check = pose_check(photo, labelled(right, turned(right.camera_from_shoe, degrees)), MODELS)
    assert check is not None
    assert check.rotation_deg == pytest.approx(degrees, abs=1e-6)
    assert check.verdict == verdict
    assert check.sentence().startswith(f"{verdict.capitalize()}: {degrees:.1f}°")
    assert ("Turn it" in check.advice()) == (not check.is_done)


def test_across_and_along_are_told_apart() -> None:
    photo, right, _ = pair()
    true = right.camera_from_shoe
    nearer = pose_check(photo, labelled(right, true.with_translation(true.translation_mm * 0.95)), MODELS)
    assert nearer is not None
    assert nearer.distance_pct == pytest.approx(-5.0) and nearer.across_mm == pytest.approx(0.0, abs=1e-6)
    assert "too near" in nearer.advice()
    aside = np.cross(true.translation_mm, [0.0, 1.0, 0.0])
    moved = true.with_translation(true.translation_mm + 9.0 * aside / np.linalg.norm(aside))
    beside = pose_check(photo, labelled(right, moved), MODELS)
    assert beside is not None
    assert beside.across_mm == pytest.approx(9.0) and beside.distance_pct == pytest.approx(0.0, abs=1e-6)
    assert "Move it" in beside.advice()


def test_another_size_camera_foot_or_model_is_said() -> None:
    photo, right, left = pair()
    far = labelled(right, right.camera_from_shoe.with_translation(right.camera_from_shoe.translation_mm * 1.05))
    sized = pose_check(photo, replace(far, size=ShoeSize(291.0)), MODELS)
    assert sized is not None and "277 mm long, not 291" in sized.advice()
    other = photo.with_camera(photo.camera.with_vertical_fov(60.0))
    lens = pose_check(other, far, MODELS)
    assert lens is not None and "focal length" in lens.advice()
    foot = pose_check(photo, labelled(left).with_side(Side.RIGHT), MODELS)
    assert foot is not None and foot.verdict == "not yet" and "left shoe" in foot.advice()
    model = pose_check(photo, labelled(right).with_model("outsole-high-top", right.size), MODELS)
    assert model is not None and model.verdict == "not yet" and "another shoe model" in model.advice()
    round_ = pose_check(photo, labelled(right, turned(right.camera_from_shoe, 170.0)), MODELS)
    assert round_ is not None and "wrong way round" in round_.advice()


def test_no_pose_another_photo_or_a_shoe_only_laid_down_has_no_check() -> None:
    photo, right, _ = pair()
    assert pose_check(photo, labelled(right).with_pose_estimate(None), MODELS) is None
    assert pose_check(replace(photo, sha256="0" * 64), labelled(right), MODELS) is None
    assert pose_check(photo, labelled(right), {}) is None


def test_progress_counts_each_true_shoe_once_and_not_those_that_came_posed() -> None:
    photo, right, left = pair()
    given = labelled(right).with_pose_estimate(PoseEstimate(right.camera_from_shoe, provenance=SHIPPED_WITH))
    assert sample_progress((photo.with_instances((given,)),), MODELS).sentence() == "none of 1 shoes done yet."
    mine = replace(labelled(left, turned(left.camera_from_shoe, 0.6)), id="b")
    worse = replace(labelled(left, turned(left.camera_from_shoe, 30.0)), id="c")
    progress = sample_progress((photo.with_instances((given, worse, mine)),), MODELS)
    assert progress.sentence() == "1 of 1 shoes done, median 0.6°."
    check = pose_check(photo.with_instances((given,)), given, MODELS)
    assert check is not None and check.is_given and "came with the sample" in check.advice()
