"""How far the landmarks of a posed shoe may lie from where they are drawn, from the pose's covariance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.camera import Camera
from core.geometry.pose import Pose

Array = NDArray[np.float64]

_STEP = 1e-4  # of the depth: small against a lens's bends, large against rounding


def keypoint_ellipses(
    points_mm: ArrayLike, pose: Pose, *, camera: Camera, covariance: ArrayLike
) -> tuple[Array, Array]:
    """(K, 2) px where points of the shoe are seen, and (K, 2, 2) px² how they spread there.

    points_mm: (K, 3) in the shoe frame; covariance: (6, 6) of the pose in (omega rad, v mm). To first order:
    dX = omega × (R·x) + v, through the camera and its lens. A point that is not in front of the camera gives nan.
    """
    points = np.asarray(points_mm, dtype=np.float64).reshape(-1, 3)
    turned = points @ pose.rotation.T
    seen = turned + pose.translation_mm
    centres = camera.project(seen)
    steps = _STEP * np.abs(seen[:, 2:3])
    columns = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for axis in np.eye(3):
            there, back = camera.project(seen + steps * axis), camera.project(seen - steps * axis)
            columns.append((there - back) / (2 * steps))
        pixels_by_place = np.stack(columns, axis=-1)
        rows = np.concatenate([pixels_by_place @ _crosses(-turned), pixels_by_place], axis=-1)
        spread = rows @ np.asarray(covariance, dtype=np.float64).reshape(6, 6) @ rows.transpose(0, 2, 1)
    return centres, (spread + spread.transpose(0, 2, 1)) / 2


def ellipse_axes(spread: ArrayLike, sigmas: float = 1.0) -> tuple[Array, Array]:
    """(..., 2) half axes px, the longer first, and (..., 2) the unit direction of that one, of (..., 2, 2) px².

    sigmas: how many standard deviations wide; 2.45 holds 95 % of two normal numbers.
    """
    squares, directions = np.linalg.eigh(np.asarray(spread, dtype=np.float64))
    return sigmas * np.sqrt(np.maximum(squares[..., ::-1], 0.0)), directions[..., :, 1]


def _crosses(vectors: Array) -> Array:
    """(K, 3, 3) matrices that take the cross product with (K, 3) from the left."""
    x, y, z = vectors.T
    zero = np.zeros_like(x)
    return np.stack(
        [
            np.stack([zero, -z, y], axis=-1),
            np.stack([z, zero, -x], axis=-1),
            np.stack([-y, x, zero], axis=-1),
        ],
        axis=-2,
    )
