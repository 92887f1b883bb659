"""A drawn region as evidence for a fit: its distance field, samples of its outline, and where neither counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.fit.errors import FitError
from core.fit.residuals import Field, Samples, distances_at
from core.geometry.camera import Camera
from core.geometry.region import Part, Region, Ring
from core.render.region_raster import region_mask

Array = NDArray[np.float64]

SMALLEST_PX = 8.0
_SMOOTHING_PX = 0.7
_MARGIN = 0.25
_FEWEST_NODES, _MOST_NODES = 256.0, 640.0
_PIXELS_ALONG = 1024.0
_MOST_SAMPLES = 2400
_BEND_STEP_PX = 4.0
_BORDER_PX = 1.5
_HIDDEN_PX = 2.0
_SIDE_PX = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class PixelGrid:
    """A region at (reduced) pixel resolution.

    inside and valid: (h, w) bool; corner: (column, row) of the first pixel; density: pixels per px; frame: (4,) first
    and last pixel corners (x0, y0, x1, y1) of the photo; area: pixels that are inside and valid.
    """

    inside: NDArray[np.bool_]
    valid: NDArray[np.bool_]
    corner: tuple[int, int]
    density: float
    frame: Array
    area: int


@dataclass(frozen=True, slots=True, eq=False)
class Contour:
    """What a region says: field and samples for residuals, pixels for overlaps; all in undistorted photo px.

    rings: (M,) which ring a sample belongs to; spacing_px between samples; length_px: longest side of its box;
    hull_px: (H, 2) its convex hull; hidden_share: of its outline, what does not count.
    """

    field: Field
    samples: Samples
    rings: NDArray[np.int64]
    spacing_px: float
    pixels: PixelGrid
    length_px: float
    hull_px: Array
    hidden_share: float

    @property
    def side_px(self) -> float:
        """How long the drawn side is that a place on the outline lies on, on average."""
        return _SIDE_PX * float((1.0 / self.samples.weights - 1.0).mean())

    def thinned(self, count: int) -> Samples:
        """At most about `count` of the samples, evenly."""
        stride = max(1, -(-len(self.samples.at_px) // count))
        at_px, normals, weights = (values[::stride] for values in self.samples)
        return Samples(at_px.copy(), normals.copy(), weights / weights.mean())


def contour_of(region: Region, camera: Camera, ignored: Sequence[Region] = ()) -> Contour:
    """The evidence of a region (photo px, behind the lens) for a fit with `camera.without_distortion()`.

    Raises FitError when the region is empty, outside the photo, too small, or wholly hidden.
    """
    region, ignored = _seen(region, camera, ignored)
    frame = _frame_px(camera)
    x0, y0, x1, y1 = region.bounds_px
    length = max(x1 - x0, y1 - y0)
    if length < SMALLEST_PX or region.area_px2 < SMALLEST_PX**2 / 4:
        raise FitError(
            f"The outline is only {x1 - x0:.0f} x {y1 - y0:.0f} px large; a pose cannot be read from so few pixels. "
            "Zoom in and outline a larger shoe."
        )
    field = _field(region, ignored, frame)
    samples, rings, spacing, hidden_share = _samples(region, field, length)
    if len(samples.at_px) < 8:
        raise FitError(
            "Almost all of the outline lies on the photo's border or under ignored regions, "
            "so that there is nothing left to fit. Check the regions that hide the shoe."
        )
    pixels = _pixel_grid(region, ignored, frame)
    return Contour(field, samples, rings, spacing, pixels, length, _hull(region), hidden_share)


def _seen(region: Region, camera: Camera, ignored: Sequence[Region]) -> tuple[Region, tuple[Region, ...]]:
    """The region within the photo, and what hides it, both with the lens undone."""
    if region.is_empty:
        raise FitError("The shoe has no outline yet. Outline it first, then fit.")
    width, height = camera.width_px, camera.height_px
    x0, y0, x1, y1 = region.bounds_px
    if x1 <= 0 or y1 <= 0 or x0 >= width or y0 >= height:
        raise FitError("The outline lies outside the photo. Draw it on the shoe, then fit.")
    if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
        region = region.clipped(width, height)
    if region.is_empty:
        raise FitError("The outline covers nothing of the photo. Draw it around the shoe, then fit.")
    return _unbent(region, camera), tuple(_unbent(other, camera) for other in ignored if not other.is_empty)


def _unbent(region: Region, camera: Camera) -> Region:
    if not camera.is_distorted:
        return region
    return Region(
        tuple(
            Part(_unbent_ring(part.outer, camera), tuple(_unbent_ring(hole, camera) for hole in part.holes))
            for part in region.parts
        )
    )


def _unbent_ring(ring: Ring, camera: Camera) -> Ring:
    """A ring's straight sides are bends behind the lens: they are cut into short ones first."""
    at, _ = points_along(ring.points_px, _BEND_STEP_PX, keep_corners=True)
    return Ring(camera.undistorted_pixels(at))


