"""The window's side of the inference core: messages on its own thread, a job list, and no heavy library."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from job_builders import fit_request, import_request, missing_photo_request, overlap_request, segment_request
from pytestqt.qtbot import QtBot

from core.document.signal import Signal
from core.geometry.pose import Pose
from core.jobs.client import ProcessCore
from core.jobs.inline import InlineCore
from core.jobs.messages import Failed, FitResult, Message, OverlapResult, Request, Result, SegmentResult, Step
from core.jobs.protocol import CoreState, Listener
from gui.inference import Inference, Job, title_of

PATIENCE_MS = 60_000


class ScriptedCore:
    """A core that says what a test tells it to say."""

    def __init__(self) -> None:
        self.on_state: Signal[CoreState] = Signal()
        self.state = CoreState.READY
        self.listeners: list[Listener] = []
        self.cancelled: list[int] = []

    def start(self) -> None:
        """Nothing to start."""

    def submit(self, request: Request, listener: Listener) -> int:
        """Remember who listens."""
        self.listeners.append(listener)
        return len(self.listeners)

    def cancel(self, job_id: int) -> None:
        """Remember which."""
        self.cancelled.append(job_id)

    def say(self, message: Message) -> None:
        """Send a message as a core does: from a thread of its own."""
        thread = threading.Thread(target=self.listeners[message.job_id - 1], args=(message,))
        thread.start()
        thread.join()

    def close(self) -> None:
        """Nothing to end."""


@pytest.fixture
def scripted(qapp: object) -> tuple[ScriptedCore, Inference]:
    """A scripted core and the window's side of it."""
    core = ScriptedCore()
    return core, Inference(core)


@pytest.fixture
def inline(qapp: object) -> Iterator[Inference]:
    """The real tasks without a process."""
    inference = Inference(InlineCore())
    yield inference
    inference.close()


def test_answers_arrive_after_submit_and_on_this_thread(inline: Inference, qtbot: QtBot, tmp_path: Path) -> None:
    heard: list[tuple[str, int]] = []

    def hear(kind: str) -> None:
        heard.append((kind, threading.get_ident()))

    with qtbot.waitSignal(inline.result, timeout=PATIENCE_MS) as answered:
        job_id = inline.submit(
            segment_request(tmp_path), on_step=lambda _: hear("step"), on_result=lambda _: hear("result")
        )
        assert heard == [] and [job.id for job in inline.jobs] == [job_id]
    result = answered.args[0]
    assert isinstance(result, Result) and result.job_id == job_id and isinstance(result.answer, SegmentResult)
    assert heard[-1] == ("result", threading.get_ident())
    assert inline.jobs == ()


def test_a_failure_arrives_with_its_sentence(inline: Inference, qtbot: QtBot, tmp_path: Path) -> None:
    failures: list[Failed] = []
    with qtbot.waitSignal(inline.failed, timeout=PATIENCE_MS):
        inline.submit(missing_photo_request(tmp_path), on_failed=failures.append)
    assert "gone.jpg" in failures[0].sentence and not failures[0].cancelled


def test_the_job_list_follows_the_steps(scripted: tuple[ScriptedCore, Inference], qtbot: QtBot, tmp_path: Path) -> None:
    core, inference = scripted
    job_id = inference.submit(fit_request(tmp_path))
    (job,) = inference.jobs
    assert job.title == "Fit right sneaker" and job.started_at is None
    with qtbot.waitSignal(inference.jobs_changed, timeout=PATIENCE_MS):
        core.say(Step(job_id, 0.25, "Fitting", pose=Pose.identity()))
    (job,) = inference.jobs
    assert (job.fraction, job.text) == (0.25, "Fitting") and job.started_at is not None
    assert job.seconds_left(job.started_at + 2.0) == pytest.approx(6.0)
    assert job.seconds_left(job.started_at + 0.01) is None
    with qtbot.waitSignal(inference.result, timeout=PATIENCE_MS):
        core.say(Result(job_id, FitResult(Pose.identity(), None, 0.9, 1.0, 0.8, 10.0)))
    assert inference.jobs == ()


def test_live_overlaps_are_in_no_list(scripted: tuple[ScriptedCore, Inference], qtbot: QtBot, tmp_path: Path) -> None:
    core, inference = scripted
    with qtbot.assertNotEmitted(inference.jobs_changed):
        job_id = inference.submit(overlap_request(tmp_path))
        with qtbot.waitSignal(inference.result, timeout=PATIENCE_MS):
            core.say(Result(job_id, OverlapResult(0.9, 1.0)))
    assert inference.jobs == ()


