"""A pose found from an outline alone: what it suggests at first sight, brought nearer in three stages and ranked.

Clicks and the floor rank what the outline allows, four clicks suggest a pose of their own, and both, with a focal
length left free, join the least squares of those that are brought to the end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.fit.ambiguity import rivalry, widened
from core.fit.candidates import (
    Candidate,
    apart,
    distinct,
    firsts_of_sides,
    hidden_loss,
    iou_loss,
    shortlist,
)
from core.fit.cuts import straight_cuts, without_beyond
from core.fit.descent import coarsely_descended
from core.fit.doubt import doubt_of
from core.fit.errors import FitCancelled, FitError
from core.fit.hypotheses import ANYHOW, Silhouette, Upright, allowed, suggestions
from core.fit.joint import clicked_stands, joint_covariance, likelier_joined, weighed
from core.fit.occluders import without_occluders
from core.fit.overlap import overlap
from core.fit.pixel_exact import sharpened
from core.fit.problem import FitProblem
from core.fit.proportions import Proportions
from core.fit.residuals import CAUCHY
from core.fit.solver import Stage, Stand, descend
from core.fit.stages import COARSE_SAMPLES, coarse_scales, hidden_stages, last_stage, middle_stage
from core.fit.viewpoints import sized_viewpoints
from core.geometry.pose import Pose
from core.labels.instance import Side

__all__ = ["FULL", "HIDDEN", "LEAN", "Effort", "Hypothesis", "SearchOutcome", "Upright", "search_pose", "search_sides"]

Array = NDArray[np.float64]
OnStep = Callable[[Pose, float], bool]

UPRIGHT = Upright()
_SLACK_DEG = 7.0  # views lie eleven degrees apart
_END_SLACK_DEG = 3.0
_HIDDEN_ENOUGH = 0.03  # of the outline
_LENIENCY = 0.3
_HIDDEN_IMAGE_WEIGHT = 6.0
_LIKELY = 0.4
_HOPELESS = 0.03  # what a polish gains at most
_FAR_WORSE = 10.0
_SCORE_GAP = 0.15
_EXPLAINED = 0.04  # a loss at which nothing else need be supposed
_CUT_DOUBT = 0.04
_CUT_STARTS, _CUT_KEPT = 64, 16
_FEWEST_SAMPLES = 24
_SUPPOSITIONS = 2


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried. starts: suggestions taken up, apart_deg from each other; steps: of Gauss-Newton on each;

    kept: looked at with exact outlines; polished: brought to the end; enough_iou: an overlap at which no other
    suggestion needs to be looked at; hidden: parts of the shoe may be hidden by what nobody marked.
    """

    starts: int
    apart_deg: float
    steps: int
    kept: int
    polished: int
    enough_iou: float = 2.0
    hidden: bool = False


FULL = Effort(starts=32, apart_deg=8.0, steps=6, kept=8, polished=3)
LEAN = Effort(starts=8, apart_deg=8.0, steps=4, kept=3, polished=2, enough_iou=0.995)
HIDDEN = Effort(starts=128, apart_deg=6.0, steps=8, kept=40, polished=4, hidden=True)


@dataclass(frozen=True, slots=True, eq=False)
class Hypothesis:
    """A pose that explains the outline. iou in 0..1 and mean two-way contour distance in px, of the outline as given.

    cost: the robust one in px², or, where parts may be hidden, what is ranked by: its share in the most it can be.
    covariance: (6, 6) in (omega rad, v mm), None where the pose was not brought to the end. focal_px: fx that was found
    with the pose, and its standard deviation; None where the camera was known or the pose not brought to the end.
    ambiguous_with: indices of other hypotheses that the outline allows about as well or better. doubt: a sentence why
    the shoe model cannot explain the outline, "" when it can. proportions: None where they were not looked for.
    """

    pose: Pose
    side: Side
    iou: float
    contour_px: float
    cost: float
    covariance: Array | None
    focal_px: float | None = None
    focal_sigma_px: float | None = None
    ambiguous_with: tuple[int, ...] = ()
    doubt: str = ""
    proportions: Proportions | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SearchOutcome:
    """Distinct hypotheses, the best first, at most ten; cpu_ms: the CPU time it took."""

    hypotheses: tuple[Hypothesis, ...]
    cpu_ms: float


