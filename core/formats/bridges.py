"""Rings with holes as one ring: each hole joined to the outline by a bridge of no width, and taken apart again.

For formats whose polygons cannot have holes: the bridged ring covers the same points, by either filling rule.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.geometry.region import Part, Region, Ring

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


def joined_ring(rings_px: Sequence[Array]) -> Array:
    """(N, 2) of one ring that covers what the rings cover, each joined to those before it by a bridge of no width.

    All turn as the first one does, so that their shoelace areas add up.
    """
    points = rings_px[0]
    clockwise = Ring(points).signed_area_px2 > 0
    for ring in rings_px[1:]:
        points = _joined(points, ring if (Ring(ring).signed_area_px2 > 0) == clockwise else ring[::-1])
    return points


def unbridged_region(points_px: Array) -> Region:
    """The region whose parts `joined_ring` made the (N, 2) points of; points without a bridge are one part.

    Raises ValueError for fewer than three points or for numbers that are not finite.
    """
    whole = unbridged_part(points_px)
    clockwise = whole.outer.signed_area_px2 > 0
    outers = [whole.outer, *(ring for ring in whole.holes if (ring.signed_area_px2 > 0) == clockwise)]
    inside: list[list[Ring]] = [[] for _ in outers]
    for hole in whole.holes:
        if (hole.signed_area_px2 > 0) != clockwise:
            inside[_around(hole, outers)].append(hole)
    return Region(tuple(Part(outer, tuple(holes)) for outer, holes in zip(outers, inside, strict=True)))


def _around(hole: Ring, outers: Sequence[Ring]) -> int:
    """Which of the rings the hole is in: the one most of its corners lie in, and of several the smallest."""
    if len(outers) == 1:
        return 0
    within = [sum(outer.contains(point) for point in hole.points_px) for outer in outers]
    return max(range(len(outers)), key=lambda at: (within[at], -abs(outers[at].signed_area_px2)))


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
