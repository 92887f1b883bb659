"""The residual view on the canvas: the colour band along the chosen outline, the place pointed at, and how sure the
landmarks are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from core.labels.contour_profile import ContourProfile
from gui.canvas.contour_band import HIDDEN_COLOR, SHADES, Band, band_of, color_of_shade
from gui.canvas.layer import Layer
from gui.canvas.outlines import polygon_of

BAND_WIDTH = 6.0
ELLIPSE_COLOR = "#ffffff"
_FINEST_SCREEN_PX = 4.0
_PIECE = 12
_BEYOND_VIEW = 0.25  # of the view's size, kept on each side of it for the next pan
_LATE_OPACITY = 0.4
_MARGIN_SCREEN_PX = 16.0
_NEAR_SCREEN_PX = 9.0


@dataclass(frozen=True, slots=True)
class Blur:
    """Where a landmark is seen and how surely: centre px, half axes px of the 2 sigma ellipse, angle of the first."""

    name: str
    at_px: tuple[float, float]
    axes_px: tuple[float, float]
    angle_deg: float


class ContourLayer(Layer):
    """Paints a profile; knows nothing of how it was measured."""

    def __init__(self) -> None:
        super().__init__()
        self.instance_id: str | None = None
        self._profile: ContourProfile | None = None
        self._is_now = True
        self._blurs: tuple[Blur, ...] = ()
        self._mark: int | None = None
        self._named: Blur | None = None
        self._drawn: tuple[float, Band, _Paths] | None = None
        self._kept: _Kept | None = None
        self._bounds = QRectF()

    def show_profile(
        self, profile: ContourProfile | None, banded_id: str | None = None, *, is_now: bool = True
    ) -> None:
        """Know another profile, or none. banded_id: the instance whose outline it is shown along, None: only places of
        it are pointed at; is_now: not of an older pose."""
        self.instance_id, self._is_now = banded_id, is_now
        if profile is not self._profile:
            self._profile, self._drawn, self._kept = profile, None, None
        self._refit()

    def show_blurs(self, blurs: Sequence[Blur]) -> None:
        """Show how surely the landmarks are known."""
        self._blurs, self._named = tuple(blurs), None
        self._refit()

    def mark(self, index: int | None) -> None:
        """Point at a place of the profile."""
        if index != self._mark:
            self._mark = index
            self.update()

    def point(self, at_px: tuple[float, float]) -> int | None:
        """Name the landmark at a point of the photo; the place of the band there, if there is one."""
        near_px = _NEAR_SCREEN_PX / self.scale_px
        named = next((blur for blur in self._blurs if _covers(blur, at_px, near_px)), None)
        if named is not self._named:
            self._named = named
            self.update()
        return self._profile.nearest(at_px, near_px) if self._profile is not None else None

    @property
    def limit_px(self) -> float | None:
        """Where the band's colours end; None: no band is shown."""
        return self._band()[0].limit_px if self._profile is not None and self.instance_id is not None else None

    def view_changed(self) -> None:
        """Margins in screen px are other margins in photo px."""
        self._refit()

    def boundingRect(self) -> QRectF:
        """What is shown, photo px."""
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Band, ellipses, dot, name."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._profile is not None and self.instance_id is not None:
            painter.setOpacity(1.0 if self._is_now else _LATE_OPACITY)
            self._paint_band(painter, widget)
            painter.setOpacity(1.0)
        for blur in self._blurs:
            _paint_blur(painter, blur, named=blur is self._named)
        to_screen = painter.worldTransform()
        painter.save()
        painter.resetTransform()
        if self._profile is not None and self._mark is not None and self._mark < len(self._profile):
            _paint_dot(painter, to_screen.map(QPointF(*self._profile.points_px[self._mark])))
        if self._named is not None:
            _paint_name(painter, to_screen, self._named, view=to_screen.mapRect(self.seen_px))
        painter.restore()

    def _paint_band(self, painter: QPainter, widget: QWidget | None) -> None:
        """Copied from a picture of it, so that a pan costs no strokes."""
        to_screen = painter.worldTransform()
        ratio = widget.devicePixelRatioF() if widget is not None else 1.0
        needed = to_screen.mapRect(self._bounds.intersected(self.seen_px))
        kept = self._kept
        shift = to_screen.map(QPointF(0, 0)) - kept.origin if kept is not None else QPointF()
        if kept is None or kept.scale != (to_screen.m11(), ratio) or not kept.covers(needed, shift):
            kept = self._kept = self._drawn_anew(to_screen, ratio)
            shift = QPointF()
        painter.save()
        painter.resetTransform()
        painter.drawPixmap(kept.box.topLeft() + shift.toPoint(), kept.picture)
        painter.restore()

    def _drawn_anew(self, to_screen: QTransform, ratio: float) -> _Kept:
        wide, high = _BEYOND_VIEW * self.seen_px.width(), _BEYOND_VIEW * self.seen_px.height()
        near = self._bounds.intersected(self.seen_px.adjusted(-wide, -high, wide, high))
        box = to_screen.mapRect(near).toAlignedRect()
        picture = QPixmap((QSizeF(box.size()) * ratio).toSize())
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        if not picture.isNull():
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setWorldTransform(to_screen * QTransform.fromTranslate(-box.left(), -box.top()))
            self._band()[1].paint(painter)
            painter.end()
        return _Kept(picture, box, to_screen.map(QPointF(0, 0)), (to_screen.m11(), ratio))

    def _band(self) -> tuple[Band, _Paths]:
        assert self._profile is not None
        if self._drawn is None or self._drawn[0] != self.scale_px:
            band = band_of(self._profile, _FINEST_SCREEN_PX / self.scale_px)
            self._drawn = self.scale_px, band, _Paths(band)
        return self._drawn[1:]

    def _refit(self) -> None:
        bounds = QRectF()
        if self._profile is not None and len(self._profile):
            (x0, y0), (x1, y1) = self._profile.points_px.min(axis=0), self._profile.points_px.max(axis=0)
            bounds = QRectF(x0, y0, x1 - x0, y1 - y0)
        for blur in self._blurs:
            reach = max(blur.axes_px) + 120.0 / self.scale_px  # room for its name
            bounds = bounds.united(QRectF(blur.at_px[0] - reach, blur.at_px[1] - reach, 2 * reach, 2 * reach))
        margin = _MARGIN_SCREEN_PX / self.scale_px
        bounds = bounds.adjusted(-margin, -margin, margin, margin) if not bounds.isNull() else bounds
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        self.update()


