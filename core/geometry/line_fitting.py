"""Straight lines through a dense outline or the stairs of a pixel one: fewer vertices, on the true edge on average."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.geometry.region import Ring

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

_FARTHEST_REFIT_PX = 1.5


def with_lines_fitted(points: Array, tolerance_px: float) -> Array:
    """(M, 2) px: an exact (N, 2) loop of pixel edges, its runs within the tolerance of a chord become fitted lines."""
    if tolerance_px <= 0 or len(points) <= 4:
        return points
    kept = _kept_corners(points, tolerance_px)
    if len(kept) < 3:
        return points
    refitted = _refitted(points, kept, through=_crack_middles)
    return refitted if Ring(refitted).signed_area_px2 != 0 else points


def with_curve_fitted(points: Array, tolerance_px: float) -> Array:
    """(M, 2) px: a dense, evenly spaced (N, 2) closed curve; runs within the tolerance of a chord become lines.

    The lines are fitted through the curve, so that a bulge loses no area, as it would to its chords.
    """
    if tolerance_px <= 0 or len(points) <= 4:
        return points
    kept = _kept_corners(points, tolerance_px)
    if len(kept) < 3:
        return points
    refitted = _refitted(points, kept, through=_points_between)
    return refitted if Ring(refitted).signed_area_px2 != 0 else points


def _kept_corners(points: Array, tolerance_px: float) -> Ints:
    """Indices of the corners that Douglas and Peucker (1973) keep, starting from two far corners of the loop."""
    far = int(np.argmax(np.sum((points - points.mean(axis=0)) ** 2, axis=1)))
    opposite = int(np.argmax(np.sum((points - points[far]) ** 2, axis=1)))
    if far == opposite:
        return np.arange(0)
    count = len(points)
    kept = {far, opposite}
    stack = [(far, opposite), (opposite, far)]
    while stack:
        start, end = stack.pop()
        inner = (start + 1 + np.arange((end - start - 1) % count)) % count
        if not len(inner):
            continue
        distances = _distances_from_chord(points[inner], points[start], chord=points[end] - points[start])
        worst = int(np.argmax(distances))
        if distances[worst] > tolerance_px:
            split = int(inner[worst])
            kept.add(split)
            stack += [(start, split), (split, end)]
    return np.array(sorted(kept))


def _distances_from_chord(points: Array, start: Array, *, chord: Array) -> Array:
    length = float(np.hypot(*chord))
    away = points - start
    if length < 1e-12:
        return np.asarray(np.hypot(away[:, 0], away[:, 1]))
    return np.asarray(np.abs(away[:, 0] * chord[1] - away[:, 1] * chord[0]) / length)


def _refitted(points: Array, kept: Ints, *, through: Callable[[Array, int, int], Array]) -> Array:
    """Corners where neighbouring fitted lines meet; a kept corner stays where they meet too far away or not at all."""
    centres, directions = [], []
    for start, end in zip(kept, np.roll(kept, -1), strict=True):
        middles = through(points, int(start), int(end))
        centre = middles.mean(axis=0)
        spread = (middles - centre).T @ (middles - centre)
        chord = points[end] - points[start]
        direction = np.linalg.eigh(spread)[1][:, 1] if len(middles) > 1 else chord / np.hypot(*chord)
        centres.append(centre)
        directions.append(direction)
    vertices = []
    for index, corner in enumerate(points[kept]):
        c0, d0, c1, d1 = centres[index - 1], directions[index - 1], centres[index], directions[index]
        foot = ((c0 + d0 * ((corner - c0) @ d0)) + (c1 + d1 * ((corner - c1) @ d1))) / 2
        cross = d0[0] * d1[1] - d0[1] * d1[0]
        if abs(cross) > 1e-9:
            between = c1 - c0
            meeting = c0 + d0 * ((between[0] * d1[1] - between[1] * d1[0]) / cross)
            if np.hypot(*(meeting - corner)) <= _FARTHEST_REFIT_PX:
                foot = meeting
        vertices.append(foot)
    return np.asarray(vertices)


def _points_between(points: Array, start: int, end: int) -> Array:
    """(N, 2) points of a loop from one index to another, both included."""
    count = len(points)
    return points[(start + np.arange((end - start) % count + 1)) % count]


def _crack_middles(points: Array, start: int, end: int) -> Array:
    """(N, 2) middles of the unit cracks between two corners of a loop."""
    count = len(points)
    runs = (start + np.arange((end - start) % count)) % count
    a, b = points[runs], points[(runs + 1) % count]
    lengths = np.abs(b - a).sum(axis=1).astype(np.int64)
    which = np.repeat(np.arange(len(runs)), lengths)
    within = np.arange(len(which)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    fraction = (within + 0.5) / lengths[which]
    return np.asarray(a[which] + fraction[:, None] * (b - a)[which])
