"""Keys that can do nothing now say why, instead of keeping silent."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QWidget


class SilentKeys(QObject):
    """Watches the keys nobody wanted: one of a command that cannot be used now has its reason said.

    tell(keys, whether the canvas has the focus) says it. A key that is a command's comes here only when the command is
    switched off; what is typed into a field never does.
    """

    def __init__(self, window: QWidget, canvas: QWidget, tell: Callable[[QKeySequence, bool], object]) -> None:
        super().__init__(window)
        self._canvas = canvas
        self._window = window
        self._tell = tell
        for watched in (window, canvas):
            watched.installEventFilter(self)

    def watch(self, panel: QWidget) -> None:
        """Hear the keys of a panel's lists too."""
        for view in panel.findChildren(QAbstractItemView):
            view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say the reason; the key goes on to whoever else may want it."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent) or event.isAutoRepeat():
            return False
        if watched is self._window or _is_kept(event, by_canvas=watched is self._canvas):
            self._tell(_keys_of(event), self._canvas.hasFocus())
        return False


def _is_kept(event: QKeyEvent, *, by_canvas: bool) -> bool:
    """Whether nobody above hears of a key: Tab leaves the canvas, and lists search by letters."""
    if by_canvas:
        return event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
    return bool(event.text()) and event.text().isprintable()


def _keys_of(event: QKeyEvent) -> QKeySequence:
    key, held = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if key == Qt.Key.Key_Backtab:  # what a keyboard makes of Shift+Tab
        key, held = Qt.Key.Key_Tab, held | Qt.KeyboardModifier.ShiftModifier
    return QKeySequence(int(key) | held.value)  # not every keyboard's keys have a name
