"""A dense outline with as few vertices as an annotator would set, on the true edge on average."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry.line_fitting import with_curve_fitted
from core.geometry.region import Part, Region, Ring, region_from_shapely

Array = NDArray[np.float64]

# An annotator's polygon strays about this share of the shoe's diagonal from its edge between two corners.
TOLERANCE_OF_DIAGONAL = 0.004
_TOLERANCE_RANGE_PX = (0.35, 2.5)
_STEP_PX = 0.5


def default_tolerance_px(box_px: tuple[float, float, float, float]) -> float:
    """How far, in px of the photo, an outline may be simplified for a shoe with this box (x0, y0, x1, y1)."""
    diagonal = float(np.hypot(box_px[2] - box_px[0], box_px[3] - box_px[1]))
    return float(np.clip(TOLERANCE_OF_DIAGONAL * diagonal, *_TOLERANCE_RANGE_PX))


def simplified_outline(region: Region, tolerance_px: float) -> Region:
    """A dense outline with its runs replaced by fitted lines that stay within the tolerance; stays a valid region."""
    fitted = Region(
        tuple(
            Part(_fitted(part.outer, tolerance_px), tuple(_fitted(hole, tolerance_px) for hole in part.holes))
            for part in region.parts
        )
    )
    polygons = fitted.to_shapely()
    if np.isclose(polygons.area, fitted.area_px2, rtol=1e-9, atol=1e-9):
        return fitted
    # Fitted lines crossed each other; what they enclose is taken instead.
    repaired = region_from_shapely(polygons)
    return repaired if not repaired.is_empty else region.simplified(tolerance_px)


def _fitted(ring: Ring, tolerance_px: float) -> Ring:
    points = ring.points_px
    closed = np.vstack([points, points[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    count = max(8, round(along[-1] / _STEP_PX))
    even = np.linspace(0.0, along[-1], count, endpoint=False)
    dense = np.stack([np.interp(even, along, closed[:, 0]), np.interp(even, along, closed[:, 1])], axis=1)
    return Ring(with_curve_fitted(dense, tolerance_px))
