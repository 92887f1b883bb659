"""Robust Levenberg-Marquardt over camera_from_shoe, on outlines that are taken anew every few steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.fit.contour import Contour
from core.fit.residuals import Equations, Samples, normal_equations, stepped
from core.fit.silhouette import visible_outline
from core.render.outline import OutlineMesh, OutlinePoints

Array = NDArray[np.float64]

_FIRST_DAMPING = 1e-3
_DAMPING_UP, _DAMPING_DOWN = 8.0, 0.25
_LARGEST_DAMPING = 1e7
_LARGEST_TURN_RAD = 0.35
_LARGEST_MOVE = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """A pose as the solver moves it: rotation (3, 3), translation (3,) mm, and its cost (inf: not yet known)."""

    rotation: Array
    translation: Array
    cost: float = float("inf")


@dataclass(frozen=True, slots=True)
class Stage:
    """How hard to look. lines: rows or columns of the outline; samples: of the region's outline, at most;

    rounds: outlines taken; steps: Levenberg-Marquardt steps on each; image_weight: of the region -> model family;
    kernel and scale_px: of the robust cost; stop: |w| + |v|/Z below which it has converged.
    """

    lines: int
    samples: int
    rounds: int
    steps: int
    image_weight: float
    kernel: int
    scale_px: float
    stop: float = 2e-4


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What stays the same in one fit: lens (fx, fy, cx, cy) of the pinhole, and the evidence."""

    lens: Array
    contour: Contour


Watch = Callable[[Stand], None]


def descend(mesh: OutlineMesh, scene: Scene, *, start: Stand, stage: Stage, watch: Watch) -> Stand:
    """The stand reached from `start`; `watch` is told of each accepted step. The cost is the last outline's own."""
    stand = Stand(start.rotation, start.translation)
    samples = scene.contour.thinned(stage.samples)
    for _ in range(stage.rounds):
        outline = visible_outline(
            mesh, stand.rotation, translation=stand.translation, lens=scene.lens, lines=stage.lines
        )
        if outline is None:
            return stand
        before = stand
        stand = _settle(outline, scene, stand=stand, samples=samples, stage=stage, watch=watch)
        if _moved(before, stand) < stage.stop:
            break
    return stand


def equations_at(outline: OutlinePoints, scene: Scene, *, stand: Stand, samples: Samples, stage: Stage) -> Equations:
    """The normal equations of an outline at a stand."""
    # Points of the outline are this far apart: a sample between two of them is not a miss.
    tangential_px = 2.0 + outline.spacing_px
    robust = (stage.kernel, stage.scale_px, stage.image_weight, tangential_px)
    return normal_equations(
        stand.rotation,
        stand.translation,
        scene.lens,
        outline.points_mm,
        outline.normals,
        scene.contour.field,
        samples,
        robust,
    )


def _settle(
    outline: OutlinePoints, scene: Scene, *, stand: Stand, samples: Samples, stage: Stage, watch: Watch
) -> Stand:
    """Levenberg-Marquardt on one outline."""
    here = equations_at(outline, scene, stand=stand, samples=samples, stage=stage)
    stand = Stand(stand.rotation, stand.translation, here.cost)
    damping = _FIRST_DAMPING
    for _ in range(stage.steps):
        tangent = _step(here, damping, depth_mm=float(stand.translation[2]))
        if tangent is None:
            break
        rotation, translation = stepped(stand.rotation, stand.translation, tangent)
        there = Stand(rotation, translation)
        found = equations_at(outline, scene, stand=there, samples=samples, stage=stage)
        if found.cost < here.cost:
            here, stand = found, Stand(rotation, translation, found.cost)
            damping *= _DAMPING_DOWN
            watch(stand)
        else:
            damping *= _DAMPING_UP
        if _length(tangent, float(stand.translation[2])) < stage.stop or damping > _LARGEST_DAMPING:
            break
    return stand


def _step(equations: Equations, damping: float, *, depth_mm: float) -> Array | None:
    """(6,) tangent of the damped normal equations, cut to a step the linearisation can answer for."""
    if not np.isfinite(equations.cost):
        return None
    diagonal = np.diag(equations.hessian)
    floor = 1e-9 * float(diagonal.max(initial=0.0))
    if floor <= 0:
        return None
    damped = equations.hessian + np.diag(damping * np.maximum(diagonal, floor) + floor * 1e-3)
    tangent = -np.linalg.solve(damped, equations.gradient)
    turn, move = float(np.linalg.norm(tangent[:3])), float(np.linalg.norm(tangent[3:])) / max(depth_mm, 1e-9)
    too_far = max(turn / _LARGEST_TURN_RAD, move / _LARGEST_MOVE, 1.0)
    return np.asarray(tangent / too_far)


def _length(tangent: Array, depth_mm: float) -> float:
    return float(np.linalg.norm(tangent[:3]) + np.linalg.norm(tangent[3:]) / max(abs(depth_mm), 1e-9))


def _moved(before: Stand, after: Stand) -> float:
    turn = np.linalg.norm(before.rotation - after.rotation) / np.sqrt(2.0)
    move = np.linalg.norm(before.translation - after.translation) / max(abs(after.translation[2]), 1e-9)
    return float(turn + move)