def test_of_steps_that_piled_up_only_the_newest_is_shown(
    scripted: tuple[ScriptedCore, Inference], qtbot: QtBot, tmp_path: Path
) -> None:
    core, inference = scripted
    shown: list[float | None] = []
    job_id = inference.submit(fit_request(tmp_path), on_step=lambda step: shown.append(step.fraction))
    for tenth in range(1, 6):
        core.say(Step(job_id, tenth / 10))
    with qtbot.waitSignal(inference.step, timeout=PATIENCE_MS):
        pass
    assert shown == [0.5]


def test_after_cancel_a_job_only_ends(scripted: tuple[ScriptedCore, Inference], qtbot: QtBot, tmp_path: Path) -> None:
    core, inference = scripted
    heard: list[Message] = []
    hear = heard.append
    job_id = inference.submit(fit_request(tmp_path), on_step=hear, on_result=hear, on_failed=hear)
    core.say(Step(job_id, 0.5))
    inference.cancel(job_id)
    assert core.cancelled == [job_id] and inference.jobs[0].cancelled
    with qtbot.waitSignal(inference.failed, timeout=PATIENCE_MS):
        core.say(Result(job_id, FitResult(Pose.identity(), None, 0.9, 1.0, 0.8, 10.0)))
    assert heard == [Failed(job_id, "Cancelled.", cancelled=True)]
    assert inference.jobs == ()


def test_states_hop_to_the_window(scripted: tuple[ScriptedCore, Inference], qtbot: QtBot) -> None:
    core, inference = scripted
    with qtbot.waitSignal(inference.state_changed, timeout=PATIENCE_MS) as changed:
        threading.Thread(target=core.on_state.emit, args=(CoreState.RESTARTING,)).start()
    assert changed.args == ["restarting"] and inference.state is CoreState.RESTARTING


def test_nothing_arrives_after_close(scripted: tuple[ScriptedCore, Inference], qtbot: QtBot, tmp_path: Path) -> None:
    core, inference = scripted
    job_id = inference.submit(fit_request(tmp_path))
    core.say(Step(job_id, 0.5))
    inference.close()
    marker = Inference(InlineCore())
    with qtbot.assertNotEmitted(inference.step), qtbot.waitSignal(marker.result, timeout=PATIENCE_MS):
        marker.submit(overlap_request(tmp_path))


def test_titles_say_what_is_done(tmp_path: Path) -> None:
    requests = (segment_request(tmp_path), import_request(tmp_path), overlap_request(tmp_path))
    assert [title_of(request) for request in requests] == [
        "Outline sneaker",
        "Read lofted shoe.obj",
        "Measure the overlap",
    ]


def test_a_job_without_a_fraction_has_no_time_left(tmp_path: Path) -> None:
    assert Job(1, import_request(tmp_path), "Read", fraction=None, started_at=0.0).seconds_left(10.0) is None


def test_the_real_process_answers_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    inference = Inference(ProcessCore(log_file=tmp_path / "inference.log"))
    with qtbot.waitSignal(inference.result, timeout=PATIENCE_MS) as answered:
        inference.submit(segment_request(tmp_path))
    inference.close()
    assert isinstance(answered.args[0].answer, SegmentResult)


def test_the_window_loads_no_heavy_library_for_it() -> None:
    never = "{'numba', 'scipy', 'torch', 'trimesh', 'matplotlib', 'vtk'}"
    later = "{'cv2', 'shapely', 'sqlalchemy', 'PIL', 'vtkmodules', 'pycocotools'}"
    program = f"import sys, gui.inference; print(sorted(({never} | {later}) & set(sys.modules)))"
    found = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_series_is_one_job_with_one_cancel(scripted: tuple[ScriptedCore, Inference], tmp_path: Path) -> None:
    core, inference = scripted
    stopped: list[str] = []
    series = inference.begin_series("Segment 4 photos", lambda: stopped.append("stopped"))
    inference.submit(segment_request(tmp_path), listed=False)
    (job,) = inference.jobs
    assert job.title == "Segment 4 photos" and job.request is None and job.started_at is not None
    inference.show_series(series, 0.25, text="b.jpg")
    assert (inference.jobs[0].fraction, inference.jobs[0].text) == (0.25, "b.jpg")
    inference.cancel(series)
    assert stopped == ["stopped"] and core.cancelled == [] and inference.jobs[0].cancelled
    inference.show_series(series, 0.5, text="c.jpg")
    assert inference.jobs[0].text == "stopping…"
    inference.show_series(series, None)
    assert inference.jobs == ()
