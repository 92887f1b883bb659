"""A window that edits a project by itself for ever: `python scripted_editing.py PROJECT`, until it is killed.

After every edit that has been committed it prints "COUNT DIGEST": how many edits are done, and what the photo holds.
"""

from __future__ import annotations

import hashlib
import itertools
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer

from core.document.document import Document
from core.jobs.inline import InlineCore
from core.labels.photo import Photo
from gui.app import make_application, make_window
from gui.inference import Inference
from gui.main_window import MainWindow
from gui.tour.driver import Driver

PHOTO_ID = "photo"
MOST_INSTANCES = 6


def digest_of(photo: Photo) -> str:
    """What a photo holds, in a few letters."""
    parts = [f"{i.id} {i.category} {i.side} {[r.points_px.tolist() for r in i.region.rings]}" for i in photo.instances]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def done_count(document: Document) -> int:
    """How many edits are done and not undone."""
    return len(document.history.done)


class Editor:
    """The hand of the script."""

    def __init__(self, window: MainWindow) -> None:
        self._hand = Driver()
        self._session = window.workplace.session
        self._canvas = window.workplace.canvas

    def run(self) -> None:
        """Edit and acknowledge, for ever."""
        self._hand.wait("the photo", lambda: self._session.photo_id == PHOTO_ID and self._canvas.picture is not None)
        print("ready", flush=True)
        for keys in self._acts():
            count = self._hand.read(lambda: done_count(self._document))
            for key in keys:
                if isinstance(key, str):
                    self._hand.key(key)
                else:
                    self._hand.click("canvas", at=self._hand.read(lambda at=key: self._at(at)))
            step = -1 if keys == ["Ctrl+Z"] else 1
            self._hand.wait("the edit", lambda wanted=count + step: done_count(self._document) == wanted)
            print(self._hand.read(lambda: f"{done_count(self._document)} {digest_of(self._photo)}"), flush=True)

    @property
    def _document(self) -> Document:
        assert self._session.document is not None
        return self._session.document

    @property
    def _photo(self) -> Photo:
        return self._document.photo(PHOTO_ID)

    def _acts(self) -> Iterator[list[str | tuple[float, float]]]:
        """An outline, its side, a vertex more, back and forth, and away with it when there are many."""
        for number in itertools.count():
            x, y = 20.0 + 37 * number % 200, 20.0 + 23 * number % 120
            corners = [(x, y), (x + 70, y + 4), (x + 60, y + 50), (x + 8, y + 60)]
            yield ["P", *corners, "Return"]
            yield ["R" if number % 2 else "L"]
            yield ["Ctrl+Z"]
            yield ["Ctrl+Shift+Z"]
            yield ["2"]
            yield ["1"]
            if self._hand.read(lambda: len(self._photo.instances)) > MOST_INSTANCES:
                yield ["Ctrl+A", "Delete"]

    def _at(self, point: tuple[float, float]) -> QPoint:
        return self._canvas.viewport().mapTo(self._canvas, self._canvas.screen_point(point).toPoint())


def main(project: Path) -> int:
    """Open the window and edit."""
    application = make_application(["outsole"])
    window = make_window(inference=Inference(InlineCore()))
    window.resize(1000, 700)
    window.show()
    assert window.workplace.desk.open(project)
    editor = Editor(window)
    QTimer.singleShot(0, threading.Thread(target=editor.run, daemon=True).start)
    return int(application.exec())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
