"""Which way a shoe points in its file: toe, up, how it is turned, and which foot it is for, judged from its shape."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.geometry.mesh import Mesh
from core.meshes.mesh_file import MeshFileError

Array = NDArray[np.float64]

AXIS_NAMES = ("+X", "-X", "+Y", "-Y", "+Z", "-Z")
_POINTS = 30_000
_GRID = 48  # cells along the longest side; a shoe's footprint then has about 700
_SOLE_BAND = 0.05  # of the length: what lies that low is sole
_LOW_PART = 0.25  # of the height: where the outline of the sole is read
_BEND_UNSURE = 0.007  # of the length; shoes that were looked at bend by 0.015 to 0.05
_SOLE_UNSURE = 0.65  # shoes that were looked at have 0.85 to 0.97 of their footprint in the band
_TURN_LEAST_DEG = 6.0  # a last's own inflare is up to 4 degrees, and is left alone


@dataclass(frozen=True, slots=True)
class Orientation:
    """The file's directions of toe and up ("+X".."-Z") and how sure that is.

    flatness: share of the footprint that lies low, 0..1; a real sole has 0.85 and more.
    lead: distance of this proposal's score from the next one that differs; below 0.1 it is a guess.
    """

    toe: str
    up: str
    flatness: float
    lead: float

    @property
    def is_sure(self) -> bool:
        """Whether an annotator need not look twice."""
        return self.flatness >= _SOLE_UNSURE and self.lead >= 0.1


def proposed_orientation(mesh: Mesh) -> Orientation:
    """The best of the 24 ways to stand a shoe along the file's axes.

    The sole is the widest flat side; the shoe is longer than wide or high; the toe end is lower than the collar's.
    """
    points = mesh.surface_points(_POINTS)
    points = points - points.min(axis=0)
    points = points / points.max()
    flatness = {name: _flatness(points, name) for name in AXIS_NAMES}
    scored = []
    for toe, up in product(AXIS_NAMES, AXIS_NAMES):
        if toe[1] != up[1]:
            scored.append((_score(points, toe, up=up, flatness=flatness[up]), toe, up))
    scored.sort(reverse=True)
    best = scored[0]
    return Orientation(best[1], best[2], flatness[best[2]], best[0] - scored[1][0])


def shoe_from_file(toe: str, up: str) -> Array:
    """(3, 3) rotation that brings the file's toe to +X and its up to +Z; raises MeshFileError for impossible axes."""
    if toe not in AXIS_NAMES or up not in AXIS_NAMES or toe[1] == up[1]:
        raise MeshFileError(
            f"'{toe}' and '{up}' cannot be toe and up: each is one of {', '.join(AXIS_NAMES)}, on two different axes."
        )
    toe_axis, up_axis = _axis(toe), _axis(up)
    return np.stack([toe_axis, np.cross(up_axis, toe_axis), up_axis])


def turn_deg(vertices: Array) -> float:
    """By how many degrees about +Z a standing shoe's heel-to-ball line points left of +X; 0 where it is small."""
    centres = _sole_centres(vertices)
    heel, ball = centres[1:3].mean(axis=0), centres[7:9].mean(axis=0)
    angle = float(np.degrees(np.arctan2(ball[1] - heel[1], ball[0] - heel[0])))
    return angle if abs(angle) >= _TURN_LEAST_DEG else 0.0


def bend(vertices: Array) -> float:
    """How far the sole's middle lies left (+Y) of the line from heel to ball, as a share of the length.

    The waist of a sole is cut in on the medial side, so a right shoe's middle lies to the right: below zero.
    """
    centres = _sole_centres(vertices)
    heel, waist, ball = centres[0:2].mean(axis=0), centres[4:6].mean(axis=0), centres[7:9].mean(axis=0)
    along = (waist[0] - heel[0]) / (ball[0] - heel[0])
    return float((waist[1] - (heel[1] + along * (ball[1] - heel[1]))) / np.ptp(vertices[:, 0]))


def is_bend_sure(value: float) -> bool:
    """Whether a bend tells left from right."""
    return abs(value) >= _BEND_UNSURE


def _axis(name: str) -> Array:
    axis = np.zeros(3)
    axis["XYZ".index(name[1])] = 1.0 if name[0] == "+" else -1.0
    return axis


def _flatness(points: Array, up: str) -> float:
    """Share of the cells of the footprint seen from below `up` whose lowest point is near the ground."""
    index = "XYZ".index(up[1])
    heights = points[:, index] if up[0] == "+" else -points[:, index]
    cells = np.floor(np.delete(points, index, axis=1) * _GRID).astype(np.int64)
    _, cell = np.unique(cells[:, 0] * (_GRID + 1) + cells[:, 1], return_inverse=True)
    lowest = np.full(int(cell.max()) + 1, np.inf)
    np.minimum.at(lowest, cell, heights - heights.min())
    return float((lowest < _SOLE_BAND).mean())


def _score(points: Array, toe: str, *, up: str, flatness: float) -> float:
    standing = points @ shoe_from_file(toe, up).T
    standing = standing - standing.min(axis=0)
    extent = standing.max(axis=0)
    along = standing[:, 0] / extent[0]
    toe_height = standing[along > 0.85, 2].max()
    heel_height = standing[along < 0.4, 2].max()
    slope = np.clip((heel_height - toe_height) / extent[0], -0.4, 0.4)
    wide = np.clip(extent[0] / max(extent[1], 1e-12) - 1.0, 0.0, 1.0)  # a shoe is about 2.6 times as long as wide
    return float(2.0 * flatness + 1.5 * extent[0] + wide + slope)


def _sole_centres(vertices: Array) -> Array:
    """(10, 2) x and the middle y of the sole's outline in ten slices from heel to toe."""
    low = vertices[:, 2] < vertices[:, 2].min() + _LOW_PART * np.ptp(vertices[:, 2])
    points = vertices[low]
    start, length = points[:, 0].min(), max(float(np.ptp(points[:, 0])), 1e-12)
    slices = np.minimum(((points[:, 0] - start) / length * 10).astype(int), 9)
    left, right = np.full(10, -np.inf), np.full(10, np.inf)
    np.maximum.at(left, slices, points[:, 1])
    np.minimum.at(right, slices, points[:, 1])
    known = np.isfinite(left)
    numbers = np.arange(10)
    middle = np.interp(numbers, numbers[known], (left[known] + right[known]) / 2)
    return np.stack([start + (numbers + 0.5) / 10 * length, middle], axis=1)
