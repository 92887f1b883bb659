"""The button that forgets every measured time on this computer; it asks once, in its own words."""

from __future__ import annotations

from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QPushButton

from core.effort.effort_log import clear_all
from gui.icons import icon

_WORDS = "Clear measured times"
_SURE = "Clear those of all projects?"


class ClearTimes(QPushButton):
    """A first press asks, a second one clears; leaving the button takes the question back."""

    def __init__(self) -> None:
        super().__init__(_WORDS)
        self.setObjectName("clearTimes")
        self.setIcon(icon("trash"))
        self.setAutoDefault(False)
        self.setToolTip("Forget seconds and gestures of all projects on this computer; the labels stay as they are")
        self.clicked.connect(self._on_click)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.text() == _SURE:
            self.setText(_WORDS)

    def _on_click(self) -> None:
        if self.text() != _SURE:
            self.setText(_SURE)
            return
        try:
            count = clear_all()
        except OSError as failure:
            self.setText("They cannot be cleared")
            self.setToolTip(str(failure))
            return
        self.setText({0: "There were none", 1: "Cleared, of 1 project"}.get(count, f"Cleared, of {count} projects"))
