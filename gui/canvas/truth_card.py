"""How far a pose in a sample photo is off: a verdict, a bar for each measure, what to do, and how the sample goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from core.sneaker.sample_truth import GOOD, NEARLY, VERY_GOOD, PoseCheck
from gui import icons, theme
from gui.canvas.truth_layer import COLOR
from gui.widgets.pieces import IconLabel, column, icon_button, label, row
from gui.widgets.placing import Box, best_corner, corners_of, hidden

_WIDTH, _ROW = 300, 18
_A_LITTLE_PX2 = 50.0
_OTHERS = ("contourLegend", "coachCard", "noticeBar", "hypothesisStrip")  # what else lies over the photo
_COLOURS = {"very good": "success", "good": "success", "nearly": "warning", "not yet": "danger"}
_ICONS = {"very good": "check", "good": "check", "nearly": "info", "not yet": "warning"}
_CONTOUR_PX = (2.5, 7.0, 20.0)


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the card: its name, its figure in words, its size, and up to where it is very good, good, nearly."""

    name: str
    text: str
    value: float
    limits: tuple[float, float, float]


def measures_of(check: PoseCheck, contour_px: float | None) -> tuple[Measure, ...]:
    """The lines of a check. contour_px: None while it is being measured."""
    limits = zip(VERY_GOOD, GOOD, NEARLY, strict=True)
    turned, across, distance = limits
    edge = "…" if contour_px is None else f"{contour_px:.1f} px"
    return (
        Measure("Rotation", f"{check.rotation_deg:.1f}°", check.rotation_deg, turned),
        Measure("Across the view", f"{check.across_mm:.1f} mm", check.across_mm, across),
        Measure("Distance", f"{check.distance_pct:+.1f} %", abs(check.distance_pct), distance),
        Measure("Edge in the photo", edge, contour_px or 0.0, _CONTOUR_PX),
    )


