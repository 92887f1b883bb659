"""What can be done to instances and photos by key or menu: tools, categories, sides, flags, order, status, undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.document.edit import Edit
from core.document.store import StorageError
from core.labels.instance import Instance, Side
from core.labels.photo import Status
from gui.actions.action import Action
from gui.session import Session
from gui.tools.drag import Key

NOTHING_CHOSEN = "Choose an instance first: click it on the photo or in the list."
NO_PHOTO = "Open a photo first."


class LabelActions:
    """The commands of the Edit and Label menus, on one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def table(self) -> list[Action]:
        """Every command, in menu order."""
        return [*self._edit(), *self._tools(), *self._categories(), *self._sides(), *self._flags(), *self._photos()]

    # ---- edit

    def undo(self) -> None:
        """Take back the last corner of an outline being drawn, else the last edit."""
        session = self._session
        if session.drag is not None:
            session.send(Key.BACK)
            return
        self._step(lambda: session.document.undo() if session.document else None, "Undone")

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
        chosen = [i for i in self._chosen() if not i.region.is_empty]
        if photo is None or len(chosen) < 2:
            return
        first, *others = chosen
        after = photo.with_instance(first.with_region(first.region.union(*(i.region for i in others))))
        for instance in others:
            after = after.without_instance(instance.id)
        if self._session.commit(Edit.of("Join instances", photo, after)):
            self._session.select(first.id)

    def select_all(self) -> None:
        """Choose every instance of the photo."""
        photo = self._session.photo
        if photo is not None:
            self._session.select(*(instance.id for instance in photo.instances))

    def _edit(self) -> list[Action]:
        return [
            Action("undo", "&Undo", "&Edit", self.undo, ("Ctrl+Z",), self._no_undo, icon="undo"),
            Action("redo", "&Redo", "&Edit", self.redo, ("Ctrl+Shift+Z", "Ctrl+Y"), self._no_redo, icon="redo"),
            Action(
                "delete", "&Delete", "&Edit", self.delete, ("Delete",), self._no_choice, icon="trash", separated=True
            ),
            Action("select_all", "Choose &all", "&Edit", self.select_all, ("Ctrl+A",), self._no_photo),
            Action("join", "&Join chosen instances", "&Edit", self.join, ("J",), self._not_several, icon="join"),
        ]

    # ---- label

    def _tools(self) -> list[Action]:
        return [
            self._tool("select", "&Choose and change", ("Alt+1",), "select"),
            self._tool("polygon", "Draw &polygon", ("P",), "polygon"),
            self._tool("box", "&Box for GrabCut", ("G",), "box"),
            self._tool("hole", "Cut &hole", ("Shift+P", "X"), "hole", needs=self._no_choice),
            self._tool("part", "Add p&art", ("Ctrl+P",), "join", needs=self._no_choice),
        ]

    def _tool(
        self,
        name: str,
        text: str,
        keys: tuple[str, ...],
        picture: str,
        *,
        needs: Callable[[], str | None] | None = None,
    ) -> Action:
        return Action(
            f"tool_{name}",
            text,
            "&Label",
            lambda: self._session.use_tool(name),
            keys,
            needs or self._no_photo,
            icon=picture,
            checked=lambda: self._session.tool == name,
        )

    def _categories(self) -> list[Action]:
        def use(number: int) -> Callable[[], None]:
            return lambda: self.use_category(number)

        return [Action(f"category_{n}", f"Category {n}", "", use(n), (str(n),), lambda: None) for n in range(1, 10)]

    def use_category(self, number: int) -> None:
        """Draw in the `number`-th category from now on, and put the chosen instances into it."""
        categories = tuple(self._session.project.categories.values())
        if number > len(categories):
            return
        category = categories[number - 1]
        self._session.category_id = category.id
        self._session.notice(f"New outlines are “{category.name}” now.")
        self._change(f"Category {category.name}", lambda instance: instance.with_category(category.id))

    def _sides(self) -> list[Action]:
        def use(side: Side) -> Callable[[], None]:
            return lambda: self._change(f"Side {side.value}", lambda instance: instance.with_side(side))

        def is_chosen(side: Side) -> Callable[[], bool]:
            return lambda: (chosen := self._session.selected) is not None and chosen.side is side

        sides = ((Side.LEFT, "&Left shoe", "L"), (Side.RIGHT, "&Right shoe", "R"), (Side.UNKNOWN, "Side &unknown", "U"))
        return [
            Action(
                f"side_{side.value}",
                text,
                "&Label",
                use(side),
                (key,),
                self._no_choice,
                checked=is_chosen(side),
                separated=side is Side.LEFT,
            )
            for side, text, key in sides
        ]

    def _flags(self) -> list[Action]:
        return [
            Action(
                "hide", "&Hide or show", "&Label", self.hide, ("H",), self._no_choice, icon="eye-off", separated=True
            ),
            Action(
                "solo",
                "Show only the &chosen one",
                "&Label",
                self.solo,
                ("Shift+H",),
                self._no_photo,
                checked=lambda: self._session.view.solo,
            ),
            Action("lock", "Loc&k or unlock", "&Label", self.lock, ("K",), self._no_choice, icon="lock"),
        ]

    def hide(self) -> None:
        """Hide the chosen instances, or show them again."""
        view, chosen = self._session.view, frozenset(self._session.selection)
        hidden = view.hidden_ids - chosen if chosen <= view.hidden_ids else view.hidden_ids | chosen
        self._session.look(replace(view, hidden_ids=hidden))

    def solo(self) -> None:
        """Show nothing but the chosen instance, or everything again."""
        self._session.look(replace(self._session.view, solo=not self._session.view.solo))

    def lock(self) -> None:
        """Keep the chosen instances from being changed by hand, or let them."""
        chosen = self._session.selected
        on = chosen is not None and "locked" not in chosen.flags
        self._change("Lock" if on else "Unlock", lambda instance: instance.with_flag("locked", on))

    # ---- photos

    def step_photo(self, by: int, *, only: Status | None = None) -> None:
        """Open the next or previous photo in the list, or the next one of a status."""
        entries = list(self._session.project.entries.values())
        if not entries:
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

    def set_status(self, status: Status) -> None:
        """Say how far the photo has come."""
        photo = self._session.photo
        if photo is not None and photo.status is not status:
            self._session.commit(Edit.of(f"Mark {status.value}", photo, photo.with_status(status)))

    def _photos(self) -> list[Action]:
        def mark(status: Status) -> Callable[[], None]:
            return lambda: self.set_status(status)

        return [
            Action("next_photo", "&Next photo", "&Review", lambda: self.step_photo(1), ("D",), self._no_photos),
            Action(
                "previous_photo", "&Previous photo", "&Review", lambda: self.step_photo(-1), ("A",), self._no_photos
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
        ]

    # ---- inside

    def _chosen(self) -> list[Instance]:
        photo = self._session.photo
        return [found for i in self._session.selection if photo and (found := photo.find(i))]

    def _change(self, label: str, change: Callable[[Instance], Instance]) -> None:
        photo = self._session.photo
        if photo is None:
            return
        after = photo
        for instance in self._chosen():
            changed = change(instance)
            after = after.with_instance(changed) if changed != instance else after
        self._session.commit(Edit.of(label, photo, after))

    def _step(self, act: Callable[[], Edit | None], verb: str) -> None:
        self._session.escape()
        try:
            edit = act()
        except StorageError as failure:
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

    def _no_photo(self) -> str | None:
        return None if self._session.photo_id else NO_PHOTO

    def _no_photos(self) -> str | None:
        return None if self._session.project.entries else "The project has no photos yet: add some with Ctrl+I."

    def _not_several(self) -> str | None:
        return None if len(self._session.selection) > 1 else "Choose two or more instances (Shift+click)."

    def _no_undo(self) -> str | None:
        document = self._session.document
        possible = self._session.drag is not None or (document is not None and document.can_undo)
        return None if possible else "There is nothing to undo."

    def _no_redo(self) -> str | None:
        document = self._session.document
        return None if document is not None and document.can_redo else "There is nothing to redo."
