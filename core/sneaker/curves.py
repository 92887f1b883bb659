"""Curves and grids of points that a lofted shoe is made of; numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def periodic_spline(knots: ArrayLike, at: Array) -> Array:
    """The closed cubic spline through (K, D) knots at parameters 0..K-1, evaluated at (N,) `at` (taken modulo K)."""
    knots = np.asarray(knots, dtype=np.float64)
    count = len(knots)
    matrix = 4.0 * np.eye(count) + np.roll(np.eye(count), 1, axis=1) + np.roll(np.eye(count), -1, axis=1)
    bends = np.linalg.solve(matrix, 6.0 * (np.roll(knots, 1, axis=0) - 2 * knots + np.roll(knots, -1, axis=0)))
    index = np.floor(at).astype(int) % count
    following = (index + 1) % count
    t = (at - np.floor(at))[:, None]
    s = 1 - t
    straight = s * knots[index] + t * knots[following]
    return np.asarray(straight + ((s**3 - s) * bends[index] + (t**3 - t) * bends[following]) / 6.0)


def periodic_linear(knots: ArrayLike, at: Array) -> Array:
    """The closed polyline through (K,) or (K, D) values at parameters 0..K-1, evaluated at (N,) `at`."""
    knots = np.asarray(knots, dtype=np.float64)
    index = np.floor(at).astype(int)
    t = (at - index).reshape(-1, *(1,) * (knots.ndim - 1))
    return np.asarray((1 - t) * knots[index % len(knots)] + t * knots[(index + 1) % len(knots)])


def smooth_path(knots: ArrayLike, count: int) -> Array:
    """(count, D) points along a Catmull-Rom curve through (K, D) knots, both ends included."""
    knots = np.asarray(knots, dtype=np.float64)
    padded = np.concatenate([[2 * knots[0] - knots[1]], knots, [2 * knots[-1] - knots[-2]]])
    at = np.linspace(0, len(knots) - 1, count)
    index = np.minimum(at.astype(int), len(knots) - 2)
    t = (at - index)[:, None]
    a, b, c, d = (padded[index + k] for k in range(4))
    return np.asarray(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))


def taut_path(knots: ArrayLike, count: int) -> Array:
    """(count, D) points evenly along the polyline of (K, D) knots, its corners rounded as a cord rounds them."""
    fine = _evenly(np.asarray(knots, dtype=np.float64), 160)
    for _ in range(40):
        fine[1:-1] = 0.25 * fine[:-2] + 0.5 * fine[1:-1] + 0.25 * fine[2:]
    return _evenly(fine, count)


def _evenly(path: Array, count: int) -> Array:
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    at = np.linspace(0.0, run[-1], count)
    return np.stack([np.interp(at, run, column) for column in path.T], axis=1)


def outward_2d(ring: Array) -> Array:
    """(N, 2) unit normals of a closed counter-clockwise (N, 2) ring, pointing out."""
    along = np.roll(ring, -1, axis=0) - np.roll(ring, 1, axis=0)
    normal = np.stack([along[:, 1], -along[:, 0]], axis=1)
    return normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)


def grid_normals(points: Array) -> Array:
    """(T, N, 3) unit normals of a grid that is closed along its second axis: (along) x (up)."""
    along = np.roll(points, -1, axis=1) - np.roll(points, 1, axis=1)
    up = np.gradient(points, axis=0)
    normal = np.cross(along, up)
    return normal / np.maximum(np.linalg.norm(normal, axis=2, keepdims=True), 1e-12)


def smoothstep(value: ArrayLike, low: float, high: float) -> Array:
    """0 below `low`, 1 above `high` (or the other way round when low > high), smooth between."""
    t = np.clip((np.asarray(value, dtype=np.float64) - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t))


def swept(path: Array, across: Array, *, half_width: ArrayLike, half_height: ArrayLike, sides: int) -> Array:
    """(P, sides, 3) rings of a flat band swept along a (P, 3) path; `across` (P, 3) is the direction of its width."""
    forward = np.gradient(path, axis=0)
    forward /= np.maximum(np.linalg.norm(forward, axis=1, keepdims=True), 1e-12)
    across = across - (across * forward).sum(axis=1, keepdims=True) * forward
    across = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
    above = np.cross(forward, across)
    angles = np.arange(sides) / sides * 2 * np.pi
    # A squared circle: flat above and below, round at the edges.
    wide = np.sign(np.cos(angles)) * np.abs(np.cos(angles)) ** 0.7
    high = np.sign(np.sin(angles)) * np.abs(np.sin(angles)) ** 0.7
    wide_mm = np.broadcast_to(np.asarray(half_width, dtype=np.float64), (len(path),))[:, None] * wide
    high_mm = np.broadcast_to(np.asarray(half_height, dtype=np.float64), (len(path),))[:, None] * high
    return path[:, None] + wide_mm[..., None] * across[:, None] + high_mm[..., None] * above[:, None]
