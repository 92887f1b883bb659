"""The statistics window: bars, figures, plots and what it says while there is nothing; in both themes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from core.effort.meter import Spent
from core.effort.progress import progress_of
from core.effort.record import EffortRecord, Part, Way
from core.effort.statistics import Statistics, statistics_from
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import Instance, PoseEstimate, Provenance, Source
from core.labels.photo import Photo, Status, guessed_camera
from core.labels.project import Project
from gui import theme
from gui.dialogs.clear_times import ClearTimes
from gui.dialogs.statistics import StatisticsDialog
from gui.widgets.stacked_bar import HEIGHT, StackedBar, Stretch

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
UPRIGHT = Pose.from_matrix(np.diag([1.0, -1.0, -1.0]), [0.0, 0.0, 900.0])


@pytest.fixture(autouse=True)
def dressed(qtbot: QtBot) -> Iterator[None]:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, "dark")
    yield
    theme.apply(app, "dark")


def some_statistics(shoes: int = 12) -> Statistics:
    photos, records = [], []
    for number in range(shoes):
        made = Instance(f"i{number}", "sneaker", region=Region.from_box(10, 10, x1_px=300, y1_px=200))
        estimate = PoseEstimate(UPRIGHT, iou=0.9 + number / 200, contour_px=0.7, provenance=Provenance(Source.FIT))
        photo = Photo(f"p{number}", f"{number}.png", (640, 480), guessed_camera(640, 480))
        status = Status.CHECKED if number % 2 else Status.LABELLED
        photos.append(replace(photo, instances=(made.with_pose_estimate(estimate),), status=status))
        at = (NOON + timedelta(days=number // 4)).isoformat()
        records.append(EffortRecord(at, photo.id, made.id, Part.OUTLINE, Way.HAND, Spent(20.0 + number, 9.0)))
        records.append(EffortRecord(at, photo.id, made.id, Part.POSE, Way.OFFER, Spent(4.0, 2.0)))
    photos.append(Photo("todo", "t.png", (640, 480), guessed_camera(640, 480)))
    return statistics_from("Shoes.outsole", progress_of(photos, Project()), records)


def nothing() -> Statistics:
    return statistics_from("New.outsole", progress_of([], Project()), [])


def a_dialog(qtbot: QtBot, told: Statistics, *, is_measuring: bool = True) -> StatisticsDialog:
    dialog = StatisticsDialog(told, is_measuring=is_measuring)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def words(dialog: StatisticsDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]


@pytest.mark.parametrize("name", theme.THEMES)
def test_every_figure_is_there_in_both_themes(qtbot: QtBot, name: str) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    dialog = a_dialog(qtbot, some_statistics())
    theme.apply(app, name)
    said = words(dialog)
    assert "Shoes.outsole" in said
    assert "Outline" in said
    assert "Offer corrected" in said
    assert any(text.startswith("About ") and "at your pace of the last 12" in text for text in said)
    assert "11" in said  # gestures of a whole shoe
    assert "12 of 12" in said
    assert any("Breaks of more than 30 s" in text and "never sent" in text for text in said)
    for plot in ("statisticsSeconds", "statisticsDays"):
        assert dialog.findChild(object, plot) is not None
    picture = dialog.grab().toImage()
    assert picture.pixelColor(4, 4) == theme.color("window")


def test_a_new_project_has_sentences_in_place_of_figures(qtbot: QtBot) -> None:
    dialog = a_dialog(qtbot, nothing(), is_measuring=False)
    said = " ".join(words(dialog))
    assert "No shoe is left to do." in said
    assert "Shown once a shoe has a pose." in said
    assert "switched off in the preferences" in said
    assert dialog.findChild(object, "statisticsSeconds") is None


def test_it_shows_what_is_counted_again(qtbot: QtBot) -> None:
    dialog = a_dialog(qtbot, nothing())
    asked: list[None] = []
    dialog.again.connect(lambda: asked.append(None))
    again = dialog.findChild(QPushButton, "statisticsAgain")
    assert again is not None
    again.click()
    assert len(asked) == 1
    dialog.show_statistics(some_statistics(), is_measuring=True)
    shoes = dialog.findChild(StackedBar, "statisticsShoes").accessibleName()
    assert "with outline and pose" in shoes and "1 more, likely" in shoes
    shoes = dialog.findChild(StackedBar, "statisticsShoes").accessibleName()
    assert "with outline and pose" in shoes and "1 more, likely" in shoes
    dialog.show_statistics(nothing(), is_measuring=True)
    assert dialog.findChild(StackedBar, "statisticsPhotos").accessibleName().startswith("Photos: 0 checked")


def test_it_fits_a_small_screen(qtbot: QtBot) -> None:
    dialog = a_dialog(qtbot, some_statistics())
    assert dialog.width() <= 1280 - 16
    assert dialog.height() <= 800 - 48
    area = dialog.findChild(QScrollArea, "statisticsScroll")
    assert area is not None
    assert area.horizontalScrollBar().maximum() == 0


def test_stretches_are_as_long_as_their_counts(qtbot: QtBot) -> None:
    bar = StackedBar("bar", "Photos")
    qtbot.addWidget(bar)
    bar.resize(400, bar.height())
    bar.show_counts([Stretch("3 done", 3, "success"), Stretch("0 bad", 0, "danger"), Stretch("1 left", 1, "accent")])
    picture = bar.grab().toImage()
    assert picture.pixelColor(150, HEIGHT // 2) == theme.color("success")
    assert picture.pixelColor(350, HEIGHT // 2) == theme.color("accent")
    assert bar.accessibleName() == "Photos: 3 done, 0 bad, 1 left"
    bar.show_counts([Stretch("0 done", 0, "success")])
    assert bar.grab().toImage().pixelColor(200, HEIGHT // 2) == theme.color("hover")


def test_clearing_asks_once_and_takes_the_question_back(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    cleared: list[None] = []
    monkeypatch.setattr("gui.dialogs.clear_times.clear_all", lambda: cleared.append(None) or 0)
    clear = ClearTimes()
    qtbot.addWidget(clear)
    clear.show()
    clear.click()
    assert "?" in clear.text() and not cleared
    QApplication.sendEvent(clear, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason))
    assert "?" not in clear.text()
    clear.click()
    clear.click()
    assert len(cleared) == 1 and clear.text() == "There were none"


def test_what_cannot_be_cleared_is_said(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise PermissionError(13, "Permission denied", "effort/x.jsonl")

    monkeypatch.setattr("gui.dialogs.clear_times.clear_all", refuse)
    clear = ClearTimes()
    qtbot.addWidget(clear)
    clear.click()
    clear.click()
    assert clear.text() == "They cannot be cleared" and "x.jsonl" in clear.toolTip()
