"""How outlines are painted: paths in photo pixels, kept while their region is the same, and the look of each state."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QDataStream, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from core.geometry.region import Region
from core.labels.instance import Instance
from core.labels.project import Project, Role
from gui.instance_color import color_of, letter_of

HANDLE_SIDE = 7.0
HANDLE_SPACING = 6.0
PICKED_SIDE = 11.0
_FEW_VERTICES = 300
# What stands before a shoe leans one way, what is left out the other: told apart without their colours.
_HATCHES = {Role.OCCLUDER: Qt.BrushStyle.FDiagPattern, Role.IGNORE: Qt.BrushStyle.BDiagPattern}


@dataclass(frozen=True, slots=True)
class OutlineLook:
    """Pen and brush of one state of an instance."""

    width: float = 1.5
    opacity: float = 0.75
    fill: float = 0.14
    dashed: bool = False


CALM = OutlineLook()
CROWDED = OutlineLook(width=1.0)  # hair lines: ten times as fast to paint as wider ones
CHOSEN = OutlineLook(width=2.25, opacity=1.0, fill=0.10)
PROPOSED = OutlineLook(width=2.0, opacity=1.0, fill=0.06, dashed=True)
PROPOSED_CHOSEN = OutlineLook(width=3.25, opacity=1.0, fill=0.20, dashed=True)
SKETCH = OutlineLook(width=1.75, opacity=1.0, fill=0.08)


class OutlinePaths:
    """Painter paths of instances in photo px, made once a region and fineness."""

    def __init__(self) -> None:
        self._paths: dict[str, tuple[Region, float, QPainterPath]] = {}

    def path(self, instance: Instance, *, finest_px: float = 0.0) -> QPainterPath:
        """The instance's rings as one odd-even path; finest_px: what may be left out, as in `thinned`."""
        known = self._paths.get(instance.id)
        if known is not None and known[0] is instance.region and known[1] == finest_px:
            return known[2]
        path = path_of_rings(thinned(ring.points_px, finest_px) for ring in instance.region.rings)
        self._paths[instance.id] = (instance.region, finest_px, path)
        return path

    def forget(self) -> None:
        """Another photo: nothing known is of use."""
        self._paths.clear()


def path_of_rings(rings: Iterable[NDArray[np.float64]]) -> QPainterPath:
    """Rings, each (N, 2) px, as one closed odd-even path."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for ring in rings:
        path.addPolygon(polygon_of(ring))
        path.closeSubpath()
    return path


def thinned(ring: NDArray[np.float64], finest_px: float) -> NDArray[np.float64]:
    """A ring with one vertex for every `finest_px` along it, where it has more: painting a wide line costs by vertex.

    What is left out lies within that distance of a vertex that is painted.
    """
    if finest_px <= 0.0 or len(ring) < _FEW_VERTICES:
        return ring
    along = np.cumsum(np.hypot(*np.diff(ring, axis=0).T)) // finest_px
    return ring[np.concatenate([[True], np.diff(along, prepend=0.0) > 0])]


def polygon_of(points: NDArray[np.float64]) -> QPolygonF:
    """(N, 2) points as Qt has them, by way of Qt's own stream: a QPointF a point costs a hundred times as much."""
    polygon = QPolygonF()
    stream = QDataStream(QByteArray(struct.pack(">I", len(points)) + points.astype(">f8").tobytes()))
    stream >> polygon
    return polygon


def paint_outline(
    painter: QPainter, path: QPainterPath, *, project: Project, instance: Instance, look: OutlineLook
) -> None:
    """Fill and stroke a path whose painter already maps photo px to the screen; lines keep their width."""
    color = QColor(color_of(project, instance))
    pattern = _HATCHES.get(project.category(instance.category).role)
    fill = QColor(color)
    fill.setAlphaF(look.fill)
    painter.fillPath(path, fill if pattern is None else _hatched(fill, painter.worldTransform(), pattern))
    if look.opacity >= 1.0:  # a dark line under a chosen one: it is seen on any photo
        under = QPen(QColor(0, 0, 0, 110), look.width + 2.0)
        under.setCosmetic(True)
        painter.strokePath(path, under)
    color.setAlphaF(look.opacity)
    pen = QPen(color, look.width)
    pen.setCosmetic(True)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if look.dashed:
        pen.setDashPattern([4.0, 3.0])
    painter.strokePath(path, pen)


