"""Counts as one bar of coloured stretches, with a legend under it that names each with its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import theme

HEIGHT = 14
_LEGEND = 24
_GAP = 2.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """One of the counts. role: a colour of the theme. about: "12 to do"."""

    about: str
    count: int
    role: str


class StackedBar(QWidget):
    """Stretches as long as their counts; what counts nothing is in the legend only, dimmed."""

    def __init__(self, name: str, accessible: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._accessible = accessible
        self._stretches: tuple[Stretch, ...] = ()
        self.setFixedHeight(HEIGHT + _LEGEND)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT + _LEGEND)

    def show_counts(self, stretches: Sequence[Stretch]) -> None:
        """Show these."""
        self._stretches = tuple(stretches)
        words = ", ".join(one.about for one in self._stretches)
        self.setAccessibleName(f"{self._accessible}: {words}")
        self.setToolTip(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        self._paint_bar(painter)
        self._paint_legend(painter)

    def _paint_bar(self, painter: QPainter) -> None:
        whole = QRectF(0, 0, self.width(), HEIGHT)
        shape = QPainterPath()
        shape.addRoundedRect(whole, 4, 4)
        painter.save()
        painter.setClipPath(shape)
        painter.fillRect(whole, theme.color("hover"))
        counted = [one for one in self._stretches if one.count > 0]
        total = sum(one.count for one in counted)
        left = 0.0
        for one in counted:
            long = self.width() * one.count / total
            gap = _GAP if one is not counted[-1] else 0.0
            painter.fillRect(QRectF(left, 0, max(long - gap, 1.0), HEIGHT), theme.color(one.role))
            left += long
        painter.restore()

    def _paint_legend(self, painter: QPainter) -> None:
        painter.setFont(theme.font(theme.SMALL, tabular=True))
        metrics = painter.fontMetrics()
        left, middle = 0, HEIGHT + _LEGEND / 2 + 2
        for one in self._stretches:
            color = QColor(theme.color(one.role))
            color.setAlpha(255 if one.count else 90)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(left, middle - 4, 8, 8), 2, 2)
            painter.setPen(theme.color("text" if one.count else "dim"))
            wide = metrics.horizontalAdvance(one.about)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(QRectF(left + 13, middle - 10, wide + 4, 20), flags, one.about)
            left += 13 + wide + 18
