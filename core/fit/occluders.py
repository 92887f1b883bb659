"""What hides a part of a shoe and was not marked, supposed from a pose: where the shoe should show and does not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.fit.contour import Contour
from core.fit.cuts import without
from core.fit.problem import FitProblem
from core.fit.solver import Stand
from core.render.outline import folds, project, winding_mask

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_SLIVER_SHARE, _THINNEST_PX = 0.02, 1.5
_AROUND_SHARE, _LEAST_AROUND_PX = 0.02, 2.0
_SMALLEST_SHARE = 0.005


def without_occluders(problem: FitProblem, stand: Stand) -> Contour | None:
    """The contour without the parts that something hides at this pose, and a little around them; None: nothing does.

    The slivers that a pose a little off leaves between the shoe and its region are no sign of it.
    """
    import cv2

    contour = problem.contour
    pixels = contour.pixels
    missing = _model_mask(problem, stand) & ~pixels.inside & pixels.valid
    sliver_px = max(_SLIVER_SHARE * contour.length_px, _THINNEST_PX) * pixels.density
    around_px = max(_AROUND_SHARE * contour.length_px, _LEAST_AROUND_PX) * pixels.density
    opened = cv2.morphologyEx(missing.astype(np.uint8), cv2.MORPH_OPEN, _disc(sliver_px))
    if np.count_nonzero(opened) < _SMALLEST_SHARE * pixels.area:
        return None
    hidden = cv2.dilate(opened, _disc(sliver_px + around_px)).astype(np.bool_)
    height, width = hidden.shape

    def is_hidden(points_px: Array) -> Mask:
        cells = np.floor(points_px * pixels.density).astype(np.int64) - pixels.corner
        columns, rows = np.clip(cells[..., 0], 0, width - 1), np.clip(cells[..., 1], 0, height - 1)
        return np.asarray(hidden[rows, columns])

    return without(contour, is_hidden)


def _model_mask(problem: FitProblem, stand: Stand) -> Mask:
    """The shoe's own pixels on the region's grid."""
    pixels, mesh = problem.contour.pixels, problem.proxies.search
    at, _, _ = project(mesh.vertices_mm, stand.rotation, stand.translation, problem.scene.lens)
    kept, weights = folds(at, mesh.faces, mesh.edges, mesh.turns)
    mask = np.zeros(pixels.inside.shape, dtype=np.bool_)
    winding_mask(at * pixels.density - np.array(pixels.corner), mesh.edges, kept, weights, mask)
    return mask


def _disc(radius: float) -> NDArray[np.uint8]:
    """A structuring element of that radius in pixels."""
    import cv2

    side = 2 * round(radius) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), dtype=np.uint8)
