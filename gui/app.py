"""Starts the program: the window first, then what it needs once it is seen."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from gui import theme
from gui.inference import Inference
from gui.main_window import MainWindow
from gui.preferences import Preferences
from gui.workplace import Workplace, open_first

WARM_UP_MS = 50


def make_application(arguments: Sequence[str]) -> QApplication:
    """The QApplication with its names set."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(list(arguments))
    app.setApplicationName("Outsole")
    app.setApplicationDisplayName("Outsole")
    app.setOrganizationName("Outsole")
    return app


def make_window(preferences: Preferences | None = None, inference: Inference | None = None) -> MainWindow:
    """A window with its workplace, not shown yet."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    preferences = preferences or Preferences()
    theme.apply(app, preferences["theme"])
    window = MainWindow(Workplace(preferences, inference or Inference()))
    for problem in preferences.problems:
        window.workplace.session.notice(problem, "warning")
    return window


def start_after_paint(window: MainWindow, path: Path | None) -> None:
    """Show the window; open a project and warm up once it is painted."""
    window.show()
    QTimer.singleShot(0, lambda: open_first(window.workplace, path))
    QTimer.singleShot(WARM_UP_MS, window.workplace.warm_up)


def run(arguments: Sequence[str]) -> int:
    """The program until its window is closed. arguments: the program's name and, perhaps, a project file."""
    app = make_application(arguments)
    window = make_window()
    start_after_paint(window, Path(arguments[1]) if len(arguments) > 1 else None)
    return int(app.exec())


def main() -> int:
    """For `python -m gui`."""
    return run(sys.argv)
