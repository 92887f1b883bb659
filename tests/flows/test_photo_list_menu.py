"""The photo list's menu and filter in the real window: what a right click means, photos picked together, A and D."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fake_net import FakeNet, FakeSneaker, ellipse, use_net
from job_builders import painted_photo
from open_window import CTRL, LEFT, OpenWindow, photo_of
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListView, QMenu

from core.document.edit import Edit
from core.labels.photo import Status

RIGHT = Qt.MouseButton.RightButton


@pytest.fixture
def four(on_photo: OpenWindow, tmp_path: Path) -> OpenWindow:
    """Photos photo.png (open), 1.png, 2.png and 3.png."""
    for number in (1, 2, 3):
        file = tmp_path / f"{number}.png"
        file.write_bytes(Path(painted_photo(tmp_path).file).read_bytes())
        photo = replace(photo_of(file, tmp_path), position=number)
        assert on_photo.session.commit(Edit.of("Add photo", None, photo))
    on_photo.settle()
    return on_photo


def rows_of(place: OpenWindow) -> QListView:
    view = place.window.findChild(QListView, "photoRows")
    assert view is not None
    return view


def at_row(place: OpenWindow, row: int) -> QPoint:
    view = rows_of(place)
    return view.viewport().mapTo(place.window, view.visualRect(view.model().index(row, 0)).center())


def pick(place: OpenWindow, row: int, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    place.settle()
    QTest.mouseClick(place.window.windowHandle(), LEFT, held, at_row(place, row))


def right_click(place: OpenWindow, row: int) -> QMenu:
    """Press the right button; the context menu event is the window system's."""
    place.settle()
    QTest.mouseClick(place.window.windowHandle(), RIGHT, Qt.KeyboardModifier.NoModifier, at_row(place, row))
    view = rows_of(place)
    at = view.visualRect(view.model().index(row, 0)).center()
    return asked(place, QContextMenuEvent.Reason.Mouse, at)