def search_pose(
    problem: FitProblem,
    *,
    upright: Upright | None = UPRIGHT,
    effort: Effort = FULL,
    on_step: OnStep | None = None,
) -> SearchOutcome:
    """The poses whose outline is the region's, looked for everywhere in front of the camera.

    upright: None when nothing is known of how the photo was taken. on_step(pose, fraction) is called with the best pose
    so far; when it returns False the search is left by FitCancelled. Raises FitError when there is none.
    """
    return search_sides((problem,), upright=upright, effort=effort, on_step=on_step)


def search_sides(
    problems: Sequence[FitProblem],
    *,
    upright: Upright | None = UPRIGHT,
    effort: Effort = FULL,
    on_step: OnStep | None = None,
) -> SearchOutcome:
    """`search_pose` of several problems with one outline, as the right and the left shoe, ranked together."""
    began = time.thread_time()
    watch = _Watch(on_step)
    found: list[Candidate] = []
    for index, problem in enumerate(problems):
        watch.span(0.6 * index / len(problems), 0.6 * (index + 1) / len(problems))
        near = _near(problem, upright=upright, effort=effort, watch=watch)
        if effort.hidden:
            near += _behind_cuts(problem, near, upright=upright, effort=effort, watch=watch)
        found += near
    if not found:
        raise FitError(
            "No pose of this shoe explains the outline. Check the camera's field of view, the shoe model and its size."
        )
    watch.span(0.6, 1.0)
    limits = _limits(upright, _END_SLACK_DEG)
    found = _polished(shortlist(distinct(found)), limits, effort=effort, watch=watch)
    hypotheses = _compared(distinct(found), effort)
    return SearchOutcome(hypotheses, (time.thread_time() - began) * 1e3)


class _Watch:
    """Tells whoever watches the best pose so far, and stops the search when he says so."""

    def __init__(self, on_step: OnStep | None) -> None:
        self._on_step = on_step
        self._from, self._to, self._done = 0.0, 0.0, 0.0
        self._best: Candidate | None = None

    def span(self, start: float, end: float) -> None:
        """The share of the work that follows."""
        self._from, self._to = start, end

    def tell(self, candidate: Candidate, share: float) -> None:
        """A pose was brought nearer; `share` of the span is done."""
        if self._best is None or candidate.loss <= self._best.loss:
            self._best = candidate
        self._done = max(self._done, self._from + share * (self._to - self._from))
        if self._on_step is not None and not self._on_step(self._best.pose, self._done):
            raise FitCancelled("The search was stopped.")


def _near(problem: FitProblem, *, upright: Upright | None, effort: Effort, watch: _Watch) -> list[Candidate]:
    """Candidates brought near with the search mesh."""
    limits = _limits(upright, _END_SLACK_DEG)
    stands = [s for s in _coarse(problem, upright, effort) if allowed(s.rotation, s.translation, limits)]
    kept = apart(stands)[: effort.kept]
    clicked = [s for s in clicked_stands(problem) if allowed(s.rotation, s.translation, limits)]
    kept = apart([*kept, *clicked])
    found = (_exact_hidden if effort.hidden else _exact)(problem, kept, limits, effort=effort, watch=watch)
    # Where the outline is poor it leads away from good clicks: their own pose stays beside what came of it.
    loss = hidden_loss if effort.hidden else iou_loss
    found += [Candidate(problem, stand, weighed(problem, stand, loss(problem, stand))) for stand in clicked]
    return [candidate for candidate in found if candidate.loss < 1.0]


def _behind_cuts(
    problem: FitProblem, found: list[Candidate], *, upright: Upright | None, effort: Effort, watch: _Watch
) -> list[Candidate]:
    """Candidates that suppose something hides the shoe beyond a straight side of its outline."""
    if min((candidate.loss for candidate in found), default=1.0) < _EXPLAINED:
        return []
    smaller = replace(effort, starts=_CUT_STARTS, kept=_CUT_KEPT)
    supposed: list[Candidate] = []
    for cut in straight_cuts(problem.contour):
        contour = without_beyond(problem.contour, cut)
        if len(contour.samples.at_px) < _FEWEST_SAMPLES:
            continue
        near = _near(replace(problem, contour=contour), upright=upright, effort=smaller, watch=watch)
        supposed += [replace(c, asked=problem, doubt=_CUT_DOUBT, loss=c.loss + _CUT_DOUBT) for c in near]
        if min((candidate.loss for candidate in near), default=1.0) < _EXPLAINED:
            break
    return supposed


