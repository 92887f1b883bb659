"""The error along an outline as a request: quick, in the background, superseded by its own kind alone."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from job_builders import overlap_request

from core.geometry.region import EMPTY_REGION
from core.jobs.messages import ContourRequest, Failed
from core.jobs.protocol import activity, is_background, is_quick, superseding_key
from core.jobs.tasks import run_job
from core.labels.contour_profile import ContourProfile


@pytest.fixture
def request_of(tmp_path: Path) -> ContourRequest:
    asked = overlap_request(tmp_path)
    return ContourRequest(asked.evidence, asked.pose)


def test_the_true_pose_lies_on_its_outline_and_the_answer_travels(request_of: ContourRequest) -> None:
    told = run_job(4, pickle.loads(pickle.dumps(request_of)), report=lambda _: True)
    answer = pickle.loads(pickle.dumps(told)).answer
    assert isinstance(answer, ContourProfile)
    assert answer.mean_px < 0.6 and answer.iou > 0.98 and not answer.hidden.any()
    low, high = answer.points_px.min(axis=0), answer.points_px.max(axis=0)
    assert np.allclose([*low, *high], request_of.evidence.region.bounds_px, atol=1.5)


def test_an_outline_that_says_nothing_is_a_sentence(request_of: ContourRequest) -> None:
    told = run_job(4, replace(request_of, evidence=replace(request_of.evidence, region=EMPTY_REGION)), report=bool)
    assert isinstance(told, Failed) and "outline" in told.sentence


def test_it_gives_way_to_its_own_kind_alone(request_of: ContourRequest, tmp_path: Path) -> None:
    other = replace(request_of, evidence=replace(request_of.evidence, instance_id="other"))
    overlap = overlap_request(tmp_path)
    keys = [superseding_key(one) for one in (request_of, replace(request_of), other, overlap)]
    assert keys[0] == keys[1] and len(set(keys)) == 3
    assert is_quick(request_of) and is_background(request_of) and "outline" in activity(request_of)
