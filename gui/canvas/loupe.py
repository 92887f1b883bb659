"""A magnified circle of the photo beside the pointer, with a cross on the very spot a click means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gui import theme
from gui.canvas.photo_picture import PhotoPicture
from gui.session import ViewOptions

RADIUS = 78
WIDTH = 220  # of circle and words
_FOOT = 20  # screen px for the words below the circle
_AWAY = 40  # between the spot and the circle
_TIMES, _LEAST, _MOST = 4.0, 3.0, 64.0
_BLOCKY = 6.0  # from that scale on single pixels are worth telling apart
_DARK = QColor(8, 10, 14, 220)


@dataclass(frozen=True, slots=True)
class Spot:
    """What the loupe is over: photo px, its name, and other points worth seeing there (px, colour)."""

    at_px: tuple[float, float]
    name: str = ""
    points: Sequence[tuple[tuple[float, float], str]] = ()


class Loupe(QWidget):
    """Lies over the canvas and never takes a click. Nothing is sharpened: a pixel is a square."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName("loupe")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(WIDTH, 2 * RADIUS + 4 + _FOOT)
        self._spot = Spot((0.0, 0.0))
        self._crop = QImage()
        self._corner = (0, 0)
        self._scale = 4.0
        self.hide()

    @property
    def spot(self) -> Spot:
        """What it is over."""
        return self._spot

    def look_at(
        self, spot: Spot, picture: PhotoPicture, *, screen: QPointF, scale_px: float, view: ViewOptions
    ) -> None:
        """Show the photo about a spot; screen: where that is in the parent, scale_px: screen px a photo px there."""
        self._scale = min(max(_TIMES * scale_px, _LEAST), _MOST)
        self._spot = spot
        x, y = spot.at_px
        half = RADIUS / self._scale + 1.5
        box = QRect(QPoint(int(x - half), int(y - half)), QPoint(int(x + half), int(y + half)))
        box = box.intersected(QRect(0, 0, *picture.size_px))
        self._corner = (box.left(), box.top())
        crop = picture.levels[0].copy(box) if not box.isEmpty() else QImage()
        self._crop = crop if crop.isNull() else PhotoPicture(picture.file, (crop,)).adjusted(0, view)
        self._stand_by(screen)
        self.show()
        self.update()

    def _stand_by(self, screen: QPointF) -> None:
        """To the upper right of the spot, or where there is room."""
        parent = self._over
        beside = _AWAY - (WIDTH / 2 - RADIUS)
        right = screen.x() + beside + self.width() <= parent.width()
        above = screen.y() - _AWAY - self.height() >= 0
        x = screen.x() + beside if right else screen.x() - beside - self.width()
        y = screen.y() - _AWAY - self.height() if above else screen.y() + _AWAY
        x, y = min(max(x, 0), parent.width() - self.width()), min(max(y, 0), parent.height() - self.height())
        self.move(int(x), int(y))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        circle = QRectF(WIDTH / 2 - RADIUS, 2, 2 * RADIUS, 2 * RADIUS)
        inside = QPainterPath()
        inside.addEllipse(circle)
        painter.setClipPath(inside)
        painter.fillRect(circle, QColor(theme.colors().surround))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._scale < _BLOCKY)
        x, y = self._spot.at_px
        place = circle.center() + QPointF(self._corner[0] - x, self._corner[1] - y) * self._scale
        size = QRectF(place.x(), place.y(), self._crop.width() * self._scale, self._crop.height() * self._scale)
        painter.drawImage(size, self._crop)
        for at_px, color in self._spot.points:
            self._paint_point(painter, circle.center() + QPointF(at_px[0] - x, at_px[1] - y) * self._scale, color)
        self._paint_cross(painter, circle.center())
        painter.setClipping(False)
        painter.setPen(QPen(_DARK, 4.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(circle)
        painter.setPen(QPen(QColor("#ffffff"), 2.0))
        painter.drawEllipse(circle)
        self._paint_words(painter)

    def _paint_cross(self, painter: QPainter, middle: QPointF) -> None:
        gap = max(self._scale / 2, 4.0)
        for pen in (QPen(_DARK, 3.0), QPen(QColor("#ffffff"), 1.2)):
            painter.setPen(pen)
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                toward = QPointF(dx, dy)
                painter.drawLine(middle + toward * gap, middle + toward * (RADIUS - 8))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.colors().accent))
        painter.drawEllipse(middle, 1.6, 1.6)

    def _paint_point(self, painter: QPainter, at: QPointF, color: str) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(_DARK, 3.5), QPen(QColor(color), 1.8)):
            painter.setPen(pen)
            painter.drawEllipse(at, 6.0, 6.0)

    def _paint_words(self, painter: QPainter) -> None:
        x, y = self._spot.at_px
        words = f"{self._spot.name}  {x:.2f}, {y:.2f}".strip()
        painter.setFont(theme.font(theme.SMALL, tabular=True))
        width = painter.fontMetrics().horizontalAdvance(words) + 12
        box = QRectF((self.width() - width) / 2, self.height() - _FOOT + 1, width, _FOOT - 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_DARK)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor("#ffffff"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
