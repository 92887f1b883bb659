"""Pose and proportions together: for a shoe that is wider, narrower, higher or lower than its model.

The poses that the model's own proportions suggest are each brought nearer with width and height left free, and ranked
by what is then left of the outline's error and by how far the proportions had to go: the right side of a shoe of
another model gains more by a mild change than the wrong one. Where that leaves too much, as of a high-top on a low
one's outline, all changes of `warps` are tried, for the pose alone. No length is found: it and the distance look the
same.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.fit.candidates import APART_DEG
from core.fit.doubt import doubt_of
from core.fit.errors import FitCancelled, FitError
from core.fit.hypotheses import ANYHOW, Upright, allowed
from core.fit.joint import joined, joint_covariance, less_likely
from core.fit.overlap import overlap
from core.fit.problem import FitProblem
from core.fit.proportions import Model, Proportions, ShapedStand, shaped_descent
from core.fit.refine import FitOutcome, pose_of, refine_pose, stand_of
from core.fit.residuals import CAUCHY
from core.fit.search import FULL, UPRIGHT, Effort, Hypothesis, OnStep, SearchOutcome, search_sides
from core.fit.solver import Stage, Stand
from core.fit.warps import PROPORTIONS, RATIO_SIGMA, SHAPE, Freedom, half_of, moved_points
from core.geometry.pose import Pose, rotation_angle_deg
from core.labels.instance import Side
from core.render.outline import OutlineMesh

Array = NDArray[np.float64]

_STARTS, _KEPT, _POLISHED, _MOST = 48, 12, 3, 6
_EXPLAINED = 2e-4  # of the squared length: a loss at which the proportions say enough
_FINAL_ROUNDS, _SETTLED = 8, 0.97
_MEASUREMENTS = 10.0  # independent ones in the outline of a shoe of another model
_WIDE, _CLOSE = 0.03, 0.015  # of the shoe's length: where an error counts less
_IMAGE_WEIGHT = 2.0
_END_SLACK_DEG = 3.0
_NONE = "No pose of this shoe, of whatever proportions, explains the outline. Check the camera's field of view."


@dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    """A problem at its own proportions, what was found for it, and what it is ranked by."""

    problem: FitProblem
    shaped: ShapedStand
    loss: float
    source: Hypothesis
    freedom: Freedom


def search_shapes(
    problems: Sequence[FitProblem],
    *,
    upright: Upright | None = UPRIGHT,
    effort: Effort = FULL,
    on_step: OnStep | None = None,
) -> SearchOutcome:
    """`search_sides` with the proportions free: hypotheses that carry theirs, the best first, at most six.

    The camera's focal length and what is hidden are as the search for the pose alone finds them; clicks and the floor
    join in at the end. Raises FitError when there is none, FitCancelled when on_step says so.
    """
    began = time.thread_time()
    wider = replace(effort, starts=max(effort.starts, _STARTS), kept=max(effort.kept, _KEPT), polished=1)
    first = search_sides(problems, upright=upright, effort=wider, on_step=_share_of(on_step, 0.0, 0.5))
    limits = ANYHOW if upright is None else upright.limits(_END_SLACK_DEG)
    by_side = {problem.side: problem for problem in problems}
    found: list[_Fitted] = []
    for freedom, fraction in ((PROPORTIONS, 0.6), (SHAPE, 0.8)):
        if min((one.loss for one in found), default=1.0) < _EXPLAINED:
            break
        tried = [_nearer(_refocused(by_side[one.side], one), one, freedom) for one in first.hypotheses]
        found = [one for one in tried if np.isfinite(one.loss) and _is_allowed(one.shaped.stand, limits)] or found
        if not found:
            raise FitError(_NONE)
        _tell(on_step, min(found, key=lambda one: one.loss), fraction)
    ranked = sorted(found, key=lambda one: one.loss)[:_MOST]
    hypotheses = []
    for index, one in enumerate(ranked):
        finished = _finished(one) if index < _POLISHED else one.shaped
        kept = _is_allowed(finished.stand, limits)
        hypotheses.append(_hypothesis(one, finished if kept else one.shaped, covered=index < _POLISHED))
        _tell(on_step, ranked[0], 0.8 + 0.2 * (index + 1) / len(ranked))
    return SearchOutcome(_distinct(hypotheses), (time.thread_time() - began) * 1e3)


def refine_shape(problem: FitProblem, start: Pose, *, on_step: OnStep | None = None) -> FitOutcome:
    """`refine_pose`, and from where it ends the pose and the proportions together."""
    began = time.thread_time()
    first = refine_pose(problem, start, on_step=_share_of(on_step, 0.0, 0.7))
    source = Hypothesis(first.pose, problem.side, first.iou, first.contour_px, 0.0, first.covariance, first.focal_px)
    near = _nearer(_refocused(problem, source), source, PROPORTIONS)
    if not np.isfinite(near.loss):
        return first
    found = _hypothesis(near, _finished(near), covered=True)
    cpu_ms = (time.thread_time() - began) * 1e3
    figures = {"iou": found.iou, "contour_px": found.contour_px, "covariance": found.covariance, "cpu_ms": cpu_ms}
    return replace(first, pose=found.pose, doubt=found.doubt, proportions=found.proportions, **figures)  # type: ignore[arg-type]


def resized(problem: FitProblem, factors: Array) -> FitProblem:
    """The problem of a shoe (3,) times as large along x, y and z; clicked landmarks go with it."""
    x, y, z = (float(factor) for factor in factors)
    own = problem.factors
    clicks = tuple(
        replace(click, at_mm=(click.at_mm[0] * x, click.at_mm[1] * y, click.at_mm[2] * z)) for click in problem.clicks
    )
    sized = problem.proxies.scaled(factors)
    return replace(problem, proxies=sized, factors=(own[0] * x, own[1] * y, own[2] * z), clicks=clicks)


def _share_of(on_step: OnStep | None, low: float, high: float) -> OnStep | None:
    if on_step is None:
        return None
    return lambda pose, fraction: on_step(pose, low + (high - low) * fraction)


def _tell(on_step: OnStep | None, best: _Fitted, fraction: float) -> None:
    if on_step is not None and not on_step(pose_of(best.shaped.stand), fraction):
        raise FitCancelled("The search was stopped.")


def _refocused(problem: FitProblem, source: Hypothesis) -> FitProblem:
    """With the focal length found with a pose, which then is known."""
    camera = problem.camera
    if source.focal_px is not None:
        fy_px = source.focal_px * camera.fy_px / camera.fx_px
        camera = replace(camera, fx_px=source.focal_px, fy_px=fy_px)
    return replace(problem, camera=camera, focal_sigma=0.0)


def _length_px(problem: FitProblem, stand: Stand) -> float:
    """How long the shoe is on the screen, were it seen from its side."""
    length_mm = float(np.ptp(problem.proxies.search.vertices_mm[:, 0]))
    return problem.camera.fx_px * length_mm / float(stand.translation[2])


def _is_allowed(stand: Stand, limits: Array) -> bool:
    return bool(allowed(stand.rotation, stand.translation, limits))


def _model(problem: FitProblem, freedom: Freedom, mesh: OutlineMesh, *, stiffness_px2: float) -> Model:
    half_mm = half_of(problem.proxies.polish, mirrored=problem.side is Side.LEFT)
    return Model(mesh, half_mm, np.asarray(freedom.precision * stiffness_px2))


def _nearer(problem: FitProblem, source: Hypothesis, freedom: Freedom) -> _Fitted:
    """Pose and changes from a pose with the search mesh; the loss is a share of the squared length."""
    start = stand_of(source.pose)
    length_px = _length_px(problem, start)
    wide = Stage(50, 160, rounds=2, steps=3, image_weight=_IMAGE_WEIGHT, kernel=CAUCHY, scale_px=_WIDE * length_px)
    close = replace(wide, rounds=4, scale_px=max(1.0, _CLOSE * length_px), stop=1e-3)
    size = 6 + freedom.count
    shaped = ShapedStand(start, np.zeros(freedom.count), np.inf, np.inf, np.zeros((size, size)))
    model = _model(problem, freedom, problem.proxies.search, stiffness_px2=(freedom.stiffness * length_px) ** 2)
    for stage in (wide, close):
        shaped = shaped_descent(model, problem.scene, shaped, stage=stage)
        if not np.isfinite(shaped.total):
            return _Fitted(problem, shaped, np.inf, source, freedom)
    likely = less_likely(resized(problem, _factors(problem, shaped)), shaped.stand)
    return _Fitted(problem, shaped, likely * shaped.total / length_px**2, source, freedom)


def _finished(one: _Fitted) -> ShapedStand:
    """Brought to the end with the polish mesh; the prior weighs what the outline's own error leaves it."""
    problem, shaped, freedom = one.problem, one.shaped, one.freedom
    length_px = _length_px(problem, shaped.stand)
    stage = Stage(
        int(np.clip(problem.contour.length_px / 2, 60, 200)),
        400,
        rounds=2,
        steps=3,
        image_weight=_IMAGE_WEIGHT,
        kernel=CAUCHY,
        scale_px=max(1.0, _CLOSE * length_px),
        stop=1e-4,
    )
    usual = (freedom.stiffness * length_px) ** 2
    for _ in range(_FINAL_ROUNDS):
        before = shaped.cost
        stiffness = usual if freedom is SHAPE else max(2.0 * shaped.cost / _MEASUREMENTS, 1e-3 * usual)
        model = _model(problem, freedom, problem.proxies.polish, stiffness_px2=stiffness)
        nearer = shaped_descent(model, problem.scene, shaped, stage=stage)
        if not np.isfinite(nearer.total):
            return shaped
        shaped = nearer
        if shaped.cost > _SETTLED * before:
            break
    return shaped


