"""The menus: every command has a letter of its own, all stand in one column, and what belongs together is near."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from open_window import OpenWindow
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from gui.actions.sub_menus import SUB_MENUS
from gui.commands import CONTEXT

SMALL_SCREEN_PX = 700


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


def menus(actions: Sequence[QAction]) -> Iterator[tuple[str, QMenu]]:
    """Each menu with its title, and those inside it."""
    for action in actions:
        if action.menu() is not None:
            yield action.text(), action.menu()
            yield from menus(action.menu().actions())


def test_no_two_commands_of_a_menu_share_a_letter(on_photo: OpenWindow) -> None:
    bar = on_photo.window.menuBar()
    found = {title: clashes(menu.actions()) for title, menu in menus(bar.actions())}
    assert {sub.title for sub in SUB_MENUS} <= found.keys()
    assert {title: wrong for title, wrong in found.items() if wrong} == {}
    assert not clashes(bar.actions())


def test_every_menu_stands_in_one_column_of_a_small_screen(on_photo: OpenWindow) -> None:
    heights = {title: menu.sizeHint().height() for title, menu in menus(on_photo.window.menuBar().actions())}
    assert {title: height for title, height in heights.items() if height > SMALL_SCREEN_PX} == {}


def test_a_sub_menu_holds_what_it_names_and_its_menu_no_longer_does(on_photo: OpenWindow) -> None:
    tops = {action.text(): action.menu() for action in on_photo.window.menuBar().actions()}
    for sub in SUB_MENUS:
        menu = tops[sub.menu]
        inside = next(action.menu() for action in menu.actions() if action.text() == sub.title)
        held = [action.objectName() for action in inside.actions() if not action.isSeparator()]
        assert sorted(held) == sorted(sub.commands)
        assert not set(held) & {action.objectName() for action in menu.actions()}


def test_no_two_commands_of_the_photos_menu_share_a_letter(on_photo: OpenWindow) -> None:
    actions = on_photo.window.commands.actions
    assert clashes([actions[name] for name in CONTEXT]) == {}
