"""The photos of the open project: found by name or status, opened with a click or the arrow keys, picked in number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QListView, QStackedWidget, QWidget

from core.document.edit import Edit
from core.labels.photo import Photo, PhotoEntry
from gui import icons, theme
from gui.panels.photo_row_painter import PhotoRowPainter
from gui.panels.photo_rows import FILTER_WORDS, Filter, PhotoRows
from gui.panels.thumbnails import Thumbnails
from gui.session import Session
from gui.widgets.following import follow, follow_edits, later
from gui.widgets.pieces import ElidedLabel, EmptyState, as_panel, column, row

NO_PROJECT = "No project is open.\nBegin or open one on the page beside."
NO_PHOTOS = "No photos yet.\nDrop files or folders here, or use File > Add photos…"
FILTER_MS = 120


class PhotoList(QWidget):
    """`chosen(photo_id)` when the user picks a photo; the window opens it. `add_requested` from the empty list.

    `filter_changed(count)` when other photos are shown. `menu_requested(photo ids, at)` on a right click or the Menu
    key: for the photos that are picked when one of them is meant, else for the one under the pointer alone, which is
    not opened by that.
    """

    chosen = Signal(str)
    add_requested = Signal()
    filter_changed = Signal(int)
    menu_requested = Signal(object, QPoint)

    def __init__(self, session: Session, thumbnails: Thumbnails | None = None) -> None:
        super().__init__()
        as_panel(self, "photoList")
        self._session = session
        self._rows = PhotoRows()
        self._touched: set[str] = set()
        self._painter = PhotoRowPainter(thumbnails)
        self._filter = self._make_filter()
        self._view = self._make_view()
        self._empty = EmptyState("photoListEmpty", "photo")
        self._empty.act_button.clicked.connect(lambda: self._on_empty_act())
        self._footer = ElidedLabel("", "small")
        self._pages = QStackedWidget()
        self._pages.addWidget(self._view)
        self._pages.addWidget(self._empty)
        layout = column(self, margin=0, spacing=0)
        top = row(self._filter)
        top.setContentsMargins(8, 8, 8, 4)
        bottom = row(self._footer)
        bottom.setContentsMargins(12, 4, 12, 8)
        layout.addLayout(top)
        layout.addWidget(self._pages, 1)
        layout.addLayout(bottom)
        self._later = later(self, self._catch_up)
        if thumbnails:
            thumbnails.ready.connect(lambda _: self._view.viewport().update())
        follow(self, session.signals.photo_changed, lambda _: self._later.start())
        follow_edits(self, session, opened=self._open_document, edited=self._on_edit)

    @property
    def shown_ids(self) -> tuple[str, ...]:
        """The photos the filter lets through, in order."""
        return self._rows.shown_ids

    @property
    def chosen_ids(self) -> tuple[str, ...]:
        """The photos picked in the list, in its order; the open one is always among them."""
        rows = sorted(index.row() for index in self._view.selectionModel().selectedIndexes())
        return tuple(self._rows.photo_id(row) for row in rows)

    @property
    def is_idle(self) -> bool:
        """Whether every small picture asked for has come."""
        thumbnails = self._painter.thumbnails
        return thumbnails is None or thumbnails.is_idle

    def mark_meant(self, photo_ids: Sequence[str]) -> None:
        """Show which photos a menu is about; none when it is closed."""
        self._painter.meant_ids = frozenset(photo_ids)
        self._view.viewport().update()

    def show_pictures(self, thumbnails: Thumbnails | None) -> None:
        """With or without small pictures."""
        self._painter.thumbnails = thumbnails
        if thumbnails is not None:
            thumbnails.ready.connect(lambda _: self._view.viewport().update())
        self._view.doItemsLayout()

    def look_again(self) -> None:
        """Try once more for pictures that could not be read: files may have come back."""
        if self._painter.thumbnails is not None:
            self._painter.thumbnails.forget()
        self._view.viewport().update()

    def _make_filter(self) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName("photoFilter")
        field.setAccessibleName("Filter photos")
        field.setPlaceholderText("Filter: name or status")
        words = ", ".join(FILTER_WORDS)
        field.setToolTip(
            f"Parts of a name, or one of: {words}. A minus turns a word round: -checked. Enter: apply again"
        )
        field.setClearButtonEnabled(True)
        field.addAction(icons.icon("search", "dim"), QLineEdit.ActionPosition.LeadingPosition)
        wait = later(field, self._apply_filter, milliseconds=FILTER_MS)
        field.textChanged.connect(lambda: wait.start())
        field.returnPressed.connect(self._apply_filter)
        return field

    def _make_view(self) -> QListView:
        view = _PhotoView()
        view.menu_wanted.connect(self._on_menu)
        view.setObjectName("photoRows")
        view.setAccessibleName("Photos")
        view.setModel(self._rows)
        view.setItemDelegate(self._painter)
        view.setUniformItemSizes(True)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setMouseTracking(True)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.selectionModel().currentChanged.connect(self._on_current)
        return view

    def _open_document(self) -> None:
        self._filter.clear()
        self._rows.use_filter(Filter())
        self._catch_up()

    def _on_edit(self, edit: Edit) -> None:
        self._touched |= {value.id for change in edit.changes for value in change if isinstance(value, Photo)}
        self._later.start()

    def _catch_up(self) -> None:
        """Once a turn of the event loop, however many edits there were in it."""
        touched, self._touched = self._touched, set()
        entries: Mapping[str, PhotoEntry] = self._session.project.entries
        if self._rows.show(entries, touched=touched):
            self.filter_changed.emit(self._rows.rowCount())
        self._show_current()
        self._say_state()

    def _apply_filter(self) -> None:
        self._rows.use_filter(Filter.of(self._filter.text()), keep=self._session.photo_id)
        self._show_current()
        self._say_state()
        self.filter_changed.emit(self._rows.rowCount())

    def _show_current(self) -> None:
        at = self._rows.row_of(self._session.photo_id)
        model = self._view.selectionModel()
        if at is None:
            model.clear()
        elif model.currentIndex().row() != at or not model.isRowSelected(at):
            index = self._rows.index(at)
            model.blockSignals(True)
            model.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            model.blockSignals(False)
            self._view.scrollTo(index)
            self._view.viewport().update()

    def _on_current(self, current: QModelIndex, before: QModelIndex) -> None:
        if current.isValid():
            photo_id = self._rows.photo_id(current.row())
            if photo_id != self._session.photo_id:
                self.chosen.emit(photo_id)

    def _on_menu(self, at_row: int, at: QPoint) -> None:
        photo_id, chosen = self._rows.photo_id(at_row), self.chosen_ids
        self.menu_requested.emit(chosen if photo_id in chosen else (photo_id,), at)

    def _on_empty_act(self) -> None:
        if self._rows.total:
            self._filter.clear()
            self._apply_filter()
        else:
            self.add_requested.emit()

    def _say_state(self) -> None:
        total, shown = self._rows.total, self._rows.rowCount()
        self._pages.setCurrentIndex(0 if shown else 1)
        self._filter.setEnabled(bool(total))
        if self._session.document is None:
            self._empty.say(NO_PROJECT)
        elif not total:
            self._empty.say(NO_PHOTOS, act="Add photos…")
        elif not shown:
            self._empty.say("No photo fits the filter.", act="Show all photos")
        at = self._rows.row_of(self._session.photo_id)
        place = "–" if at is None else f"{at + 1:,}"
        of = f"{shown:,}" if shown == total else f"{shown:,} shown of {total:,}"
        self._footer.setText(f"{place} / {of}" if total else "")
        theme.set_font(self._footer, theme.SMALL, tabular=True)


class _PhotoView(QListView):
    """`menu_wanted(row, at)`; the right button neither opens a photo nor picks one."""

    menu_wanted = Signal(int, QPoint)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.RightButton:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.RightButton:
            super().mouseReleaseEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            at = self.visualRect(index).center() if by_key else event.pos()
            self.menu_wanted.emit(index.row(), self.viewport().mapToGlobal(at))
