"""Where a small card stands over a photo: in the corner where it hides least of what must be seen. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from core.geometry.region import Region

Box: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom
Size: TypeAlias = tuple[float, float]
Point: TypeAlias = tuple[float, float]

MARGIN = 12.0
_STRIPS = 16
_WORTH_MOVING = 400.0  # px²: less hidden than that is no reason to jump


def best_corner(area: Box, size: Size, *, avoid: Sequence[Box], now: int = 0) -> int:
    """Number of the corner (see `corners_of`): `now` while that is as good, else the one that hides least."""
    covered = [hidden(at, size, avoid=avoid) for at in corners_of(area, size)]
    best = min(range(len(covered)), key=covered.__getitem__)
    return now if covered[now] <= covered[best] + _WORTH_MOVING else best


def corners_of(area: Box, size: Size) -> tuple[Point, ...]:
    """Upper left of the card in each corner of the area, from the upper right clockwise."""
    left, top, right, bottom = area
    width, height = size
    near_x, far_x = left + MARGIN, max(right - MARGIN - width, left + MARGIN)
    near_y, far_y = top + MARGIN, max(bottom - MARGIN - height, top + MARGIN)
    return (far_x, near_y), (far_x, far_y), (near_x, far_y), (near_x, near_y)


def strips_of(region: Region) -> list[Box]:
    """Upright strips that cover a region: a shoe leaves its box's corners free."""
    strips = []
    for ring in (part.outer.points_px for part in region.parts):
        share = np.linspace(0.0, 1.0, 2 * _STRIPS + 1)[:, None, None]  # no step is wider than half a strip
        points = (ring + share * (np.roll(ring, -1, axis=0) - ring)).reshape(-1, 2)
        left, width = float(points[:, 0].min()), max(float(np.ptp(points[:, 0])) / _STRIPS, 1e-9)
        number = np.clip(((points[:, 0] - left) / width).astype(int), 0, _STRIPS - 1)
        for at in np.unique(number):
            heights = points[number == at, 1]
            strips.append((left + at * width, float(heights.min()), left + (at + 1) * width, float(heights.max())))
    return strips


def kept_within(at: Point, area: Box, size: Size) -> Point:
    """The nearest place at which the whole card is in the area."""
    left, top, right, bottom = area
    x = min(max(at[0], left), max(right - size[0], left))
    y = min(max(at[1], top), max(bottom - size[1], top))
    return x, y


def hidden(at: Point, size: Size, *, avoid: Sequence[Box]) -> float:
    """How much of the boxes a card at that place hides, px²."""
    x0, y0, x1, y1 = at[0], at[1], at[0] + size[0], at[1] + size[1]
    total = 0.0
    for left, top, right, bottom in avoid:
        total += max(min(x1, right) - max(x0, left), 0.0) * max(min(y1, bottom) - max(y0, top), 0.0)
    return total
