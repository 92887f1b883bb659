"""A pair fitted together and a search from starts, as jobs: answers, steps, sentences, and being left half-way."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

from job_builders import asked_with, fit_request, search_request, true_pose

from core.geometry.pose import Pose, rotation_angle_deg
from core.geometry.region import EMPTY_REGION
from core.jobs.messages import Failed, Request, Result, SearchResult, Step
from core.jobs.pair_messages import PairFitRequest, PairFitResult
from core.jobs.protocol import activity, is_background, superseding_key
from core.jobs.tasks import run_job
from core.labels.instance import Side


def pair_request(folder: Path) -> PairFitRequest:
    """The very same shoe twice stands on one floor."""
    first = fit_request(folder)
    return PairFitRequest(first, replace(first, start=true_pose().moved([-0.05, 0.04, 0.02, -5.0, 5.0, -30.0])))


def answered(request: Request, *, stop_after: int | None = None) -> tuple[Result | Failed, list[Step]]:
    steps: list[Step] = []

    def report(step: Step) -> bool:
        steps.append(step)
        return stop_after is None or len(steps) <= stop_after

    return run_job(3, request, report=report), steps


def test_a_pair_is_fitted_together(tmp_path: Path) -> None:
    outcome, steps = answered(pair_request(tmp_path))
    assert isinstance(outcome, Result) and isinstance(outcome.answer, PairFitResult)
    found = outcome.answer
    for one in (found.first, found.second):
        assert one.iou > 0.97 and one.covariance is not None
        assert rotation_angle_deg(one.pose, true_pose()) < 3.0
    assert found.tilt_deg < 0.5 and found.height_mm < 1.0
    fractions = [step.fraction for step in steps if step.fraction is not None]
    assert len(fractions) > 3 and fractions == sorted(fractions)


def test_a_pair_is_a_job_like_others(tmp_path: Path) -> None:
    request = pair_request(tmp_path)
    assert activity(request) == "fitting a pair"
    assert superseding_key(request) is None and not is_background(request)
    again = pickle.loads(pickle.dumps(request))
    assert again.first.start == request.first.start


def test_a_pair_is_left_between_steps(tmp_path: Path) -> None:
    outcome, _ = answered(pair_request(tmp_path), stop_after=2)
    assert isinstance(outcome, Failed) and outcome.cancelled


def test_a_pair_without_an_outline_is_a_sentence(tmp_path: Path) -> None:
    request = pair_request(tmp_path)
    empty = replace(request, second=asked_with(request.second, region=EMPTY_REGION))
    outcome, _ = answered(empty)
    assert isinstance(outcome, Failed) and not outcome.cancelled and outcome.sentence.endswith(".")
    unknown = replace(request, first=replace(request.first, start=true_pose().with_translation([0.0, 0.0, -500.0])))
    outcome, _ = answered(unknown)
    assert isinstance(outcome, Failed) and "behind the camera" in outcome.sentence


def test_a_search_begins_where_it_is_told(tmp_path: Path) -> None:
    near = true_pose().moved([0.1, -0.08, 0.1, 20.0, -15.0, 60.0])
    astray = Pose.exp([0.0, 0.0, 0.0, 0.0, 0.0, -900.0])
    outcome, steps = answered(replace(search_request(tmp_path), starts=(astray, near)))
    assert isinstance(outcome, Result) and isinstance(outcome.answer, SearchResult)
    best = outcome.answer.hypotheses[0]
    assert rotation_angle_deg(best.pose, true_pose()) < 3.0 and best.side is Side.RIGHT and best.covariance is not None
    fractions = [step.fraction for step in steps if step.fraction is not None]
    assert fractions == sorted(fractions) and fractions[-1] <= 1.0
    left, _ = answered(replace(search_request(tmp_path), starts=(near,)), stop_after=1)
    assert isinstance(left, Failed) and left.cancelled
