"""Every command of a menu has a letter of its own, so that Alt and letters reach it at once."""

from __future__ import annotations

from collections.abc import Sequence

from open_window import OpenWindow
from PySide6.QtGui import QAction

from gui.commands import CONTEXT


def letters(actions: Sequence[QAction]) -> dict[str, list[str]]:
    """The commands of each underlined letter."""
    found: dict[str, list[str]] = {}
    for action in actions:
        text = action.text().replace("&&", "")
        if "&" in text:
            found.setdefault(text[text.index("&") + 1].lower(), []).append(action.text())
    return found


def clashes(actions: Sequence[QAction]) -> dict[str, list[str]]:
    return {letter: texts for letter, texts in letters(actions).items() if len(texts) > 1}


def test_no_two_commands_of_a_menu_share_a_letter(on_photo: OpenWindow) -> None:
    bar = on_photo.window.menuBar()
    found = {menu.text(): clashes(menu.menu().actions()) for menu in bar.actions()}
    assert {menu: wrong for menu, wrong in found.items() if wrong} == {}
    assert not clashes(bar.actions())


def test_no_two_commands_of_the_photos_menu_share_a_letter(on_photo: OpenWindow) -> None:
    actions = on_photo.window.commands.actions
    assert clashes([actions[name] for name in CONTEXT]) == {}
