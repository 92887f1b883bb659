"""Where a shoe really is: its true edge over the photo, dashed, so that it is never taken for an outline."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from core.geometry.region import Region
from gui.canvas.layer import Layer
from gui.canvas.outlines import path_of_rings

COLOR = "#ffe14d"
_WIDTH, _RIM = 2.0, 4.0
_MARGIN_PX = 6.0
_DASHES = (4.0, 3.0)


class TruthLayer(Layer):
    """Paints one region's edge."""

    def __init__(self) -> None:
        super().__init__()
        self.region: Region | None = None
        self._path = QPainterPath()
        self.setZValue(5.0)

    def show_region(self, region: Region | None) -> None:
        """Show another edge, or none."""
        if region is self.region:
            return
        self.prepareGeometryChange()
        self.region = region
        self._path = path_of_rings(ring.points_px for ring in region.rings) if region is not None else QPainterPath()
        self.update()

    def boundingRect(self) -> QRectF:
        """The region and the width of its line, photo px."""
        margin = _MARGIN_PX / self.scale_px
        return self._path.boundingRect().adjusted(-margin, -margin, margin, margin)

    def view_changed(self) -> None:
        """A line as wide as before on the screen is another one in the photo."""
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """A dark line under bright dashes: seen on any photo."""
        if self.region is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((QColor(0, 0, 0, 150), _RIM), (QColor(COLOR), _WIDTH)):
            pen = QPen(color, width, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([dash * _WIDTH / width for dash in _DASHES])
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawPath(self._path)
