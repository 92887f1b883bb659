"""What the hand's work is charged to in the real window, kept over a restart, and shown in the statistics."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from job_builders import ELLIPSE_BOX_PX
from open_window import LEFT, NONE, SQUARE, OpenWindow
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton, QWidget

from core.document.edit import Edit
from core.effort.effort_log import EffortLog, effort_folder, known_project_id
from core.effort.record import EffortRecord, Part, Way
from core.labels.photo import Status
from gui.widgets.stacked_bar import StackedBar


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of data for each test."""
    monkeypatch.setenv("OUTSOLE_DATA_DIR", str(tmp_path / "data"))


def draw(place: OpenWindow) -> None:
    place.key("P")
    for corner in (*SQUARE, SQUARE[0]):
        place.click(corner)
    place.settle()


def closed(place: OpenWindow) -> tuple[EffortRecord, ...]:
    """What was written by the time the window is closed."""
    store = place.place.desk.store
    assert store is not None
    name = known_project_id(store)
    place.window.close()
    files = list(effort_folder().glob("*.jsonl")) if effort_folder().is_dir() else []
    name = name or (files[0].stem if files else "none")
    return EffortLog(name).read().records


def test_an_outline_drawn_by_hand_is_six_gestures(on_photo: OpenWindow) -> None:
    draw(on_photo)
    drawn = on_photo.only.id
    records = closed(on_photo)
    (record,) = [one for one in records if one.instance_id]
    assert (record.instance_id, record.part, record.way) == (drawn, Part.OUTLINE, Way.HAND)
    assert record.spent.gestures == 6  # P, four corners, and the first one again
    assert record.spent.seconds > 0


def test_an_offer_is_taken_in_three(on_photo: OpenWindow) -> None:
    x0, y0, x1, y1 = ELLIPSE_BOX_PX
    on_photo.key("G")
    on_photo.drag((x0, y0), (x1, y1))
    on_photo.wait(lambda: any(offer.finished for offer in on_photo.place.proposals.shown))
    on_photo.key("Return")
    on_photo.settle()
    (record,) = [one for one in closed(on_photo) if one.instance_id]
    assert (record.part, record.way) == (Part.OUTLINE, Way.OFFER)
    assert record.spent.gestures == 3


def test_a_key_that_does_nothing_is_no_gesture(on_photo: OpenWindow) -> None:
    on_photo.key("F12")
    on_photo.key("Return")  # nothing is offered
    on_photo.settle()
    draw(on_photo)
    (record,) = [one for one in closed(on_photo) if one.instance_id]
    assert record.spent.gestures == 6


def test_a_command_by_key_counts_with_its_edit(on_photo: OpenWindow) -> None:
    on_photo.add_outlined()
    on_photo.settle()
    on_photo.key("R")
    on_photo.settle()
    on_photo.key("L")
    on_photo.settle()
    records = [one for one in closed(on_photo) if one.part is Part.OTHER and one.instance_id]
    assert sum(one.spent.gestures for one in records) == 2


def test_nothing_is_written_when_it_is_switched_off(on_photo: OpenWindow) -> None:
    on_photo.preferences.set("measure_time", False)
    draw(on_photo)
    assert closed(on_photo) == ()
    assert not effort_folder().exists()


def test_the_log_goes_on_after_a_restart(opened) -> None:
    first = opened()
    draw(first)
    path = first.place.desk.path
    before = len(closed(first))
    second = opened(fresh=False)
    second.place.desk.open(path)
    second.wait(lambda: second.place.canvas.picture is not None)
    draw(second)
    records = closed(second)
    assert len({one.instance_id for one in records if one.instance_id}) == 2
    assert len(records) > before
    assert len(list(effort_folder().iterdir())) == 1


def test_times_stay_out_of_the_project(on_photo: OpenWindow) -> None:
    draw(on_photo)
    path = on_photo.place.desk.path
    assert path is not None
    closed(on_photo)
    content = path.read_bytes()
    assert b"gestures" not in content
    assert b"seconds" not in content


def test_a_folder_that_cannot_be_written_is_said_once(
    on_photo: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "full").write_text("no folder")
    monkeypatch.setenv("OUTSOLE_DATA_DIR", str(tmp_path / "full"))
    draw(on_photo)
    closed(on_photo)
    assert sum("cannot be written down" in notice for notice in on_photo.notices) == 1


