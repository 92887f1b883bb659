"""The inference core as widgets see it: requests go out, answers come back on the window's thread; nothing waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import PurePath

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal

from core.jobs.client import ProcessCore
from core.jobs.messages import (
    ContourRequest,
    CorrectRequest,
    ExportRequest,
    Failed,
    FitRequest,
    ImportMeshRequest,
    Message,
    OverlapRequest,
    Request,
    Result,
    SearchRequest,
    SegmentRequest,
    Step,
)
from core.jobs.pair_messages import PairFitRequest
from core.jobs.protocol import CANCELLED, CoreState, InferenceCore, is_background
from core.labels.instance import Side

_EARLIEST_GUESS_S = 0.3


@dataclass(frozen=True, slots=True)
class Job:
    """A line of the job list. started_at: time.monotonic() when it began, None while it waits; fraction as in Step.

    request: None for a series of requests that is one job to the annotator.
    """

    id: int
    request: Request | None
    title: str
    fraction: float | None = 0.0
    started_at: float | None = None
    text: str = ""
    cancelled: bool = False

    def seconds_left(self, now: float) -> float | None:
        """How long it still takes, judged by how far it came until `now`; None while nobody can tell."""
        if self.started_at is None or not self.fraction or now - self.started_at < _EARLIEST_GUESS_S:
            return None
        return (now - self.started_at) * (1.0 - self.fraction) / self.fraction


@dataclass(frozen=True, slots=True)
class _Callbacks:
    on_step: Callable[[Step], None] | None
    on_result: Callable[[Result], None] | None
    on_failed: Callable[[Failed], None] | None


class Inference(QObject):
    """Signals carry Step, Result, Failed and a CoreState's text; with per-job callbacks beside them.

    Everything arrives on this object's thread and never before `submit` has returned. After `cancel` a job's only
    message is a Failed marked as cancelled. Requests that nobody waits for (OverlapRequest) are in no job list.
    """

    step = Signal(object)
    result = Signal(object)
    failed = Signal(object)
    state_changed = Signal(str)
    jobs_changed = Signal()
    _arrived = Signal(object)

    def __init__(self, core: InferenceCore | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._core = core or ProcessCore()
        self._state = self._core.state
        self._jobs: dict[int, Job] = {}
        self._callbacks: dict[int, _Callbacks] = {}
        self._newest: dict[int, Step] = {}
        self._series = count(1)
        self._on_cancel: dict[int, Callable[[], object]] = {}
        # Queued, so that messages hop from the core's thread to this one, in order.
        self._arrived.connect(self._receive, Qt.ConnectionType.QueuedConnection)
        self._forget_core = self._core.on_state.connect(self._arrived.emit)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.close)

    @property
    def state(self) -> CoreState:
        """What the core is doing, as last told."""
        return self._state

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Every job somebody waits for, oldest first."""
        return tuple(self._jobs.values())

    def start(self) -> None:
        """Get the core going, best after the first paint; also starts it again after it stopped."""
        self._core.start()

    def submit(
        self,
        request: Request,
        *,
        on_step: Callable[[Step], None] | None = None,
        on_result: Callable[[Result], None] | None = None,
        on_failed: Callable[[Failed], None] | None = None,
        listed: bool = True,
    ) -> int:
        """Ask; returns the job's id at once. listed: False for a part of a series, which has a line of its own."""
        job_id = self._core.submit(request, self._hear)
        self._callbacks[job_id] = _Callbacks(on_step, on_result, on_failed)
        if listed and not is_background(request):
            self._jobs[job_id] = Job(job_id, request, title_of(request))
            self.jobs_changed.emit()
        return job_id

    def begin_series(self, title: str, on_cancel: Callable[[], object]) -> int:
        """A line in the job list for requests that follow one another; its id. `cancel` of it calls `on_cancel`."""
        series_id = -next(self._series)
        self._jobs[series_id] = Job(series_id, None, title, started_at=time.monotonic())
        self._on_cancel[series_id] = on_cancel
        self.jobs_changed.emit()
        return series_id

    def show_series(self, series_id: int, fraction: float | None, *, text: str = "") -> None:
        """How far a series is; a fraction of None ends it."""
        job = self._jobs.get(series_id)
        if job is None:
            return
        if fraction is None:
            del self._jobs[series_id], self._on_cancel[series_id]
        else:
            self._jobs[series_id] = replace(job, fraction=fraction, text=job.text if job.cancelled else text)
        self.jobs_changed.emit()

    def cancel(self, job_id: int) -> None:
        """Have a job end; one that is over stays as it is."""
        job = self._jobs.get(job_id)
        if job is not None:
            self._jobs[job_id] = replace(job, cancelled=True, text="stopping…")
            self.jobs_changed.emit()
        if job_id in self._on_cancel:
            self._on_cancel[job_id]()
        elif job_id > 0:
            self._core.cancel(job_id)

    def close(self) -> None:
        """End the core; nothing arrives afterwards."""
        self._forget_core()
        self._core.close()
        self._jobs.clear()
        self._callbacks.clear()

    def _hear(self, message: Message) -> None:
        """On the core's thread."""
        if isinstance(message, Step):
            self._newest[message.job_id] = message
        self._arrived.emit(message)

    def _receive(self, message: Message | CoreState) -> None:
        if isinstance(message, CoreState):
            self._state = message
            self.state_changed.emit(str(message))
        elif message.job_id in self._callbacks:
            if isinstance(message, Step):
                self._receive_step(message)
            else:
                self._receive_end(message)

    def _receive_step(self, step: Step) -> None:
        job = self._jobs.get(step.job_id)
        if job is not None and job.cancelled:
            return
        if job is not None:
            started_at = job.started_at if job.started_at is not None else time.monotonic()
            self._jobs[job.id] = replace(job, fraction=step.fraction, text=step.text, started_at=started_at)
        # A window that paints slower than the core steps shows the newest step only.
        if step is self._newest.get(step.job_id):
            self.step.emit(step)
            on_step = self._callbacks[step.job_id].on_step
            if on_step is not None:
                on_step(step)
            if job is not None:
                self.jobs_changed.emit()

    def _receive_end(self, message: Result | Failed) -> None:
        self._newest.pop(message.job_id, None)
        callbacks = self._callbacks.pop(message.job_id)
        job = self._jobs.pop(message.job_id, None)
        if job is not None and job.cancelled and isinstance(message, Result):
            message = Failed(message.job_id, CANCELLED, cancelled=True)
        if isinstance(message, Result):
            self.result.emit(message)
            if callbacks.on_result is not None:
                callbacks.on_result(message)
        else:
            self.failed.emit(message)
            if callbacks.on_failed is not None:
                callbacks.on_failed(message)
        if job is not None:
            self.jobs_changed.emit()


def title_of(request: Request) -> str:
    """What the job list calls a request."""
    match request:
        case SegmentRequest(box_px=None):
            return "Segment the photo"
        case SegmentRequest():
            return f"Outline {request.category}"
        case CorrectRequest():
            return "Correct the outline"
        case FitRequest():
            side = request.evidence.side
            return "Fit sneaker" if side is Side.UNKNOWN else f"Fit {side} sneaker"
        case PairFitRequest():
            return "Fit the pair"
        case SearchRequest():
            return "Find the pose"
        case OverlapRequest():
            return "Measure the overlap"
        case ContourRequest():
            return "Measure the contour"
        case ImportMeshRequest():
            return f"Read {PurePath(request.file).name}"
        case ExportRequest():
            return f"Export to {PurePath(request.out_dir).name}"
