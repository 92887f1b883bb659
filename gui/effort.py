"""Measures what labelling costs: hears a window's mouse and keys, and writes what each edit took, on this computer.

Nothing is written while the hand works: lines are gathered, and go to the disk a moment after an edit.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QWindow
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QPlainTextEdit, QWidget

from core.document.edit import Edit
from core.document.store import StorageError
from core.effort.charges import Charge, charges_of
from core.effort.effort_log import EffortLog, joined, project_id
from core.effort.meter import EffortMeter, Spent
from core.effort.record import EffortRecord, Part, Way
from gui.preferences import Preferences
from gui.session import Session
from gui.widgets.following import follow, follow_edits, later, soon

SETTING = "measure_time"
WRITE_MS = 3000  # after an edit; the edits of those seconds are written in one
HELD_SECONDS = 0.15  # a command that comes again this fast is one key, held
_MOST_WAITING = 5000
_THE_PHOTO = (Charge("", Part.OTHER, Way.NONE),)
_LONE = frozenset({Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta})
_TYPED_IN = (QLineEdit, QAbstractSpinBox, QPlainTextEdit)


class EffortWatch:
    """Charges the hand's work to what each edit changes, while the setting is on. It lives as long as its window."""

    def __init__(
        self, session: Session, preferences: Preferences, window: QWidget, *, clock: Callable[[], float] | None = None
    ) -> None:
        self.meter = EffortMeter(clock or time.monotonic)
        self._session = session
        self._preferences = preferences
        self._photo_id: str | None = None
        self._waiting: list[EffortRecord] = []
        self._fresh = 0  # so many of the last lines were charged in this turn of the event loop
        self._failed = ""
        self._write = later(window, self.flush, milliseconds=WRITE_MS)
        self._turn = later(window, self._next_turn)
        self.ears = HandEars(self, session, window)
        signals = session.signals
        follow(window, signals.photo_changed, self._on_photo)
        follow(window, signals.leaving, lambda _: self._leave())
        follow_edits(window, session, opened=lambda: None, edited=self._on_edit)
        follow(window, preferences.changed, self._on_preference)

    @property
    def is_on(self) -> bool:
        """Whether anything is measured."""
        return bool(self._preferences[SETTING])

    def late(self) -> None:
        """A key that has acted already: it belongs to what was just charged, else to what comes."""
        self.meter.press()
        if not self._fresh:
            return
        first = len(self._waiting) - self._fresh
        spent = self.meter.take().shared(self._fresh)
        self._waiting[first:] = [replace(one, spent=one.spent + spent) for one in self._waiting[first:]]

    def flush(self) -> None:
        """Write what waits; a sentence is shown, once, when it cannot be."""
        self._write.stop()
        document, records = self._session.document, joined(self._waiting)
        if document is None or not records:
            return
        try:
            EffortLog(project_id(document.store)).append(records)
        except (OSError, StorageError) as failure:
            self._waiting = records[-_MOST_WAITING:]
            if not self._failed:
                self._failed = str(failure)
                self._session.notice(f"The time this took cannot be written down ({failure}).", "warning")
            return
        self._waiting, self._fresh, self._failed = [], 0, ""

    # ---- inside

    def _on_edit(self, edit: Edit) -> None:
        if not self.is_on:
            return
        charges = charges_of(edit, self._session.photo_id, self._session.selected_id)
        if charges:
            self._charge(charges)
            soon(self._turn)

    def _on_photo(self, photo_id: str | None) -> None:
        if self.is_on and self._photo_id is not None and self._session.document is not None:
            self._charge(_THE_PHOTO)
        else:
            self.meter.take()
        self._photo_id = photo_id

    def _leave(self) -> None:
        """The project is closed while it can still be asked for its name."""
        if self.is_on and self._photo_id is not None:
            self._charge(_THE_PHOTO)
        self._photo_id = None
        self.flush()
        self._waiting, self._fresh = [], 0

    def _charge(self, charges: tuple[Charge, ...]) -> None:
        spent = self.meter.take()
        photo_id = self._photo_id or self._session.photo_id
        if spent.is_nothing and charges is _THE_PHOTO:
            return
        share = spent.shared(len(charges))
        self._waiting += [_record(photo_id or "", charge, share) for charge in charges]
        self._fresh = len(charges)
        soon(self._write)

    def _next_turn(self) -> None:
        self._fresh = 0

    def _on_preference(self, key: str) -> None:
        if key == SETTING:
            self.meter.take()


