"""Every command on a small sheet over the window: found by typing, run with Enter."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui import icons, theme
from gui.dialogs.command_match import Command, Found, find
from gui.widgets.key_cap import native
from gui.widgets.pieces import ElidedLabel, column
from gui.widgets.row_ground import is_chosen, is_under_pointer, paint_ground

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole
ROW_PX, HEADING_PX = 30, 26
_WIDTH_PX, _SHOWN_ROWS, _MARGIN_PX = 640, 12, 48
_GROUP_PX, _KEYS_PX, _LEAST_REASON_PX = 60, 116, 48
_SHADOW_PX = 18
_BETWEEN_PX = 32
_ENDS = "Enter runs it · Esc closes"
_NOTHING = "No command is called that. Backspace takes a letter back."
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}


class CommandPalette(QWidget):
    """Lies over the whole of `window`, so that a click beside the sheet closes it and does nothing else.

    `chosen(command id)` comes after the sheet is gone and the focus is back where it was.
    """

    chosen = Signal(str)

    def __init__(self, window: QWidget, commands: tuple[Command, ...], *, recent: tuple[str, ...] = ()) -> None:
        super().__init__(window)
        self.setObjectName("commandPalette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._commands = commands
        self._recent = recent
        self._window = window
        self._before = window.focusWidget()
        self._rows = _Rows()
        self._card = QFrame(self)
        self._card.setObjectName("paletteSheet")
        self._card.setProperty("role", "sheet")
        self._search = _Search()
        self._search.textChanged.connect(lambda _: self._fill())
        self._search.pressed.connect(self._on_key)
        self._view = _make_view(self._rows)
        self._view.clicked.connect(lambda index: self._run(index))
        self._view.selectionModel().currentChanged.connect(lambda *_: self._say())
        self._foot = ElidedLabel("", "small")
        self._layout = column(self._card, margin=8, spacing=8)
        for piece in (self._search, self._view, self._foot):
            self._layout.addWidget(piece)
        window.installEventFilter(self)
        self._fill()

    def open(self) -> None:
        """Show it over the window, the cursor in its field."""
        self.show()
        self.raise_()
        self._search.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Grows and shrinks with the window."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Beside the sheet."""
        self._leave()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A shadow round the sheet."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 12 if theme.colors().name == "dark" else 5))
        for spread in range(_SHADOW_PX, 0, -2):
            grown = self._card.geometry().adjusted(-spread, -spread + 4, spread, spread + 4)
            painter.drawRoundedRect(grown, 8 + spread, 8 + spread)

    def _place(self) -> None:
        window = self._window
        self.setGeometry(window.rect())
        width = min(_WIDTH_PX, window.width() - 2 * _MARGIN_PX)
        top = max(_MARGIN_PX, window.height() // 9)
        room = window.height() - top - _MARGIN_PX
        others = self._search.sizeHint().height() + self._foot.sizeHint().height() + _BETWEEN_PX
        rows = min(_SHOWN_ROWS, self._rows.rowCount())
        self._view.setFixedHeight(max(min(rows * ROW_PX, room - others), ROW_PX))
        self._view.setVisible(rows > 0)
        self._layout.activate()
        self._card.setGeometry((window.width() - width) // 2, top, width, self._card.sizeHint().height())
        self.update()

    def _fill(self) -> None:
        found = find(self._commands, self._search.text(), recent=self._recent)
        self._rows.show(found if self._search.text().strip() else _in_sections(found, self._recent))
        self._place()
        self._go_to(0)
        self._say()

    def _say(self) -> None:
        row = self._view.currentIndex().data(ROW)
        if not self._rows.rowCount():
            self._foot.setText(_NOTHING)
        else:
            self._foot.setText(row.command.reason if isinstance(row, Found) and row.command.reason else _ENDS)

    def _on_key(self, key: int) -> None:
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self._view.currentIndex())
        elif key in _STEPS:
            self._step(_STEPS[Qt.Key(key)])
        else:
            self._leave()

    def _step(self, by: int) -> None:
        """Commands on: one by one round from the last to the first, page by page no farther than the end."""
        places = self._rows.places
        if places:
            at = places.index(self._view.currentIndex().row()) + by
            self._go_to(at % len(places) if abs(by) == 1 else min(max(at, 0), len(places) - 1))

    def _go_to(self, at: int) -> None:
        """Choose the command of that number, headings not counted."""
        if self._rows.places:
            index = self._rows.index(self._rows.places[at])
            self._view.setCurrentIndex(index)
            self._view.scrollTo(index if at else self._rows.index(0))

    def _run(self, index: QModelIndex) -> None:
        row = index.data(ROW) if index.isValid() else None
        if isinstance(row, Found) and not row.command.reason:
            self._leave()
            self.chosen.emit(row.command.id)
        else:
            self._search.setFocus()

    def _leave(self) -> None:
        self.close()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus()


class _Search(QLineEdit):
    """`pressed(key)` for the keys that are the sheet's; no other key of the window works while it has the focus."""

    pressed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("paletteSearch")
        self.setAccessibleName("Find a command")
        self.setPlaceholderText("Find a command: what it does, its menu or its key")
        self.addAction(icons.icon("search", "dim"), QLineEdit.ActionPosition.LeadingPosition)
        self.setMinimumHeight(32)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def focusNextPrevChild(self, onward: bool) -> bool:
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        again = key == Qt.Key.Key_K and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if again or key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter) or key in _STEPS:
            self.pressed.emit(key)
        else:
            super().keyPressEvent(event)


