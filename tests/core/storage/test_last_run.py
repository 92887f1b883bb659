"""Whether the last window ended as it should."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.storage.last_run import RunMark, ended_unexpectedly, has_mark

ENDING = """
import os, sys
from pathlib import Path
from core.storage.last_run import RunMark
mark = RunMark(Path(sys.argv[1]))
{}
"""


def run_and_end(folder: Path, how: str) -> None:
    subprocess.run([sys.executable, "-c", ENDING.format(how), str(folder)], stderr=subprocess.DEVNULL, check=False)


def test_a_window_that_closes_leaves_no_trace(tmp_path: Path) -> None:
    run_and_end(tmp_path, "mark.release()")
    assert list(tmp_path.iterdir()) == [] and ended_unexpectedly(tmp_path) == ()


def test_one_that_is_killed_is_told_of_once(tmp_path: Path) -> None:
    run_and_end(tmp_path, "os._exit(9)")
    (ended,) = ended_unexpectedly(tmp_path)
    assert ended.process.isdigit() and ended.crash == "" and ended.when_s > 0
    assert ended_unexpectedly(tmp_path) == () and list(tmp_path.iterdir()) == []


def test_one_that_crashes_leaves_the_trace(tmp_path: Path) -> None:
    run_and_end(tmp_path, "import ctypes; ctypes.string_at(8)")
    (ended,) = ended_unexpectedly(tmp_path)
    assert "Fatal Python error" in ended.crash and "ctypes" in ended.crash


def test_one_that_lives_is_left_alone(tmp_path: Path) -> None:
    code = ENDING.format("print('ready', flush=True)\nsys.stdin.read()\nmark.release()")
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as window:
        assert window.stdout is not None and window.stdout.readline() == "ready\n"
        assert ended_unexpectedly(tmp_path) == ()
        assert has_mark(window.pid, tmp_path) and not has_mark(window.pid + 1, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_mark_is_found_by_who_only_started_the_window(tmp_path: Path) -> None:
    """On Windows the Python of an environment starts the real one, and its process id is what the command knows."""
    inner = ENDING.format("os._exit(9)")
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}, {str(tmp_path)!r}])"
    with subprocess.Popen([sys.executable, "-c", outer]) as starter:
        starter.wait()
    assert has_mark(starter.pid, tmp_path)
    (ended,) = ended_unexpectedly(tmp_path)
    assert ended.process != str(starter.pid)


def test_where_nothing_can_be_written_nothing_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError):
        RunMark(tmp_path / "file" / "run")
    assert ended_unexpectedly(tmp_path / "file" / "run") == ()
