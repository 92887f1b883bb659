"""All poses at a glance: the most doubtful first, marked by keys, followed when a photo changes, opened by Enter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from panel_book import photo, posed, session_of, sneaker
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListView, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.document.edit import Edit
from core.labels.photo import Photo, Status
from gui.background import Errands
from gui.panels.pose_cards import MOST_PX, card_for
from gui.panels.pose_grid import PoseGrid
from gui.panels.pose_rows import PoseRows, Shown, read_rows, rows_of
from gui.session import Session

CTRL = Qt.KeyboardModifier.ControlModifier


def posed_photo(name: str, iou: float, position: int, status: Status = Status.LABELLED) -> Photo:
    blank = photo(name, position=position)
    shoe = posed(sneaker("shoe"), blank)
    assert shoe.pose_estimate is not None
    return replace(
        blank.with_instance(shoe.with_pose_estimate(replace(shoe.pose_estimate, iou=iou))).with_status(status),
    )


PHOTOS = (posed_photo("good", 0.98, 0), posed_photo("worst", 0.7, 1), posed_photo("bad", 0.9, 2))


def a_session(folder: Path) -> Session:
    session = session_of(folder, *PHOTOS, photo("empty", position=3))
    session.open_photo("good")
    return session


def names(rows: PoseRows) -> list[str]:
    return [rows.row(at).photo.id for at in range(rows.rowCount())]


def test_the_most_doubtful_poses_come_first() -> None:
    rows = PoseRows()
    rows.show([row for one in PHOTOS for row in rows_of(one)], Shown.ALL)
    assert names(rows) == ["worst", "bad", "good"]
    assert rows.counts == (3, 3, 2)
    rows.look_at(Shown.DOUBTFUL)
    assert names(rows) == ["worst", "bad"]


def test_checked_and_rejected_photos_leave_with_the_next_look() -> None:
    rows = PoseRows()
    rows.show([row for one in PHOTOS for row in rows_of(one)], Shown.UNCHECKED)
    rows.update_photo("worst", rows_of(PHOTOS[1].with_status(Status.CHECKED)))
    assert names(rows) == ["worst", "bad", "good"]  # nothing moves under the eye
    assert rows.row(0).status is Status.CHECKED and rows.counts == (3, 2, 2)
    rows.look_at(Shown.UNCHECKED)
    assert names(rows) == ["bad", "good"]
    rows.update_photo("bad", rows_of(PHOTOS[2].with_status(Status.REJECTED)))
    assert names(rows) == ["bad", "good"] and rows.row(0).status is Status.REJECTED  # the key is seen to have worked
    rows.look_at(Shown.ALL)
    assert names(rows) == ["worst", "good"]


def test_rejected_photos_are_not_read(tmp_path: Path) -> None:
    session = session_of(tmp_path, *PHOTOS)
    assert session.document is not None
    now = session.document.photo("bad")
    session.commit(Edit.of("Reject", now, now.with_status(Status.REJECTED)))
    found = read_rows(session.document.store, ["good", "bad"], lambda _, __: None)
    assert [row.photo.id for row in found] == ["good"]


def a_grid(qtbot: QtBot, session: Session, folder: Path) -> tuple[PoseGrid, QListView]:
    path = next(folder.rglob("*.outsole"))
    grid = PoseGrid(session, Errands(session), path=lambda: path)
    qtbot.addWidget(grid)
    grid.resize(700, 500)
    grid.show()
    grid.look()
    view = grid.findChild(QListView, "poseCards")
    assert view is not None
    qtbot.waitUntil(lambda: view.model().rowCount() == 3)
    return grid, view


def press(widget: QWidget, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.sendKeyEvent(QTest.KeyAction.Click, widget, key, "", held)


def test_keys_mark_the_chosen_and_go_on_to_the_next(qtbot: QtBot, tmp_path: Path) -> None:
    session = a_session(tmp_path)
    grid, view = a_grid(qtbot, session, tmp_path)
    marked: list[tuple[str, tuple[str, ...]]] = []
    grid.marked.connect(lambda status, ids: marked.append((status, ids)))
    view.setCurrentIndex(view.model().index(0, 0))
    press(view, Qt.Key.Key_Return, CTRL)
    press(view, Qt.Key.Key_Backspace, CTRL)
    assert marked == [("checked", ("worst",)), ("rejected", ("bad",))]
    opened: list[tuple[str, str]] = []
    grid.opened.connect(lambda *key: opened.append(key))
    press(view, Qt.Key.Key_Return)
    assert opened == [("good", "shoe")]


def test_cards_grow_with_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    grid, view = a_grid(qtbot, a_session(tmp_path), tmp_path)
    widths = []
    for width in (480, 1000, 1500, 2300, 4000):
        grid.resize(width, 700)
        qtbot.waitUntil(lambda: view.gridSize() == card_for(view.width()))
        widths.append(view.gridSize().width())
    assert widths == sorted(widths) and widths[:2] == [172, 172] and widths[3] > 280 and widths[4] == MOST_PX
    rows = view.model()
    assert view.visualRect(rows.index(1, 0)).left() >= view.visualRect(rows.index(0, 0)).left() + MOST_PX


def test_the_windows_own_keys_do_not_mean_the_open_photo_here(qtbot: QtBot, tmp_path: Path) -> None:
    _, view = a_grid(qtbot, a_session(tmp_path), tmp_path)
    asked = QKeyEvent(QKeyEvent.Type.ShortcutOverride, Qt.Key.Key_Return, CTRL)
    asked.ignore()
    view.event(asked)
    assert asked.isAccepted()


def test_a_photo_that_changes_is_followed_and_an_empty_grid_says_why(qtbot: QtBot, tmp_path: Path) -> None:
    session = a_session(tmp_path)
    grid, view = a_grid(qtbot, session, tmp_path)
    assert session.document is not None
    for one in PHOTOS:
        now = session.document.photo(one.id)
        session.commit(Edit.of("Mark", now, now.with_status(Status.CHECKED)))
    unchecked = grid.findChild(QPushButton, "poseGridShown_unchecked")
    doubtful = grid.findChild(QPushButton, "poseGridShown_doubtful")
    assert unchecked is not None and doubtful is not None
    doubtful.click()
    assert view.model().rowCount() == 2
    unchecked.click()
    empty = grid.findChild(QWidget, "poseGridEmpty")
    assert empty is not None and empty.isVisible()
