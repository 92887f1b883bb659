"""Thumbnails: never on the window's thread, made once, and a missing photo has a sentence."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gui.panels.thumbnails import Thumbnails, Unreadable


class Maker:
    """Makes grey pictures and notes on which thread."""

    def __init__(self) -> None:
        self.threads: list[int] = []

    def __call__(self, path: Path, side_px: int) -> np.ndarray:
        self.threads.append(threading.get_ident())
        if path.name == "bad.jpg":
            raise Unreadable(f"{path.name} is no picture")
        return np.full((side_px // 2, side_px, 3), 128, np.uint8)


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Thumbnails, Maker]]:
    monkeypatch.setenv("OUTSOLE_CACHE_DIR", str(tmp_path / "cache"))
    for name in ("good.jpg", "bad.jpg"):
        (tmp_path / name).write_bytes(name.encode())
    maker = Maker()
    thumbnails = Thumbnails(lambda file: tmp_path / file, make=maker)
    yield thumbnails, maker
    thumbnails.close()


def got(qtbot: QtBot, thumbnails: Thumbnails, file: str) -> None:
    with qtbot.waitSignal(thumbnails.ready):
        assert thumbnails.get(file) is None


def test_made_elsewhere_and_once(qtbot: QtBot, pictures: tuple[Thumbnails, Maker], tmp_path: Path) -> None:
    thumbnails, maker = pictures
    got(qtbot, thumbnails, "good.jpg")
    assert thumbnails.get("good.jpg").picture.width() == 96
    assert threading.get_ident() not in maker.threads
    again = Thumbnails(lambda file: tmp_path / file, make=maker)
    got(qtbot, again, "good.jpg")
    again.close()
    assert len(maker.threads) == 1  # the second came from the disk


def test_missing_and_unreadable_have_sentences(qtbot: QtBot, pictures: tuple[Thumbnails, Maker]) -> None:
    thumbnails, _ = pictures
    got(qtbot, thumbnails, "gone.jpg")
    assert "gone.jpg is not there" in thumbnails.get("gone.jpg").problem
    got(qtbot, thumbnails, "bad.jpg")
    assert thumbnails.get("bad.jpg").problem == "bad.jpg is no picture"


def test_a_closed_one_makes_nothing(pictures: tuple[Thumbnails, Maker]) -> None:
    thumbnails, maker = pictures
    thumbnails.close()
    assert thumbnails.get("good.jpg") is None
    assert maker.threads == []
