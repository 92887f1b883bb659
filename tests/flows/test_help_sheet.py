"""F1: the keys and the labelling guide, whose drawings and sections are all there in both themes."""

from __future__ import annotations

import re

import pytest
from open_window import OpenWindow
from PySide6.QtCore import QByteArray
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QListWidget, QTabWidget, QTextBrowser
from pytestqt.qtbot import QtBot

from gui import theme
from gui.actions.help_actions import SECTIONS
from gui.dialogs.guide_page import FILE, FOLDER, drawing
from gui.dialogs.help_sheet import HelpSheet

TEXT = FILE.read_text(encoding="utf-8")
TITLES = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
DRAWINGS = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TEXT)


def shown(qtbot: QtBot) -> HelpSheet:
    sheet = HelpSheet([("Pose", "Find the pose", "Q")])
    qtbot.addWidget(sheet)
    sheet.show()
    return sheet


def test_the_guide_speaks_of_what_annotators_ask() -> None:
    for word in (
        "laces",
        "sock",
        "shadow",
        "bow",
        "collar",
        "reject",
        "stands in front",
        "left",
        "blur",
        "frame",
        "box",
    ):
        assert word in TEXT.casefold(), word
    assert 600 < len(TEXT.split()) < 1100
    assert set(SECTIONS.values()) <= set(TITLES)


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_drawing_is_there_and_changes_with_the_theme(qapp: QApplication, name: str) -> None:
    assert QSvgRenderer(QByteArray((FOLDER / name).read_bytes())).isValid()
    dark, light = (drawing(FOLDER / name, one, ratio=2.0) for one in ("dark", "light"))
    assert dark.devicePixelRatio() == 2.0 and dark.size() == light.size()
    assert dark.pixelColor(40, 40).lightness() < 60 < 200 < light.pixelColor(40, 40).lightness()


def test_no_drawing_is_left_over() -> None:
    assert {file.name for file in FOLDER.glob("*.svg")} == set(DRAWINGS)


def test_a_section_is_scrolled_to(qtbot: QtBot) -> None:
    sheet = shown(qtbot)
    sheet.show_guide("Left or right")
    sections, text = sheet.findChild(QListWidget, "guideSections"), sheet.findChild(QTextBrowser, "guideText")
    assert [sections.item(row).text() for row in range(sections.count())] == TITLES
    qtbot.waitUntil(lambda: text.verticalScrollBar().value() > 200)
    assert sections.currentItem().text() == "Left or right"
    sections.setCurrentRow(0)
    assert text.verticalScrollBar().value() == 0


def test_another_theme_repaints_it(qtbot: QtBot, qapp: QApplication) -> None:
    sheet = shown(qtbot)
    sheet.show_guide("Pairs")
    theme.apply(qapp, "light")
    sections = sheet.findChild(QListWidget, "guideSections")
    assert sections.currentItem().text() == "Pairs" and sections.count() == len(TITLES)
    theme.apply(qapp, "dark")


def test_f1_shows_what_the_tool_in_the_hand_needs(on_photo: OpenWindow) -> None:
    on_photo.key("F1")
    sheet = on_photo.window.findChild(HelpSheet)
    tabs = sheet.findChild(QTabWidget, "helpTabs")
    assert tabs.currentIndex() == 0
    sheet.close()
    on_photo.window.activateWindow()
    on_photo.wait(on_photo.window.isActiveWindow)
    on_photo.session.use_tool("occluder")
    on_photo.key("F1")
    sheet = on_photo.window.findChild(HelpSheet)
    assert sheet.findChild(QTabWidget, "helpTabs").currentIndex() == 1
    assert sheet.findChild(QListWidget, "guideSections").currentItem().text() == "What stands in front"
