"""The Review menu: from photo to photo, how far each has come, and out of the project with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from core.document.edit import Edit
from core.document.store import StorageError
from core.labels.photo import Photo, Review, Status
from core.labels.words import counted
from gui.actions.action import Action
from gui.actions.edit_actions import NO_PHOTO
from gui.session import UNFINISHED, Session
from gui.tools.review import REVIEW

MARKS = (
    ("mark_labelled", "Mark &labelled", Status.LABELLED, ()),
    ("mark_checked", "Mark &checked", Status.CHECKED, ("Ctrl+Return",)),
    ("mark_rejected", "Mark re&jected", Status.REJECTED, ("Ctrl+Backspace",)),
    ("mark_todo", "Mark to d&o", Status.TODO, ()),
)


class PhotoActions:
    """The commands of the Review menu, on one session. shown_ids: the photos that the list's filter lets through;

    reviewed: who says so now, and why.
    """

    def __init__(
        self, session: Session, *, shown_ids: Callable[[], Sequence[str]], reviewed: Callable[[str], Review]
    ) -> None:
        self._session = session
        self._shown_ids = shown_ids
        self._reviewed = reviewed

    def table(self) -> list[Action]:
        """From photo to photo, and how far the open one has come."""
        any_photo = self._no_photos

        def step(name: str, text: str, by: int, key: str, *, only: Status | None = None) -> Action:
            def run() -> None:
                self.step_photo(by, only=only)

            return Action(name, text, "&Review", run, (key,), any_photo, repeats=only is None)

        return [
            step("next_photo", "&Next photo", 1, "D"),
            step("previous_photo", "&Previous photo", -1, "A"),
            step("next_todo", "Next photo &to do", 1, "Shift+D", only=Status.TODO),
            step("next_unchecked", "Next &unchecked photo", 1, "Ctrl+Shift+D", only=Status.LABELLED),
            Action(
                "tool_review",
                "&All poses at a glance",
                "&Review",
                lambda: self._session.use_tool(REVIEW),
                ("Alt+4",),
                self._no_photo,
                icon="photo",
                checked=lambda: self._session.tool == REVIEW,
            ),
            *(self._mark(*mark) for mark in MARKS),
        ]

    def last_table(self) -> list[Action]:
        """The menu's end."""
        return [
            Action(
                "remove_photo",
                "&Remove photo from project",
                "&Review",
                lambda: self.remove(self._open_id),
                (),
                self._no_photo,
                icon="trash",
                separated=True,
            )
        ]

    def step_photo(self, by: int, *, only: Status | None = None) -> None:
        """Open the next or previous photo of those the list shows, or the next one of a status."""
        entries = self._session.project.entries
        if not entries:
            return
        if self._session.drag is not None:
            self._session.notice(UNFINISHED, "warning")
            return
        ids, shown = list(entries), set(self._shown_ids())
        at = ids.index(self._session.photo_id) if self._session.photo_id in ids else -1
        beyond = ids[at + 1 :] if by > 0 else ids[:at][::-1] if at >= 0 else []
        found = next((i for i in beyond if i in shown and only in (None, entries[i].status)), None)
        if found is not None:
            self._session.open_photo(found)
            return
        which = "" if len(shown) == len(ids) else " that the filter shows"
        if not shown:
            self._session.notice("The filter of the photo list lets no photo through; clear it to go on.")
        elif only is not None:
            left = "waits to be checked" if only is Status.LABELLED else "is to do"
            self._session.notice(f"There is no photo left that {left} after this one{which and ', of those'}{which}.")
        else:
            self._session.notice(f"This is the {'last' if by > 0 else 'first'} photo{which}.")

    def set_status(self, status: Status, photo_ids: Sequence[str]) -> None:
        """Say how far photos have come, all of them in one step."""
        changed = [photo for photo in self._photos(photo_ids) if photo.status is not status]
        what = "" if len(photo_ids) == 1 else f" on {len(changed)} photos"
        review = None if status is Status.TODO else self._reviewed("")
        after = [photo.with_status(status, review) for photo in changed]
        if not self._session.commit(Edit(f"Mark {status.value}{what}", tuple(zip(changed, after, strict=True)))):
            return
        if what:
            self._session.notice(f"{len(changed)} photos are {status.value} now. Ctrl+Z takes it back.", "success")
        elif status is Status.REJECTED:
            self._session.notice("Rejected. The Review panel keeps why, if you choose to say it.")

    def mark_cards(self, status: Status, photo_ids: Sequence[str]) -> None:
        """The same from the cards of single shoes: a photo is marked as a whole, and that is said."""
        self.set_status(status, photo_ids)
        photos = self._photos(photo_ids)
        shoes = sum(instance.pose is not None for photo in photos for instance in photo.instances)
        which = PurePosixPath(photos[0].file).name if len(photos) == 1 else counted(len(photos), "photo")
        if photos and shoes > len(photos):
            whole = f"with all {shoes} shoes in {'it' if len(photos) == 1 else 'them'}"
            self._session.notice(f"{which} {status.value} as a whole, {whole}. Ctrl+Z takes it back.", "success")
        elif len(photos) == 1:
            self._session.notice(f"{which} {status.value}. Ctrl+Z takes it back.", "success")

    def give_reason(self, reason: str) -> None:
        """Say why the open photo is rejected."""
        for photo in self._photos(self._open_id):
            if photo.status is Status.REJECTED and (photo.review is None or photo.review.reason != reason):
                after = photo.with_status(photo.status, self._reviewed(reason))
                self._session.commit(Edit.of(f"Rejected: {reason}" if reason else "Rejected", photo, after))

    def remove(self, photo_ids: Sequence[str]) -> None:
        """Take photos out of the project, with everything in them; their files stay where they are."""
        photos = self._photos(photo_ids)
        if not photos:
            return
        gone = {photo.id for photo in photos}
        neighbour = self._beside(gone)
        label = f"Remove {photos[0].file}" if len(photos) == 1 else f"Remove {len(photos)} photos"
        was_open = self._session.photo_id in gone
        if self._session.commit(Edit(label, tuple((photo, None) for photo in photos))):
            if was_open:
                self._session.open_photo(neighbour)
            what = f"{photos[0].file} is" if len(photos) == 1 else f"{len(photos)} photos are"
            files = "the file stays" if len(photos) == 1 else "the files stay"
            self._session.notice(f"{what} out of the project; {files}. Ctrl+Z brings it back.")

    # ---- inside

    def _mark(self, name: str, text: str, status: Status, keys: tuple[str, ...]) -> Action:
        def run() -> None:
            self.set_status(status, self._open_id)

        return Action(name, text, "&Review", run, keys, self._no_photo, separated=status is Status.LABELLED)

    @property
    def _open_id(self) -> tuple[str, ...]:
        return (self._session.photo_id,) if self._session.photo_id is not None else ()

    def _photos(self, photo_ids: Sequence[str]) -> list[Photo]:
        """The photos as they stand; none, after a sentence, when one cannot be read."""
        document = self._session.document
        try:
            return [document.photo(i) for i in photo_ids if i in document.project.entries] if document else []
        except StorageError as failure:
            self._session.notice(str(failure), "danger")
            return []

    def _beside(self, gone: set[str]) -> str | None:
        """The photo to look at when some are gone: the next one the list shows, else the one before."""
        ids, shown = list(self._session.project.entries), set(self._shown_ids())
        at = ids.index(self._session.photo_id) if self._session.photo_id in ids else 0
        near = [i for i in (*ids[at + 1 :], *ids[:at][::-1]) if i not in gone]
        return next((i for i in near if i in shown), None) or next(iter(near), None)

    def _no_photo(self) -> str | None:
        return None if self._session.photo_id else NO_PHOTO

    def _no_photos(self) -> str | None:
        return None if self._session.project.entries else "The project has no photos yet: add some with Ctrl+I."
