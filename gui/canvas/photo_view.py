"""A zoomable view of the photo: fit, one to one, zoom at a point, pan, and the way between screen and photo."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent, QTransform
from PySide6.QtWidgets import QFrame, QGraphicsItem, QGraphicsScene, QGraphicsView, QStyleOptionGraphicsItem, QWidget

from gui.canvas.layer import Layer

_NEAREST_SCALE = 64.0
_FIT_MARGIN = 0.02


@dataclass(frozen=True, slots=True)
class Looked:
    """What a view was asked to show, in photo px, and whether it goes on fitting the whole photo."""

    rect: QRectF
    is_fitting: bool


class PhotoView(QGraphicsView):
    """Layers on one plane whose unit is a photo px, y down. It is moved only by its own methods.

    covered_px: how much of its foot something else is laid over, screen px.
    """

    range_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.covered_px = 0
        # The scene's unit is a screen px; only the plane is scaled, so that Qt's scroll bars, which know whole px
        # alone, have nothing to say about where the photo lies.
        self._scene = QGraphicsScene(self)
        self._scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self._plane = _Plane()
        self._scene.addItem(self._plane)
        self._layers: list[Layer] = []
        self._wanted = QRectF(0, 0, 1, 1)
        self._photo_size: tuple[int, int] | None = None
        self._fitting = True
        self.setScene(self._scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)

    @property
    def scale_px(self) -> float:
        """Screen px a photo px."""
        return float(self._plane.transform().m11())

    @property
    def seen_px(self) -> QRectF:
        """The rectangle of the photo's plane that is seen, photo px."""
        inverse, _ = self._plane.transform().inverted()
        return inverse.mapRect(QRectF(self.viewport().rect()))

    def fit(self, photo_size: tuple[int, int] | None = None) -> None:
        """Show the whole photo, and keep doing so while the window changes its size."""
        self._photo_size = photo_size or self._photo_size
        if self._photo_size is not None:
            width, height = self._photo_size
            margin = _FIT_MARGIN * max(width, height)
            self._look_at(QRectF(-margin, -margin, width + 2 * margin, height + 2 * margin))
            self._fitting = True

    @property
    def looked(self) -> Looked:
        """What is looked at, to come back to."""
        return Looked(QRectF(self._wanted), self._fitting)

    def look_as(self, looked: Looked) -> None:
        """Come back to it."""
        self._look_at(looked.rect)
        self._fitting = looked.is_fitting

    def one_to_one(self) -> None:
        """A photo px for every device px, about the middle of the view."""
        self.zoom(1.0 / self.devicePixelRatioF() / self.scale_px)

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Make things `factor` times as large; the point `at` (viewport px) stays."""
        place = at or QPointF(self.viewport().rect().center())
        factor = min(factor, _NEAREST_SCALE / self.scale_px)
        fixed, rect = self.photo_point(place), self.seen_px
        corner = fixed + (rect.topLeft() - fixed) / factor
        self._look_at(QRectF(corner, rect.size() / factor))

    def show_box(self, box_px: tuple[float, float, float, float]) -> None:
        """Zoom so that a box in photo px fills most of the view."""
        x0, y0, x1, y1 = box_px
        margin = 0.15 * max(x1 - x0, y1 - y0, 8.0)
        high, whole = y1 - y0 + 2 * margin, max(self.viewport().height(), 1)
        below = high * self.covered_px / max(whole - self.covered_px, 1)
        self._look_at(QRectF(x0 - margin, y0 - margin, x1 - x0 + 2 * margin, high + below))

    def pan(self, by_screen: QPointF) -> None:
        """Move the photo along with the hand."""
        self._look_at(self.seen_px.translated(-by_screen / self.scale_px))

    def photo_point(self, at: QPointF) -> QPointF:
        """Viewport px to photo px."""
        inverse, _ = self._plane.transform().inverted()
        return inverse.map(at)

    def screen_point(self, at_px: tuple[float, float]) -> QPointF:
        """Photo px to viewport px."""
        return self._plane.transform().map(QPointF(*at_px))

    def add_layer(self, layer: Layer) -> None:
        """Put a layer over those there are."""
        layer.setParentItem(self._plane)
        self._layers.append(layer)
        layer.look(self.seen_px, self.scale_px)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A fitted photo stays fitted; otherwise what was looked at stays in view."""
        super().resizeEvent(event)
        if hasattr(self, "_wanted"):  # Qt sends the first one from within its own constructor
            self._scene.setSceneRect(QRectF(self.viewport().rect()))
            fitting = self._fitting
            self._look_at(self._wanted)
            self._fitting = fitting

    def _look_at(self, rect: QRectF) -> None:
        """Show all of a rectangle of the plane, in the middle, as large as can be."""
        self._fitting = False
        self._wanted = rect
        size = QSizeF(self.viewport().size())
        if rect.isEmpty() or size.isEmpty():
            return
        scale = min(size.width() / rect.width(), size.height() / rect.height())
        middle = rect.center()
        x0, y0 = size.width() / 2 - scale * middle.x(), size.height() / 2 - scale * middle.y()
        transform = QTransform(scale, 0.0, 0.0, scale, x0, y0)
        seen = QRectF(-x0 / scale, -y0 / scale, size.width() / scale, size.height() / scale)
        if transform == self._plane.transform() and all(layer.seen_px == seen for layer in self._layers):
            return
        self._plane.setTransform(transform)
        for layer in self._layers:
            layer.look(seen, scale)
        self.range_changed.emit()


class _Plane(QGraphicsItem):
    """The photo's plane: paints nothing and carries the layers."""

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)

    def boundingRect(self) -> QRectF:
        return QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Nothing of its own."""
