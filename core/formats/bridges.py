"""Rings with holes as one ring: each hole joined to the outline by a bridge of no width, and taken apart again.

For formats whose polygons cannot have holes: the bridged ring covers the same points, by either filling rule.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry.region import Part, Ring

Array = NDArray[np.float64]


def bridged_ring(part: Part) -> Ring:
    """One ring that covers what the part covers; holes turn against the outline, so the shoelace area is right too."""
    points = part.outer.points_px
    outward = part.outer.signed_area_px2 > 0
    for hole in part.holes:
        points = _joined(points, hole.points_px[::-1] if (hole.signed_area_px2 > 0) == outward else hole.points_px)
    return part.outer if points is part.outer.points_px else Ring(points)


def unbridged_part(points_px: Array) -> Part:
    """The part whose `bridged_ring` the (N, 2) points are; points without a bridge are its outer ring as they stand.

    Raises ValueError for fewer than three points or for numbers that are not finite.
    """
    corners = [(x, y) for x, y in points_px.tolist()]
    # Almost every ring has no point twice, and is then left alone at the price of one set.
    if len(set(corners)) == len(corners):
        return Part(Ring(points_px))
    outer, holes = _taken_apart(corners)
    if not holes:
        return Part(Ring(points_px))
    return Part(Ring(np.array(outer)), tuple(Ring(np.array(hole)) for hole in holes))


def _joined(points: Array, hole: Array) -> Array:
    distances = np.linalg.norm(points[:, None] - hole[None], axis=2)
    at, start = np.unravel_index(int(np.argmin(distances)), distances.shape)
    turned = np.roll(hole, -int(start), axis=0)
    return np.concatenate([points[: at + 1], turned, turned[:1], points[at:]])


Corners = list[tuple[float, float]]


def _taken_apart(corners: Corners) -> tuple[Corners, list[Corners]]:
    """The outer corners and the holes: a bridge is a, h0, h1 … h0, a, the same two points there and back."""
    holes: list[Corners] = []
    index = 0
    while index < len(corners):
        end = _return_to(corners, index)
        if end is None:
            index += 1
            continue
        hole, deeper = _taken_apart(corners[index + 1 : end - 1])
        holes += [hole, *deeper]
        corners = corners[: index + 1] + corners[end + 1 :]
    return corners, holes


def _return_to(corners: Corners, index: int) -> int | None:
    for end in range(index + 5, len(corners)):
        if corners[end] == corners[index] and corners[end - 1] == corners[index + 1]:
            return end
    return None
