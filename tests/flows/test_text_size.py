"""The text size of the preferences: it holds at once, is kept, and a small window stays whole with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from open_window import OpenWindow
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QPushButton, QTabBar

from gui import theme
from gui.preferences import Preferences
from gui.widgets.sheet import Sheet

Opened = Callable[..., OpenWindow]


def choose(place: OpenWindow, size: str) -> None:
    """As a hand does in the dialog."""
    place.window.commands.run("preferences")
    place.wait(lambda: place.window.findChild(QDialog, "preferencesDialog") is not None)
    dialog = place.window.findChild(QDialog, "preferencesDialog")
    combo = dialog.findChild(QComboBox, "setting_text_size")
    at = combo.findData(size)
    combo.setCurrentIndex(at)
    combo.activated.emit(at)
    dialog.close()
    place.settle()


@pytest.mark.parametrize("size", ["small", "large", "larger"])
def test_it_holds_at_once_and_is_kept(opened: Opened, tmp_path: Path, size: str) -> None:
    place = opened(fresh=False)
    before = theme.font().pointSizeF()
    choose(place, size)
    assert theme.font().pointSizeF() == pytest.approx(before * theme.TEXT_SIZES[size], abs=0.02)
    place.wait(lambda: Preferences(tmp_path / "config")["text_size"] == size)  # written when the hand rests
    choose(place, "normal")
    assert theme.font().pointSizeF() == pytest.approx(before)


def test_a_small_window_stays_whole_with_large_letters(opened: Opened) -> None:
    place = opened(fresh=False)
    choose(place, "large")
    try:
        place.window.resize(1280, 800)
        place.settle()
        assert place.window.size() == QSize(1280, 800)  # nothing inside asks for more
        for button in place.place.panels.welcome.findChildren(QPushButton):
            for words in button.findChildren(QLabel)[1:2]:  # its name; what is said beside may end in dots
                assert words.width() >= words.sizeHint().width(), words.text()
        tabs = next(bar for bar in place.window.findChildren(QTabBar) if bar.count() == 5 and bar.isVisible())
        assert tabs.width() >= tabs.sizeHint().width()
    finally:
        choose(place, "normal")


def test_a_sheet_is_no_larger_than_the_screen(on_photo: OpenWindow) -> None:
    sheet = Sheet("hugeSheet", "Huge", on_photo.window)
    sheet.resize(5000, 5000)
    sheet.open()
    room = on_photo.window.screen().availableSize()
    assert sheet.width() <= room.width() and sheet.height() <= room.height()
    sheet.close()
