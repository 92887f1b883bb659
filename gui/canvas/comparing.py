"""Photo against shoe on the canvas: one after the other while a key is held, or side by side with a divider between."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.canvas.photo_view import PhotoView
from gui.canvas.shoe_layer import Compared, ShoeLayer
from gui.session import Session, ViewOptions
from gui.widgets.following import follow

BLINK_MS = 200  # each of photo and shoe: two and a half changes a second
_WIDTH = 25
_GRIP = 13.0


class Comparing(QObject):
    """Tells the shoes how they are compared, in step with the session's view."""

    def __init__(self, session: Session, view: PhotoView, shoes: ShoeLayer) -> None:
        super().__init__(view)
        self.divider = SplitDivider(view.viewport())
        self._shoes = shoes
        self._seen = True
        self._view = session.view
        self._timer = QTimer(self)
        self._timer.setInterval(BLINK_MS)
        self._timer.timeout.connect(self._blink)
        self.divider.moved = self._show
        follow(view, session.signals.view_changed, self._look)

    def _look(self, view: ViewOptions) -> None:
        if view.blinking != self._timer.isActive():
            self._seen = True
            if view.blinking:
                self._timer.start()
            else:
                self._timer.stop()
        self._view = view
        self.divider.setVisible(view.split and not view.blinking)
        self._show()

    def _blink(self) -> None:
        self._seen = not self._seen
        self._show()

    def _show(self) -> None:
        view = self._view
        if view.blinking:
            self._shoes.compare(Compared(is_seen=self._seen))
        else:
            self._shoes.compare(Compared(self.divider.at) if view.split else None)


class SplitDivider(QWidget):
    """A line over the view that can be dragged; left of it is the photo, right of it the shoe."""

    def __init__(self, viewport: QWidget) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self.setObjectName("splitDivider")
        self.setAccessibleName("Divider between photo and shoe")
        self.setToolTip("Left: the photo. Right: the shoe. Drag me; Shift+I ends it.")
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.moved = lambda: None
        self._share = 0.5
        self._grabbed: int | None = None
        self.hide()
        viewport.installEventFilter(self)
        self._place()

    @property
    def at(self) -> float:
        """Its place in the view, screen px from the left."""
        return self.x() + _WIDTH / 2

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As high as the view, and at its share of the width."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Taken by the hand."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed = event.position().toPoint().x()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Along with the hand."""
        if self._grabbed is not None:
            at = self.mapToParent(event.position().toPoint()).x() - self._grabbed + _WIDTH / 2
            self._share = min(max(at / max(self._viewport.width(), 1), 0.0), 1.0)
            self._place()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._grabbed = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The view's, which zooms."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = _WIDTH / 2
        for color, width in ((QColor(0, 0, 0, 130), 4.0), (QColor("#ffffff"), 2.0)):
            painter.setPen(QPen(color, width))
            painter.drawLine(QPoint(round(middle), 0), QPoint(round(middle), self.height()))
        grip = QRectF(middle - _GRIP / 2 - 3, self.height() / 2 - 16, _GRIP + 6, 32)
        painter.setPen(QPen(QColor(0, 0, 0, 130), 1.0))
        painter.setBrush(QColor("#ffffff"))
        painter.drawRoundedRect(grip, 6, 6)
        painter.setPen(QPen(QColor("#3d3f46"), 1.5))
        for offset in (-3, 3):
            x, y = round(middle + offset), self.height() // 2
            painter.drawLine(QPoint(x, y - 7), QPoint(x, y + 7))

    def _place(self) -> None:
        width, height = self._viewport.width(), self._viewport.height()
        self.setGeometry(round(self._share * width - _WIDTH / 2), 0, _WIDTH, height)
        self.moved()
