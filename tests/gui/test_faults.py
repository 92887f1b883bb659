"""A fault in a slot, in a thread or on the way: logged, told, and the window goes on."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import qWarning
from pytestqt.qtbot import QtBot

from gui import faults as faults_module
from gui.faults import MOST_OF_A_KIND, Faults, sentence_of


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    """Heard by themselves: what pytest-qt makes of them is kept out."""
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)
    made = Faults()
    made.watch()
    yield made
    made.leave()


def fail(faults: Faults, fault: BaseException) -> None:
    try:
        raise fault
    except BaseException as raised:
        faults.hear(type(raised), raised, raised.__traceback__)


def test_it_is_logged_with_its_trace_and_told(qtbot: QtBot, faults: Faults, caplog: pytest.LogCaptureFixture) -> None:
    with qtbot.waitSignal(faults.told) as told:
        fail(faults, KeyError("no such thing"))
        assert told.args is None  # never from within the event that failed
    assert told.args[0].startswith("Something went wrong inside the program (KeyError: 'no such thing').")
    (record,) = [one for one in caplog.records if one.name == "outsole.fault"]
    assert record.exc_info is not None and record.levelno == logging.ERROR


def test_the_same_fault_again_and_again_is_told_once(
    qtbot: QtBot, faults: Faults, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    faults.told.connect(told.append)
    for _ in range(40):
        fail(faults, ZeroDivisionError("in a paint event"))
    qtbot.waitUntil(lambda: bool(told))
    assert len(told) == 1
    assert sum(record.name == "outsole.fault" for record in caplog.records) == MOST_OF_A_KIND
    monkeypatch.setattr(faults_module, "QUIET_S", 0.0)
    fail(faults, ZeroDivisionError("in a paint event"))
    qtbot.waitUntil(lambda: len(told) == 2)


def test_a_fault_of_a_thread(qtbot: QtBot, faults: Faults, caplog: pytest.LogCaptureFixture) -> None:
    def work() -> None:
        raise RuntimeError("in a thread")

    with qtbot.waitSignal(faults.told) as told:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert "RuntimeError: in a thread" in told.args[0]


def test_qt_s_own_words_are_logged(faults: Faults, caplog: pytest.LogCaptureFixture, capsys: object) -> None:
    qWarning("a timer of another thread")
    assert any(one.name == "outsole.qt" and "a timer of" in one.message for one in caplog.records)


def test_the_sentence_is_short() -> None:
    assert "(ValueError)" in sentence_of(ValueError())
    assert len(sentence_of(ValueError("long\nwords " * 100))) < 280


def test_leaving_restores_what_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    hook, thread_hook = sys.excepthook, threading.excepthook
    made = Faults()
    made.watch()
    made.leave()
    assert sys.excepthook is hook and threading.excepthook is thread_hook


SLOT = """
import sys
from PySide6.QtCore import QCoreApplication, QTimer
from gui.faults import Faults
app = QCoreApplication([])
faults = Faults()
faults.watch()
faults.told.connect(lambda sentence: (print(sentence, flush=True), app.quit()))
def slot():
    raise KeyError("in a slot")
QTimer.singleShot(0, slot)
sys.exit(app.exec())
"""


def test_a_slot_that_fails_does_not_end_the_program() -> None:
    done = subprocess.run([sys.executable, "-c", SLOT], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0 and "KeyError: 'in a slot'" in done.stdout
    assert "Traceback" in done.stderr
