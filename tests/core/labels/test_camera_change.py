"""Another camera for a photo: shoes stay where they are seen and as large, t_z/f with them, or stay in mm."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.geometry.camera import Camera, CameraSource
from core.geometry.camera_numbers import (
    WIDEST_FOV_DEG,
    focal_35mm,
    for_size,
    turned,
    with_centre,
    with_distortion,
    with_focal_35mm,
    with_focal_px,
    with_pixel_ratio,
    zoomed,
)
from core.geometry.pose import Pose
from core.labels.camera_change import with_other_camera
from core.labels.instance import Instance, PoseEstimate
from core.labels.photo import Photo, camera_from_focal_35mm, guessed_camera
from core.storage.photo_codec import camera_from_json, camera_to_json

LENS = np.array([-0.08, 0.02, 0.0008, -0.0005, 0.0])
factors = st.floats(0.3, 4.0)
places = st.tuples(st.floats(-300, 300), st.floats(-200, 200), st.floats(600, 3000))


def photo_with(at_mm: tuple[float, float, float], camera: Camera | None = None) -> Photo:
    pose = Pose(np.array([0.5, -0.5, 0.1, 0.7]), np.array(at_mm))
    shoe = Instance("s", "sneaker", pose_estimate=PoseEstimate(pose, np.eye(6), 0.97, 1.2))
    return Photo("p", "p.jpg", (800, 600), camera or guessed_camera(800, 600), instances=(shoe, Instance("l", "leg")))


def pose_in(photo: Photo) -> Pose:
    pose = photo.instances[0].pose
    assert pose is not None
    return pose


@given(places, factors, st.booleans())
def test_a_zoom_keeps_place_rotation_and_tz_over_f(
    at_mm: tuple[float, float, float], factor: float, bent: bool
) -> None:
    camera = replace(guessed_camera(800, 600), distortion=LENS if bent else np.zeros(5))
    photo = photo_with(at_mm, camera)
    after = with_other_camera(photo, zoomed(camera, factor))
    pose, moved = pose_in(photo), pose_in(after)
    ratio = after.camera.fy_px / camera.fy_px
    assert ratio == pytest.approx(factor)
    assert moved.translation_mm[2] / after.camera.fy_px == pytest.approx(at_mm[2] / camera.fy_px, rel=1e-12)
    assert np.array_equal(moved.rotation_wxyz, pose.rotation_wxyz)
    seen, before = after.camera.project(moved.translation_mm), camera.project(pose.translation_mm)
    assert seen == pytest.approx(before, abs=1e-4 if bent else 1e-9)
    if factor == 1.0:
        return
    assert after.camera.source is CameraSource.HAND is after.instances[0].pose_estimate.camera_source
    assert after.instances[0].pose_estimate.iou is None and after.instances[1] is photo.instances[1]


@given(places, factors)
def test_there_and_back_is_where_it_was(at_mm: tuple[float, float, float], factor: float) -> None:
    photo = photo_with(at_mm)
    back = with_other_camera(with_other_camera(photo, zoomed(photo.camera, factor)), photo.camera)
    assert pose_in(back).translation_mm == pytest.approx(at_mm, rel=1e-9, abs=1e-9)


@given(places, st.floats(100, 700), st.floats(100, 500))
def test_another_centre_keeps_what_is_seen_where(at_mm: tuple[float, float, float], cx: float, cy: float) -> None:
    photo = photo_with(at_mm)
    after = with_other_camera(photo, with_centre(with_centre(photo.camera, 0, cx), 1, cy))
    assert after.camera.project(pose_in(after).translation_mm) == pytest.approx(
        photo.camera.project(pose_in(photo).translation_mm), abs=1e-9
    )
    assert pose_in(after).translation_mm[2] == pytest.approx(at_mm[2])


def test_keeping_the_distance_leaves_poses_alone() -> None:
    photo = photo_with((30.0, 20.0, 900.0))
    after = with_other_camera(photo, zoomed(photo.camera, 2.0), keep_distance=True)
    assert pose_in(after) == pose_in(photo) and after.instances[0].pose_estimate.iou is None


def test_an_equal_camera_changes_nothing_and_another_source_no_figures() -> None:
    photo = photo_with((30.0, 20.0, 900.0))
    assert with_other_camera(photo, guessed_camera(800, 600)) is photo
    named = replace(photo.camera, source=CameraSource.CALIBRATION, source_name="a.yml")
    after = with_other_camera(photo, named)
    estimate = after.instances[0].pose_estimate
    assert estimate.iou == 0.97 and estimate.camera_source is CameraSource.CALIBRATION
    assert after.camera.source_name == "a.yml"


def test_a_shoe_behind_the_camera_stays_there() -> None:
    photo = photo_with((30.0, 20.0, -900.0))
    assert pose_in(with_other_camera(photo, zoomed(photo.camera, 2.0))) == pose_in(photo)


def test_numbers_are_linked() -> None:
    camera = camera_from_focal_35mm(26.0, 800, height_px=600)
    assert focal_35mm(camera) == pytest.approx(26.0)
    assert with_focal_35mm(camera, 36.0).fx_px == pytest.approx(800.0)
    wide = with_pixel_ratio(camera, 1.02)
    assert wide.fy_px == pytest.approx(camera.fx_px * 1.02) and wide.source is CameraSource.HAND
    assert with_focal_px(wide, 1000.0).fy_px == pytest.approx(1020.0)
    assert with_distortion(camera, 4, 0.3).distortion.tolist() == [0, 0, 0, 0, 0.3]
    assert with_centre(camera, 0, 400.0) is camera  # nothing changes: the source stays what it was
    with pytest.raises(ValueError, match="above 0"):
        with_focal_px(camera, 0.0)


def test_a_zoom_ends_at_what_a_field_of_view_may_be() -> None:
    camera = guessed_camera(800, 600)
    assert zoomed(camera, 1e-6).vertical_fov_deg == pytest.approx(WIDEST_FOV_DEG)
    assert zoomed(camera, 1e6).vertical_fov_deg == pytest.approx(2.0)


def test_a_camera_for_photos_of_other_sizes() -> None:
    camera = camera_from_focal_35mm(26.0, 800, height_px=600)
    assert for_size(camera, 800, 600) is camera
    half = for_size(camera, 400, 300)
    assert half is not None and half.fx_px == camera.fx_px / 2
    assert for_size(camera, 600, 800) is None


def test_a_turn_and_its_opposite_are_none() -> None:
    camera = Camera(700.0, 710.0, 390.0, 310.0, 800, 600, LENS, CameraSource.CALIBRATION, "a.yml")
    back = turned(turned(camera, 6), 8)
    assert back == camera
    with pytest.raises(ValueError, match="6 or 8"):
        turned(camera, 3)


def test_the_name_of_the_source_is_stored() -> None:
    camera = Camera(700.0, 710.0, 390.0, 310.0, 800, 600, LENS, CameraSource.CALIBRATION, "a.yml")
    assert camera_from_json(camera_to_json(camera)) == camera
    assert camera_from_json(camera_to_json(guessed_camera(8, 6))).source_name == ""
    assert camera.with_vertical_fov(50.0).source_name == ""
