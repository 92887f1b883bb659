"""The program's own icon, in its own colours, sharp at any size."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from gui.icons import ICON_FOLDER


class ProgramIcon(QWidget):
    """A square of `size_px`."""

    def __init__(self, size_px: int) -> None:
        super().__init__()
        self._drawing = QSvgRenderer(str(ICON_FOLDER / "outsole.svg"), self)
        self.setFixedSize(size_px, size_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._drawing.render(QPainter(self), QRectF(self.rect()))
