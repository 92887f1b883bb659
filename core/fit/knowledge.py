"""What is known of a shoe's pose beside its outline: clicked landmarks and the floor, as residuals of their own.

All are in units of their standard deviation, so that a cost is a negative log-likelihood; Cauchy's, which lets a wrong
click go. Seven parameters: the pose's tangent (w rad, v mm), and the logarithm of the focal length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from core.geometry.floor import Floor

Array = NDArray[np.float64]

_CUT = 2.5  # standard deviations at which a residual begins to count less
_BEHIND_MM = 1.0
_BEHIND_SQUARED = 1e4


@dataclass(frozen=True, slots=True)
class Click:
    """A landmark found in the photo. at_mm: in the frame of the shoe as sized and sided; at_px: with the lens undone;

    sigma_px: standard deviation along each axis.
    """

    at_mm: tuple[float, float, float]
    at_px: tuple[float, float]
    sigma_px: float = 2.0
    name: str = ""


class Knowledge(NamedTuple):
    """As the kernels read it. clicks: (K, 6) x, y, z mm, u, v px, sigma px; floor: (0,), or (7,) normal, offset mm,

    sigma of the tilt (rad), of the height (mm), z of the sole mm.
    """

    clicks: Array
    floor: Array


def knowledge_of(clicks: tuple[Click, ...], floor: Floor | None, sole_mm: float) -> Knowledge:
    """Clicks and floor for a shoe whose sole has that z (mm) in its frame."""
    rows = [(*click.at_mm, *click.at_px, click.sigma_px) for click in clicks]
    plane = [] if floor is None else [*floor.normal, floor.offset_mm, np.radians(floor.tilt_deg), floor.height_mm]
    if plane:
        plane.append(sole_mm)
    return Knowledge(np.array(rows, dtype=np.float64).reshape(-1, 6), np.array(plane, dtype=np.float64))


@njit(cache=True, nogil=True)
def add_knowledge(
    rotation: Array, translation: Array, focal_centre: Array, known: Knowledge, hessian: Array, gradient: Array
) -> float:
    """Add its J^T J (7, 7) and J^T e (7,) to those given, and return its cost."""
    cost = _add_clicks(rotation, translation, focal_centre, known.clicks, hessian, gradient)
    if known.floor.shape[0] > 0:
        cost += _add_floor(rotation, translation, known.floor, hessian, gradient)
    return cost


@njit(cache=True, nogil=True)
def knowledge_cost(rotation: Array, translation: Array, focal_centre: Array, known: Knowledge) -> float:
    """How unlikely a pose is by what is known beside the outline: 0 where it agrees with all."""
    return add_knowledge(rotation, translation, focal_centre, known, np.zeros((7, 7)), np.zeros(7))


@njit(cache=True, nogil=True)
def _add_clicks(
    rotation: Array, translation: Array, focal_centre: Array, clicks: Array, hessian: Array, gradient: Array
) -> float:
    cost = 0.0
    row = np.empty((2, 7))
    for i in range(clicks.shape[0]):
        turned = rotation @ np.ascontiguousarray(clicks[i, :3])
        x, y, depth = turned[0] + translation[0], turned[1] + translation[1], turned[2] + translation[2]
        if depth < _BEHIND_MM:
            cost += 0.5 * _CUT * _CUT * np.log1p(_BEHIND_SQUARED / (_CUT * _CUT))
            continue
        across, down = focal_centre[0] * x / depth, focal_centre[1] * y / depth
        sigma = clicks[i, 5]
        eu, ev = (across + focal_centre[2] - clicks[i, 3]) / sigma, (down + focal_centre[3] - clicks[i, 4]) / sigma
        for axis in range(2):
            jx = focal_centre[0] / depth / sigma if axis == 0 else 0.0
            jy = focal_centre[1] / depth / sigma if axis == 1 else 0.0
            jz = -(jx * x + jy * y) / depth
            _fill(row[axis], turned, jx, jy, jz)
            row[axis, 6] = (across if axis == 0 else down) / sigma
        squared = eu * eu + ev * ev
        weight = 1.0 / (1.0 + squared / (_CUT * _CUT))
        _add(row[0], eu, weight, hessian, gradient)
        _add(row[1], ev, weight, hessian, gradient)
        cost += 0.5 * _CUT * _CUT * np.log1p(squared / (_CUT * _CUT))
    return cost


@njit(cache=True, nogil=True)
def _add_floor(rotation: Array, translation: Array, floor: Array, hessian: Array, gradient: Array) -> float:
    """The shoe's up-axis against the normal, as their difference, which knows up from down; the sole's middle's height.

    d(R·z) = w × (R·z), so that the row of axis k is (R·z) × e_k.
    """
    row = np.zeros(7)
    normal, tilt, height, sole = floor[:3], floor[4], floor[5], floor[6]
    up = np.ascontiguousarray(rotation[:, 2])
    squared = 0.0
    for axis in range(3):
        squared += ((up[axis] - normal[axis]) / tilt) ** 2
    weight = 1.0 / (1.0 + squared / (_CUT * _CUT))
    zero = np.zeros(3)
    for axis in range(3):
        one = zero.copy()
        one[axis] = 1.0 / tilt
        _fill(row, up, one[0], one[1], one[2])
        row[3:] = 0.0
        _add(row, (up[axis] - normal[axis]) / tilt, weight, hessian, gradient)
    foot = up * sole
    over = -floor[3]
    for axis in range(3):
        over += normal[axis] * (foot[axis] + translation[axis])
    _fill(row, foot, normal[0] / height, normal[1] / height, normal[2] / height)
    row[6] = 0.0
    high = (over / height) ** 2
    _add(row, over / height, 1.0 / (1.0 + high / (_CUT * _CUT)), hessian, gradient)
    return 0.5 * _CUT * _CUT * (np.log1p(squared / (_CUT * _CUT)) + np.log1p(high / (_CUT * _CUT)))


@njit(cache=True, nogil=True)
def _fill(row: Array, turned: Array, jx: float, jy: float, jz: float) -> None:
    """The six pose entries of a row from d e / d X: d e / d w = X × j about the point turned but not moved."""
    row[0] = turned[1] * jz - turned[2] * jy
    row[1] = turned[2] * jx - turned[0] * jz
    row[2] = turned[0] * jy - turned[1] * jx
    row[3], row[4], row[5] = jx, jy, jz


@njit(cache=True, nogil=True)
def _add(row: Array, error: float, weight: float, hessian: Array, gradient: Array) -> None:
    for r in range(7):
        gradient[r] += weight * row[r] * error
        for c in range(7):
            hessian[r, c] += weight * row[r] * row[c]
