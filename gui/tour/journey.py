"""The steps of a tour in their order, done on a thread of their own while the window lives on the main one."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication

from gui.app import make_application, make_window, start_after_paint
from gui.main_window import MainWindow
from gui.tour import (
    auto_steps,
    built_in_steps,
    camera_steps,
    click_steps,
    end_steps,
    learning_steps,
    look_steps,
    outline_steps,
    pair_steps,
    pose_steps,
    project_steps,
    residual_steps,
    review_steps,
    segment_steps,
    sequence_steps,
    short_steps,
    statistics_steps,
    support_steps,
    together_steps,
    truth_steps,
)
from gui.tour.album import PAGE, Album
from gui.tour.check import WrongPose, check_poses
from gui.tour.driver import Driver
from gui.tour.eye import true_shoes
from gui.tour.tour import CONCRETE, WOOD, Tour
from gui.tour.view import View
from gui.tour.windows import TourError

SIZE = QSize(1280, 800)
Step = Callable[[Tour], None]

STEPS: tuple[Step, ...] = (
    project_steps.welcome,
    project_steps.new_project,
    project_steps.add_photos,
    project_steps.import_model,
    project_steps.place_landmarks,
    built_in_steps.add_high_top,
    outline_steps.draw_outline,
    outline_steps.correct_outline,
    outline_steps.name_side,
    click_steps.click_landmarks,
    click_steps.pose_from_clicks,
    pose_steps.place_shoe,
    pose_steps.align_by_hand,
    residual_steps.show_error,
    pose_steps.fit_shoe,
    pose_steps.refuse_fit,
    click_steps.clicks_on_pose,
    residual_steps.check_fit,
    auto_steps.find_pose,
    auto_steps.find_hidden_pose,
    auto_steps.snap_live,
    sequence_steps.copy_poses_on,
    camera_steps.change_camera,
    camera_steps.use_unity,
    camera_steps.mark_occluder,
    segment_steps.segment_pair,
    pair_steps.box_right_shoe,
    pair_steps.pose_right_shoe,
    pair_steps.box_left_shoe,
    together_steps.pose_other_shoe,
    together_steps.fit_pair,
    pair_steps.occlude,
    look_steps.shoe_looks,
    look_steps.panels,
    support_steps.system_report,
    support_steps.log_and_about,
    look_steps.light_theme,
    end_steps.mark_photos,
    review_steps.all_poses,
    statistics_steps.show_statistics,
    end_steps.export,
    end_steps.reopen,
    truth_steps.check_pose,
    learning_steps.welcome_again,
    learning_steps.begin_tutorial,
    learning_steps.play_tutorial,
    learning_steps.guide,
)

SHORT_STEPS: tuple[Step, ...] = (
    project_steps.welcome,
    short_steps.open_sample,
    project_steps.new_project,
    project_steps.add_photos,
    outline_steps.draw_outline,
    outline_steps.name_side,
    short_steps.take_pose,
    short_steps.ask_network,
    end_steps.export,
)


def run_tour(out: Path, *, short: bool = False) -> int:
    """Do the tour, or the short one, into a folder; the exit code. Raises ValueError when the folder cannot be used."""
    album = Album(out)
    for left_over in (out / "work", out / "export"):
        shutil.rmtree(left_over, ignore_errors=True)
    # Qt's own file dialogs can be typed into; the system's are not this program's windows.
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    application = make_application(["outsole"])
    application.setQuitOnLastWindowClosed(False)
    shoes = {name: true_shoes(name) for name in (WOOD, CONCRETE)}
    tour = Tour(Driver(), album, out, shoes, _open_window, View(_open_window()))
    answer: list[int] = []

    def travel() -> None:
        answer.append(_travel(tour, SHORT_STEPS if short else STEPS))
        tour.hand.read(lambda: QTimer.singleShot(0, application.quit))

    traveller = threading.Thread(target=travel, name="tour")
    QTimer.singleShot(0, traveller.start)
    application.exec()
    traveller.join()
    return answer[0]


def _open_window() -> MainWindow:
    window = make_window()
    window.resize(SIZE)
    # The boxes of the tour show GrabCut and how a hand completes its outlines, whether a network is installed or not.
    window.workplace.preferences.set("box_method", "colour only")
    start_after_paint(window, None)
    return window


def _travel(tour: Tour, steps: Sequence[Step]) -> int:
    started = time.monotonic()
    try:
        for step in steps:
            began = time.monotonic()
            _do(step, tour)
            print(f"{time.monotonic() - started:6.1f} s  {_name(step)} ({time.monotonic() - began:.1f} s)", flush=True)
        sentences = check_poses(tour.export_folder, tour.shoes)
    except (_Stopped, WrongPose) as trouble:
        print(f"The tour failed: {trouble}", file=sys.stderr)
        print(f"The pictures so far are in {tour.out}", file=sys.stderr)
        tour.album.write(f"The tour failed: {trouble}")
        return 1
    finally:
        tour.hand.read(tour.view.window.close)
    print("\n".join(sentences))
    tour.album.write("Driven by mouse and keys alone. " + " ".join(sentences))
    print(f"{len(tour.album.pages)} pictures in {time.monotonic() - started:.0f} s: {tour.out / PAGE}")
    return 0


class _Stopped(Exception):
    """A step that could not be done."""


def _do(step: Step, tour: Tour) -> None:
    try:
        step(tour)
    except (TourError, LookupError, AssertionError, OSError) as trouble:
        sentence = f"step “{_name(step)}”: {trouble}"
        tour.snap("failure", f"Failure at {sentence}")
        raise _Stopped(sentence) from trouble


def _name(step: Step) -> str:
    return (step.__doc__ or step.__name__).strip().rstrip(".")
