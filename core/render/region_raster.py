"""Regions as pixels: which pixel centres lie inside, and how well two masks agree; numpy alone, for every process."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry.region import Region, Ring

Mask = NDArray[np.bool_]


def region_mask(region: Region, width_px: int, height_px: int) -> Mask:
    """(H, W) bool: the pixels whose centre is inside the region, as `Region.contains` says.

    Parts are united, holes cut out, a ring that crosses itself is filled by the even-odd rule; what lies outside
    the photo is cut off.
    """
    mask = np.zeros((height_px, width_px), dtype=np.bool_)
    for part in region.parts:
        box = _pixel_box(part.outer, width_px, height_px)
        if box is None:
            continue
        x0, y0, x1, y1 = box
        inside = _ring_mask(part.outer, box)
        for hole in part.holes:
            inside &= ~_ring_mask(hole, box)
        mask[y0:y1, x0:x1] |= inside
    return mask


def mask_iou(a: Mask, b: Mask, valid: Mask | None = None) -> float:
    """Intersection over union of two (H, W) bool masks, over the `valid` pixels alone; empty against empty is 1."""
    together, either = a & b, a | b
    if valid is not None:
        together, either = together & valid, either & valid
    union = int(np.count_nonzero(either))
    return int(np.count_nonzero(together)) / union if union else 1.0


def _pixel_box(ring: Ring, width_px: int, height_px: int) -> tuple[int, int, int, int] | None:
    """(x0, y0, x1, y1) of the pixels a ring can cover, or None when there are none in the photo."""
    low_x, low_y, high_x, high_y = ring.bounds_px
    x0, y0 = max(int(np.floor(low_x)), 0), max(int(np.floor(low_y)), 0)
    x1, y1 = min(int(np.ceil(high_x)), width_px), min(int(np.ceil(high_y)), height_px)
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _ring_mask(ring: Ring, box: tuple[int, int, int, int]) -> Mask:
    """The pixels of a box inside one ring: crossings left of each centre are counted, odd is inside."""
    x0, y0, x1, y1 = box
    width, height = x1 - x0, y1 - y0
    a, b = ring.points_px, np.roll(ring.points_px, -1, axis=0)
    # A row of centres y is crossed when one end is at or above it and the other below: the rule of Ring.contains.
    first = _first_centre(np.minimum(a[:, 1], b[:, 1]), y0, height)
    last = _first_centre(np.maximum(a[:, 1], b[:, 1]), y0, height)
    counts = last - first
    edges = np.repeat(np.arange(len(a)), counts)
    if not len(edges):
        return np.zeros((height, width), dtype=np.bool_)
    within = np.arange(len(edges)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = first[edges] + within
    p, q = a[edges], b[edges]
    x = p[:, 0] + (rows + (y0 + 0.5) - p[:, 1]) * (q[:, 0] - p[:, 0]) / (q[:, 1] - p[:, 1])
    columns = _first_centre(x, x0, width)
    toggles = np.bincount(rows * (width + 1) + columns, minlength=height * (width + 1))
    odd = (toggles.reshape(height, width + 1)[:, :width] & 1).astype(np.bool_)
    return np.asarray(np.logical_xor.accumulate(odd, axis=1))


def _first_centre(at_px: NDArray[np.float64], origin: int, count: int) -> NDArray[np.int64]:
    """Index, from `origin`, of the first pixel centre at or after a coordinate, within 0..count."""
    return np.clip(np.ceil(at_px - 0.5) - origin, 0, count).astype(np.int64)
