"""When something is wrong: what this computer is like, and what was logged."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from gui.actions.action import Action
from gui.desk import Desk


class SupportActions:
    """Two commands of the Help menu."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        self._desk = desk
        self._window = window

    def table(self) -> list[Action]:
        """Every command, in menu order."""
        return [
            Action("system_report", "System &report", "&Help", self.show_report, icon="machine", separated=True),
            Action("show_log", "Show lo&g", "&Help", self.show_log, icon="clock"),
        ]

    def show_report(self) -> None:
        """Look at this computer."""
        from gui.dialogs.system_report import SystemReport

        SystemReport(self._desk.path, self._window).open()

    def show_log(self) -> None:
        """The end of the log, over whatever is open."""
        from gui.dialogs.log_view import LogView

        known = self._window.findChild(LogView)
        if known is not None:
            known.read()
            known.raise_()
            known.activateWindow()
        else:
            LogView(self._window).show()
