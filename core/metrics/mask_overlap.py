"""How well two masks or outlines agree: overlap of their pixels, distance of their contours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry.region import Region

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

BOUNDARY_TOLERANCE_PX = 2.0
_SPACING_PX = 0.5


@dataclass(frozen=True, slots=True)
class ContourDistance:
    """Two-way distances between two outlines in px, and the boundary F at the tolerance; nan against an empty one."""

    mean_px: float
    p95_px: float
    boundary_f: float


def mask_iou(a: Mask, b: Mask) -> float:
    """TP / (TP + FP + FN) of two (H, W) bool masks; empty against empty is 1."""
    union = int(np.count_nonzero(a | b))
    return int(np.count_nonzero(a & b)) / union if union else 1.0


def mask_dice(a: Mask, b: Mask) -> float:
    """2·TP / (2·TP + FP + FN) = 2·IoU / (1 + IoU); empty against empty is 1."""
    total = int(np.count_nonzero(a)) + int(np.count_nonzero(b))
    return 2 * int(np.count_nonzero(a & b)) / total if total else 1.0


def contour_distance(a: Region, b: Region, *, tolerance_px: float = BOUNDARY_TOLERANCE_PX) -> ContourDistance:
    """Distances of points every half pixel along each outline (holes too) from the other outline's lines.

    mean and 95th percentile are over both directions together; F is the harmonic mean of the shares of each outline
    that lies within the tolerance of the other. Empty against empty is no distance and F = 1; against one is nan, 0.
    """
    if a.is_empty and b.is_empty:
        return ContourDistance(0.0, 0.0, 1.0)
    if a.is_empty or b.is_empty:
        return ContourDistance(float("nan"), float("nan"), 0.0)
    there, back = _distances(a, b), _distances(b, a)
    both = np.concatenate([there, back])
    precision, recall = float((there <= tolerance_px).mean()), float((back <= tolerance_px).mean())
    together = precision + recall
    boundary_f = 2 * precision * recall / together if together else 0.0
    return ContourDistance(float(both.mean()), float(np.percentile(both, 95)), boundary_f)


def _distances(from_region: Region, to_region: Region) -> Array:
    """(N,) px from points along one region's rings to the nearest line of the other's."""
    import shapely

    rings = shapely.union_all([shapely.LinearRing(ring.points_px) for ring in to_region.rings])
    shapely.prepare(rings)
    points = np.concatenate([_along(ring.points_px) for ring in from_region.rings])
    return np.asarray(shapely.distance(shapely.points(points), rings))


def _along(ring: Array) -> Array:
    """(N, 2) points at most half a pixel apart along a closed ring, its corners among them."""
    sides = np.roll(ring, -1, axis=0) - ring
    counts = np.maximum(np.ceil(np.hypot(sides[:, 0], sides[:, 1]) / _SPACING_PX).astype(np.int64), 1)
    which = np.repeat(np.arange(len(ring)), counts)
    within = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.asarray(ring[which] + (within / counts[which])[:, None] * sides[which])
