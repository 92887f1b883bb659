"""Landmarks that somebody clicked on a shoe whose pose is known: a few places that stand out and are seen."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.bench.fit_views import Subject
from core.fit.knowledge import Click
from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.labels.instance import Visibility
from core.render.raster import landmark_visibility

Array = NDArray[np.float64]

CLICK_PX, WRONG_PX = 2.0, 60.0
# Toe, heel, back of the collar, both sides of the forefoot and of the heel, instep: directions in halves of the box.
_PLACES = (
    (1, 0, -0.3),
    (-1, 0, -0.5),
    (-0.8, 0, 1),
    (0.5, -1, -0.5),
    (0.5, 1, -0.5),
    (-0.6, -1, -0.5),
    (-0.6, 1, -0.5),
)
_INSTEP = (0.1, 0, 1)


def clicked(
    subject: Subject, pose: Pose, camera: Camera, *, count: int, rng: Generator, wrong: bool = False
) -> tuple[Click, ...]:
    """`count` clicks, or as many as are seen, each off by N(0, 2 px) along each axis; a wrong one by 60 px more.

    subject: the shoe as sized and sided.
    """
    vertices = subject.mesh.vertices_mm
    halves = subject.mesh.extent_mm / 2
    standing_out = [int(np.argmax((vertices / halves) @ np.array(place))) for place in (*_PLACES, _INSTEP)]
    points = np.concatenate([vertices[rng.permutation(standing_out)], rng.permutation(subject.points_mm)[:50]])
    seen = landmark_visibility(points, subject.mesh, pose, camera, subject.diameter_mm)
    chosen = points[[one is Visibility.VISIBLE for one in seen]][:count]
    at = camera.project(pose.apply(chosen)) + rng.normal(0.0, CLICK_PX, (len(chosen), 2))
    if wrong and len(chosen):
        angle = rng.uniform(0, 2 * np.pi)
        at[0] += WRONG_PX * np.array([np.cos(angle), np.sin(angle)])
    at = np.clip(at, 0, [camera.width_px, camera.height_px])
    return tuple(
        Click((float(x), float(y), float(z)), (float(u), float(v)), CLICK_PX)
        for (x, y, z), (u, v) in zip(chosen, at, strict=True)
    )
