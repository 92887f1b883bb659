"""The last hundredths of a pixel, where a region is a mask of whole pixels: their centres say on which side they lie.

A rendered mask holds more than its outline's middle line: each pixel's centre lies inside the shoe or outside. A pose
that puts a centre on the wrong side, or nearer to the outline than a margin, is moved; centres that lie well say
nothing. With the margin the spread of the error goes down as its square root.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from core.fit.contour import PixelGrid
from core.fit.descent import MeshArrays, tangent_of
from core.fit.problem import FitProblem
from core.fit.proxy import SHOE_PX
from core.fit.residuals import (
    TUKEY,
    Equations,
    Field,
    Samples,
    distance_at,
    evidence_at,
    matched,
    projected,
    stepped,
    weighted_equations,
)
from core.fit.silhouette import outline_of
from core.fit.solver import Stand

Array = NDArray[np.float64]

_MARGIN_PX = 0.1
_MOST_OFF_PX = 0.045
_FARTHEST_PX = 1.0
_MOST_PIXELS = 800
_MOST_LINES = 400
_STEPS = 4
_FIRST_DAMPING = 1e-4
_BADLY_WRONG_PX = 0.6
_MOST_WRONG = 0.02


def is_pixel_mask(problem: FitProblem) -> bool:
    """Whether the region is made of whole pixels of a photo without lens distortion."""
    pixels = problem.contour.pixels
    if pixels.density != 1.0 or int(np.count_nonzero(pixels.inside)) != round(problem.region.area_px2):
        return False
    return all(bool((ring.points_px == np.rint(ring.points_px)).all()) for ring in problem.region.rings)


def sharpened(problem: FitProblem, stand: Stand) -> Stand:
    """The stand that keeps the centres of a pixel mask's border on their sides.

    The same stand where the region is no pixel mask, where the proxy's own outline is off by too much for it, and where
    too many centres are far on the wrong side.
    """
    own_px = problem.proxies.polish_deviation.rms_px * problem.contour.length_px / SHOE_PX
    if own_px > _MOST_OFF_PX or not is_pixel_mask(problem):
        return stand
    scene, mesh = problem.scene, problem.proxies.polish
    contour = scene.contour
    at, normals, signs = _border(contour.pixels.inside, _origin(contour.pixels), contour.field)
    stride = max(1, -(-len(at) // _MOST_PIXELS))
    samples = Samples(at[::stride].copy(), normals[::stride].copy(), signs[::stride].copy())
    if len(samples.at_px) < 24:
        return stand
    lines = int(np.clip(2 * contour.length_px, 50, _MOST_LINES))
    arrays = (mesh.vertices_mm, mesh.faces, mesh.edges, mesh.turns)
    rotation, translation, wrong = _kept_apart(
        arrays, stand.rotation, stand.translation, scene.lens, samples, lines, _MARGIN_PX
    )
    return Stand(rotation, translation, stand.cost) if wrong <= _MOST_WRONG else stand


def _origin(pixels: PixelGrid) -> Array:
    return np.array(pixels.corner, dtype=np.float64)


@njit(cache=True, nogil=True)
def _border(inside: NDArray[np.bool_], origin: Array, field: Field) -> tuple[Array, Array, Array]:
    """Centres (N, 2) px of pixels that have one of the other kind beside them, outward normals, sides: +1 outside."""
    height, width = inside.shape
    at, normals = np.empty((height * width, 2)), np.empty((height * width, 2))
    signs = np.empty(height * width)
    count = 0
    for r in range(1, height - 1):
        for c in range(1, width - 1):
            here = inside[r, c]
            if (
                inside[r - 1, c] == here
                and inside[r + 1, c] == here
                and inside[r, c - 1] == here
                and inside[r, c + 1] == here
            ):
                continue
            u, v = origin[0] + c + 0.5, origin[1] + r + 0.5
            if not evidence_at(u, v, field):
                continue
            _, gx, gy = distance_at(u, v, field)
            length = np.sqrt(gx * gx + gy * gy)
            if length < 0.2:
                continue
            at[count, 0], at[count, 1] = u, v
            normals[count, 0], normals[count, 1] = gx / length, gy / length
            signs[count] = -1.0 if here else 1.0
            count += 1
    return at[:count].copy(), normals[:count].copy(), signs[:count].copy()


@njit(cache=True, nogil=True)
def _kept_apart(
    mesh: MeshArrays,
    rotation: Array,
    translation: Array,
    focal_centre: Array,
    samples: Samples,
    lines: int,
    margin: float,
) -> tuple[Array, Array, float]:
    """Rotation and translation after Levenberg-Marquardt on one outline, and the share of centres badly wrong there."""
    points, normals, _ = outline_of(mesh, rotation, translation, focal_centre, lines)
    if points.shape[0] == 0:
        return rotation, translation, 1.0
    screen = np.empty((7, points.shape[0]))
    projected(rotation, translation, focal_centre, points, normals, screen)
    here, wrong = _violations(screen, translation, focal_centre, samples, margin)
    damping = _FIRST_DAMPING
    for _ in range(_STEPS):
        tangent = tangent_of(here, damping, translation[2])
        if wrong > _MOST_WRONG or not np.isfinite(tangent[0]):
            break
        new_rotation, new_translation = stepped(rotation, translation, tangent)
        projected(new_rotation, new_translation, focal_centre, points, normals, screen)
        there, now_wrong = _violations(screen, new_translation, focal_centre, samples, margin)
        if there.cost < here.cost:
            here, rotation, translation, wrong = there, new_rotation, new_translation, now_wrong
            damping *= 0.25
        else:
            damping *= 10.0
    return rotation, translation, wrong


@njit(cache=True, nogil=True)
def _violations(
    screen: Array, translation: Array, focal_centre: Array, samples: Samples, margin: float
) -> tuple[Equations, float]:
    """The equations of the centres that are on the wrong side or within the margin, and the share of the badly wrong.

    The weights of the samples are their sides.
    """
    matches = matched(samples, screen)
    total = samples.at_px.shape[0]
    listed, which = np.empty((5, total)), np.empty(total, dtype=np.int64)
    count, bad = 0, 0
    for i in range(total):
        k = matches[i]
        if k < 0:
            continue
        dx, dy = samples.at_px[i, 0] - screen[0, k], samples.at_px[i, 1] - screen[1, k]
        nx, ny = screen[2, k], screen[3, k]
        away = dx * nx + dy * ny
        if samples.weights[i] * away >= margin:
            continue
        if samples.weights[i] * away < -_BADLY_WRONG_PX:
            bad += 1
        e = away - samples.weights[i] * margin
        which[count] = k
        listed[0, count], listed[1, count], listed[2, count] = -nx, -ny, e
        listed[3, count], listed[4, count] = e * e, 1.0 / total
        count += 1
    found = weighted_equations(screen, translation, focal_centre, which[:count], listed, TUKEY, _FARTHEST_PX, 0.0)
    return found, bad / total
