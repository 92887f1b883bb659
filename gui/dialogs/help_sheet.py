"""Help beside the work: every key on one page, the labelling guide on the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QTabWidget, QWidget

from gui.dialogs.cheat_sheet import CheatSheet, Row
from gui.dialogs.guide_page import GuidePage
from gui.widgets.pieces import column
from gui.widgets.sheet import Sheet


class HelpSheet(Sheet):
    """key_rows: (group, what it does, key). Escape or F1 closes it."""

    def __init__(self, key_rows: Sequence[Row], parent: QWidget | None = None) -> None:
        super().__init__("helpSheet", "Help", parent)
        self._keys = CheatSheet(key_rows)
        self._guide = GuidePage()
        self._tabs = QTabWidget()
        self._tabs.setObjectName("helpTabs")
        self._tabs.setDocumentMode(True)
        self._tabs.tabBar().setDrawBase(False)  # it would run above the tabs
        for page, title in ((self._keys, "Keys"), (self._guide, "Labelling guide")):
            inside = QWidget()
            layout = column(inside, margin=0)
            layout.setContentsMargins(0, 12, 0, 0)
            layout.addWidget(page)
            self._tabs.addTab(inside, title)
        self.add(self._tabs, 1)
        self.resize(920, 700)

    def show_keys(self) -> None:
        """Turn to the keys, ready to be searched."""
        self._tabs.setCurrentIndex(0)
        self._keys.setFocus()

    def show_guide(self, section: str = "") -> None:
        """Turn to the guide, at one of its headings."""
        self._tabs.setCurrentIndex(1)
        self._guide.show_section(section)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F1:
            self.close()
        else:
            super().keyPressEvent(event)
