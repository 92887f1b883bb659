"""A hand in the real window that counts its gestures: every click, drag, key and turn of the wheel is one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QPoint, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QKeySequence, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.labels.photo import Photo
from gui.app import make_window, start_after_paint
from gui.bench.scripted_window import PATIENCE_S, WINDOW_SIZE
from gui.inference import Inference
from gui.preferences import Preferences
from gui.session import Session

Point = tuple[float, float]
Box = tuple[float, float, float, float]

NONE = Qt.KeyboardModifier.NoModifier
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
TARGET_PX = 10.0  # screen px: a press nearer than that to a vertex or to a ring's first corner may mean it
_POLL_MS = 2
_WHEEL_STEP = 1.2
_SMALL_SHARE, _FULL_SHARE = 0.3, 0.7  # of the canvas: what is smaller is looked at from closer


class HandError(RuntimeError):
    """The window did not do what it was asked; a sentence."""


class CountingHand:
    """A shown window on a project, and a hand in it. Points are px of the photo; gestures: how many, by purpose.

    noise_px: standard deviation of where the hand lands, px of the photo, drawn from the seed.
    """

    def __init__(self, project: Path, *, inference: Inference | None = None, noise_px: float, seed: int) -> None:
        self.gestures: Counter[str] = Counter()
        self.noise_px = noise_px
        self._rng = np.random.default_rng(seed)
        preferences = Preferences(project.parent / "preferences")
        preferences.set("measure_time", False)  # a script's time is nobody's
        self.window = make_window(preferences, inference)
        self.place = self.window.workplace
        self.window.resize(QSize(*WINDOW_SIZE))
        start_after_paint(self.window, project)
        self.window.activateWindow()
        self.wait("the project to open", lambda: self.session.document is not None)
        self.wait("the window to be active", self.window.isActiveWindow)

    @property
    def session(self) -> Session:
        """What the window looks at."""
        return self.place.session

    @property
    def photo(self) -> Photo:
        """The open photo."""
        assert self.session.photo is not None
        return self.session.photo

    @property
    def hold_px(self) -> float:
        """How far from a vertex, px of the photo, a press no longer means it."""
        return TARGET_PX / self.place.canvas.scale_px

    def open_photo(self, photo_id: str) -> None:
        """Go to a photo, with the tool that chooses and the tolerance a person's; counts nothing."""
        self.gestures = Counter()
        self.session.open_photo(photo_id)
        self.session.use_tool("select")
        self.place.preferences.reset("outline_tolerance")
        self.wait("the photo to be shown", lambda: self.place.canvas.picture is not None)
        self.place.canvas.fit()

    def close(self) -> None:
        """Close the window, with its threads and its core."""
        self.window.close()
        self.window.deleteLater()

    # ---- gestures

    def key(self, keys: str, purpose: str) -> None:
        """Press keys, as "Ctrl+P"."""
        self._count(purpose)
        combination = QKeySequence(keys)[0]  # type: ignore[index]  # its stub lacks what it can do
        QTest.keyClick(self.window.windowHandle(), combination.key(), combination.keyboardModifiers())
        self._settle()

    def click(self, at_px: Point, purpose: str, *, held: Qt.KeyboardModifier = NONE, steady: bool = False) -> None:
        """Click the photo; steady: without the hand's noise, which is in the place already."""
        self._count(purpose)
        at = at_px if steady else self._shaken(at_px)
        self._mouse(QEvent.Type.MouseMove, at, held, down=False)
        self._mouse(QEvent.Type.MouseButtonPress, at, held)
        self._mouse(QEvent.Type.MouseButtonRelease, at, held)
        self._settle()

    def drag(self, start_px: Point, end_px: Point, purpose: str) -> None:
        """Press at one place, let go at another; the hand's noise is where it lets go."""
        self._count(purpose)
        end = self._shaken(end_px)
        self._mouse(QEvent.Type.MouseMove, start_px, NONE, down=False)
        self._mouse(QEvent.Type.MouseButtonPress, start_px, NONE)
        for share in (0.5, 1.0):
            at = (start_px[0] + share * (end[0] - start_px[0]), start_px[1] + share * (end[1] - start_px[1]))
            self._mouse(QEvent.Type.MouseMove, at, NONE)
        self._mouse(QEvent.Type.MouseButtonRelease, end, NONE)
        self._settle()

    def point_at(self, at_px: Point) -> None:
        """Bring the pointer over a place, which is no gesture."""
        self._mouse(QEvent.Type.MouseMove, at_px, NONE, down=False)
        self._settle()

    def look_at(self, box_px: Box) -> None:
        """Have a sneaker in sight and large enough to hold its corners: turns of the wheel, only where needed."""
        canvas = self.place.canvas
        seen, scale = canvas.seen_px, canvas.scale_px
        x0, y0, x1, y1 = box_px
        size = canvas.viewport().size()
        share = max((x1 - x0) * scale / size.width(), (y1 - y0) * scale / size.height())
        is_seen = seen.left() <= x0 and seen.top() <= y0 and seen.right() >= x1 and seen.bottom() >= y1
        if is_seen and share >= _SMALL_SHARE:
            return
        if not is_seen:
            self.key("F", "look closer")
            self.look_at(box_px)
            return
        steps = int(np.log(_FULL_SHARE / share) / np.log(_WHEEL_STEP))
        self._wheel(_fixed_point(seen, box_px, _WHEEL_STEP**-steps), steps)

    # ---- waiting

    def wait(self, what: str, condition: Callable[[], bool]) -> None:
        """Let the window work until a condition holds; raises HandError when it does not."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                raise HandError(f"Waited {PATIENCE_S:.0f} s for {what}.")
            self._pause(_POLL_MS)

    def wait_for_machine(self) -> None:
        """Until every job has ended."""
        self.wait("the machine", lambda: not self.place.inference.jobs)
        self._settle()

    # ---- inside

    def _count(self, purpose: str) -> None:
        self.gestures[purpose] += 1
        self._settle()

    def _settle(self) -> None:
        """What waits for a turn of the event loop has it, as between any two acts of a hand."""
        for _ in range(2):
            self._pause(0)

    def _pause(self, ms: int) -> None:
        turn = QEventLoop()
        QTimer.singleShot(ms, turn.quit)
        turn.exec()

    def _shaken(self, at_px: Point) -> Point:
        dx, dy = self._rng.normal(0.0, self.noise_px, 2)
        return at_px[0] + float(dx), at_px[1] + float(dy)

    def _mouse(self, kind: QEvent.Type, at_px: Point, held: Qt.KeyboardModifier, *, down: bool = True) -> None:
        # To a fraction of a screen px: the hand's noise stands for all that a hand misses by.
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        button = none if kind is QEvent.Type.MouseMove else left
        buttons = left if down and kind is not QEvent.Type.MouseButtonRelease else none
        target = self.place.canvas.viewport()
        QApplication.sendEvent(target, QMouseEvent(kind, *self._everywhere(at_px), button, buttons, held))

    def _wheel(self, at_px: Point, steps: int) -> None:
        self._count("look closer")
        at, _, everywhere = self._everywhere(at_px)
        left = (QPoint(0, 0), QPoint(0, 120 * steps), Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase)
        QApplication.sendEvent(self.place.canvas.viewport(), QWheelEvent(at, everywhere, *left, False))
        self._settle()

    def _everywhere(self, at_px: Point) -> tuple[QPointF, QPointF, QPointF]:
        target = self.place.canvas.viewport()
        at = self.place.canvas.screen_point(at_px)
        return at, target.mapTo(self.window, at), target.mapToGlobal(at)


def _fixed_point(seen: QRectF, box_px: Box, shrink: float) -> Point:
    """The place under the wheel at which what is seen shrinks to a view with the box in its middle."""
    middle = (box_px[0] + box_px[2]) / 2, (box_px[1] + box_px[3]) / 2
    corner, size = (seen.left(), seen.top()), (seen.width(), seen.height())
    x, y = ((middle[i] - shrink * (size[i] / 2 + corner[i])) / (1 - shrink) for i in (0, 1))
    return float(np.clip(x, seen.left(), seen.right())), float(np.clip(y, seen.top(), seen.bottom()))
