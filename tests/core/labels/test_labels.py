"""What the labels promise of themselves: changed copies, sizes and poses, models and categories."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_strategies import instances, models, photos, poses

from core.geometry.camera import CameraSource
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import (
    Instance,
    PoseEstimate,
    Provenance,
    ShoeSize,
    Side,
    Source,
    Visibility,
    new_id,
)
from core.labels.photo import Photo, PhotoEntry, Status, camera_from_focal_35mm, guessed_camera
from core.labels.project import DEFAULT_CATEGORIES, Category, Project, Role
from core.labels.shoe_model import LANDMARK_LINKS, LANDMARK_NAMES, ShoeModel

sizes = st.builds(ShoeSize, st.floats(150, 350), st.floats(0.8, 1.2), st.floats(0.8, 1.2))
BOX = Region.from_box(0, 0, x1_px=10, y1_px=10)


def shoe(name: str = "a") -> Instance:
    return Instance(name, "sneaker", region=BOX)


def photo_with(*names: str) -> Photo:
    return Photo("p", "p.jpg", (640, 480), guessed_camera(640, 480), instances=tuple(shoe(name) for name in names))


@given(poses, sizes, sizes)
def test_another_size_keeps_depth_over_length(pose: Pose, old: ShoeSize, new: ShoeSize) -> None:
    sized = replace(shoe(), size=old, pose_estimate=PoseEstimate(pose)).with_size(new)
    assert sized.pose is not None and sized.size == new
    np.testing.assert_allclose(sized.pose.translation_mm / new.length_mm, pose.translation_mm / old.length_mm)
    np.testing.assert_array_equal(sized.pose.rotation_wxyz, pose.rotation_wxyz)


@given(poses, sizes, sizes)
def test_another_size_there_and_back(pose: Pose, old: ShoeSize, new: ShoeSize) -> None:
    start = replace(shoe(), size=old, pose_estimate=PoseEstimate(pose))
    back = start.with_size(new).with_size(old)
    assert back.pose is not None
    np.testing.assert_allclose(back.pose.translation_mm, pose.translation_mm, atol=1e-9)


@given(poses, sizes, sizes)
def test_another_size_at_the_same_depth_keeps_the_pose(pose: Pose, old: ShoeSize, new: ShoeSize) -> None:
    estimate = PoseEstimate(pose, iou=0.9)
    assert replace(shoe(), size=old, pose_estimate=estimate).with_size(new, keep_depth=True).pose_estimate is estimate


def test_another_width_alone_keeps_what_was_measured() -> None:
    estimate = PoseEstimate(Pose.identity(), iou=0.9)
    start = replace(shoe(), size=ShoeSize(280), pose_estimate=estimate)
    assert start.with_size(ShoeSize(280, 1.1)).pose_estimate is estimate


@pytest.mark.parametrize("length", [0.0, -1.0, float("nan"), float("inf")])
def test_an_impossible_size_is_refused(length: float) -> None:
    with pytest.raises(ValueError, match="above zero"):
        ShoeSize(length)


def test_another_outline_forgets_residuals_and_keeps_the_pose() -> None:
    measured = PoseEstimate(Pose.identity(), covariance=np.eye(6), iou=0.9, contour_px=1.5)
    provenance = Provenance(Source.SEGMENTER, "1")
    changed = replace(shoe(), pose_estimate=measured).with_region(BOX.moved((1, 1)), provenance=provenance)
    assert changed.pose_estimate is not None and changed.provenance is provenance
    assert (changed.pose_estimate.iou, changed.pose_estimate.contour_px) == (None, None)
    assert changed.pose_estimate == replace(measured, iou=None, contour_px=None)


def test_a_pose_moved_by_hand_forgets_what_was_measured_of_the_old_one() -> None:
    measured = PoseEstimate(Pose.identity(), np.eye(6), 0.9, 1.5, CameraSource.EXIF, (Pose.identity(),))
    moved = measured.with_pose(Pose.exp([0, 0, 0.1, 1, 2, 3]))
    assert (moved.covariance, moved.iou, moved.contour_px, moved.alternatives) == (None, None, None, ())
    assert moved.camera_source is CameraSource.EXIF and moved.provenance.source is Source.HAND


def test_the_other_foot_forgets_what_was_measured_of_the_mirrored_shoe() -> None:
    estimate = PoseEstimate(Pose.exp([1.9, 0.4, -0.3, 0.0, 0.0, 1100.0]), np.eye(6), 0.98, 1.0)
    right = Instance("a", "sneaker", Side.RIGHT, pose_estimate=estimate)
    left = right.with_side(Side.LEFT).pose_estimate
    assert left is not None and left.pose == estimate.pose
    assert (left.covariance, left.iou, left.contour_px) == (None, None, None)
    assert right.with_side(Side.UNKNOWN).pose_estimate is estimate  # an unknown foot is drawn as a right one


@given(instances)
def test_flags_are_set_and_cleared(instance: Instance) -> None:
    assert "seen" in instance.with_flag("seen", True).flags
    assert instance.with_flag("seen", True).with_flag("seen", False).flags == instance.flags - {"seen"}


@given(photos, instances)
def test_an_instance_is_put_in_replaced_and_taken_out(photo: Photo, instance: Instance) -> None:
    instance = replace(instance, id="new")
    longer = photo.with_instance(instance)
    assert longer.instances == (*photo.instances, instance) and longer.instance("new") is instance
    other = instance.with_side(Side.LEFT)
    assert longer.with_instance(other).instances == (*photo.instances, other)
    assert longer.without_instance("new") == photo
    assert photo.find("new") is None and photo.find(None) is None
    with pytest.raises(KeyError):
        photo.instance("new")


def test_replacing_one_instance_keeps_the_others_and_the_order() -> None:
    photo = photo_with("a", "b", "c")
    changed = photo.with_instance(photo.instance("b").with_side(Side.RIGHT))
    assert [instance.id for instance in changed.instances] == ["a", "b", "c"]
    assert changed.instances[0] is photo.instances[0] and changed.instances[2] is photo.instances[2]
    assert photo.instance("b").side is Side.UNKNOWN


def test_an_entry_counts_instances_and_poses() -> None:
    photo = photo_with("a", "b")
    photo = photo.with_instance(photo.instance("a").with_pose_estimate(PoseEstimate(Pose.identity())))
    entry = PhotoEntry.of(photo.with_status(Status.CHECKED))
    assert (entry.instance_count, entry.posed_count, entry.status, entry.size_px) == (2, 1, Status.CHECKED, (640, 480))


def test_cameras_of_unknown_and_of_exif() -> None:
    guess = guessed_camera(640, 480)
    assert guess.source is CameraSource.GUESS and guess.vertical_fov_deg == pytest.approx(60)
    known = camera_from_focal_35mm(26, 3000, height_px=4000)
    assert known.source is CameraSource.EXIF and known.fx_px == known.fy_px == pytest.approx(26 / 36 * 4000)
    assert (known.cx_px, known.cy_px) == (1500, 2000)


@given(models, sizes, st.sampled_from(Side))
def test_landmarks_move_with_the_mesh(model: ShoeModel, size: ShoeSize, side: Side) -> None:
    at_mm = (100.0, 20.0, -30.0)
    model = model.with_landmark("toe tip", at_mm)
    mesh = Mesh(np.array([at_mm, (0, 0, 0), (1, 0, 0)]), np.array([[0, 1, 2]]))
    sized = model.sized_mesh(mesh, size=size, side=side)
    np.testing.assert_allclose(model.sized_landmarks(size, side)["toe tip"], sized.vertices_mm[0], rtol=1e-12)
    assert sized.extent_mm[0] == pytest.approx(100 * size.length_mm / model.length_mm)


def test_a_left_shoe_is_the_right_one_mirrored_and_an_unknown_one_is_not() -> None:
    model = ShoeModel("m", "shoe", "0" * 64, (280, 100, 110), 320)
    np.testing.assert_array_equal(model.factors(None, Side.RIGHT), [1, 1, 1])
    np.testing.assert_array_equal(model.factors(None, Side.UNKNOWN), [1, 1, 1])
    np.testing.assert_array_equal(model.factors(ShoeSize(140), Side.LEFT), [0.5, -0.5, 0.5])


def test_landmarks_are_placed_and_taken_away_in_the_models_order() -> None:
    model = ShoeModel("m", "shoe", "0" * 64, (280, 100, 110), 320)
    model = model.with_landmark("toe tip", (140, 0, 0)).with_landmark("heel bottom", (-140, 0, -50))
    assert list(model.sized_landmarks(None, Side.RIGHT)) == ["heel bottom", "toe tip"]
    assert "toe tip" not in model.with_landmark("toe tip", None).landmarks
    assert len(LANDMARK_NAMES) == 8 and all(0 <= end < 8 for link in LANDMARK_LINKS for end in link)


def test_a_project_knows_its_categories() -> None:
    project = Project()
    assert project.category("sneaker") is DEFAULT_CATEGORIES[0]
    assert project.category_named("leg") is DEFAULT_CATEGORIES[1]
    assert project.category_named("hat") is None
    assert project.category("hat").role is Role.IGNORE
    first = Category("hat", "hat", "#000000", position=-1)
    assert next(iter(project.with_categories({**project.categories, "hat": first}).categories)) == "hat"


def test_models_are_listed_by_name() -> None:
    named = {key: ShoeModel(key, name, "", (1, 1, 1), 1) for key, name in {"1": "b", "2": "A", "3": "a"}.items()}
    assert list(Project().with_models(named).models) == ["2", "3", "1"]


def test_visibility_is_numbered_as_coco_does() -> None:
    assert [visibility.coco for visibility in Visibility] == [0, 1, 2]


def test_values_cannot_be_changed_and_ids_differ() -> None:
    with pytest.raises(FrozenInstanceError):
        shoe().category = "leg"  # type: ignore[misc]
    with pytest.raises(TypeError):
        Project().models["x"] = None  # type: ignore[index]
    assert len({new_id() for _ in range(100)}) == 100
