"""What another camera does to a photo: every shoe stays where it is seen and as large, or stays where it is in mm."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.labels.instance import Instance
from core.labels.photo import Photo


def with_other_camera(photo: Photo, camera: Camera, *, keep_distance: bool = False) -> Photo:
    """The photo taken with another camera; what was measured of its poses is forgotten.

    By default a shoe keeps its rotation, the pixel its centre is seen at, and t_z/f: nearer behind a shorter lens, so
    that it stays as large. keep_distance: the poses stay as they are in mm and are seen elsewhere and larger or
    smaller. The very same photo when the camera is equal.
    """
    if camera == photo.camera:
        return photo
    how = {"keep_distance": keep_distance}
    instances = tuple(_seen_by(instance, photo.camera, camera, **how) for instance in photo.instances)
    return photo.with_camera(camera).with_instances(instances)


def pose_seen_by(pose: Pose, before: Camera, after: Camera) -> Pose:
    """The pose with t_z/f and the pixel of its centre kept; one behind the camera keeps its place in mm.

    f is fy: that is the length the vertical field of view is measured by.
    """
    depth = float(pose.translation_mm[2])
    if depth <= 0:
        return pose
    moved = after.unproject(before.project(pose.translation_mm), depth * after.fy_px / before.fy_px)
    # Far outside the photo a lens has no ray for a pixel.
    return pose.with_translation(moved) if np.isfinite(moved).all() else pose


def _seen_by(instance: Instance, before: Camera, after: Camera, *, keep_distance: bool) -> Instance:
    estimate = instance.pose_estimate
    if estimate is None:
        return instance
    if sees_alike(before, after):
        return instance.with_pose_estimate(replace(estimate, camera_source=after.source))
    pose = estimate.pose if keep_distance else pose_seen_by(estimate.pose, before, after)
    return instance.with_pose_estimate(replace(estimate.with_pose(pose), camera_source=after.source))


def sees_alike(before: Camera, after: Camera) -> bool:
    """Whether only what is said of the source differs: what was measured of the poses still holds."""
    return replace(before, source=after.source, source_name=after.source_name) == after