def _limits(upright: Upright | None, slack_deg: float) -> Array:
    return ANYHOW if upright is None else upright.limits(slack_deg)


def _coarse(problem: FitProblem, upright: Upright | None, effort: Effort) -> list[Stand]:
    """What the outline suggests, brought nearer on the outlines kept of the views, the likeliest first."""
    scene, contour = problem.scene, problem.contour
    mirrored = problem.side is Side.LEFT
    views = sized_viewpoints((problem.right or problem.proxies).search, problem.factors)
    silhouette = Silhouette.of(contour.pixels, scene.lens, mirrored=mirrored)
    if silhouette.solid_angle <= 0.0:
        return []
    partial = effort.hidden or _is_partial(problem)
    seen = suggestions(
        views,
        silhouette.partial_queries(_LENIENCY if effort.hidden else 1.0) if partial else [silhouette.query()],
        mirrored=mirrored,
        limits=_limits(upright, _SLACK_DEG),
        count=effort.starts,
        apart_deg=effort.apart_deg,
    )
    if not partial:
        seen = seen.likeliest(_SCORE_GAP)
    rotations, translations, costs = coarsely_descended(
        views,
        seen.rotations,
        seen.translations,
        scene.lens,
        contour.field,
        contour.thinned(COARSE_SAMPLES),
        coarse_scales(contour.length_px, effort.steps),
        CAUCHY,
        _HIDDEN_IMAGE_WEIGHT if effort.hidden else 1.0,
    )
    enough = np.inf if effort.hidden else _FAR_WORSE * costs.min(initial=np.inf)
    order = [int(i) for i in np.argsort(costs, kind="stable") if np.isfinite(costs[i]) and costs[i] <= enough]
    return [Stand(rotations[i], translations[i], float(costs[i])) for i in order]


def _is_partial(problem: FitProblem) -> bool:
    """Whether a marked occluder or the photo's border takes away some of the outline."""
    contour = problem.contour
    low, high = contour.hull_px.min(axis=0), contour.hull_px.max(axis=0)
    frame = contour.field.frame
    at_border = bool((low < frame[:2]).any() or (high > frame[2:]).any())
    return contour.hidden_share > _HIDDEN_ENOUGH and (bool(problem.ignored) or at_border)


def _exact(
    problem: FitProblem, stands: list[Stand], limits: Array, *, effort: Effort, watch: _Watch
) -> list[Candidate]:
    """Stands brought nearer on exact outlines, until one is good enough."""
    stage = middle_stage(problem.contour.length_px)
    found: list[Candidate] = []
    for index, start in enumerate(stands):
        stand = _nearer(problem, start, [stage], limits)
        found.append(Candidate(problem, stand, weighed(problem, stand, iou_loss(problem, stand))))
        watch.tell(found[-1], (index + 1) / len(stands))
        if found[-1].loss <= 1.0 - effort.enough_iou:
            break
    return found


def _exact_hidden(
    problem: FitProblem, stands: list[Stand], limits: Array, *, effort: Effort, watch: _Watch
) -> list[Candidate]:
    """Stands brought nearer on the parts of the outline that fit; the likelier of them the more so."""
    gentle, *strict = hidden_stages(problem.contour.length_px)
    gone = []
    for start in stands:
        gone.append(_nearer(problem, start, [gentle], limits))
        nearest = min(gone, key=lambda stand: stand.cost)
        watch.tell(Candidate(problem, nearest, 1.0), 0.5 * len(gone) / len(stands))
    likely = apart(sorted(gone, key=lambda stand: stand.cost))[: int(_LIKELY * len(stands)) + 1]
    found: list[Candidate] = []
    for start in likely:
        stand = _nearer(problem, start, strict, limits)
        found.append(Candidate(problem, stand, weighed(problem, stand, hidden_loss(problem, stand))))
        watch.tell(found[-1], 0.5 + 0.5 * len(found) / len(likely))
    return found


