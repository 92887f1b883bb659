"""File > Open recent and the welcome panel: the last projects, those whose file is gone greyed, and a clear list."""

from __future__ import annotations

from pathlib import Path

from open_window import OpenWindow
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

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
    assert place.place.desk.create(tmp_path / "a & b" / "second") is False  # no such folder
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
    buttons = [b for b in place.window.findChildren(QPushButton) if b.objectName().startswith("recent_")]
    assert [b.objectName() for b in buttons if b.isVisible()] == [f"recent_{n}" for n in range(11, 3, -1)]
    assert not any(b.isEnabled() for b in buttons) and all("not there" in b.text() for b in buttons)
