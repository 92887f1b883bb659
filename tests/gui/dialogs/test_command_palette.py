"""The command palette: what fits what is typed, which row Enter runs, and what a reason keeps from running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QListView, QMainWindow
from pytestqt.qtbot import QtBot

from gui.dialogs.command_match import Command, find
from gui.dialogs.command_palette import CommandPalette

COMMANDS = (
    Command("open", "Open project…", "File", ("Ctrl+O",)),
    Command("export", "Export…", "File", ("Ctrl+E",)),
    Command("fit_photo", "Fit the photo", "View", ("F",)),
    Command("fit", "Fit to the outline", "Pose", ("E",), "Choose a sneaker first."),
    Command("checked", "Mark checked", "Review", ("Ctrl+Return",), ticked=True),
    Command("rejected", "Mark rejected", "Review"),
    Command("segment", "Segment the photo", "Label", ("S",)),
)


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("seg", ["segment"]),
        ("photo fit", ["fit_photo"]),
        ("fit", ["fit_photo", "fit"]),
        ("review rej", ["rejected"]),
        ("ctrl+e", ["export"]),
        ("e", ["fit", "export"]),  # what has that very key comes first, even with a reason against it
        ("mchk", ["checked"]),
        ("jected", ["rejected"]),
        ("sgm", ["segment"]),
        ("nothing like it", []),
        ("", [command.id for command in sorted(COMMANDS, key=lambda c: bool(c.reason))]),
    ],
)
def test_what_fits(typed: str, ids: list[str]) -> None:
    found = [one.command.id for one in find(COMMANDS, typed)]
    assert found[: len(ids)] == ids if typed == "e" else found == ids


def test_of_equals_the_one_used_lately_comes_first() -> None:
    assert [one.command.id for one in find(COMMANDS, "mark")] == ["checked", "rejected"]
    assert [one.command.id for one in find(COMMANDS, "mark", recent=("rejected",))] == ["rejected", "checked"]


@given(st.text(max_size=12))
def test_letters_found_are_letters_typed(typed: str) -> None:
    for one in find(COMMANDS, typed):
        assert {one.command.text[at].casefold() for at in one.letters} <= set(typed.casefold())


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QMainWindow]:
    shown = QMainWindow()
    shown.setCentralWidget(QLineEdit())
    shown.resize(900, 600)
    qtbot.addWidget(shown)
    shown.show()
    shown.activateWindow()
    qtbot.waitUntil(shown.isActiveWindow)
    shown.centralWidget().setFocus()
    yield shown


def opened(window: QMainWindow, *recent: str) -> tuple[CommandPalette, QLineEdit, list[str]]:
    palette = CommandPalette(window, COMMANDS, recent=recent)
    chosen: list[str] = []
    palette.chosen.connect(chosen.append)
    palette.open()
    field = palette.findChild(QLineEdit, "paletteSearch")
    assert field is not None and field.hasFocus()
    return palette, field, chosen


def is_gone(window: QMainWindow) -> bool:
    return window.findChild(CommandPalette) is None


def texts(palette: CommandPalette) -> list[str]:
    model = palette.findChild(QListView, "paletteRows").model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_enter_runs_the_row_and_gives_the_focus_back(qtbot: QtBot, window: QMainWindow) -> None:
    _, field, chosen = opened(window)
    qtbot.keyClicks(field, "mark")
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: is_gone(window))
    assert chosen == ["rejected"]
    assert window.centralWidget().hasFocus()


def test_arrows_go_round_and_pass_the_headings(qtbot: QtBot, window: QMainWindow) -> None:
    palette, field, chosen = opened(window, "segment", "gone", "open")
    assert texts(palette)[:4] == ["Used lately", "Segment the photo", "Open project…", "All commands"]
    assert texts(palette).count("Open project…") == 1
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(field, key)
    assert palette.findChild(QListView, "paletteRows").currentIndex().data() == "Export…"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert chosen == ["export"]


def test_what_cannot_be_used_says_why_and_does_not_run(qtbot: QtBot, window: QMainWindow) -> None:
    palette, field, chosen = opened(window)
    qtbot.keyClicks(field, "outline")
    assert "Choose a sneaker first." in [label.text() for label in palette.findChildren(QLabel)]
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert chosen == [] and palette.isVisible() and field.hasFocus()
    field.setText("no such thing")
    assert "No command is called that" in " ".join(label.text() for label in palette.findChildren(QLabel))
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert chosen == []


@pytest.mark.parametrize("key", ["Escape", "Ctrl+K", "beside"])
def test_ways_out(qtbot: QtBot, window: QMainWindow, key: str) -> None:
    palette, field, chosen = opened(window)
    if key == "Escape":
        qtbot.keyClick(field, Qt.Key.Key_Escape)
    elif key == "Ctrl+K":
        qtbot.keyClick(field, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    else:
        qtbot.mouseClick(palette, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    qtbot.waitUntil(lambda: is_gone(window))
    assert chosen == [] and window.centralWidget().hasFocus()


def test_a_click_runs_and_the_sheet_follows_the_window(qtbot: QtBot, window: QMainWindow) -> None:
    palette, _, chosen = opened(window)
    window.resize(640, 420)
    qtbot.waitUntil(lambda: palette.width() == 640)
    view = palette.findChild(QListView, "paletteRows")
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(1, 0)).center())
    assert chosen == [find(COMMANDS, "")[1].command.id]
