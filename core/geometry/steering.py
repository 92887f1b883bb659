"""How a hand moves a shoe: arcball turns, slides in the image plane, pushes in depth, and angles people can read."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.geometry.region import Region

Array = NDArray[np.float64]

NEAREST_MM = 1.0
# The view every angle counts from: the shoe's left side turned away, toe to the right of the photo, up is up.
SIDE_VIEW = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


def turned(pose: Pose, camera: Camera, *, from_px: ArrayLike, to_px: ArrayLike, radius_px: float) -> Pose:
    """The pose turned about the shoe's centre as if the hand rolled a ball of `radius_px` round it.

    Inside the ball the surface point under the hand follows it; outside, the ball's hyperbolic sheet (Bell's
    trackball, as described by Henriksen, Sporring & Hornbaek 2004) turns it about the line of sight.
    """
    centre = camera.project(pose.translation_mm)
    a = _on_ball((np.asarray(from_px, dtype=np.float64) - centre) / radius_px)
    b = _on_ball((np.asarray(to_px, dtype=np.float64) - centre) / radius_px)
    axis = np.cross(a, b)
    sine, cosine = float(np.linalg.norm(axis)), float(a @ b)
    if sine < 1e-12:
        return pose
    angle = np.arctan2(sine, cosine)
    local = axis / sine * angle
    return pose.moved(np.concatenate([_from_ray_frame(pose.translation_mm) @ local, np.zeros(3)]))


def slid(pose: Pose, camera: Camera, *, from_px: ArrayLike, to_px: ArrayLike) -> Pose:
    """The pose moved at its depth so that the shoe's projected centre goes along with the hand."""
    centre = camera.project(pose.translation_mm)
    target = centre + np.asarray(to_px, dtype=np.float64) - np.asarray(from_px, dtype=np.float64)
    moved = camera.unproject(target, pose.translation_mm[2])
    # Far outside a distorted photo there is no ray: the shoe stays where it was.
    return pose.with_translation(moved) if np.isfinite(moved).all() else pose


def pushed(pose: Pose, factor: float) -> Pose:
    """The pose `factor` times as far away along its ray: the projected centre stays."""
    if not factor > 0:
        raise ValueError("a shoe can only be pushed to a distance above zero")
    nearest = NEAREST_MM / float(pose.translation_mm[2])
    return pose.with_translation(pose.translation_mm * max(factor, nearest))


def pushed_by(pose: Pose, depth_mm: float) -> Pose:
    """The pose with t_z larger by `depth_mm`, along its ray; never nearer than 1 mm."""
    depth = float(pose.translation_mm[2])
    return pushed(pose, max(depth + depth_mm, NEAREST_MM) / depth)


def angles_deg(pose: Pose) -> tuple[float, float, float]:
    """(yaw, pitch, roll) in degrees: R = Rz(roll) · Rx(pitch) · SIDE_VIEW · Rz(yaw).

    yaw -180..180 turns the shoe about its own up axis, pitch -90..90 is how far it is looked at from above,
    roll -180..180 turns the picture. All zero: seen from its right side, toe to the right.
    """
    rotation = pose.rotation
    # Row 2 of Rx(pitch)·SIDE_VIEW·Rz(yaw) is not touched by roll: (cos p sin y, cos p cos y, -sin p).
    pitch = np.arcsin(np.clip(-rotation[2, 2], -1.0, 1.0))
    if abs(rotation[2, 2]) < 1 - 1e-12:
        yaw = np.arctan2(rotation[2, 0], rotation[2, 1])
        roll = np.arctan2(rotation[0, 2], -rotation[1, 2])
    else:  # looked at from straight above or below, yaw and roll turn about the same line: roll is put to zero
        yaw = np.arctan2(-rotation[0, 1], rotation[0, 0])
        roll = 0.0
    return float(np.degrees(yaw)), float(np.degrees(pitch)), float(np.degrees(roll))


def pose_from_angles(yaw_deg: float, pitch_deg: float, *, roll_deg: float, translation_mm: ArrayLike) -> Pose:
    """The inverse of `angles_deg`, at (3,) mm."""
    yaw, pitch, roll = np.radians([yaw_deg, pitch_deg, roll_deg])
    rotation = _about_z(roll) @ _about_x(pitch) @ SIDE_VIEW @ _about_z(yaw)
    return Pose.from_matrix(rotation, np.asarray(translation_mm, dtype=np.float64))


def rough_pose(camera: Camera, region: Region | None, extent_mm: tuple[float, float, float]) -> Pose:
    """A first pose to start aligning from: a side view, a little from above, as large and as inclined as the region.

    Without a region the shoe fills about a third of the photo's width in its middle.
    """
    length = extent_mm[0]
    if region is None or region.is_empty:
        depth = camera.fx_px * length / (camera.width_px / 3)
        return _looking_at(camera, (camera.width_px / 2, camera.height_px / 2), depth, tilt=0.0)
    points = np.concatenate([ring.points_px for ring in region.rings])
    x0, y0, x1, y1 = region.bounds_px
    spread = points - points.mean(axis=0)
    _, axes = np.linalg.eigh(spread.T @ spread)
    major = axes[:, 1] * np.sign(axes[0, 1] or 1.0)
    tilt = np.arctan2(major[1], major[0])
    along = spread @ major
    focal = float(np.sqrt(camera.fx_px * camera.fy_px))
    depth = focal * length / max(float(along.max() - along.min()), 1.0)
    upright = tilt if abs(tilt) < np.radians(50) else 0.0
    return _looking_at(camera, ((x0 + x1) / 2, (y0 + y1) / 2), depth, tilt=upright)


def _looking_at(camera: Camera, at_px: tuple[float, float], depth_mm: float, *, tilt: float) -> Pose:
    where = camera.unproject(np.asarray(at_px), depth_mm)
    upright = pose_from_angles(0.0, 20.0, roll_deg=float(np.degrees(tilt)), translation_mm=where)
    return Pose.from_matrix(_from_ray_frame(where) @ upright.rotation, where)


def _on_ball(at: Array) -> Array:
    """Point of the unit ball (or the sheet round it) over (2,) screen units, towards the viewer (-z)."""
    square = float(at @ at)
    height = np.sqrt(1 - square) if square < 0.5 else 0.5 / np.sqrt(square)
    point = np.array([at[0], at[1], -height])
    return np.asarray(point / np.linalg.norm(point))


def _from_ray_frame(translation_mm: Array) -> Array:
    """(3, 3) least rotation that brings the optical axis onto the ray to the shoe.

    A shoe at the photo's edge is seen along that ray: turning it in the ray's frame is what the hand expects.
    """
    ray = translation_mm / np.linalg.norm(translation_mm)
    axis = np.cross([0.0, 0.0, 1.0], ray)
    sine = float(np.linalg.norm(axis))
    if sine < 1e-12:
        return np.eye(3)
    return Pose.exp(np.concatenate([axis / sine * np.arctan2(sine, ray[2]), np.zeros(3)])).rotation


def _about_z(angle: float) -> Array:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def _about_x(angle: float) -> Array:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])
