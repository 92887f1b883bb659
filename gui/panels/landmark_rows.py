"""The landmarks of a sneaker as rows: the key, the name, and how far the pose is from the click."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem

from core.labels.instance import Visibility
from gui import icons, theme
from gui.widgets.row_ground import is_under_pointer, paint_ground

ROW_PX = 22
GOOD_PX, BAD_PX = 2.0, 4.0
_ROW = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class LandmarkRow:
    """One landmark. miss_px: from the click to where the pose has it, None when unknown; without_px: rms of the others.

    visibility None: not clicked yet.
    """

    name: str
    number: int
    visibility: Visibility | None = None
    miss_px: float | None = None
    without_px: float | None = None
    sigma_px: float | None = None
    at_hand: bool = False
    is_suspect: bool = False

    @property
    def figure(self) -> str:
        """What stands at the right end."""
        if self.visibility is None:
            return "–"
        if self.visibility is Visibility.HIDDEN:
            return "hidden"
        return "clicked" if self.miss_px is None else f"{self.miss_px:.1f} px"

    @property
    def tip(self) -> str:
        """The whole story."""
        if self.visibility is None:
            return f"{self.name}: not clicked yet ({self.number} takes it to hand)"
        words = [f"{self.name}, clicked to ± {self.sigma_px:g} px"]
        if self.visibility is Visibility.HIDDEN:
            words.append("hidden: it says nothing of the pose")
        if self.miss_px is not None:
            words.append(f"{self.miss_px:.2f} px from where the pose has it")
        if self.without_px is not None:
            words.append(f"without it the others agree to {self.without_px:.2f} px")
        if self.is_suspect:
            words.append("this one looks wrong")
        return "\n".join(words)


class LandmarkRows(QListWidget):
    """`chosen(name)` when a row is clicked. It never takes the keys from the canvas."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("keypointRows")
        self.setAccessibleName("Landmarks")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setItemDelegate(_RowPainter(self))
        self._rows: tuple[LandmarkRow, ...] = ()
        self.itemClicked.connect(lambda item: self.chosen.emit(item.data(_ROW).name))

    @property
    def rows(self) -> tuple[LandmarkRow, ...]:
        """What is shown."""
        return self._rows

    def show_rows(self, rows: tuple[LandmarkRow, ...]) -> None:
        """Show others."""
        if rows == self._rows:
            return
        self._rows = rows
        while self.count() > len(rows):
            self.takeItem(self.count() - 1)
        while self.count() < len(rows):
            self.addItem(QListWidgetItem())
        for at, row in enumerate(rows):
            item = self.item(at)
            item.setData(_ROW, row)
            item.setText(row.name)
            item.setToolTip(row.tip)
            if row.at_hand:
                self.scrollToItem(item)
        self.setFixedHeight(min(len(rows), 8) * ROW_PX + 2 * self.frameWidth() + 4)


class _RowPainter(QStyledItemDelegate):
    """Paints a row."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: LandmarkRow | None = index.data(_ROW)
        if row is None:
            return
        colors, rect = theme.colors(), option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, rect.adjusted(4, 0, -4, 0), chosen=row.at_hand, under=is_under_pointer(option))
        painter.setFont(theme.font(theme.SMALL, bold=row.at_hand, tabular=True))
        painter.setPen(QColor(colors.dim))
        key = QRect(rect.left() + 12, rect.top(), 14, rect.height())
        painter.drawText(key, Qt.AlignmentFlag.AlignCenter, str(row.number))
        mark = QRect(key.right() + 6, rect.center().y() - 6, 14, 14)
        name, role = _mark_of(row)
        icons.icon(name, role).paint(painter, mark)
        figure = QRect(rect.right() - 72, rect.top(), 62, rect.height())
        painter.setPen(QColor(_figure_color(row)))
        painter.drawText(figure, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, row.figure)
        painter.setFont(theme.font(theme.NORMAL, bold=row.at_hand))
        painter.setPen(QColor(colors.text if row.visibility is not None or row.at_hand else colors.dim))
        words = QRect(mark.right() + 7, rect.top(), figure.left() - mark.right() - 9, rect.height())
        elided = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, elided)
        painter.restore()


def _mark_of(row: LandmarkRow) -> tuple[str, str]:
    if row.is_suspect:
        return "warning", "danger"
    if row.visibility is Visibility.HIDDEN:
        return "eye-off", "dim"
    return ("check", "success") if row.visibility is Visibility.VISIBLE else ("landmark", "disabled")


def _figure_color(row: LandmarkRow) -> str:
    colors = theme.colors()
    if row.miss_px is None or row.visibility is not Visibility.VISIBLE:
        return colors.dim
    if row.is_suspect or row.miss_px >= BAD_PX:
        return colors.danger
    return colors.success if row.miss_px < GOOD_PX else colors.warning
