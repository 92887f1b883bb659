"""Where the other shoe of a pair may stand: on the floor of the first one, turned about its normal, seen elsewhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import Camera
from core.geometry.pose import Pose

Array = NDArray[np.float64]

YAWS_DEG = (0.0, 30.0, -30.0, 60.0, -60.0, 90.0, -90.0, 120.0, -120.0, 150.0, -150.0, 180.0)
_NEARER, _FARTHER = 0.4, 2.5  # of the first one's depth; two shoes of a photo are no farther apart
_ALONG = 1e-6


def on_the_floor(pose: Pose, at_px: tuple[float, float], *, camera: Camera, yaw_deg: float = 0.0) -> Pose:
    """camera_from_shoe of a shoe as high as this one on the same floor, whose centre is seen at (x, y) px.

    The floor's normal is the shoe's up-axis, +Z in its frame; yaw_deg turns about it, counterclockwise seen from above.
    Where the ray meets the floor nowhere near, as when the camera looks along it, the shoe keeps its depth instead.
    """
    up = pose.rotation[:, 2]
    yaw = Pose.exp([*(np.radians(yaw_deg) * up), 0.0, 0.0, 0.0])
    ray = camera.unproject(np.asarray(at_px, dtype=np.float64))
    return (yaw @ Pose(pose.rotation_wxyz, np.zeros(3))).with_translation(ray * _depth(pose, up, ray=ray))


def starts_on_the_floor(pose: Pose, at_px: tuple[float, float], *, camera: Camera) -> tuple[Pose, ...]:
    """`on_the_floor` at yaws all round, 30 degrees apart, the one that points the same way first."""
    return tuple(on_the_floor(pose, at_px, camera=camera, yaw_deg=yaw) for yaw in YAWS_DEG)


def apart_on_the_floor(
    one: Pose, other: Pose, *, sole_mm: float, other_sole_mm: float | None = None
) -> tuple[float, float]:
    """How far two shoes are from one floor: degrees between their up-axes, and mm between the heights of their soles.

    sole_mm: z of the sole in a shoe's frame, the other's where it is not the same. Heights are along the mean up-axis.
    """
    up, other_up = one.rotation[:, 2], other.rotation[:, 2]
    tilt_deg = float(np.degrees(np.arctan2(np.linalg.norm(np.cross(up, other_up)), up @ other_up)))
    second_mm = sole_mm if other_sole_mm is None else other_sole_mm
    between = one.translation_mm + sole_mm * up - other.translation_mm - second_mm * other_up
    mean = up + other_up
    length = float(np.linalg.norm(mean))
    return tilt_deg, abs(float(mean @ between)) / length if length > _ALONG else float(np.linalg.norm(between))


def _depth(pose: Pose, up: Array, *, ray: Array) -> float:
    """z at which the ray (z = 1) meets the plane through the shoe's centre."""
    own = float(pose.translation_mm[2])
    against = float(up @ ray)
    if abs(against) < _ALONG:
        return own
    met = float(up @ pose.translation_mm) / against
    return met if _NEARER * own < met < _FARTHER * own else own
