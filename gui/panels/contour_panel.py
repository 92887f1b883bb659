"""The contour error of the chosen shoe as figures and as a plot over the length of its outline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QWidget

from core.labels.contour_profile import ContourProfile
from gui import theme
from gui.residuals import NO_PHOTO, Residuals, ResidualWatch
from gui.widgets.following import follow, later, soon
from gui.widgets.pieces import ElidedLabel, EmptyState, as_panel, column, label

if TYPE_CHECKING:
    from gui.panels.contour_plot import ContourPlot

SOON_MS = 66  # what changes faster than this cannot be read
# its name in the profile, what it is called, what it means
_FIGURES = (
    ("mean", "mean error", "How far the shoe's outline lies from the drawn one on average, where the shoe is seen"),
    ("p95", "19 of 20 within", "Nineteen of twenty places of the outline are no farther off than that"),
    ("explained", "matches", "How much of the drawn outline lies within {tolerance} of the shoe's"),
    ("IoU", "overlap", "What shoe and region share, of all that either covers (IoU); 1 where they are the same"),
    ("hidden", "hidden", "How much of the outline says nothing: at the border, under a region, or judged occluded"),
)


class ContourPanel(QWidget):
    """Asks for residuals only while it is seen."""

    def __init__(self, watch: ResidualWatch) -> None:
        super().__init__()
        as_panel(self, "contourPanel")
        self.watch = watch
        self._figures = {name: label("–", "figure") for name, *_ in _FIGURES}
        self._where = ElidedLabel("", "small")
        self._where.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._where.setObjectName("contourPlace")
        self._empty = EmptyState("contourPanelEmpty", "shoe")
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._plot: ContourPlot | None = None
        layout = column(self, margin=8, spacing=4)
        self._head = QWidget()
        self._head.setLayout(self._line())
        layout.addWidget(self._head)
        layout.addWidget(self._pages, 1)
        self._later = later(self, self._show, milliseconds=SOON_MS)
        follow(self, watch.changed, self._on_changed)
        follow(self, watch.marked, lambda _: self._show_place())
        self._show()

    def sizeHint(self) -> QSize:
        """Low: the photo needs the room."""
        return QSize(480, 160)

    def showEvent(self, event: QShowEvent) -> None:
        """From now on there is something to ask for."""
        super().showEvent(event)
        self.watch.want(True)
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self.watch.want(False)

    def _on_changed(self, residuals: Residuals | None) -> None:
        """At once when there is something or nothing, else not more often than it can be read."""
        if residuals is None or self._pages.currentWidget() is self._empty:
            self._show()
        else:
            soon(self._later)

    def _line(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setContentsMargins(4, 0, 4, 0)
        line.setSpacing(4)
        for name, words, tip in _FIGURES:
            caption, figure = label(words, "small"), self._figures[name]
            theme.set_font(figure, bold=True, tabular=True)
            figure.setObjectName(f"contour_{name.lower()}")
            for piece in (caption, figure):
                piece.setToolTip(tip.format(tolerance="2 px"))
            line.addWidget(caption)
            line.addWidget(figure)
            line.addSpacing(12)
        line.addWidget(self._where, 1)
        return line

    def _show(self) -> None:
        residuals = self.watch.shown
        self._head.setVisible(residuals is not None)
        if residuals is None:
            self._empty.say(self.watch.reason or NO_PHOTO)
            self._pages.setCurrentWidget(self._empty)
            return
        self._show_figures(residuals)
        if not self.isVisible():
            return  # the library is loaded when a plot is seen
        plot = self._made_plot()
        self._pages.setCurrentWidget(plot)
        plot.show_profile(residuals.profile, is_now=residuals.is_now)

    def _made_plot(self) -> ContourPlot:
        if self._plot is None:
            # pyqtgraph is loaded with the first plot: it would cost the start a third of a second.
            from gui.panels.contour_plot import ContourPlot

            self._plot = ContourPlot(self.watch.mark, self.watch.seek)
            self._pages.addWidget(self._plot)
        return self._plot

    def _show_figures(self, residuals: Residuals) -> None:
        profile = residuals.profile
        for name, text in texts_of(profile).items():
            shown: QLabel = self._figures[name]
            shown.setText(text if residuals.is_now else f"~{text}")
        tip = _FIGURES[2][2].format(tolerance=f"{profile.tolerance_px:.0f} px")
        self._figures["explained"].setToolTip(tip)
        self._show_place()

    def _show_place(self) -> None:
        residuals, at = self.watch.shown, self.watch.mark_at
        if residuals is None:
            return
        if self._plot is not None:
            self._plot.show_mark(at)
        self._where.setText("" if at is None else place_text(residuals.profile, at))


def texts_of(profile: ContourProfile) -> dict[str, str]:
    """The figures as they are shown."""
    hidden = float(profile.hidden.mean()) if len(profile) else 0.0
    return {
        "mean": _px(profile.mean_px),
        "p95": _px(profile.p95_px),
        "explained": f"{profile.explained:.0%}".replace("%", " %"),
        "IoU": f"{profile.iou:.3f}",
        "hidden": f"{hidden:.0%}".replace("%", " %"),
    }


def place_text(profile: ContourProfile, at: int) -> str:
    """What is said of one place, in words."""
    where = f"at {profile.arc_px[at]:.0f} px"
    if profile.dropped[at]:
        return f"{where}: no evidence (border, or a region hides it)"
    error = float(profile.error_px[at])
    if error != error:
        return f"{where}: nothing of the shoe faces this way"
    if profile.judged[at]:
        return f"{where}: judged occluded, {error:.1f} px"
    if abs(error) < 0.05:
        return f"{where}: on the outline"
    return f"{where}: the shoe {'stands over it' if error > 0 else 'ends inside it'} by {abs(error):.1f} px"


def _px(value: float) -> str:
    return f"{value:.1f} px" if value == value else "–"
