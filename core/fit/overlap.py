"""How well a pose explains an outline right now: IoU in pixels and the mean distance of the two contours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.fit.problem import FitProblem
from core.fit.residuals import image_residuals, model_residuals
from core.fit.silhouette import overlap_iou, visible_outline
from core.geometry.pose import Pose

_MOST_SAMPLES = 600
_MOST_LINES = 400


@dataclass(frozen=True, slots=True)
class Overlap:
    """iou in 0..1 at the photo's resolution (reduced above 1024 px); contour_px: mean two-way distance, nan if none."""

    iou: float
    contour_px: float


def overlap(problem: FitProblem, pose: Pose) -> Overlap:
    """The overlap at a pose, a few milliseconds; a shoe that is not in front of the camera has IoU 0.

    Pixels and contours under ignored regions or at the photo's border are left out.
    """
    scene, mesh = problem.scene, problem.proxies.polish
    rotation, translation = np.ascontiguousarray(pose.rotation), pose.translation_mm.copy()
    iou = overlap_iou(mesh, rotation, translation=translation, lens=scene.lens, pixels=scene.contour.pixels)
    lines = int(np.clip(scene.contour.length_px / 2, 50, _MOST_LINES))
    outline = visible_outline(mesh, rotation, translation=translation, lens=scene.lens, lines=lines)
    if outline is None:
        return Overlap(iou, float("nan"))
    view = (rotation, translation, scene.lens, outline.points_mm, outline.normals)
    to_region = np.abs(model_residuals(*view, scene.contour.field))
    along, whole, _ = image_residuals(*view, scene.contour.thinned(_MOST_SAMPLES))
    # Between two points of the outline the nearest one is off along the contour, which is no error.
    slid = np.maximum(whole**2 - along**2, 0.0)
    to_model = np.sqrt(along**2 + np.maximum(slid - outline.spacing_px**2, 0.0))
    known, seen = to_region[np.isfinite(to_region)], to_model[np.isfinite(to_model)]
    if not len(known) or not len(seen):
        return Overlap(iou, float("nan"))
    return Overlap(iou, float((known.mean() + seen.mean()) / 2))
