"""What an import or export took, changed and refused, as a table that can be sorted and copied."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from core.formats.report import Outcome, Report, ReportLine
from gui import icons
from gui.widgets.pieces import button, label
from gui.widgets.sheet import Sheet

_LOOK = {
    Outcome.TAKEN: ("check", "success"),
    Outcome.CHANGED: ("warning", "warning"),
    Outcome.REFUSED: ("reject", "danger"),
    Outcome.NOTED: ("info", "warning"),
}
_ORDER = (Outcome.REFUSED, Outcome.CHANGED, Outcome.NOTED, Outcome.TAKEN)
_ROOM_PX = 8  # between rows, and beside the outcome
MOST_TAKEN = 200  # of what went well a few lines are enough
MOST_NAMED = 30  # files in one tip


class ReportTable(QWidget):
    """The summary and its lines, the troubles first."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("reportTable")
        self._summary = label("", wraps=True)
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
        layout.addWidget(self._summary)
        layout.addWidget(self._table, 1)

    def show_report(self, report: Report) -> None:
        """Show every trouble and the first of what went well."""
        self._summary.setText(report.summary)
        lines = _rows(report)
        self._table.setRowCount(len(lines))
        for at, (line, files) in enumerate(lines):
            first = QTableWidgetItem(icons.icon(*_LOOK[line.outcome]), line.outcome.value)
            self._table.setItem(at, 0, first)
            name = PurePath(line.file).name if len(files) == 1 else f"{len(files)} files"
            tips = "\n".join((*files[:MOST_NAMED], *(("…",) if len(files) > MOST_NAMED else ())))
            for column, (text, tip) in enumerate(((name, tips), (line.key, line.key), (line.reason, line.reason)), 1):
                item = QTableWidgetItem(text)
                item.setToolTip(tip)
                self._table.setItem(at, column, item)
        self._table.setVisible(bool(lines))
        self._table.setColumnWidth(0, self._table.sizeHintForColumn(0) + _ROOM_PX)
        self._table.resizeRowsToContents()
        for at in range(len(lines)):
            self._table.setRowHeight(at, self._table.rowHeight(at) + _ROOM_PX)


def _rows(report: Report) -> list[tuple[ReportLine, list[str]]]:
    """The troubles first, each once, with all the files that have it; then what went well, one by one."""
    rows: dict[tuple[str, ...], tuple[ReportLine, list[str]]] = {}
    for line in (line for outcome in _ORDER for line in report.lines if line.outcome is outcome):
        alike = (line.outcome.value, line.key, line.reason)
        alone = (*alike, line.file) if line.outcome is Outcome.TAKEN else alike
        files = rows.setdefault(alone, (line, []))[1]
        if line.file not in files:
            files.append(line.file)
    shown = list(rows.values())
    troubles = sum(line.outcome is not Outcome.TAKEN for line, _ in shown)
    return shown[: troubles + MOST_TAKEN]


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
