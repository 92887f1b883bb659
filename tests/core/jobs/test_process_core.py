"""The core in its own process: answers, cancelled jobs, deaths, and nothing left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from job_builders import (
    PATIENCE_S,
    Heard,
    fit_request,
    import_request,
    missing_photo_request,
    overlap_request,
    segment_request,
)

from core.jobs.client import ProcessCore
from core.jobs.inline import InlineCore
from core.jobs.messages import Failed, FitResult, Message, OverlapResult, Request, Result, SegmentResult, Step
from core.jobs.protocol import CoreState

# The real server, cold, printing where no library should; and one whose outlines go on until they are cancelled.
COLD = """
import sys
from core.jobs import server, tasks

tasks.warm_up = lambda: print("noise")
sys.exit(server.main())
"""
ENDLESS = """
import sys, threading
from core.jobs import server, tasks
from core.jobs.messages import Step

def endless(request, report):
    while report(Step(0, 0.5)):
        threading.Event().wait(0.005)
    raise tasks.TaskCancelled

tasks._segment, tasks.warm_up = endless, lambda: None
sys.exit(server.main())
"""


def core_running(program: str, folder: Path) -> ProcessCore:
    """A core whose process runs `program`."""
    return ProcessCore(command=(sys.executable, "-c", program), log_file=folder / "inference.log")


@pytest.fixture
def cold(tmp_path: Path) -> Iterator[ProcessCore]:
    """The real server without its warm-up."""
    core = core_running(COLD, tmp_path)
    yield core
    core.close()


@pytest.fixture
def endless(tmp_path: Path) -> Iterator[ProcessCore]:
    """A server whose outlines end only when they are cancelled, or it is killed."""
    core = core_running(ENDLESS, tmp_path)
    yield core
    core.close()


def kill(core: ProcessCore) -> int:
    """End the core's process the hard way; its number."""
    number = core.process_id
    assert number is not None
    os.kill(number, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    return number


def answer_of(core: ProcessCore | InlineCore, request: Request) -> object:
    """The answer to a request, waited for."""
    heard = Heard()
    core.submit(request, heard)
    end = heard.end()
    return end.answer if isinstance(end, Result) else end


@pytest.mark.parametrize("build", [segment_request, overlap_request, import_request, missing_photo_request])
def test_the_answers_are_those_of_the_inline_core(
    cold: ProcessCore, tmp_path: Path, build: Callable[[Path], Request]
) -> None:
    request = build(tmp_path)
    ours, theirs = answer_of(cold, request), answer_of(InlineCore(), request)
    assert isinstance(ours, type(theirs))
    same = (lambda end: end.sentence) if isinstance(theirs, Failed) else (lambda answer: answer)
    assert same(ours) == same(theirs)


def test_a_fit_streams_its_poses(cold: ProcessCore, tmp_path: Path) -> None:
    heard = Heard()
    job_id = cold.submit(fit_request(tmp_path), heard)
    end = heard.end()
    assert isinstance(end, Result) and isinstance(end.answer, FitResult)
    assert end.answer.iou > 0.97
    assert {message.job_id for message in heard.messages} == {job_id}
    assert any(isinstance(message, Step) and message.pose is not None for message in heard.messages)


def test_states_follow_the_work(cold: ProcessCore, tmp_path: Path) -> None:
    states: list[CoreState] = []
    ready = threading.Event()
    cold.on_state.connect(lambda state: (states.append(state), ready.set() if state is CoreState.READY else None))
    assert cold.state is CoreState.STARTING
    cold.start()
    assert ready.wait(PATIENCE_S)
    answer_of(cold, segment_request(tmp_path))
    answer_of(cold, overlap_request(tmp_path))
    cold.close()
    assert states == [CoreState.STARTING, CoreState.READY, CoreState.BUSY, CoreState.READY, CoreState.STOPPED]


def test_a_running_job_is_cancelled_between_steps(endless: ProcessCore, tmp_path: Path) -> None:
    heard = Heard()
    job_id = endless.submit(segment_request(tmp_path), heard)
    assert heard.began.wait(PATIENCE_S)
    endless.cancel(job_id)
    end = heard.end()
    assert isinstance(end, Failed) and end.cancelled
    endless.cancel(job_id)


def test_a_waiting_job_is_cancelled_before_it_runs(endless: ProcessCore, tmp_path: Path) -> None:
    first, second = Heard(), Heard()
    endless.submit(segment_request(tmp_path), first)
    waiting = endless.submit(segment_request(tmp_path), second)
    assert first.began.wait(PATIENCE_S)
    endless.cancel(waiting)
    end = second.end()
    assert isinstance(end, Failed) and end.cancelled
    assert not second.began.is_set() and not first.ended.is_set()


def test_a_job_that_reached_no_process_yet_is_cancelled_all_the_same(tmp_path: Path) -> None:
    core = ProcessCore(command=(str(tmp_path / "no such program"),), log_file=tmp_path / "inference.log")
    heard = Heard()
    core.cancel(core.submit(segment_request(tmp_path), heard))
    assert isinstance(heard.end(), Failed)
    core.close()


def test_live_overlap_does_not_wait_for_a_job(endless: ProcessCore, tmp_path: Path) -> None:
    outline = Heard()
    endless.submit(segment_request(tmp_path), outline)
    assert outline.began.wait(PATIENCE_S)
    assert isinstance(answer_of(endless, overlap_request(tmp_path)), OverlapResult)
    assert endless.state is CoreState.BUSY
    assert not outline.ended.is_set()


def test_only_the_newest_of_many_overlaps_must_be_answered(cold: ProcessCore, tmp_path: Path) -> None:
    request = overlap_request(tmp_path)
    answer_of(cold, request)
    heard = [Heard() for _ in range(200)]
    for listener in heard:
        cold.submit(request, listener)
    assert isinstance(heard[-1].end(), Result)
    ends = [listener.end() for listener in heard]
    dropped = [end for end in ends if isinstance(end, Failed)]
    assert dropped and all(end.cancelled for end in dropped)


def test_a_killed_process_costs_its_running_job_and_nothing_else(endless: ProcessCore, tmp_path: Path) -> None:
    states: list[CoreState] = []
    endless.on_state.connect(states.append)
    running, waiting = Heard(), Heard()
    endless.submit(segment_request(tmp_path), running)
    still = endless.submit(segment_request(tmp_path), waiting)
    assert running.began.wait(PATIENCE_S)
    killed = kill(endless)
    end = running.end()
    assert isinstance(end, Failed) and not end.cancelled
    assert end.sentence == (
        "The inference core stopped while outlining; it has been restarted. "
        "Nothing in the project was changed. Try again."
    )
    assert waiting.began.wait(PATIENCE_S), "the job that waited runs in the new process"
    assert endless.process_id not in (None, killed)
    assert CoreState.RESTARTING in states
    endless.cancel(still)
    assert isinstance(waiting.end(), Failed)
    assert isinstance(answer_of(endless, overlap_request(tmp_path)), OverlapResult)


def test_a_kill_in_the_middle_of_a_fit_is_one_sentence(cold: ProcessCore, tmp_path: Path) -> None:
    ends: list[Message] = []
    ended = threading.Event()

    def listener(message: Message) -> None:
        if isinstance(message, Step):
            if cold.process_id is not None and not ends:
                kill(cold)
        else:
            ends.append(message)
            ended.set()

    cold.submit(fit_request(tmp_path), listener)
    assert ended.wait(PATIENCE_S)
    assert len(ends) == 1 and isinstance(ends[0], Failed) and "while fitting" in ends[0].sentence
    assert isinstance(answer_of(cold, fit_request(tmp_path)), FitResult)


def test_a_process_that_keeps_dying_is_left_alone_until_asked_for(tmp_path: Path) -> None:
    core = core_running("import sys; sys.exit(3)", tmp_path)
    stopped = threading.Event()
    states: list[CoreState] = []
    core.on_state.connect(lambda state: (states.append(state), stopped.set() if state is CoreState.STOPPED else None))
    heard = Heard()
    core.submit(segment_request(tmp_path), heard)
    end = heard.end()
    assert isinstance(end, Failed) and "3 times" in end.sentence and "inference.log" in end.sentence
    assert stopped.wait(PATIENCE_S) and core.state is CoreState.STOPPED
    late = Heard()
    core.submit(segment_request(tmp_path), late)
    refusal = late.end()
    assert isinstance(refusal, Failed) and "Start it beside" in refusal.sentence
    stopped.clear()
    states.clear()
    core.start()
    assert stopped.wait(PATIENCE_S)
    assert states[0] is CoreState.STARTING
    core.close()


def test_a_program_that_does_not_exist_is_a_sentence(tmp_path: Path) -> None:
    core = ProcessCore(command=(str(tmp_path / "no such program"),), log_file=tmp_path / "inference.log")
    heard = Heard()
    core.submit(segment_request(tmp_path), heard)
    end = heard.end()
    assert isinstance(end, Failed) and "was not restarted" in end.sentence
    core.close()


def test_a_listener_that_fails_silences_nobody_else(cold: ProcessCore, tmp_path: Path) -> None:
    def broken(_: Message) -> None:
        raise RuntimeError("a listener's mistake")

    cold.submit(segment_request(tmp_path), broken)
    assert isinstance(answer_of(cold, segment_request(tmp_path)), SegmentResult)


def test_close_leaves_no_process_and_no_message(endless: ProcessCore, tmp_path: Path) -> None:
    heard = Heard()
    endless.submit(segment_request(tmp_path), heard)
    assert heard.began.wait(PATIENCE_S)
    number = endless.process_id
    assert number is not None
    endless.close()
    assert endless.process_id is None
    if hasattr(os, "pidfd_open"):
        with pytest.raises(ProcessLookupError):
            os.pidfd_open(number)
    assert not heard.ended.is_set()
    endless.close()
    late = Heard()
    endless.submit(segment_request(tmp_path), late)
    assert isinstance(late.end(), Failed)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux to wait for somebody else's process")
def test_the_core_ends_with_its_window(tmp_path: Path) -> None:
    window = """
import pathlib, sys, threading
from core.jobs.client import ProcessCore
core = ProcessCore(log_file=pathlib.Path(sys.argv[1]))
core.start()
while core.process_id is None:
    threading.Event().wait(0.01)
print(core.process_id, flush=True)
threading.Event().wait()
"""
    command = (sys.executable, "-c", window, str(tmp_path / "inference.log"))
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        core = os.pidfd_open(int(process.stdout.readline()))
        process.kill()
    ended, _, _ = select.select([core], [], [], PATIENCE_S)
    os.close(core)
    assert ended


def test_the_window_loads_no_heavy_library_with_the_client() -> None:
    heavy = "{'numba', 'scipy', 'torch', 'trimesh', 'cv2', 'shapely', 'sqlalchemy', 'PIL', 'vtkmodules'}"
    program = f"import sys, core.jobs.client, core.jobs.inline; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_starting_and_asking_never_wait(tmp_path: Path) -> None:
    core = core_running("import threading; threading.Event().wait()", tmp_path)
    many = replace(segment_request(tmp_path), category="x" * 100_000)
    for _ in range(30):
        core.submit(many, Heard())
    assert core.state is CoreState.STARTING
    core.close()
    assert core.process_id is None


def test_a_log_that_cannot_be_written_costs_no_core(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    core, settled, states = core_running(COLD, tmp_path / "file"), threading.Event(), []

    def hear(state: CoreState) -> None:
        states.append(state)
        if state is not CoreState.STARTING:
            settled.set()

    core.on_state.connect(hear)
    core.start()
    assert settled.wait(PATIENCE_S)
    core.close()
    assert CoreState.READY in states and CoreState.RESTARTING not in states
