"""Clicked keypoints over the photo: where each is, how far the pose is from it, and where the pose has the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from core.labels.instance import Visibility
from gui import theme
from gui.canvas.layer import Layer

POSE_COLOR = "#2fe6ff"
GOOD_COLOR, FAIR_COLOR, BAD_COLOR = "#7be0a0", "#ffc857", "#ff6b6b"
AT_HAND_COLOR = "#8cc4ff"
GOOD_PX, BAD_PX = 2.0, 4.0
_RING, _GAP, _MARKER = 7.0, 2.5, 4.0
_MARGIN_SCREEN_PX = 160.0
_DARK = QColor(8, 10, 14, 200)


@dataclass(frozen=True, slots=True, eq=False)
class Marker:
    """One landmark in the photo. number: its key; miss_px: (2,) to where the pose has it, None when unknown.

    clicked: whether a person put it here, else the pose projects it here. is_calm: of an instance not chosen.
    """

    name: str
    number: int
    at_px: tuple[float, float]
    clicked: bool = True
    visibility: Visibility = Visibility.VISIBLE
    miss_px: NDArray[np.float64] | None = None
    at_hand: bool = False
    is_suspect: bool = False
    is_named: bool = False
    is_calm: bool = False

    @property
    def color(self) -> str:
        """Of the ring."""
        if self.is_suspect:
            return BAD_COLOR
        return AT_HAND_COLOR if self.at_hand else "#ffffff"


class KeypointLayer(Layer):
    """Painted in screen px, so that markers keep their size and leave the pixel they mean free."""

    def __init__(self) -> None:
        super().__init__()
        self._markers: tuple[Marker, ...] = ()
        self._bounds = QRectF()

    @property
    def markers(self) -> tuple[Marker, ...]:
        """What is shown."""
        return self._markers

    def show_markers(self, markers: tuple[Marker, ...]) -> None:
        """Show others."""
        if markers or self._markers:
            self._markers = markers
            self._refit()

    def view_changed(self) -> None:
        """Margins in screen px are other margins in photo px."""
        self._refit()

    def boundingRect(self) -> QRectF:
        """The markers with room for their names, in photo px."""
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Vectors below, rings over them, names on top."""
        to_screen = painter.worldTransform()
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        placed = [(marker, to_screen.map(QPointF(*marker.at_px))) for marker in self._markers]
        for marker, at in placed:
            if marker.miss_px is not None:
                x, y = marker.at_px
                paint_miss(painter, at, to_screen.map(QPointF(x + marker.miss_px[0], y + marker.miss_px[1])), marker)
        for marker, at in placed:
            paint_ring(painter, at, marker)
        for marker, at in placed:
            if not marker.is_calm:
                _paint_words(painter, at, marker)
        painter.restore()

    def _refit(self) -> None:
        bounds = QRectF()
        if self._markers:
            places = np.array([marker.at_px for marker in self._markers])
            ends = [np.add(m.at_px, m.miss_px) for m in self._markers if m.miss_px is not None]
            places = np.concatenate([places, np.array(ends).reshape(-1, 2)])
            (x0, y0), (x1, y1) = places.min(axis=0), places.max(axis=0)
            margin = _MARGIN_SCREEN_PX / self.scale_px
            bounds = QRectF(x0 - margin, y0 - margin, x1 - x0 + 2 * margin, y1 - y0 + 2 * margin)
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        self.update()


def paint_ring(painter: QPainter, at: QPointF, marker: Marker) -> None:
    """The marker itself; the painter is in screen px."""
    color = QColor(marker.color if marker.clicked else POSE_COLOR)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if not marker.clicked:
        radius = _MARKER + (1.5 if marker.at_hand else 0.0)
        for pen in (QPen(_DARK, 3.5), QPen(color, 2.0 if marker.at_hand else 1.4)):
            painter.setPen(pen)
            painter.drawEllipse(at, radius, radius)
        return
    if marker.is_calm:
        painter.setPen(QPen(_DARK, 1.0))
        painter.setBrush(QColor(255, 255, 255, 170))
        painter.drawEllipse(at, 3.0, 3.0)
        return
    shape = _ring_shape(at)
    painter.strokePath(shape, QPen(_DARK, 4.0))
    pen = QPen(color, 2.4 if marker.at_hand or marker.is_suspect else 1.8)
    if marker.visibility is Visibility.HIDDEN:
        pen.setDashPattern([2.0, 1.6])
    painter.strokePath(shape, pen)


def paint_miss(painter: QPainter, at: QPointF, end: QPointF, marker: Marker) -> None:
    """A line from the click to where the pose has the landmark; the painter is in screen px."""
    assert marker.miss_px is not None
    color = QColor(miss_color(float(np.hypot(*marker.miss_px))))
    for pen in (QPen(_DARK, 4.0), QPen(color, 2.0)):
        painter.setPen(pen)
        painter.drawLine(at, end)
    painter.setPen(QPen(_DARK, 1.0))
    painter.setBrush(color)
    painter.drawEllipse(end, 2.6, 2.6)


def miss_color(miss_px: float) -> str:
    """From good through fair to bad."""
    return GOOD_COLOR if miss_px < GOOD_PX else FAIR_COLOR if miss_px < BAD_PX else BAD_COLOR


def _ring_shape(at: QPointF) -> QPainterPath:
    shape = QPainterPath()
    shape.addEllipse(at, _RING, _RING)
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        shape.moveTo(at + QPointF(dx * _GAP, dy * _GAP))
        shape.lineTo(at + QPointF(dx * _RING, dy * _RING))
    return shape


def _paint_words(painter: QPainter, at: QPointF, marker: Marker) -> None:
    words = f"{marker.number} {marker.name}" if marker.is_named else str(marker.number) if marker.clicked else ""
    if marker.is_suspect:
        words = f"{marker.number} {marker.name} looks wrong"
    if not words:
        return
    painter.setFont(theme.font(theme.SMALL, bold=True))
    place = at + QPointF(_RING + 4, -_RING + 2)
    shape = QPainterPath()
    shape.addText(place, painter.font(), words)
    painter.strokePath(
        shape, QPen(_DARK, 3.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    )
    painter.fillPath(shape, QColor(marker.color if marker.clicked else POSE_COLOR))
