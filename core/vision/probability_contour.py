"""From a map of probabilities to an outline: sub-pixel contours of what lies above one half."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from contourpy import FillType, contour_generator
from numpy.typing import NDArray

from core.geometry.region import EMPTY_REGION, Part, Region, Ring

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

_LOGIT_LIMIT = 6.0


def region_from_probability(
    probability: Floats,
    *,
    scale: tuple[float, float] = (1.0, 1.0),
    corner_px: tuple[float, float] = (0.0, 0.0),
    smallest_share: float = 0.03,
) -> Region:
    """What lies above one half in a (H, W) map, as a dense outline in corner-origin px of the photo.

    The value of a pixel is taken to hold at its centre, between centres the logit is linear; at the map's border the
    region ends at the pixels' outer edge. scale: photo px a map px in x and y; corner_px: where in the photo the
    map's corner lies. Parts below `smallest_share` of the largest, and holes as small, are dropped.
    """
    clipped = np.clip(probability.astype(np.float64), 1e-6, 1 - 1e-6)
    logits = np.clip(np.log(clipped / (1 - clipped)), -_LOGIT_LIMIT, _LOGIT_LIMIT)
    # One more pixel all around, as far outside as its neighbour is inside: the contour then runs along the border.
    padded = np.pad(logits, 1, mode="edge")
    padded[0], padded[-1] = -np.abs(padded[0]), -np.abs(padded[-1])
    padded[:, 0], padded[:, -1] = -np.abs(padded[:, 0]), -np.abs(padded[:, -1])
    drawn = contour_generator(z=padded, fill_type=FillType.OuterOffset).filled(0.0, _LOGIT_LIMIT + 1)
    parts = [part for points, offsets in zip(*drawn, strict=True) if (part := _part(points, offsets)) is not None]
    largest = max((part.area_px2 for part in parts), default=0.0)
    kept = tuple(
        Part(part.outer, tuple(h for h in part.holes if abs(h.signed_area_px2) > smallest_share * largest))
        for part in parts
        if part.area_px2 > smallest_share * largest
    )
    # A pixel centre lies half a pixel inside its corner, and the padding moved everything by one.
    return Region(kept).moved((-0.5, -0.5)).scaled(*scale).moved(corner_px) if kept else EMPTY_REGION


def _part(points: Array, offsets: NDArray[np.uint32]) -> Part | None:
    rings = [points[start : end - 1] for start, end in pairwise(offsets) if end - start > 3]
    return Part(Ring(rings[0]), tuple(Ring(ring) for ring in rings[1:])) if rings else None
