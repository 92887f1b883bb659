"""What every step of a tour works with: the hand, the eye, the album and the window that is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt

from gui.main_window import MainWindow
from gui.tour.album import Album
from gui.tour.driver import NONE, Driver
from gui.tour.eye import Place, TrueShoe
from gui.tour.view import View, is_free
from gui.tour.windows import shown_windows

WOOD, CONCRETE = "sneaker_on_wood.jpg", "pair_on_concrete.jpg"
_MOVES = 12


@dataclass(slots=True)
class Tour:
    """Used on the hand's thread. shoes: the truth of each sample photo. open_window must run on the window's thread."""

    hand: Driver
    album: Album
    out: Path
    shoes: dict[str, tuple[TrueShoe, ...]]
    open_window: Callable[[], MainWindow]
    view: View

    @property
    def project_file(self) -> Path:
        """The project of this tour."""
        return self.out / "work" / "Shoes.outsole"

    @property
    def export_folder(self) -> Path:
        """What it exports into."""
        return self.out / "export"

    def see(self, what: str, until: Callable[[View], object], *, seconds: float = 30.0) -> None:
        """Wait until something is seen."""
        self.hand.wait(what, lambda: until(self.view), seconds=seconds)

    def picture(self, name: str, caption: str) -> None:
        """Picture what is seen once it has come to rest."""
        self.see("the shoes to be drawn", View.are_shoes_drawn)
        # Panels catch up in the next turn of the event loop, and ask for their small pictures when they are painted.
        for _ in range(2):
            self.hand.read(lambda: [window.grab() for window in shown_windows()])
            self.see("the small pictures", View.are_small_pictures_there)
        self.snap(name, caption)

    def snap(self, name: str, caption: str) -> None:
        """Picture what is seen now, in the middle of something."""
        self.hand.read(lambda: self.album.take(name, caption))

    # ---- the hand on the photo; points in photo px

    def where(self, point: Place) -> QPoint:
        """Where on the canvas a point of the photo is now."""
        return self.hand.read(lambda: self.view.at(point))

    def click_px(self, point: Place, held: Qt.KeyboardModifier = NONE) -> None:
        """Click a point of the photo."""
        self.hand.click("canvas", at=self.where(point), held=held)

    def hover_px(self, point: Place) -> None:
        """Bring the pointer over a point of the photo."""
        self.hand.move("canvas", self.where(point))

    def drag_px(
        self,
        start: Place,
        end: Place,
        *,
        held: Qt.KeyboardModifier = NONE,
        midway: Callable[[], None] | None = None,
    ) -> None:
        """Drag from one point of the photo to another in a dozen moves."""
        a, b = self.where(start), self.where(end)
        path = [a + (b - a) * step / _MOVES for step in range(_MOVES + 1)]
        self.hand.drag("canvas", path, held=held, midway=midway)

    def outline(self, corners: Sequence[Place]) -> None:
        """Click corners with the tool in the hand, and the first one again to close."""
        for corner in (*corners, corners[0]):
            self.click_px(corner)

    def zoom_to(self, points: Sequence[Place], steps: int) -> None:
        """Turn the wheel over the middle of some points of the photo, as far as all of them can be clicked then."""
        middle = np.mean(np.asarray(points), axis=0)
        for _ in range(steps):
            self.hand.wheel("canvas", self.where(middle), 1)
            if not all(self.hand.read(lambda: [is_free(self.view, point) for point in points])):
                self.hand.wheel("canvas", self.where(middle), -1)
                break

    def open_photo_by_key(self, key: str, file: str) -> None:
        """Go to the next or previous photo."""
        self.hand.key(key)
        self.see(f"{file} to be open", lambda view: view.photo_file == file and view.is_photo_painted())

    def open_photo(self, file: str) -> None:
        """Click a photo in the list."""
        self.hand.wait_for("photoRows")
        at = self.hand.read(lambda: self.view.photo_row(file))
        self.hand.click("photoRows", at=at)
        self.see(f"{file} to be open", lambda view: view.photo_file == file and view.is_photo_painted())
