"""A setting that changes many times a second is written once, when the hand rests, and never lost by closing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest
from open_window import OpenWindow
from PySide6.QtCore import QCoreApplication, QTimer

from gui import app


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each file that is put on the disk for good."""
    made: list[int] = []
    monkeypatch.setattr("core.storage.table_file.os.fsync", made.append)
    return made


def opacity_in(file: Path) -> float:
    return float(json.loads(file.read_text(encoding="utf-8"))["shoe_opacity"])


def test_turning_the_opacity_writes_once(opened: Callable[..., OpenWindow], writes: list[int]) -> None:
    bare = opened(fresh=False)
    file, session = bare.preferences.file, bare.session
    writes.clear()
    for step in range(20):
        session.look(replace(session.view, shoe_opacity=0.3 + step / 100))
    assert not writes
    bare.wait(lambda: bool(writes))
    assert len(writes) == 1 and opacity_in(file) == pytest.approx(0.49)
    session.look(replace(session.view, shoe_opacity=0.75))
    bare.window.close()
    assert opacity_in(file) == 0.75


def test_an_end_without_a_closed_window_keeps_it(
    opened: Callable[..., OpenWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = opened(fresh=False)
    monkeypatch.setattr(app, "RunWatch", Mock())
    monkeypatch.setattr(app, "make_window", lambda: bare.window)
    monkeypatch.setattr(app, "start_after_paint", lambda *_, **__: None)

    def change_and_leave() -> None:
        bare.preferences.set("shoe_opacity", 0.25)
        QCoreApplication.exit(3)

    QTimer.singleShot(0, change_and_leave)
    assert app.run(["outsole"]) == 3
    assert opacity_in(bare.preferences.file) == 0.25
