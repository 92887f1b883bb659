"""What every layer of the canvas is: painted in photo pixels, and told what is seen of the photo."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsItem


class Layer(QGraphicsItem):
    """Something painted over the photo. Its own coordinates are photo px; the view keeps `seen_px` and `scale_px`."""

    def __init__(self) -> None:
        super().__init__()
        self.seen_px = QRectF()
        self.scale_px = 1.0

    def look(self, seen_px: QRectF, scale_px: float) -> None:
        """What is seen of the photo's plane from now on, and how many screen px show one photo px."""
        self.seen_px = seen_px
        self.scale_px = scale_px
        self.view_changed()

    def view_changed(self) -> None:
        """For layers whose extent depends on the view."""
