"""The task that fits two shoes of a photo together."""

from __future__ import annotations

from collections.abc import Callable

from core.fit.errors import FitCancelled, FitError
from core.fit.pair import refine_pair
from core.fit.problem import FitProblem
from core.fit.refine import FitOutcome
from core.geometry.pose import Pose
from core.jobs.messages import Evidence, FitResult, Step
from core.jobs.pair_messages import PairFitRequest, PairFitResult
from core.jobs.task_failures import Report, TaskCancelled, TaskError


def fit_pair(request: PairFitRequest, problem_of: Callable[[Evidence], FitProblem], *, report: Report) -> PairFitResult:
    """Both poses. Steps carry no pose: an answer moves both shoes. Raises TaskError and TaskCancelled."""

    def on_step(_: int, __: Pose, fraction: float) -> bool:
        return report(Step(0, fraction, "Fitting the pair"))

    try:
        if not report(Step(0, 0.0, "Fitting the pair")):
            raise TaskCancelled
        problems = problem_of(request.first.evidence), problem_of(request.second.evidence)
        found = refine_pair(*problems, starts=(request.first.start, request.second.start), on_step=on_step)
    except FitCancelled as cancelled:
        raise TaskCancelled from cancelled
    except FitError as error:
        raise TaskError(str(error)) from error
    return PairFitResult(_told(found.first), _told(found.second), found.tilt_deg, found.height_mm)


def _told(one: FitOutcome) -> FitResult:
    return FitResult(one.pose, one.covariance, one.iou, one.contour_px, one.start_iou, one.cpu_ms, doubt=one.doubt)
