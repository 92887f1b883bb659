"""A rendered shoe that the hand turns, with its landmarks on it to be clicked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.labels.shoe_model import ShoeModel
from core.render.point_picture import view_rotation
from core.render.vtk_scene import ShoeStyle
from gui import theme
from gui.canvas.shoe_drawing import RenderedShoe, RenderRequest, ViewWindow
from gui.canvas.shoe_renderer import ShoeRenderer
from gui.widgets.following import later

Array = NDArray[np.float64]
_SLOT = "turned model"
_FOV_DEG = 16.0
_ROOM = 1.3  # of the shoe's length, in the width of the view
_REST_MS = 160
_CLICK_PX, _REACH_PX = 4, 14
_BEHIND_MM = 5.0
_ABOUT = "Click a landmark, then its place in the photo. Drag turns the shoe, the wheel zooms."
_FIRST_VIEW_DEG = (-28.0, 24.0)


@dataclass(frozen=True, slots=True, eq=False)
class TurnedShoe:
    """What is turned: a model at a size for a foot, its landmarks (name to (3,) mm), and points of its surface.

    surface_mm (N, 3), in the same frame as the landmarks, or None while nothing is known to be behind it.
    """

    model: ShoeModel
    factors: Array
    landmarks: Mapping[str, Array]
    surface_mm: Array | None = None

    @property
    def length_mm(self) -> float:
        """Of the shoe as it is turned."""
        return self.model.length_mm * float(self.factors[0])


class TurnedModel(QWidget):
    """`mark_clicked(name)`. A drag turns the shoe, the wheel zooms; marks behind the shoe are faint."""

    mark_clicked = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setMinimumSize(180, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self._shoe: TurnedShoe | None = None
        self._look: tuple[tuple[float, float], float] = (_FIRST_VIEW_DEG, 1.0)
        self._marks: tuple[str, frozenset[str]] = ("", frozenset())
        self._picture: tuple[int, QImage, QRectF] = (0, QImage(), QRectF())
        self._send: Callable[[RenderRequest], None] | None = None
        self._mesh_file: Callable[[ShoeModel], Path | None] = lambda _: None
        self._tokens = count(1)
        self._wanted = 0
        self._press: tuple[QPoint, tuple[float, float]] | None = None
        self._rest = later(self, lambda: self._ask(proxy=False), milliseconds=_REST_MS)

    def draw_with(self, renderer: ShoeRenderer, *, mesh_file: Callable[[ShoeModel], Path | None]) -> None:
        """Use the canvas' renderer: one VTK window serves all."""
        self._send, self._mesh_file = renderer.request, mesh_file
        renderer.rendered.connect(self._on_rendered)

    def show_shoe(self, shoe: TurnedShoe, *, anew: bool) -> None:
        """Turn this; `anew` when it looks another way than the one before."""
        self._shoe = shoe
        if anew:
            self._turn()
        self.update()

    def show_marks(self, at_hand: str, done: frozenset[str]) -> None:
        """Which landmark is at hand, and which are clicked."""
        self._marks = (at_hand, done)
        self.update()

    def look_from(self, yaw_deg: float, pitch_deg: float) -> None:
        """Turn to a side."""
        self._look = ((yaw_deg, pitch_deg), self._look[1])
        self._turn()

    def screen_point(self, at_mm: Array) -> QPointF:
        """Where a point of the shoe, (3,) mm, is in this widget."""
        x, y = self._camera().project(self._pose().apply(at_mm))
        return QPointF(float(x), float(y))

    def hidden_marks(self) -> frozenset[str]:
        """The landmarks that the shoe itself covers as it is turned."""
        shoe = self._shoe
        if shoe is None or shoe.surface_mm is None or not shoe.landmarks:
            return frozenset()
        pose, camera = self._pose(), self._camera()
        seen, marks = pose.apply(shoe.surface_mm), pose.apply(np.array(list(shoe.landmarks.values())))
        away = camera.project(seen)[None] - camera.project(marks)[:, None]
        near = np.abs(away).max(axis=2) < 2.5
        covers = near & (seen[None, :, 2] < marks[:, None, 2] - _BEHIND_MM)
        return frozenset(name for name, covered in zip(shoe.landmarks, covers.sum(axis=1) > 2, strict=True) if covered)

    # ---- drawing

    def _camera(self) -> Camera:
        return Camera.from_vertical_fov(_FOV_DEG, max(self.width(), 8), height_px=max(self.height(), 8))

    def _pose(self) -> Pose:
        assert self._shoe is not None
        (yaw, pitch), zoom = self._look
        camera, length = self._camera(), self._shoe.length_mm
        away = camera.fx_px * length * max(_ROOM / camera.width_px, 0.75 / camera.height_px) / zoom
        return Pose.from_matrix(view_rotation(yaw, pitch), [0.0, 0.0, max(away, length)])

    def _turn(self) -> None:
        self._ask(proxy=True)
        self._rest.start()
        self.update()

    def _ask(self, *, proxy: bool) -> None:
        if self._send is None or self._shoe is None or not self.isVisible():
            return
        file = self._mesh_file(self._shoe.model)
        if file is None:
            return
        self._wanted = next(self._tokens)
        view = ViewWindow(0.0, 0.0, self.width(), self.height(), self.devicePixelRatioF())
        shot = (str(file), self._shoe.factors, self._pose(), self._camera(), view)
        self._send(RenderRequest(_SLOT, self._wanted, *shot, style=ShoeStyle.TEXTURE, proxy=proxy))

    def _on_rendered(self, shoe: RenderedShoe) -> None:
        if shoe.slot != _SLOT or shoe.token < self._picture[0] or shoe.rgba is None:
            return
        height, width = shoe.rgba.shape[:2]
        # The image only borrows the array's memory, hence the copy.
        made = QImage(shoe.rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888_Premultiplied).copy()
        x0, y0, x1, y1 = shoe.box_px
        self._picture = (shoe.token, made, QRectF(x0, y0, x1 - x0, y1 - y0))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QColor(colors.line))
        painter.setBrush(QColor(colors.surround))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 4, 4)
        if self._shoe is None or self._picture[1].isNull():
            painter.setPen(QColor(colors.dim))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Loading the shoe…")
            return
        painter.drawImage(self._picture[2], self._picture[1])
        hidden = self.hidden_marks()
        names = self._shoe.model.landmark_names
        # Those in front over those behind, the one at hand over all.
        order = sorted(self._shoe.landmarks, key=lambda name: (name == self._marks[0], name not in hidden))
        for name in order:
            current = name == self._marks[0]
            fill = colors.accent if current else "#63c384" if name in self._marks[1] else "#ffffff"
            painter.setOpacity(0.4 if name in hidden and not current else 1.0)
            place = self.screen_point(self._shoe.landmarks[name])
            _paint_mark(painter, place, names.index(name) + 1, fill=fill, current=current)

    # ---- the hand

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._turn()

    def showEvent(self, event: object) -> None:
        self._turn()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._press = (event.position().toPoint(), self._look[0])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._press is None or not event.buttons():
            over = self._mark_at(at)
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.OpenHandCursor)
            self.setToolTip(
                over or "Click a landmark, then its place in the photo. Drag turns the shoe, the wheel zooms."
            )
            return
        moved = at - self._press[0]
        if moved.manhattanLength() > _CLICK_PX:
            yaw, pitch = self._press[1]
            self._look = ((yaw - moved.x() * 0.5, min(max(pitch + moved.y() * 0.5, -90.0), 90.0)), self._look[1])
            self._turn()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        press, self._press = self._press, None
        at = event.position().toPoint()
        if press is None or event.button() != Qt.MouseButton.LeftButton:
            return
        mark = self._mark_at(at) if (at - press[0]).manhattanLength() <= _CLICK_PX else None
        if mark is not None:
            self.mark_clicked.emit(mark)

    def wheelEvent(self, event: QWheelEvent) -> None:
        zoom = self._look[1] * 1.0015 ** event.angleDelta().y()
        self._look = (self._look[0], min(max(zoom, 0.5), 6.0))
        self._turn()

    def _mark_at(self, at: QPoint) -> str | None:
        """The mark within reach; one in front of the shoe before one behind it."""
        if self._shoe is None:
            return None
        hidden, near = self.hidden_marks(), []
        for name, at_mm in self._shoe.landmarks.items():
            away = (self.screen_point(at_mm) - QPointF(at)).manhattanLength()
            if away <= _REACH_PX:
                near.append((name in hidden, away, name))
        return min(near)[2] if near else None


def _paint_mark(painter: QPainter, at: QPointF, number: int, *, fill: str, current: bool) -> None:
    painter.setPen(QPen(QColor("#10151c"), 2.0))
    painter.setBrush(QColor(fill))
    radius = 9.0 if current else 7.5
    painter.drawEllipse(at, radius, radius)
    painter.setFont(theme.font(theme.SMALL, bold=True))
    painter.setPen(QColor(theme.colors().accent_text if current else "#10151c"))
    painter.drawText(QRectF(at.x() - 8, at.y() - 8, 16, 16), Qt.AlignmentFlag.AlignCenter, str(number))