class _Rows(QAbstractListModel):
    """Commands, and headings (texts) between them. places: the rows that are commands."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Found | str] = []
        self.places: list[int] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if isinstance(row, str):
            return row if role == Qt.ItemDataRole.DisplayRole else None
        command = row.command
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return command.text
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(part for part in (command.text, command.group, *command.keys, command.reason) if part)
            case Qt.ItemDataRole.ToolTipRole:
                return command.reason or None
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) if isinstance(index.data(ROW), Found) else Qt.ItemFlag.NoItemFlags

    def show(self, rows: list[Found | str] | list[Found]) -> None:
        """Take other rows."""
        self.beginResetModel()
        self._rows = list(rows)
        self.places = [at for at, row in enumerate(rows) if isinstance(row, Found)]
        self.endResetModel()


class _RowPainter(QStyledItemDelegate):
    """A row: what it does and, if it cannot be done now, why not; its menu; its first key."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, HEADING_PX if isinstance(index.data(ROW), str) else ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Found | str = index.data(ROW)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(row, str):
            painter.setFont(theme.font(theme.SMALL, bold=True))
            painter.setPen(theme.color("dim"))
            painter.drawText(rect.adjusted(12, 4, 0, 0), Qt.AlignmentFlag.AlignVCenter, row)
        else:
            under = is_under_pointer(option)
            paint_ground(painter, rect.adjusted(0, 1, 0, -1), chosen=is_chosen(option), under=under)
            _paint_command(painter, rect.adjusted(12, 0, -10, 0), row)
        painter.restore()


def _paint_command(painter: QPainter, rect: QRect, row: Found) -> None:
    command, colors = row.command, theme.colors()
    quiet = colors.disabled if command.reason else colors.dim
    picture = "check" if command.ticked else command.icon
    if picture:
        color = colors.accent if command.ticked and not command.reason else quiet
        mark = icons.pixmap(picture, color, ratio=painter.device().devicePixelRatioF())
        painter.drawPixmap(rect.left(), rect.center().y() - icons.SIZE_PX // 2 + 1, mark)
    keys = QRect(rect.right() - _KEYS_PX, rect.top(), _KEYS_PX, rect.height())
    group = QRect(keys.left() - _GROUP_PX, rect.top(), _GROUP_PX, rect.height())
    words = QRect(rect.left() + 26, rect.top(), group.left() - rect.left() - 34, rect.height())
    used = _paint_text(painter, words, row)
    painter.setFont(theme.font(theme.SMALL))
    painter.setPen(QColor(quiet))
    painter.drawText(group, Qt.AlignmentFlag.AlignVCenter, command.group)
    why = words.adjusted(used + 12, 0, 0, 0)
    if command.reason and why.width() > _LEAST_REASON_PX:
        painter.setPen(QColor(colors.dim))
        text = painter.fontMetrics().elidedText(command.reason, Qt.TextElideMode.ElideRight, why.width())
        painter.drawText(why, Qt.AlignmentFlag.AlignVCenter, text)
    if command.keys:
        _paint_key(painter, keys, native(command.keys[0]), color=colors.disabled if command.reason else colors.text)


def _paint_text(painter: QPainter, place: QRect, row: Found) -> int:
    """The text, the letters that were typed in the accent's colour; how wide it came out, px."""
    colors = theme.colors()
    plain, marked = theme.font(), theme.font(bold=True)
    painter.setFont(plain)
    text = painter.fontMetrics().elidedText(row.command.text, Qt.TextElideMode.ElideRight, place.width())
    at = place.left()
    for part, is_marked in _runs(text, row.letters):
        painter.setFont(marked if is_marked else plain)
        color = colors.disabled if row.command.reason else colors.accent if is_marked else colors.text
        painter.setPen(QColor(color))
        painter.drawText(QRect(at, place.top(), place.width(), place.height()), Qt.AlignmentFlag.AlignVCenter, part)
        at += painter.fontMetrics().horizontalAdvance(part)
    return at - place.left()


def _runs(text: str, letters: frozenset[int]) -> list[tuple[str, bool]]:
    runs: list[tuple[str, bool]] = []
    for at, letter in enumerate(text):
        is_marked = at in letters
        if runs and runs[-1][1] is is_marked:
            runs[-1] = runs[-1][0] + letter, is_marked
        else:
            runs.append((letter, is_marked))
    return runs


def _paint_key(painter: QPainter, place: QRect, key: str, *, color: str) -> None:
    painter.setFont(theme.font(theme.SMALL))
    metrics = painter.fontMetrics()
    cap = QRectF(0, 0, metrics.horizontalAdvance(key) + 12, metrics.height() + 4)
    cap.moveCenter(QRectF(place).center())
    cap.moveRight(place.right())
    painter.setPen(theme.color("line"))
    painter.setBrush(theme.color("hover"))
    painter.drawRoundedRect(cap, 4, 4)
    painter.setPen(QColor(color))
    painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)


def _make_view(rows: _Rows) -> QListView:
    view = QListView()
    view.setObjectName("paletteRows")
    view.setAccessibleName("Commands")
    view.setModel(rows)
    view.setItemDelegate(_RowPainter(view))
    view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    view.setMouseTracking(True)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    return view


def _in_sections(found: list[Found], recent: tuple[str, ...]) -> list[Found | str]:
    """What was used lately first, the latest at the top; nothing stands twice."""
    by_id = {one.command.id: one for one in found}
    lately = [by_id[name] for name in recent if name in by_id]
    if not lately:
        return list(found)
    others = [one for one in found if one not in lately]
    return ["Used lately", *lately, "All commands", *others]
