"""Levenberg-Marquardt over camera_from_shoe, compiled: on one outline, on outlines taken anew, on many starts."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from core.fit.cholesky import descent_of
from core.fit.residuals import Equations, Field, Samples, matched, model_residuals, projected, stepped, summed
from core.fit.silhouette import outline_of
from core.fit.viewpoints import Viewpoints

Array = NDArray[np.float64]
Ints = NDArray[np.int32]

_FIRST_DAMPING = 1e-3
_DAMPING_UP, _DAMPING_DOWN = 8.0, 0.25
_LARGEST_DAMPING = 1e7
_LARGEST_TURN_RAD = 0.35
_LARGEST_MOVE = 0.3
_TANGENTIAL_PX = 2.0
_COARSE_DAMPING = 1e-2
_LEAST_SPREAD_PX = 1.0

MeshArrays = tuple[Array, Ints, Ints, NDArray[np.int8]]


@njit(cache=True, nogil=True)
def descended(
    mesh: MeshArrays,
    rotation: Array,
    translation: Array,
    focal_centre: Array,
    field: Field,
    samples: Samples,
    stage: tuple[int, int, int, float, int, float, float],
) -> tuple[Array, Array, float, Array]:
    """Rotation, translation and cost reached from a start, and (N, 12) the accepted steps: rotation, translation.

    stage: (lines, rounds, steps, image weight, kernel, scale px, stop), see `solver.Stage`. The cost is the last
    outline's own, inf where there is none.
    """
    lines, rounds, steps, image_weight, kernel, scale, stop = stage
    trail = np.empty((rounds * steps, 12))
    taken = 0
    cost = np.inf
    for _ in range(rounds):
        points, normals, spacing = outline_of(mesh, rotation, translation, focal_centre, lines)
        if points.shape[0] == 0:
            break
        if scale <= 0.0:
            scale = tukey_scale(points, normals, rotation, translation, focal_centre, field)
        robust = (kernel, scale, image_weight, _TANGENTIAL_PX + spacing)
        before_rotation, before_translation = rotation, translation
        rotation, translation, cost, taken = _settled(
            points,
            normals,
            rotation,
            translation,
            focal_centre,
            field,
            samples,
            robust,
            (steps, stop),
            trail,
            taken,
        )
        if _moved(before_rotation, before_translation, rotation, translation) < stop:
            break
    return rotation, translation, cost, trail[:taken]


@njit(cache=True, nogil=True)
def _settled(
    points: Array,
    normals: Array,
    rotation: Array,
    translation: Array,
    focal_centre: Array,
    field: Field,
    samples: Samples,
    robust: tuple[int, float, float, float],
    limits: tuple[int, float],
    trail: Array,
    taken: int,
) -> tuple[Array, Array, float, int]:
    """Levenberg-Marquardt on one outline, its samples matched anew where the pose is accepted."""
    steps, stop = limits
    screen, trial = np.empty((7, points.shape[0])), np.empty((7, points.shape[0]))
    in_front = projected(rotation, translation, focal_centre, points, normals, screen)
    matches = matched(samples, screen)
    here = summed(screen, in_front, translation, focal_centre, field, samples, matches, robust)
    damping = _FIRST_DAMPING
    for _ in range(steps):
        tangent = tangent_of(here, damping, translation[2])
        if not np.isfinite(tangent[0]):
            break
        new_rotation, new_translation = stepped(rotation, translation, tangent)
        in_front = projected(new_rotation, new_translation, focal_centre, points, normals, trial)
        matches = matched(samples, trial)
        there = summed(trial, in_front, new_translation, focal_centre, field, samples, matches, robust)
        if there.cost < here.cost:
            here, rotation, translation = there, new_rotation, new_translation
            damping *= _DAMPING_DOWN
            trail[taken, :9] = rotation.reshape(9)
            trail[taken, 9:] = translation
            taken += 1
        else:
            damping *= _DAMPING_UP
        if _length(tangent, translation[2]) < stop or damping > _LARGEST_DAMPING:
            break
    return rotation, translation, here.cost, taken


@njit(cache=True, nogil=True)
def tukey_scale(
    points: Array, normals: Array, rotation: Array, translation: Array, focal_centre: Array, field: Field
) -> float:
    """Three times the spread (px) of the model's residuals by their median, which what is hidden does not move."""
    errors = np.abs(model_residuals(rotation, translation, focal_centre, points, normals, field))
    errors = errors[np.isfinite(errors)]
    if errors.shape[0] == 0:
        return 3.0 * _LEAST_SPREAD_PX
    return 3.0 * max(_LEAST_SPREAD_PX, 1.2 * 1.48 * np.median(errors))


