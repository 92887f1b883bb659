"""The log: bounded, never in the way, and readable from its end."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.storage import log
from core.storage.folders import log_dir
from core.storage.log import OLDER_KEPT, WINDOW_LOG, LocalLog, keep_words, log_tail, start_log, stop_log


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    level = logging.getLogger().level
    yield
    stop_log()
    logging.captureWarnings(False)
    logging.getLogger().setLevel(level)


def test_what_is_logged_stands_at_the_end(tmp_path: Path) -> None:
    file = tmp_path / "log" / "outsole.log"
    assert start_log(file) == ""
    # To the file alone: pytest's own capture would hand the lone surrogate to xdist, whose channel it breaks.
    own = next(handler for handler in logging.getLogger().handlers if isinstance(handler, LocalLog))
    own.handle(logging.makeLogRecord({"msg": "project: %s", "args": ("/a/b\udcff.outsole",)}))
    try:
        raise KeyError("no such thing")
    except KeyError:
        logging.getLogger("outsole.fault").exception("a fault")
    text = log_tail(file)
    assert "project: /a/b\\udcff.outsole" in text and text.endswith("KeyError: 'no such thing'")
    assert log_tail(file, 1) == "KeyError: 'no such thing'"


def test_starting_twice_logs_once(tmp_path: Path) -> None:
    start_log(tmp_path / "a.log")
    start_log(tmp_path / "b.log")
    logging.getLogger("outsole").warning("once")
    assert "once" in log_tail(tmp_path / "b.log") and "once" not in log_tail(tmp_path / "a.log")


def test_it_makes_room_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "LARGEST_BYTES", 2_000)
    start_log(tmp_path / "outsole.log")
    for number in range(400):
        logging.getLogger("outsole").info("line %d of many", number)
    files = sorted(file.name for file in tmp_path.iterdir())
    assert files == ["outsole.log", *(f"outsole.log.{n}" for n in range(1, OLDER_KEPT + 1))]
    assert all(file.stat().st_size <= 2_100 for file in tmp_path.iterdir())
    assert "line 399" in log_tail(tmp_path / "outsole.log")


def test_a_file_that_another_window_holds_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = LocalLog(tmp_path / "outsole.log")

    def refuse(*_: object) -> None:
        raise PermissionError("another process has it")

    monkeypatch.setattr(handler, "rotate", refuse)
    handler.doRollover()
    handler.emit(logging.LogRecord("outsole", logging.INFO, "", 0, "still here", (), None))
    handler.close()
    assert "still here" in log_tail(tmp_path / "outsole.log")


def test_where_none_can_be_written_the_program_starts(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "No log is written" in start_log(tmp_path / "file" / "outsole.log")


def test_the_words_of_a_window_that_is_gone() -> None:
    keep_words("The window aborted. It said:\nqt.qpa: no")
    assert "It said:\nqt.qpa: no" in log_tail(log_dir() / WINDOW_LOG)


def test_nothing_to_read(tmp_path: Path) -> None:
    assert log_tail(tmp_path / "gone.log") == "Nothing has been logged yet."
    assert "could not be read" in log_tail(tmp_path)


def test_older_ones_stay_while_another_window_holds_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows refuses to move an open file; each line that found no room moved the older ones on, until none was."""
    file = tmp_path / "outsole.log"
    monkeypatch.setattr(log, "LARGEST_BYTES", 1)
    handler = LocalLog(file)
    for number in range(1, OLDER_KEPT + 1):
        file.with_name(f"outsole.log.{number}").write_text(f"old {number}")
    real = os.rename

    def held(source: str | Path, target: str | Path) -> None:
        if Path(source) == file:
            raise PermissionError(13, "another process has it")
        real(source, target)

    monkeypatch.setattr(os, "rename", held)
    monkeypatch.setattr(os, "replace", held)
    for number in range(OLDER_KEPT + 2):
        handler.emit(logging.LogRecord("outsole", logging.INFO, "", 0, f"line {number}", (), None))
    handler.close()
    assert all(file.with_name(f"outsole.log.{n}").read_text() == f"old {n}" for n in range(1, OLDER_KEPT + 1))
    assert f"line {OLDER_KEPT + 1}" in log_tail(file)
