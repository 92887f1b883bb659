"""The Edit menu: back and forth in the history, and what is done to chosen instances as a whole."""

from __future__ import annotations

from collections.abc import Callable

from core.document.edit import Edit, StaleEdit
from core.document.store import StorageError
from core.labels.instance import Instance
from gui.actions.action import Action
from gui.session import Session
from gui.tools.clicks import KEYPOINTS
from gui.tools.drag import Key

NOTHING_CHOSEN = "Choose an instance first: click it on the photo or in the list."
NO_PHOTO = "Open a photo first."
LOCKED = "It is locked; K unlocks it."


class EditActions:
    """The commands of the Edit menu, on one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def table(self) -> list[Action]:
        """Every command, in menu order."""
        return [
            Action("undo", "&Undo", "&Edit", self.undo, ("Ctrl+Z",), self._no_undo, icon="undo", repeats=True),
            Action(
                "redo",
                "&Redo",
                "&Edit",
                self.redo,
                ("Ctrl+Shift+Z", "Ctrl+Y"),
                self._no_redo,
                icon="redo",
                repeats=True,
            ),
            Action(
                "delete",
                "&Delete",
                "&Edit",
                self.delete,
                ("Delete",),
                self._not_to_delete,
                icon="trash",
                on_canvas=True,
                separated=True,
            ),
            Action("select_all", "Choose &all", "&Edit", self.select_all, ("Ctrl+A",), self._no_photo),
            Action("join", "&Join chosen instances", "&Edit", self.join, ("J",), self._not_several, icon="join"),
            Action(
                "corner_back",
                "Take back the last corner",
                "",
                self.corner_back,
                ("Backspace",),
                self._not_drawing,
                on_canvas=True,
            ),
        ]

    def undo(self) -> None:
        """Take back the last corner of an outline being drawn, else the last edit."""
        session = self._session
        if session.drag is not None:
            session.send(Key.BACK)
            return
        self._step(lambda: session.document.undo() if session.document else None, "Undone")

    def corner_back(self) -> None:
        """Take back the last corner of an outline being drawn."""
        self._session.send(Key.BACK)

    def redo(self) -> None:
        """Make the last undone edit again."""
        self._step(lambda: self._session.document.redo() if self._session.document else None, "Done again")

    def delete(self) -> None:
        """Take the chosen instances away."""
        photo = self._session.photo
        if photo is None:
            return
        chosen = [i for i in self._session.selection if (found := photo.find(i)) and "locked" not in found.flags]
        after = photo
        for instance_id in chosen:
            after = after.without_instance(instance_id)
        label = "Delete instance" if len(chosen) == 1 else f"Delete {len(chosen)} instances"
        self._session.commit(Edit.of(label, photo, after))

    def join(self) -> None:
        """Make the chosen instances one: the regions are united, the first one's labels stay."""
        photo = self._session.photo
        chosen = [i for i in self._chosen() if not i.region.is_empty and "locked" not in i.flags]
        if photo is None or len(chosen) < 2:
            return
        first, *others = chosen
        after = photo.with_instance(first.with_region(first.region.union(*(i.region for i in others))))
        for instance in others:
            after = after.without_instance(instance.id)
        if self._session.commit(Edit.of("Join instances", photo, after)):
            self._session.select(first.id)

    def select_all(self) -> None:
        """Choose every instance of the photo that is shown."""
        photo, hidden = self._session.photo, self._session.view.hidden_ids
        if photo is not None:
            self._session.select(*(instance.id for instance in photo.instances if instance.id not in hidden))

    def _chosen(self) -> list[Instance]:
        photo = self._session.photo
        return [found for i in self._session.selection if photo and (found := photo.find(i))]

    def _step(self, act: Callable[[], Edit | None], verb: str) -> None:
        self._session.escape()
        try:
            edit = act()
        except (StorageError, StaleEdit) as failure:
            self._session.notice(str(failure), "danger")
            return
        if edit is None:
            return
        photos = [value for change in edit.changes for value in change if value is not None]
        elsewhere = next((p.id for p in photos if p.id in self._session.project.entries), None)
        # What is undone on another photo is shown there: a change nobody sees is a riddle.
        touched = {p.id for p in photos}
        if elsewhere and self._session.photo_id not in touched:
            self._session.open_photo(elsewhere)
        self._session.notice(f"{verb}: {edit.label}.")

    def _no_choice(self) -> str | None:
        return None if self._session.selection else NOTHING_CHOSEN

    def _not_to_delete(self) -> str | None:
        taken = "While keypoints are clicked Delete takes one away; Alt+1 chooses instances."
        return taken if self._session.tool == KEYPOINTS else self._no_choice()

    def _no_photo(self) -> str | None:
        return None if self._session.photo_id else NO_PHOTO

    def _not_several(self) -> str | None:
        return None if len(self._session.selection) > 1 else "Choose two or more instances (Shift+click)."

    def _no_undo(self) -> str | None:
        document = self._session.document
        possible = self._session.drag is not None or (document is not None and document.can_undo)
        return None if possible else "There is nothing to undo."

    def _not_drawing(self) -> str | None:
        return None if self._session.drag is not None else "Nothing is being drawn."

    def _no_redo(self) -> str | None:
        document = self._session.document
        if self._session.drag is not None:
            return "Finish the outline first: Enter closes it, Esc gives it up."
        return None if document is not None and document.can_redo else "There is nothing to redo."
