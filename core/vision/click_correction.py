"""Corrects an outline where somebody clicked "this too" or "not this": GrabCut in a small crop about each click.

Only what lies about a click changes; every other vertex stays the one it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.region import EMPTY_REGION, Region
from core.geometry.tracing import region_from_mask

Array = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_WORKING_PX = 192
_LARGEST_ENLARGEMENT = 4.0
_ROUNDS = 3
# How far from a click its correction may reach: this many times its distance to the outline, and never less than
# that share of the outline's size.
_REACH_OF_DISTANCE = 2.2
_LEAST_REACH = 0.09
_SEED_SHARE = 0.06  # a click's own disc, as a share of its reach
_SMALLEST_DISC = 0.02  # of the outline's size: what a click changes at least
_SMOOTHING_PX = 1.0
_TOLERANCE_PX = 0.8
_OVERLAP = 3  # working px


def corrected_region(pixels_rgb: Bytes, region: Region, *, positive_px: ArrayLike, negative_px: ArrayLike) -> Region:
    """The region with every positive click inside and every negative one outside.

    pixels_rgb: (H, W, 3) uint8. positive_px, negative_px: (N, 2) corner-origin px; those that already hold change
    nothing and only tell the colours apart. About each of the others GrabCut looks for what has the click's colours up
    to the next edges, and that piece is added or taken away; where it finds no piece, a small disc is.
    Clicks beside the photo are passed over. The result may be empty.
    """
    height, width = pixels_rgb.shape[:2]
    positive = _within(positive_px, width, height_px=height)
    negative = _within(negative_px, width, height_px=height)
    result = region
    for clicks, wanted in ((positive, True), (negative, False)):
        for click in clicks:
            if result.contains(click) is not wanted:
                result = _corrected(pixels_rgb, result, click=click, wanted=wanted, clicks=(positive, negative))
    for clicks, wanted in ((positive, True), (negative, False)):
        for click in clicks:
            if result.contains(click) is not wanted:
                disc = _disc(click, _SMALLEST_DISC * _size_px(result)).clipped(width, height)
                result = result.union(disc) if wanted else result.difference(disc)
    return result


@dataclass(frozen=True, slots=True)
class _Crop:
    """What is looked at: working-size Lab pixels, the corner of the crop in photo px, and working px a photo px."""

    lab: Bytes
    corner_px: Array
    scale: Array

    @property
    def shape(self) -> tuple[int, int]:
        return self.lab.shape[0], self.lab.shape[1]

    def inside(self, points_px: Array) -> Array:
        return (points_px - self.corner_px) * self.scale

    def to_photo(self, region: Region) -> Region:
        sx, sy = self.scale
        return region.scaled(1.0 / sx, 1.0 / sy).moved(self.corner_px)


def _corrected(pixels_rgb: Bytes, region: Region, *, click: Array, wanted: bool, clicks: tuple[Array, Array]) -> Region:
    reach_px = _reach_px(region, click)
    crop = _cropped(pixels_rgb, click, reach_px=reach_px)
    old = _rasterised(region, crop)
    seeds = [_discs(crop, of, radius_px=_SEED_SHARE * reach_px) for of in clicks]
    own = _discs(crop, click[None], radius_px=_SEED_SHARE * reach_px)
    near = _discs(crop, click[None], radius_px=reach_px)
    found = _grabcut(crop.lab, old, near=near, inside=seeds[0] & ~seeds[1], outside=seeds[1] & ~seeds[0])
    changed = (found & ~old if wanted else old & ~found) | (own & (old ^ wanted))
    piece = _piece_at(_smooth(changed & near) | own, own)
    # Where it meets the old outline it reaches across: two lines along one edge would leave slivers between them.
    piece |= _grown(piece) & (old if wanted else ~old)
    traced = crop.to_photo(region_from_mask(piece, tolerance_px=_TOLERANCE_PX))
    height, width = pixels_rgb.shape[:2]
    if wanted:
        return _without_crumbs(region.union(traced)).clipped(width, height)
    return _without_crumbs(region.difference(traced))


def _reach_px(region: Region, click: Array) -> float:
    """How far the correction of a click may go: a click far from the outline means a large piece."""
    if region.is_empty:
        return 60.0
    size = _size_px(region)
    away = min(_distance_to(ring.points_px, click) for ring in region.rings)
    return float(max(_REACH_OF_DISTANCE * away, _LEAST_REACH * size, 6.0))


def _size_px(region: Region) -> float:
    if region.is_empty:
        return 100.0
    x0, y0, x1, y1 = region.bounds_px
    return max(x1 - x0, y1 - y0)


def _disc(middle: Array, radius_px: float) -> Region:
    angles = np.arange(10) * (np.pi / 5)
    return Region.from_points(middle + max(radius_px, 2.5) * np.stack([np.cos(angles), np.sin(angles)], axis=1))


def _distance_to(ring: Array, point: Array) -> float:
    along = np.roll(ring, -1, axis=0) - ring
    squares = np.maximum(np.einsum("ij,ij->i", along, along), 1e-12)
    share = np.clip(np.einsum("ij,ij->i", point - ring, along) / squares, 0.0, 1.0)
    return float(np.hypot(*(ring + share[:, None] * along - point).T).min())


def _cropped(pixels_rgb: Bytes, click: Array, *, reach_px: float) -> _Crop:
    import cv2

    height, width = pixels_rgb.shape[:2]
    room = 1.6 * reach_px  # what lies beyond the reach shows the colours on both sides
    left, top = np.maximum(np.floor(click - room), 0).astype(int)
    right, bottom = np.minimum(np.ceil(click + room), (width, height)).astype(int)
    pixels = pixels_rgb[top : max(bottom, top + 1), left : max(right, left + 1)]
    scale = min(_LARGEST_ENLARGEMENT, _WORKING_PX / max(pixels.shape[:2]))
    size = (max(2, round(pixels.shape[1] * scale)), max(2, round(pixels.shape[0] * scale)))
    resized = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    lab = np.ascontiguousarray(cv2.cvtColor(resized, cv2.COLOR_RGB2LAB))
    exact = np.array([size[0] / pixels.shape[1], size[1] / pixels.shape[0]])
    return _Crop(lab, np.array([left, top], dtype=np.float64), exact)


def _rasterised(region: Region, crop: _Crop) -> Mask:
    import cv2

    mask = np.zeros(crop.shape, dtype=np.uint8)
    for part in region.parts:
        own = np.zeros(crop.shape, dtype=np.uint8)
        # OpenCV counts from pixel centres, in 1/16 px here.
        rings = [np.round((crop.inside(ring.points_px) - 0.5) * 16).astype(np.int32) for ring in part.rings]
        cv2.fillPoly(own, rings, 1, lineType=cv2.LINE_8, shift=4)
        mask |= own
    return mask.astype(bool)


def _discs(crop: _Crop, points_px: Array, *, radius_px: float) -> Mask:
    rows, columns = crop.shape
    y, x = np.mgrid[:rows, :columns] + 0.5
    mask = np.zeros(crop.shape, dtype=bool)
    radius = max(radius_px * float(crop.scale.mean()), 1.5)
    for at_x, at_y in crop.inside(points_px):
        mask |= (x - at_x) ** 2 + (y - at_y) ** 2 <= radius**2
    return mask


def _grabcut(lab: Bytes, old: Mask, *, near: Mask, inside: Mask, outside: Mask) -> Mask:
    """What is sneaker in the crop: free to change only within `near`, and given at the clicks."""
    import cv2

    labels = np.where(old, cv2.GC_FGD, cv2.GC_BGD).astype(np.uint8)
    labels[near & old] = cv2.GC_PR_FGD
    labels[near & ~old] = cv2.GC_PR_BGD
    labels[inside] = cv2.GC_FGD
    labels[outside] = cv2.GC_BGD
    is_foreground = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    if is_foreground.all() or not is_foreground.any():
        return is_foreground
    cv2.setRNGSeed(0)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(lab, labels, None, *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    return np.asarray((labels & 1).astype(bool))


def _smooth(mask: Mask) -> Mask:
    import cv2

    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), _SMOOTHING_PX, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(soft > 0.5)


def _grown(mask: Mask) -> Mask:
    import cv2

    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=_OVERLAP).astype(bool))


def _piece_at(mask: Mask, own: Mask) -> Mask:
    """The connected pieces that hold the click's disc, their holes filled."""
    import cv2

    _, pieces = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    kept = np.isin(pieces, np.unique(pieces[own & mask])) & mask
    _, gaps, measures, _ = cv2.connectedComponentsWithStats((~kept).astype(np.uint8), connectivity=8)
    areas: Any = measures[:, cv2.CC_STAT_AREA].copy()
    areas[np.concatenate([gaps[0], gaps[-1], gaps[:, 0], gaps[:, -1]])] = kept.size
    fills = areas < 0.02 * np.count_nonzero(kept)
    fills[0] = False
    return np.asarray(kept | fills[gaps])


def _without_crumbs(region: Region) -> Region:
    """The region without slivers of less than a few px² that two nearly equal outlines leave; EMPTY when none stays."""
    if region.is_empty:
        return EMPTY_REGION
    least = max(4.0, 0.002 * region.area_px2)
    parts = []
    for part in region.parts:
        if part.area_px2 >= least:
            holes = tuple(hole for hole in part.holes if abs(hole.signed_area_px2) >= least)
            parts.append(type(part)(part.outer, holes))
    return Region(tuple(parts))


def _within(points_px: ArrayLike, width_px: int, *, height_px: int) -> Array:
    points = np.asarray(points_px, dtype=np.float64).reshape(-1, 2)
    x, y = points[:, 0], points[:, 1]
    return points[(x >= 0) & (y >= 0) & (x < width_px) & (y < height_px)]
