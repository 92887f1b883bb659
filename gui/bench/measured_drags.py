"""A hand that turns, slides and pushes the shoe in the real window, and what it sees of the shoe on the canvas."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gui.bench.scripted_window import Script, ScriptedWindow
from gui.canvas.layer import Layer
from gui.canvas.shoe_drawing import RenderedShoe
from gui.canvas.shoe_meshes import Detail
from gui.inference import Inference
from gui.session import ShoeLook

_PAUSE_TICKS = 30  # after each drag: the shoe comes to rest and is drawn finely
_REACH_PX = 90.0
_HELD = {
    "turn": Qt.KeyboardModifier.NoModifier,
    "slide": Qt.KeyboardModifier.ShiftModifier,
    "push": Qt.KeyboardModifier.ControlModifier,
}


@dataclass(frozen=True, slots=True)
class Course:
    """`frames` mouse moves for each of the three drags, with the shoe drawn in that look.

    residuals: with the contour error along the outline; plotted: and in its plot.
    """

    frames: int = 200
    look: ShoeLook = ShoeLook.SOLID
    residuals: bool = False
    plotted: bool = False


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


def measure_drags(project: Path, course: Course, *, inference: Inference | None = None) -> DragLog:
    """Open a window on a project of one posed shoe, drag it about, and close the window again."""
    scripted = ScriptedWindow(project, inference=inference)
    drags = _Drags(scripted, course)
    try:
        scripted.run(drags.script())
    finally:
        scripted.close()
    drags.log.rounds_s = scripted.rounds_s
    return drags.log


def shoe_centre(scripted: ScriptedWindow) -> QPointF:
    """Where the chosen shoe's centre is on the canvas, px."""
    place = scripted.window.workplace
    photo, instance = place.session.photo, place.session.selected
    assert photo is not None and instance is not None and instance.pose is not None
    x_px, y_px = photo.camera.project(instance.pose.translation_mm).tolist()
    return place.canvas.screen_point((x_px, y_px))


def drag_about(
    scripted: ScriptedWindow, ended: Callable[[int], bool], held: Qt.KeyboardModifier = _HELD["turn"]
) -> Script:
    """Press on the shoe, run round in figures of eight until `ended(moves)`, let go."""
    start = at = shoe_centre(scripted)
    done = 0
    scripted.mouse(QEvent.Type.MouseButtonPress, start, held)
    yield True
    while not ended(done):
        done += 1
        at = start + QPointF(math.sin(done / 25), math.sin(2 * done / 25) / 2) * _REACH_PX
        scripted.mouse(QEvent.Type.MouseMove, at, held)
        yield True
    scripted.mouse(QEvent.Type.MouseButtonRelease, at, held)
    yield True


class _Drags:
    """The script of the drags, and their log."""

    def __init__(self, scripted: ScriptedWindow, course: Course) -> None:
        self.log = DragLog()
        self._scripted = scripted
        self._course = course
        self._pictures = pictures = _Pictures(scripted)
        place = scripted.window.workplace
        # Connected after the overlay's own listeners: it has asked, or shown, when these are told.
        place.session.signals.shown_changed.connect(lambda _: pictures.asked(place.shoe.overlay.newest_token))
        place.shoe.renderer.rendered.connect(pictures.shown)
        place.shoe.renderer.failed.connect(scripted.give_up)
        place.shoe.watch.changed.connect(self._count_overlap)
        place.canvas.add_layer(_Eye(pictures.painted))

    def script(self) -> Script:
        """A drag to warm up, then the three."""
        scripted, pictures = self._scripted, self._pictures
        place = scripted.window.workplace
        session, overlay = place.session, place.shoe.overlay
        yield from scripted.wait_until("the photo to be shown", lambda: place.canvas.picture is not None)
        assert session.photo is not None
        session.select(session.photo.instances[0].id)
        session.use_tool("align")
        session.look(replace(session.view, shoe_look=self._course.look, residuals=self._course.residuals))
        if self._course.plotted:
            scripted.window.commands.run("panel_contour")
        if self._course.residuals or self._course.plotted:
            measured = place.panels.contour.watch
            yield from scripted.wait_until("the contour error", lambda: measured.shown is not None)
        yield from scripted.wait_until("the shoe to be drawn", lambda: overlay.is_at_rest)
        yield from drag_about(scripted, lambda done: pictures.coarse_seen)
        yield from scripted.wait_until("the first live IoU", lambda: self.log.overlaps > 0)
        yield from scripted.wait_until("the shoe to be drawn", lambda: overlay.is_at_rest)
        self.log.first_press, self.log.overlaps = len(scripted.rounds_s), 0
        for held in _HELD.values():
            pictures.taken = []
            yield from drag_about(scripted, lambda done: done >= self._course.frames, held)
            self.log.drags.append(pictures.taken)
            yield from (True for _ in range(_PAUSE_TICKS))
            yield from scripted.wait_until("the shoe to be drawn", lambda: overlay.is_at_rest)

    def _count_overlap(self, overlap: object) -> None:
        self.log.overlaps += overlap is not None


class _Pictures:
    """Follows each picture of the shoe from the mouse move through the render thread to the canvas."""

    def __init__(self, scripted: ScriptedWindow) -> None:
        self.coarse_seen = False
        self.taken: list[PaintedPicture] = []
        self._scripted = scripted
        self._moves: dict[int, float] = {}
        self._fresh: RenderedShoe | None = None

    def asked(self, token: int) -> None:
        """The overlay asked for the pose of the last mouse move."""
        self._moves.setdefault(token, self._scripted.posted_s)

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
