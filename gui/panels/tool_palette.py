"""The slim bar at the canvas' left edge: the tools of the mode, one of them in the hand."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolBar, QToolButton


class ToolPalette(QToolBar):
    """Buttons of actions that exist already; None stands for a gap."""

    def __init__(self, actions: Iterable[QAction | None]) -> None:
        super().__init__("Tools")
        self.setObjectName("toolPalette")
        self.setOrientation(Qt.Orientation.Vertical)
        self.setMovable(False)
        self.setIconSize(QSize(20, 20))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        for action in actions:
            if action is None:
                self.addSeparator()
                continue
            self.addAction(action)
            button = self.widgetForAction(action)
            if isinstance(button, QToolButton):
                button.setObjectName(f"palette_{action.objectName()}")
                button.setAccessibleName(action.text().replace("&", ""))
                button.setFixedSize(36, 36)
                button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
