"""The modes as tabs at the window's upper right: each stands for a tool, and shows when that tool is in the hand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar

from gui.session import Session
from gui.tools.clicks import KEYPOINTS
from gui.tools.review import REVIEW
from gui.widgets.following import follow

MODES = (("Outline", "select"), ("Pose", "align"), ("Keypoints", KEYPOINTS), ("Review", REVIEW))


class ModeTabs(QTabBar):
    """Tools that stand for no mode of their own, as the pens, belong to the first."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("modes")
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for index, (name, _) in enumerate(MODES):
            self.addTab(name)
            self.setTabToolTip(index, f"{name}  (Alt+{index + 1})")
        tools = [tool for _, tool in MODES]
        self.tabBarClicked.connect(lambda index: session.use_tool(tools[index]) if index >= 0 else None)
        shown = session.signals.tool_changed
        follow(self, shown, lambda name: self.setCurrentIndex(tools.index(name) if name in tools else 0))
