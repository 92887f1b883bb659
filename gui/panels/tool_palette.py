"""The slim bar at the canvas' left edge: the tools of the mode, one of them in the hand."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QToolBar, QToolButton

_WIDTH_PX = 36
_HIGHEST_PX, _LOWEST_PX = 36, 20
_GAP_PX, _EDGES_PX, _BETWEEN_PX = 9, 12, 2


class ToolPalette(QToolBar):
    """Buttons of actions that exist already; None stands for a gap. In a low window they stand closer together."""

    def __init__(self, actions: Iterable[QAction | None]) -> None:
        super().__init__("Tools")
        self.setObjectName("toolPalette")
        self.setOrientation(Qt.Orientation.Vertical)
        self.setMovable(False)
        self.setIconSize(QSize(20, 20))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._buttons: list[QToolButton] = []
        for action in actions:
            if action is None:
                self.addSeparator()
                continue
            self.addAction(action)
            button = self.widgetForAction(action)
            if isinstance(button, QToolButton):
                button.setObjectName(f"palette_{action.objectName()}")
                button.setAccessibleName(action.text().replace("&", ""))
                button.setFixedSize(_WIDTH_PX, _HIGHEST_PX)
                button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                self._buttons.append(button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Every tool stays in sight."""
        super().resizeEvent(event)
        gaps = len(self.actions()) - len(self._buttons)
        room = self.height() - _EDGES_PX - gaps * _GAP_PX
        each = room // max(len(self._buttons), 1) - _BETWEEN_PX
        height = min(max(each, _LOWEST_PX), _HIGHEST_PX)
        for button in self._buttons:
            if button.height() != height:
                button.setFixedSize(_WIDTH_PX, height)
