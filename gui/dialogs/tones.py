"""Brightness and contrast of the photo on the screen, set beside its histogram; the file is never touched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSlider, QWidget

from gui import theme
from gui.session import Session, ViewOptions
from gui.widgets.following import follow
from gui.widgets.pieces import button, label
from gui.widgets.sheet import Sheet

_ABOUT = "How the photo is shown while you work. Exports, fits and the file itself do not change."
_HUNDRED = 100


class TonesDialog(Sheet):
    """Works on the session at once. histogram: (256,) pixels of each grey value, None when no photo is read."""

    def __init__(self, session: Session, histogram: NDArray[np.int64] | None, *, parent: QWidget | None = None) -> None:
        super().__init__("tonesDialog", "Brightness and contrast", parent, about=_ABOUT)
        self._session = session
        self._plot = pg.PlotWidget(background=theme.colors().field)
        self._curve = pg.PlotDataItem(pen=pg.mkPen(theme.colors().accent, width=2))
        self._brightness = _slider("toneBrightness", "Brightness", -_HUNDRED, _HUNDRED)
        self._contrast = _slider("toneContrast", "Contrast", 20, 3 * _HUNDRED)
        self._lay_out(histogram)
        self._show(session.view)
        self._brightness.valueChanged.connect(lambda _: self._look())
        self._contrast.valueChanged.connect(lambda _: self._look())
        follow(self, session.signals.view_changed, self._show)

    def _lay_out(self, histogram: NDArray[np.int64] | None) -> None:
        plot, colors = self._plot, theme.colors()
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(False, False)
        plot.hideButtons()
        plot.setFixedHeight(180)
        for side, text in (("bottom", "in the file"), ("left", "on the screen")):
            axis = plot.getAxis(side)
            axis.setPen(colors.line)
            axis.setTextPen(colors.dim)
            axis.setLabel(text, color=colors.dim)
        plot.setRange(xRange=(0, 255), yRange=(0, 255), padding=0.02)
        if histogram is not None and histogram.max() > 0:
            heights = 255.0 * np.sqrt(histogram / histogram.max())  # a root, or a white wall hides everything else
            bars = pg.BarGraphItem(x=np.arange(256), height=heights, width=1.0, pen=None, brush=colors.line)
            plot.addItem(bars)
        plot.addItem(self._curve)
        self.add(plot)
        sliders = QGridLayout()
        sliders.setSpacing(8)
        for row, (text, slider) in enumerate((("Brightness", self._brightness), ("Contrast", self._contrast))):
            sliders.addWidget(label(text, "small"), row, 0)
            sliders.addWidget(slider, row, 1)
        self.add(sliders)
        reset = button("toneReset", "As taken", icon_name="reset", act=self._reset)
        self.end_with("Close", cancel="", also=(reset,))
        self.resize(460, 380)

    def _look(self) -> None:
        brightness, contrast = self._brightness.value() / _HUNDRED, self._contrast.value() / _HUNDRED
        self._session.look(replace(self._session.view, brightness=brightness, contrast=contrast))

    def _reset(self) -> None:
        fresh = ViewOptions()
        self._session.look(replace(self._session.view, brightness=fresh.brightness, contrast=fresh.contrast))

    def _show(self, view: ViewOptions) -> None:
        for slider, value in ((self._brightness, view.brightness), (self._contrast, view.contrast)):
            slider.blockSignals(True)
            slider.setValue(round(value * _HUNDRED))
            slider.blockSignals(False)
        values = np.arange(256)
        shown = ((values / 255.0 - 0.5) * view.contrast + 0.5 + view.brightness) * 255.0
        self._curve.setData(values, np.clip(shown, 0, 255))


def _slider(name: str, accessible: str, low: int, high: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setObjectName(name)
    slider.setAccessibleName(accessible)
    slider.setRange(low, high)
    slider.setPageStep(10)
    return slider
