"""What this window looks at: a photo, a selection, a tool, and over them at most one preview. Not saved, not undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from core.document.document import Document
from core.document.edit import Edit, StaleEdit, Value
from core.document.rebase import rebased
from core.document.signal import Signal
from core.document.store import StorageError
from core.labels.instance import Instance
from core.labels.photo import Photo, Status
from core.labels.project import Project
from gui.tools.drag import Drag, Event

UNFINISHED = "An outline is being drawn: Enter closes it, Escape gives it up."


class ShoeLook(StrEnum):
    """How the shoe is drawn over the photo; V goes through them."""

    SOLID = "solid"
    TEXTURE = "texture"
    WIREFRAME = "wireframe"
    OUTLINE = "outline"


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """How the window shows what it shows. brightness -1..1, contrast 0.2..3, shoe_opacity 0..1.

    residuals: the contour error as a band along the chosen outline. split: the bare photo beside the opaque shoe;
    blinking: one after the other.
    """

    brightness: float = 0.0
    contrast: float = 1.0
    shoe_opacity: float = 0.55
    shoe_look: ShoeLook = ShoeLook.SOLID
    shoe_hidden: bool = False
    solo: bool = False
    hidden_ids: frozenset[str] = frozenset()
    residuals: bool = False
    split: bool = False
    blinking: bool = False

    @property
    def compares(self) -> bool:
        """Whether photo and opaque shoe are compared: outlines are left out then."""
        return self.split or self.blinking


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the bar under the canvas. level: "info", "success", "warning" or "danger".

    about: what it speaks of, "" when nothing later speaks of the same: a newer sentence makes an older one stale.
    log: the log says more; it stays until it is closed or another of its kind comes.
    """

    text: str
    level: str = "info"
    about: str = ""
    log: bool = False


class Session:
    """What one window looks at. Everything it knows comes from the document or from the hand that uses the window.

    Signals: leaving(None) before a project is left, while it can still be written; document_changed(None) when another
    project is open; photo_changed(photo_id); shown_changed(Photo | None)
    whenever what should be painted is another object; selection_changed(ids); tool_changed(name);
    view_changed(ViewOptions); noticed(Notice); unsaved(Edit) that could not be written. The attributes tool, selection
    (ids, the last one chosen last), preview, view and drag (the living stream) are changed only through the methods.
    """

    def __init__(self) -> None:
        self.document: Document | None = None
        self.photo_id: str | None = None
        self.category_id = "sneaker"
        self.tool = "select"
        self.selection: tuple[str, ...] = ()
        self.preview: Photo | None = None
        self.view = ViewOptions()
        self.drag: Drag | None = None
        self._waiting: list[Callable[[], None]] = []
        self._forget_document: Callable[[], None] = lambda: None
        self.signals = SessionSignals()
        self.notice = self.signals.say

    # ---- what is looked at

    @property
    def project(self) -> Project:
        """The open project's index; an empty one when none is open."""
        return self.document.project if self.document else Project()

    @property
    def photo(self) -> Photo | None:
        """The photo as committed."""
        if self.document is None or self.photo_id is None:
            return None
        return self.document.photo(self.photo_id)

    @property
    def shown(self) -> Photo | None:
        """The preview when there is one, else the photo as committed."""
        return self.preview or self.photo

    @property
    def selected_id(self) -> str | None:
        """The id of the one selected instance, or of the last chosen one."""
        return self.selection[-1] if self.selection else None

    @property
    def selected(self) -> Instance | None:
        """The selected instance as it is shown."""
        return self.shown.find(self.selected_id) if self.shown else None

    def open_document(self, document: Document | None) -> None:
        """Look at another project; its first photo is not opened yet."""
        self.escape()
        if self.document is not None:
            self.signals.leaving.emit(None)
        self._forget_document()
        self.document = document
        self.photo_id = None
        self.selection = ()
        self.category_id = _known_category(self.category_id, self.project)
        self._forget_document = document.changed.connect(self._on_edit) if document else (lambda: None)
        self.signals.document_changed.emit(None)
        self.open_photo(None)

    def open_photo(self, photo_id: str | None) -> None:
        """Look at another photo; a drag that lives is given up. One that cannot be read is named and not opened."""
        self.escape()
        try:
            if photo_id is not None and self.document is not None:
                self.document.photo(photo_id)
        except StorageError as failure:
            self.notice(str(failure), "danger")
            return
        self.photo_id = photo_id
        self.selection = ()
        self.signals.photo_changed.emit(photo_id)
        self.signals.selection_changed.emit(())
        self.signals.shown_changed.emit(self.shown)

    def select(self, *instance_ids: str) -> None:
        """Choose these instances and no others."""
        if instance_ids != self.selection:
            self.selection = instance_ids
            self.signals.selection_changed.emit(instance_ids)

    def use_tool(self, name: str) -> None:
        """Take another tool into the hand; a drag that lives is given up. The tool at hand stays as it is."""
        if name != self.tool:
            self.escape()
            self.tool = name
            self.signals.tool_changed.emit(name)

    def look(self, view: ViewOptions) -> None:
        """Show it another way."""
        if view != self.view:
            self.view = view
            self.signals.view_changed.emit(view)

    # ---- the hand

    def begin(self, drag: Drag | None) -> None:
        """Start a stream; None is a press that means nothing."""
        self.escape()
        if drag is None:
            return
        self.drag = drag
        self._advance(lambda: next(drag))

    def send(self, event: Event) -> None:
        """Tell the living stream what the hand did; its end is committed."""
        if self.drag is None:
            return
        drag = self.drag
        self._advance(lambda: drag.send(event))

    def escape(self) -> None:
        """Give up the living stream: nothing to restore."""
        if self.drag is not None:
            self.drag.close()
            self._let_go()

    def commit(self, edit: Edit | None) -> bool:
        """Make an edit true; a sentence is shown when it cannot be. Answers whether anything changed."""
        if edit is None or edit.is_empty or self.document is None:
            return False
        try:
            edit = rebased(edit, self.document.current)  # a key may have changed the photo while the hand was drawing
            unchecked = _unchecked(edit)
            self.document.commit(unchecked)
        except StaleEdit as stale:
            self.notice(str(stale), "warning")
            return False
        except StorageError as failure:
            self.notice(str(failure), "danger")
            self.signals.unsaved.emit(edit)
            return False
        if unchecked is not edit:
            self.notice("The photo was checked; with other labels it is labelled again, and waits to be checked.")
        return True

    def when_idle(self, act: Callable[[], None]) -> None:
        """Do it now, or, while a drag lives, at its end: the hand goes first."""
        if self.drag is not None:
            self._waiting.append(act)
        else:
            act()

    # ---- inside

    def _advance(self, step: Callable[[], Photo]) -> None:
        """The next preview of the living stream; its end is committed."""
        try:
            self._preview(step())
        except StopIteration as end:
            self.drag = None
            if self.commit(end.value):
                drawn = _drawn_in(end.value, self.photo_id)
                if drawn:  # what was just drawn is what the next key means
                    self.select(*drawn)
            self._let_go()
        except ValueError as impossible:  # a place no shoe or outline can be at: the drag ends, nothing is lost
            self._let_go()
            self.notice(f"That is not possible: {impossible}.", "warning")

    def _preview(self, photo: Photo | None) -> None:
        if photo is not self.preview:
            self.preview = photo
            self.signals.shown_changed.emit(self.shown)

    def _let_go(self) -> None:
        self.drag = None
        self._preview(None)
        waiting, self._waiting = self._waiting, []
        for act in waiting:
            act()

    def _on_edit(self, edit: Edit) -> None:
        touched = {value.id for change in edit.changes for value in change if isinstance(value, Photo)}
        if self.photo_id is not None and self.photo_id not in self.project.entries:
            self.open_photo(None)
            return
        self.category_id = _known_category(self.category_id, self.project)
        if self.photo_id in touched:
            self.preview = None
            photo = self.photo
            known = {instance.id for instance in photo.instances} if photo else set()
            self.signals.shown_changed.emit(photo)
            self.select(*(i for i in self.selection if i in known))
        elif len(touched) < len(edit.changes):  # categories and models: what is shown is drawn another way
            self.signals.shown_changed.emit(self.shown)


