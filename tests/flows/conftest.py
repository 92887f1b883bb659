"""Fixtures of the flows: a window on a small project that is closed again after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from open_window import OpenWindow
from pytestqt.qtbot import QtBot

from core.jobs.protocol import InferenceCore

Opened = Callable[..., OpenWindow]


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Iterator[Opened]:
    """Opens windows on one project, with whatever core."""
    windows: list[OpenWindow] = []

    def open_one(core: InferenceCore | None = None, *, fresh: bool = True) -> OpenWindow:
        made = OpenWindow(qtbot, tmp_path, core)
        windows.append(made)
        if fresh:
            made.begin(tmp_path)
        return made

    yield open_one
    for made in windows:
        if made.window.isVisible():
            made.window.close()
        made.window.deleteLater()


@pytest.fixture
def on_photo(opened: Opened) -> OpenWindow:
    """A window on a project with one photo, the core answering at once."""
    return opened()
