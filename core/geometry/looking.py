"""Where a camera stands that looks at a point of the world."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry.pose import Pose

Array = NDArray[np.float64]

_STEEP = 0.999  # cosine to the vertical, beyond which up says nothing of the picture's sides


def look_at(eye: Array, target: Array, *, roll_deg: float = 0.0) -> Pose:
    """camera_from_world of a camera at `eye` that sees `target` in its middle, the world's z being up.

    eye, target: (3,) in the world's unit, not the same point. roll_deg: how far the camera is turned clockwise about
    its axis. Looking straight up or down, the world's y is at its top.
    """
    forward = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(forward, [0.0, 0.0, 1.0] if abs(forward[2]) < _STEEP else [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    if roll_deg:
        c, s = np.cos(np.radians(roll_deg)), np.sin(np.radians(roll_deg))
        rotation = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]) @ rotation
    return Pose.from_matrix(rotation, -rotation @ eye)
