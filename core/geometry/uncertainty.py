"""How sure a pose is, in numbers an annotator knows and in words: which way it is least sure, and what is guessed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.camera import CameraSource
from core.geometry.pose import Pose
from core.geometry.steering import angles_deg

Array = NDArray[np.float64]

FOCAL_SIGMAS = {
    CameraSource.GUESS: 0.12,
    CameraSource.EXIF: 0.02,
    CameraSource.FIT: 0.0,  # found with the pose, whose covariance has it already
    CameraSource.CALIBRATION: 0.0,
    CameraSource.HAND: 0.0,
}
_STEP_RAD = 1e-5
# What is as bad as what: two annotators who differ by this much still agree.
_TURN_RAD, _LATERAL_MM, _DEPTH_SHARE = np.radians(2.0), 3.0, 0.01
_TOGETHER = 0.4  # of the worst part, from which another one is named beside it
_NAMES = ("its pitch", "its yaw", "its roll", "where it is from left to right", "how high it is", "how far away it is")


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """One standard deviation each.

    rotation_deg: of yaw, pitch and roll as `steering.angles_deg` has them. lateral_mm: of x and y. depth_mm: of z, what
    the focal length is unsure of included. depth_over_focal_pct: of t_z/f in percent, which no focal length changes.
    words: the way it is least sure, as a sentence.
    """

    rotation_deg: tuple[float, float, float]
    lateral_mm: tuple[float, float]
    depth_mm: float
    depth_over_focal_pct: float
    words: str


def uncertainty_of(pose: Pose, covariance: ArrayLike, *, camera_source: CameraSource) -> Uncertainty:
    """What a (6, 6) covariance in (omega rad, v mm) of a pose in a camera of that source means."""
    spread = np.asarray(covariance, dtype=np.float64).reshape(6, 6)
    own = np.sqrt(np.maximum(np.diag(spread), 0.0))
    depth = float(pose.translation_mm[2])
    guessed = FOCAL_SIGMAS[camera_source] * depth
    turn = _angle_sigmas_deg(pose, spread[:3, :3])
    words = f"Least sure: {_worst(pose, spread)}."
    if guessed > own[5]:
        known = "a guess" if camera_source is CameraSource.GUESS else "read from the photo's EXIF"
        share = 100 * FOCAL_SIGMAS[camera_source]
        words += f"\nThe focal length is {known}: it makes the distance unsure by ±{share:.0f} % (±{guessed:.0f} mm), "
        words += f"while distance over focal length is known to ±{_brief(100 * own[5] / depth)} %."
    return Uncertainty(
        (float(turn[0]), float(turn[1]), float(turn[2])),
        (float(own[3]), float(own[4])),
        float(np.hypot(own[5], guessed)),
        100 * float(own[5]) / max(abs(depth), 1e-9),
        words,
    )


def worst_direction(pose: Pose, covariance: ArrayLike) -> tuple[Array, Array]:
    """(6,) the unit way in which a pose is least sure, and (6,) its sigmas, both in (pitch, yaw, roll, x, y, z).

    Turns (rad) are about the pitch's axis, about the one across it on the photo, and about the line of sight; x, y, z
    in mm. The way counts 2°, 3 mm and 1 % of the distance as equally bad.
    """
    roll = np.radians(angles_deg(pose)[2])
    axes = np.eye(6)
    # The axis of the pitch goes round with the roll.
    axes[:2, :2] = [[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]]
    spread = axes @ np.asarray(covariance, dtype=np.float64).reshape(6, 6) @ axes.T
    equal = np.array([_TURN_RAD] * 3 + [_LATERAL_MM] * 2 + [_DEPTH_SHARE * abs(float(pose.translation_mm[2]))])
    _, directions = np.linalg.eigh(spread / np.outer(equal, equal))
    return directions[:, -1], np.sqrt(np.maximum(np.diag(spread), 0.0))


def _worst(pose: Pose, covariance: Array) -> str:
    direction, sigmas = worst_direction(pose, covariance)
    parts = np.abs(direction)
    order = np.argsort(-parts)
    first, second = int(order[0]), int(order[1])
    words = _part(first, float(sigmas[first]))
    if parts[second] >= _TOGETHER * parts[first]:
        words += f", together with {_part(second, float(sigmas[second]))}"
    return words


def _part(index: int, sigma: float) -> str:
    return f"{_NAMES[index]} (±{_brief(np.degrees(sigma))}°)" if index < 3 else f"{_NAMES[index]} (±{_brief(sigma)} mm)"


def _angle_sigmas_deg(pose: Pose, spread: Array) -> Array:
    """(3,) of yaw, pitch and roll, to first order."""
    columns = []
    for axis in range(3):
        step = np.zeros(6)
        step[axis] = _STEP_RAD
        there, back = angles_deg(pose.moved(step)), angles_deg(pose.moved(-step))
        difference = (np.subtract(there, back) + 180.0) % 360.0 - 180.0
        columns.append(difference / (2 * _STEP_RAD))
    angles_from_omega = np.stack(columns, axis=1)
    return np.sqrt(np.maximum(np.diag(angles_from_omega @ spread @ angles_from_omega.T), 0.0))


def _brief(value: float) -> str:
    return f"{value:.0f}" if value >= 9.95 else f"{value:.1f}" if value >= 0.995 else f"{value:.2f}"
