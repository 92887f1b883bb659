"""What a shoe at a pose shows a camera: its outline's points, and how its pixels overlap a region's."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from core.fit.contour import PixelGrid
from core.geometry.camera import Camera
from core.render.outline import OutlineMesh, OutlinePoints, folds, layer_changes, outline_points, project

Array = NDArray[np.float64]
Ints = NDArray[np.int32]
Mask = NDArray[np.bool_]

NEAREST_MM = 1.0
_CRACK_PX = 0.25
_FINEST_PX = 0.5
_FEWEST_POINTS = 8


def focal_centre(camera: Camera) -> Array:
    """(fx, fy, cx, cy) px, as the kernels read a pinhole."""
    return np.array([camera.fx_px, camera.fy_px, camera.cx_px, camera.cy_px])


def visible_outline(
    mesh: OutlineMesh, rotation: Array, *, translation: Array, lens: Array, lines: int
) -> OutlinePoints | None:
    """The outline on about `lines` rows or columns along the longer side; None when a part is not in front."""
    arrays = (mesh.vertices_mm, mesh.faces, mesh.edges, mesh.turns)
    places, normals, step = outline_of(arrays, rotation, translation, lens, lines)
    return OutlinePoints(places, normals, step) if len(places) else None


@njit(cache=True, nogil=True)
def outline_of(
    mesh: tuple[Array, Ints, Ints, NDArray[np.int8]], rotation: Array, translation: Array, lens: Array, lines: int
) -> tuple[Array, Array, float]:
    """Points (N, 3) and normals (N, 3) of `visible_outline` and their spacing in px; N = 0 when there is none.

    mesh: vertices_mm, faces, edges, turns of an OutlineMesh.
    """
    vertices, faces, edges, turns = mesh
    none = np.empty((0, 3))
    pixels, points, bounds = project(vertices, rotation, translation, lens)
    if not bounds[4] >= NEAREST_MM:
        return none, none, 0.0
    kept, weights = folds(pixels, faces, edges, turns)
    step = max(bounds[2] - bounds[0], bounds[3] - bounds[1]) / lines
    step = max(step, _FINEST_PX)
    window = np.array([bounds[0], bounds[1], bounds[2] + step, bounds[3] + step, step])
    places, normals = outline_points(
        (pixels, points), edges, kept, weights, window, _CRACK_PX, rotation, translation, lens
    )
    if places.shape[0] < _FEWEST_POINTS:
        return none, none, 0.0
    return places, normals, step


def overlap_iou(mesh: OutlineMesh, rotation: Array, *, translation: Array, lens: Array, pixels: PixelGrid) -> float:
    """IoU of the shoe's and the region's valid pixels; 0 when a part of the shoe is not in front of the camera.

    Pixels of the shoe outside the region's grid count against it, as far as the photo reaches.
    """
    at, _, bounds = project(mesh.vertices_mm, rotation, translation, lens)
    if bounds[4] < NEAREST_MM:
        return 0.0
    kept, weights = folds(at, mesh.faces, mesh.edges, mesh.turns)
    frame = pixels.frame
    low = np.clip(np.floor(bounds[:2] * pixels.density), frame[:2], frame[2:]).astype(np.int64)
    high = np.clip(np.ceil(bounds[2:4] * pixels.density), frame[:2], frame[2:]).astype(np.int64)
    width, height = (int(extent) for extent in np.maximum(high - low, 1))
    offset = (int(low[0]) - pixels.corner[0], int(low[1]) - pixels.corner[1])
    both, model = _overlap(
        at * pixels.density - low, mesh.edges, kept, weights, (height, width), pixels.inside, pixels.valid, offset
    )
    union = pixels.area + model - both
    return both / union if union else 0.0


@njit(cache=True, nogil=True)
def _overlap(
    pixels: Array,
    edges: Ints,
    kept: Ints,
    weights: NDArray[np.int8],
    shape: tuple[int, int],
    inside: Mask,
    valid: Mask,
    offset: tuple[int, int],
) -> tuple[int, int]:
    """Valid pixels in both, and of the model; pixels (V, 2) has the corner of the model's box as origin."""
    height, width = shape
    change = layer_changes(pixels, edges, kept, weights, height, width)
    both, model = 0, 0
    for row in range(height):
        layers = 0
        r = row + offset[1]
        known_row = 0 <= r < inside.shape[0]
        for column in range(width):
            layers += change[row, column]
            if layers == 0:
                continue
            c = column + offset[0]
            if known_row and 0 <= c < inside.shape[1]:
                if valid[r, c]:
                    model += 1
                    if inside[r, c]:
                        both += 1
            else:
                model += 1
    return both, model
