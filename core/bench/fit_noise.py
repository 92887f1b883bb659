"""What comes between a shoe's pixels and the outline a fit is given: unsteady hands, few corners, things before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.geometry.region import Part, Region, Ring
from core.render.contours import region_from_mask
from core.render.mask_outline import outlines_of_mask
from core.render.region_raster import region_mask

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

POLYGON_VERTICES = 40
POLYGON_NOISE_PX = 1.0
SMALLEST_DRAWN_PX2 = 40.0
_COARSEST_PX = 20.0
_CORRELATION_SAMPLES = 6.0
_HALF_PLANE_TURN = np.radians(30.0)
_ROUNDEST, _FLATTEST = 1.0, 0.6
_ELLIPSE_CORNERS = 96


@dataclass(frozen=True, slots=True, eq=False)
class Hidden:
    """What is left of a mask (H, W), and the region of what hides the rest, px."""

    mask: Mask
    occluder: Region


def pixel_outline(mask: Mask) -> Region:
    """The region that runs along the edges of the pixels."""
    return region_from_mask(mask, tolerance_px=0.0)


def jittered(mask: Mask, sigma_px: float, *, rng: Generator) -> Region:
    """The outline moved along its normals by noise of that standard deviation, as pixels.

    White noise a pixel of outline, smoothed along it by a Gaussian of six samples and brought to the deviation over
    the whole outline: neighbours within some 15 px err together. Rings too small to draw are left out.
    """
    rings = [_resampled(ring) for ring in outlines_of_mask(mask) if abs(_area(ring)) >= SMALLEST_DRAWN_PX2]
    if not rings:
        return pixel_outline(mask)
    noise = [_smooth(rng.normal(size=len(ring))) for ring in rings]
    scale = sigma_px / float(np.concatenate(noise).std())
    height, width = mask.shape
    moved = np.zeros_like(mask)
    for ring, along in zip(rings, noise, strict=True):
        outline = ring + scale * along[:, None] * _normals(ring)
        moved ^= region_mask(Region.from_points(outline), width, height)
    return region_from_mask(moved, tolerance_px=0.0, min_area_px2=SMALLEST_DRAWN_PX2)


def hand_drawn(
    region: Region, rng: Generator, *, vertices: int = POLYGON_VERTICES, noise_px: float = POLYGON_NOISE_PX
) -> Region:
    """A region of at most `vertices`, each off by N(0, noise_px) a coordinate, less what is too small to draw."""
    drawn = [part for part in region.parts if part.area_px2 >= SMALLEST_DRAWN_PX2]
    large = Region(
        tuple(
            Part(part.outer, tuple(h for h in part.holes if abs(h.signed_area_px2) >= SMALLEST_DRAWN_PX2))
            for part in drawn or region.parts
        )
    )
    tolerance = 0.1
    simple = large.simplified(tolerance)
    while sum(len(ring) for ring in simple.rings) > vertices and tolerance < _COARSEST_PX:
        tolerance *= 1.15
        simple = large.simplified(tolerance)

    def shaken(ring: Ring) -> Ring:
        return Ring(ring.points_px + noise_px * rng.normal(size=ring.points_px.shape))

    return Region(tuple(Part(shaken(p.outer), tuple(shaken(hole) for hole in p.holes)) for p in simple.parts))


def behind_half_plane(mask: Mask, share: float, *, collar_px: Array, rng: Generator) -> Hidden:
    """A share of the mask's pixels hidden by a half-plane on the side of the collar (2,) px, give or take 30°."""
    centres = _centres(mask)
    middle = centres.mean(axis=0)
    towards = collar_px - middle
    angle = np.arctan2(towards[1], towards[0]) + rng.uniform(-_HALF_PLANE_TURN, _HALF_PLANE_TURN)
    ahead, aside = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    edge = middle + ahead * float(np.quantile((centres - middle) @ ahead, 1 - share))
    far = float(sum(mask.shape))
    corners = [edge - far * aside, edge + far * aside, edge + far * (aside + ahead), edge + far * (ahead - aside)]
    return _without(mask, Region.from_points(corners))


def behind_ellipse(mask: Mask, share: float, *, collar_px: Array, rng: Generator) -> Hidden:
    """A share of the mask's pixels hidden by an ellipse about the collar (2,) px, round or up to 0.6 flat."""
    angle, flat = rng.uniform(0, np.pi), rng.uniform(_FLATTEST, _ROUNDEST)
    axes = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / [[1.0], [flat]]
    radius = float(np.quantile(np.linalg.norm((_centres(mask) - collar_px) @ axes.T, axis=1), share))
    turn = np.arange(_ELLIPSE_CORNERS) * (2 * np.pi / _ELLIPSE_CORNERS)
    circle = radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return _without(mask, Region.from_points(collar_px + circle @ np.linalg.inv(axes).T))


def _without(mask: Mask, occluder: Region) -> Hidden:
    height, width = mask.shape
    return Hidden(mask & ~region_mask(occluder, width, height), occluder)


def _centres(mask: Mask) -> Array:
    """(N, 2) px of the mask's pixel centres."""
    rows, columns = np.nonzero(mask)
    return np.stack([columns, rows], axis=1).astype(np.float64) + 0.5


def _area(ring: Array) -> float:
    x, y = ring.T
    return float(x @ np.roll(y, -1) - np.roll(x, -1) @ y) / 2


def _resampled(ring: Array) -> Array:
    """(N, 2) a point about every pixel along a closed ring."""
    closed = np.concatenate([ring, ring[:1]])
    ends = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    count = max(round(float(ends[-1])), 8)
    at = np.arange(count) * (ends[-1] / count)
    return np.stack([np.interp(at, ends, closed[:, axis]) for axis in range(2)], axis=1)


def _smooth(noise: Array) -> Array:
    """Circular convolution with a Gaussian of six samples."""
    frequency = np.fft.rfftfreq(len(noise))
    kernel = np.exp(-2 * (np.pi * _CORRELATION_SAMPLES * frequency) ** 2)
    return np.asarray(np.fft.irfft(np.fft.rfft(noise) * kernel, n=len(noise)))


def _normals(ring: Array) -> Array:
    """(N, 2) unit normals of an evenly sampled closed ring, all to one side."""
    along = np.roll(ring, -2, axis=0) - np.roll(ring, 2, axis=0)
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    return np.stack([-along[:, 1], along[:, 0]], axis=1)