def _frame_px(camera: Camera) -> Array:
    """(x0, y0, x1, y1) of the photo with the lens undone: the largest box inside its bent border."""
    width, height = float(camera.width_px), float(camera.height_px)
    if not camera.is_distorted:
        return np.array([0.0, 0.0, width, height])
    t = np.linspace(0, 1, 33)
    left, top = np.stack([0 * t, height * t], axis=1), np.stack([width * t, 0 * t], axis=1)
    undone = camera.undistorted_pixels
    return np.array(
        [
            undone(left)[:, 0].max(),
            undone(top)[:, 1].max(),
            undone(left + np.array([width, 0.0]))[:, 0].min(),
            undone(top + np.array([0.0, height]))[:, 1].min(),
        ]
    )


def _field(region: Region, ignored: Sequence[Region], frame: Array) -> Field:
    """The signed distance field on a grid around the region, continued across the photo's border."""
    import cv2

    x0, y0, x1, y1 = region.bounds_px
    length = max(x1 - x0, y1 - y0)
    margin = _MARGIN * length + 4.0
    # Whole nodes a pixel, from a pixel's corner: the edges of a mask's pixels then run between nodes, not beside them.
    density = np.ceil(_FEWEST_NODES / length) if length < _MOST_NODES else 1.0 / np.ceil(length / _MOST_NODES)
    origin = np.floor([x0 - margin, y0 - margin])
    width, height = (int(np.ceil((extent + 2 * margin + 1) * density)) for extent in (x1 - x0, y1 - y0))
    inside = region_mask(region.moved(-origin).scaled(density, density), width, height)
    columns = _within(origin[0], frame[0], frame[2], density=density, count=width)
    rows = _within(origin[1], frame[1], frame[3], density=density, count=height)
    inside = inside[rows][:, columns]
    valid = np.ones((height, width), dtype=np.bool_)
    for other in ignored:
        valid &= ~region_mask(other.moved(-origin).scaled(density, density), width, height)
    if not valid.all():
        clear = cv2.distanceTransform(valid.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        valid = clear > _HIDDEN_PX * density
    outwards = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    inwards = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # Distances run between pixel centres: the border itself is half a pixel nearer, on both sides.
    signed = np.where(inside, 0.5 - inwards, outwards - 0.5).astype(np.float32)
    smooth = cv2.GaussianBlur(signed, (0, 0), _SMOOTHING_PX * density) / np.float32(density)
    border = np.array([_BORDER_PX, _BORDER_PX, -_BORDER_PX, -_BORDER_PX])
    return Field(smooth, valid, np.array([*origin, density]), frame + border)


def _within(origin: float, low: float, high: float, *, density: float, count: int) -> NDArray[np.int64]:
    """(count,) indices of grid nodes, those beyond the photo replaced by the last ones inside it."""
    centres = origin + (np.arange(count) + 0.5) / density
    known = np.flatnonzero((centres > low) & (centres < high))
    return np.clip(np.arange(count), known[0], known[-1]) if len(known) else np.arange(count)


def _samples(region: Region, field: Field, length: float) -> tuple[Samples, NDArray[np.int64], float, float]:
    """Evenly spaced outline points that count, their normals, rings and spacing, and the share that does not count."""
    around = sum(float(np.hypot(*(np.roll(r.points_px, -1, axis=0) - r.points_px).T).sum()) for r in region.rings)
    spacing = max(1.0, around / _MOST_SAMPLES) if length > 64 else 0.5
    found, sides = zip(*(points_along(ring.points_px, spacing) for ring in region.rings), strict=True)
    at = np.concatenate(found)
    # All points of a side share the errors of its two ends: a long side knows less than its length says.
    weights = 1.0 / (1.0 + np.concatenate(sides) / _SIDE_PX)
    rings = np.repeat(np.arange(len(found)), [len(points) for points in found])
    counts, normals = read_field(at, field)
    share = 1.0 - float(counts.mean())
    return Samples(at[counts], normals[counts], weights[counts]), rings[counts], spacing, share


def read_field(at: Array, field: Field) -> tuple[NDArray[np.bool_], Array]:
    """Which points count, and (N, 2) outward normals there."""
    x0, y0, density = field.grid
    height, width = field.valid.shape
    columns = np.clip(((at[:, 0] - x0) * density).astype(np.int64), 0, width - 1)
    rows = np.clip(((at[:, 1] - y0) * density).astype(np.int64), 0, height - 1)
    inside = (at > field.frame[:2]).all(axis=1) & (at < field.frame[2:]).all(axis=1)
    slopes = distances_at(at, field)[:, 1:]
    lengths = np.hypot(slopes[:, 0], slopes[:, 1])
    return inside & field.valid[rows, columns] & (lengths > 0.2), slopes / np.maximum(lengths, 1e-9)[:, None]


def points_along(ring: Array, spacing: float, *, keep_corners: bool = False) -> tuple[Array, Array]:
    """Points every `spacing` px along a closed ring, its corners among them or not, and the length of their sides."""
    sides = np.roll(ring, -1, axis=0) - ring
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    if keep_corners:
        counts = np.maximum(np.ceil(lengths / spacing).astype(np.int64), 1)
        which = np.repeat(np.arange(len(ring)), counts)
        within = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
        return ring[which] + (within / counts[which])[:, None] * sides[which], lengths[which]
    total = float(lengths.sum())
    count = max(round(total / spacing), 4)
    ends = np.cumsum(lengths)
    at = (np.arange(count) + 0.5) * (total / count)
    which = np.minimum(np.searchsorted(ends, at), len(ring) - 1)
    fraction = (at - (ends[which] - lengths[which])) / np.maximum(lengths[which], 1e-12)
    return ring[which] + fraction[:, None] * sides[which], lengths[which]


def _pixel_grid(region: Region, ignored: Sequence[Region], frame: Array) -> PixelGrid:
    """The region at the photo's own pixels, or larger ones where it is longer than 1024 px."""
    x0, y0, x1, y1 = region.bounds_px
    density = min(1.0, _PIXELS_ALONG / max(x1 - x0, y1 - y0))
    margin = _MARGIN * max(x1 - x0, y1 - y0)
    low = np.floor(np.maximum([x0 - margin, y0 - margin], frame[:2]) * density).astype(np.int64)
    high = np.ceil(np.minimum([x1 + margin, y1 + margin], frame[2:]) * density).astype(np.int64)
    width, height = (int(extent) for extent in np.maximum(high - low, 1))
    inside = region_mask(region.scaled(density, density).moved(-low), width, height)
    valid = np.ones((height, width), dtype=np.bool_)
    for other in ignored:
        valid &= ~region_mask(other.scaled(density, density).moved(-low), width, height)
    edges = np.concatenate([np.floor(frame[:2] * density), np.ceil(frame[2:] * density)])
    area = int(np.count_nonzero(inside & valid))
    return PixelGrid(inside, valid, (int(low[0]), int(low[1])), density, edges, area)


def _hull(region: Region) -> Array:
    import cv2

    points = np.concatenate([part.outer.points_px for part in region.parts]).astype(np.float32)
    return cv2.convexHull(points).reshape(-1, 2).astype(np.float64)
