"""Who outlines: the network, loaded once and kept, or GrabCut; and the one sentence when neither can."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fake_net import FakeNet, FakeSneaker, ellipse, use_net
from job_builders import ELLIPSE_BOX_PX, segment_request

from core.jobs import task_segment, tasks
from core.jobs.messages import (
    CorrectRequest,
    CorrectResult,
    Failed,
    Request,
    Result,
    SegmentMethod,
    SegmentRequest,
    SegmentResult,
    Step,
)
from core.labels.instance import Side

FOUND = FakeSneaker(ellipse((160.0, 110.0), (64.0, 36.7)), 0.9, Side.LEFT, 0.8)
SURER = FakeSneaker(ellipse((50.0, 40.0), (30.0, 20.0)), 0.95)


def asked(folder: Path, method: SegmentMethod, *, boxed: bool) -> SegmentRequest:
    return replace(segment_request(folder), method=method, box_px=ELLIPSE_BOX_PX if boxed else None)


def answered(request: Request, steps: list[Step] | None = None) -> SegmentResult:
    outcome = tasks.run_job(1, request, report=lambda step: steps is None or steps.append(step) is None)
    assert isinstance(outcome, Result) and isinstance(outcome.answer, SegmentResult), outcome
    return outcome.answer


def test_a_network_is_loaded_once_and_its_loading_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    net = FakeNet((FOUND, SURER))
    use_net(monkeypatch, net)
    steps: list[Step] = []
    answer = answered(asked(tmp_path, SegmentMethod.NET, boxed=False), steps)
    assert [one.score for one in answer.outlines] == [0.95, 0.9] and answer.method == "fake-net"
    assert "Loading the network…" in [step.text for step in steps]
    steps.clear()
    answered(asked(tmp_path, SegmentMethod.NET, boxed=False), steps)
    assert net.loads == 1 and "Loading the network…" not in [step.text for step in steps]


def test_loading_is_told_before_anything_heavy_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_net(monkeypatch, FakeNet((FOUND,)))
    steps: list[Step] = []
    told: list[int] = []
    monkeypatch.setattr(task_segment, "_key", lambda choice: told.append(len(steps)) or (choice.name, 0, 0, ""))
    answered(asked(tmp_path, SegmentMethod.NET, boxed=False), steps)
    assert told[0] == 1 and steps[0].text == "Loading the network…" and steps[0].fraction is None


def test_other_weights_are_loaded_in_their_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    net = FakeNet((FOUND,))
    use_net(monkeypatch, net)
    request = asked(tmp_path, SegmentMethod.NET, boxed=False)
    for name in ("one", "two", "two", "one"):
        answered(replace(request, net=replace(request.net, name=name)))
    assert net.loads == 3


def test_a_box_is_the_networks_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_net(monkeypatch, FakeNet((FOUND, SURER)))
    answer = answered(asked(tmp_path, SegmentMethod.NET_FIRST, boxed=True))
    assert answer.method == "fake-net" and [one.side for one in answer.outlines] == [Side.LEFT]


@pytest.mark.parametrize(
    ("net", "why"), [(FakeNet(()), "found no sneaker"), (ValueError("The weights are damaged."), "damaged")]
)
def test_grabcut_helps_out_in_a_box_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, net: FakeNet | Exception, why: str
) -> None:
    use_net(monkeypatch, net)
    answer = answered(asked(tmp_path, SegmentMethod.NET_FIRST, boxed=True))
    assert answer.method == "GrabCut" and len(answer.outlines) == 1 and why in answer.note


@pytest.mark.parametrize(
    ("method", "boxed"), [(SegmentMethod.NET, True), (SegmentMethod.NET_FIRST, False), (SegmentMethod.NET, False)]
)
@pytest.mark.parametrize("error", [ValueError("The weights are damaged."), ModuleNotFoundError("gone", name="torch")])
def test_nobody_else_can_do_a_whole_photo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: SegmentMethod, boxed: bool, error: Exception
) -> None:
    use_net(monkeypatch, error)
    outcome = tasks.run_job(1, asked(tmp_path, method, boxed=boxed), report=lambda step: True)
    assert isinstance(outcome, Failed) and outcome.sentence.endswith(".") and "internal" not in outcome.sentence


def test_grabcut_needs_a_box(tmp_path: Path) -> None:
    outcome = tasks.run_job(1, asked(tmp_path, SegmentMethod.GRABCUT, boxed=False), report=lambda step: True)
    assert isinstance(outcome, Failed) and "needs a box" in outcome.sentence


def test_a_network_can_be_left_between_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_net(monkeypatch, FakeNet((FOUND,)))
    request = asked(tmp_path, SegmentMethod.NET, boxed=False)
    for text in ("Loading the network…", "Looking for sneakers"):
        outcome = tasks.run_job(1, request, report=lambda step, text=text: step.text != text)
        assert isinstance(outcome, Failed) and outcome.cancelled


def test_clicks_correct_an_outline(tmp_path: Path) -> None:
    ref = segment_request(tmp_path).photo
    wide = FOUND.outline.union(ellipse((235.0, 110.0), (20.0, 15.0)))
    request = CorrectRequest(ref, "photo", "i", wide, ((160.0, 110.0),), ((245.0, 110.0),))
    outcome = tasks.run_job(1, request, report=lambda step: True)
    assert isinstance(outcome, Result) and isinstance(outcome.answer, CorrectResult)
    assert not outcome.answer.region.contains((245.0, 110.0)) and outcome.answer.region.contains((160.0, 110.0))