def _factors(problem: FitProblem, shaped: ShapedStand) -> Array:
    """(3,) that bring the model's box to the changed one's."""
    if len(shaped.amounts) == PROPORTIONS.count:
        return np.concatenate([[1.0], 1.0 + shaped.amounts])
    corners, half_mm = problem.proxies.corners_mm, half_of(problem.proxies.polish, mirrored=problem.side is Side.LEFT)
    ratios = np.ptp(moved_points(corners, half_mm, shaped.amounts), axis=0) / np.ptp(corners, axis=0)
    return np.asarray(ratios / ratios[0])


def _hypothesis(one: _Fitted, shaped: ShapedStand, *, covered: bool) -> Hypothesis:
    """Measured at its own proportions; covered: with a covariance."""
    factors = _factors(one.problem, shaped)
    problem = resized(one.problem, factors)
    known, stand = joined(problem, shaped.stand) if covered else (problem, shaped.stand)
    pose = pose_of(stand)
    measured = overlap(known, pose)
    unknown = (None, np.full(2, RATIO_SIGMA))
    covariance, sigmas = _spread(known, stand, shaped=shaped, freedom=one.freedom) if covered else unknown
    width, height = (float(value) for value in factors[1:])
    source = one.source
    return Hypothesis(
        pose,
        source.side,
        measured.iou,
        measured.contour_px,
        shaped.cost,
        covariance,
        source.focal_px,
        source.focal_sigma_px,
        doubt=doubt_of(known, pose),
        proportions=Proportions(width, height, float(sigmas[0]), float(sigmas[1])),
    )


