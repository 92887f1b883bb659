"""Looks at a window from another thread, and waits until something is seen; everything runs on the window's thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from gui.tour.windows import TourError, seen

T = TypeVar("T")

PATIENCE_S = 30.0
_LOOK_AGAIN_S = 0.01
_ANSWER_S = 60.0


class Watcher:
    """Used from its own thread, as an annotator is: when the window is in a dialog's loop, the watcher goes on."""

    def __init__(self) -> None:
        self._relay = _Relay()
        self._trouble: list[Exception] = []

    def read(self, look: Callable[[], T]) -> T:
        """What `look` answers on the window's thread; its exception is raised here."""
        answer: list[T] = []
        trouble, self._trouble = self._trouble, []
        done = threading.Event()

        def run() -> None:
            try:
                answer.append(look())
            except Exception as error:  # whatever it is, it belongs to the thread that asked
                trouble.append(error)
            finally:
                done.set()

        self._relay.asked.emit(run)
        if not done.wait(_ANSWER_S):
            raise TourError(f"The window did not answer for {_ANSWER_S:.0f} s.")
        if trouble:
            raise trouble[0]
        return answer[0]

    def wait(self, what: str, until: Callable[[], object], *, seconds: float = PATIENCE_S) -> None:
        """Wait until a condition holds; `what` completes "waited … s for"."""
        pause = threading.Event()
        deadline = time.monotonic() + seconds
        while not self.read(until):
            if time.monotonic() > deadline:
                raise TourError(f"Waited {seconds:.0f} s for {what}.")
            pause.wait(_LOOK_AGAIN_S)

    def wait_for(self, name: str, *, enabled: bool = True, seconds: float = PATIENCE_S) -> None:
        """Wait until a widget of that name is seen (and can be used)."""
        words = f"“{name}” to be there" + (" and enabled" if enabled else "")
        self.wait(words, lambda: (w := seen(name)) is not None and (w.isEnabled() or not enabled), seconds=seconds)

    def wait_gone(self, name: str, *, seconds: float = PATIENCE_S) -> None:
        """Wait until no widget of that name is seen."""
        self.wait(f"“{name}” to be gone", lambda: seen(name) is None, seconds=seconds)

    def send(self, send: Callable[[], object]) -> None:
        """Have something done there, after all that was asked before."""

        def run() -> None:
            try:
                send()
            except (RuntimeError, TourError) as error:
                self._trouble.append(error)

        # Its end is not waited for: a press may open a dialog whose loop ends only when the dialog does.
        self._relay.asked.emit(run)
        self.read(lambda: None)


class _Relay(QObject):
    """Lives on the window's thread; what is asked of it is done there, in order."""

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked.connect(self._do, Qt.ConnectionType.QueuedConnection)

    def _do(self, act: Callable[[], Any]) -> None:
        act()
