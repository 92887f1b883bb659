"""The inference core's process: reads requests from its standard input, answers on its standard output.

Two threads work: one on jobs, in order, and one on what the hand waits for, so that a long job holds up neither the
number beside a shoe that is being dragged nor the answer to a click. A third warms up. The main thread only listens;
when its pipe closes, the window is gone and so is this process.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import IO

from core.jobs.messages import ExportRequest, Failed, Message, Request, Step
from core.jobs.pipe import Cancel, FromCore, Submit, ToCore, Warm, receive, send
from core.jobs.protocol import CANCELLED, SUPERSEDED, is_quick, superseding_key

Send = Callable[[FromCore], None]

STARTING = "Starting…"  # of the first job: what answers it is still to be read

_STEPS_PER_S = 60.0
_NICENESS = 5
_LAST_S = 0.8  # less than a window that closes waits before it kills
_LOG = logging.getLogger("outsole.core")


def main() -> int:
    """Serve until the standard input closes."""
    inbox, outbox = _private_pipes()
    faulthandler.enable()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(levelname)s %(message)s")
    # Ctrl+C in the terminal is for the window, which then closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.excepthook = _die_of
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    serve(inbox, outbox)
    logging.shutdown()
    # Threads may be deep in a fit; nobody wants its answer.
    os._exit(0)


def serve(inbox: IO[bytes], outbox: IO[bytes]) -> None:
    """Answer what comes in until `inbox` ends."""
    writing = threading.Lock()

    def tell(value: FromCore) -> None:
        with writing:
            send(outbox, value)

    jobs, quick = Lane(tell), Lane(tell)
    for name, work in (("jobs", jobs.work), ("quick", quick.work), ("warm-up", lambda: _warm_up(tell))):
        threading.Thread(target=work, name=name, daemon=True).start()
    while True:
        try:
            command: ToCore = receive(inbox)
        except EOFError:
            jobs.end_export(_LAST_S)
            return
        match command:
            case Submit(job_id, request):
                (quick if is_quick(request) else jobs).add(job_id, request)
            case Cancel(job_id):
                jobs.cancel(job_id)
                quick.cancel(job_id)


class Lane:
    """Requests in a row, and the one thread that answers them."""

    def __init__(self, tell: Send) -> None:
        self._tell = tell
        self._waiting: dict[int, Request] = {}
        self._running: int | None = None
        self._request: Request | None = None  # of the one that runs
        self._stopping: int | None = None
        self._changed = threading.Condition()

    def add(self, job_id: int, request: Request) -> None:
        """Append a request; one that waits and that it supersedes is answered as cancelled."""
        key = superseding_key(request)
        with self._changed:
            old = [other for other, waits in self._waiting.items() if key and superseding_key(waits) == key]
            for other in old:
                del self._waiting[other]
            self._waiting[job_id] = request
            self._changed.notify()
        for other in old:
            self._tell(Failed(other, SUPERSEDED, cancelled=True))

    def cancel(self, job_id: int) -> None:
        """Drop the request if it waits, or have it end at its next step if it runs."""
        with self._changed:
            waited = self._waiting.pop(job_id, None) is not None
            if self._running == job_id:
                self._stopping = job_id
        if waited:
            self._tell(Failed(job_id, CANCELLED, cancelled=True))

    def end_export(self, patience_s: float) -> None:
        """Have an export that runs take its unfinished folder away, so long as that lasts; nothing else begins."""
        with self._changed:
            self._waiting.clear()
            if isinstance(self._request, ExportRequest):
                self._stopping = self._running
                self._changed.wait_for(lambda: self._running is None, patience_s)

    def work(self) -> None:
        """Answer requests for ever."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                job_id = next(iter(self._waiting))
                self._request = request = self._waiting.pop(job_id)
                self._running = job_id
            is_loaded = "core.jobs.tasks" in sys.modules
            self._tell(Step(job_id, 0.0) if is_loaded else Step(job_id, None, STARTING))
            self._tell(self._answered(job_id, request))
            with self._changed:
                self._running = self._request = None
                self._changed.notify_all()

    def _answered(self, job_id: int, request: Request) -> Message:
        # The first import takes a second or more; the pipe must be listened to meanwhile.
        from core.jobs.tasks import run_job

        last_told = 0.0

        def report(step: Step) -> bool:
            nonlocal last_told
            now = time.monotonic()
            if now - last_told >= 1 / _STEPS_PER_S:
                last_told = now
                self._tell(step)
            return self._stopping != job_id

        return run_job(job_id, request, report=report)


def _warm_up(tell: Send) -> None:
    from core.jobs.tasks import warm_up

    try:
        warm_up()
    except Exception:
        # What cannot be loaded fails again, with its sentence, in the job that needs it.
        _LOG.exception("warming up failed")
    tell(Warm())


def _private_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """The standard streams for messages alone: whatever a library prints goes to the log instead."""
    inbox, outbox = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(inbox, "rb"), os.fdopen(outbox, "wb")


def _die_of(args: threading.ExceptHookArgs) -> None:
    """A core without one of its threads would keep its window waiting for ever; one that is gone is started again."""
    _LOG.critical("thread %s ended", args.thread, exc_info=args.exc_value)
    logging.shutdown()
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
