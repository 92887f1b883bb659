"""The instance list: rows compared by identity, a selection that goes both ways, an eye and a lock."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from panel_book import shoe_session, sneaker
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from core.labels.instance import Instance
from core.labels.project import Project
from gui.panels.instance_list import InstanceList
from gui.panels.instance_row_painter import Places
from gui.panels.instance_rows import InstanceRows
from gui.session import Session

POOL = [sneaker(f"i{n}") for n in range(8)]
CHANGED = [instance.with_flag("locked", True) for instance in POOL]


@given(st.lists(st.lists(st.tuples(st.integers(0, 7), st.booleans()), unique_by=lambda x: x[0]), max_size=5))
def test_any_change_of_rows_is_told_rightly(states: list[list[tuple[int, bool]]]) -> None:
    rows = InstanceRows()
    QAbstractItemModelTester(rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    seen: list[Instance] = []
    rows.rowsInserted.connect(
        lambda _, a, b: seen.__setitem__(slice(a, a), [rows.row(n).instance for n in range(a, b + 1)])
    )
    rows.rowsRemoved.connect(lambda _, a, b: seen.__delitem__(slice(a, b + 1)))
    rows.dataChanged.connect(
        lambda a, b: [seen.__setitem__(n, rows.row(n).instance) for n in range(a.row(), b.row() + 1)]
    )
    project = Project()
    for state in states:
        instances = tuple((CHANGED if other else POOL)[n] for n, other in state)
        rows.show(instances, project)
        assert len(seen) == len(instances)
        assert all(a is b for a, b in zip(seen, instances, strict=True))


def test_one_changed_instance_is_one_changed_row(qtbot: QtBot) -> None:
    rows = InstanceRows()
    many = tuple(sneaker(f"n{n}") for n in range(2000))
    rows.show(many, Project())
    changed: list[int] = []
    rows.dataChanged.connect(lambda first, last: changed.extend(range(first.row(), last.row() + 1)))
    rows.show((*many[:1500], many[1500].with_flag("locked", True), *many[1501:]), rows.project)
    assert changed == [1500]


def a_list(qtbot: QtBot, session: Session) -> tuple[InstanceList, QListView]:
    panel = InstanceList(session)
    qtbot.addWidget(panel)
    panel.resize(300, 300)
    panel.show()
    view = panel.findChild(QListView, "instanceRows")
    assert view is not None
    return panel, view


def selected(view: QListView) -> set[int]:
    return {index.row() for index in view.selectionModel().selectedIndexes()}


def test_selection_goes_both_ways(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    _, view = a_list(qtbot, session)
    assert selected(view) == {0}
    session.select("right")
    qtbot.waitUntil(lambda: selected(view) == {1})
    place = view.visualRect(view.model().index(0, 0)).topLeft()
    place.setX(place.x() + 40)
    place.setY(place.y() + 10)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, place)
    assert session.selection == ("right", "left")
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert session.selection == ("left",)


def test_eye_and_lock(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    _, view = a_list(qtbot, session)
    places = Places.within(view.visualRect(view.model().index(1, 0)))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=places.eye.center())
    assert session.view.hidden_ids == {"right"}
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=places.eye.center())
    assert session.view.hidden_ids == frozenset()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=places.lock.center())
    assert session.photo.find("right").flags == {"locked"}
    assert session.document.undo_label == "Lock"
    assert session.selection == ("left",)  # an icon selects nothing


def test_many_previews_are_one_update(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    panel, view = a_list(qtbot, session)
    told: list[int] = []
    view.model().dataChanged.connect(lambda first, last: told.append(first.row()))

    def drag():  # type: ignore[no-untyped-def]
        start = session.photo
        for n in range(50):
            yield start.with_instance(start.instances[0].with_flag(f"step{n}", True))

    stream = drag()
    session.begin(stream)
    for _ in range(40):
        session.send(None)  # type: ignore[arg-type]
    assert told == []
    qtbot.waitUntil(lambda: told == [0])
    session.escape()
    assert panel is not None


def test_empty_states(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    panel, _ = a_list(qtbot, session)
    session.open_photo("b")
    qtbot.waitUntil(lambda: "Nothing outlined" in panel._empty._text.text())
    session.open_photo(None)
    qtbot.waitUntil(lambda: "No photo is open" in panel._empty._text.text())
