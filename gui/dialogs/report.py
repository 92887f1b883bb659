"""What an import or export took, changed and refused, as a table, in the words of the one or the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from core.formats.report import Outcome, Report, ReportLine
from gui import icons, theme
from gui.widgets.pieces import button, label
from gui.widgets.sheet import Sheet

Looks = Mapping[Outcome, tuple[str, str, str]]  # icon, its colour, and what the outcome is called
IMPORTED: Looks = {
    Outcome.TAKEN: ("check", "success", "taken"),
    Outcome.CHANGED: ("warning", "warning", "changed"),
    Outcome.REFUSED: ("reject", "danger", "refused"),
    Outcome.NOTED: ("info", "warning", "noted"),
}
# What a format cannot hold is no failure of whoever exports.
EXPORTED: Looks = {
    Outcome.TAKEN: ("check", "success", "written"),
    Outcome.CHANGED: ("info", "dim", "adapted"),
    Outcome.REFUSED: ("info", "warning", "left out"),
    Outcome.NOTED: ("info", "warning", "noted"),
}
_ORDER = (Outcome.REFUSED, Outcome.CHANGED, Outcome.NOTED, Outcome.TAKEN)
_BETWEEN = ", "  # a format and the place in its file
_ROOM_PX = 8  # between rows, and beside the outcome
MOST_TAKEN = 200  # of what went well a few lines are enough
MOST_NAMED = 30  # files in one tip


class ReportTable(QWidget):
    """The summary and its lines, the troubles first."""

    def __init__(self, looks: Looks = IMPORTED) -> None:
        super().__init__()
        self._looks = looks
        self.setObjectName("reportTable")
        self._title = label("", "success", wraps=True)
        self._title.setObjectName("reportTitle")
        self._summary = label("", wraps=True)
        self._summary.setObjectName("reportSummary")
        self._table = QTableWidget(0, 4)
        self._table.setObjectName("reportLines")
        self._table.setAccessibleName("What was taken, changed and refused")
        self._table.setHorizontalHeaderLabels(["", "File", "Where", "What and why"])
        self._table.verticalHeader().hide()
        self._table.setShowGrid(False)
        self._table.setWordWrap(True)
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = self._table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(1, 160)
        header.resizeSection(2, 170)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._summary)
        layout.addWidget(self._table, 1)

    def show_report(self, report: Report, *, title: str = "", role: str = "success", summary: str = "") -> None:
        """Show every trouble and the first of what went well; above it the title in its role, and a summary.

        Without a summary of the caller's there are the counts.
        """
        self._title.setText(title)
        self._title.setVisible(bool(title))
        theme.set_role(self._title, role)
        self._summary.setText(summary or report.summary)
        lines = rows_of(report)
        self._table.setRowCount(len(lines))
        for at, one in enumerate(lines):
            icon, color, word = self._looks[one.line.outcome]
            self._table.setItem(at, 0, QTableWidgetItem(icons.icon(icon, color), word))
            tips = "\n".join((*one.files[:MOST_NAMED], *(("…",) if len(one.files) > MOST_NAMED else ())))
            texts = ((one.file_words, tips), (one.place, one.place), (one.line.reason, one.line.reason))
            for column, (text, tip) in enumerate(texts, 1):
                item = QTableWidgetItem(text)
                item.setToolTip(tip)
                self._table.setItem(at, column, item)
        self._table.setVisible(bool(lines))
        self._table.setColumnWidth(0, self._table.sizeHintForColumn(0) + _ROOM_PX)
        self._table.resizeRowsToContents()
        for at in range(len(lines)):
            self._table.setRowHeight(at, self._table.rowHeight(at) + _ROOM_PX)


@dataclass(slots=True)
class Row:
    """One trouble with all the files and formats that have it, or one thing that went well."""

    line: ReportLine
    files: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)

    @property
    def file_words(self) -> str:
        """The file's name, or how many there are."""
        return PurePath(self.line.file).name if len(self.files) == 1 else f"{len(self.files)} files"

    @property
    def place(self) -> str:
        """Where in the file, the formats first: "COCO and BOP, instance 2 (sneaker)"."""
        *others, last = self.formats
        words = f"{', '.join(others)} and {last}" if others else last
        return ", ".join(part for part in (words, _within(self.line)) if part)


def rows_of(report: Report) -> list[Row]:
    """The troubles first, each once; then what went well, one by one."""
    rows: dict[tuple[str, ...], Row] = {}
    for line in (line for outcome in _ORDER for line in report.lines if line.outcome is outcome):
        alike = (line.outcome.value, _within(line), line.reason)
        row = rows.setdefault((*alike, line.file) if line.outcome is Outcome.TAKEN else alike, Row(line))
        for value, kept in ((line.file, row.files), (_format(line), row.formats)):
            if value not in kept:
                kept.append(value)
    shown = list(rows.values())
    troubles = sum(row.line.outcome is not Outcome.TAKEN for row in shown)
    return shown[: troubles + MOST_TAKEN]


def left_out_words(report: Report) -> str:
    """What an export left out: the one thing with why, or where that is told; that nothing was."""
    rows = [row for row in rows_of(report) if row.line.outcome is Outcome.REFUSED]
    if not rows:
        return "Nothing was left out."
    if len(rows) == 1:
        (row,) = rows
        where = ", ".join(part for part in (row.file_words, row.place) if part)
        return f"Left out: {where}: {row.line.reason.rstrip('.')}."
    return "Something was left out: the first lines say what, why, and how to include it."


def _format(line: ReportLine) -> str:
    """The format that is named before the place, "" without one."""
    return line.key.rpartition(_BETWEEN)[0]


def _within(line: ReportLine) -> str:
    return line.key.rpartition(_BETWEEN)[2]


class ReportDialog(Sheet):
    """A report by itself."""

    def __init__(self, report: Report, parent: QWidget | None = None) -> None:
        super().__init__("reportDialog", report.title, parent)
        table = ReportTable()
        table.show_report(report)
        self.add(table, 1)
        copy = button("reportCopy", "Copy as text", icon_name="copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report.text()))
        self.end_with("Close", cancel="", also=(copy,))
        self.resize(760, 460)
