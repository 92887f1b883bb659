"""The photo list: rows from the index alone, a filter of words, one row told of for one edit."""

from __future__ import annotations

from pathlib import Path

import pytest
import shiboken6
from panel_book import photo, posed, session_of, sneaker
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLineEdit, QListView
from pytestqt.qtbot import QtBot

from core.document.edit import Edit
from core.labels.photo import PhotoEntry, Status
from gui.panels.photo_list import PhotoList
from gui.panels.photo_rows import Filter, PhotoRows, short_summary, summary
from gui.session import Session


def entries(count: int) -> dict[str, PhotoEntry]:
    return {f"p{n}": entry(n) for n in range(count)}


def entry(n: int) -> PhotoEntry:
    return PhotoEntry(f"p{n}", f"dir/IMG_{n}.jpg", (4, 3), list(Status)[n % 4], n % 3, n % 2)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", [0, 1, 2, 3, 4, 5]),
        ("checked", [2]),
        ("-checked img_", [0, 1, 3, 4, 5]),
        ("posed", [1, 3, 5]),
        ("unposed", [2, 4]),  # outlined, but without a pose
        ("empty", [0, 3]),
        ("outlined", [1, 2, 4, 5]),
        ("-OUTLINED", [0, 3]),
        ("outlined -posed -checked", [4]),
        ("labelled", [1, 5]),
        ("-rejected -todo", [1, 2, 5]),
        ("-", []),  # a minus alone turns nothing round: it is part of a name
        ("IMG_4", [4]),
        ("todo empty", [0]),
        ("nowhere", []),
    ],
)
def test_filter_words(text: str, kept: list[int]) -> None:
    chosen = Filter.of(text)
    assert [n for n in range(6) if chosen.lets_through(entry(n))] == kept


def test_what_is_in_a_photo_is_said_in_two_lengths() -> None:
    some = PhotoEntry("p", "a.jpg", (4, 3), Status.TODO, 3, 1)
    every = PhotoEntry("p", "a.jpg", (4, 3), Status.TODO, 2, 2)
    assert (summary(some), short_summary(some)) == ("3 outlined, 1 posed", "1 of 3 posed")
    assert (summary(every), short_summary(every)) == ("2 outlined, 2 posed", "2 posed")


def test_rows_tell_only_of_what_was_touched(qtbot: QtBot) -> None:
    rows = PhotoRows()
    QAbstractItemModelTester(rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    many = entries(10_000)
    rows.show(many)
    changed: list[int] = []
    rows.dataChanged.connect(lambda first, last: changed.extend(range(first.row(), last.row() + 1)))
    other = {**many, "p7": PhotoEntry("p7", "x.jpg", (4, 3), Status.CHECKED, 9, 9)}
    assert not rows.show(other, touched={"p7"})
    assert changed == [7]
    assert rows.index(7).data(Qt.ItemDataRole.UserRole).instance_count == 9


def test_a_row_does_not_vanish_under_the_hand(qtbot: QtBot) -> None:
    rows = PhotoRows()
    some = entries(8)
    rows.show(some)
    rows.use_filter(Filter.of("todo"))
    assert rows.shown_ids == ("p0", "p4")
    done = {**some, "p0": PhotoEntry("p0", "a.jpg", (4, 3), Status.CHECKED)}
    rows.show(done, touched={"p0"})
    assert rows.shown_ids == ("p0", "p4")
    rows.use_filter(rows.filter, keep="p0")
    assert rows.shown_ids == ("p0", "p4")
    rows.use_filter(rows.filter)
    assert rows.shown_ids == ("p4",)


def a_list(qtbot: QtBot, session: Session) -> tuple[PhotoList, QListView]:
    panel = PhotoList(session)
    qtbot.addWidget(panel)
    panel.resize(240, 400)
    panel.show()
    view = panel.findChild(QListView, "photoRows")
    assert view is not None
    return panel, view


def test_click_and_keys_choose(qtbot: QtBot, tmp_path: Path) -> None:
    session = session_of(tmp_path, *(photo(name, position=n) for n, name in enumerate("abc")))
    panel, view = a_list(qtbot, session)
    panel.chosen.connect(session.open_photo)
    with qtbot.waitSignal(panel.chosen) as told:
        place = view.visualRect(view.model().index(1, 0)).center()
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == ["b"]
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert session.photo_id == "c"
    session.open_photo("a")
    qtbot.waitUntil(lambda: view.currentIndex().row() == 0)


def test_footer_and_rows_follow_edits(qtbot: QtBot, tmp_path: Path) -> None:
    session = session_of(tmp_path, photo("a"), photo("b", position=1))
    panel, view = a_list(qtbot, session)
    session.open_photo("b")
    qtbot.waitUntil(lambda: panel._footer.text() == "2 / 2")
    before = session.document.photo("b")
    after = before.with_instance(posed(sneaker("s"), before)).with_status(Status.LABELLED)
    session.commit(Edit.of("Outline", before, after))
    qtbot.waitUntil(lambda: view.model().index(1, 0).data(Qt.ItemDataRole.UserRole).posed_count == 1)
    fresh = photo("c", position=2)
    session.commit(Edit.of("Add photo", None, fresh))
    qtbot.waitUntil(lambda: view.model().rowCount() == 3)
    assert panel._footer.text() == "2 / 3"


def test_empty_states(qtbot: QtBot, tmp_path: Path) -> None:
    session = Session()
    panel, _ = a_list(qtbot, session)
    assert "No project" in panel._empty._text.text()
    full = session_of(tmp_path, photo("a"))
    session.open_document(full.document)
    field = panel.findChild(QLineEdit, "photoFilter")
    field.setText("nothing like it")
    qtbot.waitUntil(lambda: "No photo fits" in panel._empty._text.text())
    qtbot.mouseClick(panel._empty.act_button, Qt.MouseButton.LeftButton)
    assert panel.shown_ids == ("a",)


def test_an_empty_project_offers_to_add(qtbot: QtBot, tmp_path: Path) -> None:
    panel, _ = a_list(qtbot, session_of(tmp_path))
    assert "No photos yet" in panel._empty._text.text()
    with qtbot.waitSignal(panel.add_requested):
        qtbot.mouseClick(panel._empty.act_button, Qt.MouseButton.LeftButton)


def test_a_dead_panel_hears_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    session = session_of(tmp_path, photo("a"))
    panel = PhotoList(session)
    shiboken6.delete(panel)
    session.open_photo("a")
    before = session.document.photo("a")
    assert session.commit(Edit.of("Check", before, before.with_status(Status.CHECKED)))