@njit(cache=True, nogil=True)
def tangent_of(equations: Equations, damping: float, depth_mm: float) -> Array:
    """(6,) step of the damped normal equations, cut to what the linearisation can answer for; nan where there is none.

    By Cholesky's decomposition.
    """
    none = np.full(6, np.nan)
    if not np.isfinite(equations.cost):
        return none
    largest = 0.0
    for r in range(6):
        largest = max(largest, equations.hessian[r, r])
    floor = 1e-9 * largest
    if floor <= 0.0:
        return none
    damped = equations.hessian.copy()
    for r in range(6):
        damped[r, r] += damping * max(damped[r, r], floor) + floor * 1e-3
    tangent = descent_of(damped, equations.gradient)
    turn = np.sqrt(tangent[0] ** 2 + tangent[1] ** 2 + tangent[2] ** 2)
    move = np.sqrt(tangent[3] ** 2 + tangent[4] ** 2 + tangent[5] ** 2) / max(depth_mm, 1e-9)
    return tangent / max(turn / _LARGEST_TURN_RAD, move / _LARGEST_MOVE, 1.0)


@njit(cache=True, nogil=True)
def coarsely_descended(
    views: Viewpoints,
    rotations: Array,
    translations: Array,
    focal_centre: Array,
    field: Field,
    samples: Samples,
    schedule: Array,
    kernel: int,
    image_weight: float,
) -> tuple[Array, Array, Array]:
    """Rotations (N, 3, 3), translations (N, 3) and costs (N,) after Gauss-Newton on the outlines of the nearest views.

    schedule: the scale (px) of the robust cost at each step; the cost is the last scale's. A step takes the outline
    kept for the view nearest to the pose so far.
    """
    count = rotations.shape[0]
    found_rotations, found_translations = rotations.copy(), translations.copy()
    costs = np.full(count, np.inf)
    screen = np.empty((7, views.points.shape[1]))
    last = schedule.shape[0] - 1
    for i in range(count):
        rotation, translation = rotations[i].copy(), translations[i].copy()
        best = np.inf
        for step in range(last + 2):
            entry = nearest_entry(views, rotation, translation)
            points, normals = views.points[entry], views.normals[entry]
            in_front = projected(rotation, translation, focal_centre, points, normals, screen)
            matches = matched(samples, screen)
            scale = schedule[min(step, last)]
            robust = (kernel, scale, image_weight, 4.0 + 0.25 * scale)
            here = summed(screen, in_front, translation, focal_centre, field, samples, matches, robust)
            if scale == schedule[last] and here.cost < best:
                best = here.cost
                found_rotations[i], found_translations[i] = rotation, translation
            if step > last:
                break
            tangent = tangent_of(here, _COARSE_DAMPING, translation[2])
            if not np.isfinite(tangent[0]):
                break
            rotation, translation = stepped(rotation, translation, tangent)
        costs[i] = best
    return found_rotations, found_translations, costs


@njit(cache=True, nogil=True, fastmath=True)
def nearest_entry(views: Viewpoints, rotation: Array, translation: Array) -> int:
    """The entry whose direction and distance are nearest to a pose's."""
    distance = np.sqrt(translation[0] ** 2 + translation[1] ** 2 + translation[2] ** 2)
    toward = -(rotation.T @ translation)
    best, view = -np.inf, 0
    for v in range(views.toward.shape[0]):
        along = 0.0
        for k in range(3):
            along += views.toward[v, k] * toward[k]
        if along > best:
            best, view = along, v
    layer, off = 0, np.inf
    for k in range(views.distances.shape[0]):
        ratio = views.distances[k] / distance
        ratio = max(ratio, 1.0 / ratio)
        if ratio < off:
            layer, off = k, ratio
    return layer * views.toward.shape[0] + view


@njit(cache=True, nogil=True)
def _length(tangent: Array, depth_mm: float) -> float:
    turn = np.sqrt(tangent[0] ** 2 + tangent[1] ** 2 + tangent[2] ** 2)
    return turn + np.sqrt(tangent[3] ** 2 + tangent[4] ** 2 + tangent[5] ** 2) / max(abs(depth_mm), 1e-9)


@njit(cache=True, nogil=True)
def _moved(rotation: Array, translation: Array, new_rotation: Array, new_translation: Array) -> float:
    turn, move = 0.0, 0.0
    for r in range(3):
        move += (new_translation[r] - translation[r]) ** 2
        for c in range(3):
            turn += (new_rotation[r, c] - rotation[r, c]) ** 2
    return np.sqrt(turn / 2.0) + np.sqrt(move) / max(abs(new_translation[2]), 1e-9)
