"""The core without a process answers before submit returns, in the same words."""

from __future__ import annotations

from pathlib import Path

from job_builders import Heard, missing_photo_request, overlap_request, segment_request

from core.jobs.inline import InlineCore
from core.jobs.messages import Failed, Message, OverlapResult, Result, Step
from core.jobs.protocol import CoreState, InferenceCore


def test_everything_is_heard_before_submit_returns(tmp_path: Path) -> None:
    core: InferenceCore = InlineCore()
    states: list[CoreState] = []
    core.on_state.connect(states.append)
    heard = Heard()
    job_id = core.submit(segment_request(tmp_path), heard)
    assert [type(message) for message in heard.messages[:: len(heard.messages) - 1]] == [Step, Result]
    assert {message.job_id for message in heard.messages} == {job_id}
    assert states == [CoreState.BUSY, CoreState.READY]


def test_jobs_have_numbers_of_their_own_and_failures_sentences(tmp_path: Path) -> None:
    core = InlineCore()
    first, second = Heard(), Heard()
    assert core.submit(missing_photo_request(tmp_path), first) != core.submit(overlap_request(tmp_path), second)
    assert isinstance(first.end(), Failed) and "gone.jpg" in first.end().sentence  # type: ignore[union-attr]
    assert isinstance(second.end().answer, OverlapResult)  # type: ignore[union-attr]


def test_a_listener_can_cancel(tmp_path: Path) -> None:
    core = InlineCore()
    messages: list[Message] = []

    def listener(message: Message) -> None:
        messages.append(message)
        core.cancel(message.job_id)

    core.submit(segment_request(tmp_path), listener)
    assert isinstance(messages[-1], Failed) and messages[-1].cancelled
    core.close()
    assert core.state is CoreState.STOPPED
