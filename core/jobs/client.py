"""The inference core as the window sees it: a warm child that is fed, listened to, and replaced when it dies."""

from __future__ import annotations

import logging
import queue
import subprocess
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

from core.document.signal import Signal
from core.jobs.child import default_log_file, server_command, start_child
from core.jobs.messages import Failed, Message, Request, Step
from core.jobs.pipe import Cancel, FromCore, Submit, ToCore, Warm, receive, send
from core.jobs.protocol import CANCELLED, CoreState, Listener, activity, is_background

_DEATHS_THAT_STOP = 3
_WITHIN_S = 60.0
_BACK_OFF_S = (0.0, 1.0)
_PATIENCE_S = 1.0
_LOG = logging.getLogger("outsole.core")

Outbox = queue.SimpleQueue[ToCore | None]


@dataclass(slots=True)
class _Pending:
    request: Request
    listener: Listener
    started: bool = False
    cancelled: bool = False


class ProcessCore:
    """The default core. `on_state` and listeners are called on its own thread, except a failure known at once."""

    def __init__(self, *, command: Sequence[str] | None = None, log_file: Path | None = None) -> None:
        self.on_state: Signal[CoreState] = Signal()
        self._command = tuple(command or server_command())
        self._log_file = log_file
        self._state = CoreState.STARTING
        self._numbers = count(1)
        self._lock = threading.RLock()
        self._jobs: dict[int, _Pending] = {}
        self._outbox: Outbox | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    @property
    def state(self) -> CoreState:
        """What it is doing now."""
        return self._state

    @property
    def process_id(self) -> int | None:
        """The process that answers at this moment, if any."""
        child = self._child
        return child.pid if child is not None else None

    def start(self) -> None:
        """Start the process in the background, or start it again after it died too often."""
        with self._lock:
            if self._closing.is_set() or self._thread is not None:
                return
            self._state = CoreState.STARTING
            self._thread = threading.Thread(target=self._keep_alive, name="inference core", daemon=True)
            self._thread.start()

    def submit(self, request: Request, listener: Listener) -> int:
        """Ask; before the process is up requests wait, and after it stopped for good they fail at once."""
        with self._lock:
            job_id = next(self._numbers)
            refused = self._state is CoreState.STOPPED or self._closing.is_set()
            if not refused:
                self._jobs[job_id] = _Pending(request, listener)
                if self._outbox is not None:
                    self._outbox.put(Submit(job_id, request))
                self.start()
        if refused:
            sentence = "The inference core is stopped. Start it beside “core: stopped” below, then try again."
            listener(Failed(job_id, sentence))
        return job_id

    def cancel(self, job_id: int) -> None:
        """End a job at its next step, or now if it has not reached a process yet."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None:
                return
            job.cancelled = True
            if self._outbox is not None:
                self._outbox.put(Cancel(job_id))
                return
            del self._jobs[job_id]
        job.listener(Failed(job_id, CANCELLED, cancelled=True))

    def close(self) -> None:
        """End the process; waits for it, usually a few ms, and kills it when it is busy for longer than a second."""
        with self._lock:
            self._closing.set()
            self._jobs.clear()
            if self._outbox is not None:
                self._outbox.put(None)
            thread = self._thread
        if thread is None or thread is threading.current_thread():
            return
        thread.join(_PATIENCE_S)
        if thread.is_alive():
            child = self._child
            if child is not None:
                child.kill()
            thread.join(_PATIENCE_S)

    # ---- below: the core's own thread

    def _keep_alive(self) -> None:
        deaths: deque[float] = deque(maxlen=_DEATHS_THAT_STOP)
        self.on_state.emit(CoreState.STARTING)
        while not self._closing.is_set():
            self._run_child()
            if self._closing.is_set():
                break
            deaths.append(time.monotonic())
            if len(deaths) == _DEATHS_THAT_STOP and deaths[-1] - deaths[0] <= _WITHIN_S:
                self._give_up()
                return
            self._fail_started()
            self._change(CoreState.RESTARTING)
            self._closing.wait(_BACK_OFF_S[min(len(deaths), len(_BACK_OFF_S)) - 1])
        self._change(CoreState.STOPPED)

    def _run_child(self) -> None:
        """Start a process, hand it every job it should know, and listen until it is gone."""
        try:
            child = start_child(self._command, self._log_file or default_log_file())
        except OSError:
            _LOG.exception("the inference core could not be started with %s", self._command)
            return
        assert child.stdin is not None and child.stdout is not None
        outbox: Outbox = queue.SimpleQueue()
        with self._lock:
            self._child = child
            for job_id, job in self._jobs.items():
                outbox.put(Submit(job_id, job.request))
            self._outbox = outbox
            if self._closing.is_set():
                outbox.put(None)
        threading.Thread(target=_feed, args=(child.stdin, outbox), name="to inference core", daemon=True).start()
        self._listen(child.stdout)
        with self._lock:
            self._outbox = None
            self._child = None
        outbox.put(None)
        _bury(child)

    def _listen(self, stream: IO[bytes]) -> None:
        warm = False
        with stream:
            while True:
                try:
                    value: FromCore = receive(stream)
                except (EOFError, OSError):
                    return
                if isinstance(value, Warm):
                    warm = True
                    self._settle(warm)
                elif isinstance(value, Step):
                    self._deliver(value)
                    self._settle(warm)
                else:
                    self._settle(warm, less=value.job_id)
                    self._deliver(value)

    def _deliver(self, message: Message) -> None:
        with self._lock:
            job = self._jobs.get(message.job_id)
            if job is None:
                return
            if isinstance(message, Step):
                job.started = True
            else:
                del self._jobs[message.job_id]
        self._tell(job, message)

    def _tell(self, job: _Pending, message: Message) -> None:
        try:
            job.listener(message)
        except Exception:
            # One listener's mistake must not silence every other job of the window.
            _LOG.exception("a listener failed on %s", message)

    def _settle(self, warm: bool, *, less: int | None = None) -> None:
        """Busy while a job that is not `less` runs; otherwise ready, once warm."""
        with self._lock:
            busy = any(
                job.started and not is_background(job.request) for number, job in self._jobs.items() if number != less
            )
        self._change(CoreState.BUSY if busy else CoreState.READY if warm else CoreState.STARTING)

    def _fail_started(self) -> None:
        with self._lock:
            ended = {number: job for number, job in self._jobs.items() if job.started or job.cancelled}
            for number in ended:
                del self._jobs[number]
        for number, job in ended.items():
            sentence = (
                f"The inference core stopped while {activity(job.request)}; it has been restarted. "
                "Nothing in the project was changed. Try again."
            )
            self._tell(job, _ended(number, job, sentence))

    def _give_up(self) -> None:
        """After a death too many: fail every job, and wait to be started again."""
        with self._lock:
            ended, self._jobs = self._jobs, {}
            self._thread = None
            self._state = CoreState.STOPPED
        self.on_state.emit(CoreState.STOPPED)
        for number, job in ended.items():
            sentence = (
                f"The inference core stopped {_DEATHS_THAT_STOP} times within a minute and was not restarted again. "
                f"Nothing in the project was changed. Start it beside “core: stopped” below; what went wrong is in "
                f"{self._log_file or default_log_file()}."
            )
            self._tell(job, _ended(number, job, sentence))

    def _change(self, state: CoreState) -> None:
        if state is not self._state:
            self._state = state
            self.on_state.emit(state)


def _ended(number: int, job: _Pending, sentence: str) -> Failed:
    return Failed(number, CANCELLED, cancelled=True) if job.cancelled else Failed(number, sentence)


def _feed(stream: IO[bytes], outbox: Outbox) -> None:
    """Write what is in the outbox until None; a window must never wait for a full pipe."""
    try:
        with stream:
            while (value := outbox.get()) is not None:
                send(stream, value)
    except OSError:
        # The process is gone; whoever reads from it has noticed, and starts another.
        return


def _bury(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    _LOG.info("the inference core ended with code %s", child.returncode)
