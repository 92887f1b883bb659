"""The real window, a script that works in it 60 times a second, and a timer that feels when its event loop stalls."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from gui.app import make_window, start_after_paint
from gui.inference import Inference
from gui.preferences import Preferences

WINDOW_SIZE = (1280, 800)
PATIENCE_S = 120.0
STEPS_PER_S = 60

Script = Iterator[bool]


class ScriptedWindow(QObject):
    """A shown window on a project. A script is a generator: what it does up to a `yield` happens in one tick.

    rounds_s: when the event loop ran, which it is asked to do every millisecond. posted_s: when the last mouse event
    was posted.
    """

    def __init__(self, project: Path, *, inference: Inference | None = None) -> None:
        super().__init__()
        preferences = Preferences(project.parent / "preferences")
        preferences.set("measure_time", False)  # a script's time is nobody's
        self.window = make_window(preferences, inference)
        self.window.resize(*WINDOW_SIZE)
        self.rounds_s: list[float] = []
        self.posted_s = 0.0
        self._loop = QEventLoop()
        self._script: Script = iter(())
        self._trouble = ""
        start_after_paint(self.window, project)

    def run(self, script: Script) -> None:
        """Go through a script; raises RuntimeError with a sentence when it cannot go on."""
        self._script = script
        self._every(1, lambda: self.rounds_s.append(time.perf_counter()))
        self._every(1000 // STEPS_PER_S, self._tick)
        self._loop.exec()
        if self._trouble:
            raise RuntimeError(self._trouble)

    def close(self) -> None:
        """End the timers and close the window, with its threads and its core."""
        for timer in self.findChildren(QTimer):
            timer.stop()
        self.window.close()
        self.window.deleteLater()

    def give_up(self, sentence: str) -> None:
        """End the script; the sentence says why."""
        self._trouble = sentence
        self._loop.quit()

    def wait_until(self, what: str, condition: Callable[[], bool]) -> Script:
        """Let ticks pass until a condition holds; `what` completes "waited … s for"."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                self.give_up(f"Waited {PATIENCE_S:.0f} s for {what}.")
            yield True

    def mouse(self, kind: QEvent.Type, at: QPointF, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Post a press, move or release of the left button; `at` in px of the canvas."""
        target = self.window.workplace.canvas.viewport()
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        button = none if kind is QEvent.Type.MouseMove else left
        buttons = none if kind is QEvent.Type.MouseButtonRelease else left
        everywhere = (at, target.mapTo(self.window, at), target.mapToGlobal(at))
        self.posted_s = time.perf_counter()
        QApplication.postEvent(target, QMouseEvent(kind, *everywhere, button, buttons, held))

    def _tick(self) -> None:
        try:
            ended = next(self._script, None) is None
        except Exception:
            self.give_up("The script failed; see the error above.")
            raise
        if ended:
            self._loop.quit()

    def _every(self, interval_ms: int, act: Callable[[], None]) -> None:
        timer = QTimer(self)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(act)
        timer.start(interval_ms)
