"""Starts the program: the window first, then what it needs once it is seen."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from gui import theme
from gui.icons import program_icon
from gui.inference import Inference
from gui.main_window import MainWindow
from gui.preferences import Preferences
from gui.run_watch import RunWatch
from gui.widgets.following import later
from gui.workplace import Workplace, open_first

WARM_UP_MS = 50
SETTLED_MS = 500  # after the last change of a setting: a wheel or slider changes one many times a second
SAMPLE = "--sample"


def make_application(arguments: Sequence[str]) -> QApplication:
    """The QApplication with its names set."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(list(arguments))
    app.setApplicationName("Outsole")
    app.setOrganizationName("Outsole")
    app.setDesktopFileName("outsole")  # what Wayland takes the window's icon from
    app.setWindowIcon(program_icon())
    return app


def make_window(preferences: Preferences | None = None, inference: Inference | None = None) -> MainWindow:
    """A window with its workplace, not shown yet."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    preferences = preferences or Preferences()
    theme.apply(app, preferences["theme"], text_size=preferences["text_size"])
    window = MainWindow(Workplace(preferences, inference or Inference()))
    session = window.workplace.session
    if preferences.problems:  # in one: a second notice would take the place of the first
        session.notice(" ".join(preferences.problems), "warning", log=True)
        logging.getLogger("outsole.window").warning("said: %s", " ".join(preferences.problems))
    preferences.troubled.connect(lambda problem: session.notice(problem, "warning", log=True))
    preferences.write_at_rest(later(window, preferences.write, milliseconds=SETTLED_MS).start)
    return window


def start_after_paint(window: MainWindow, path: Path | None, *, sample: bool = False) -> None:
    """Show the window; open a project, or the sample, and warm up once it is painted."""
    window.show()
    # What start-up and VTK load stays for good. Were it left to the collector, every full round would walk it, 30 to
    # 50 ms, and now and then in the middle of a drag.
    window.workplace.shoe.renderer.opened.connect(gc.freeze)

    def begin() -> None:
        gc.freeze()
        if sample:
            window.commands.run("open_sample")
        else:
            open_first(window.workplace, path)

    QTimer.singleShot(0, begin)
    QTimer.singleShot(WARM_UP_MS, window.workplace.warm_up)


def run(arguments: Sequence[str]) -> int:
    """The program until its window is closed. arguments: the program's name and, perhaps, a project file or SAMPLE."""
    watch = RunWatch()
    try:
        return _run(arguments, watch)
    finally:
        watch.end()


def _run(arguments: Sequence[str], watch: RunWatch) -> int:
    app = make_application(arguments)
    window = make_window()
    place = window.workplace
    watch.watch(place.session, path=lambda: place.desk.path, close=window.close)
    wanted = arguments[1] if len(arguments) > 1 else ""
    sample = wanted == SAMPLE
    start_after_paint(window, Path(wanted) if wanted and not sample else None, sample=sample)
    QTimer.singleShot(WARM_UP_MS, lambda: watch.look_back(place.session))
    code = int(app.exec())
    place.preferences.write()  # for an end without a closed window
    return code


def main() -> int:
    """For `python -m gui`."""
    return run(sys.argv)