def _spread(problem: FitProblem, stand: Stand, *, shaped: ShapedStand, freedom: Freedom) -> tuple[Array | None, Array]:
    """Covariance (6, 6) of the pose whatever the shape, and (2,) sigmas of width and height.

    The outline's equations in pose and changes are brought to what its covariance of the pose alone says, on average.
    """
    alone, _ = joint_covariance(problem, stand)
    if alone is None:
        return None, np.full(2, RATIO_SIGMA)
    share = 6.0 / max(float((shaped.hessian[:6, :6] * alone).sum()), 1e-300)
    total = share * shaped.hessian
    total[6:, 6:] += freedom.precision
    scale = 1.0 / np.sqrt(np.maximum(np.diag(total), 1e-300))
    inverse = np.linalg.pinv(total * np.outer(scale, scale), rcond=1e-12, hermitian=True) * np.outer(scale, scale)
    return (inverse[:6, :6] + inverse[:6, :6].T) / 2, np.sqrt(np.diag(inverse)[6:8])


def _distinct(hypotheses: list[Hypothesis]) -> tuple[Hypothesis, ...]:
    """Each more than APART_DEG from the better ones of its side."""
    kept: list[Hypothesis] = []
    for one in hypotheses:
        rivals = (other for other in kept if other.side is one.side)
        if all(rotation_angle_deg(one.pose, other.pose) > APART_DEG for other in rivals):
            kept.append(one)
    return tuple(kept)
