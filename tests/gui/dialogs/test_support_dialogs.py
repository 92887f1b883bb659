"""The report of this computer and the log, in the window."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from core.doctor.finding import bad, ok, warning
from core.storage.folders import log_dir
from core.storage.log import CORE_LOG, WINDOW_LOG
from gui.dialogs import system_report
from gui.dialogs.log_view import LogView, log_button
from gui.dialogs.system_report import SystemReport
from gui.panels.notice_bar import NoticeBar
from gui.session import Session

FINDINGS = '{"about": "Python", "level": "ok", "found": "3.11.7", "remedy": ""}'
PATIENCE_MS = 20_000


def use_doctor(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Have the report made by a few lines."""
    monkeypatch.setattr(system_report, "module_command", lambda _: [sys.executable, "-c", code])


def shown(sheet: SystemReport) -> str:
    return "\n".join(one.text() for one in sheet.findChildren(QLabel))


def test_a_report_is_made_by_another_process(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    told = f'{{"system": "Outsole on Linux", "findings": [{FINDINGS}]}}'
    use_doctor(monkeypatch, f"import sys; print({told!r}.replace('3.11.7', ' '.join(sys.argv[1:])))")
    sheet = SystemReport(Path("shoes.outsole"))
    qtbot.addWidget(sheet)
    assert sheet.text == "" and not sheet.findChild(QPushButton, "systemReportCopy").isEnabled()
    qtbot.waitUntil(lambda: bool(sheet.text), timeout=PATIENCE_MS)
    assert "doctor --json shoes.outsole" in sheet.text and "Everything is as it should be." in shown(sheet)
    sheet.findChild(QPushButton, "systemReportCopy").click()
    assert QGuiApplication.clipboard().text() == sheet.text
    sheet.look()
    assert sheet.text == ""
    qtbot.waitUntil(lambda: bool(sheet.text), timeout=PATIENCE_MS)


def test_a_report_that_fails_says_so(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    use_doctor(monkeypatch, "import sys; sys.exit('no module called numpy')")
    sheet = SystemReport()
    qtbot.addWidget(sheet)
    qtbot.waitUntil(lambda: bool(sheet.text), timeout=PATIENCE_MS)
    assert "could not be made" in sheet.about.text() and "no module called numpy" in sheet.about.text()
    monkeypatch.setattr(system_report, "module_command", lambda _: ["/no/such/program"])
    sheet.look()
    qtbot.waitUntil(lambda: bool(sheet.text), timeout=PATIENCE_MS)
    assert "could not be made" in sheet.about.text()


def test_closing_it_ends_the_process(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    use_doctor(monkeypatch, "while True: pass")
    gone: list[bool] = []
    sheet = SystemReport()
    sheet.destroyed.connect(lambda: gone.append(True))
    sheet.open()
    sheet.reject()
    qtbot.waitUntil(lambda: bool(gone), timeout=PATIENCE_MS)


def test_what_matters_most_stands_first(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    use_doctor(monkeypatch, "input()")
    sheet = SystemReport()
    qtbot.addWidget(sheet)
    sheet.show_findings("here", [ok("Python", "3.11"), warning("Drawing", "slow"), bad("Fonts", "none", "Install.")])
    lines = shown(sheet)
    assert lines.index("Fonts") < lines.index("Drawing") < lines.index("Python") and "none\nInstall." in lines
    sheet.reject()


def test_the_log_is_read_from_its_end(qtbot: QtBot) -> None:
    log_dir().mkdir(parents=True, exist_ok=True)
    (log_dir() / WINDOW_LOG).write_text("\n".join(f"line {number}" for number in range(900)))
    (log_dir() / CORE_LOG).write_text("the core started\n")
    view = LogView()
    qtbot.addWidget(view)
    text = view.findChild(QPlainTextEdit, "logText")
    assert text.toPlainText().endswith("line 899") and "line 1\n" not in text.toPlainText() and text.isReadOnly()
    view.findChild(QPushButton, f"logKind_{CORE_LOG}").click()
    assert text.toPlainText() == "the core started"
    assert CORE_LOG in view.about.text()
    view.findChild(QPushButton, "logCopy").click()
    assert QGuiApplication.clipboard().text() == "the core started"


def test_a_dialog_shows_the_log_over_itself(qtbot: QtBot) -> None:
    sheet = LogView()
    qtbot.addWidget(sheet)
    pressed = log_button(sheet)
    assert pressed.isHidden()
    pressed.click()
    assert isinstance(sheet.findChild(LogView), LogView)


def test_a_danger_has_the_log_one_click_away(qtbot: QtBot) -> None:
    session = Session()
    bar = NoticeBar(session)
    qtbot.addWidget(bar)
    bar.show()
    pressed = bar.findChild(QPushButton, "noticeLog")
    session.notice("Drawn.")
    assert pressed.isHidden()
    session.notice("That failed.", "danger")
    assert not pressed.isHidden()
    with qtbot.waitSignal(bar.log_wanted):
        pressed.click()
    session.notice("Ended unexpectedly.", "warning", log=True)
    session.notice("Opened shoes.")  # what has the log behind it stays until it is closed
    assert bar.accessibleName() == "Ended unexpectedly." and not pressed.isHidden()
    session.notice("A guess.", "warning")
    assert pressed.isHidden()
