from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.widgets.held_key import HeldKey

KEY = Qt.Key.Key_C


class Pad(QWidget):
    """A window with a widget that watches the key, a field, and a command of the same key."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.pad, self.field = QWidget(), QLineEdit()
        self.pad.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        layout = QVBoxLayout(self)
        layout.addWidget(self.pad)
        layout.addWidget(self.field)
        QShortcut(QKeySequence("C"), self, lambda: self.heard.append("command"))
        said = {name: self._say(name) for name in ("tapped", "held", "released")}
        HeldKey(self.pad, KEY, **said)

    def _say(self, name: str):
        return lambda: self.heard.append(name)


@pytest.fixture
def pad(qtbot: QtBot) -> Pad:
    made = Pad()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.pad.setFocus()
    return made


def test_a_tap_is_one_thing(pad: Pad) -> None:
    QTest.keyClick(pad.windowHandle(), KEY)
    assert pad.heard == ["tapped"]


def test_holding_is_another(pad: Pad, qtbot: QtBot) -> None:
    QTest.keyPress(pad.windowHandle(), KEY)
    qtbot.waitUntil(lambda: bool(pad.heard))
    assert pad.heard == ["held"]
    QTest.keyRelease(pad.windowHandle(), KEY)
    assert pad.heard == ["held", "released"]


def test_a_key_let_go_elsewhere_is_let_go(pad: Pad, qtbot: QtBot) -> None:
    QTest.keyPress(pad.windowHandle(), KEY)
    qtbot.waitUntil(lambda: bool(pad.heard))
    pad.field.setFocus()
    assert pad.heard == ["held", "released"]
    QTest.keyRelease(pad.windowHandle(), KEY)
    assert pad.heard == ["held", "released"]


def test_with_a_modifier_or_elsewhere_it_is_not_meant(pad: Pad) -> None:
    QTest.keyClick(pad.windowHandle(), KEY, Qt.KeyboardModifier.ControlModifier)
    assert pad.heard == []
    pad.field.setFocus()
    QTest.keyClick(pad.windowHandle(), KEY)
    assert "tapped" not in pad.heard
