"""What can be done to the pose of one sneaker by numbers: photos after the deed, and what is uncertain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.document.edit import Edit
from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.geometry.steering import angles_deg, pose_from_angles, rough_pose
from core.geometry.uncertainty import Uncertainty, uncertainty_of
from core.labels.camera_change import with_other_camera
from core.labels.instance import BY_HAND, LAID_DOWN, Instance, PoseEstimate, ShoeSize
from core.labels.photo import Photo
from core.labels.shoe_model import ShoeModel

UNSURE_DISTANCE_PCT = (
    2.0  # a tenth of the shoe's length at five times it: as much as a pose may be off to count as right
)


def edit_of(label: str, photo: Photo, instance: Instance, *, merge_key: str | None = None) -> Edit:
    """The edit that makes `instance` the photo's; `merge_key` is made the instance's own."""
    key = f"{merge_key}:{instance.id}" if merge_key else None
    return Edit.of(label, photo, photo.with_instance(instance), merge_key=key)


def with_pose(instance: Instance, pose: Pose, camera: Camera) -> Instance:
    """The instance with its shoe there, by hand."""
    estimate = instance.pose_estimate or PoseEstimate(pose, camera_source=camera.source)
    return instance.with_pose_estimate(estimate.with_pose(pose))


def with_angle(instance: Instance, axis: int, *, angle_deg: float, camera: Camera) -> Instance:
    """The instance with yaw (0), pitch (1) or roll (2) at an angle, the other two as they are."""
    pose = _pose_of(instance)
    angles = list(angles_deg(pose))
    angles[axis] = angle_deg
    turned = pose_from_angles(angles[0], angles[1], roll_deg=angles[2], translation_mm=pose.translation_mm)
    return with_pose(instance, turned, camera)


def with_coordinate(instance: Instance, axis: int, *, value_mm: float, camera: Camera) -> Instance:
    """The instance with x (0), y (1) or z (2) of its place at a value; z stays in front of the camera."""
    pose = _pose_of(instance)
    place = pose.translation_mm.copy()
    place[axis] = max(value_mm, 1.0) if axis == 2 else value_mm
    return with_pose(instance, pose.with_translation(place), camera)


def with_model(instance: Instance, model: ShoeModel | None, camera: Camera) -> Instance:
    """The instance as another ShoeModel at that model's own size; a shoe without a pose is laid on its outline."""
    if model is None:
        return instance.with_model(None).with_pose_estimate(None)
    chosen = instance.with_model(model.id)
    if chosen.pose_estimate is None:
        laid = rough_pose(camera, chosen.region, model.extent_mm)
        return chosen.with_pose_estimate(PoseEstimate(laid, camera_source=camera.source, provenance=LAID_DOWN))
    # What was measured belongs to the other model.
    return chosen.with_pose_estimate(chosen.pose_estimate.with_pose(chosen.pose_estimate.pose))


def with_size(instance: Instance, model: ShoeModel, size: ShoeSize, *, keep_depth: bool) -> Instance:
    """The instance at another size; nearer or farther along its ray so that it keeps its size in the photo, or not."""
    sized = replace(instance, size=instance.size or model.size).with_size(size, keep_depth=keep_depth)
    estimate = sized.pose_estimate
    if estimate is None:
        return sized
    made_by = LAID_DOWN if estimate.is_start else BY_HAND
    return sized.with_pose_estimate(estimate.with_pose(estimate.pose, provenance=made_by))


def with_fov(photo: Photo, fov_deg: float) -> Photo:
    """The photo with another vertical field of view; every shoe keeps its place and size in the photo."""
    return with_other_camera(photo, photo.camera.with_vertical_fov(fov_deg))


def uncertainty(estimate: PoseEstimate) -> Uncertainty | None:
    """How sure the pose is, when known."""
    if estimate.covariance is None:
        return None
    return uncertainty_of(estimate.pose, estimate.covariance, camera_source=estimate.camera_source)


def turn_sigma_deg(estimate: PoseEstimate) -> float | None:
    """One standard deviation of the rotation about its least sure axis, in degrees, when known."""
    if estimate.covariance is None:
        return None
    return float(np.degrees(np.sqrt(max(np.linalg.eigvalsh(estimate.covariance[:3, :3])[-1], 0.0))))


def distance_sigma_pct(estimate: PoseEstimate) -> float | None:
    """One standard deviation of the distance in % of it, the camera taken as right, when known."""
    if estimate.covariance is None:
        return None
    return 100.0 * float(np.sqrt(max(estimate.covariance[5, 5], 0.0)) / max(abs(estimate.pose.translation_mm[2]), 1e-9))


def _pose_of(instance: Instance) -> Pose:
    if instance.pose is None:
        raise ValueError("the instance has no pose yet; choose a shoe model first")
    return instance.pose
