"""Moving the photo with the middle button, or with any button while Space is held."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from gui.canvas.photo_view import PhotoView


class Panning:
    """Takes the mouse events of a pan; each method answers whether the event was one."""

    def __init__(self, view: PhotoView) -> None:
        self.space = False
        self._view = view
        self._from: QPointF | None = None
        self._button = Qt.MouseButton.NoButton

    def press(self, event: QMouseEvent) -> bool:
        """A pan begins."""
        if event.button() != Qt.MouseButton.MiddleButton and not self.space:
            return False
        self._from, self._button = event.position(), event.button()
        self._view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        return True

    def move(self, event: QMouseEvent) -> bool:
        """The photo goes along with the pointer."""
        if self._from is None:
            return False
        self._view.pan(event.position() - self._from)
        self._from = event.position()
        return True

    def release(self, event: QMouseEvent) -> bool:
        """The button that began it ends it."""
        if self._from is None or event.button() != self._button:
            return False
        self._from = None
        return True

    def forget(self) -> None:
        """A key or button let go elsewhere is let go here too."""
        self.space, self._from = False, None
