"""Finding any command by typing: the palette over the window, and which commands were run from it lately."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from gui.actions.action import Action, ActionSet
from gui.dialogs.command_match import Command
from gui.dialogs.command_palette import CommandPalette
from gui.preferences import Preferences

_REMEMBERED = 6
_ID = "find_command"
_NO_MENU = "Canvas"


class FindActions:
    """The palette of one window. actions: all there is to find, empty until the window has made them."""

    def __init__(self, preferences: Preferences, window: QWidget, run: Callable[[str], None]) -> None:
        self.actions: ActionSet | None = None
        self._preferences = preferences
        self._window = window
        self._run = run

    def table(self) -> list[Action]:
        """The command that finds the others."""
        return [
            Action(_ID, "&Find a command…", "&Help", self.show_palette, ("Ctrl+K", "Ctrl+Shift+P"), icon="search"),
        ]

    def show_palette(self) -> None:
        """Every command, with what it is called now and why it cannot be used."""
        palette = CommandPalette(self._window, self._commands(), recent=tuple(self._preferences["recent_commands"]))
        palette.chosen.connect(self._on_chosen)
        palette.open()

    def _commands(self) -> tuple[Command, ...]:
        if self.actions is None:
            return ()
        table = [action for action in self.actions.table if action.id != _ID]
        groups = list(dict.fromkeys(action.group for action in table if action.group))
        table.sort(key=lambda action: groups.index(action.group) if action.group else len(groups))
        return tuple(self._command(action, self.actions) for action in table)

    def _command(self, action: Action, actions: ActionSet) -> Command:
        return Command(
            action.id,
            actions[action.id].text().replace("&", ""),
            action.group.replace("&", "") or _NO_MENU,
            action.keys,
            action.why_not() or "",
            action.icon,
            action.checked is not None and action.checked(),
        )

    def _on_chosen(self, action_id: str) -> None:
        others = [name for name in self._preferences["recent_commands"] if name != action_id]
        self._preferences.set("recent_commands", (action_id, *others)[:_REMEMBERED])
        self._run(action_id)