def _nearer(problem: FitProblem, start: Stand, stages: Sequence[Stage], limits: Array) -> Stand:
    """The stand after some stages; the start where they lead out of the limits, within which nothing holds it."""
    stand = start
    for stage in stages:
        stand = descend(problem.proxies.search, problem.scene, start=stand, stage=stage, watch=_nobody)
    return stand if allowed(stand.rotation, stand.translation, limits) else start


def _polished(candidates: list[Candidate], limits: Array, *, effort: Effort, watch: _Watch) -> list[Candidate]:
    """The first few brought to the end with the polish mesh, the others as they are; all measured."""
    found: list[Candidate] = []
    for index, candidate in enumerate(candidates):
        problem, stand = candidate.problem, candidate.stand
        likely = index < effort.polished and candidate.loss - _HOPELESS < min((c.loss for c in found), default=1.0)
        polished = likely or candidate in firsts_of_sides(candidates)
        if polished:
            nearer, evidence = _finished(problem, stand, effort)
            if allowed(nearer.rotation, nearer.translation, limits):
                # The focal length found holds for what was asked, too.
                stand, problem = nearer, replace(problem, camera=evidence.camera)
                asked = replace(candidate.asked or problem, camera=evidence.camera)
                candidate = replace(candidate, problem=evidence, asked=asked)
        candidate = replace(candidate, stand=stand, polished=polished)
        measured = overlap(candidate.asked or problem, candidate.pose)
        loss = hidden_loss(problem, stand) + candidate.doubt if effort.hidden else 1.0 - measured.iou
        loss = weighed(problem, stand, loss)
        found.append(replace(candidate, measured=measured, loss=loss))
        watch.tell(found[-1], (index + 1) / len(candidates))
    return found


def _finished(problem: FitProblem, stand: Stand, effort: Effort) -> tuple[Stand, FitProblem]:
    """The stand brought to the end, and the evidence it rests on: where parts may be hidden, without those."""
    mesh, stage = problem.proxies.polish, last_stage(problem.contour.length_px)
    start = stand
    stand = descend(mesh, problem.scene, start=start, stage=stage, watch=_nobody)
    evidence = problem
    for _ in range(_SUPPOSITIONS if effort.hidden else 0):
        contour = without_occluders(problem, stand)
        if contour is None or len(contour.samples.at_px) < _FEWEST_SAMPLES:
            break
        evidence = replace(problem, contour=contour)
        stand = descend(mesh, evidence.scene, start=stand, stage=stage, watch=_nobody)
    evidence, stand = likelier_joined(evidence, stand, start)
    return sharpened(evidence, stand), evidence


def _compared(candidates: list[Candidate], effort: Effort) -> tuple[Hypothesis, ...]:
    """The answer: each with its doubt, and with those of the others that the outline does not rule out."""
    found = [_hypothesis(candidate, effort=effort) for candidate in candidates]
    compared = rivalry(candidates)
    covariances = widened([one.covariance for one in found], candidates, compared.nats)
    return tuple(
        replace(one, covariance=covariance, ambiguous_with=rivals)
        for one, covariance, rivals in zip(found, covariances, compared.rivals, strict=True)
    )


def _hypothesis(candidate: Candidate, *, effort: Effort) -> Hypothesis:
    problem, stand, measured = candidate.problem, candidate.stand, candidate.measured
    covariance, spread = joint_covariance(problem, stand) if candidate.polished else (None, 0.0)
    focal_px = problem.camera.fx_px if candidate.polished and problem.focal_sigma > 0 else None
    sigma_px = None if focal_px is None else focal_px * spread
    cost = candidate.loss if effort.hidden else stand.cost
    figures = (measured.iou, measured.contour_px, cost)
    doubt = doubt_of(problem, candidate.pose)
    return Hypothesis(candidate.pose, candidate.side, *figures, covariance, focal_px, sigma_px, doubt=doubt)


def _nobody(_: Stand) -> None:
    """A step that is only tried."""
