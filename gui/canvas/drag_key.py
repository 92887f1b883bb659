"""A key that is the dragging hand's own while it is held: it is taken before any shortcut hears of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget


class DragKey(QObject):
    """Watches one key of a widget. wanted: whether it means the holding now; held: told True and False."""

    def __init__(
        self, widget: QWidget, key: Qt.Key, *, wanted: Callable[[], bool], held: Callable[[bool], object]
    ) -> None:
        super().__init__(widget)
        self._key = key
        self._wanted = wanted
        self._held = held
        self._down = False
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes the key from the shortcuts, and its press and release from the widget."""
        if event.type() == QEvent.Type.FocusOut:
            self._tell(False)
        if not isinstance(event, QKeyEvent) or event.key() != self._key:
            return False
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            return False
        if event.type() == QEvent.Type.ShortcutOverride and (self._down or self._wanted()):
            event.accept()
            return True
        if event.isAutoRepeat():
            return self._down
        if event.type() == QEvent.Type.KeyPress and self._wanted():
            self._tell(True)
            return True
        if event.type() == QEvent.Type.KeyRelease and self._down:
            self._tell(False)
            return True
        return False

    def _tell(self, down: bool) -> None:
        if down != self._down:
            self._down = down
            self._held(down)
