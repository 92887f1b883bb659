"""Models, history, jobs and messages: the smaller panels."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from panel_book import MODEL, OTHER_MODEL, photo, session_of, shoe_session
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QListView, QMenu, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from core.document.edit import Edit
from core.jobs.messages import ImportMeshRequest
from core.jobs.protocol import CoreState
from core.labels.photo import Status
from gui.inference import Job
from gui.panels.history import HistoryPanel
from gui.panels.job_list import JobList, JobStatus, progress_words
from gui.panels.model_library import ModelLibrary, facts
from gui.panels.notice_bar import NoticeBar
from gui.session import Notice, Session

LEFT = Qt.MouseButton.LeftButton
REQUEST = ImportMeshRequest("shoe.glb")


def shown(qtbot: QtBot, panel: QWidget) -> QWidget:
    qtbot.addWidget(panel)
    panel.resize(300, 300)
    panel.show()
    return panel


# ---- models


def test_models_are_renamed_and_removed(qtbot: QtBot, tmp_path: Path) -> None:
    session = session_of(tmp_path, photo("a"), models=(MODEL, OTHER_MODEL))
    library = shown(qtbot, ModelLibrary(session))
    view = library.findChild(QListView, "modelRows")
    at = [view.model().index(n, 0).data() for n in range(2)].index("runner")
    view.model().setData(view.model().index(at, 0), " racer ")
    qtbot.waitUntil(lambda: view.model().index(at, 0).data() == "racer")
    assert session.project.models["m"].name == "racer"
    view.setCurrentIndex(view.model().index(at, 0))
    qtbot.mouseClick(library.findChild(QToolButton, "modelRemove"), LEFT)
    qtbot.waitUntil(lambda: view.model().rowCount() == 1)
    assert list(session.project.models) == ["n"]


def test_a_used_model_stays_with_a_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    said: list[Notice] = []
    session.signals.noticed.connect(said.append)
    library = shown(qtbot, ModelLibrary(session))
    library.findChild(QListView, "modelRows").setCurrentIndex(
        library.findChild(QListView, "modelRows").model().index(0, 0)
    )
    qtbot.mouseClick(library.findChild(QToolButton, "modelRemove"), LEFT)
    assert "a.jpg" in said[0].text
    assert said[0].level == "warning"
    with qtbot.waitSignal(library.landmarks_requested) as told:
        qtbot.mouseClick(library.findChild(QToolButton, "modelLandmarks"), LEFT)
    assert told.args == ["m"]


def test_an_empty_library_offers_to_import(qtbot: QtBot, tmp_path: Path) -> None:
    library = shown(qtbot, ModelLibrary(session_of(tmp_path, models=())))
    with qtbot.waitSignal(library.import_requested):
        qtbot.mouseClick(library.findChild(QPushButton, "modelLibraryEmpty_act"), LEFT)


def test_the_built_in_shoes_are_offered_while_the_project_lacks_them(qtbot: QtBot, tmp_path: Path) -> None:
    low_top = replace(MODEL, id="outsole-sneaker")
    library = shown(qtbot, ModelLibrary(session_of(tmp_path, photo("a"), models=(low_top,))))
    wanted: list[str] = []
    library.built_in_requested.connect(wanted.append)
    qtbot.mouseClick(library.findChild(QToolButton, "modelBuiltIn"), LEFT)
    menu = library.findChild(QMenu, "builtInShoes")
    low, high = menu.actions()
    assert (low.text(), low.isEnabled()) == ("Low-top", False)
    assert (high.text(), high.isEnabled()) == ("High-top", True)
    high.trigger()
    menu.close()
    assert wanted == ["high-top"]


def test_facts_of_a_model() -> None:
    assert facts(MODEL.with_landmark("toe tip", (1.0, 2.0, 3.0))) == "280 mm · 1/8 landmarks"


# ---- history


def test_a_click_goes_back_and_forth(qtbot: QtBot, tmp_path: Path) -> None:
    session = session_of(tmp_path, photo("a"))
    panel = shown(qtbot, HistoryPanel(session))
    view = panel.findChild(QListView, "historyRows")
    for status in (Status.LABELLED, Status.CHECKED, Status.REJECTED):
        before = session.document.photo("a")
        session.commit(Edit.of(status.value, before, before.with_status(status)))
    qtbot.waitUntil(lambda: view.model().rowCount() == 5)
    assert view.model().index(3, 0).data() == "checked"

    def click(row: int) -> None:
        qtbot.mouseClick(view.viewport(), LEFT, pos=view.visualRect(view.model().index(row, 0)).center())

    click(2)
    assert session.document.photo("a").status is Status.LABELLED
    qtbot.waitUntil(lambda: view.model().now == 2)
    assert view.model().rowCount() == 5
    click(4)
    assert session.document.photo("a").status is Status.REJECTED
    click(0)
    assert not session.project.entries


# ---- jobs


class FakeInference(QObject):
    """What the job list knows of an Inference."""

    jobs_changed = Signal()
    state_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.jobs: tuple[Job, ...] = ()
        self.state = CoreState.READY
        self.cancelled: list[int] = []
        self.started = 0

    def cancel(self, job_id: int) -> None:
        self.cancelled.append(job_id)

    def start(self) -> None:
        self.started += 1

    def run(self, *jobs: Job) -> None:
        self.jobs = jobs
        self.jobs_changed.emit()


def test_words_for_progress() -> None:
    assert progress_words(Job(1, REQUEST, "Fit"), now=5.0) == "waiting"
    assert progress_words(Job(1, REQUEST, "Fit", 0.5, 0.0), now=4.0) == "50 %, 4 s left"
    assert progress_words(Job(1, REQUEST, "Fit", 0.1, 0.0), now=60.0) == "10 %, 9 min left"
    assert progress_words(Job(1, REQUEST, "Fit", None, 0.0, "reading"), now=60.0) == "reading"
    assert progress_words(Job(1, REQUEST, "Fit", 0.5, 0.0, "stopping…", True), now=4.0) == "50 %, stopping…"


def test_jobs_come_go_and_are_cancelled(qtbot: QtBot) -> None:
    inference = FakeInference()
    panel = shown(qtbot, JobList(inference))
    status = shown(qtbot, JobStatus(inference))
    width = status.sizeHint().width()
    inference.run(Job(1, REQUEST, "Fit", 0.4, time.monotonic()), Job(2, REQUEST, "Import"))
    qtbot.waitUntil(lambda: panel.findChild(QToolButton, "cancelJob2") is not None)
    qtbot.mouseClick(panel.findChild(QToolButton, "cancelJob1"), LEFT)
    qtbot.mouseClick(status.findChild(QToolButton, "cancelNewestJob"), LEFT)
    assert inference.cancelled == [1, 2]
    assert status.sizeHint().width() == width  # nothing in the status line moves
    inference.run()
    qtbot.waitUntil(lambda: panel.findChild(QToolButton, "cancelJob1") is None)


def test_every_state_of_the_core_has_words(qtbot: QtBot) -> None:
    inference = FakeInference()
    status = shown(qtbot, JobStatus(inference))
    for state in CoreState:
        inference.state = state
        inference.state_changed.emit(state.value)
        qtbot.waitUntil(lambda state=state: state.value in status._state.text())


def test_a_core_that_stopped_for_good_is_started_where_it_says_so(qtbot: QtBot) -> None:
    inference = FakeInference()
    status = shown(qtbot, JobStatus(inference))
    button = status.findChild(QToolButton, "startCore")
    assert not button.isVisible()
    inference.state = CoreState.STOPPED
    inference.state_changed.emit("stopped")
    qtbot.waitUntil(button.isVisible)
    qtbot.mouseClick(button, LEFT)
    assert inference.started == 1


# ---- messages


def test_passing_messages_hide_and_warnings_stay(qtbot: QtBot) -> None:
    session = Session()
    bar = NoticeBar(session, seconds=0.02)
    qtbot.addWidget(bar)
    session.notice("Saved nowhere.", "info")
    assert bar.isVisible()
    qtbot.waitUntil(lambda: not bar.isVisible())
    session.notice("The disk is full.", "danger")
    session.notice("3 photos added.", "success")
    assert bar.accessibleName() == "The disk is full."
    assert not bar._hiding.isActive()
    qtbot.mouseClick(bar.findChild(QToolButton, "noticeClose"), LEFT)
    session.notice("3 photos added.", "success")
    assert bar.accessibleName() == "3 photos added."
    session.notice("The network is damaged.", "danger", about="outlining")
    session.notice("The pose is found.", "success", about="fitting")
    assert bar.accessibleName() == "The network is damaged."
    session.notice("2 sneakers found.", "success", about="outlining")
    assert bar.accessibleName() == "2 sneakers found."


def test_what_is_offered_on_one_photo_is_not_said_of_the_next(qtbot: QtBot, tmp_path: Path) -> None:
    session = session_of(tmp_path, photo("a"), photo("b", position=1))
    session.open_photo("a")
    bar = NoticeBar(session)
    qtbot.addWidget(bar)
    session.notice("Pose found. Enter takes it.", "success", about="posing")
    assert bar.isVisible()
    session.open_photo("b")
    assert not bar.isVisible()
    session.notice("A photo cannot be read.", "danger")
    session.open_photo("a")
    assert bar.isVisible()  # what is about nothing in particular stays
    session.open_document(None)
    assert bar.isVisible()  # a danger is closed by hand
    bar.hide()
    session.notice("Undone: Nudge shoe.")
    session.open_document(None)
    assert not bar.isVisible()
