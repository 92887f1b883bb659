"""A hand that steers the shoe in the real window with mouse events 60 times a second, and what it sees and feels."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication, QStyleOptionGraphicsItem, QWidget

from gui.app import make_window, start_after_paint
from gui.canvas.layer import Layer
from gui.canvas.shoe_drawing import RenderedShoe
from gui.canvas.shoe_meshes import Detail
from gui.inference import Inference
from gui.preferences import Preferences
from gui.session import ShoeLook

WINDOW_SIZE = (1280, 800)
PATIENCE_S = 120.0
_MOVES_PER_S = 60
_PAUSE_TICKS = 30  # after each drag: the shoe comes to rest and is drawn finely
_REACH_PX = 90.0
_HELD = {
    "turn": Qt.KeyboardModifier.NoModifier,
    "slide": Qt.KeyboardModifier.ShiftModifier,
    "push": Qt.KeyboardModifier.ControlModifier,
}


@dataclass(frozen=True, slots=True)
class Course:
    """`frames` mouse moves for each of the three drags, with the shoe drawn in that look."""

    frames: int = 200
    look: ShoeLook = ShoeLook.SOLID


@dataclass(frozen=True, slots=True)
class PaintedPicture:
    """A picture of the shoe on the canvas: when the mouse moved for it, when it was painted, how long it was drawn."""

    moved_s: float
    painted_s: float
    drawn_ms: float


@dataclass(slots=True)
class DragLog:
    """drags: the pictures of each drag. rounds_s: when the event loop ran; from index first_press on during drags."""

    drags: list[list[PaintedPicture]] = field(default_factory=list)
    rounds_s: list[float] = field(default_factory=list)
    first_press: int = 0
    overlaps: int = 0


class MeasuredDrags(QObject):
    """The window with a project, and the hand. `run` answers what was measured."""

    def __init__(self, project: Path, course: Course, *, inference: Inference | None = None) -> None:
        super().__init__()
        self._course = course
        self._window = make_window(Preferences(project.parent / "preferences"), inference)
        self._window.resize(*WINDOW_SIZE)
        self._place = self._window.workplace
        self._log = DragLog()
        self._loop = QEventLoop()
        self._trouble = ""
        self._steps = self._script()
        self._pictures = _Pictures()
        self._connect()
        start_after_paint(self._window, project)

    def run(self) -> DragLog:
        """Wait until all is open and warm, drag, and answer the log; raises RuntimeError when the shoe cannot be."""
        self._every(1, lambda: self._log.rounds_s.append(time.perf_counter()))
        self._every(1000 // _MOVES_PER_S, self._tick)
        self._loop.exec()
        if self._trouble:
            raise RuntimeError(self._trouble)
        return self._log

    def close(self) -> None:
        """End the timers and close the window, with its threads and its core."""
        for timer in self.findChildren(QTimer):
            timer.stop()
        self._window.close()
        self._window.deleteLater()

    def _connect(self) -> None:
        place, pictures = self._place, self._pictures
        # Connected after the overlay's own listeners: it has asked, or shown, when these are told.
        place.session.signals.shown_changed.connect(lambda _: pictures.asked(place.shoe.overlay.newest_token))
        place.shoe.renderer.rendered.connect(pictures.shown)
        place.shoe.renderer.failed.connect(self._give_up)
        place.shoe.watch.changed.connect(self._count_overlap)
        place.canvas.add_layer(_Eye(pictures.painted))

    def _tick(self) -> None:
        if next(self._steps, None) is None:
            self._loop.quit()

    def _script(self) -> Iterator[bool]:
        """What the hand does, a step a tick."""
        place, session, pictures = self._place, self._place.session, self._pictures
        yield from self._wait_until("the photo to be shown", lambda: place.canvas.has_picture)
        assert session.photo is not None
        session.select(session.photo.instances[0].id)
        session.use_tool("align")
        session.look(replace(session.view, shoe_look=self._course.look))
        yield from self._wait_until("the shoe to be drawn", lambda: place.shoe.overlay.is_at_rest)
        yield from self._drag("turn", lambda done: pictures.coarse_seen)
        yield from self._wait_until("the first live IoU", lambda: self._log.overlaps > 0)
        yield from self._wait_until("the shoe to be drawn", lambda: place.shoe.overlay.is_at_rest)
        self._log.first_press, self._log.overlaps = len(self._log.rounds_s), 0
        for kind in _HELD:
            pictures.taken = []
            yield from self._drag(kind, lambda done: done >= self._course.frames)
            self._log.drags.append(pictures.taken)
            yield from (True for _ in range(_PAUSE_TICKS))
            yield from self._wait_until("the shoe to be drawn", lambda: place.shoe.overlay.is_at_rest)

    def _drag(self, kind: str, ended: Callable[[int], bool]) -> Iterator[bool]:
        """Press on the shoe, run round in figures of eight, let go."""
        session = self._place.session
        pose = session.selected.pose if session.selected else None
        assert session.photo is not None and pose is not None
        x_px, y_px = session.photo.camera.project(pose.translation_mm).tolist()
        start, held = self._place.canvas.screen_point((x_px, y_px)), _HELD[kind]
        done, at = 0, start
        self._post(QEvent.Type.MouseButtonPress, start, held)
        yield True
        while not ended(done):
            done += 1
            at = start + QPointF(math.sin(done / 25), math.sin(2 * done / 25) / 2) * _REACH_PX
            self._post(QEvent.Type.MouseMove, at, held)
            yield True
        self._post(QEvent.Type.MouseButtonRelease, at, held)
        yield True

    def _wait_until(self, what: str, condition: Callable[[], bool]) -> Iterator[bool]:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                self._give_up(f"Waited {PATIENCE_S:.0f} s for {what}.")
                return
            yield True

    def _post(self, kind: QEvent.Type, at: QPointF, held: Qt.KeyboardModifier) -> None:
        target = self._place.canvas.viewport()
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        button = none if kind is QEvent.Type.MouseMove else left
        buttons = none if kind is QEvent.Type.MouseButtonRelease else left
        everywhere = (at, target.mapTo(self._window, at), target.mapToGlobal(at))
        self._pictures.moved_s = time.perf_counter()
        QApplication.postEvent(target, QMouseEvent(kind, *everywhere, button, buttons, held))

    def _every(self, interval_ms: int, act: Callable[[], None]) -> None:
        timer = QTimer(self)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(act)
        timer.start(interval_ms)

    def _count_overlap(self, overlap: object) -> None:
        self._log.overlaps += overlap is not None

    def _give_up(self, sentence: str) -> None:
        self._trouble = sentence
        self._loop.quit()


class _Pictures:
    """Follows each picture of the shoe from the mouse move through the render thread to the canvas."""

    def __init__(self) -> None:
        self.moved_s = 0.0
        self.coarse_seen = False
        self.taken: list[PaintedPicture] = []
        self._moves: dict[int, float] = {}
        self._fresh: RenderedShoe | None = None

    def asked(self, token: int) -> None:
        """The overlay asked for the pose of the last mouse move."""
        self._moves.setdefault(token, self.moved_s)

    def shown(self, shoe: RenderedShoe) -> None:
        """The canvas has a picture, and will paint it."""
        self._fresh = shoe
        self.coarse_seen |= shoe.detail is not Detail.FULL

    def painted(self) -> None:
        """The canvas was painted."""
        shoe, self._fresh = self._fresh, None
        if shoe is not None and shoe.token in self._moves and shoe.detail is not Detail.FULL:
            now = time.perf_counter()
            self.taken.append(PaintedPicture(self._moves.pop(shoe.token), now, shoe.elapsed_ms))


class _Eye(Layer):
    """Over all other layers, and so painted last: tells when the canvas has been painted."""

    def __init__(self, painted: Callable[[], None]) -> None:
        super().__init__()
        self._painted = painted

    def boundingRect(self) -> QRectF:
        return self.seen_px

    def view_changed(self) -> None:
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        self._painted()
