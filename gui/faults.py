"""What happens to a fault of the program: it is logged with its trace, its annotator is told, the window goes on."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from collections import Counter
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler

MOST_OF_A_KIND = 5  # a fault in a paint event comes back sixty times a second
QUIET_S = 10.0
_LOG = logging.getLogger("outsole.fault")
_QT_LOG = logging.getLogger("outsole.qt")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Faults(QObject):
    """Hears of every exception nobody caught, on whatever thread; `told` carries a sentence, on the window's own."""

    told = Signal(str)
    _happened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._seen: Counter[str] = Counter()
        self._told_at: dict[str, float] = {}
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        # Queued: a fault may come from another thread, or from within a paint event, where nothing may be shown.
        self._happened.connect(self.told, Qt.ConnectionType.QueuedConnection)

    def watch(self) -> None:
        """Begin to listen."""
        sys.excepthook = self.hear
        threading.excepthook = lambda args: self._hear_thread(args)
        sys.unraisablehook = lambda args: _log_unraisable(args)
        qInstallMessageHandler(_log_of_qt)

    def leave(self) -> None:
        """Listen no longer."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
        qInstallMessageHandler(None)

    def hear(self, kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        """Log it and tell of it; the same one over and over is logged and told less often."""
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, fault, trace)
            return
        where = "".join(traceback.format_tb(trace))
        self._seen[where] += 1
        if self._seen[where] <= MOST_OF_A_KIND:
            _LOG.error("an exception that nobody caught", exc_info=(kind, fault, trace))
            self._before[0](kind, fault, trace)
        now = time.monotonic()
        if now - self._told_at.get(where, -QUIET_S) >= QUIET_S:
            self._told_at[where] = now
            self._happened.emit(sentence_of(fault))

    def _hear_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and args.exc_type is not SystemExit:
            self.hear(args.exc_type, args.exc_value, args.exc_traceback)


def sentence_of(fault: BaseException) -> str:
    """What the annotator is told of a fault."""
    words = " ".join(str(fault).split())
    what = f"{type(fault).__name__}: {words}" if words else type(fault).__name__
    what = what if len(what) <= 160 else f"{what[:159]}…"
    return f"Something went wrong inside the program ({what}). Nothing that was committed is lost; you can go on."


def _log_unraisable(args: sys.UnraisableHookArgs) -> None:
    trace = (args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)
    _LOG.error("%s: %r", args.err_msg or "ignored", args.object, exc_info=trace)


def _log_of_qt(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Qt's own words: into the log, and what is more than chatter to the terminal as well."""
    level = _LEVELS.get(kind, logging.WARNING)
    _QT_LOG.log(level, "%s", text)
    if level >= logging.WARNING and sys.stderr is not None:
        print(text, file=sys.stderr)
