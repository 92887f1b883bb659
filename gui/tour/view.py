"""What the tour reads of a window: where things are on the screen, and whether something is done. It changes nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QThreadPool
from PySide6.QtWidgets import QListView, QListWidget

from core.geometry.pose import Pose
from core.labels.instance import Instance
from gui import theme
from gui.canvas.canvas import Canvas
from gui.main_window import MainWindow
from gui.tour.driver import seen


class View:
    """Every method must be called on the window's thread."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self._place = window.workplace
        self._session = window.workplace.session

    # ---- where

    @property
    def canvas(self) -> Canvas:
        """The canvas."""
        return self._place.canvas

    def at(self, point_px: Sequence[float]) -> QPoint:
        """Where on the canvas a point of the photo is."""
        place = self.canvas.screen_point((float(point_px[0]), float(point_px[1]))).toPoint()
        return self.canvas.viewport().mapTo(self.canvas, place)

    def row_at(self, name: str, text: str) -> QPoint:
        """The middle of the row of a list that holds a text."""
        view = seen(name)
        assert isinstance(view, QListView)
        model = view.model()
        for row in range(model.rowCount()):
            index = model.index(row, 0)
            if text in str(index.data()):
                return view.viewport().mapTo(view, view.visualRect(index).center())
        raise LookupError(f"No row of “{name}” holds “{text}”.")

    def photo_row(self, file: str) -> QPoint:
        """The middle of a photo's row in the list."""
        return self.row_at("photoRows", file)

    # ---- what

    @property
    def photo_file(self) -> str:
        """The open photo's file name, "" for none."""
        photo = self._session.photo
        return photo.file.rpartition("/")[2] if photo else ""

    @property
    def instances(self) -> tuple[Instance, ...]:
        """What is outlined in the open photo."""
        photo = self._session.photo
        return photo.instances if photo else ()

    @property
    def chosen(self) -> Instance | None:
        """The chosen instance as it is shown."""
        return self._session.selected

    @property
    def pose(self) -> Pose:
        """Where the chosen shoe is seen."""
        chosen = self.chosen
        if chosen is None or chosen.pose is None:
            raise LookupError("no shoe is chosen")
        return chosen.pose

    @property
    def length_mm(self) -> float:
        """Length of the chosen shoe."""
        chosen = self.chosen
        return chosen.size.length_mm if chosen is not None and chosen.size is not None else math.nan

    @property
    def is_drawing(self) -> bool:
        """Whether an outline or a drag is under way."""
        return self._session.drag is not None

    @property
    def drawn_corners(self) -> int:
        """Corners of the outline being drawn, the pointer's own place left out."""
        preview, photo = self._session.preview, self._session.photo
        if preview is None or photo is None:
            return 0
        known = {instance.id for instance in photo.instances}
        fresh = [i for i in preview.instances if i.id not in known]
        return len(fresh[-1].region.rings[0]) - 1 if fresh else 0

    @property
    def tool(self) -> str:
        """The tool in the hand."""
        return self._session.tool

    @property
    def status(self) -> str:
        """How far the open photo has come."""
        photo = self._session.photo
        return str(photo.status) if photo else ""

    @property
    def look(self) -> str:
        """How the shoe is drawn."""
        return str(self._session.view.shoe_look)

    @property
    def theme(self) -> str:
        """The theme in use."""
        return theme.colors().name

    @property
    def undo_label(self) -> str:
        """What would be undone."""
        document = self._session.document
        return document.undo_label if document and document.can_undo else ""

    @property
    def landmark_counts(self) -> dict[str, int]:
        """How many landmarks each shoe model has, by its name."""
        return {model.name: len(model.landmarks) for model in self._session.project.models.values()}

    @property
    def asked_landmark(self) -> str:
        """The landmark the dialog waits for."""
        names = seen("landmarkNames")
        item = names.currentItem() if isinstance(names, QListWidget) else None
        return item.text().partition("  ")[2] if item else ""

    @property
    def photo_count(self) -> int:
        """Photos in the project."""
        return len(self._session.project.entries)

    @property
    def has_project(self) -> bool:
        """Whether one is open."""
        return self._session.document is not None

    # ---- whether it is done

    def is_offered(self, *, finished: bool = True) -> bool:
        """Whether a proposal is shown; finished, or still streaming."""
        return any(p.finished is finished for p in self._place.proposals.shown)

    def when_fitting(self, act: Callable[[], None]) -> None:
        """Call once, at the second picture of a shoe that is offered: a fit is sliding, or, if it is quick, there."""
        renderer = self._place.shoe.renderer
        seen_before = []

        def look() -> None:
            if self._place.proposals.shown:
                seen_before.append(True)
            if len(seen_before) == 2:
                renderer.rendered.disconnect(look)
                act()

        renderer.rendered.connect(look)

    def is_idle(self) -> bool:
        """Whether the machine has nothing to do."""
        return not self._place.inference.jobs

    def is_core_ready(self) -> bool:
        """Whether the inference core is warm."""
        return str(self._place.inference.state) == "ready"

    def is_photo_painted(self) -> bool:
        """Whether the open photo's pixels have come."""
        return self.canvas.has_picture

    def are_small_pictures_there(self) -> bool:
        """Whether no worker is still making the pictures of a list or a dialog."""
        return self._place.panels.photos.is_idle and QThreadPool.globalInstance().activeThreadCount() == 0

    def are_shoes_drawn(self) -> bool:
        """Whether every shoe is drawn where it is now, in full."""
        return self._place.shoe.overlay.is_at_rest
