"""A pose looked for where something else suggests it: a pair's other shoe on its floor, the photo taken before."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from core.fit.errors import FitError
from core.fit.joint import weighed
from core.fit.problem import FitProblem
from core.fit.refine import refine_pose, stand_of
from core.fit.search import Hypothesis, SearchOutcome, search_pose
from core.fit.silhouette import overlap_iou
from core.geometry.pose import Pose, rotation_angle_deg

OnStep = Callable[[Pose, float], bool]

_REFINED = 4  # of the starts, those that cover most of the outline
_SAME_DEG = 8.0
_NEAR_DEG = 30.0
_NEAR_LOSS = 0.8  # what a loss counts where a start lies near: the outline alone does not know of it
_MOST = 6
_HOPELESS = 8.0  # times the best one's cost


def search_from(problem: FitProblem, starts: Sequence[Pose], *, on_step: OnStep | None = None) -> SearchOutcome:
    """The poses that explain the outline, those near a start before others that do so about as well.

    The starts that cover most of the outline are refined; with them goes what `search_pose` finds everywhere, so that
    starts that are all wrong do no harm. on_step and FitError as there.
    """
    began = time.thread_time()
    refined = _refined(problem, starts, on_step)
    try:
        found = list(search_pose(problem, on_step=_later(on_step)).hypotheses)
    except FitError:
        found = []
    if not found and not refined:
        raise FitError(
            "No pose of this shoe explains the outline. Check the camera's field of view, the shoe model and its size."
        )
    for one in refined:
        at = next((i for i, other in enumerate(found) if _same(one, other)), None)
        if at is None:
            found.append(one)
        elif found[at].covariance is None:  # the search did not bring it to the end
            found[at] = replace(one, ambiguous_with=found[at].ambiguous_with)
    costs = [_cost(problem, one, starts) for one in found]
    likely = [i for i in range(len(found)) if costs[i] <= _HOPELESS * min(costs)]
    order = sorted(likely, key=lambda i: costs[i])[:_MOST]
    places = {old: new for new, old in enumerate(order)}
    hypotheses = tuple(
        replace(
            found[old],
            # That a bad one might as well be the best says nothing.
            ambiguous_with=tuple(
                sorted(places[i] for i in found[old].ambiguous_with if i in places and old in found[i].ambiguous_with)
            ),
        )
        for old in order
    )
    return SearchOutcome(hypotheses, (time.thread_time() - began) * 1e3)


def _refined(problem: FitProblem, starts: Sequence[Pose], on_step: OnStep | None) -> list[Hypothesis]:
    found: list[Hypothesis] = []
    for index, start in enumerate(sorted(starts, key=lambda pose: -_covered(problem, pose))[:_REFINED]):
        begun = 0.7 * index / _REFINED
        if on_step is not None:
            on_start = _within(on_step, begun, 0.7 / _REFINED)
        try:
            fit = refine_pose(problem, start, on_step=None if on_step is None else on_start)
        except FitError:
            continue  # a start may lie anywhere; another one, or the search, may do better
        one = Hypothesis(
            fit.pose,
            problem.side,
            fit.iou,
            fit.contour_px,
            1.0 - fit.iou,
            fit.covariance,
            fit.focal_px,
            fit.focal_sigma_px,
            doubt=fit.doubt,
        )
        if not any(_same(one, other) for other in found):
            found.append(one)
    return found


def _covered(problem: FitProblem, pose: Pose) -> float:
    """IoU at a start as it is; -1 behind the camera."""
    if float(pose.translation_mm[2]) <= 0.0:
        return -1.0
    rotation, scene = np.ascontiguousarray(pose.rotation), problem.scene
    moved = pose.translation_mm.copy()
    mesh = problem.proxies.search
    return overlap_iou(mesh, rotation, translation=moved, lens=scene.lens, pixels=scene.contour.pixels)


def _cost(problem: FitProblem, one: Hypothesis, starts: Sequence[Pose]) -> float:
    loss = weighed(problem, stand_of(one.pose), 1.0 - one.iou)
    near = any(rotation_angle_deg(one.pose, start) < _NEAR_DEG for start in starts)
    return loss * (_NEAR_LOSS if near else 1.0)


def _same(one: Hypothesis, other: Hypothesis) -> bool:
    return rotation_angle_deg(one.pose, other.pose) < _SAME_DEG


def _later(on_step: OnStep | None) -> OnStep | None:
    return None if on_step is None else _within(on_step, 0.7, 0.3)


def _within(on_step: OnStep, begun: float, share: float) -> OnStep:
    return lambda pose, fraction: on_step(pose, begun + share * fraction)
