"""The program from the terminal: a Qt that cannot work is explained, and an end that was none is told of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.storage.log import WINDOW_LOG

# The program itself; once its window is painted it does what the test says.
RUN = """
import os, sys
from PySide6.QtCore import QTimer
from gui import app
start = app.start_after_paint

def start_and(window, path, **options):
    start(window, path, **options)
    said = window.workplace.session.signals.noticed
    said.connect(lambda notice: print(f"{notice.level}: {notice.text}", flush=True))
    window.workplace.warm_up = lambda: None
    QTimer.singleShot(100, lambda: act(window))

def act(window):
    WHAT

app.start_after_paint = start_and
sys.exit(app.run(["outsole"]))
"""


def run(folder: Path, what: str) -> subprocess.CompletedProcess[str]:
    """A window that does something once it is open."""
    environment = {**os.environ, "OUTSOLE_CONFIG_DIR": str(folder), "OUTSOLE_STATE_DIR": str(folder)}
    code = RUN.replace("WHAT", what)
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False, timeout=100
    )


def logged(folder: Path) -> str:
    return (folder / "log" / WINDOW_LOG).read_text(encoding="utf-8")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have one platform plugin")
def test_a_qt_that_cannot_work_is_explained(tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "nonsense", "OUTSOLE_STATE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "core"], env=environment, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 1
    assert done.stderr.startswith("outsole: The window could not open.")
    said = " ".join(done.stderr.split())  # lines end where the terminal is narrow
    assert "QT_QPA_PLATFORM is “nonsense”, and Qt has no such platform" in said
    assert "unset QT_QPA_PLATFORM" in done.stderr
    assert "This application failed to start" not in done.stderr  # Qt's own words are in the log
    assert "This application failed to start" in logged(tmp_path)


def test_a_window_that_is_closed_leaves_nothing_to_tell(tmp_path: Path) -> None:
    assert run(tmp_path, "window.close()").returncode == 0
    again = run(tmp_path, "window.close()")
    assert again.returncode == 0 and "last time" not in again.stdout
    assert logged(tmp_path).count("outsole.window: ended") == 2


def test_a_window_that_was_killed_is_told_of_at_the_next_start(tmp_path: Path) -> None:
    assert run(tmp_path, "os._exit(9)").returncode == 9
    again = run(tmp_path, "window.close()")
    assert "warning: Outsole ended unexpectedly last time" in again.stdout
    assert "Nothing that was committed is lost" in again.stdout
    assert "last time" not in run(tmp_path, "window.close()").stdout


def test_a_crash_leaves_its_trace_in_the_log(tmp_path: Path) -> None:
    assert run(tmp_path, "import ctypes; ctypes.string_at(8)").returncode != 0
    assert "Outsole crashed last time" in run(tmp_path, "window.close()").stdout
    assert "Fatal Python error" in logged(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="there a program is ended, or told by its window")
def test_the_system_may_end_it(tmp_path: Path) -> None:
    done = run(tmp_path, f"os.kill(os.getpid(), {int(signal.SIGTERM)})")
    assert done.returncode == 0
    assert "told to end by the system" in logged(tmp_path)
    assert "last time" not in run(tmp_path, "window.close()").stdout


def test_a_fault_is_told_of_and_the_window_goes_on(tmp_path: Path) -> None:
    what = "QTimer.singleShot(300, window.close); raise KeyError('no such thing')"
    done = run(tmp_path, what)
    assert done.returncode == 0
    assert "danger: Something went wrong inside the program (KeyError: 'no such thing')." in done.stdout
    assert "KeyError: 'no such thing'" in logged(tmp_path)


def test_bad_settings_are_named_and_the_window_opens(tmp_path: Path) -> None:
    (tmp_path / "preferences.json").write_text('{"theme": "mauve", "window_state": "\\ud800", "shoe_opacity": 0.3}')
    done = run(tmp_path, "print(window.workplace.preferences['shoe_opacity']); window.close()")
    assert done.returncode == 0 and "0.3" in done.stdout, done.stderr
    assert (tmp_path / "preferences.bad.json").exists()
