"""The row of requests in the core's process: newer supersedes older, cancelled ones never run."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from job_builders import asked_with, overlap_request, segment_request

from core.jobs.messages import ExportRequest, Failed, FitRequest, Message, Request, Step
from core.jobs.pipe import FromCore
from core.jobs.protocol import is_background, is_quick
from core.jobs.server import Lane


def test_a_newer_question_about_the_same_shoe_takes_the_place_of_an_older(tmp_path: Path) -> None:
    told: list[FromCore] = []
    lane = Lane(told.append)
    request = overlap_request(tmp_path)
    lane.add(1, request)
    lane.add(2, asked_with(request, instance_id="the other shoe"))
    lane.add(3, request)
    assert [(message.job_id, message.cancelled) for message in told if isinstance(message, Failed)] == [(1, True)]


def test_outlines_do_not_supersede_each_other(tmp_path: Path) -> None:
    told: list[FromCore] = []
    lane = Lane(told.append)
    request = segment_request(tmp_path)
    lane.add(1, request)
    lane.add(2, request)
    assert told == []


def test_a_waiting_job_is_cancelled_at_once_and_only_once(tmp_path: Path) -> None:
    told: list[FromCore] = []
    lane = Lane(told.append)
    lane.add(1, segment_request(tmp_path))
    lane.cancel(1)
    lane.cancel(1)
    lane.cancel(99)
    assert [type(message) for message in told] == [Failed]
    assert told[0].cancelled  # type: ignore[union-attr]


def test_a_live_fit_is_quick_superseded_by_its_own_kind_alone_and_in_no_list(tmp_path: Path) -> None:
    told: list[FromCore] = []
    lane = Lane(told.append)
    overlap = overlap_request(tmp_path)
    live, asked = (FitRequest(overlap.evidence, overlap.pose, live=live) for live in (True, False))
    for number, request in enumerate((overlap, live, asked, asked, live)):
        lane.add(number, request)
    assert [(message.job_id, message.cancelled) for message in told if isinstance(message, Failed)] == [(1, True)]
    assert is_quick(live) and is_background(live) and not is_quick(asked) and not is_background(asked)


def test_an_export_takes_its_folder_away_before_the_process_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()
    unfinished = tmp_path / ".bop.tmp"

    def run_job(job_id: int, request: Request, *, report: Callable[[Step], bool]) -> Message:
        unfinished.mkdir()
        begun.set()
        while report(Step(job_id, 0.5)):
            pass
        unfinished.rmdir()
        return Failed(job_id, "Cancelled.", cancelled=True)

    monkeypatch.setitem(sys.modules, "core.jobs.tasks", SimpleNamespace(run_job=run_job))
    told: list[FromCore] = []
    lane = Lane(told.append)
    lane.add(1, ExportRequest("p.outsole", "out", ("bop",)))
    threading.Thread(target=lane.work, daemon=True).start()
    assert begun.wait(10)
    lane.end_export(10)
    assert not unfinished.exists() and isinstance(told[-1], Failed)
    lane.end_export(10)  # with none that runs there is nothing to wait for
