"""What the tour reads of a window: where things are on the screen, and what is done. It changes nothing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QThreadPool
from PySide6.QtWidgets import QListView, QListWidget

from core.geometry.region import Region
from gui import theme
from gui.canvas.canvas import Canvas
from gui.main_window import MainWindow
from gui.tour.eye import Place
from gui.tour.labelled import Labelled
from gui.tour.windows import seen

_EDGE_PX, _MESSAGES_PX = 8, 90  # what is left free round the canvas, and at its foot


class View(Labelled):
    """Every method must be called on the window's thread."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window.workplace.session)
        self.window = window
        self._place = window.workplace

    # ---- where

    @property
    def canvas(self) -> Canvas:
        """The canvas."""
        return self._place.canvas

    def at(self, point_px: Place) -> QPoint:
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

    # ---- how

    @property
    def look(self) -> str:
        """How the shoe is drawn."""
        return str(self._session.view.shoe_look)

    @property
    def theme(self) -> str:
        """The theme in use."""
        return theme.colors().name

    @property
    def tool(self) -> str:
        """The tool in the hand."""
        return self._session.tool

    @property
    def asked_landmark(self) -> str:
        """The landmark the dialog waits for."""
        names = seen("landmarkNames")
        item = names.currentItem() if isinstance(names, QListWidget) else None
        return item.text().partition("  ")[2] if item else ""

    # ---- whether it is done

    def is_offered(self, *, finished: bool = True) -> bool:
        """Whether a proposal is shown; finished, or still streaming."""
        return any(p.finished is finished for p in self._place.proposals.shown)

    @property
    def offered_regions(self) -> list[Region]:
        """The outlines that are offered."""
        return [p.instance.region for p in self._place.proposals.outlines]

    @property
    def click_count(self) -> int:
        """How many keypoints of the chosen sneaker are clicked."""
        return len(self.chosen.keypoints) if self.chosen is not None else 0

    @property
    def suspect(self) -> str:
        """The click that looks wrong, "" for none."""
        report = self._place.panels.keypoints.watch.report
        return (report.suspect or "") if report is not None else ""

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
        return self.canvas.picture is not None

    def are_small_pictures_there(self) -> bool:
        """Whether no worker is still making the pictures of a list or a dialog."""
        return self._place.panels.photos.is_idle and QThreadPool.globalInstance().activeThreadCount() == 0

    def are_poses_pictured(self) -> bool:
        """Whether the small pictures of the poses are drawn."""
        pictures = self._place.panels.poses.pictures
        return pictures is not None and pictures.is_idle and self._place.panels.poses.chosen_photos != ()

    def are_shoes_drawn(self) -> bool:
        """Whether every shoe is drawn where it is now, in full."""
        return self._place.shoe.overlay.is_at_rest


def is_free(view: View, point_px: Place) -> bool:
    """Whether a point of the photo can be clicked: inside the canvas, and above where messages come."""
    inside = view.canvas.rect().adjusted(_EDGE_PX, _EDGE_PX, -_EDGE_PX, -_MESSAGES_PX)
    return inside.contains(view.at(point_px))
