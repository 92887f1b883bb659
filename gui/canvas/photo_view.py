"""A zoomable view of the photo: fit, one to one, zoom at a point, pan, and the way between screen and photo."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QResizeEvent

_NEAREST_SCALE = 64.0
_FIT_MARGIN = 0.02


class PhotoView(pg.GraphicsView):
    """One ViewBox whose unit is a photo px, y down. It is moved only by its own methods, never by pyqtgraph's mouse."""

    range_changed = Signal()

    def __init__(self) -> None:
        super().__init__(background=None)
        self._box = pg.ViewBox(enableMouse=False, enableMenu=False, border=None)
        self._box.setAspectLocked(True)
        self._box.invertY(True)
        self._box.setDefaultPadding(0.0)
        self.setCentralItem(self._box)
        self._photo_size: tuple[int, int] | None = None
        self._fitting = True
        self._box.sigRangeChanged.connect(lambda *_: self.range_changed.emit())

    @property
    def scale_px(self) -> float:
        """Screen px a photo px."""
        return 1.0 / float(self._box.viewPixelSize()[0])

    @property
    def seen_px(self) -> QRectF:
        """The rectangle of the photo's plane that is seen, photo px."""
        return QRectF(self._box.viewRect())

    def fit(self, photo_size: tuple[int, int] | None = None) -> None:
        """Show the whole photo, and keep doing so while the window changes its size."""
        self._photo_size = photo_size or self._photo_size
        if self._photo_size is not None:
            width, height = self._photo_size
            margin = _FIT_MARGIN * max(width, height)
            self._look_at(QRectF(-margin, -margin, width + 2 * margin, height + 2 * margin))
            self._fitting = True

    def one_to_one(self) -> None:
        """A photo px for every device px, about the middle of the view."""
        self.zoom(1.0 / self.devicePixelRatioF() / self.scale_px)

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Make things `factor` times as large; the point `at` (viewport px) stays."""
        place = at or QPointF(self.viewport().rect().center())
        factor = min(factor, _NEAREST_SCALE / self.scale_px)
        fixed = self.photo_point(place)
        rect = self._box.viewRect()
        size = rect.size() / factor
        share_x = (fixed.x() - rect.left()) / rect.width()
        share_y = (fixed.y() - rect.top()) / rect.height()
        corner = QPointF(fixed.x() - share_x * size.width(), fixed.y() - share_y * size.height())
        self._look_at(QRectF(corner, size))

    def show_box(self, box_px: tuple[float, float, float, float]) -> None:
        """Zoom so that a box in photo px fills most of the view."""
        x0, y0, x1, y1 = box_px
        margin = 0.15 * max(x1 - x0, y1 - y0, 8.0)
        self._look_at(QRectF(x0 - margin, y0 - margin, x1 - x0 + 2 * margin, y1 - y0 + 2 * margin))

    def pan(self, by_screen: QPointF) -> None:
        """Move the photo along with the hand."""
        self._look_at(self._box.viewRect().translated(-by_screen.x() / self.scale_px, -by_screen.y() / self.scale_px))

    def photo_point(self, at: QPointF) -> QPointF:
        """Viewport px to photo px."""
        inverse, _ = self.viewportTransform().inverted()
        return self._box.mapSceneToView(inverse.map(at))

    def screen_point(self, at_px: tuple[float, float]) -> QPointF:
        """Photo px to viewport px."""
        return self.viewportTransform().map(self._box.mapViewToScene(QPointF(*at_px)))

    def add_layer(self, layer: pg.GraphicsObject) -> None:
        """Put a layer over those there are."""
        self._box.addItem(layer, ignoreBounds=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A fitted photo stays fitted."""
        super().resizeEvent(event)
        if getattr(self, "_fitting", False):
            self.fit()

    def _look_at(self, rect: QRectF) -> None:
        self._fitting = False
        self._box.setRange(rect, padding=0, disableAutoRange=True)
