"""The plane that shoes stand on, as one camera sees it, and how a shoe whose pose is known tells of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.frozen import frozen_array
from core.geometry.pose import Pose

Array = NDArray[np.float64]

TILT_DEG, HEIGHT_MM = 3.0, 4.0  # of two shoes that both stand: soles bend, floors are not flat
_BETWEEN_MM = 200.0  # two shoes of a photo stand about so far apart


@dataclass(frozen=True, slots=True, eq=False)
class Floor:
    """A plane in the camera frame: the points X with normal·X = offset_mm. The normal (3,) points up, out of the floor.

    tilt_deg, height_mm: standard deviations of a standing shoe's up-axis from the normal, about each axis in the
    plane, and of the height of its sole over the plane. Raises ValueError with a sentence for what is no plane.
    """

    normal: Array
    offset_mm: float
    tilt_deg: float = TILT_DEG
    height_mm: float = HEIGHT_MM

    def __post_init__(self) -> None:
        normal = np.asarray(self.normal, dtype=np.float64).reshape(3)
        length = float(np.linalg.norm(normal))
        if not np.isfinite(length) or length < 1e-9 or not np.isfinite(self.offset_mm):
            raise ValueError("A floor needs a direction that points up from it and an offset, all finite numbers.")
        deviations = (self.tilt_deg, self.height_mm)
        if not np.isfinite(deviations).all() or min(deviations) <= 0:
            raise ValueError("How far a shoe may tilt on its floor, and stand over it, must be numbers above zero.")
        object.__setattr__(self, "normal", frozen_array(normal / length))

    def height_of(self, point_mm: ArrayLike) -> float:
        """Of a (3,) point in the camera frame over the plane, mm."""
        return float(self.normal @ np.asarray(point_mm, dtype=np.float64)) - self.offset_mm

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Floor) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        return self.normal.tobytes(), self.offset_mm, self.tilt_deg, self.height_mm


def floor_under(pose: Pose, sole_mm: float, *, covariance: Array | None = None) -> Floor:
    """The floor that a posed shoe stands on. sole_mm: z of its sole in the shoe frame (below 0, origin at its middle).

    covariance: (6, 6) of the pose in (omega rad, v mm), None where it is not known. What is not known of that shoe
    makes the floor less certain for another one, some steps away from it.
    """
    up = pose.rotation[:, 2]
    offset = float(up @ pose.apply([0.0, 0.0, sole_mm]))
    if covariance is None:
        return Floor(up, offset)
    turn, move = covariance[:3, :3], covariance[3:, 3:]
    # A turn about the normal itself tilts nothing.
    across = np.eye(3) - np.outer(up, up)
    tilt_rad = float(np.sqrt(max(float(np.trace(across @ turn @ across)) / 2.0, 0.0)))
    height_mm = float(np.sqrt(max(float(up @ move @ up), 0.0)))
    return Floor(
        up,
        offset,
        float(np.hypot(TILT_DEG, np.degrees(tilt_rad))),
        float(np.linalg.norm([HEIGHT_MM, height_mm, _BETWEEN_MM * tilt_rad])),
    )
