"""A pose from named points: SQPnP for a start, Levenberg-Marquardt to finish, residuals to judge it by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.camera import Camera
from core.geometry.pose import Pose

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PnpSolution:
    """A pose with (N,) distances in px between each click and where its landmark projects."""

    pose: Pose
    residuals_px: Array

    @property
    def rms_px(self) -> float:
        """Root of the mean squared residual, px."""
        return float(np.sqrt(np.mean(self.residuals_px**2)))


def solve_pnp(points_mm: ArrayLike, points_px: ArrayLike, camera: Camera) -> PnpSolution:
    """The pose that projects (N, 3) shoe-frame points onto (N, 2) px, N >= 4.

    SQPnP (Terzakis & Lourakis, ECCV 2020) gives the start, OpenCV's Levenberg-Marquardt the least squares in px.
    Raises ValueError with a sentence when there are too few points or they fix no pose in front of the camera.
    """
    # cv2 is loaded with the first solve, not with the window.
    import cv2

    object_points = np.ascontiguousarray(points_mm, dtype=np.float64).reshape(-1, 3)
    image_points = np.ascontiguousarray(points_px, dtype=np.float64).reshape(-1, 2)
    if len(object_points) != len(image_points) or len(object_points) < 4:
        raise ValueError(f"a pose from clicks needs at least four landmarks, not {len(object_points)}")
    intrinsics = camera.opencv_matrix
    centred = np.ascontiguousarray(image_points - 0.5)
    lens = np.asarray(camera.distortion).copy()
    found, omega, translation = cv2.solvePnP(object_points, centred, intrinsics, lens, flags=cv2.SOLVEPNP_SQPNP)
    if not found:
        raise ValueError("the clicked landmarks fix no pose; are they in a line, or on the wrong side of the shoe?")
    omega, translation = cv2.solvePnPRefineLM(object_points, centred, intrinsics, lens, omega, translation)
    pose = Pose.exp(np.concatenate([omega.ravel(), translation.ravel()]))
    if pose.translation_mm[2] <= 0:
        raise ValueError("the clicked landmarks put the shoe behind the camera; check which landmark is where")
    misses = camera.project(pose.apply(object_points)) - image_points
    return PnpSolution(pose, np.linalg.norm(misses, axis=1))
