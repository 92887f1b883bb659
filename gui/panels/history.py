"""The edits of the project as a list: a click goes back to how it was after that edit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStackedWidget,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from core.document.store import HistoryLine
from gui import theme
from gui.session import Session
from gui.widgets.following import follow_edits, later, soon
from gui.widgets.pieces import EmptyState, as_panel, column
from gui.widgets.row_ground import is_under_pointer, paint_ground

ROW_PX = 24
LINE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


class HistoryPanel(QWidget):
    """Row 0 is the state before every edit; the row of the state that holds now is marked."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        as_panel(self, "historyPanel")
        self._session = session
        self._lines = _Lines()
        self._view = QListView()
        self._view.setObjectName("historyRows")
        self._view.setAccessibleName("History of edits")
        self._view.setModel(self._lines)
        self._view.setItemDelegate(_LinePainter())
        self._view.setUniformItemSizes(True)
        self._view.setMouseTracking(True)
        self._view.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._view.setToolTip("A click goes back, or forth again, to how it was after that edit")
        self._view.clicked.connect(lambda index: self._go_to(index.row()))
        self._view.activated.connect(lambda index: self._go_to(index.row()))
        self._empty = EmptyState("historyEmpty", "clock")
        self._empty.say("Nothing was changed yet.")
        self._pages = QStackedWidget()
        self._pages.addWidget(self._view)
        self._pages.addWidget(self._empty)
        column(self, margin=0, spacing=0).addWidget(self._pages)
        self._later = later(self, self._catch_up)
        follow_edits(self, session, opened=lambda: soon(self._later), edited=lambda _: soon(self._later))
        self._catch_up()

    def _catch_up(self) -> None:
        document = self._session.document
        done = document.history.done if document else ()
        undone = document.history.undone if document else ()
        self._lines.show((*done, *undone), now=len(done))
        self._pages.setCurrentIndex(0 if done or undone else 1)
        self._view.scrollTo(self._lines.index(len(done)))

    def _go_to(self, row: int) -> None:
        document = self._session.document
        if document is None:
            return
        self._session.escape()
        steps = row - len(document.history.done)
        for _ in range(abs(steps)):
            if (document.redo() if steps > 0 else document.undo()) is None:
                return


class _Lines(QAbstractListModel):
    """The log's lines; only what differs from the lines before is told of."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[HistoryLine, ...] = ()
        self.now = 0

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._lines) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._lines[index.row() - 1] if index.row() else None
        if role == Qt.ItemDataRole.DisplayRole:
            return line.label if line else "As it was opened"
        return line if role == LINE else None

    def show(self, lines: tuple[HistoryLine, ...], *, now: int) -> None:
        """Take other lines; `now` of them are done."""
        same = 0
        for old, new in zip(self._lines, lines, strict=False):
            if old != new:
                break
            same += 1
        if same < len(self._lines):
            self.beginRemoveRows(QModelIndex(), same + 1, len(self._lines))
            self._lines = self._lines[:same]
            self.endRemoveRows()
        if same < len(lines):
            self.beginInsertRows(QModelIndex(), same + 1, len(lines))
            self._lines = lines
            self.endInsertRows()
        self.now = now
        self.dataChanged.emit(self.index(0), self.index(len(lines)))


class _LinePainter(QStyledItemDelegate):
    """A line: what was done, when; dim when it is undone, marked when it is where the project stands."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colors = theme.colors()
        lines = index.model()
        assert isinstance(lines, _Lines)
        rect: QRect = option.rect
        current, undone = index.row() == lines.now, index.row() > lines.now
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        under = is_under_pointer(option)
        paint_ground(painter, rect.adjusted(4, 0, -4, -1), chosen=current, under=under)
        line: HistoryLine | None = index.data(LINE)
        when = _clock(line.at) if line else ""
        painter.setFont(theme.font(theme.SMALL, tabular=True))
        painter.setPen(QColor(colors.disabled if undone else colors.dim))
        width = painter.fontMetrics().horizontalAdvance(when)
        painter.drawText(rect.adjusted(0, 0, -12, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, when)
        painter.setFont(theme.font())
        painter.setPen(QColor(colors.disabled if undone else colors.text))
        words = rect.adjusted(16, 0, -20 - width, 0)
        text = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()


def _clock(at: str) -> str:
    """Local time of the day, or the date of another day; "" for what is no time."""
    try:
        when = datetime.fromisoformat(at).astimezone()
    except ValueError:
        return ""
    today = datetime.now().astimezone().date() == when.date()
    return f"{when:%H:%M}" if today else f"{when:%d %b}"
