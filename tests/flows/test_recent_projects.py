"""File > Open recent and the welcome panel: the last projects, those whose file is gone greyed, and a clear list."""

from __future__ import annotations

from pathlib import Path

from open_window import OpenWindow
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu

from gui.panels.recent_card import RecentCard
from gui.preferences import GONE, RECENT_SHOWN


def menu_of(place: OpenWindow) -> QMenu:
    """The submenu as it is when somebody opens it."""
    menu = place.window.commands.actions["open_recent"].menu()
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    return menu


def entry(place: OpenWindow, name: str) -> QAction:
    return next(action for action in menu_of(place).actions() if action.objectName() == name)


def test_the_projects_before_are_opened_again(on_photo: OpenWindow, tmp_path: Path) -> None:
    place, first = on_photo, on_photo.place.desk.path
    place.window.commands.run("open_recent")
    assert QApplication.activePopupWidget() is None  # there is none but the open one
    assert place.place.desk.create(tmp_path / "a & b" / "c" / "second") is False  # no such folder
    assert place.place.desk.create(tmp_path / "b & c.outsole")
    assert place.place.desk.create(tmp_path / "third.outsole")
    (tmp_path / "b & c.outsole").unlink()
    texts = [action.text() for action in menu_of(place).actions() if action.objectName().startswith("recent_")]
    assert [text.split("\t")[0] for text in texts] == ["&1  b && c", "&2  shoes"]
    assert "not there" in texts[0] and str(tmp_path) in texts[1]
    assert not entry(place, "recent_1").isEnabled() and GONE in entry(place, "recent_1").toolTip()
    entry(place, "recent_2").trigger()
    assert place.place.desk.path == first and place.session.photo_id is not None


def test_its_key_opens_it_over_the_window(on_photo: OpenWindow, tmp_path: Path) -> None:
    first = on_photo.place.desk.path
    assert on_photo.place.desk.create(tmp_path / "second.outsole")
    on_photo.settle()
    on_photo.key("Ctrl+Shift+O")
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert menu.activeAction().objectName() == "recent_1"
    menu.activeAction().trigger()
    menu.close()
    assert on_photo.place.desk.path == first


def test_clear_list_keeps_the_open_one_for_the_next_start(on_photo: OpenWindow, tmp_path: Path) -> None:
    assert on_photo.place.desk.create(tmp_path / "second.outsole")
    entry(on_photo, "clear_recent").trigger()
    assert on_photo.preferences["recent_projects"] == (str(on_photo.place.desk.path),)
    on_photo.window.commands.actions.refresh()
    recent = on_photo.window.commands.actions["open_recent"]
    assert not recent.isEnabled() and "No other project" in recent.toolTip()


def test_no_more_than_eight(opened, tmp_path: Path) -> None:
    place = opened(fresh=False)
    for number in range(12):
        place.preferences.add_recent(str(tmp_path / f"{number}.outsole"))
    assert len(menu_of(place).actions()) == RECENT_SHOWN + 2
    place.settle()
    cards = [card for card in place.window.findChildren(RecentCard) if card.isVisible()]
    assert [card.objectName() for card in cards] == [f"recent_{n}" for n in range(11, 3, -1)]
    assert not any(card.is_there for card in cards) and all("not there" in card.words for card in cards)


def test_one_can_be_taken_out_of_the_list(opened, tmp_path: Path) -> None:
    place = opened(fresh=False)
    for number in range(3):
        place.preferences.add_recent(str(tmp_path / f"{number}.outsole"))
    place.settle()
    place.click_widget("forget_1")
    place.settle()
    assert [Path(file).stem for file in place.preferences["recent_projects"]] == ["2", "0"]
    cards = [card for card in place.window.findChildren(RecentCard) if card.isVisible()]
    assert [card.objectName() for card in cards] == ["recent_2", "recent_0"]


def test_a_card_says_how_far_its_project_is_and_opens_it(on_photo: OpenWindow) -> None:
    file = on_photo.place.desk.path
    on_photo.key("Ctrl+Return")
    on_photo.key("Ctrl+W")
    assert on_photo.session.document is None and on_photo.window.windowTitle() == "Outsole"
    (card,) = (card for card in on_photo.window.findChildren(RecentCard) if card.isVisible())
    on_photo.wait(lambda: "1 of 1 checked" in card.words and "today" in card.words)
    on_photo.click_widget("recent_shoes")
    assert on_photo.place.desk.path == file and on_photo.session.photo_id is not None