@dataclass(frozen=True, slots=True)
class _Kept:
    """A picture of the band: the part of the screen it was drawn for, where the photo's corner was, scale and ratio."""

    picture: QPixmap
    box: QRect
    origin: QPointF
    scale: tuple[float, float]

    def covers(self, needed: QRectF, shift: QPointF) -> bool:
        """Whether it shows a part of the screen once it is moved along with the photo."""
        return needed.isEmpty() or QRectF(self.box).translated(shift).adjusted(-1, -1, 1, 1).contains(needed)


class _Paths:
    """A band as strokes. Short ones: Qt takes twice as long over a path that winds all round a shoe."""

    def __init__(self, band: Band) -> None:
        self._under = [_path(piece) for line in band.seen for piece in _pieces(line)]
        self._runs = [(shade, _path(line)) for shade, line in band.runs]
        self._hidden = [_path(line) for line in band.hidden]

    def paint(self, painter: QPainter) -> None:
        """In photo px; lines keep their width."""
        dark = QColor(0, 0, 0, 120)
        rim, ground = _pen(dark, BAND_WIDTH + 2.0), _pen(dark, 5.0)
        for path in self._under:
            painter.strokePath(path, rim)
        # Round ends: flat ones leave a dark crack between two shades wherever the outline bends.
        pens = [_pen(QColor(color_of_shade(shade)), BAND_WIDTH, Qt.PenCapStyle.RoundCap) for shade in range(SHADES)]
        for shade, path in self._runs:
            painter.strokePath(path, pens[shade])
        dashes = _pen(QColor(HIDDEN_COLOR), 3.5)
        dashes.setDashPattern([2.5, 2.0])
        for path in self._hidden:
            painter.strokePath(path, ground)
            painter.strokePath(path, dashes)


def _path(line: NDArray[np.float64]) -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(polygon_of(line))
    return path


def _pieces(line: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """A line in pieces that share their ends."""
    for start in range(0, len(line) - 1, _PIECE):
        yield line[start : start + _PIECE + 1]


def _pen(color: QColor, width: float, cap: Qt.PenCapStyle = Qt.PenCapStyle.FlatCap) -> QPen:
    pen = QPen(color, width, Qt.PenStyle.SolidLine, cap, Qt.PenJoinStyle.RoundJoin)
    pen.setCosmetic(True)
    return pen


def _covers(blur: Blur, at_px: tuple[float, float], near_px: float) -> bool:
    turn = np.radians(blur.angle_deg)
    dx, dy = at_px[0] - blur.at_px[0], at_px[1] - blur.at_px[1]
    along, across = dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)
    return bool((along / max(blur.axes_px[0], near_px)) ** 2 + (across / max(blur.axes_px[1], near_px)) ** 2 <= 1.0)


def _paint_blur(painter: QPainter, blur: Blur, *, named: bool) -> None:
    painter.save()
    painter.translate(QPointF(*blur.at_px))
    painter.rotate(blur.angle_deg)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((QColor(0, 0, 0, 140), 3.0), (QColor(ELLIPSE_COLOR), 2.0 if named else 1.0)):
        painter.setPen(_pen(color, width))
        painter.drawEllipse(QPointF(0, 0), *blur.axes_px)
    painter.restore()
    to_screen = painter.worldTransform()
    painter.save()
    painter.resetTransform()
    painter.setPen(QPen(QColor(0, 0, 0, 200), 1.0))
    painter.setBrush(QColor(ELLIPSE_COLOR))
    painter.drawEllipse(to_screen.map(QPointF(*blur.at_px)), 2.0, 2.0)
    painter.restore()


def _paint_dot(painter: QPainter, at: QPointF) -> None:
    painter.setPen(QPen(QColor(0, 0, 0, 200), 4.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(at, 7.0, 7.0)
    painter.setPen(QPen(QColor("#ffffff"), 2.0))
    painter.drawEllipse(at, 7.0, 7.0)


def _paint_name(painter: QPainter, to_screen: QTransform, blur: Blur, *, view: QRectF) -> None:
    at = to_screen.map(QPointF(*blur.at_px))
    font = QFont(painter.font())
    font.setPixelSize(12)
    text = f"{blur.name}  ±{max(blur.axes_px) / 2:.1f} px"
    metrics = QFontMetricsF(font)
    width = metrics.horizontalAdvance(text) + 12
    beside = at.x() + 12 if at.x() + 16 + width < view.right() else at.x() - 12 - width
    box = QRectF(beside, max(at.y() - 28, view.top() + 4), width, 20)
    painter.setFont(font)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(16, 18, 22, 220))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(QColor("#ffffff"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