def paint_letter(painter: QPainter, to_screen: QTransform, instance: Instance, *, project: Project) -> None:
    """The side's letter in a small badge over the region's topmost corner; the painter is in screen px."""
    paint_badge(painter, to_screen, instance, project=project, text=letter_of(instance))


def paint_badge(painter: QPainter, to_screen: QTransform, instance: Instance, *, project: Project, text: str) -> None:
    """A few letters over the region's topmost corner; the painter is in screen px."""
    if not text or instance.region.is_empty:
        return
    x0, y0, x1, y1 = instance.region.bounds_px
    box = to_screen.mapRect(QRectF(x0, y0, x1 - x0, y1 - y0))
    if box.width() < 24 or box.height() < 18:
        return
    font = QFont(painter.font())
    font.setPixelSize(11)
    font.setBold(True)
    width = QFontMetricsF(font).horizontalAdvance(text) + 9
    rings = [part.outer.points_px for part in instance.region.parts]
    top = min((ring[ring[:, 1].argmin()] for ring in rings), key=lambda point: float(point[1]))
    middle = to_screen.map(QPointF(top[0], top[1])).x()
    # Clear of the corner's handle, and still seen where the region touches the view's upper edge.
    badge = QRectF(middle - width / 2, max(box.top() - 22, 2.0), width, 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color_of(project, instance)))
    painter.drawRoundedRect(badge, 4, 4)
    painter.setFont(font)
    painter.setPen(QColor("#101418"))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)


def paint_sign(painter: QPainter, at: QPointF, *, plus: bool) -> None:
    """What a click said of an outline, a plus or a minus in a disc; the painter is in screen px."""
    radius, half = 7.0, 3.5
    painter.setPen(QPen(QColor("#ffffff"), 1.5))
    painter.setBrush(QColor("#00734d" if plus else "#b84300"))
    painter.drawEllipse(at, radius, radius)
    painter.setPen(QPen(QColor("#ffffff"), 2.0))
    painter.drawLine(at - QPointF(half, 0), at + QPointF(half, 0))
    if plus:
        painter.drawLine(at - QPointF(0, half), at + QPointF(0, half))


def paint_handles(
    painter: QPainter, to_screen: QTransform, instance: Instance, *, color: QColor, always: bool = False
) -> None:
    """Squares on the vertices; the painter is in screen px. Where they would cover the outline, none are drawn.

    `always` for an outline being drawn: its first corner must be seen.
    """
    points = [ring.points_px for ring in instance.region.rings]
    if not points or (not always and _spacing(points) * to_screen.m11() < HANDLE_SPACING):
        return
    outline = QPen(QColor(0, 0, 0, 170), 1.0)
    painter.setPen(outline)
    painter.setBrush(color)
    half = HANDLE_SIDE / 2
    for x, y in np.concatenate(points):
        at = to_screen.map(QPointF(x, y))
        painter.drawRect(QRectF(at.x() - half, at.y() - half, HANDLE_SIDE, HANDLE_SIDE))


def _spacing(rings: list[NDArray[np.float64]]) -> float:
    """Mean distance between neighbouring vertices, photo px."""
    steps = np.concatenate([np.hypot(*(ring - np.roll(ring, 1, axis=0)).T) for ring in rings])
    return float(steps.mean())


def _hatched(color: QColor, world: QTransform, pattern: Qt.BrushStyle) -> QBrush:
    color = QColor(color)
    color.setAlphaF(min(color.alphaF() * 4, 1.0))
    brush = QBrush(color, pattern)
    inverse, _ = world.inverted()
    brush.setTransform(inverse)
    return brush
