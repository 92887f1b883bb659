"""Robust Levenberg-Marquardt over camera_from_shoe, on outlines that are taken anew every few steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.fit.contour import Contour
from core.fit.descent import descended
from core.fit.residuals import Equations, Samples, normal_equations
from core.render.outline import OutlineMesh, OutlinePoints

Array = NDArray[np.float64]


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
    kernel and scale_px: of the robust cost, 0 for three times the spread of what is left; stop: |w| + |v|/Z below which
    it has converged.
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
    arrays = (mesh.vertices_mm, mesh.faces, mesh.edges, mesh.turns)
    numbers = (stage.lines, stage.rounds, stage.steps, stage.image_weight, stage.kernel, stage.scale_px, stage.stop)
    rotation, translation, cost, trail = descended(
        arrays,
        start.rotation,
        start.translation,
        scene.lens,
        scene.contour.field,
        scene.contour.thinned(stage.samples),
        numbers,
    )
    for step in trail:
        watch(Stand(step[:9].reshape(3, 3), step[9:]))
    return Stand(rotation, translation, float(cost))


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
