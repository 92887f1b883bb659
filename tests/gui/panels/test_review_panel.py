"""The review panel: how far a photo has come and who said so, why it was rejected, notes that stay with their photo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from panel_book import photo, session_of, shoe_session
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from core.document.edit import Edit
from core.labels.photo import Review, Status
from gui.panels.review_panel import REASONS, ReviewPanel, who_and_when
from gui.session import Session


def a_panel(qtbot: QtBot, session: Session) -> ReviewPanel:
    panel = ReviewPanel(session)
    qtbot.addWidget(panel)
    panel.resize(300, 480)
    panel.show()
    return panel


def words(panel: ReviewPanel) -> str:
    return " ".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def mark(session: Session, status: Status, review: Review | None) -> None:
    assert session.photo is not None
    session.commit(Edit.of("Mark", session.photo, session.photo.with_status(status, review)))


def test_it_says_who_when_and_why(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    panel = a_panel(qtbot, session)
    reason = panel.findChild(QComboBox, "reviewReason")
    assert reason is not None and not reason.isVisible()
    mark(session, Status.REJECTED, Review("ada", "2026-11-21T12:00:00+00:00", "blurred"))
    qtbot.waitUntil(reason.isVisible)
    assert reason.currentText() == "blurred"
    assert "by ada" in words(panel) and "2026" in words(panel)
    given: list[str] = []
    panel.reason_given.connect(given.append)
    reason.setCurrentIndex(reason.findText(REASONS[1]))
    reason.activated.emit(reason.currentIndex())
    assert given == [REASONS[1]]  # the window writes it, with who and when


def test_one_s_own_reason_is_told_and_one_that_is_looked_at_is_not(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    panel = a_panel(qtbot, session)
    mark(session, Status.REJECTED, None)
    reason = panel.findChild(QComboBox, "reviewReason")
    assert reason is not None
    field = reason.lineEdit()
    assert field is not None
    qtbot.waitUntil(reason.isVisible)
    given: list[str] = []
    panel.reason_given.connect(given.append)
    field.editingFinished.emit()
    assert given == []
    QTest.keyClicks(field, "smudged lens")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert given == ["smudged lens"]


def test_notes_are_kept_when_the_project_is_left_without_leaving_the_field(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    panel = a_panel(qtbot, session)
    notes, document = panel.findChild(QPlainTextEdit, "reviewNotes"), session.document
    assert notes is not None and document is not None
    QTest.keyClicks(notes, "laces untied")
    session.open_document(None)
    assert document.photo("a").notes == "laces untied"


def test_notes_that_are_only_looked_at_stay_as_another_program_wrote_them(qtbot: QtBot, tmp_path: Path) -> None:
    session = session_of(tmp_path, replace(photo("a"), notes="laces\r\nuntied\n"), photo("b", position=1))
    session.open_photo("a")
    panel = a_panel(qtbot, session)
    notes = panel.findChild(QPlainTextEdit, "reviewNotes")
    assert notes is not None and notes.toPlainText().startswith("laces")
    session.open_photo("b")
    qtbot.waitUntil(lambda: notes.toPlainText() == "")
    assert session.document is not None and session.document.photo("a").notes == "laces\r\nuntied\n"


def test_buttons_ask_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    panel = a_panel(qtbot, shoe_session(tmp_path))
    checked = panel.findChild(QPushButton, "reviewStatus_checked")
    assert checked is not None
    with qtbot.waitSignal(panel.status_chosen) as asked:
        checked.click()
    assert asked.args == ["checked"]


def test_doubts_of_the_poses_are_listed(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    panel = a_panel(qtbot, session)
    assert "camera guessed" in words(panel)
    session.open_photo("b")
    qtbot.waitUntil(lambda: "no pose" in words(panel))


def test_notes_stay_with_the_photo_they_were_written_for(qtbot: QtBot, tmp_path: Path) -> None:
    session = session_of(tmp_path, photo("a"), replace(photo("b", position=1), notes="beside the box"))
    session.open_photo("a")
    panel = a_panel(qtbot, session)
    notes = panel.findChild(QPlainTextEdit, "reviewNotes")
    assert notes is not None
    notes.setPlainText("laces untied")
    session.open_photo("b")
    qtbot.waitUntil(lambda: notes.toPlainText() == "beside the box")
    assert session.document is not None
    assert session.document.photo("a").notes == "laces untied"
    assert session.document.photo("b").notes == "beside the box"
    session.document.undo()
    assert session.document.photo("a").notes == ""


def test_a_time_nobody_can_read_is_shown_as_it_is() -> None:
    assert who_and_when(None) == ""
    assert who_and_when(Review("", "yesterday")) == "yesterday"
    assert who_and_when(Review("ada", "2026-11-21T12:00:00+00:00", "cut off")).endswith(": cut off")
