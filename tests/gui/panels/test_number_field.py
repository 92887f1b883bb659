"""Number fields: what the user enters is told once, what is shown is told to nobody, and typing is never disturbed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.widgets.number_field import SCRUB_PX, NumberField, ScrubLabel


class Bench(QWidget):
    """A field, its label, and something else to give the focus to."""

    def __init__(self) -> None:
        super().__init__()
        self.field = NumberField("number", unit=" mm")
        self.label = ScrubLabel("x", self.field)
        self.other = QLineEdit()
        layout = QVBoxLayout(self)
        for piece in (self.other, self.label, self.field):
            layout.addWidget(piece)
        self.told: list[float] = []
        self.field.edited.connect(self.told.append)


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    made = Bench()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    made.other.setFocus()
    return made


def retype(qtbot: QtBot, bench: Bench, text: str) -> None:
    bench.field.setFocus()
    bench.field.selectAll()
    qtbot.keyClicks(bench.field, text)


def test_showing_tells_nobody(bench: Bench) -> None:
    bench.field.show_value(12.34)
    assert bench.field.text() == "12.3 mm"
    bench.field.show_value(-0.01)
    assert bench.field.text() == "0.0 mm"
    bench.field.show_value(None)
    assert bench.field.text() == "–"
    assert bench.told == []


@pytest.mark.parametrize("text", ["7.5", "7,5"])
def test_enter_commits_point_or_comma(qtbot: QtBot, bench: Bench, text: str) -> None:
    bench.field.show_value(1.0)
    retype(qtbot, bench, text)
    assert bench.told == []
    qtbot.keyClick(bench.field, Qt.Key.Key_Return)
    assert bench.told == [7.5]


def test_what_is_typed_is_not_written_over_and_escape_gives_up(qtbot: QtBot, bench: Bench) -> None:
    bench.field.show_value(1.0)
    retype(qtbot, bench, "55")
    bench.field.show_value(2.0)
    assert bench.field.text() == "55 mm"
    qtbot.keyClick(bench.field, Qt.Key.Key_Escape)
    assert bench.field.text() == "1.0 mm"
    bench.field.show_value(3.0)
    assert bench.field.text() == "3.0 mm"
    assert bench.told == []


def test_arrow_keys_step(qtbot: QtBot, bench: Bench) -> None:
    bench.field.show_value(1.0)
    bench.field.setFocus()
    qtbot.keyClick(bench.field, Qt.Key.Key_Up)
    qtbot.keyClick(bench.field, Qt.Key.Key_PageUp)
    assert bench.told == [2.0, 12.0]


def roll(field: NumberField) -> None:
    where = QPointF(5, 5)
    none = Qt.MouseButton.NoButton
    event = QWheelEvent(
        where, QPointF(field.mapToGlobal(QPoint(5, 5))), QPoint(), QPoint(0, 120), none,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field, event)


def test_the_wheel_needs_the_focus(bench: Bench) -> None:
    bench.field.show_value(1.0)
    bench.other.setFocus()
    roll(bench.field)
    assert bench.told == []
    bench.field.setFocus()
    roll(bench.field)
    assert bench.told == [2.0]


def test_dragging_the_label_scrubs(qtbot: QtBot, bench: Bench) -> None:
    bench.field.show_value(10.0)
    left, start = Qt.MouseButton.LeftButton, QPoint(2, 2)
    qtbot.mousePress(bench.label, left, pos=start)
    qtbot.mouseMove(bench.label, start + QPoint(3 * SCRUB_PX, 0))
    qtbot.mouseMove(bench.label, start + QPoint(-SCRUB_PX, 0))
    qtbot.mouseRelease(bench.label, left, pos=start)
    assert bench.field.value() == 9.0
    assert bench.told[-1] == 9.0
