"""A pose brought onto an outline from a rough start: aligned, looked at from several sides, then polished.

Clicks, the floor and a free focal length join in at the end, where the outline's own minimum is known.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.fit.doubt import doubt_of
from core.fit.errors import FitCancelled, FitError
from core.fit.joint import joined, joint_covariance, less_likely
from core.fit.overlap import overlap
from core.fit.pixel_exact import sharpened
from core.fit.problem import FitProblem, fit_problem
from core.fit.proportions import Proportions
from core.fit.residuals import CAUCHY
from core.fit.silhouette import overlap_iou
from core.fit.solver import Stage, Stand, descend
from core.fit.stages import last_stage
from core.fit.starts import aligned, turned
from core.geometry.pose import Pose, quaternion_from_matrix

__all__ = ["FitCancelled", "FitError", "FitOutcome", "FitProblem", "fit_problem", "refine_pose"]

Array = NDArray[np.float64]
OnStep = Callable[[Pose, float], bool]

_CLEAR_IOU = 0.975
_BEST_OF_COARSE = 3
_HIDDEN_ENOUGH = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class FitOutcome:
    """A refined pose. covariance: (6, 6) in (omega rad, v mm) or None; iou in 0..1 and mean two-way contour distance in

    px against the region; start_iou: before; cpu_ms: the CPU time it took. focal_px: fx that was found with the pose,
    and its standard deviation, None where the camera was known. doubt: a sentence why the shoe model cannot explain the
    outline, "" when it can. proportions: None where they were not looked for.
    """

    pose: Pose
    covariance: Array | None
    iou: float
    contour_px: float
    start_iou: float
    cpu_ms: float
    focal_px: float | None = None
    focal_sigma_px: float | None = None
    doubt: str = ""
    proportions: Proportions | None = None


class Progress:
    """Passes accepted steps on to whoever watches, and stops the fit when he says so."""

    def __init__(self, on_step: OnStep | None, best: Stand) -> None:
        self._on_step = on_step
        self._best = best
        self._from, self._to = 0.0, 0.0

    def span(self, start: float, end: float) -> None:
        """The share of the work that follows."""
        self._from, self._to = start, end

    def show(self, stand: Stand) -> None:
        """An accepted step of what is going to be the answer, as far as one knows."""
        self._best = stand
        self.tick(stand)

    def tick(self, _: Stand) -> None:
        """A step that is only tried: the best pose so far stays shown."""
        self._from += 0.15 * (self._to - self._from)
        if self._on_step is not None and not self._on_step(pose_of(self._best), self._from):
            raise FitCancelled("The fit was stopped.")


def refine_pose(problem: FitProblem, start: Pose, *, on_step: OnStep | None = None) -> FitOutcome:
    """The pose near `start` whose outline is the region's, about 15 degrees and 10 % of the distance around it.

    on_step(pose, fraction) is called for each accepted step with the best pose so far and the share of the work done;
    when it returns False the fit is left by FitCancelled. Raises FitError when the start is behind the camera or no
    pose in front of the camera comes near the outline.
    """
    began = time.thread_time()
    first = stand_of(start)
    start_iou = overlap(problem, start).iou
    _check_in_front(problem, first)
    _check_clicks_in_front(problem, first)
    progress = Progress(on_step, first)
    known, found = joined(problem, _polished(problem, _candidates(problem, first, progress), progress))
    found = sharpened(known, found)
    pose = pose_of(found)
    covariance, spread = joint_covariance(known, found)
    measured = overlap(known, pose)
    if measured.iou <= 0.0:
        raise FitError(
            "No pose near the start brings the shoe onto the outline. Drag the shoe roughly over it, then fit again."
        )
    focal_px = known.camera.fx_px if problem.focal_sigma > 0 else None
    sigma_px = None if focal_px is None else focal_px * spread
    cpu_ms = (time.thread_time() - began) * 1e3
    figures = (measured.iou, measured.contour_px, start_iou, cpu_ms, focal_px, sigma_px)
    return FitOutcome(pose, covariance, *figures, doubt_of(known, pose))


def stand_of(pose: Pose) -> Stand:
    """A pose as the solver moves it."""
    return Stand(np.ascontiguousarray(pose.rotation), pose.translation_mm.copy())


def pose_of(stand: Stand) -> Pose:
    """The pose of a stand."""
    return Pose(quaternion_from_matrix(stand.rotation), stand.translation)


def _check_in_front(problem: FitProblem, stand: Stand) -> None:
    depths = problem.proxies.search.vertices_mm @ stand.rotation[2] + stand.translation[2]
    if stand.translation[2] <= 0 or depths.min() < 1.0:
        raise FitError(
            "The shoe is behind the camera or reaches into it, so that it has no outline. "
            "Push it away until it is seen whole, then fit."
        )


def _check_clicks_in_front(problem: FitProblem, stand: Stand) -> None:
    for click in problem.clicks:
        if float(np.array(click.at_mm) @ stand.rotation[2]) + stand.translation[2] < 1.0:
            raise FitError(
                f"The landmark {click.name or 'clicked'} lies behind the camera at this pose, so that its click cannot "
                "be compared. Push the shoe away until it is seen whole, then fit."
            )


def _candidates(problem: FitProblem, first: Stand, progress: Progress) -> list[Stand]:
    """Stands worth a polish, the best first."""
    coarse, middle = _stages(problem.contour.length_px)
    progress.span(0.0, 0.3)
    tried = [_tried(problem, stand, (*coarse, *middle), progress.show) for stand in _first_stands(problem, first)]
    best = max(tried, key=lambda pair: pair[0])
    if best[0] >= _CLEAR_IOU:
        return [best[1]]
    progress.show(best[1])
    progress.span(0.3, 0.7)
    rough = [
        _tried(problem, _aligned(problem, stand), coarse, progress.tick) for stand in turned(_aligned(problem, first))
    ]
    rough.sort(key=lambda pair: -pair[0])
    fine = [_tried(problem, stand, middle, progress.tick) for _, stand in rough[:_BEST_OF_COARSE]]
    fine += tried
    fine.sort(key=lambda pair: -pair[0])
    return [stand for iou, stand in fine[:2] if iou > fine[0][0] - 0.02]


def _first_stands(problem: FitProblem, first: Stand) -> list[Stand]:
    """The start brought over the outline; as it is too when so much is hidden that centre and area mislead."""
    stands = [_aligned(problem, first)]
    return [first, *stands] if problem.contour.hidden_share > _HIDDEN_ENOUGH else stands


def _aligned(problem: FitProblem, stand: Stand) -> Stand:
    contour = problem.contour
    frame, lens = contour.field.frame, problem.scene.lens
    return aligned(problem.proxies.corners_mm, stand, lens=lens, hull_px=contour.hull_px, frame=frame)


def _tried(
    problem: FitProblem, stand: Stand, stages: tuple[Stage, ...], watch: Callable[[Stand], None]
) -> tuple[float, Stand]:
    """IoU and stand after some stages with the search mesh."""
    scene, mesh = problem.scene, problem.proxies.search
    for stage in stages:
        stand = descend(mesh, scene, start=stand, stage=stage, watch=watch)
    return _likeness(problem, stand), stand


def _likeness(problem: FitProblem, stand: Stand) -> float:
    """IoU, less where clicks or the floor speak against it."""
    scene = problem.scene
    iou = overlap_iou(
        problem.proxies.search,
        stand.rotation,
        translation=stand.translation,
        lens=scene.lens,
        pixels=scene.contour.pixels,
    )
    return 1.0 - (1.0 - iou) * less_likely(problem, stand)


def _stages(length_px: float) -> tuple[tuple[Stage, ...], tuple[Stage, ...]]:
    """Coarse and middle stages for a shoe that is `length_px` long on the screen."""
    coarse = Stage(40, 120, rounds=3, steps=3, image_weight=1.0, kernel=CAUCHY, scale_px=0.04 * length_px, stop=4e-3)
    closer = replace(coarse, rounds=2, image_weight=2.0, scale_px=0.015 * length_px, stop=2e-3)
    middle = Stage(
        80,
        200,
        rounds=3,
        steps=3,
        image_weight=2.0,
        kernel=CAUCHY,
        scale_px=max(1.0, 0.006 * length_px),
        stop=1e-3,
    )
    return (coarse, closer), (middle,)


def _polished(problem: FitProblem, stands: list[Stand], progress: Progress) -> Stand:
    """The best stand after the polish mesh at the photo's own resolution."""
    progress.span(0.7, 1.0)
    found = []
    for index, stand in enumerate(stands):
        watch = progress.show if index == 0 else progress.tick
        stage = last_stage(problem.contour.length_px)
        stand = descend(problem.proxies.polish, problem.scene, start=stand, stage=stage, watch=watch)
        found.append((_likeness(problem, stand) if len(stands) > 1 else 1.0, stand))
    return max(found, key=lambda pair: pair[0])[1]
