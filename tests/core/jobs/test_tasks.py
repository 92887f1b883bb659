"""Every request gets its answer or a sentence, and can be left between steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from job_builders import (
    asked_with,
    fit_request,
    import_request,
    missing_photo_request,
    overlap_request,
    search_request,
    segment_request,
    true_pose,
)

from core.geometry.pose import rotation_angle_deg
from core.geometry.region import EMPTY_REGION
from core.jobs import tasks
from core.jobs.messages import (
    Failed,
    FitResult,
    ImportMeshRequest,
    MeshProposal,
    OverlapResult,
    Request,
    Result,
    SearchResult,
    SegmentResult,
    Step,
)
from core.labels.instance import Side


def answered(request: Request) -> tuple[object, list[Step]]:
    """The answer of a job and its steps."""
    steps: list[Step] = []

    def report(step: Step) -> bool:
        steps.append(step)
        return True

    outcome = tasks.run_job(7, request, report=report)
    assert outcome.job_id == 7 and all(step.job_id == 7 for step in steps)
    return outcome.answer if isinstance(outcome, Result) else outcome, steps


def test_a_box_becomes_an_outline(tmp_path: Path) -> None:
    answer, steps = answered(segment_request(tmp_path))
    assert isinstance(answer, SegmentResult) and answer.method == "GrabCut"
    assert answer.outlines[0].region.area_px2 == pytest.approx(np.pi * 64 * 110 / 3, rel=0.03)
    assert any(step.region is not None for step in steps)


def test_a_fit_finds_the_pose_and_shows_its_way(tmp_path: Path) -> None:
    answer, steps = answered(fit_request(tmp_path))
    assert isinstance(answer, FitResult)
    assert answer.iou > 0.97 > answer.start_iou
    assert rotation_angle_deg(answer.pose, true_pose()) < 3.0
    fractions = [step.fraction for step in steps if step.fraction is not None]
    assert len(fractions) > 3 and fractions == sorted(fractions)
    assert all(step.pose is not None for step in steps)


def test_a_search_finds_the_pose_from_the_outline_alone(tmp_path: Path) -> None:
    answer, steps = answered(search_request(tmp_path))
    assert isinstance(answer, SearchResult)
    assert answer.hypotheses[0].iou > 0.98
    assert min(rotation_angle_deg(one.pose, true_pose()) for one in answer.hypotheses) < 3.0
    fractions = [step.fraction for step in steps if step.fraction is not None]
    assert len(fractions) > 2 and fractions == sorted(fractions)


def test_a_search_of_an_unknown_foot_tries_both(tmp_path: Path) -> None:
    answer, _ = answered(asked_with(search_request(tmp_path), side=Side.UNKNOWN))
    assert isinstance(answer, SearchResult)
    assert {one.side for one in answer.hypotheses} == {Side.LEFT, Side.RIGHT}


def test_the_overlap_of_the_true_pose_is_nearly_one(tmp_path: Path) -> None:
    answer, steps = answered(overlap_request(tmp_path))
    assert isinstance(answer, OverlapResult)
    assert answer.iou > 0.97 and answer.contour_px < 1.0
    assert not steps


def test_a_mesh_file_becomes_a_proposal_with_its_mesh_kept(tmp_path: Path) -> None:
    from core.storage.mesh_cache import load_mesh_file

    answer, _ = answered(import_request(tmp_path))
    assert isinstance(answer, MeshProposal)
    mesh = load_mesh_file(Path(answer.mesh.file))
    assert mesh.sha256 == answer.mesh.sha256
    assert answer.extent_mm == pytest.approx(tuple(mesh.extent_mm))
    assert answer.mesh.length_mm == answer.extent_mm[0]
    assert answer.triangles == len(mesh.faces)


def test_what_cannot_be_answered_says_why(tmp_path: Path) -> None:
    empty = asked_with(overlap_request(tmp_path), region=EMPTY_REGION)
    unseen = asked_with(search_request(tmp_path), region=EMPTY_REGION)
    lost = asked_with(overlap_request(tmp_path), mesh=replace(empty.evidence.mesh, file=str(tmp_path / "lost.npz")))
    nothing = ImportMeshRequest(str(tmp_path / "nothing.obj"))
    outside = replace(segment_request(tmp_path), box_px=(900.0, 10.0, 950.0, 60.0))
    for request in (empty, unseen, lost, nothing, outside, missing_photo_request(tmp_path)):
        failed, _ = answered(request)
        assert isinstance(failed, Failed) and not failed.cancelled
        assert failed.sentence.endswith((".", "?")) and "internal" not in failed.sentence


@pytest.mark.parametrize("build", [segment_request, fit_request, search_request, import_request])
def test_a_report_that_says_no_ends_the_job(tmp_path: Path, build: object) -> None:
    told: list[Step] = []

    def report(step: Step) -> bool:
        told.append(step)
        return False

    outcome = tasks.run_job(1, build(tmp_path), report=report)  # type: ignore[operator]
    assert isinstance(outcome, Failed) and outcome.cancelled
    assert len(told) == 1


def test_a_mistake_in_the_program_is_a_sentence_and_a_line_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(tasks, "_segment", broken)
    failed, _ = answered(segment_request(tmp_path))
    assert isinstance(failed, Failed)
    assert "internal error" in failed.sentence and "ZeroDivisionError: by nothing" in failed.sentence
    assert "Traceback" in caplog.text


def test_photos_and_meshes_are_read_once_and_again_when_they_change(tmp_path: Path) -> None:
    request = segment_request(tmp_path)
    first = tasks._pixels(request.photo)
    assert tasks._pixels(request.photo) is first
    Path(request.photo.file).write_bytes(Path(request.photo.file).read_bytes() + b"changed")
    assert tasks._pixels(request.photo) is not first
    mesh = overlap_request(tmp_path).evidence.mesh
    assert tasks._mesh(mesh) is tasks._mesh(mesh)
