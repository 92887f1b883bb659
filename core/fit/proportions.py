"""Levenberg-Marquardt over a pose and mild changes of the shoe's shape, as its proportions.

The length stays: how long a shoe is and how far away it stands look the same. With R the shoe's rotation, j = de/dv of
`residuals` and B_k the field of a change, de/da_k = B_k·(R^T j).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from core.fit.residuals import CAUCHY, Field, Samples, listed_residuals, matched, projected, stepped
from core.fit.silhouette import visible_outline
from core.fit.solver import Scene, Stage, Stand
from core.fit.warps import changed, fields_at, unmoved_points
from core.render.outline import OutlineMesh

Array = NDArray[np.float64]

_DAMPING, _DAMPING_UP, _DAMPING_DOWN, _MOST_DAMPING = 1e-3, 8.0, 0.25, 1e6
_LARGEST_TURN_RAD, _LARGEST_MOVE, _LARGEST_AMOUNT = 0.35, 0.3, 0.15
_TANGENTIAL_PX = 2.0


@dataclass(frozen=True, slots=True)
class Proportions:
    """Factors of a shoe's width and height at the same length, and their standard deviations."""

    width: float
    height: float
    width_sigma: float
    height_sigma: float


@dataclass(frozen=True, slots=True, eq=False)
class ShapedStand:
    """A stand of a shoe of another shape. amounts: (K,) of the changes of `warps`; cost: the outline's robust one, px²;

    total: with the prior of the changes; hessian: (6 + K, 6 + K) of the cost alone in (w, v, amounts).
    """

    stand: Stand
    amounts: Array
    cost: float
    total: float
    hessian: Array


class Model(NamedTuple):
    """A mesh of its own shape, the half extents of `warps.half_of`, and the prior's precision (K, K) in px²."""

    mesh: OutlineMesh
    half_mm: Array
    precision: Array


class Shaped(NamedTuple):
    """Normal equations in (w rad, v mm, amounts); cost inf where there is no outline."""

    hessian: Array
    gradient: Array
    cost: float


class _Outline(NamedTuple):
    """points (N, 3), normals (N, 3) and fields (K, N, 3) of the outline at the amounts it was taken with."""

    points: Array
    normals: Array
    fields: Array
    amounts: Array


def shaped_descent(model: Model, scene: Scene, start: ShapedStand, *, stage: Stage) -> ShapedStand:
    """The stand reached, on outlines that are taken anew; its total is inf where none is before the camera."""
    samples = scene.contour.thinned(stage.samples)
    here = start
    for _ in range(stage.rounds):
        stand = here.stand
        mesh = changed(model.mesh, model.half_mm, here.amounts)
        view = {"translation": stand.translation, "lens": scene.lens, "lines": stage.lines}
        found = visible_outline(mesh, stand.rotation, **view)  # type: ignore[arg-type]
        if found is None:
            return ShapedStand(stand, here.amounts, np.inf, np.inf, here.hessian)
        own = unmoved_points(found.points_mm, model.half_mm, here.amounts)
        fields = fields_at(own, model.half_mm, len(here.amounts))
        robust = (stage.kernel, stage.scale_px, stage.image_weight, _TANGENTIAL_PX + found.spacing_px)
        evidence = (scene.lens, scene.contour.field, samples, robust)
        outline = _Outline(found.points_mm, found.normals, fields, here.amounts)
        before, here = here, _settled(outline, here, evidence, steps=stage.steps, precision=model.precision)
        if _moved(before, here) < stage.stop:
            break
    return here


