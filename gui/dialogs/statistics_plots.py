"""The two plots of the statistics: how long shoes take, and how many were finished each day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui import theme

DAYS = 21
FEWEST_DAYS = 7
_BINS = 20


class BarPlot(QWidget):
    """Bars over numbered places; the mouse changes nothing."""

    def __init__(self, name: str, accessible: str, *, bottom: str, left: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        self._words = {"bottom": bottom, "left": left}
        self._plot = pg.PlotWidget()
        self._bars = pg.BarGraphItem(x=[], height=[], width=0.8)
        self._mark = pg.InfiniteLine(0.0, angle=90)
        plot = self._plot
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(False, False)
        plot.hideButtons()
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.addItem(self._bars)
        plot.addItem(self._mark)
        self._mark.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(plot)
        self.setFixedHeight(172)
        # A method, not a lambda: Qt forgets it with the dialog, while the theme outlives every window.
        theme.on_change().changed.connect(self._on_theme)
        self._on_theme(theme.colors())

    def show_bars(self, places: Sequence[float], heights: Sequence[float], *, width: float) -> None:
        """Show these bars, whole counts on the left."""
        self._bars.setOpts(x=list(places), height=list(heights), width=width)
        highest = max([*heights, 1.0])
        self._plot.setRange(xRange=(places[0] - width, places[-1] + width), yRange=(0, highest * 1.1), padding=0.0)
        step = max(1, int(np.ceil(highest / 5)))
        self._plot.getAxis("left").setTicks([[(at, str(at)) for at in range(0, int(highest) + 1, step)]])

    def name_places(self, ticks: Sequence[tuple[float, str]]) -> None:
        """Words under some of the places."""
        self._plot.getAxis("bottom").setTicks([list(ticks)])

    def mark(self, place: float) -> None:
        """A dashed line there."""
        self._mark.setValue(place)
        self._mark.show()

    def _on_theme(self, colors: theme.ThemeColors) -> None:
        self._plot.setBackground(colors.field)
        for side, words in self._words.items():
            axis = self._plot.getAxis(side)
            axis.setPen(colors.line)
            axis.setTextPen(colors.dim)
            axis.setStyle(tickFont=theme.font(theme.SMALL))
            axis.enableAutoSIPrefix(False)  # or a single day would be 1000 thousandths
            axis.setLabel(words, color=colors.dim)
        self._plot.getAxis("left").setWidth(44)
        self._bars.setOpts(brush=pg.mkBrush(colors.accent), pen=pg.mkPen(colors.field))
        self._mark.setPen(pg.mkPen(colors.text, width=1, style=Qt.PenStyle.DashLine))


def seconds_plot(seconds: Sequence[float], median: float) -> BarPlot:
    """How many shoes took how long; the slowest hundredth counts in the last bar."""
    plot = BarPlot("statisticsSeconds", "Seconds a shoe took", bottom="seconds a shoe", left="shoes")
    high = max(float(np.quantile(seconds, 0.99)), 1.0)
    counts, edges = np.histogram(np.minimum(seconds, high), bins=_BINS, range=(0.0, high))
    width = float(edges[1] - edges[0])
    plot.show_bars([float(at) + width / 2 for at in edges[:-1]], [float(count) for count in counts], width=width)
    plot.mark(median)
    return plot


def days_plot(by_day: dict[date, int], *, words: str) -> BarPlot:
    """The counts of the last days on which there were any, and of the days between; words: what is counted."""
    plot = BarPlot("statisticsDays", f"{words} each day", bottom="day", left=words)
    last = max(by_day)
    first = min(max(min(by_day), last - timedelta(days=DAYS - 1)), last - timedelta(days=FEWEST_DAYS - 1))
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    plot.show_bars([float(at) for at in range(len(days))], [float(by_day.get(day, 0)) for day in days], width=0.8)
    step = max(1, len(days) // 5)
    plot.name_places([(float(at), f"{days[at].day} {days[at]:%b}") for at in range(0, len(days), step)])
    return plot
