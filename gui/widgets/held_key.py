"""A key that means one thing when it is tapped and another while it is held."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

HOLD_MS = 220


class HeldKey(QObject):
    """Watches a widget for a bare key; a command with the same key keeps it wherever else the focus is."""

    def __init__(
        self,
        widget: QWidget,
        key: Qt.Key,
        *,
        tapped: Callable[[], object],
        held: Callable[[], object],
        released: Callable[[], object],
    ) -> None:
        super().__init__(widget)
        self._key = key
        self._tapped, self._held, self._released = tapped, held, released
        self._is_down = self._is_held = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(HOLD_MS)
        self._timer.timeout.connect(self._hold)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the key's events; nothing else."""
        if event.type() == QEvent.Type.FocusOut:
            self._let_go(tapped=False)
            return False
        if not isinstance(event, QKeyEvent) or event.key() != self._key:
            return False
        if event.type() == QEvent.Type.KeyRelease:
            if not event.isAutoRepeat():
                self._let_go(tapped=True)
            return self._key == event.key()
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # otherwise the command of that key would have it, and nobody would hear of its release
        elif event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
            self._is_down = True
            self._timer.start()
        return True

    def _hold(self) -> None:
        self._is_held = True
        self._held()

    def _let_go(self, *, tapped: bool) -> None:
        was_down, was_held = self._is_down, self._is_held
        self._is_down = self._is_held = False
        self._timer.stop()
        if was_held:
            self._released()
        elif was_down and tapped:
            self._tapped()
