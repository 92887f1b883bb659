"""Shapes that a shoe model may take: wider, higher, its collar cut off, its toe sprung, seventeen mild changes in all.

Each is a smooth field of displacements over the shoe's box, in units of half its length; amounts add up. How much of
each to expect, and which go together, was read from four sneakers of the market, each fitted to the outlines of the
three others at known poses: a low-rank part and what each change does alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from core.geometry.frozen import frozen_array
from core.render.outline import OutlineMesh

Array = NDArray[np.float64]

RATIO_SIGMA = 0.12
_RATIOS, _SHAPES = 2, 17
_TOGETHER = (
    (7, 4, 2, -9, -5, 5, 2, 19, 2, -4, -4, -11, -24, 9, 12, -23, -8),
    (12, 9, 3, 4, -1, -2, -2, 10, 3, -2, 15, -11, 5, 5, -5, 13, -10),
    (1, 2, 8, -11, -4, -3, 2, 6, 1, -2, 1, -1, 6, 0, 0, 0, 15),
    (1, 2, 5, -1, 1, 3, 0, 1, -1, -1, 0, 7, -4, 1, -6, 1, -1),
)  # hundredths
_ALONE = (10, 8, 6, 8, 7, 7, 4, 16, 5, 7, 10, 19, 19, 8, 16, 16, 16)  # hundredths


@dataclass(frozen=True, slots=True, eq=False)
class Freedom:
    """How freely a model may change. precision: (K, K) inverse covariance of the amounts of the first K changes;

    stiffness: what a deviation of one sigma counts, a share of the shoe's length on the screen.
    """

    precision: Array
    stiffness: float

    @property
    def count(self) -> int:
        """Of changes."""
        return len(self.precision)


def _expected() -> Array:
    together, alone = np.array(_TOGETHER) / 100.0, np.array(_ALONE) / 100.0
    return np.asarray(np.linalg.inv(together.T @ together + np.diag(alone**2)))


PROPORTIONS = Freedom(frozen_array(np.eye(_RATIOS) / RATIO_SIGMA**2), 0.008)
SHAPE = Freedom(frozen_array(_expected()), 0.004)


def half_of(mesh: OutlineMesh, *, mirrored: bool) -> Array:
    """(3,) half extents in mm that the fields are laid over; the second negative for a left shoe."""
    half = np.abs(mesh.vertices_mm).max(axis=0)
    return np.asarray(half * [1.0, -1.0 if mirrored else 1.0, 1.0])


def changed(mesh: OutlineMesh, half_mm: Array, amounts: Array) -> OutlineMesh:
    """The mesh with every change made by its amount."""
    return replace(mesh, vertices_mm=frozen_array(moved_points(mesh.vertices_mm, half_mm, amounts)))


@njit(cache=True, nogil=True)
def fields_at(points: Array, half_mm: Array, count: int) -> Array:
    """(count, N, 3) mm per unit amount at (N, 3) points of the unchanged model."""
    found = np.zeros((count, points.shape[0], 3))
    h, side = half_mm[0], np.sign(half_mm[1])
    high = 2.0 * half_mm[2] / h
    for i in range(points.shape[0]):
        x, y, z = points[i, 0] / h, points[i, 1] / h, points[i, 2] / h
        found[0, i, 1], found[1, i, 2] = h * y, h * z  # wider, higher
        if count == 2:
            continue
        above = z + 0.5 * high  # the ground
        u = above / high
        toe, heel = max(x, 0.0), max(-x, 0.0)
        found[2, i, 2], found[3, i, 2] = -h * above * x, h * above * x * x  # higher at the heel, at both ends
        found[4, i, 1], found[5, i, 1] = h * y * x, h * y * x * x  # wider at the toe, at both ends
        found[6, i, 1], found[12, i, 1] = 0.3 * h * side * x * x, 0.3 * h * side * x * x * x  # bent sideways
        found[7, i, 2], found[13, i, 2] = 0.3 * h * toe * toe, 0.3 * h * heel * heel  # sprung
        found[8, i, 0], found[9, i, 0] = h * above, h * above * x  # leaning, longer above
        found[10, i, 1] = h * y * (2.0 * above - high)  # flared
        found[11, i, 2] = h * u * (1.0 - u)  # thicker in the sole
        found[14, i, 2] = 0.5 * h * u * u / (1.0 + np.exp(8.0 * (x + 0.05)))  # collar
        found[15, i, 2] = 0.5 * h * u * u * np.exp(-(((x - 0.05) / 0.3) ** 2))  # tongue
        found[16, i, 2] = 0.3 * h * u * np.exp(-(((x - 0.8) / 0.3) ** 2))  # toe box
    return found


@njit(cache=True, nogil=True)
def moved_points(points: Array, half_mm: Array, amounts: Array) -> Array:
    """(N, 3) points of the unchanged model moved by the amounts (K,)."""
    fields = fields_at(points, half_mm, amounts.shape[0])
    found = points.copy()
    for k in range(amounts.shape[0]):
        for i in range(points.shape[0]):
            for c in range(3):
                found[i, c] += amounts[k] * fields[k, i, c]
    return found


@njit(cache=True, nogil=True)
def unmoved_points(points: Array, half_mm: Array, amounts: Array) -> Array:
    """(N, 3) points of the unchanged model that `moved_points` brings to these, by a fixed-point iteration."""
    found = points.copy()
    for _ in range(4):
        found += points - moved_points(found, half_mm, amounts)
    return found
