"""Two shoes that stand on one floor, fitted together: each one's outline, and that their soles lie in one plane.

Each outline has its own minimum and the covariance of its pose, which says in which directions the outline leaves the
pose loose. The two are joined where they are likeliest together: twelve parameters, (w rad, v mm) of each, with
residuals for the difference of the up-axes and of the heights of the soles, Cauchy's, which lets go of a pair that does
not stand on one floor.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.fit.errors import FitError
from core.fit.overlap import overlap
from core.fit.problem import FitProblem
from core.fit.refine import FitOutcome, pose_of, refine_pose, stand_of
from core.fit.residuals import stepped
from core.fit.solver import Stand
from core.geometry.mirror_twin import mirror_twin
from core.geometry.on_floor import apart_on_the_floor
from core.geometry.pose import Pose

Array = NDArray[np.float64]
OnStep = Callable[[int, Pose, float], bool]

_CUT = 2.5  # standard deviations from which on a disagreement counts less
_STEPS = 12
_STOP = 1e-6
_OUTLINE_MEASUREMENTS = 16.0  # independent ones in an outline drawn by hand
_LEAST_LOSS = 0.003
_TWIN_IOU = 0.85  # a twin below explains nothing


@dataclass(frozen=True, slots=True)
class SharedFloor:
    """How exactly two shoes share a floor. tilt_deg: standard deviation of the angle between their up-axes, about each

    axis in the plane; height_mm: of the difference of their soles' heights.
    """

    tilt_deg: float = 1.5
    height_mm: float = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class PairOutcome:
    """Both poses with what was measured of each, and how far they are from one floor now; cpu_ms of all."""

    first: FitOutcome
    second: FitOutcome
    tilt_deg: float
    height_mm: float
    cpu_ms: float


class Coupling(NamedTuple):
    """What the common floor adds to the normal equations of (w, v) of the first and of the second: (12, 12), (12,)."""

    hessian: Array
    gradient: Array
    cost: float


def refine_pair(
    first: FitProblem,
    second: FitProblem,
    *,
    starts: tuple[Pose, Pose],
    floor: SharedFloor | None = None,
    on_step: OnStep | None = None,
) -> PairOutcome:
    """The poses of two shoes near `starts` that explain both outlines and stand on one floor.

    Where an outline allows the mirror twin as well, the one is taken that stands with the other shoe. on_step(which,
    pose, fraction) is told of accepted steps, of shoe 0 and of shoe 1; FitCancelled when it returns False. Raises
    FitError as `refine_pose` does, naming which shoe.
    """
    began = time.thread_time()
    floor = floor or SharedFloor()
    problems = (first, second)
    found = [_allowed(problems[i], starts[i], _watched(on_step, i)) for i in range(2)]
    soles = (_sole_mm(first), _sole_mm(second))
    best: tuple[float, tuple[FitOutcome, FitOutcome], tuple[Stand, Stand], tuple[Array | None, Array | None]] | None
    best = None
    for one in found[0]:
        for other in found[1]:
            stands, covariances, cost = joined_on_floor((one, other), soles=soles, floor=floor)
            likely = cost + sum(_OUTLINE_MEASUREMENTS * np.log(_loss(outcome)) for outcome in (one, other))
            if best is None or likely < best[0]:
                best = (float(likely), (one, other), stands, covariances)
    assert best is not None
    _, outcomes, stands, covariances = best
    made = [_measured(problems[i], outcomes[i], pose=pose_of(stands[i]), covariance=covariances[i]) for i in range(2)]
    tilt_deg, height_mm = apart_on_the_floor(made[0].pose, made[1].pose, sole_mm=soles[0], other_sole_mm=soles[1])
    return PairOutcome(made[0], made[1], tilt_deg, height_mm, (time.thread_time() - began) * 1e3)


def joined_on_floor(
    outcomes: tuple[FitOutcome, FitOutcome], *, soles: tuple[float, float], floor: SharedFloor
) -> tuple[tuple[Stand, Stand], tuple[Array | None, Array | None], float]:
    """The likeliest two stands beside each other, their (6, 6) covariances, and what the agreement cost.

    Each pose alone with its covariance is a Gaussian; minimised by Gauss-Newton with robust weights. Poses without a
    covariance, of outlines too short to tell, stay where they are.
    """
    alone = (stand_of(outcomes[0].pose), stand_of(outcomes[1].pose))
    informations = [_inverse(one.covariance) for one in outcomes if one.covariance is not None]
    if len(informations) < 2:
        cost = coupled(alone[0], alone[1], soles=soles, floor=floor).cost
        return alone, (outcomes[0].covariance, outcomes[1].covariance), cost
    own = np.zeros((12, 12))
    own[:6, :6], own[6:, 6:] = informations
    gone, stands = np.zeros(12), alone
    coupling = coupled(*stands, soles=soles, floor=floor)
    for _ in range(_STEPS):
        # The tangents add up: turns this small commute.
        step = np.linalg.solve(own + coupling.hessian, -(own @ gone + coupling.gradient))
        gone = gone + step
        stands = tuple(_moved(alone[i], gone[6 * i : 6 * i + 6]) for i in range(2))  # type: ignore[assignment]
        coupling = coupled(*stands, soles=soles, floor=floor)
        if float(np.abs(step[[0, 1, 2, 6, 7, 8]]).max()) < _STOP:
            break
    total = _inverse(own + coupling.hessian)
    cost = coupling.cost + 0.5 * float(gone @ own @ gone)
    return stands, (total[:6, :6], total[6:, 6:]), cost


def coupled(first: Stand, second: Stand, *, soles: tuple[float, float], floor: SharedFloor) -> Coupling:
    """The common floor's share, weighted robustly. soles: z of each shoe's sole in its own frame, mm.

    With u the up-axes and f = t + s·u the middles of the soles, the residuals are (u1 - u2)/sigma, three of which two
    count, and n·(f1 - f2)/sigma along the mean up-axis n; d u = w × u, so that a row's w-part is u × (d e/d u).
    """
    up, other = first.rotation[:, 2], second.rotation[:, 2]
    tilt = np.radians(floor.tilt_deg)
    rows = np.zeros((4, 12))
    # The row of axis k: d e_k/d w = u × e_k.
    rows[:3, :3], rows[:3, 6:9] = -_cross_matrix(up) / tilt, _cross_matrix(other) / tilt
    errors = np.zeros(4)
    errors[:3] = (up - other) / tilt
    between = first.translation + soles[0] * up - second.translation - soles[1] * other
    mean = up + other
    length = max(float(np.linalg.norm(mean)), 1e-9)
    normal = mean / length
    across = (between - normal * float(normal @ between)) / length  # d n/d u along `between`
    errors[3] = float(normal @ between) / floor.height_mm
    rows[3, :3] = np.cross(up, soles[0] * normal + across) / floor.height_mm
    rows[3, 3:6] = normal / floor.height_mm
    rows[3, 6:9] = np.cross(other, -soles[1] * normal + across) / floor.height_mm
    rows[3, 9:] = -normal / floor.height_mm
    squared = np.array([float(errors[:3] @ errors[:3])] * 3 + [float(errors[3]) ** 2])
    weights = 1.0 / (1.0 + squared / _CUT**2)
    weighted = weights[:, None] * rows
    cost = 0.5 * _CUT**2 * float(np.log1p(squared[0] / _CUT**2) + np.log1p(squared[3] / _CUT**2))
    return Coupling(rows.T @ weighted, weighted.T @ errors, cost)


def _allowed(problem: FitProblem, start: Pose, on_step: Callable[[Pose, float], bool] | None) -> list[FitOutcome]:
    """The refined start, and its refined mirror twin where that explains the outline, too."""
    near = refine_pose(problem, start, on_step=on_step)
    try:
        twin = refine_pose(problem, mirror_twin(near.pose))
    except FitError:
        return [near]
    return [near, twin] if twin.iou > _TWIN_IOU else [near]


def _watched(on_step: OnStep | None, which: int) -> Callable[[Pose, float], bool] | None:
    if on_step is None:
        return None
    return lambda pose, fraction: on_step(which, pose, 0.5 * (which + fraction))


def _measured(problem: FitProblem, outcome: FitOutcome, *, pose: Pose, covariance: Array | None) -> FitOutcome:
    now = overlap(problem, pose)
    return replace(outcome, pose=pose, covariance=covariance, iou=now.iou, contour_px=now.contour_px)


def _loss(outcome: FitOutcome) -> float:
    return max(1.0 - outcome.iou, _LEAST_LOSS)


def _sole_mm(problem: FitProblem) -> float:
    return float(problem.proxies.corners_mm[:, 2].min())


def _moved(stand: Stand, tangent: Array) -> Stand:
    return Stand(*stepped(stand.rotation, stand.translation, np.ascontiguousarray(tangent)))


def _cross_matrix(v: Array) -> Array:
    """[v]x, so that [v]x·w = v × w."""
    return np.array([[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]])


def _inverse(matrix: Array) -> Array:
    """Of a symmetric matrix whose rows have units that differ by a thousand."""
    scale = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    found = np.linalg.pinv(matrix / np.outer(scale, scale), rcond=1e-12, hermitian=True) / np.outer(scale, scale)
    return np.asarray((found + found.T) / 2)