def test_the_statistics_show_what_was_done(on_photo: OpenWindow) -> None:
    draw(on_photo)
    on_photo.key("Alt+5")
    on_photo.wait(lambda: on_photo.window.findChild(QDialog, "statisticsDialog") is not None)
    dialog = on_photo.window.findChild(QDialog, "statisticsDialog")
    bar = dialog.findChild(StackedBar, "statisticsShoes")
    assert "1 outlined" in bar.accessibleName()
    dialog.findChild(QPushButton, "statisticsCopy").click()
    assert "outline: " in QApplication.clipboard().text()
    assert "6 gestures" in QApplication.clipboard().text()
    dialog.findChild(QPushButton, "statisticsCsv").click()
    assert QApplication.clipboard().text().startswith("section,name,value")
    # Counted again, it shows what has come since.
    photo = on_photo.photo
    more = replace(photo.instances[0], id="more")
    on_photo.session.commit(Edit.of("More", photo, photo.with_instance(more)))
    dialog.findChild(QPushButton, "statisticsAgain").click()
    on_photo.wait(lambda: "2 outlined" in bar.accessibleName())
    dialog.close()


def test_a_new_project_says_what_it_cannot_yet(on_photo: OpenWindow) -> None:
    on_photo.preferences.set("measure_time", False)
    on_photo.key("Alt+5")
    on_photo.wait(lambda: on_photo.window.findChild(QDialog, "statisticsDialog") is not None)
    dialog = on_photo.window.findChild(QDialog, "statisticsDialog")
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "none so far" in words
    assert "switched off in the preferences" in words
    dialog.close()


def test_times_are_cleared_in_the_preferences(on_photo: OpenWindow) -> None:
    draw(on_photo)
    on_photo.key("Alt+5")  # writes what waits
    on_photo.wait(lambda: on_photo.window.findChild(QDialog, "statisticsDialog") is not None)
    on_photo.window.findChild(QDialog, "statisticsDialog").close()
    assert len(list(effort_folder().glob("*.jsonl"))) == 1
    on_photo.window.commands.run("preferences")
    clear = on_photo.window.findChild(QPushButton, "clearTimes")
    clear.click()
    assert len(list(effort_folder().glob("*.jsonl"))) == 1
    clear.click()
    assert list(effort_folder().glob("*.jsonl")) == []
    assert "1 project" in clear.text()


def test_a_button_is_one_press_and_a_menu_two(on_photo: OpenWindow) -> None:
    on_photo.window.commands.views.show_panel("Review")
    on_photo.settle()
    on_photo.click_widget("reviewStatus_labelled")
    on_photo.settle()
    bar, handle = on_photo.window.menuBar(), on_photo.window.windowHandle()
    (review,) = [action for action in bar.actions() if action.text() == "&Review"]
    place = bar.mapTo(on_photo.window, bar.actionGeometry(review).center())
    QTest.mouseClick(handle, LEFT, NONE, place)
    on_photo.wait(lambda: review.menu().isVisible())
    mark = on_photo.window.commands.actions["mark_todo"]
    QTest.mouseClick(review.menu().windowHandle(), LEFT, NONE, review.menu().actionGeometry(mark).center())
    on_photo.wait(lambda: on_photo.photo.status is Status.TODO)
    on_photo.settle()
    assert on_photo.history == ["Mark labelled", "Mark todo"]
    records = closed(on_photo)
    assert {one.instance_id for one in records} == {""}
    assert sum(one.spent.gestures for one in records) == 3


def test_a_key_that_is_held_is_one_gesture(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    on_photo.key("Alt+2")
    on_photo.settle()
    for _ in range(8):  # as the desktop repeats it
        QTest.keyClick(on_photo.window.windowHandle(), Qt.Key.Key_Right)
    on_photo.settle()
    (record,) = [one for one in closed(on_photo) if one.part is Part.POSE and one.way is Way.HAND]
    assert record.spent.gestures <= 2  # the tool's key, and the one that is held


def test_turning_the_wheel_is_one_gesture_a_burst(on_photo: OpenWindow) -> None:
    canvas = on_photo.place.canvas
    place = on_photo.at((100.0, 100.0))
    for _ in range(5):
        send_wheel(on_photo.window, place)
    on_photo.settle()
    assert canvas.scale_px > 0
    assert sum(one.spent.gestures for one in closed(on_photo)) == 1


def send_wheel(window: QWidget, place: QPoint) -> None:
    at = QPointF(place)
    held, buttons = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.NoButton
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at, window.mapToGlobal(at), QPoint(), QPoint(0, 120), buttons, held, phase, False)
    QCoreApplication.sendEvent(window.windowHandle(), event)