class TruthCard(QFrame):
    """Lies over a corner of the canvas until it is closed: the one where it hides least of what must be seen."""

    closed = Signal()

    def __init__(self, viewport: QWidget) -> None:
        super().__init__(viewport)
        self.setObjectName("truthCard")
        self.setAccessibleName("Check of the pose")
        self.setProperty("role", "sheet")
        theme.on_change().changed.connect(self._on_theme)
        self._viewport = viewport
        self._avoid: tuple[Box, ...] = ()
        self._corner = 0
        self._icon = IconLabel("check")
        self._title = _named(label("", "title"), "truthVerdict")
        self._about = _named(label("", "", wraps=True), "truthAbout")
        self._advice = _named(label("", "", wraps=True), "truthAdvice")
        self._progress = _named(label("", "dim", wraps=True), "truthProgress")
        self._details = QWidget()
        self._fold = icon_button("truthFold", "up", "", act=self._on_fold)
        self._is_brief: bool | None = None  # None: whatever hides no shoe
        self._rows = [(label("", "dim"), _Bar(), label("")) for _ in range(4)]
        self._lay_out()
        viewport.installEventFilter(self)
        self.hide()

    @property
    def verdict(self) -> str:
        """The word that stands at its head."""
        return self._title.text()

    @property
    def words(self) -> str:
        """Everything else it says."""
        pieces = (self._about, *(figure for _, _, figure in self._rows), self._advice, self._progress)
        return "\n".join(piece.text() for piece in pieces if piece.text())

    def show_check(self, check: PoseCheck, contour_px: float | None, *, progress: str) -> None:
        """Show another pose's check, or the same one's newer figures."""
        color = _COLOURS[check.verdict]
        self._icon.show_icon(_ICONS[check.verdict], color)
        self._title.setText(check.verdict.capitalize())
        self._about.setText(f"{check.rotation_deg:.1f}° and {check.across_mm:.1f} mm off.")
        advice = check.advice()
        self._advice.setText(advice)
        self._advice.setVisible(bool(advice))
        self._progress.setText(f"The sample: {progress}")
        for (name, bar, figure), measure in zip(self._rows, measures_of(check, contour_px), strict=True):
            name.setText(measure.name)
            figure.setText(measure.text)
            bar.show_measure(measure)
        if self.isHidden():
            self._is_brief = None
        self.show()
        self.raise_()
        self._place()

    def stand_beside(self, boxes: Sequence[Box]) -> None:
        """Where the shoes are in the view, px: the card keeps off them."""
        self._avoid = tuple(boxes)
        if not self.isHidden():
            self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _lay_out(self) -> None:
        close = icon_button("truthClose", "cancel", "Close (Esc)", act=self.closed.emit)
        for pressed in (self._fold, close):
            pressed.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # every key stays the canvas'
        layout = column(self, margin=12, spacing=6)
        layout.addLayout(row(self._icon, self._title, 1, self._fold, close, spacing=6))
        layout.addWidget(self._about)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for at, (name, bar, figure) in enumerate(self._rows):
            figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            figure.setMinimumWidth(56)
            for place, piece in enumerate((name, bar, figure)):
                grid.addWidget(piece, at, place)
        layout.addWidget(self._advice)
        inside = column(self._details, margin=0, spacing=6)
        inside.addLayout(grid)
        inside.addLayout(row(_Dashes(), label("where the shoe really is", "dim"), 1, spacing=6))
        layout.addWidget(self._details)
        layout.addWidget(self._progress)

    def _on_theme(self, _: object) -> None:
        if not self.isHidden():
            self._place()

    def _on_fold(self) -> None:
        self._is_brief = not self._details.isHidden()
        self._place()

    def _place(self) -> None:
        """In full where that hides no shoe, else the verdict alone; once brief it stays so until it is closed."""
        avoid = (*self._avoid, *self._others())
        hides = self._fit(brief=self._is_brief is True, avoid=avoid)
        if self._is_brief is None and hides > _A_LITTLE_PX2:
            self._is_brief = True
            self._fit(brief=True, avoid=avoid)
        is_brief = self._details.isHidden()
        self._fold.setIcon(icons.icon("down" if is_brief else "up"))
        self._fold.setToolTip("Show all figures" if is_brief else "Show the verdict alone")

    def _fit(self, *, brief: bool, avoid: Sequence[Box]) -> float:
        """As high as its words are, in the best corner; answers how much it hides there, px²."""
        layout = self.layout()
        self.setFixedWidth(theme.scaled(_WIDTH))
        inner = self.width() - 24
        assert layout is not None
        self._details.setVisible(not brief)
        self._progress.setVisible(not brief)
        for text in (self._about, self._advice, self._progress):
            text.setFixedHeight(text.heightForWidth(inner) if text.text() else 0)
        for piece in (piece for line in self._rows for piece in line):
            piece.setFixedHeight(max(theme.scaled(_ROW), _ROW))
        layout.invalidate()
        layout.activate()
        self.resize(self.width(), layout.minimumSize().height())
        area = (0.0, 0.0, float(self._viewport.width()), float(self._viewport.height()))
        size = (float(self.width()), float(self.height()))
        self._corner = best_corner(area, size, avoid=avoid, now=self._corner)
        at = corners_of(area, size)[self._corner]
        self.move(round(at[0]), round(at[1]))
        return hidden(at, size, avoid=self._avoid)

    def _others(self) -> list[Box]:
        """Where other cards lie over the view."""
        boxes = []
        for name in _OTHERS:
            other = self.window().findChild(QWidget, name)
            if other is not None and other.isVisible():
                at = QRectF(other.mapTo(self.window(), QPoint(0, 0)), other.size())
                at.translate(-self._viewport.mapTo(self.window(), QPoint(0, 0)))
                boxes.append((at.left(), at.top(), at.right(), at.bottom()))
        return boxes


class _Bar(QWidget):
    """How much of what is allowed a measure takes: three fields, very good, good and nearly, and a mark in one."""

    def __init__(self) -> None:
        super().__init__()
        self._measure: Measure | None = None
        self.setMinimumWidth(80)

    def sizeHint(self) -> QSize:
        return QSize(100, _ROW)

    def show_measure(self, measure: Measure) -> None:
        """Show another one."""
        self._measure = measure
        self.setAccessibleName(f"{measure.name} {measure.text}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        third = self.width() / 3
        for at, role in enumerate(("success", "success", "warning")):
            ground = theme.color(role)
            ground.setAlpha((110, 60, 60)[at])
            painter.setBrush(ground)
            painter.drawRoundedRect(QRectF(at * third + 1, 6, third - 2, 6), 3, 3)
        if self._measure is None or self._measure.text == "…":
            return
        x = self._share(self._measure) * self.width()
        painter.setBrush(theme.color("text"))
        painter.drawRoundedRect(QRectF(min(max(x - 1.5, 0), self.width() - 3), 2, 3, 14), 1.5, 1.5)

    def _share(self, measure: Measure) -> float:
        """Every field is a third, however wide its limits are."""
        low = 0.0
        for at, high in enumerate(measure.limits):
            if measure.value <= high:
                return (at + (measure.value - low) / (high - low)) / 3
            low = high
        return 1.0


class _Dashes(QWidget):
    """The line of the true edge, as it is on the photo."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(28, 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for at in range(3):
            painter.fillRect(QRectF(at * 10, 4, 7, 4), QColor(0, 0, 0, 150))
            painter.fillRect(QRectF(at * 10, 5, 7, 2), QColor(COLOR))


def _named(made: QLabel, name: str) -> QLabel:
    made.setObjectName(name)
    return made
