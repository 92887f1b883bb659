"""How far a pose in a sample photo is off: a verdict, a bar for each measure, what to do, and how the sample goes."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from core.sneaker.sample_truth import GOOD, NEARLY, VERY_GOOD, PoseCheck
from gui import theme
from gui.canvas.truth_layer import COLOR
from gui.widgets.pieces import IconLabel, column, icon_button, label, row

_WIDTH, _MARGIN, _ROW = 300, 12, 18
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
    """Lies over an upper corner of the canvas until it is closed: the one that the shoe is farther from."""

    closed = Signal()

    def __init__(self, viewport: QWidget) -> None:
        super().__init__(viewport)
        self.setObjectName("truthCard")
        self.setAccessibleName("Check of the pose")
        self.setProperty("role", "sheet")
        self.setFixedWidth(_WIDTH)
        self._viewport = viewport
        self._shoe_x = 0.0
        self._icon = IconLabel("check")
        self._title = _named(label("", "title"), "truthVerdict")
        self._about = _named(label("", "", wraps=True), "truthAbout")
        self._advice = _named(label("", "", wraps=True), "truthAdvice")
        self._progress = _named(label("", "dim", wraps=True), "truthProgress")
        self._grid = QGridLayout()
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

    def show_check(self, check: PoseCheck, contour_px: float | None, *, progress: str, shoe_x: float) -> None:
        """Show another pose's check, or the same one's newer figures. shoe_x: where the shoe is in the view, px."""
        self._shoe_x = shoe_x
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
        self.show()
        self.raise_()
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _lay_out(self) -> None:
        close = icon_button("truthClose", "cancel", "Close (Esc)", act=self.closed.emit)
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # every key stays the canvas'
        layout = column(self, margin=12, spacing=6)
        layout.addLayout(row(self._icon, self._title, 1, close, spacing=6))
        layout.addWidget(self._about)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        for at, (name, bar, figure) in enumerate(self._rows):
            figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            figure.setMinimumWidth(56)
            for place, piece in enumerate((name, bar, figure)):
                piece.setFixedHeight(_ROW)
                self._grid.addWidget(piece, at, place)
        layout.addLayout(self._grid)
        layout.addWidget(self._advice)
        layout.addLayout(row(_Dashes(), label("where the shoe really is", "dim"), 1, spacing=6))
        layout.addWidget(self._progress)

    def _place(self) -> None:
        layout = self.layout()
        inner = _WIDTH - 24
        assert layout is not None
        for text in (self._about, self._advice, self._progress):
            text.setFixedHeight(text.heightForWidth(inner) if text.text() else 0)
        layout.activate()
        self.resize(_WIDTH, layout.minimumSize().height())
        right = self._viewport.width() - _WIDTH - _MARGIN
        self.move(right if self._shoe_x < self._viewport.width() / 2 else _MARGIN, _MARGIN)


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
