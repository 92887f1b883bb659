"""How far an estimated pose is from the true one, in the measures of CONVENTIONS.md and of the BOP benchmark.

Points are those of the model in the shoe frame, mm. ADD and ADD-S: Hinterstoisser et al. 2012 (ADD-S here sums over the
true pose's points); MSSD and MSPD: BOP Challenge 2019 without symmetries, which a shoe has none of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.camera import Camera
from core.geometry.pose import Pose

Array = NDArray[np.float64]

ADD_ACCEPTED_DIAMETERS = 0.1
_BLOCK = 512


@dataclass(frozen=True, slots=True)
class PoseError:
    """Everything at once. rotation_deg in 0..180; lateral_mm across the true ray, depth_mm along z (signed);

    depth_per_focal: relative error of t_z/f, which survives a wrong focal length; distances in mm, mspd in px.
    """

    rotation_deg: float
    translation_mm: float
    lateral_mm: float
    depth_mm: float
    depth_per_focal: float
    add_mm: float
    adds_mm: float
    mssd_mm: float
    mspd_px: float


def pose_error(
    true: Pose,
    estimated: Pose,
    *,
    points_mm: ArrayLike,
    camera: Camera,
    estimated_camera: Camera | None = None,
) -> PoseError:
    """All errors of an estimated pose over (N, 3) model points; `estimated_camera` is the one it was found with."""
    points = np.asarray(points_mm, dtype=np.float64)
    with_camera = estimated_camera or camera
    apart = estimated.translation_mm - true.translation_mm
    return PoseError(
        rotation_deg=rotation_error_deg(true, estimated),
        translation_mm=float(np.linalg.norm(apart)),
        lateral_mm=lateral_error_mm(true, estimated),
        depth_mm=float(apart[2]),
        depth_per_focal=depth_per_focal_error(true, estimated, camera=camera, estimated_camera=with_camera),
        add_mm=add_mm(true, estimated, points_mm=points),
        adds_mm=adds_mm(true, estimated, points_mm=points),
        mssd_mm=mssd_mm(true, estimated, points_mm=points),
        mspd_px=mspd_px(true, estimated, points_mm=points, camera=camera),
    )


def rotation_error_deg(true: Pose, estimated: Pose) -> float:
    """2·asin(|R' - R|_F / (2·sqrt 2)) in degrees, 0 to 180."""
    chord = float(np.linalg.norm(estimated.rotation - true.rotation)) / (2 * np.sqrt(2.0))
    return float(np.degrees(2 * np.arcsin(min(chord, 1.0))))


def lateral_error_mm(true: Pose, estimated: Pose) -> float:
    """Distance of the estimated translation from the true one across the true ray, mm."""
    length = float(np.linalg.norm(true.translation_mm))
    apart = estimated.translation_mm - true.translation_mm
    if length == 0.0:
        return float(np.linalg.norm(apart))
    ray = true.translation_mm / length
    return float(np.linalg.norm(apart - (apart @ ray) * ray))


def depth_per_focal_error(true: Pose, estimated: Pose, *, camera: Camera, estimated_camera: Camera) -> float:
    """(t_z'/f') / (t_z/f) - 1, f the mean of fx and fy; nan for a true depth of 0."""
    ours = 2 * true.translation_mm[2] / (camera.fx_px + camera.fy_px)
    theirs = 2 * estimated.translation_mm[2] / (estimated_camera.fx_px + estimated_camera.fy_px)
    return float(theirs / ours - 1.0) if ours else float("nan")


def add_mm(true: Pose, estimated: Pose, *, points_mm: ArrayLike) -> float:
    """Mean distance in mm between (N, 3) points at both poses."""
    return float(_distances(true, estimated, points_mm).mean())


def adds_mm(true: Pose, estimated: Pose, *, points_mm: ArrayLike) -> float:
    """Mean distance in mm of the true pose's points from the nearest of the estimated pose's: tells flips only."""
    ours, theirs = true.apply(points_mm), estimated.apply(points_mm)
    nearest = [
        np.sqrt(((ours[start : start + _BLOCK, None] - theirs[None]) ** 2).sum(axis=2).min(axis=1))
        for start in range(0, len(ours), _BLOCK)
    ]
    return float(np.concatenate(nearest).mean())


def mssd_mm(true: Pose, estimated: Pose, *, points_mm: ArrayLike) -> float:
    """Largest distance in mm between (N, 3) points at both poses."""
    return float(_distances(true, estimated, points_mm).max())


def mspd_px(true: Pose, estimated: Pose, *, points_mm: ArrayLike, camera: Camera) -> float:
    """Largest distance in px between the projections of (N, 3) points at both poses; inf when one is not in front."""
    ours, theirs = camera.project(true.apply(points_mm)), camera.project(estimated.apply(points_mm))
    distances = np.linalg.norm(ours - theirs, axis=1)
    return float(distances.max()) if np.isfinite(distances).all() else float("inf")


def is_accepted(add: float, diameter_mm: float, share: float = ADD_ACCEPTED_DIAMETERS) -> bool:
    """Whether an ADD in mm counts as a correct pose."""
    return add < share * diameter_mm


def _distances(true: Pose, estimated: Pose, points_mm: ArrayLike) -> Array:
    return np.asarray(np.linalg.norm(true.apply(points_mm) - estimated.apply(points_mm), axis=1))
