"""Watches over one run of the window: its log, its faults, its mark for the next start, and its end by the system."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import platform
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSocketNotifier, qVersion
from PySide6.QtGui import QGuiApplication

from core.storage.last_run import Ended, RunMark, ended_unexpectedly
from core.storage.log import start_log, stop_log
from gui.faults import Faults
from gui.session import Notice, Session

NOTHING_LOST = "Nothing that was committed is lost"
_LOG = logging.getLogger("outsole.window")
_LEVELS = {"warning": logging.WARNING, "danger": logging.ERROR}
# Those that mean: end, please. The window then closes as it does by hand.
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name))


class RunWatch(QObject):
    """Made before the window, `watch`ed over a session, told to `look_back` after the first paint, `end`ed last."""

    def __init__(self) -> None:
        super().__init__()
        self.problem = start_log()
        if sys.stderr is not None:  # until there is a file: who started the window hears of a crash
            faulthandler.enable()
        self.faults = Faults()
        self.faults.watch()
        self._mark: RunMark | None = None
        self._ears: tuple[socket.socket, socket.socket] | None = None
        self._heard_before: dict[int, Any] = {}

    def watch(self, session: Session, *, path: Callable[[], Path | None], close: Callable[[], bool]) -> None:
        """Tell `session` of faults, log what it tells the annotator, and `close` when the system says so."""
        screens = ", ".join(f"{s.size().width()}×{s.size().height()}" for s in QGuiApplication.screens())
        _LOG.info(
            "started: Python %s on %s, Qt %s by %s, screens %s",
            *(platform.python_version(), platform.platform(), qVersion(), QGuiApplication.platformName(), screens),
        )
        self.faults.told.connect(lambda sentence: session.notice(sentence, "danger"))
        session.signals.noticed.connect(_log_notice)
        session.signals.document_changed.connect(lambda _: _LOG.info("project: %s", path() or "none"))
        self._listen(session, close)
        if self.problem:
            session.notice(self.problem, "warning")

    def look_back(self, session: Session) -> None:
        """Say whether the last window ended as it should, and leave a mark for the next."""
        for ended in ended_unexpectedly():
            _LOG.error("process %s ended unexpectedly\n%s", ended.process, ended.crash)
            session.notice(sentence_of(ended), "warning", log=True)
        try:
            self._mark = RunMark()
        except OSError as error:
            _LOG.warning("no mark of this run is kept: %s", error)

    def end(self) -> None:
        """The window has been closed."""
        _LOG.info("ended")
        if self._mark is not None:
            self._mark.release()
        self.faults.leave()
        if self._ears is not None:
            signal.set_wakeup_fd(-1)
            for number, before in self._heard_before.items():  # what still has to end can be told to
                signal.signal(number, before or signal.SIG_DFL)
            for ear in self._ears:
                ear.close()
        stop_log()

    def _listen(self, session: Session, close: Callable[[], bool]) -> None:
        """Qt's loop runs no Python while nothing happens, so a signal wakes it through a socket."""
        self._ears = near, far = socket.socketpair()
        for ear in self._ears:
            ear.setblocking(False)
        notifier = QSocketNotifier(near.fileno(), QSocketNotifier.Type.Read, self)

        def close_now() -> None:
            with contextlib.suppress(BlockingIOError):
                near.recv(64)
            _LOG.info("told to end by the system")
            session.escape()
            if not close():  # a second time it goes, whatever is still being written
                close()

        notifier.activated.connect(lambda: close_now())
        for number in _SIGNALS:
            self._heard_before[number] = signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(far.fileno(), warn_on_full_buffer=False)


def sentence_of(ended: Ended) -> str:
    """What is said of a window that ended by itself."""
    when = time.strftime("%d %b, %H:%M", time.localtime(ended.when_s))
    how = "crashed" if ended.crash else "ended unexpectedly"
    return f"Outsole {how} last time (started {when}). {NOTHING_LOST}."


def _log_notice(notice: Notice) -> None:
    if notice.level in _LEVELS:
        _LOG.log(_LEVELS[notice.level], "said: %s", notice.text)