def asked(place: OpenWindow, reason: QContextMenuEvent.Reason, at: QPoint) -> QMenu:
    view = rows_of(place)
    target = view.viewport() if reason is QContextMenuEvent.Reason.Mouse else view
    QApplication.sendEvent(target, QContextMenuEvent(reason, at, view.viewport().mapToGlobal(at)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu) and menu.objectName() == "photoMenu"
    return menu


def entry(menu: QMenu, name: str) -> QAction:
    return next(action for action in menu.actions() if action.objectName() == name)


def choose(place: OpenWindow, menu: QMenu, name: str) -> None:
    """Click an entry."""
    assert entry(menu, name).isEnabled(), entry(menu, name).toolTip()
    QTest.mouseClick(menu, LEFT, Qt.KeyboardModifier.NoModifier, menu.actionGeometry(entry(menu, name)).center())
    place.settle()
    assert QApplication.activePopupWidget() is None
    place.window.activateWindow()  # a window manager gives it the keys back
    place.wait(place.window.isActiveWindow)


def statuses(place: OpenWindow) -> list[str]:
    return [str(e.status) for e in place.session.project.entries.values()]


def files(place: OpenWindow) -> list[str]:
    return [e.file for e in place.session.project.entries.values()]


def set_filter(place: OpenWindow, text: str) -> None:
    place.settle()
    field = place.window.findChild(QLineEdit, "photoFilter")
    field.setText(text)
    field.returnPressed.emit()
    place.place.canvas.setFocus()


def test_a_right_click_means_that_photo_and_opens_nothing(four: OpenWindow) -> None:
    opened, panel = four.session.photo_id, four.place.panels.photos
    menu = right_click(four, 2)
    assert four.session.photo_id == opened and panel.chosen_ids == (opened,)
    assert len(panel._painter.meant_ids) == 1
    assert "\t" not in entry(menu, "list_mark_checked").text()  # its key means the open photo
    choose(four, menu, "list_mark_checked")
    assert statuses(four) == ["todo", "todo", "checked", "todo"] and panel._painter.meant_ids == frozenset()
    choose(four, right_click(four, 2), "list_open")
    assert four.photo.file == "2.png"
    menu = right_click(four, 2)
    assert entry(menu, "list_mark_checked").isChecked() and "Ctrl+Return" in entry(menu, "list_mark_checked").text()
    assert "It is the photo that is open" in entry(menu, "list_open").toolTip()
    menu.close()


def test_several_picked_photos_act_together(four: OpenWindow) -> None:
    pick(four, 1)
    pick(four, 2, CTRL)
    choose(four, right_click(four, 1), "list_mark_rejected")
    assert statuses(four) == ["todo", "rejected", "rejected", "todo"]
    assert four.history[-1] == "Mark rejected on 2 photos"
    four.key("Ctrl+Z")
    assert statuses(four) == ["todo"] * 4
    pick(four, 1)
    pick(four, 3, CTRL)
    four.key("Ctrl+Return")  # a key means the open photo, however many are picked
    assert statuses(four) == ["todo", "todo", "todo", "checked"]


def test_the_menu_key_means_what_is_picked(four: OpenWindow) -> None:
    pick(four, 0)
    pick(four, 3, CTRL)
    menu = asked(four, QContextMenuEvent.Reason.Keyboard, QPoint(3, 3))
    assert entry(menu, "list_segment").text() == "&Segment 2 photos"
    assert entry(menu, "list_poses").text() == "Find &poses in 2 photos"
    assert "One photo" in entry(menu, "list_open").toolTip()
    choose(four, menu, "list_mark_labelled")
    assert statuses(four) == ["labelled", "todo", "todo", "labelled"]


def test_photos_leave_the_project_and_come_back(four: OpenWindow) -> None:
    four.add_outlined()
    before = four.photo
    pick(four, 1, CTRL)
    menu = right_click(four, 1)
    assert entry(menu, "list_remove").text() == "&Remove 2 photos from project"
    choose(four, menu, "list_remove")
    assert files(four) == ["2.png", "3.png"] and four.photo.file == "2.png"
    assert four.history[-1] == "Remove 2 photos" and "2 photos are out" in four.notices[-1]
    four.key("Ctrl+Z")
    assert files(four) == ["photo.png", "1.png", "2.png", "3.png"]
    assert four.session.document.photo(before.id) == before
    choose(four, right_click(four, 3), "list_remove")
    assert four.photo.file != "3.png" and files(four) == ["photo.png", "1.png", "2.png"]


def test_folder_and_paths(four: OpenWindow, tmp_path: Path) -> None:
    shown: list[Path] = []
    four.window.commands.photo_files.show = lambda file: shown.append(file) or True
    pick(four, 1)
    pick(four, 2, CTRL)
    choose(four, right_click(four, 2), "list_path")
    assert QGuiApplication.clipboard().text() == f"{tmp_path / '1.png'}\n{tmp_path / '2.png'}"
    choose(four, right_click(four, 2), "list_folder")
    assert shown == [tmp_path / "1.png"]  # one folder is shown once
    four.window.commands.run("copy_path")
    assert QGuiApplication.clipboard().text() == str(tmp_path / "2.png")
    four.window.commands.photo_files.show = lambda file: False
    choose(four, right_click(four, 0), "list_folder")
    assert "No file manager" in four.notices[-1] and str(tmp_path) in four.notices[-1]


def test_segmenting_from_the_list(four: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    use_net(monkeypatch, FakeNet((FakeSneaker(ellipse((160.0, 110.0), (64.0, 36.7)), 0.98),)))
    choose(four, right_click(four, 0), "list_segment")  # the open one is offered
    four.wait(lambda: len(four.place.proposals.outlines) == 1)
    four.key("Escape")
    choose(four, right_click(four, 2), "list_segment")  # another one is written
    four.wait(lambda: not four.window.commands.batch.is_running)
    counts = [e.instance_count for e in four.session.project.entries.values()]
    assert counts == [0, 0, 1, 0] and four.history[-1] == "Segment 1 photo"


def test_what_is_being_drawn_is_not_lost(four: OpenWindow) -> None:
    four.key("P")
    four.click((50.0, 50.0))
    menu = right_click(four, 0)
    assert "being drawn" in entry(menu, "list_remove").toolTip()
    menu.close()
    menu = right_click(four, 2)
    assert "being drawn" in entry(menu, "list_open").toolTip()
    choose(four, menu, "list_mark_checked")
    assert four.session.drag is not None and statuses(four)[2] == "checked"
    four.key("Escape")
    assert four.session.drag is None


def test_next_and_previous_follow_the_filter(four: OpenWindow) -> None:
    ids = list(four.session.project.entries)
    for n in (1, 3):
        photo = four.session.document.photo(ids[n])
        assert four.session.commit(Edit.of("Mark checked", photo, photo.with_status(Status.CHECKED)))
    four.settle()
    set_filter(four, "checked")
    four.key("D")
    assert four.session.photo_id == ids[1]
    four.key("D")
    assert four.session.photo_id == ids[3]
    four.key("D")
    assert four.session.photo_id == ids[3] and "last photo that the filter shows" in four.notices[-1]
    four.key("A")
    assert four.session.photo_id == ids[1]
    four.key("Shift+D")
    assert "no photo left that is to do after this one, of those that the filter shows" in four.notices[-1]
    set_filter(four, "-checked")
    four.key("D")  # from a photo the filter hides to the next one it shows
    assert four.session.photo_id == ids[2]
    four.key("A")
    four.key("A")
    assert four.session.photo_id == ids[0]
    set_filter(four, "no such name")
    four.key("D")
    assert four.session.photo_id == ids[0]
    set_filter(four, "")
    four.key("D")
    assert four.session.photo_id == ids[1]


def test_the_next_of_the_list_opens_when_a_photo_leaves_it(four: OpenWindow) -> None:
    ids = list(four.session.project.entries)
    photo = four.session.document.photo(ids[1])
    four.session.commit(Edit.of("Mark checked", photo, photo.with_status(Status.CHECKED)))
    set_filter(four, "todo")
    four.window.commands.run("remove_photo")
    assert four.session.photo_id == ids[2]
