"""Masks as regions: the exact edges of the pixels, and the sub-pixel outline they were sampled from.

Coordinates have a corner origin, so that a raster of a square is traced back to the square.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry.region import EMPTY_REGION, Part, Region, Ring, region_from_shapely

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

DEFAULT_TOLERANCE_PX = 1.0
_FARTHEST_REFIT_PX = 1.5


def region_from_mask(
    mask: NDArray[np.bool_], *, tolerance_px: float = DEFAULT_TOLERANCE_PX, min_area_px2: float = 0.0
) -> Region:
    """The region of an (H, W) mask, in corner-origin px; pixels that touch only at a corner are separate parts.

    tolerance_px = 0 gives the pixels' own edges: rasterising them gives the mask back, pixel for pixel. Above 0, runs
    of edges that stay within the tolerance of a chord become one line, fitted through the middles of the pixel edges,
    so that the outline is neither inside nor outside of the true one on average; a straight shape gets its corners
    back. Parts and holes smaller than `min_area_px2` are dropped.
    """
    inside = np.asarray(mask, dtype=np.bool_)
    if not inside.any():
        return EMPTY_REGION
    outers: dict[int, Ring] = {}
    holes: dict[int, list[Ring]] = {}
    for label, corners in _crack_loops(inside):
        area = _signed_area(corners)
        if abs(area) < min_area_px2:
            continue
        if area > 0:
            outers[label] = Ring(_smoothed(corners, tolerance_px))
        else:
            holes.setdefault(label, []).append(Ring(_smoothed(corners, tolerance_px)))
    region = Region(tuple(Part(outer, tuple(holes.get(label, ()))) for label, outer in outers.items()))
    if tolerance_px <= 0 or region.is_empty:
        return region
    return _within_photo(region, inside.shape)


def _within_photo(region: Region, shape: tuple[int, ...]) -> Region:
    """The region with rings that a fitted line made cross each other repaired, and nothing outside the photo."""
    height, width = shape
    polygons = region.to_shapely()
    x0, y0, x1, y1 = region.bounds_px
    crossing = not np.isclose(polygons.area, region.area_px2, rtol=1e-9, atol=1e-9)
    if not crossing and x0 >= 0 and y0 >= 0 and x1 <= width and y1 <= height:
        return region
    return region_from_shapely(polygons).clipped(width, height)


def _crack_loops(inside: NDArray[np.bool_]) -> list[tuple[int, Ints]]:
    """Closed loops of pixel corners (N, 2) (x, y), merged along straight runs, each with its component's label.

    Cracks are directed with the inside on their right (clockwise on the screen around a part, so its area is positive).
    """
    # cv2 is loaded with the first trace, not with the module: the window imports this file.
    import cv2

    padded = np.pad(inside, 1)
    labels = cv2.connectedComponents(padded.astype(np.uint8), connectivity=4)[1]
    starts, steps, owners = _directed_cracks(padded)
    width = padded.shape[1] + 1
    key = starts[:, 1] * width + starts[:, 0]
    ends = starts + steps
    end_key = ends[:, 1] * width + ends[:, 0]
    following = _next_cracks(key, end_key, steps).tolist()
    loops: list[tuple[int, Ints]] = []
    seen = bytearray(len(following))
    for first in range(len(following)):
        if seen[first]:
            continue
        chain = []
        at = first
        while not seen[at]:
            seen[at] = 1
            chain.append(at)
            at = following[at]
        chosen = np.asarray(chain)
        turning = np.any(steps[chosen] != steps[np.roll(chosen, 1)], axis=1)
        owner = owners[first]
        loops.append((int(labels[owner[1], owner[0]]), starts[chosen][turning] - 1))
    return loops


def _directed_cracks(padded: NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
    """Start corners, unit steps and the inside pixel of every crack of a padded mask, each (N, 2) (x, y)."""
    groups = []
    above, below = padded[:-1], padded[1:]
    left, right = padded[:, :-1], padded[:, 1:]
    # (condition, offset of the start corner from the found index, step, offset of the inside pixel)
    cases = (
        (~above & below, (0, 1), (1, 0), (0, 1)),
        (above & ~below, (1, 1), (-1, 0), (0, 0)),
        (left & ~right, (1, 0), (0, 1), (0, 0)),
        (~left & right, (1, 1), (0, -1), (1, 0)),
    )
    for condition, corner, step, pixel in cases:
        rows, columns = np.nonzero(condition)
        at = np.stack([columns, rows], axis=1)
        groups.append((at + corner, np.broadcast_to(step, at.shape), at + pixel))
    return tuple(np.concatenate(column) for column in zip(*groups, strict=True))  # type: ignore[return-value]


def _next_cracks(key: Ints, end_key: Ints, steps: Ints) -> Ints:
    """Index of the crack that follows each; where two leave a corner, the right turn keeps to the same pixel."""
    order = np.argsort(key, kind="stable")
    sorted_keys = key[order]
    low = np.searchsorted(sorted_keys, end_key, side="left")
    high = np.searchsorted(sorted_keys, end_key, side="right")
    one, other = order[low], order[high - 1]
    right_turn = np.stack([-steps[:, 1], steps[:, 0]], axis=1)
    turns_right = np.all(steps[one] == right_turn, axis=1)
    return np.where(turns_right, one, other)


def _signed_area(corners: Ints) -> float:
    x, y = corners[:, 0], corners[:, 1]
    return float(0.5 * np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


def _smoothed(corners: Ints, tolerance_px: float) -> Array:
    """(M, 2) px: the loop itself, or lines fitted through the middles of its cracks."""
    points = corners.astype(np.float64)
    if tolerance_px <= 0 or len(points) <= 4:
        return points
    kept = _kept_corners(points, tolerance_px)
    if len(kept) < 3:
        return points
    refitted = _refitted(points, kept)
    return refitted if abs(_area(refitted)) > 0 else points


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


def _refitted(points: Array, kept: Ints) -> Array:
    """Corners where neighbouring fitted lines meet; a kept corner stays where they meet too far away or not at all."""
    centres, directions = [], []
    for start, end in zip(kept, np.roll(kept, -1), strict=True):
        middles = _crack_middles(points, int(start), int(end))
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


def _area(points: Array) -> float:
    x, y = points[:, 0], points[:, 1]
    return float(0.5 * np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
