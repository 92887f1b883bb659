"""The plot of the contour error over the length of the outline; the only panel that draws with pyqtgraph."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.labels.contour_profile import ContourProfile, runs_of
from gui import theme
from gui.canvas.contour_band import INSIDE, OUTSIDE, limit_of

Array = NDArray[np.float64]
_HEADROOM = 1.2
_ALONG = "along the drawn outline, px"
_LEGEND = ((OUTSIDE, "the shoe stands over it"), (INSIDE, "it ends inside"))
_MOST_POINTS = 600


class ContourPlot(QWidget):
    """Signed error over arc length. `mark` is told of the place the pointer is over, None when it leaves; `seek` of one
    that is clicked."""

    def __init__(self, mark: Callable[[int | None], None], seek: Callable[[int | None], None]) -> None:
        super().__init__()
        self.setObjectName("contourPlot")
        self.setAccessibleName("Contour error along the outline")
        self._mark, self._seek = mark, seek
        self._profile: ContourProfile | None = None
        self._plot = pg.PlotWidget()
        self._over, self._under, self._line = pg.PlotDataItem(), pg.PlotDataItem(), pg.PlotDataItem(connect="finite")
        self._zero = pg.InfiniteLine(0.0, angle=0)
        self._cursor = pg.InfiniteLine(0.0, angle=90)
        self._dot = pg.ScatterPlotItem(size=10)
        self._shades = pg.BarGraphItem(x0=[], x1=[], y0=[], y1=[])
        self._ranges = (0.0, 0.0, 0.0, 0.0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self._set_up()
        # A method, not a lambda: Qt forgets it with the panel, while the theme outlives every window.
        theme.on_change().changed.connect(self._on_theme)
        self._on_theme(theme.colors())

    def show_profile(self, profile: ContourProfile, *, is_now: bool) -> None:
        """Show a profile; one of an older pose is dimmed."""
        if profile is not self._profile:
            self._profile = profile
            self._draw(profile)
        for item in (self._over, self._under, self._line):
            item.setOpacity(1.0 if is_now else 0.4)

    def show_mark(self, index: int | None) -> None:
        """Point at a place, or at none."""
        profile = self._profile
        seen = profile is not None and index is not None and index < len(profile)
        self._cursor.setVisible(seen)
        self._dot.setVisible(seen)
        if seen and profile is not None and index is not None:
            x, y = float(profile.arc_px[index]), float(np.nan_to_num(profile.error_px[index]))
            self._cursor.setValue(x)
            self._dot.setData([x], [y])

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """The pointer over the plot is over a place of the outline."""
        if event.type() == QEvent.Type.Leave:
            self._mark(None)
        return False

    def _set_up(self) -> None:
        plot = self._plot
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(False, False)
        plot.hideButtons()
        plot.getPlotItem().setContentsMargins(0, 6, 10, 0)  # the numbers at the ends of an axis stand half outside
        plot.setToolTip("Error in px over the length of the drawn outline in px; a click brings the place into view")
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.viewport().installEventFilter(self)
        for item in (self._shades, self._under, self._over, self._zero, self._line, self._cursor, self._dot):
            plot.addItem(item)
        self.show_mark(None)
        plot.scene().sigMouseMoved.connect(lambda scene: self._mark(self._index_at(scene)))
        plot.scene().sigMouseClicked.connect(lambda click: self._seek(self._index_at(click.scenePos())))

    def _index_at(self, scene: QPointF) -> int | None:
        """The place under a point of the plot's scene."""
        box = self._plot.getPlotItem().getViewBox()
        if self._profile is None or not box.sceneBoundingRect().contains(scene):
            return None
        return self._profile.index_at(float(box.mapSceneToView(scene).x()))

    def _draw(self, profile: ContourProfile) -> None:
        arcs, errors, hidden = thinned(profile)
        seen = np.where(hidden, 0.0, errors)
        self._over.setData(arcs, np.maximum(seen, 0.0), fillLevel=0.0)
        self._under.setData(arcs, np.minimum(seen, 0.0), fillLevel=0.0)
        self._line.setData(arcs, np.where(hidden, np.nan, errors))
        low, high = range_of(profile)
        half = profile.step_px / 2
        runs = runs_of(profile.hidden, profile.rings)
        starts = [profile.arc_px[start] - half for start, _ in runs]
        ends = [profile.arc_px[end - 1] + half for _, end in runs]
        self._shades.setOpts(x0=starts, x1=ends, y0=[low] * len(runs), y1=[high] * len(runs))
        ranges = (0.0, profile.length_px, low, high)
        if ranges != self._ranges:  # axes cost more than curves
            self._ranges = ranges
            self._plot.setRange(xRange=ranges[:2], yRange=ranges[2:], padding=0.0)

    def _shade_color(self) -> QColor:
        color = theme.color("dim")
        color.setAlpha(56)
        return color

    def _on_theme(self, colors: theme.ThemeColors) -> None:
        plot = self._plot
        plot.setBackground(colors.field)
        for side in ("bottom", "left"):
            axis = plot.getAxis(side)
            axis.setPen(colors.line)
            axis.setTextPen(colors.dim)
            axis.setStyle(tickFont=theme.font(theme.SMALL))
        plot.getAxis("left").setLabel("error, px", color=colors.dim)
        plot.getAxis("bottom").setLabel(_along_words(), color=colors.dim, **{"font-size": "8pt"})
        plot.getAxis("left").setWidth(52)
        self._zero.setPen(pg.mkPen(colors.dim, width=1))
        self._line.setPen(pg.mkPen(colors.text, width=1))  # a wider one takes ten times as long
        self._cursor.setPen(pg.mkPen(colors.accent, width=1, style=Qt.PenStyle.DashLine))
        self._dot.setPen(pg.mkPen(colors.field, width=1.5))
        self._dot.setBrush(pg.mkBrush(colors.accent))
        for item, color in ((self._over, OUTSIDE), (self._under, INSIDE)):
            item.setPen(pg.mkPen(None))
            item.setFillBrush(pg.mkBrush(*color, 190))
        self._shades.setOpts(brush=self._shade_color(), pen=pg.mkPen(None))


def _along_words() -> str:
    """The axis' name, and what the colours above it mean; a label of pyqtgraph is HTML."""
    shades = [f'<span style="color: rgb{color}">■</span> {words}' for color, words in _LEGEND]
    shades.append(f'<span style="color: {theme.colors().disabled}">■</span> hidden')
    return "&nbsp;&nbsp;&nbsp;".join((f"{_ALONG}:&nbsp;", *shades))


def thinned(profile: ContourProfile) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Arc length, mean error and whether it is hidden, of no more places than a plot is wide."""
    starts = np.arange(0, len(profile), max(1, len(profile) // _MOST_POINTS))
    sizes = np.diff([*starts, len(profile)])
    errors = np.add.reduceat(np.nan_to_num(profile.error_px), starts) / sizes
    hidden = np.add.reduceat(profile.hidden.astype(np.int64), starts) * 2 > sizes
    return profile.arc_px[starts] + (sizes - 1) * profile.step_px / 2, errors, hidden


def range_of(profile: ContourProfile) -> tuple[float, float]:
    """The lowest and highest error shown: symmetric about 0, at least the band's, and nearly all of what is seen."""
    seen = np.abs(profile.error_px[~profile.hidden])
    reach = max(limit_of(profile), float(np.percentile(seen, 99)) if len(seen) else 0.0) * _HEADROOM
    reach = math.ceil(reach / 2.0) * 2.0  # whole steps: while a shoe is dragged the axis would never rest
    return -reach, reach
