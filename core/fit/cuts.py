"""Straight cuts through a region: long straight sides on its convex hull, beyond which something may hide the shoe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.fit.contour import Contour
from core.fit.residuals import Samples

Array = NDArray[np.float64]

_STRAIGHT_PX = 0.8
_SHORTEST_SHARE = 0.15
_COVERED_SHARE = 0.7
_MOST_CUTS = 4
_CLEAR_PX = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A line that a region ends at: through at_px (2,), with unit normal (2,) away from the region."""

    at_px: Array
    normal: Array

    def beyond(self, points_px: Array) -> Array:
        """(...) px by which (..., 2) points lie beyond the line."""
        return np.asarray((points_px - self.at_px) @ self.normal)


def straight_cuts(contour: Contour) -> list[Cut]:
    """The likeliest lines, the longest first: sides of the hull that the outline follows for most of their length."""
    import cv2

    tolerance = max(_STRAIGHT_PX, _STRAIGHT_PX * contour.spacing_px)
    corners = cv2.approxPolyDP(contour.hull_px.astype(np.float32), tolerance, True).reshape(-1, 2).astype(np.float64)
    at = contour.samples.at_px
    middle = contour.hull_px.mean(axis=0)
    found: list[tuple[float, Cut]] = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        length = float(np.hypot(*(end - start)))
        if length < _SHORTEST_SHARE * contour.length_px:
            continue
        along = (end - start) / length
        normal = np.array([along[1], -along[0]])
        normal *= 1.0 if (middle - start) @ normal < 0 else -1.0
        place = (at - start) @ along
        near = (np.abs((at - start) @ normal) < 2 * tolerance) & (place > 0) & (place < length)
        if near.sum() * contour.spacing_px > _COVERED_SHARE * length:
            found.append((length, _fitted(at[near], normal)))
    found.sort(key=lambda pair: -pair[0])
    return [cut for _, cut in found[:_MOST_CUTS]]


def without_beyond(contour: Contour, cut: Cut) -> Contour:
    """The contour as if all beyond the line, and the line itself, were hidden by something marked."""
    return without(contour, lambda points_px: cut.beyond(points_px) > -_CLEAR_PX)


def without(contour: Contour, is_hidden: Callable[[Array], NDArray[np.bool_]]) -> Contour:
    """The contour as if something marked hid the places (..., 2) px of which `is_hidden` says so (...)."""
    field, samples, pixels = contour.field, contour.samples, contour.pixels
    x0, y0, density = field.grid
    hidden = is_hidden(_centres(field.valid.shape, density, (x0 * density, y0 * density)))
    counts = ~is_hidden(samples.at_px)
    valid = pixels.valid & ~is_hidden(_centres(pixels.inside.shape, pixels.density, pixels.corner))
    kept = Samples(*(np.ascontiguousarray(values[counts]) for values in samples))
    share = contour.hidden_share + (1.0 - contour.hidden_share) * (1.0 - float(counts.mean()))
    area = int(np.count_nonzero(pixels.inside & valid))
    return replace(
        contour,
        field=field._replace(valid=field.valid & ~hidden),
        samples=kept,
        rings=contour.rings[counts],
        pixels=replace(pixels, valid=valid, area=area),
        hidden_share=share,
    )


def _fitted(points_px: Array, normal: Array) -> Cut:
    """The line through points of the outline, of which the hull touches only those that stand out."""
    middle = points_px.mean(axis=0)
    across = np.linalg.eigh(np.cov((points_px - middle).T))[1][:, 0]
    return Cut(middle, across if across @ normal > 0 else -across)


def _centres(shape: tuple[int, ...], density: float, corner: tuple[float, float]) -> Array:
    """(h, w, 2) px of the centres of a grid whose first one's corner is at (x, y) in its own units."""
    height, width = shape
    rows, columns = np.mgrid[:height, :width]
    return (np.stack([columns + corner[0], rows + corner[1]], axis=-1) + 0.5) / density
