"""What two passes over the same photos differ by: each measure as dots on a line, and every shoe to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QGridLayout, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from core.labels.words import counted
from gui import theme
from gui.widgets.pieces import button, label
from gui.widgets.sheet import Sheet

WORDS = {
    "mask_iou": "Outlines, IoU",
    "contour_px": "Outlines, distance",
    "rotation_deg": "Rotation",
    "lateral_mm": "Place across the ray",
    "depth_per_focal_pct": "Distance by focal length",
    "keypoints_px": "Keypoints",
}
_COLUMNS = ("mask_iou", "contour_px", "rotation_deg", "depth_per_focal_pct", "keypoints_px")
_HEADS = ("Photo", "IoU", "px", "°", "t_z/f %", "keypoints px")
_ABOUT = "Neither pass is the truth: what they differ by says how exactly a shoe can be labelled."
_MARGIN = 6.0


class AgreementDialog(Sheet):
    """told: as `core.formats.second_pass.agreement_to_json`. opened(file): a photo is to be looked at."""

    opened = Signal(str)

    def __init__(
        self, told: Mapping[str, Any], *, keep: Callable[[Mapping[str, float]], object], parent: QWidget | None = None
    ) -> None:
        super().__init__("agreementDialog", "Agreement of two passes", parent, about=_ABOUT)
        self._told = told
        self.add(label(_summary(told)))
        self.add(self._measures())
        self._table = _ShoeTable(told["each"])
        self._table.cellActivated.connect(lambda at, _: self.opened.emit(told["each"][at]["file"]))
        self.add(self._table, 1)
        sigmas = told["sigmas"]
        self.add(label(_sigma_words(sigmas), "dim", wraps=True))
        kept = button("agreementKeep", "Use these σ in exports", icon_name="check")
        kept.setEnabled(bool(sigmas))
        kept.clicked.connect(lambda: keep(sigmas))
        kept.clicked.connect(lambda: kept.setEnabled(False))
        self.end_with("Close", cancel="", also=(kept,))
        self.resize(720, 640)

    def _measures(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for at, (name, told) in enumerate(self._told["measures"].items()):
            values = [shoe[name] for shoe in self._told["each"] if name in shoe]
            grid.addWidget(label(WORDS[name]), at, 0)
            grid.addWidget(DotStrip(values, told["median"]), at, 1)
            grid.addWidget(label(_figure(told)), at, 2)
        return grid


class DotStrip(QWidget):
    """Values as dots along a line, from 0 or from the smallest to the largest, the median marked."""

    def __init__(self, values: Sequence[float], median: float) -> None:
        super().__init__()
        self._values = sorted(values)
        self._median = median
        self.setFixedHeight(22)
        self.setAccessibleName(f"{len(values)} values, median {median:.3g}")

    def sizeHint(self) -> QSize:
        return QSize(240, 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors, painter = theme.colors(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        painter.setPen(QPen(QColor(colors.line), 1))
        painter.drawLine(QPointF(_MARGIN, middle), QPointF(self.width() - _MARGIN, middle))
        dot = QColor(colors.accent)
        dot.setAlpha(140)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(dot)
        for value in self._values:
            painter.drawEllipse(QPointF(self._x(value), middle), 4.0, 4.0)
        painter.fillRect(QRectF(self._x(self._median) - 1, middle - 9, 2, 18), QColor(colors.text))

    def _x(self, value: float) -> float:
        low = self._values[0] if self._values[0] > 0.5 * self._values[-1] else 0.0  # IoU lies near 1, not near 0
        share = (value - low) / max(self._values[-1] - low, 1e-12)
        return _MARGIN + share * (self.width() - 2 * _MARGIN)


class _ShoeTable(QTableWidget):
    """Every shoe, the most different first; Enter or a double click opens its photo."""

    def __init__(self, shoes: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(len(shoes), len(_HEADS))
        self.setObjectName("agreementShoes")
        self.setAccessibleName("Shoes of both passes, the most different first")
        self.setHorizontalHeaderLabels(list(_HEADS))
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = self.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for at, shoe in enumerate(shoes):
            name = PurePath(shoe["file"]).name + ("  (left in one, right in the other)" if shoe["sides_differ"] else "")
            self.setItem(at, 0, QTableWidgetItem(name))
            for column, key in enumerate(_COLUMNS, 1):
                item = QTableWidgetItem(f"{shoe[key]:.3g}" if key in shoe else "–")
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(at, column, item)


def _summary(told: Mapping[str, Any]) -> str:
    parts = [f"{counted(told['photos'], 'photo')}, {counted(told['shoes'], 'shoe')} in both passes"]
    parts += [f"{len(told[key])} in the {word} alone" for key, word in _ALONE if told[key]]
    if told["sides_differ"]:
        parts.append(f"{told['sides_differ']} called left in one and right in the other")
    return "; ".join(parts) + "."


_ALONE = (("only_first", "first"), ("only_second", "second"))


def _figure(told: Mapping[str, Any]) -> str:
    unit = f" {told['unit']}" if told["unit"] else ""
    bounds = "" if told["interval"] is None else " [{:.2g} … {:.2g}]".format(*told["interval"])
    return f"median {told['median']:.3g}{unit}{bounds}"


def _sigma_words(sigmas: Mapping[str, float]) -> str:
    if not sigmas:
        return "COCO's σ of the landmarks: a landmark must be in at least eight shoes of both passes to have one."
    return "COCO's σ: " + ", ".join(f"{name} {sigma:.4f}" for name, sigma in sigmas.items())
