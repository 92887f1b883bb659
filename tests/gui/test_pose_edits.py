"""Poses by numbers: what is asked for comes out, and what should stay stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from panel_book import MODEL, OTHER_MODEL, photo, posed, sneaker

from core.geometry.camera import CameraSource
from core.geometry.steering import angles_deg
from core.labels.instance import ShoeSize
from gui import pose_edits

PHOTO = photo("a")
SHOE = posed(sneaker("s"), PHOTO)
PHOTO = PHOTO.with_instance(SHOE)
CAMERA = PHOTO.camera


@given(st.integers(0, 2), st.floats(-80, 80))
def test_an_angle_is_set_and_the_others_stay(axis: int, angle: float) -> None:
    before = angles_deg(SHOE.pose_estimate.pose)
    turned = pose_edits.with_angle(SHOE, axis, angle_deg=angle, camera=CAMERA)
    wanted = [*before]
    wanted[axis] = angle
    assert angles_deg(turned.pose_estimate.pose) == pytest.approx(tuple(wanted), abs=1e-6)
    assert np.array_equal(turned.pose.translation_mm, SHOE.pose.translation_mm)
    assert turned.pose_estimate.iou is None


def test_a_coordinate_is_set_and_z_stays_in_front() -> None:
    moved = pose_edits.with_coordinate(SHOE, 0, value_mm=12.5, camera=CAMERA)
    assert moved.pose.translation_mm[0] == 12.5
    assert pose_edits.with_coordinate(SHOE, 2, value_mm=-5, camera=CAMERA).pose.translation_mm[2] == 1.0


@given(st.floats(10, 120))
def test_another_field_of_view_keeps_shoes_where_they_are_seen(fov_deg: float) -> None:
    after = pose_edits.with_fov(PHOTO, fov_deg)
    seen = after.camera.project(after.instances[0].pose.translation_mm)
    assert seen == pytest.approx(CAMERA.project(SHOE.pose.translation_mm), abs=1e-6)
    assert after.camera.vertical_fov_deg == pytest.approx(fov_deg)
    assert after.instances[0].pose_estimate.camera_source is after.camera.source


def test_a_size_keeps_the_size_in_the_photo_or_the_distance() -> None:
    larger = pose_edits.with_size(SHOE, MODEL, ShoeSize(308.0), keep_depth=False)
    assert larger.pose.translation_mm == pytest.approx(SHOE.pose.translation_mm * 1.1)
    kept = pose_edits.with_size(SHOE, MODEL, ShoeSize(308.0), keep_depth=True)
    assert np.array_equal(kept.pose.translation_mm, SHOE.pose.translation_mm)
    assert kept.pose_estimate.iou is None  # what was measured belongs to the other size


def test_choosing_a_model_lays_it_on_the_outline() -> None:
    laid = pose_edits.with_model(sneaker("s"), MODEL, CAMERA)
    assert laid.model_id == "m"
    u, v = CAMERA.project(laid.pose.translation_mm)
    assert 100 < u < 400
    assert 150 < v < 280
    other = pose_edits.with_model(SHOE, OTHER_MODEL, CAMERA)
    assert other.pose == SHOE.pose
    assert other.pose_estimate.iou is None
    assert pose_edits.with_model(SHOE, None, CAMERA).pose is None


def test_the_uncertainty_is_that_of_a_crowd_of_poses() -> None:
    estimate = replace(SHOE.pose_estimate, camera_source=CameraSource.HAND)
    sure = pose_edits.uncertainty(estimate)
    rng = np.random.default_rng(0)
    poses = [estimate.pose.moved(xi) for xi in rng.multivariate_normal(np.zeros(6), estimate.covariance, 4000)]
    assert sure.rotation_deg == pytest.approx(np.std([angles_deg(p) for p in poses], axis=0), rel=0.06)
    place = (*sure.lateral_mm, sure.depth_mm)
    assert place == pytest.approx(np.std([p.translation_mm for p in poses], axis=0), rel=0.06)
    assert pose_edits.uncertainty(estimate.with_pose(estimate.pose)) is None


def test_no_pose_is_an_error_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="no pose yet"):
        pose_edits.with_angle(sneaker("s"), 0, angle_deg=1.0, camera=CAMERA)
