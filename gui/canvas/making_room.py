"""Keeps a shoe in sight above a bar that is laid over the foot of the photo, and puts the view back afterwards."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from gui.canvas.photo_view import Looked, PhotoView

Box = tuple[float, float, float, float]
_EDGE_PX = 12


class MakingRoom:
    """Pans a view as far as is needed, and zooms out where the shoe is higher than what is left."""

    def __init__(self, view: PhotoView) -> None:
        self._view = view
        self._before: Looked | None = None
        self._made: Looked | None = None

    def make(self, box_px: Box, covered_px: int) -> None:
        """Bring a box of the photo above what covers so many screen px of the view's foot."""
        self.give_back()
        view = self._view
        view.covered_px = covered_px
        before = view.looked
        free = view.viewport().height() - covered_px - _EDGE_PX
        top, bottom = (view.screen_point((box_px[0], y)).y() for y in (box_px[1], box_px[3]))
        if bottom <= free or free <= 2 * _EDGE_PX:
            return
        height = bottom - top
        if height > free - _EDGE_PX:
            middle = QPointF(view.screen_point(((box_px[0] + box_px[2]) / 2, box_px[3])))
            view.zoom((free - _EDGE_PX) / height, middle)
        view.pan(QPointF(0.0, free - bottom))
        self._before, self._made = before, view.looked

    def give_back(self) -> None:
        """Look as before, unless a hand has moved the view meanwhile."""
        before, made = self._before, self._made
        self._before = self._made = None
        self._view.covered_px = 0
        if before is not None and self._view.looked == made:
            self._view.look_as(before)
