"""The Review menu: from photo to photo, and how far each has come."""

from __future__ import annotations

from collections.abc import Callable

from core.document.edit import Edit
from core.labels.photo import Status
from gui.actions.action import Action
from gui.actions.edit_actions import NO_PHOTO
from gui.session import Session

UNFINISHED = "An outline is being drawn: Enter closes it, Escape gives it up."


class PhotoActions:
    """The commands of the Review menu, on one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def table(self) -> list[Action]:
        """Every command, in menu order."""

        def mark(status: Status) -> Callable[[], None]:
            return lambda: self.set_status(status)

        return [
            Action(
                "next_photo",
                "&Next photo",
                "&Review",
                lambda: self.step_photo(1),
                ("D",),
                self._no_photos,
                repeats=True,
            ),
            Action(
                "previous_photo",
                "&Previous photo",
                "&Review",
                lambda: self.step_photo(-1),
                ("A",),
                self._no_photos,
                repeats=True,
            ),
            Action(
                "next_todo",
                "Next photo &to do",
                "&Review",
                lambda: self.step_photo(1, only=Status.TODO),
                ("Shift+D",),
                self._no_photos,
            ),
            Action(
                "mark_labelled", "Mark &labelled", "&Review", mark(Status.LABELLED), (), self._no_photo, separated=True
            ),
            Action("mark_checked", "Mark &checked", "&Review", mark(Status.CHECKED), ("Ctrl+Return",), self._no_photo),
            Action(
                "mark_rejected", "Mark re&jected", "&Review", mark(Status.REJECTED), ("Ctrl+Backspace",), self._no_photo
            ),
            Action("mark_todo", "Mark to d&o", "&Review", mark(Status.TODO), (), self._no_photo),
            Action(
                "remove_photo", "&Remove photo from project", "&Review", self.remove, (), self._no_photo, separated=True
            ),
        ]

    def step_photo(self, by: int, *, only: Status | None = None) -> None:
        """Open the next or previous photo in the list, or the next one of a status."""
        entries = list(self._session.project.entries.values())
        if not entries:
            return
        if self._session.drag is not None:
            self._session.notice(UNFINISHED, "warning")
            return
        ids = [entry.id for entry in entries]
        at = ids.index(self._session.photo_id) if self._session.photo_id in ids else -1
        candidates = range(at + 1, len(ids)) if by > 0 else range(at - 1, -1, -1)
        for index in candidates:
            if only is None or entries[index].status is only:
                self._session.open_photo(ids[index])
                return
        what = "no photo left that is to do" if only else "the last photo" if by > 0 else "the first photo"
        self._session.notice(f"This is {what}." if only is None else f"There is {what} after this one.")

    def remove(self) -> None:
        """Take the photo out of the project, with everything in it; its file stays where it is."""
        photo = self._session.photo
        if photo is None:
            return
        ids = list(self._session.project.entries)
        at = ids.index(photo.id)
        neighbour = next(iter(ids[at + 1 : at + 2] or ids[max(at - 1, 0) : at]), None)
        if self._session.commit(Edit.of(f"Remove {photo.file}", photo, None)):
            self._session.open_photo(neighbour)
            self._session.notice(f"{photo.file} is out of the project; the file stays. Ctrl+Z brings it back.")

    def set_status(self, status: Status) -> None:
        """Say how far the photo has come."""
        photo = self._session.photo
        if photo is not None and photo.status is not status:
            self._session.commit(Edit.of(f"Mark {status.value}", photo, photo.with_status(status)))

    def _no_photo(self) -> str | None:
        return None if self._session.photo_id else NO_PHOTO

    def _no_photos(self) -> str | None:
        return None if self._session.project.entries else "The project has no photos yet: add some with Ctrl+I."
