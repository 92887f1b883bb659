"""The Help menu: keys, the labelling guide, the tutorial, and what this program is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from gui.actions.action import Action
from gui.actions.key_rows import key_rows
from gui.dialogs.about import AboutDialog
from gui.dialogs.help_sheet import HelpSheet
from gui.session import Session

# The tool in the hand -> the section of the guide that speaks of it.
SECTIONS = {"occluder": "What stands in front", "ignore": "What stands in front", "hole": "Holes and bow loops"}


class HelpActions:
    """The commands of the Help menu. all_actions: every command of the window; start_tutorial: of its coach."""

    def __init__(
        self,
        session: Session,
        window: QWidget,
        *,
        all_actions: Callable[[], tuple[Action, ...]],
        start_tutorial: Callable[[], None],
    ) -> None:
        self._session = session
        self._window = window
        self._all_actions = all_actions
        self._start_tutorial = start_tutorial

    def table(self) -> list[Action]:
        """Help itself, and how to learn."""
        return [
            Action("help", "&Help", "&Help", self.show_help, ("F1",), icon="info"),
            Action("keys", "&Keys and what they do", "&Help", self.show_keys, icon="keyboard"),
            Action("guide", "&Labelling guide", "&Help", self.show_guide, icon="outline"),
            Action("tutorial", "&Tutorial", "&Help", self._start_tutorial, icon="play", separated=True),
        ]

    def last_table(self) -> list[Action]:
        """The menu's end."""
        return [Action("about", "&About Outsole", "&Help", self.show_about, icon="shoe", separated=True)]

    def show_help(self) -> None:
        """The keys; with a tool in the hand that the guide speaks of, what it says there."""
        section = SECTIONS.get(self._session.tool)
        if section is None:
            self.show_keys()
        else:
            self.show_guide(section)

    def show_keys(self) -> None:
        """The sheet of every key."""
        self._open().show_keys()

    def show_guide(self, section: str = "") -> None:
        """What to outline, what to leave out, and when to trust a pose."""
        self._open().show_guide(section)

    def show_about(self) -> None:
        """Versions, licence and folders."""
        AboutDialog(self._window).open()

    def _open(self) -> HelpSheet:
        sheet = self._window.findChild(HelpSheet)
        if sheet is None:
            sheet = HelpSheet(key_rows(self._all_actions()), self._window)
        sheet.show()
        sheet.raise_()
        sheet.activateWindow()
        return sheet
