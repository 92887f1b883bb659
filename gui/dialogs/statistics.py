"""The statistics of a project: how far it is, what a shoe takes, the time left, and how good the poses are."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QVBoxLayout, QWidget

from core.effort.pace import Cost
from core.effort.statistics import Statistics, spread_of
from core.effort.telling import (
    KEPT_HERE,
    PART_WORDS,
    RULE,
    STATUS_WORDS,
    WAY_WORDS,
    estimate_words,
    seconds_words,
    statistics_to_csv,
    statistics_to_text,
)
from core.labels.photo import Status
from gui import theme
from gui.widgets.pieces import ElidedLabel, button, clear, column, label, scrolling
from gui.widgets.sheet import Sheet
from gui.widgets.stacked_bar import StackedBar, Stretch

OFF = "Your time is not measured: it is switched off in the preferences."
_NO_SHOE = "How long shoes take is shown once some are finished while your time is measured."
_NO_DAY = "What was done each day is shown once something was."
_NO_POSE = "Shown once a shoe has a pose."
_COLORS = {
    Status.CHECKED: "success",
    Status.LABELLED: "accent",
    Status.REJECTED: "danger",
    Status.TODO: "line",
}


class StatisticsDialog(Sheet):
    """again: count once more. What is shown is as it was counted; it does not follow the hand."""

    again = Signal()

    def __init__(self, told: Statistics, *, is_measuring: bool, parent: QWidget | None = None) -> None:
        super().__init__("statisticsDialog", "Statistics", parent)
        self._told = told
        self._photos = StackedBar("statisticsPhotos", "Photos")
        self._shoes = StackedBar("statisticsShoes", "Shoes")
        self._left = label("", "figure", wraps=True)
        self._left.setObjectName("statisticsLeft")
        self._costs, self._quality = QGridLayout(), QGridLayout()
        self._plots = QGridLayout()
        self._rule = label("", "small", wraps=True)
        self._said = ElidedLabel("", "small")
        self._said.setObjectName("statisticsSaid")
        self.add(scrolling("statisticsScroll", self._inside()), 1)
        self.end_with("Close", self.close, cancel="", also=self._foot())
        self.resize(920, 712)
        self.show_statistics(told, is_measuring=is_measuring)

    def show_statistics(self, told: Statistics, *, is_measuring: bool) -> None:
        """Show what was counted now."""
        self._told = told
        self.say_about(told.name)
        progress, shoes = told.progress, told.progress.shoes
        order = (Status.CHECKED, Status.LABELLED, Status.TODO, Status.REJECTED)
        counts = [(status, progress.statuses[status]) for status in order]
        self._photos.show_counts([Stretch(f"{n} {STATUS_WORDS[s]}", n, _COLORS[s]) for s, n in counts])
        finished = len(shoes.finished)
        begun = shoes.total - finished
        ahead = max(shoes.left - begun, 0)
        word = "with outline and pose" if progress.needs_pose else "outlined"
        doubted = min(shoes.doubted, finished)
        stretches = [
            Stretch(f"{finished - doubted} {word}", finished - doubted, "success"),
            Stretch(f"{doubted} in doubt", doubted, "warning"),
            Stretch(f"{begun} begun", begun, "accent"),
            Stretch(f"{ahead} more, likely", ahead, "line"),
        ]
        self._shoes.show_counts(stretches)
        self._left.setText(estimate_words(told.estimate))
        sentence = told.estimate.seconds is None
        theme.set_role(self._left, "dim" if sentence else "figure")
        self._fill_costs(told)
        self._fill_quality(told)
        self._fill_plots(told)
        rules = [told.problem, "" if is_measuring else OFF, f"{RULE} {KEPT_HERE}"]
        self._rule.setText(" ".join(rule for rule in rules if rule))
        self._said.setText("")

    def _inside(self) -> QWidget:
        inside = QWidget()
        layout = column(inside, margin=0, spacing=6)
        layout.setContentsMargins(0, 0, 12, 0)
        for words, piece in (("Photos", self._photos), ("Shoes", self._shoes), ("Time left", self._left)):
            layout.addWidget(label(words, "heading"))
            layout.addWidget(piece)
            layout.addSpacing(6)
        both = QGridLayout()
        both.setHorizontalSpacing(32)
        both.setVerticalSpacing(6)
        for at, (words, grid) in enumerate((("What a shoe takes", self._costs), ("The poses", self._quality))):
            both.addWidget(label(words, "heading"), 0, at)
            held = QVBoxLayout()
            held.addLayout(grid)
            held.addStretch(1)
            both.addLayout(held, 1, at)
            both.setColumnStretch(at, 1)
            grid.setHorizontalSpacing(16)
            grid.setVerticalSpacing(4)
        layout.addLayout(both)
        layout.addSpacing(8)
        self._plots.setHorizontalSpacing(32)
        layout.addLayout(self._plots)
        layout.addStretch(1)
        layout.addWidget(self._rule)
        return inside

    def _foot(self) -> tuple[QWidget, ...]:
        copies = (
            button("statisticsCopy", "Copy as text", icon_name="copy", act=lambda: self._copy(statistics_to_text)),
            button("statisticsCsv", "Copy as CSV", icon_name="copy", act=lambda: self._copy(statistics_to_csv)),
            button("statisticsAgain", "Count again", icon_name="reset", act=self.again.emit),
        )
        self._said.setMinimumWidth(120)
        return (*copies, self._said)

    def _copy(self, say: object) -> None:
        assert callable(say)
        QApplication.clipboard().setText(say(self._told))
        self._said.setText("Copied.")

    def _fill_costs(self, told: Statistics) -> None:
        clear(self._costs)
        for column_at, words in enumerate(("median", "gestures", "shoes"), 1):
            self._costs.addWidget(_number(words, "small"), 0, column_at)
        rows: list[tuple[str, Cost]] = [(PART_WORDS[name].capitalize(), cost) for name, cost in told.costs.items()]
        rows += [(WAY_WORDS[how].capitalize(), cost) for how, cost in told.by_way.items()]
        parts = len(told.costs)
        for at, (words, cost) in enumerate(rows, 1):
            if at == parts + 1:
                self._costs.addWidget(label("By way, the whole shoe", "small"), at, 0)
            place = at + (at > parts)
            seconds, gestures = cost.median_seconds, cost.median_gestures
            self._costs.addWidget(label(words), place, 0)
            self._costs.addWidget(_number("–" if seconds is None else seconds_words(seconds)), place, 1)
            self._costs.addWidget(_number("–" if gestures is None else f"{gestures:.3g}"), place, 2)
            self._costs.addWidget(_number(str(len(cost)), "dim"), place, 3)
        self._costs.setColumnStretch(0, 1)

    def _fill_quality(self, told: Statistics) -> None:
        clear(self._quality)
        quality, shoes = told.progress.quality, told.progress.shoes
        if not shoes.posed:
            self._quality.addWidget(label(_NO_POSE, "dim", wraps=True), 0, 0)
            return
        for column_at, words in enumerate(("median", "nine of ten"), 1):
            self._quality.addWidget(_number(words, "small"), 0, column_at)
        iou, off = spread_of(quality.iou, high_is_good=True), spread_of(quality.contour_px, high_is_good=False)
        figures = (
            ("IoU with the outline", iou, "{:.3f}", "≥ {:.3f}"),
            ("Outline off", off, "{:.2f} px", "≤ {:.2f} px"),
        )
        for at, (words, spread, median, worst) in enumerate(figures, 1):
            self._quality.addWidget(label(words), at, 0)
            known = spread.median is not None
            self._quality.addWidget(_number(median.format(spread.median) if known else "–"), at, 1)
            self._quality.addWidget(_number(worst.format(spread.worst) if known else "–", "dim"), at, 2)
        self._quality.addWidget(label("Measured against an outline"), 3, 0)
        self._quality.addWidget(_number(f"{shoes.measured} of {shoes.posed}"), 3, 1)
        self._quality.addWidget(label("In doubt"), 4, 0)
        self._quality.addWidget(_number(f"{shoes.doubted} of {shoes.posed}"), 4, 1)
        for at, (kind, count) in enumerate(quality.doubts.most_common(5), 5):
            self._quality.addWidget(ElidedLabel(f"    {kind}", "dim"), at, 0)
            self._quality.addWidget(_number(str(count), "dim"), at, 1)
        self._quality.setColumnStretch(0, 1)

    def _fill_plots(self, told: Statistics) -> None:
        clear(self._plots)
        whole = told.costs["whole"]
        finished = {day: one.shoes for day, one in told.days.items() if one.shoes}
        edits = {day: one.edits for day, one in told.days.items() if one.edits}
        seconds_piece: QWidget = label(_NO_SHOE, "dim", wraps=True)
        days_piece: QWidget = label(_NO_DAY, "dim", wraps=True)
        if len(whole) or finished or edits:
            # pyqtgraph is loaded with the first plot: it would cost the start a third of a second.
            from gui.dialogs.statistics_plots import days_plot, seconds_plot

            if whole.median_seconds is not None:
                seconds_piece = seconds_plot(whole.seconds, whole.median_seconds)
            if finished or edits:
                words = "shoes finished" if finished else "edits"
                days_piece = days_plot(finished or edits, words=words)
        self._plots.addWidget(label("Seconds a shoe", "heading"), 0, 0)
        self._plots.addWidget(label("Shoes a day" if finished else "Edits a day", "heading"), 0, 1)
        for at, piece in enumerate((seconds_piece, days_piece)):
            self._plots.addWidget(piece, 1, at, Qt.AlignmentFlag.AlignTop)
            self._plots.setColumnStretch(at, 1)


def _number(text: str, role: str = "") -> QWidget:
    made = label(text, role)
    made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    if role != "small":
        theme.set_font(made, tabular=True)
    return made