class SessionSignals:
    """What a session tells its window."""

    def __init__(self) -> None:
        self.leaving: Signal[None] = Signal()
        self.document_changed: Signal[None] = Signal()
        self.photo_changed: Signal[str | None] = Signal()
        self.shown_changed: Signal[Photo | None] = Signal()
        self.selection_changed: Signal[tuple[str, ...]] = Signal()
        self.tool_changed: Signal[str] = Signal()
        self.view_changed: Signal[ViewOptions] = Signal()
        self.noticed: Signal[Notice] = Signal()
        self.unsaved: Signal[Edit] = Signal()

    def say(self, text: str, level: str = "info", *, about: str = "", log: bool = False) -> None:
        """Say a sentence under the canvas; level, about and log as in `Notice`."""
        self.noticed.emit(Notice(text, level, about, log))


def _unchecked(edit: Edit) -> Edit:
    """The edit, where it gives a checked photo other labels or another camera, as one that also unchecks it."""
    changes = [(before, _labelled_again(before, after)) for before, after in edit.changes]
    if all(new is old for (_, new), (_, old) in zip(changes, edit.changes, strict=True)):
        return edit
    return replace(edit, changes=tuple(changes))


def _labelled_again(before: Value | None, after: Value | None) -> Value | None:
    if not isinstance(before, Photo) or not isinstance(after, Photo):
        return after
    if before.status is not Status.CHECKED or after.status is not Status.CHECKED:
        return after
    same = before.camera == after.camera and [_label(i) for i in before.instances] == [
        _label(i) for i in after.instances
    ]
    return after if same else after.with_status(Status.LABELLED)


def _label(instance: Instance) -> Instance:
    """An instance without what is no label of it, such as that it is locked."""
    return replace(instance, flags=frozenset())


def _drawn_in(edit: Edit, photo_id: str | None) -> list[str]:
    """Ids of the instances an edit added to one photo."""
    for before, after in edit.changes:
        if isinstance(before, Photo) and isinstance(after, Photo) and after.id == photo_id:
            known = {instance.id for instance in before.instances}
            return [instance.id for instance in after.instances if instance.id not in known]
    return []


def _known_category(category_id: str, project: Project) -> str:
    """New outlines need a category the project has."""
    known = project.categories
    return category_id if category_id in known or not known else next(iter(known))
