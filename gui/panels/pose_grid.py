"""All poses of a project at a glance, the most doubtful first: a reviewer looks, ticks, and opens the odd ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QItemSelectionModel, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStackedWidget, QWidget

from core.document.edit import Edit
from core.labels.photo import Photo
from core.labels.words import counted
from gui.background import Errands, Progress
from gui.canvas.pose_pictures import PosePictures
from gui.panels.pose_cards import PoseCardPainter, card_for
from gui.panels.pose_rows import PoseRow, PoseRows, Shown, read_rows, rows_of
from gui.session import Session
from gui.widgets.following import follow, follow_edits
from gui.widgets.pieces import ElidedLabel, EmptyState, as_panel, button, column, label, row
from gui.widgets.segmented import Segmented

_SHOWN = (
    ("unchecked", "Unchecked", "Poses in photos that nobody has checked yet"),
    ("doubtful", "Doubtful", "Poses that something speaks against"),
    ("all", "All", "Every pose of the project"),
)
_KEYS = "Arrows, Shift and Ctrl+A choose · Ctrl+Enter checks the photo · Ctrl+Backspace rejects · Enter opens"


class PoseGrid(QWidget):
    """opened(photo_id, instance_id): to be looked at whole. marked(status, photo_ids): said of the chosen ones.

    path: where the open project lies. Rows are read when the grid is shown; photos edited later are followed.
    """

    opened = Signal(str, str)
    marked = Signal(str, object)

    def __init__(self, session: Session, errands: Errands, *, path: Callable[[], Path | None]) -> None:
        super().__init__()
        as_panel(self, "poseGrid")
        self.pictures: PosePictures | None = None
        self._session = session
        self._errands = errands
        self._path = path
        self._rows = PoseRows()
        self._painter = PoseCardPainter(self._picture_of)
        self._view = _Cards(self._rows, self._painter)
        self._shown = Segmented("poseGridShown", _SHOWN)
        self._count = ElidedLabel("", "dim")
        self._empty = EmptyState("poseGridEmpty", "shoe")
        self._pages = QStackedWidget()
        self._lay_out()
        self._view.activated.connect(lambda index: self.opened.emit(*self._rows.row(index.row()).key))
        self._view.marked.connect(self._mark)
        self._shown.chosen.connect(self._look_at)
        follow(self, session.signals.document_changed, lambda _: self._forget())
        follow_edits(self, session, opened=lambda: None, edited=self._on_edit)

    @property
    def chosen_photos(self) -> tuple[str, ...]:
        """The photos of the chosen cards, each once."""
        rows = (self._rows.row(index.row()) for index in self._view.selectionModel().selectedIndexes())
        return tuple(dict.fromkeys(one.photo.id for one in rows))

    def look(self) -> None:
        """Read all poses anew and sort them; the one of the open photo is chosen."""
        self._session.select()  # keys that change what is chosen must not change what nobody sees
        path, project = self._path(), self._session.project
        posed = tuple(entry.id for entry in project.entries.values() if entry.posed_count)
        if path is None or not posed:
            self._take([])
            return

        def work(progress: Progress) -> list[PoseRow]:
            # Read from a connection of its own: the window's is the window's.
            from core.storage.reading import open_for_reading

            store = open_for_reading(path)
            try:
                return read_rows(store, posed, progress)
            finally:
                store.close()

        self._errands.run("Looking through the poses", work, done=self._take)

    def use_pictures(self, pictures: PosePictures) -> None:
        """Where the small pictures come from."""
        self.pictures = pictures
        pictures.ready.connect(lambda *_: self._view.viewport().update())

    def _lay_out(self) -> None:
        self._shown.show_value(self._rows.shown.value)
        again = button("poseGridAgain", "Sort again", icon_name="reset", role="flat")
        again.setToolTip("Read all poses again, the most doubtful first")
        again.clicked.connect(lambda *_: self._view.setFocus())  # the next key is the cards', read anew or not
        again.clicked.connect(self.look)
        hint = ElidedLabel(_KEYS, "dim")
        self._pages.addWidget(self._view)
        self._pages.addWidget(self._empty)
        head = row(label("All poses", "title"), self._count, self._shown, again, spacing=12)
        head.setStretch(1, 1)
        layout = column(self, margin=12, spacing=8)
        layout.addLayout(head)
        layout.addWidget(self._pages, 1)
        layout.addWidget(hint)

    def _take(self, rows: list[PoseRow]) -> None:
        self._rows.show(rows, self._rows.shown)
        self._say()
        self._choose_open()
        self._view.setFocus()

    def _look_at(self, shown: str) -> None:
        self._rows.look_at(Shown(shown))
        self._say()
        self._choose_open()
        self._view.setFocus()

    def _say(self) -> None:
        poses, unchecked, doubtful = self._rows.counts
        count = counted(poses, "pose")
        self._count.setText(f"{count} · {unchecked} unchecked · {doubtful} doubtful" if poses else "")
        empty = self._rows.rowCount() == 0
        self._pages.setCurrentIndex(1 if empty else 0)
        if not poses:
            self._empty.say("No sneaker has a pose yet.\nQ finds the pose of an outlined one.")
        elif empty:
            every = "Every pose is checked." if self._rows.shown is Shown.UNCHECKED else "No pose is in doubt."
            self._empty.say(every)

    def _choose_open(self) -> None:
        at = next((i for i in range(self._rows.rowCount()) if self._is_open(self._rows.row(i))), 0)
        if self._rows.rowCount():
            self._choose(at)

    def _mark(self, status: str) -> None:
        """Say it of the chosen ones, and go on to the card after them."""
        chosen = [index.row() for index in self._view.selectionModel().selectedIndexes()]
        if not chosen:
            return
        self.marked.emit(status, self.chosen_photos)
        if max(chosen) + 1 < self._rows.rowCount():
            self._choose(max(chosen) + 1)
        else:  # the next key must not mean the same cards again
            self._view.selectionModel().clear()

    def _choose(self, at: int) -> None:
        chosen = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self._view.selectionModel().setCurrentIndex(self._rows.index(at), chosen)
        self._view.scrollTo(self._rows.index(at))

    def _is_open(self, one: PoseRow) -> bool:
        return one.photo.id == self._session.photo_id

    def _forget(self) -> None:
        self._rows.show([], self._rows.shown)
        self._say()
        if self.pictures is not None:
            self.pictures.forget()

    def _on_edit(self, edit: Edit) -> None:
        for _, after in edit.changes:
            if isinstance(after, Photo):
                self._rows.update_photo(after.id, rows_of(after))
        self._say()

    def _picture_of(self, one: PoseRow, size: QSize) -> QImage | None:
        model = self._session.project.models.get(one.instance.model_id or "")
        return self.pictures.get(one.photo, one.instance, model=model, size=size) if self.pictures else None


class _Cards(QListView):
    """The cards; keys that mean the open photo elsewhere mean the chosen ones here."""

    marked = Signal(str)

    def __init__(self, rows: PoseRows, painter: PoseCardPainter) -> None:
        self._painter = painter
        super().__init__()
        self.setObjectName("poseCards")
        self.setAccessibleName("All poses")
        self.setModel(rows)
        self.setItemDelegate(painter)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setGridSize(painter.card)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_cards()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit_cards()

    def _fit_cards(self) -> None:
        card = card_for(self.width())  # not the viewport's: a scroll bar that comes must not change what it scrolls
        if card != self._painter.card:
            self._painter.card = card
            self.setGridSize(card)
            self.scrollTo(self.currentIndex())

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()  # else the window's own key would mean the photo that is open
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        status = _mark_of(event)
        if status:
            self.marked.emit(status)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.activated.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


def _is_own(event: QKeyEvent) -> bool:
    return bool(_mark_of(event)) or event.matches(QKeySequence.StandardKey.SelectAll)


def _mark_of(event: QKeyEvent) -> str:
    """What a key says of the chosen ones; "" for other keys."""
    if event.modifiers() != Qt.KeyboardModifier.ControlModifier:
        return ""
    keys = {Qt.Key.Key_Return: "checked", Qt.Key.Key_Enter: "checked", Qt.Key.Key_Backspace: "rejected"}
    return keys.get(Qt.Key(event.key()), "")
