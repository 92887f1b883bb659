"""How quickly the shoe follows the hand: refresh interval, latency and stalls of the event loop during a drag."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QApplication, QWidget

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.render.vtk_scene import ShoeStyle
from gui.canvas.shoe_drawing import RenderedShoe, RenderRequest, ViewWindow
from gui.canvas.shoe_meshes import Detail
from gui.canvas.shoe_renderer import ShoeRenderer

SIZE = (1280, 800)
GOALS_MS = {"refresh_median_ms": 33.0, "stall_p95_ms": 20.0, "stall_worst_ms": 50.0}
_SLOT = "bench"
_DRAG_HZ = 60
_WARM_UP_MS = 20  # between the questions whether the coarse mesh is ready
_LENGTH_MM = 290.0


@dataclass(frozen=True, slots=True)
class OverlayFigures:
    """What a drag of `frames` mouse moves at 60 Hz took, in ms; load: the 1-minute average, or nan.

    stall: time between two rounds of the event loop that wants to run every millisecond; opening_: the same while the
    thread starts, the mesh is loaded and its coarse stand-in is made.
    """

    triangles: int
    frames: int
    pictures: int
    refresh_median_ms: float
    refresh_p95_ms: float
    latency_median_ms: float
    latency_p95_ms: float
    draw_median_ms: float
    stall_p95_ms: float
    stall_worst_ms: float
    opening_stall_worst_ms: float
    load: float


@dataclass(frozen=True, slots=True)
class Course:
    """`frames` mouse moves at 60 Hz, in a style, with the coarse stand-in or in full, that far from the camera."""

    frames: int = 300
    style: ShoeStyle = ShoeStyle.SOLID
    proxy: bool = True
    distance_mm: float = 620.0


def measure(mesh: Mesh, course: Course) -> OverlayFigures:
    """Drag a shoe about in a shown 1280 x 800 window and measure. Needs a QApplication."""
    drag = _Drag(mesh, course)
    try:
        drag.run()
    finally:
        drag.close()
    return drag.figures()


def run(arguments: Sequence[str]) -> int:
    """The command `outsole bench overlay`; 0 when the goals are met, else 1."""
    parser = argparse.ArgumentParser(prog="outsole bench overlay", description=__doc__)
    parser.add_argument("--model", type=Path, help="a stored mesh (.npz); otherwise a procedural shape")
    parser.add_argument("--triangles", type=int, default=50_000, help="of the procedural shape")
    parser.add_argument("--frames", type=int, default=300, help="mouse moves, at 60 a second")
    parser.add_argument("--style", choices=[style.value for style in ShoeStyle], default=ShoeStyle.SOLID.value)
    parser.add_argument("--distance", type=float, default=620.0, help="of the shoe, in mm; at 400 it fills the window")
    parser.add_argument("--full", action="store_true", help="drag the full mesh instead of its coarse stand-in")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication(sys.argv[:1])
    mesh = _stored(options.model) if options.model else blob(options.triangles)
    course = Course(options.frames, ShoeStyle(options.style), not options.full, options.distance)
    figures = measure(mesh, course)
    print(json.dumps(asdict(figures)) if options.json else _table(figures))
    del application
    return 0 if all(getattr(figures, name) <= goal for name, goal in GOALS_MS.items()) else 1


def blob(triangles: int) -> Mesh:
    """A closed, bumpy, shoe-sized shape of about that many triangles."""
    rings = max(4, round(np.sqrt(triangles / 4)))
    turn, fall = np.meshgrid(np.arange(2 * rings) * np.pi / rings, (np.arange(rings) + 0.5) * np.pi / rings)
    bumps = 1 + 0.04 * np.sin(9 * turn) * np.sin(7 * fall)
    axes = np.array([_LENGTH_MM / 2, 52.0, 60.0])
    unit = np.stack([np.sin(fall) * np.cos(turn), np.sin(fall) * np.sin(turn), np.cos(fall)], axis=-1)
    wall = (unit * bumps[..., None] * axes).reshape(-1, 3)
    poles = np.array([[0.0, 0.0, axes[2]], [0.0, 0.0, -axes[2]]])
    row, column = np.meshgrid(np.arange(rings - 1) * 2 * rings, np.arange(2 * rings), indexing="ij")
    here, right = (row + column).ravel(), (row + (column + 1) % (2 * rings)).ravel()
    below, below_right = here + 2 * rings, right + 2 * rings
    edge = np.arange(2 * rings)
    following = (edge + 1) % (2 * rings)
    last = (rings - 1) * 2 * rings
    top = np.stack([np.full_like(edge, len(wall)), edge, following], axis=1)
    bottom = np.stack([np.full_like(edge, len(wall) + 1), last + following, last + edge], axis=1)
    sides = [np.stack([here, below, right], axis=1), np.stack([right, below, below_right], axis=1)]
    return Mesh(np.concatenate([wall, poles]), np.concatenate([*sides, top, bottom]).astype(np.int32)).centred()


class _Pane(QWidget):
    """Paints the newest picture and its outline, as a canvas does."""

    def __init__(self, view: ViewWindow) -> None:
        super().__init__()
        self._view = view
        self._shoe: RenderedShoe | None = None
        self.resize(*SIZE)

    def show_shoe(self, shoe: RenderedShoe) -> None:
        """Paint this one from now on."""
        self._shoe = shoe
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#585048"))
        if self._shoe is None:
            return
        painter.scale(self._view.scale, self._view.scale)
        painter.translate(-self._view.x0_px, -self._view.y0_px)
        self._paint_shoe(painter, self._shoe)

    def _paint_shoe(self, painter: QPainter, shoe: RenderedShoe) -> None:
        if shoe.rgba is not None:
            height, width = shoe.rgba.shape[:2]
            kind = QImage.Format.Format_RGBA8888_Premultiplied
            picture = QImage(shoe.rgba.data, width, height, 4 * width, kind)
            x0, y0, x1, y1 = shoe.box_px
            painter.setOpacity(0.55)
            painter.drawImage(QRectF(x0, y0, x1 - x0, y1 - y0), picture)
        pen = QPen(QColor("#00e5ff"), 1.5)
        pen.setCosmetic(True)
        painter.setOpacity(1.0)
        painter.setPen(pen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for ring in shoe.outline:
            painter.drawPolygon(QPolygonF.fromList([QPointF(x, y) for x, y in ring.tolist()]))


class _Drag(QObject):
    """One measured drag: moves at 60 Hz, pictures as they come, and a timer that feels every stall."""

    def __init__(self, mesh: Mesh, course: Course) -> None:
        super().__init__()
        self._mesh, self._course = mesh, course
        self._view = ViewWindow(0.0, 0.0, float(SIZE[0]), float(SIZE[1]), 1.0)
        self._camera = Camera.from_vertical_fov(40.0, SIZE[0], height_px=SIZE[1])
        self._pane = _Pane(self._view)
        self._renderer = ShoeRenderer(load_mesh=lambda file: mesh)
        self._loop = QEventLoop()
        self._log = _Log()
        self._renderer.rendered.connect(self._arrived)
        self._renderer.failed.connect(self._broke)
        self._failure = ""
        self._token = 0

    def run(self) -> None:
        """Warm up until the coarse mesh is there, then drag."""
        self._pane.show()
        self._every(1, self._feel)
        self._ask(-1)
        self._loop.exec()
        if self._failure:
            raise RuntimeError(self._failure)

    def close(self) -> None:
        """End the thread and the window."""
        self._renderer.stop()
        self._pane.close()

    def figures(self) -> OverlayFigures:
        """What was measured."""
        log = self._log
        refresh = np.diff([at for _, at, _ in log.arrived]) * 1e3
        latency = np.array([at - log.asked[token] for token, at, _ in log.arrived]) * 1e3
        rounds = np.array(log.rounds)
        stalls = np.diff(rounds[rounds >= log.asked[0]]) * 1e3
        return OverlayFigures(
            triangles=len(self._mesh.faces),
            frames=self._course.frames,
            pictures=len(log.arrived),
            refresh_median_ms=_ms(np.median(refresh)),
            refresh_p95_ms=_ms(np.percentile(refresh, 95)),
            latency_median_ms=_ms(np.median(latency)),
            latency_p95_ms=_ms(np.percentile(latency, 95)),
            draw_median_ms=_ms(np.median([elapsed for _, _, elapsed in log.arrived])),
            stall_p95_ms=_ms(np.percentile(stalls, 95)),
            stall_worst_ms=_ms(stalls.max()),
            opening_stall_worst_ms=_ms((np.diff(rounds[rounds < log.asked[0]]) * 1e3).max()),
            load=os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan"),
        )

    def _ask(self, token: int) -> None:
        turned = Pose.exp([0.0, 0.0, 0.0, *(60.0 * np.sin([token / 40, token / 55])), self._course.distance_mm])
        side_view = Pose.exp([1.9, 0.0, 0.0, 0.0, 0.0, 0.0])
        turn = Pose.exp([0.0, 0.0, token / 60, 0.0, 0.0, 0.0])
        pose = turned @ side_view @ turn
        self._log.asked[token] = time.perf_counter()
        request = RenderRequest(_SLOT, token, "bench", np.ones(3), pose, self._camera, self._view)
        self._renderer.request(replace(request, style=self._course.style, proxy=self._course.proxy))

    def _arrived(self, shoe: RenderedShoe) -> None:
        now = time.perf_counter()
        self._pane.show_shoe(shoe)
        if shoe.token >= 0:
            self._log.arrived.append((shoe.token, now, shoe.elapsed_ms))
            if shoe.token == self._course.frames - 1:
                self._loop.quit()
        elif shoe.detail is Detail.FULL and self._course.proxy:
            QTimer.singleShot(_WARM_UP_MS, lambda: self._ask(-1))
        else:
            self._every(1000 // _DRAG_HZ, self._move)

    def _every(self, interval_ms: int, act: Callable[[], None]) -> None:
        timer = QTimer(self)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(act)
        timer.start(interval_ms)

    def _move(self) -> None:
        if self._token < self._course.frames:
            self._ask(self._token)
            self._token += 1

    def _feel(self) -> None:
        self._log.rounds.append(time.perf_counter())

    def _broke(self, sentence: str) -> None:
        self._failure = sentence
        self._loop.quit()


@dataclass(frozen=True, slots=True)
class _Log:
    """asked: token to s. arrived: (token, s, ms to draw). rounds: s of every round of the event loop."""

    asked: dict[int, float] = field(default_factory=dict)
    arrived: list[tuple[int, float, float]] = field(default_factory=list)
    rounds: list[float] = field(default_factory=list)


def _ms(value: float | np.floating) -> float:
    return round(float(value), 2)


def _stored(file: Path) -> Mesh:
    # lazily, as the render thread does.
    from core.storage.mesh_cache import load_mesh_file

    return load_mesh_file(file)


def _table(figures: OverlayFigures) -> str:
    lines = []
    for name, value in asdict(figures).items():
        goal = GOALS_MS.get(name)
        verdict = "" if goal is None else f"  goal {goal:g}: {'met' if value <= goal else 'MISSED'}"
        lines.append(f"{name:20} {value:10g}{verdict}")
    return "\n".join(lines)