class HandEars(QObject):
    """Hears mouse and keys where the desktop hands them to a window, once each, and before anything acts on them."""

    def __init__(self, watch: EffortWatch, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._watch = watch
        self._window = window
        self._acted = 0
        self._key_waits = False
        self._released = False
        self._last: tuple[QAction | None, float] = (None, 0.0)
        self._heard: set[int] = set()
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.focusWindowChanged.connect(self._on_focus)
        signals = session.signals
        follow(window, signals.shown_changed, lambda _: self.acted())
        follow(window, signals.selection_changed, lambda _: self.acted())
        follow(window, signals.tool_changed, lambda _: self.acted())
        follow(window, signals.view_changed, lambda _: self.acted())
        follow(window, signals.photo_changed, lambda _: self.acted())

    def acted(self) -> None:
        """Something came of what the hand did."""
        self._acted += 1

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Listens only: nothing is kept from anybody."""
        if not self._watch.is_on:
            return False
        meter, kind = self._watch.meter, event.type()
        if kind == QEvent.Type.MouseMove:
            meter.move()
        elif kind == QEvent.Type.MouseButtonPress:  # also the second of a double click
            meter.press()
        elif kind == QEvent.Type.MouseButtonRelease:
            self._released = True
            QTimer.singleShot(0, self, self._forget_release)
        elif kind == QEvent.Type.Wheel:
            meter.wheel()
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            self._key(event)
        return False

    def _on_focus(self, focused: QWindow | None) -> None:
        if focused is not None and self._is_ours(focused):
            focused.installEventFilter(self)  # a filter that is there already only moves to the front
            self._hear_commands()

    def _is_ours(self, window: QWindow) -> bool:
        """The window itself, or a dialog of it."""
        at: QObject | None = window
        while isinstance(at, QWindow):
            if at == self._window.windowHandle():
                return True
            at = at.transientParent()
        return False

    def _hear_commands(self) -> None:
        """Keys that are commands never reach a window: their commands tell of them."""
        owners = [self._window, *self._window.findChildren(QWidget, "canvas")]
        for action in (action for owner in owners for action in owner.actions()):
            if id(action) not in self._heard:
                self._heard.add(id(action))
                action.triggered.connect(lambda _=False, action=action: self._on_command(action))

    def _on_command(self, action: QAction) -> None:
        self.acted()
        if not self._watch.is_on or self._released or self._key_waits:  # a button's press, or a key, counts already
            return
        before, at = self._last
        now = time.monotonic()
        self._last = action, now
        if before is action and now - at < HELD_SECONDS:
            self._watch.meter.move()
        else:
            self._watch.late()

    def _key(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat() or event.key() in _LONE:
            self._watch.meter.move()
            return
        if self._key_waits:
            return
        self._key_waits = True
        before = self._acted
        QTimer.singleShot(0, self, lambda: self._after_key(before))

    def _after_key(self, before: int) -> None:
        self._key_waits = False
        if self._acted != before or isinstance(QApplication.focusWidget(), _TYPED_IN):
            self._watch.late()
        else:
            self._watch.meter.move()

    def _forget_release(self) -> None:
        self._released = False


def _record(photo_id: str, charge: Charge, spent: Spent) -> EffortRecord:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return EffortRecord(at, photo_id, charge.instance_id, charge.part, charge.way, spent)
