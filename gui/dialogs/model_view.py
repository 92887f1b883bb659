"""A view of a shoe's mesh that the hand turns, and points that can be put on its surface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.render.point_picture import PointPicture, SurfacePoints, drawn, fitting_scale, view_rotation
from gui import theme
from gui.widgets.following import later, soon

Array = NDArray[np.float64]
TURNING_POINTS = 90_000
REST_MS = 160
_CLICK_PX = 4


def image_of(picture: PointPicture) -> QImage:
    """The picture for Qt."""
    height, width = picture.pixels.shape[:2]
    # The image only borrows the array's memory, hence the copy.
    return QImage(picture.pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


class ModelView(QWidget):
    """`picked(x, y, z)` in mm when the surface is clicked; a drag turns it, the wheel zooms.

    Marks are named points in mm; the current one stands out, those behind the surface are faint.
    """

    picked = Signal(float, float, float)
    mark_clicked = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName("The shoe; drag to turn it, click to place the point")
        self.setMinimumSize(320, 240)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._surface: SurfacePoints | None = None
        self._angles_deg = (25.0, 20.0)
        self._zoom = 1.0
        self._picture: PointPicture | None = None
        self._image = QImage()
        self._marks: Mapping[str, Array] = {}
        self._numbers: Mapping[str, int] = {}
        self._current = ""
        self._press: tuple[QPoint, tuple[float, float]] | None = None
        self._rest = later(self, lambda: self._draw(None), milliseconds=REST_MS)
        self._soon = later(self, lambda: self._draw(TURNING_POINTS))

    def sizeHint(self) -> QSize:
        return QSize(520, 420)

    def show_surface(self, surface: SurfacePoints) -> None:
        """Show a mesh by its surface points."""
        self._surface = surface
        self._draw(None)

    def show_marks(self, marks: Mapping[str, Array], current: str, *, names: Sequence[str]) -> None:
        """Show named points and which is at hand; their numbers are their places among all names, from 1."""
        self._marks, self._current = marks, current
        self._numbers = {name: number for number, name in enumerate(names, 1)}
        self.update()

    def look_from(self, yaw_deg: float, pitch_deg: float) -> None:
        """Turn to a side."""
        self._angles_deg, self._zoom = (yaw_deg, pitch_deg), 1.0
        self._draw(None)

    def screen_point(self, at_mm: Array) -> QPointF:
        """Where a point of the shoe, (3,) mm, is seen in this widget."""
        seen = view_rotation(*self._angles_deg) @ at_mm
        scale = self._scale()
        return QPointF(seen[0] * scale + self.width() / 2, seen[1] * scale + self.height() / 2)

    def _scale(self) -> float:
        assert self._surface is not None
        side = fitting_scale(
            self._surface, view_rotation(0.0, 0.0), width_px=self.width(), height_px=self.height(), margin=0.1
        )
        return side * self._zoom

    def _draw(self, most: int | None) -> None:
        if self._surface is None or self.width() < 8 or self.height() < 8:
            return
        rotation = view_rotation(*self._angles_deg)
        size = {"width_px": self.width(), "height_px": self.height()}
        self._picture = drawn(self._surface, rotation, **size, px_per_mm=self._scale(), most=most)
        self._image = image_of(self._picture)
        self.update()

    def _turning(self) -> None:
        soon(self._soon)
        self._rest.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._turning()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._press = (event.position().toPoint(), self._angles_deg)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is None or not event.buttons():
            return
        moved = event.position().toPoint() - self._press[0]
        if moved.manhattanLength() > _CLICK_PX:
            yaw, pitch = self._press[1]
            self._angles_deg = (yaw - moved.x() * 0.5, min(max(pitch + moved.y() * 0.5, -90.0), 90.0))
            self._turning()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        press, self._press = self._press, None
        at = event.position().toPoint()
        if press is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if (at - press[0]).manhattanLength() > _CLICK_PX or self._picture is None or not self.rect().contains(at):
            return
        height, width = self._picture.at_mm.shape[:2]
        point = self._picture.at_mm[min(at.y(), height - 1), min(at.x(), width - 1)]
        if np.isfinite(point).all():
            self.picked.emit(*map(float, point))

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._zoom = min(max(self._zoom * 1.0015 ** event.angleDelta().y(), 0.5), 8.0)
        self._turning()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colors.line))
        painter.setBrush(QColor(colors.surround))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 4, 4)
        if self._surface is None:
            painter.setPen(QColor(colors.dim))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Loading the shoe…")
            return
        painter.drawImage(0, 0, self._image)
        self._paint_marks(painter)

    def _paint_marks(self, painter: QPainter) -> None:
        if self._picture is None:
            return
        colors = theme.colors()
        rotation = view_rotation(*self._angles_deg)
        for name, at in self._marks.items():
            place, depth_mm = self.screen_point(at), float(rotation[2] @ at)
            current = name == self._current
            painter.setOpacity(1.0 if current or not self._is_behind(place, depth_mm) else 0.35)
            painter.setPen(QPen(QColor("#10151c"), 3.5))
            painter.setBrush(QColor(colors.accent if current else "#ffffff"))
            painter.drawEllipse(place, 5.5 if current else 4.0, 5.5 if current else 4.0)
            painter.setPen(QColor(colors.text))
            painter.setFont(theme.font(theme.SMALL, bold=current))
            painter.drawText(place + QPointF(9, -6), name if current else str(self._numbers[name]))
        painter.setOpacity(1.0)

    def _is_behind(self, place: QPointF, depth_mm: float) -> bool:
        assert self._picture is not None
        height, width = self._picture.depth_mm.shape
        x, y = int(place.x()), int(place.y())
        inside = 0 <= x < width and 0 <= y < height
        return inside and bool(self._picture.depth_mm[y, x] < depth_mm - 4.0)
