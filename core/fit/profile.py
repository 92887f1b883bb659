"""How far a posed shoe's outline lies off the drawn one at each place along it, and which arcs something hides."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.fit.contour import Contour, points_along, read_field
from core.fit.problem import FitProblem
from core.fit.residuals import Samples, image_residuals
from core.fit.silhouette import overlap_iou, visible_outline
from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.contour_profile import ContourProfile, runs_of

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

MOST_SAMPLES = 2400
_MOST_LINES = 320
_TOLERANCE_SHARE, _LEAST_TOLERANCE_PX = 0.01, 2.0
_GAUSS = 1.48
_STANDS_OUT = 3.0
_ARC_SHARE, _FAR_SHARE, _GAP_SHARE = 0.02, 0.015, 0.01
_BRIDGED = 4


class _Trace(NamedTuple):
    """A drawn outline sampled at S places: points_px as in the photo, samples with the lens undone, counts (S,)."""

    arc_px: Array
    points_px: Array
    samples: Samples
    rings: NDArray[np.int64]
    counts: Mask


def contour_profile(problem: FitProblem, pose: Pose, *, camera: Camera) -> ContourProfile:
    """The profile at a pose, a few milliseconds; camera: the photo's, with its lens.

    A shoe that is not in front of the camera has no outline: every error is nan then. What is judged occluded are runs
    at least 2 % of their ring long where the shoe's outline lies outside the drawn one by more than three times the
    spread of the rest (Tukey's weight is zero there), and only where the rest is explained: what stands before a shoe
    takes away from its outline, and never adds to it.
    """
    scene, mesh = problem.scene, problem.proxies.polish
    contour = scene.contour
    rotation, translation = np.ascontiguousarray(pose.rotation), pose.translation_mm.copy()
    iou = overlap_iou(mesh, rotation, translation=translation, lens=scene.lens, pixels=contour.pixels)
    trace = _traced(problem.region, camera, contour)
    lines = int(np.clip(contour.length_px / 2, 50, _MOST_LINES))
    outline = visible_outline(mesh, rotation, translation=translation, lens=scene.lens, lines=lines)
    errors = np.full(len(trace.arc_px), np.nan)
    if outline is not None:
        view = (rotation, translation, scene.lens, outline.points_mm, outline.normals)
        along, whole, _ = image_residuals(*view, trace.samples)
        # Between two points of the shoe's outline the nearest one is off along it, which is no error.
        slid = np.maximum(whole**2 - along**2, 0.0)
        slid = np.maximum(slid - outline.spacing_px**2, 0.0)
        errors = _bridged(np.copysign(np.sqrt(along**2 + slid), -along))
    tolerance = max(_TOLERANCE_SHARE * contour.length_px, _LEAST_TOLERANCE_PX)
    dropped = ~trace.counts
    judged = _judged(errors, trace, length_px=contour.length_px, tolerance_px=tolerance)
    sizes = np.abs(errors)
    seen = sizes[~dropped & ~judged & np.isfinite(sizes)]
    with np.errstate(invalid="ignore"):
        explained = float((sizes[trace.counts] <= tolerance).mean()) if trace.counts.any() else 0.0
    mean, p95 = (float(seen.mean()), float(np.percentile(seen, 95))) if len(seen) else (np.nan, np.nan)
    numbers = (mean, p95, explained, tolerance, iou)
    return ContourProfile(trace.arc_px, trace.points_px, errors, trace.rings, dropped, judged, *numbers)


@lru_cache(maxsize=8)
def _traced(region: Region, camera: Camera, contour: Contour) -> _Trace:
    """Kept for a shoe that is dragged: its outline stays the same."""
    around = [float(np.hypot(*(np.roll(ring.points_px, -1, axis=0) - ring.points_px).T).sum()) for ring in region.rings]
    spacing = max(1.0 if contour.length_px > 64 else 0.5, sum(around) / MOST_SAMPLES)
    found = [points_along(ring.points_px, spacing)[0] for ring in region.rings]
    arcs = [
        start + (np.arange(len(points)) + 0.5) * (length / len(points))
        for start, length, points in zip(np.cumsum([0.0, *around[:-1]]), around, found, strict=True)
    ]
    points = np.concatenate(found)
    at = np.ascontiguousarray(camera.undistorted_pixels(points))
    counts, normals = read_field(at, contour.field)
    rings = np.repeat(np.arange(len(found)), [len(points) for points in found])
    return _Trace(np.concatenate(arcs), points, Samples(at, normals, np.ones(len(at))), rings, counts)


def _judged(errors: Array, trace: _Trace, *, length_px: float, tolerance_px: float) -> Mask:
    judged = np.zeros(len(errors), dtype=np.bool_)
    sizes = np.abs(errors[trace.counts & np.isfinite(errors)])
    spread = _GAUSS * float(np.median(sizes)) if len(sizes) else np.inf
    if spread > tolerance_px:
        return judged
    strict = max(_STANDS_OUT * spread, _LEAST_TOLERANCE_PX)
    missing = ~np.isfinite(errors)
    candidates = missing | (np.nan_to_num(errors) > strict / 2)
    sure = missing | (np.nan_to_num(errors) > max(strict, _FAR_SHARE * length_px))
    for ring in range(int(trace.rings[-1]) + 1):
        here = np.flatnonzero(trace.rings == ring)
        # Turned to begin where nothing stands out, so that no run is cut in two.
        turned = np.roll(here, -int(np.argmin(candidates[here])))
        gap = max(2, round(_GAP_SHARE * len(here)))
        for start, end in _joined(runs_of(candidates[turned]), gap):
            run = turned[start:end]
            if len(run) >= _ARC_SHARE * len(here) and sure[run].any():
                judged[run] = True
    return judged & trace.counts


def _bridged(errors: Array) -> Array:
    """With the few single places that found no counterpart between their neighbours: sharp corners have none."""
    known = np.isfinite(errors)
    if known.all() or not known.any():
        return errors
    filled = np.interp(np.arange(len(errors)), np.flatnonzero(known), errors[known])
    for start, end in runs_of(~known):
        if end - start > _BRIDGED:
            filled[start:end] = np.nan
    return filled


def _joined(runs: list[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    """Runs with no more than `gap` between them as one: at the corners of what hides a shoe the match jumps about."""
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and start - joined[-1][1] <= gap:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined
