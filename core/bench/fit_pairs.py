"""Pairs for measuring the fit: a right and a left shoe side by side on one floor, drawn with 40 vertices each.

Asked together, and each alone from the same start, so that what the common floor is worth stands beside it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from core.bench.fit_cases import FitCase, Kind
from core.bench.fit_measures import Row, Share, coverage, row_of, usual_numbers, usual_shares
from core.bench.fit_noise import hand_drawn, pixel_outline
from core.bench.fit_views import Range, Subject, View, draw_view
from core.bench.fit_ways import Answer, Found, problem_of_case
from core.fit.errors import FitError
from core.fit.pair import refine_pair
from core.fit.refine import FitOutcome, refine_pose
from core.geometry.pose import Pose
from core.labels.instance import Side
from core.render.raster import mesh_mask

_PAIRS, _STARTS = 4, 5  # streams of random numbers of a case, beside its view's
_ASIDE = (0.36, 0.6)  # between the middles of two shoes, in lengths
_AHEAD, _YAW_DEG = 0.25, 20.0
_FLOOR_DEG, _FLOOR_MM = 0.5, 1.0  # soles bend, floors are not flat
_START_DEG, _START_SHARE = 8.0, 0.04
_INSET_PX = 4.0
_NEAREST_MM = 1.0
_LEAST_SEEN = 0.97  # of a shoe's own mask: more hidden by the other one is another kind of case


@dataclass(frozen=True, slots=True, eq=False)
class PairCase:
    """Two questions with one answer each, of a right and of a left shoe, and how many pairs were thrown away."""

    right: FitCase
    left: FitCase
    rejected: int


@dataclass(frozen=True, slots=True, eq=False)
class PairFigures:
    """Both shoes of each pair as rows; what the single fits found is in the shares and numbers named alone_*."""

    rows: list[Row]
    rejected: int
    shares: dict[str, Share]
    numbers: dict[str, float]


def pair_cases(subject: Subject, kind: Kind, *, size: tuple[int, int], count: int, seed: int) -> Iterator[PairCase]:
    """`count` pairs; each has its own seed."""
    for index in range(count):
        yield pair_case(subject, kind, size=size, seed=seed, index=index)


def pair_case(subject: Subject, kind: Kind, *, size: tuple[int, int], seed: int, index: int) -> PairCase:
    """The pair of that index: a view of the right shoe, and the left one beside it where both are seen whole."""
    rng = np.random.default_rng([seed, index, _PAIRS])
    left = subject.mirrored()
    rejected = 0
    while True:
        view = draw_view(rng, subject, Range(*size))
        rejected += view.rejected
        pose = _beside(rng, view.pose, subject.length_mm)
        mask = _seen(left, pose, view)
        if mask is not None:
            break
        rejected += 1
    starts = np.random.default_rng([seed, index, _STARTS])
    other = View(view.camera, pose, mask, 0)
    cases = [_case(kind, one, side, rng=rng, starts=starts) for one, side in ((view, Side.RIGHT), (other, Side.LEFT))]
    return PairCase(cases[0], cases[1], rejected)


def with_pairs(subject: Subject, kind: Kind, *, size: tuple[int, int], count: int, seed: int) -> PairFigures:
    """What fitting pairs together finds, beside what fitting each shoe alone finds from the same starts."""
    sided = (subject, subject.mirrored())
    _answered(subject, pair_case(subject, kind, size=size, seed=seed, index=count))
    rows: list[Row] = []
    alone: list[Row] = []
    rejected = 0
    for case in pair_cases(subject, kind, size=size, count=count, seed=seed):
        together, singly = _answered(subject, case)
        for which, one in enumerate((case.right, case.left)):
            rows.append(row_of(sided[which], one, together[which]))
            alone.append(row_of(sided[which], one, singly[which]))
        rejected += case.rejected
    single = {f"alone_{name}": value for name, value in usual_numbers(alone).items() if name in _COMPARED}
    shares = usual_shares(rows) | coverage(rows)[0]
    shares |= {f"alone_{name}": share for name, share in usual_shares(alone).items() if name in _COMPARED}
    return PairFigures(rows, rejected, shares, usual_numbers(rows) | coverage(rows)[1] | single)


_COMPARED = ("add_01", "add_002", "rot_median_deg", "rot_p90_deg", "t_median_pct", "cpu_ms_median")


def _answered(subject: Subject, case: PairCase) -> tuple[list[Answer], list[Answer]]:
    """Together and alone, right and left; a pair's CPU time is shared out to the two."""
    problems = [problem_of_case(subject, one, one.side) for one in (case.right, case.left)]
    starts = (case.right.start, case.left.start)
    began = time.process_time()
    try:
        found = refine_pair(problems[0], problems[1], starts=starts)
        offers = [_offer(found.first, Side.RIGHT), _offer(found.second, Side.LEFT)]
    except FitError:
        offers = [(), ()]
    cpu_ms = (time.process_time() - began) * 1e3 / 2
    alone = []
    for problem, start, side in zip(problems, starts, (Side.RIGHT, Side.LEFT), strict=True):
        began = time.process_time()
        try:
            offer = _offer(refine_pose(problem, start), side)
        except FitError:
            offer = ()
        alone.append(Answer(offer, (time.process_time() - began) * 1e3))
    return [Answer(offer, cpu_ms) for offer in offers], alone


def _offer(found: FitOutcome, side: Side) -> tuple[Found, ...]:
    return (Found(found.pose, side, found.iou, found.covariance),)


def _case(kind: Kind, view: View, side: Side, *, rng: Generator, starts: Generator) -> FitCase:
    outline = pixel_outline(view.mask)
    region = hand_drawn(outline, rng) if kind.is_drawn else outline
    turn, move = starts.normal(size=3), starts.normal(size=3)
    turn *= np.radians(_START_DEG) / np.linalg.norm(turn)
    move *= _START_SHARE * np.linalg.norm(view.pose.translation_mm) / np.linalg.norm(move)
    start = view.pose.moved(np.concatenate([turn, move]))
    return FitCase(view.camera, view.camera, view.pose, side, region, (), start, view.rejected)


def _beside(rng: Generator, right: Pose, length_mm: float) -> Pose:
    """The left shoe to the wearer's left, a little ahead or behind, turned a little, on nearly the same floor."""
    yaw = Pose.exp([0.0, 0.0, np.radians(rng.uniform(-_YAW_DEG, _YAW_DEG)), 0.0, 0.0, 0.0])
    bend = Pose.exp([*(np.radians(_FLOOR_DEG) * rng.normal(size=2)), 0.0, 0.0, 0.0, 0.0])
    aside, ahead = rng.uniform(*_ASIDE) * length_mm, rng.uniform(-_AHEAD, _AHEAD) * length_mm
    return right @ Pose.exp([0.0, 0.0, 0.0, ahead, aside, _FLOOR_MM * rng.normal()]) @ yaw @ bend


def _seen(left: Subject, pose: Pose, view: View) -> np.ndarray | None:
    """The left shoe's pixels where both shoes are seen whole; None where one hides the other or the border cuts it."""
    points = pose.apply(left.corners_mm)
    if points[:, 2].min() < _NEAREST_MM:
        return None
    pixels = view.camera.project(points)
    size = np.array([view.camera.width_px, view.camera.height_px])
    if not ((pixels > _INSET_PX).all() and (pixels < size - _INSET_PX).all()):
        return None
    mask = mesh_mask(left.mesh, pose, view.camera)
    hidden = float((mask & view.mask).sum())
    return mask if hidden < (1.0 - _LEAST_SEEN) * float(min(mask.sum(), view.mask.sum())) else None
