"""Where a camera stands, and linear light as sRGB."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry.pose import Pose

Array = NDArray[np.float64]


def look_at(eye: Array, target: Array, *, roll_deg: float = 0.0) -> Pose:
    """camera_from_world of a camera at `eye` that sees `target` in its middle, the world's z being up.

    roll_deg: how far the camera is turned clockwise about its axis.
    """
    forward = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(forward, [0.0, 0.0, 1.0] if abs(forward[2]) < 0.999 else [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    if roll_deg:
        c, s = np.cos(np.radians(roll_deg)), np.sin(np.radians(roll_deg))
        rotation = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]) @ rotation
    return Pose.from_matrix(rotation, -rotation @ eye)


def srgb_from_linear(value: Array) -> Array:
    """Linear light 0..1 to sRGB (IEC 61966-2-1)."""
    return np.where(value <= 0.0031308, 12.92 * value, 1.055 * np.maximum(value, 0.0031308) ** (1 / 2.4) - 0.055)