@njit(cache=True, nogil=True)
def shaped_equations(
    points: Array,
    normals: Array,
    fields: Array,
    rotation: Array,
    translation: Array,
    lens: Array,
    field: Field,
    samples: Samples,
    robust: tuple[int, float, float, float],
) -> Shaped:
    """The equations of points of the shoe in its present shape, prior not included."""
    size = 6 + fields.shape[0]
    hessian, gradient = np.zeros((size, size)), np.zeros(size)
    screen = np.empty((7, points.shape[0]))
    if not projected(rotation, translation, lens, points, normals, screen):
        return Shaped(hessian, gradient, np.inf)
    matches = matched(samples, screen)
    which, listed, cost = listed_residuals(screen, field, samples, matches, robust)
    if which.shape[0] == 0:
        return Shaped(hessian, gradient, np.inf)
    kind, squared = robust[0], robust[1] * robust[1]
    row = np.empty(size)
    for i in range(which.shape[0]):
        ratio = listed[3, i] / squared
        rest = max(1.0 - ratio, 0.0)
        if kind == CAUCHY:
            cost += 0.5 * listed[4, i] * squared * np.log1p(ratio)
            weight = listed[4, i] / (1.0 + ratio)
        else:
            cost += listed[4, i] * squared * (1.0 - rest * rest * rest) / 6.0
            weight = listed[4, i] * rest * rest
        k = which[i]
        x, y, z = screen[4, k], screen[5, k], screen[6, k]
        depth = z + translation[2]
        jx, jy = listed[0, i] * lens[0] / depth, listed[1, i] * lens[1] / depth
        jz = -(jx * (x + translation[0]) + jy * (y + translation[1])) / depth
        row[0], row[1], row[2] = y * jz - z * jy, z * jx - x * jz, x * jy - y * jx
        row[3], row[4], row[5] = jx, jy, jz
        row[6:] = 0.0
        for axis in range(3):
            across = rotation[0, axis] * jx + rotation[1, axis] * jy + rotation[2, axis] * jz
            for q in range(size - 6):
                row[6 + q] += fields[q, k, axis] * across
        for r in range(size):
            gradient[r] += weight * row[r] * listed[2, i]
            for c in range(r, size):
                hessian[r, c] += weight * row[r] * row[c]
    for r in range(size):
        for c in range(r):
            hessian[r, c] = hessian[c, r]
    return Shaped(hessian, gradient, cost)


def _settled(
    outline: _Outline,
    start: ShapedStand,
    evidence: tuple[Array, Field, Samples, tuple[int, float, float, float]],
    *,
    steps: int,
    precision: Array,
) -> ShapedStand:
    """The stand after a few steps on one outline."""

    def asked(stand: Stand, amounts: Array) -> tuple[Shaped, float]:
        points = outline.points + np.tensordot(amounts - outline.amounts, outline.fields, axes=1)
        shape = (points, outline.normals, outline.fields)
        found = shaped_equations(*shape, stand.rotation, stand.translation, *evidence)
        return found, found.cost + 0.5 * float(amounts @ precision @ amounts)

    stand, amounts = start.stand, start.amounts
    here, total = asked(stand, amounts)
    damping = _DAMPING
    for _ in range(steps):
        step = _step(here, amounts, precision, damping=damping, depth_mm=float(stand.translation[2]))
        if step is None:
            break
        trial = Stand(*stepped(stand.rotation, stand.translation, step[:6]))
        there, trial_total = asked(trial, amounts + step[6:])
        if trial_total < total:
            stand, amounts, here, total = trial, amounts + step[6:], there, trial_total
            damping *= _DAMPING_DOWN
        else:
            damping *= _DAMPING_UP
        if damping > _MOST_DAMPING:
            break
    return ShapedStand(Stand(stand.rotation, stand.translation, here.cost), amounts, here.cost, total, here.hessian)


def _step(equations: Shaped, amounts: Array, precision: Array, *, damping: float, depth_mm: float) -> Array | None:
    """Step of the damped equations with the prior, cut to what the linearisation can answer for."""
    if not np.isfinite(equations.cost):
        return None
    hessian, gradient = equations.hessian.copy(), equations.gradient.copy()
    hessian[6:, 6:] += precision
    gradient[6:] += precision @ amounts
    scale = 1.0 / np.sqrt(np.maximum(np.diag(hessian), 1e-300))
    damped = hessian * np.outer(scale, scale) + damping * np.eye(len(scale))
    try:
        step = -np.linalg.solve(damped, gradient * scale) * scale
    except np.linalg.LinAlgError:
        return None
    turn = float(np.linalg.norm(step[:3])) / _LARGEST_TURN_RAD
    move = float(np.linalg.norm(step[3:6])) / (_LARGEST_MOVE * max(depth_mm, 1e-9))
    return np.asarray(step / max(turn, move, float(np.abs(step[6:]).max()) / _LARGEST_AMOUNT, 1.0))


def _moved(before: ShapedStand, after: ShapedStand) -> float:
    turn = float(np.linalg.norm(after.stand.rotation - before.stand.rotation)) / np.sqrt(2.0)
    move = float(np.linalg.norm(after.stand.translation - before.stand.translation))
    depth = max(abs(float(after.stand.translation[2])), 1e-9)
    return turn + move / depth + float(np.abs(after.amounts - before.amounts).sum())
