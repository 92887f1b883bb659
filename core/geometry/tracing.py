"""From a raster mask to the exact outline of its pixels: rings along pixel edges, with holes, in corner-origin px."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geometry.line_fitting import with_lines_fitted
from core.geometry.region import EMPTY_REGION, Part, Region, Ring, region_from_shapely

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

# Headings of a walk along pixel edges: right, down, left, up; inside is always on the right hand.
_DX = np.array([1, 0, -1, 0])
_DY = np.array([0, 1, 0, -1])


def region_from_mask(mask: NDArray[Any], *, tolerance_px: float = 0.0, min_area_px2: float = 0.0) -> Region:
    """The region that a (H, W) mask covers (non-zero is inside), in corner-origin px of the mask.

    With tolerance 0 the rings run exactly along pixel edges: rasterising them by pixel centres gives the mask back,
    and the area is the number of pixels. Above 0, runs of edges that stay within the tolerance of a chord become one
    line, fitted through the middles of the pixel edges, so that the outline is neither inside nor outside of the true
    one on average; a straight shape gets its corners back. Pixels that touch only at a corner are separate parts.
    Parts and holes smaller than `min_area_px2` are dropped. Raises ValueError when the mask has not two axes.
    """
    inside = np.asarray(mask) != 0
    if inside.ndim != 2:
        raise ValueError(f"a mask has two axes, not {inside.ndim}")
    if not inside.any():
        return EMPTY_REGION
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    corner = (columns[0], rows[0])
    traced = _traced(inside[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], min_area_px2).moved(corner)
    if tolerance_px <= 0 or traced.is_empty:
        return traced
    fitted = Region(
        tuple(
            Part(_fitted(part.outer, tolerance_px), tuple(_fitted(hole, tolerance_px) for hole in part.holes))
            for part in traced.parts
        )
    )
    return _within(fitted, inside.shape[1], height_px=inside.shape[0])


def _traced(inside: NDArray[np.bool_], min_area_px2: float) -> Region:
    # cv2 is loaded with the first trace, not with the window.
    import cv2

    labels = np.asarray(cv2.connectedComponents(inside.astype(np.uint8), connectivity=4)[1])
    outers: dict[int, Ring] = {}
    holes: dict[int, list[Ring]] = {}
    touches_itself = False
    for points, pixel in _loops(inside):
        ring = Ring(points)
        area = ring.signed_area_px2
        if abs(area) < min_area_px2:
            continue
        label = int(labels[pixel])
        touches_itself |= len(np.unique(points, axis=0)) < len(points)
        if area > 0:
            outers[label] = ring
        else:
            holes.setdefault(label, []).append(ring)
    region = Region(tuple(Part(outer, tuple(holes.get(label, ()))) for label, outer in sorted(outers.items())))
    return region_from_shapely(region.to_shapely()) if touches_itself else region


def _fitted(ring: Ring, tolerance_px: float) -> Ring:
    return Ring(with_lines_fitted(ring.points_px, tolerance_px))


def _within(region: Region, width_px: int, *, height_px: int) -> Region:
    """The region with rings that a fitted line made cross each other repaired, and nothing outside the photo."""
    polygons = region.to_shapely()
    x0, y0, x1, y1 = region.bounds_px
    crossing = not np.isclose(polygons.area, region.area_px2, rtol=1e-9, atol=1e-9)
    if not crossing and x0 >= 0 and y0 >= 0 and x1 <= width_px and y1 <= height_px:
        return region
    return region_from_shapely(polygons).clipped(width_px, height_px)


def _loops(inside: NDArray[np.bool_]) -> Iterator[tuple[Array, tuple[int, int]]]:
    """Every closed walk along pixel edges: its (N, 2) corners in px, and (row, column) of a pixel inside beside it."""
    at_x, at_y, heading, following = _edges(inside)
    successor = following.tolist()
    seen = bytearray(len(successor))
    for first in range(len(successor)):
        if seen[first]:
            continue
        walk, edge = [], first
        while not seen[edge]:
            seen[edge] = 1
            walk.append(edge)
            edge = successor[edge]
        edges = np.array(walk)
        corners = edges[heading[edges] != heading[np.roll(edges, 1)]]
        row, column = _pixel_on_the_right(at_x[first], at_y[first], heading=int(heading[first]))
        yield np.stack([at_x[corners], at_y[corners]], axis=1).astype(np.float64), (row, column)


def _edges(inside: NDArray[np.bool_]) -> tuple[Indices, Indices, Indices, Indices]:
    """Directed pixel edges between inside and outside: start x, start y, heading, and the index of the next edge."""
    padded = np.pad(inside, 1)
    above, below = padded[:-1], padded[1:]
    # Of every lattice point: the pixel up left, up right, down left and down right of it.
    up_left, up_right, down_left, down_right = above[:, :-1], above[:, 1:], below[:, :-1], below[:, 1:]
    leaves = np.stack(
        [down_right & ~up_right, down_left & ~down_right, up_left & ~down_left, up_right & ~up_left], axis=-1
    )
    y, x, heading = np.nonzero(leaves)
    end_x, end_y = x + _DX[heading], y + _DY[heading]
    exits = leaves[end_y, end_x]
    # Turning right where two pixels touch at a corner keeps them apart.
    rows = np.arange(len(x))
    right, left = (heading + 1) % 4, (heading + 3) % 4
    turned = np.where(exits[rows, right], right, np.where(exits[rows, heading], heading, left))
    width = leaves.shape[1]
    # np.nonzero lists the edges in the order of these codes.
    codes = (y * width + x) * 4 + heading
    return x, y, heading, np.searchsorted(codes, (end_y * width + end_x) * 4 + turned)


def _pixel_on_the_right(x: int, y: int, *, heading: int) -> tuple[int, int]:
    """(row, column) of the inside pixel beside the edge that leaves lattice point (x, y)."""
    column = x - 1 if heading in (1, 2) else x
    row = y - 1 if heading in (2, 3) else y
    return int(row), int(column)
