"""How the program's own fits are asked for what a case wants, and what they answer in which CPU time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.bench.fit_cases import FitCase, Way
from core.bench.fit_views import Subject
from core.fit.errors import FitError
from core.fit.overlap import overlap
from core.fit.problem import FOCAL_SIGMA, FitProblem, fit_problem
from core.fit.refine import pose_of, refine_pose, stand_of
from core.fit.residuals import TUKEY, model_residuals
from core.fit.silhouette import visible_outline
from core.fit.solver import Stage, descend
from core.geometry.pose import Pose
from core.labels.instance import ShoeSize, Side

if TYPE_CHECKING:
    from core.fit.search import Hypothesis

Array = NDArray[np.float64]


_ORACLE_LINES = (100, 320)
_TIMED_STEPS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """One pose that was offered, with what the fit itself says of it. focal_px: fx, None where it was not looked for;

    focal_sigma_px: its standard deviation. is_ambiguous: the fit says that the outline allows another one as well.
    """

    pose: Pose
    side: Side
    iou: float
    covariance: Array | None
    focal_px: float | None = None
    focal_sigma_px: float | None = None
    is_ambiguous: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What was offered, best first (nothing: the fit refused), and the CPU time from outline to answer."""

    offers: tuple[Found, ...]
    cpu_ms: float


def answered(subject: Subject, case: FitCase, way: Way) -> Answer:
    """The program's answer. CPU time is of all threads of this process, reading the outline included."""
    began = time.process_time()
    try:
        offers = _offers(subject, case, way)
    except FitError:
        offers = ()
    return Answer(offers, (time.process_time() - began) * 1e3)


def from_the_truth(subject: Subject, case: FitCase) -> Pose | None:
    """Where a robust descent ends that starts at the true pose: what a perfect search could lead to."""
    try:
        problem = problem_of_case(subject, case, case.side)
    except FitError:
        return None
    scene, mesh = problem.scene, problem.proxies.polish
    start = stand_of(case.true)
    view = (start.rotation, start.translation)
    lines = int(np.clip(scene.contour.length_px / 2, *_ORACLE_LINES))
    outline = visible_outline(mesh, start.rotation, translation=start.translation, lens=scene.lens, lines=lines)
    if outline is None:
        return None
    missed = np.abs(model_residuals(*view, scene.lens, outline.points_mm, outline.normals, scene.contour.field))
    spread = max(1.0, 1.8 * float(np.nanmedian(missed))) if np.isfinite(missed).any() else 1.0
    stage = Stage(lines, 500, rounds=6, steps=4, image_weight=4.0, kernel=TUKEY, scale_px=3.0 * spread, stop=1e-5)
    return pose_of(descend(mesh, scene, start=start, stage=stage, watch=lambda stand: None))


def step_ms(subject: Subject, case: FitCase) -> float:
    """CPU of one step of Levenberg and Marquardt on the finest mesh: outline, residuals, Jacobian and solution."""
    problem = problem_of_case(subject, case, case.side)
    stand = stand_of(case.true)
    lines = int(np.clip(problem.contour.length_px / 2, *_ORACLE_LINES))
    stage = Stage(lines, 500, rounds=1, steps=1, image_weight=4.0, kernel=TUKEY, scale_px=3.0)
    began = time.process_time()
    for _ in range(_TIMED_STEPS):
        descend(problem.proxies.polish, problem.scene, start=stand, stage=stage, watch=lambda stand: None)
    return (time.process_time() - began) * 1e3 / _TIMED_STEPS


def true_iou(subject: Subject, case: FitCase) -> float:
    """How well the true pose itself explains the outline that was given."""
    return overlap(problem_of_case(subject, case, case.side), case.true).iou


def problem_of_case(subject: Subject, case: FitCase, side: Side) -> FitProblem:
    """A case as the fit's question, for a shoe of that side and of the subject's own size."""
    return fit_problem(
        subject.mesh,
        model_length_mm=subject.length_mm,
        side=side,
        size=ShoeSize(subject.length_mm),
        camera=case.given_camera,
        region=case.region,
        ignored=case.ignored,
        clicks=case.clicks,
    )


def _offers(subject: Subject, case: FitCase, way: Way) -> tuple[Found, ...]:
    from core.fit.search import FULL, HIDDEN, LEAN, search_pose, search_sides

    if way is Way.SEARCH_SIDES:
        problems: Sequence[FitProblem] = [problem_of_case(subject, case, side) for side in (Side.LEFT, Side.RIGHT)]
        return tuple(_found(h) for h in search_sides(problems).hypotheses)
    problem = problem_of_case(subject, case, case.side)
    if way is Way.SEARCH_FOCAL:
        return tuple(_found(h) for h in search_pose(replace(problem, focal_sigma=FOCAL_SIGMA)).hypotheses)
    if way is Way.SEARCH_OTHER_SHAPED:
        from core.fit.shape import search_shapes

        return tuple(_found(h) for h in search_shapes([problem]).hypotheses)
    if way is Way.REFINE:
        fit = refine_pose(problem, case.start)
        return (Found(fit.pose, case.side, fit.iou, fit.covariance),)
    if way is Way.SEARCH_SPHERE:
        outcome = search_pose(problem, upright=None)
    else:
        effort = {Way.SEARCH_LEAN: LEAN, Way.SEARCH_HIDDEN: HIDDEN}.get(way, FULL)
        outcome = search_pose(problem, effort=effort)
    return tuple(_found(h) for h in outcome.hypotheses)


def _found(one: Hypothesis) -> Found:
    focal = (one.focal_px, one.focal_sigma_px)
    return Found(one.pose, one.side, one.iou, one.covariance, *focal, is_ambiguous=bool(one.ambiguous_with))
