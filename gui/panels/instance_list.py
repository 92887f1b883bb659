"""The instances of the photo that is shown: chosen, hidden and locked here as on the canvas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStackedWidget, QWidget

from core.document.edit import Edit
from gui import theme
from gui.live_overlap import Figure
from gui.panels.instance_row_painter import InstanceRowPainter, Places
from gui.panels.instance_rows import InstanceRows
from gui.session import Session
from gui.tools.drag import SKETCH_ID
from gui.widgets.following import follow, follow_edits, later, soon
from gui.widgets.pieces import EmptyState, as_panel, column

_TABS_PX = 276
_SELECT = QItemSelectionModel.SelectionFlag


class InstanceList(QWidget):
    """Two-way with the session's selection; `menu_requested(instance_id, at)` on a right click.

    `opened(instance_id)` on a double click or Enter: the window zooms to it. figures: what is known of how well the
    posed ones cover their outlines, by instance id; `look_again` when there is more of it.
    """

    menu_requested = Signal(str, QPoint)
    opened = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        as_panel(self, "instanceList")
        self.figures: Callable[[], Mapping[str, Figure]] = dict
        self._session = session
        self._rows = InstanceRows()
        self._painter = InstanceRowPainter()
        self._view = _InstanceView(self._rows, self._painter)
        self._view.acted.connect(self._on_act)
        self._view.selectionModel().selectionChanged.connect(lambda *_: self._on_selection())
        self._view.activated.connect(lambda index: self.opened.emit(self._rows.instance_id(index.row())))
        self._view.customContextMenuRequested.connect(self._on_menu)
        self._selecting = False
        self._empty = EmptyState("instanceListEmpty", "polygon")
        self._pages = QStackedWidget()
        self._pages.addWidget(self._view)
        self._pages.addWidget(self._empty)
        layout = column(self, margin=0, spacing=0)
        layout.addWidget(self._pages)
        self._later = later(self, self._catch_up)
        signals = session.signals
        follow(self, signals.shown_changed, lambda _: soon(self._later))
        follow(self, signals.selection_changed, lambda _: soon(self._later))
        follow(self, signals.view_changed, lambda _: soon(self._later))
        follow_edits(self, session, opened=self._later.start, edited=lambda _: soon(self._later))
        theme.on_change().changed.connect(self._give_room)
        self._give_room()
        self._catch_up()

    def look_again(self) -> None:
        """Ask for the figures anew."""
        soon(self._later)

    def _give_room(self, _: object = None) -> None:
        """The panels below stand in tabs: with larger letters their names need more room."""
        wide = theme.scaled(_TABS_PX)
        self.setMinimumWidth(wide if wide > _TABS_PX else 0)

    def _catch_up(self) -> None:
        """Once a turn of the event loop, however many previews there were in it."""
        photo = self._session.shown
        self._selecting = True
        self._rows.hide(self._session.view.hidden_ids)
        instances = photo.instances if photo else ()
        if instances and instances[-1].id == SKETCH_ID:
            instances = instances[:-1]
        self._rows.show(instances, self._session.project)
        self._rows.show_figures(self.figures())
        self._selecting = False
        self._show_selection()
        self._say_state()

    def _show_selection(self) -> None:
        rows = self._rows.rows_of(self._session.selection)
        model = self._view.selectionModel()
        if {index.row() for index in model.selectedIndexes()} == set(rows):
            return
        self._selecting = True
        chosen = QItemSelection()
        for at in rows:
            chosen.select(self._rows.index(at), self._rows.index(at))
        model.select(chosen, _SELECT.ClearAndSelect)
        if rows:
            model.setCurrentIndex(self._rows.index(rows[-1]), _SELECT.NoUpdate)
            self._view.scrollTo(self._rows.index(rows[-1]))
        self._selecting = False

    def _on_selection(self) -> None:
        if self._selecting:
            return
        current = self._view.currentIndex()
        chosen = [self._rows.instance_id(index.row()) for index in self._view.selectionModel().selectedIndexes()]
        last = self._rows.instance_id(current.row()) if current.isValid() else None
        kept = [i for i in self._session.selection if i in chosen and i != last]
        new = [i for i in chosen if i not in kept and i != last]
        self._session.select(*kept, *new, *([last] if last in chosen else []))

    def _on_act(self, act: str, row: int) -> None:
        instance_id = self._rows.instance_id(row)
        if act == "eye":
            hidden = self._session.view.hidden_ids ^ {instance_id}
            self._session.look(replace(self._session.view, hidden_ids=hidden))
            return
        photo = self._session.photo
        instance = photo.find(instance_id) if photo else None
        if photo is None or instance is None:
            return
        locks = "locked" not in instance.flags
        after = photo.with_instance(instance.with_flag("locked", locks))
        self._session.commit(Edit.of("Lock" if locks else "Unlock", photo, after))

    def _on_menu(self, at: QPoint) -> None:
        index = self._view.indexAt(at)
        if index.isValid():
            self.menu_requested.emit(self._rows.instance_id(index.row()), self._view.viewport().mapToGlobal(at))

    def _say_state(self) -> None:
        self._pages.setCurrentIndex(0 if self._rows.rowCount() else 1)
        if self._session.photo_id is None:
            self._empty.say("No photo is open.")
        else:
            self._empty.say("Nothing outlined yet.\nS finds the sneakers,\nG outlines a box, P draws a polygon.")


class _InstanceView(QListView):
    """`acted("eye" | "lock", row)` when one of the icons is clicked; such a click selects nothing."""

    acted = Signal(str, int)

    def __init__(self, rows: InstanceRows, painter: InstanceRowPainter) -> None:
        super().__init__()
        self.setObjectName("instanceRows")
        self.setAccessibleName("Instances")
        self.setModel(rows)
        self.setItemDelegate(painter)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._pressed_act = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        index = self.indexAt(at)
        act = Places.within(self.visualRect(index)).act_at(at) if index.isValid() else ""
        self._pressed_act = bool(act) and event.button() == Qt.MouseButton.LeftButton
        if self._pressed_act:
            self.acted.emit(act, index.row())
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._pressed_act:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._pressed_act:
            super().mouseReleaseEvent(event)
        self._pressed_act = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if Places.within(self.visualRect(self.indexAt(event.position().toPoint()))).act_at(event.position().toPoint()):
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index: QModelIndex = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and index.isValid():
            self.acted.emit("eye", index.row())
            return
        # Letters are the window's keys (P, G, L, R …); a list that jumps to names would swallow them.
        if event.text().isprintable() and event.text():
            event.ignore()
            return
        super().keyPressEvent(event)
