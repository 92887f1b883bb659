"""How far the open photo has come, who said so and when, why it was rejected, and notes about it."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QWidget

from core.document.edit import Edit
from core.labels.photo import Photo, Review, Status
from core.labels.pose_doubt import pose_doubt
from gui.session import Session
from gui.widgets.following import follow, follow_edits, later, soon
from gui.widgets.pieces import EmptyState, as_panel, button, column, label, row
from gui.widgets.segmented import Segmented

REASONS = ("blurred", "cut off", "too small", "hidden", "no such shoe model", "not a sneaker", "photo twice")
_STATES = (
    ("todo", "To do", "To do: not labelled yet"),
    ("labelled", "Labelled", "Labelled, waits to be checked"),
    ("checked", "Checked", "Checked and good (Ctrl+Enter)"),
    ("rejected", "Rejected", "Not for the dataset (Ctrl+Backspace)"),
)


class ReviewPanel(QWidget):
    """status_chosen(status), reason_given(text) are asked of the window; notes are edits of the panel's own."""

    status_chosen = Signal(str)
    reason_given = Signal(str)
    next_wanted = Signal()
    overview_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        as_panel(self, "reviewPanel")
        self._session = session
        self._status = Segmented("reviewStatus", _STATES)
        self._status.chosen.connect(self.status_chosen)
        self._who = label("", "dim", wraps=True)
        self._reason = QComboBox()
        self._reason_shown = ("", "")  # of which photo, and what it was
        self._notes = _Notes()
        self._doubts = label("", "dim", wraps=True)
        self._empty = EmptyState("reviewEmpty", "check")
        self._empty.say("No photo is open.")
        self._body = QWidget()
        self._lay_out()
        self._later = later(self, self._catch_up)
        follow(self, session.signals.photo_changed, lambda _: soon(self._later))
        follow(self, session.signals.shown_changed, lambda _: soon(self._later))
        follow(self, session.signals.leaving, lambda _: self._keep_notes())
        follow_edits(self, session, opened=self._later.start, edited=lambda _: soon(self._later))
        self._catch_up()

    def _lay_out(self) -> None:
        self._reason.setObjectName("reviewReason")
        self._reason.setAccessibleName("Why it is rejected")
        self._reason.setEditable(True)
        self._reason.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._reason.addItems(["", *REASONS])
        field = self._reason.lineEdit()
        if field is not None:
            field.setPlaceholderText("Why it is rejected")
            field.editingFinished.connect(self._give_reason)  # one's own words, which `activated` does not tell
        self._reason.activated.connect(lambda _: self._give_reason())
        self._notes.left.connect(self._keep_notes)
        layout = column(self._body, margin=12, spacing=8)
        layout.addWidget(self._status)
        layout.addWidget(self._who)
        layout.addWidget(self._reason)
        layout.addWidget(label("Doubts", "heading"))
        layout.addWidget(self._doubts)
        layout.addWidget(label("Notes", "heading"))
        layout.addWidget(self._notes, 1)
        onward = button("reviewNext", "Next unchecked", icon_name="check", role="primary")
        onward.setToolTip("The next photo that is labelled and not yet checked (Ctrl+Shift+D)")
        onward.clicked.connect(self.next_wanted)
        overview = button("reviewOverview", "All poses…", icon_name="photo")
        overview.setToolTip("Small pictures of all poses, the most doubtful first (Alt+4)")
        overview.clicked.connect(self.overview_wanted)
        both = row(overview, onward)
        both.setStretch(1, 1)
        layout.addLayout(both)
        whole = column(self, margin=0, spacing=0)
        whole.addWidget(self._body)
        whole.addWidget(self._empty)

    def _catch_up(self) -> None:
        photo = self._session.photo
        self._body.setVisible(photo is not None)
        self._empty.setVisible(photo is None)
        if photo is None:
            return
        self._status.show_value(photo.status.value)
        self._who.setText(who_and_when(photo.review))
        self._who.setVisible(photo.review is not None)
        rejected = photo.status is Status.REJECTED
        self._reason.setVisible(rejected)
        if rejected and (self._reason_shown[0] != photo.id or not self._reason.hasFocus()):
            self._show_reason(photo)
        self._doubts.setText(doubts_of(photo))
        if self._notes.photo_id != photo.id:
            self._keep_notes()
            self._notes.show_notes(photo)
        elif not self._notes.hasFocus() and self._notes.toPlainText() != photo.notes:
            self._notes.show_notes(photo)

    def _show_reason(self, photo: Photo) -> None:
        self._reason_shown = photo.id, photo.review.reason if photo.review else ""
        self._reason.setEditText(self._reason_shown[1])

    def _give_reason(self) -> None:
        """Nothing of what was begun for another photo, nor of what nobody has changed."""
        photo_id, shown = self._reason_shown
        reason = self._reason.currentText().strip()
        if photo_id == self._session.photo_id and reason != shown:
            self._reason_shown = photo_id, reason
            self.reason_given.emit(reason)

    def _keep_notes(self) -> None:
        """What was written belongs to the photo it was begun for, also when another one is open by now."""
        document, photo_id = self._session.document, self._notes.photo_id
        if document is None or photo_id not in document.project.entries or not self._notes.is_changed:
            return
        photo, text = document.photo(photo_id), self._notes.toPlainText().strip()
        if text != photo.notes and self._session.commit(Edit.of("Notes", photo, photo.with_notes(text))):
            self._notes.written()


class _Notes(QPlainTextEdit):
    """Told of what was written when the focus leaves; Escape and Ctrl+Enter leave."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.photo_id = ""
        self._shown = ""
        self.setObjectName("reviewNotes")
        self.setAccessibleName("Notes about this photo")
        self.setPlaceholderText("Notes about this photo")
        self.setTabChangesFocus(True)
        self.setMinimumHeight(48)

    def show_notes(self, photo: Photo) -> None:
        """The notes of a photo."""
        self.photo_id = photo.id
        self.setPlainText(photo.notes)
        self._shown = self.toPlainText()

    @property
    def is_changed(self) -> bool:
        """Whether a hand has written; line ends and spaces of other programs are left as they are."""
        return self.toPlainText() != self._shown

    def written(self) -> None:
        """What stands here is kept."""
        self._shown = self.toPlainText()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.left.emit()


def reviewed_now(by: str, reason: str = "") -> Review:
    """Who says so, at this moment."""
    return Review(by, datetime.now(UTC).isoformat(timespec="seconds"), reason)


def who_and_when(review: Review | None) -> str:
    """ "by ada, 21 Nov 2026 16:40: blurred"; "" for none."""
    if review is None:
        return ""
    try:
        when = datetime.fromisoformat(review.at).astimezone().strftime("%d %b %Y %H:%M")
    except ValueError:
        when = review.at
    said = ", ".join(part for part in (f"by {review.by}" if review.by else "", when) if part)
    return f"{said}: {review.reason}" if review.reason else said


def doubts_of(photo: Photo) -> str:
    """What speaks against the poses of a photo, a line each."""
    lines = []
    for number, instance in enumerate(photo.instances, 1):
        doubt = pose_doubt(instance, photo)
        if doubt is not None and doubt.reasons:
            lines.append(f"{number}: {', '.join(doubt.reasons)}")
    if lines:
        return "\n".join(lines)
    posed = any(instance.pose_estimate is not None for instance in photo.instances)
    return "Nothing speaks against its poses." if posed else "It has no pose."
