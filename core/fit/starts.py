"""Where a refinement starts: the given pose brought over the outline, and the same turned a little each way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.fit.residuals import stepped
from core.fit.silhouette import NEAREST_MM
from core.fit.solver import Stand
from core.render.outline import project

Array = NDArray[np.float64]

_TURN_RAD = np.radians(14.0)
_ROUNDS = 3


def aligned(corners_mm: Array, stand: Stand, *, lens: Array, hull_px: Array, frame: Array) -> Stand:
    """The stand with the convex hull of the shoe on the screen brought to the centre and area of the outline's hull.

    The shoe moves along its ray for the area, and turns with its ray for the centre, so that it shows the same side.
    corners_mm: (K, 3) the shoe's outermost points; hull_px: (H, 2) of the outline; frame: (x0, y0, x1, y1) px, beyond
    which no part of the shoe would be outlined.
    """
    rotation, translation = stand.rotation, stand.translation
    area, centre = _area_and_centre(hull_px)
    for _ in range(_ROUNDS):
        pixels, _, bounds = project(corners_mm, rotation, translation, lens)
        if bounds[4] < NEAREST_MM:
            return Stand(rotation, translation)
        here_area, here = _area_and_centre(_hull(pixels, frame))
        if here_area <= 0:
            return Stand(rotation, translation)
        factor = float(np.clip(np.sqrt(here_area / area), 0.25, 4.0))
        turn = _turn_between(_ray(here, lens), _ray(centre, lens))
        rotation, translation = turn @ rotation, turn @ (translation * factor)
    return Stand(np.ascontiguousarray(rotation), np.ascontiguousarray(translation))


def turned(stand: Stand) -> list[Stand]:
    """Six more stands: 14 degrees each way about the camera's axes, through the shoe's own centre."""
    stands = []
    for axis in range(3):
        for sign in (1.0, -1.0):
            tangent = np.zeros(6)
            tangent[axis] = sign * _TURN_RAD
            stands.append(Stand(*stepped(stand.rotation, stand.translation, tangent)))
    return stands


def _hull(pixels: Array, frame: Array) -> Array:
    """(H, 2) convex hull on the screen, cut to the photo where it reaches into it."""
    import cv2

    hull = cv2.convexHull(pixels.astype(np.float32)).reshape(-1, 2)
    x0, y0, x1, y1 = frame
    outside = (hull < frame[:2]).any() or (hull > frame[2:]).any()
    if outside:
        border = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], dtype=np.float32)
        area, cut = cv2.intersectConvexConvex(hull, border)
        if area > 0 and cut is not None and len(cut) >= 3:
            return np.asarray(cut.reshape(-1, 2), dtype=np.float64)
    return np.asarray(hull, dtype=np.float64)


def _area_and_centre(polygon: Array) -> tuple[float, Array]:
    """Area and centroid of a simple polygon (N, 2)."""
    origin = polygon[0]
    a = polygon - origin
    b = np.roll(a, -1, axis=0)
    cross = a[:, 0] * b[:, 1] - b[:, 0] * a[:, 1]
    area = float(cross.sum()) / 2
    if abs(area) < 1e-9:
        return 0.0, polygon.mean(axis=0)
    return abs(area), origin + ((a + b) * cross[:, None]).sum(axis=0) / (6 * area)


def _ray(pixel: Array, lens: Array) -> Array:
    ray = np.array([(pixel[0] - lens[2]) / lens[0], (pixel[1] - lens[3]) / lens[1], 1.0])
    return ray / np.linalg.norm(ray)


def _turn_between(a: Array, b: Array) -> Array:
    """(3, 3) smallest rotation that brings unit vector a to b."""
    axis = np.cross(a, b)
    cosine = float(a @ b)
    x, y, z = axis
    skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.asarray(np.eye(3) + skew + skew @ skew / max(1.0 + cosine, 1e-9))
