"""The other pose that a shoe's outline nearly allows: seen as in a mirror that faces the camera."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry.pose import Pose

Array = NDArray[np.float64]

NEAR_TWIN_DEG = 25.0  # of the mirrored pose, within which the twin that really fits lies
_TOWARDS = np.diag([1.0, 1.0, -1.0])
_ACROSS = np.diag([1.0, -1.0, 1.0])


def mirror_twin(pose: Pose) -> Pose:
    """camera_from_shoe of the twin, at the same place: azimuth a becomes 180° - a, elevation e becomes -e.

    A shape that is its own mirror image in y has, seen from far away, the same outline as its mirror image in depth:
    R' = diag(1, 1, -1)·R·diag(1, -1, 1), with the camera turned towards the shoe. The twin of the twin is the pose.
    Nearness, and what is not symmetric in a shoe, tell the two apart.
    """
    facing = _facing(pose.translation_mm)
    twin = facing @ _TOWARDS @ facing.T @ pose.rotation @ _ACROSS
    return Pose.from_matrix(twin, pose.translation_mm)


def _facing(translation_mm: Array) -> Array:
    """(3, 3) the least rotation that brings the optical axis onto the ray to the shoe."""
    ray = translation_mm / np.linalg.norm(translation_mm)
    axis = np.cross([0.0, 0.0, 1.0], ray)
    sine = float(np.linalg.norm(axis))
    if sine < 1e-12:
        return np.eye(3)
    return Pose.exp(np.concatenate([axis / sine * np.arctan2(sine, ray[2]), np.zeros(3)])).rotation
