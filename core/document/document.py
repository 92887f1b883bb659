"""The one thing in the house that changes: the project as it stands, and the way back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeVar, cast

from core.document.edit import Change, Edit, StaleEdit, Value
from core.document.signal import Signal
from core.document.store import History, HistoryLine, Store, WriteMode
from core.labels.photo import Photo, PhotoEntry
from core.labels.project import Category, Project
from core.labels.shoe_model import ShoeModel

MERGE_SECONDS = 0.5
EDITS_IN_MEMORY = 5000

_Key = tuple[type, str]
V = TypeVar("V", ShoeModel, Category)


class Document:
    """Holds a project and writes every edit to its store before it takes effect; `changed` carries that edit.

    Not for several threads: it is used from the one that made it.
    """

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.changed: Signal[Edit] = Signal()
        self._store = store
        self._clock = clock
        self._project = store.load_project()
        self._photos: dict[str, Photo] = {}
        lines = store.history()
        self._done = [_Step(line) for line in lines.done]
        self._undone = [_Step(line) for line in reversed(lines.undone)]
        self._merge: _Merge | None = None

    @property
    def project(self) -> Project:
        """The index of photos, the models and the categories as they stand."""
        return self._project

    @property
    def store(self) -> Store:
        """Where the project is kept; for meshes and settings, which are no edits."""
        return self._store

    def photo(self, photo_id: str) -> Photo:
        """The photo as it stands; read from the store when first asked for. Raises KeyError for an unknown id."""
        photo = self._photos.get(photo_id)
        if photo is None:
            if photo_id not in self._project.entries:
                raise KeyError(photo_id)
            photo = self._photos[photo_id] = self._store.load_photo(photo_id)
        return photo

    def is_loaded(self, photo_id: str) -> bool:
        """Whether the photo is in memory, so that asking for it costs nothing."""
        return photo_id in self._photos

    def commit(self, edit: Edit) -> None:
        """Make an edit true, for good. One that changes nothing is passed over.

        Raises StaleEdit when a value it began from is no longer the current one, and StorageError when it cannot be
        written; nothing has changed then.
        """
        edit = _as_one_change_a_value(edit)
        for before, after in edit.changes:
            self._check_current(edit, before, after=after)
        if not edit.changes:
            return
        merged = self._merged_with_last(edit)
        if merged is not None:
            line = self._store.write(merged, mode=WriteMode.MERGE)
            self._done[-1] = _Step(line, merged)
        else:
            line = self._store.write(edit, mode=WriteMode.COMMIT)
            self._done.append(_Step(line, edit))
            self._undone.clear()
            if len(self._done) > EDITS_IN_MEMORY:
                self._done[-EDITS_IN_MEMORY - 1].edit = None
        self._merge = _Merge(edit.merge_key, self._clock()) if edit.merge_key is not None else None
        self._take_effect(edit)

    def current(self, value: Value) -> Value | None:
        """The value of that kind and id as it stands now; None when there is none."""
        if isinstance(value, Photo):
            return self.photo(value.id) if value.id in self._project.entries else None
        known = self._project.models if isinstance(value, ShoeModel) else self._project.categories
        return known.get(value.id)

    def undo(self) -> Edit | None:
        """Take back the last edit; returns what took effect, or None when there is nothing to take back."""
        if not self._done:
            return None
        edit = self._edit_of(self._done[-1])
        back = edit.reversed()
        self._store.write(back, mode=WriteMode.UNDO)
        self._undone.append(self._done.pop())
        self._merge = None
        self._take_effect(back)
        return back

    def redo(self) -> Edit | None:
        """Make the edit that was last taken back true again; returns it, or None."""
        if not self._undone:
            return None
        edit = self._edit_of(self._undone[-1])
        self._store.write(edit, mode=WriteMode.REDO)
        self._done.append(self._undone.pop())
        self._merge = None
        self._take_effect(edit)
        return edit

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is an edit to make again."""
        return bool(self._undone)

    @property
    def undo_label(self) -> str:
        """What the next undo takes back, "" when nothing."""
        return self._done[-1].line.label if self._done else ""

    @property
    def redo_label(self) -> str:
        """What the next redo makes again, "" when nothing."""
        return self._undone[-1].line.label if self._undone else ""

    @property
    def history(self) -> History:
        """Every edit done and undone, this session's and earlier ones."""
        done = tuple(step.line for step in self._done)
        return History(done, tuple(step.line for step in reversed(self._undone)))

    def _check_current(self, edit: Edit, before: Value | None, *, after: Value | None) -> None:
        value = before if before is not None else after
        assert value is not None
        if self._current(value) is not before:
            name = value.file if isinstance(value, Photo) else f"“{value.name}”"
            why = "is in the project already" if before is None else "has changed since it was begun"
            raise StaleEdit(f"“{edit.label}” was not made: {name} {why}. Do it again on what is there now.")

    def _current(self, value: Value) -> Value | PhotoEntry | None:
        if isinstance(value, Photo):
            # A photo that was never loaded stands for itself by its entry: it is there, and it is nobody's `before`.
            return self._photos.get(value.id) or self._project.entries.get(value.id)
        known = self._project.models if isinstance(value, ShoeModel) else self._project.categories
        return known.get(value.id)

    def _merged_with_last(self, edit: Edit) -> Edit | None:
        last = self._merge
        if last is None or last.key != edit.merge_key or self._clock() - last.at_s > MERGE_SECONDS:
            return None
        first = self._done[-1].edit
        assert first is not None
        merged = _as_one_change_a_value(Edit(edit.label, (*first.changes, *edit.changes), edit.merge_key))
        return merged if merged.changes else None

    def _edit_of(self, step: _Step) -> Edit:
        if step.edit is None:
            step.edit = self._store.load_edit(step.line.seq, current_photo=self.photo, project=self._project)
        return step.edit

    def _take_effect(self, edit: Edit) -> None:
        project = self._project
        photos = [change for change in edit.changes if _is_of(change, Photo)]
        if photos:
            project = project.with_entries(_entries_after(project, photos))
        if any(_is_of(change, ShoeModel) for change in edit.changes):
            project = project.with_models(_values_after(project.models, edit, kind=ShoeModel))
        if any(_is_of(change, Category) for change in edit.changes):
            project = project.with_categories(_values_after(project.categories, edit, kind=Category))
        for before, after in photos:
            if isinstance(after, Photo):
                self._photos[after.id] = after
            elif before is not None:
                self._photos.pop(before.id, None)
        self._project = project
        self.changed.emit(edit)


@dataclass(slots=True)
class _Step:
    """A line of the log, and its edit once it is in memory; there it stays, so that redo brings the same objects."""

    line: HistoryLine
    edit: Edit | None = None


@dataclass(frozen=True, slots=True)
class _Merge:
    """What the next edit may join: the key of the last one, and when it was committed."""

    key: str
    at_s: float


def _is_of(change: Change, kind: type) -> bool:
    return isinstance(change[1] if change[0] is None else change[0], kind)


def _key_of(edit: Edit, change: Change) -> _Key:
    before, after = change
    value = after if before is None else before
    if value is None or (after is not None and (type(after) is not type(value) or after.id != value.id)):
        raise ValueError(f"“{edit.label}” holds a change that does not lead from a value to its next state")
    return type(value), value.id


def _as_one_change_a_value(edit: Edit) -> Edit:
    """The edit with the changes of each value joined into one, and those that change nothing left out."""
    joined: dict[_Key, Change] = {}
    for change in edit.changes:
        if change[0] is change[1]:
            continue
        key = _key_of(edit, change)
        if key in joined:
            first, reached = joined[key]
            if reached is not change[0]:
                raise StaleEdit(f"“{edit.label}” changes {key[1]} twice, and not one change after the other")
            joined[key] = (first, change[1])
        else:
            joined[key] = change
    changes = tuple((before, after) for before, after in joined.values() if before is not after)
    return edit if len(changes) == len(edit.changes) else replace(edit, changes=changes)


def _entries_after(project: Project, changes: list[Change]) -> dict[str, PhotoEntry]:
    # A proxy's own copy takes 20 us for 10,000 photos; dict() would ask it for each of them, 570 us.
    entries = cast(MappingProxyType[str, PhotoEntry], project.entries).copy()
    moved = False
    for before, after in changes:
        if isinstance(after, Photo):
            old = entries.get(after.id)
            moved = moved or old is None or old.position != after.position
            entries[after.id] = PhotoEntry.of(after)
        elif before is not None:
            del entries[before.id]
    if moved:
        entries = {entry.id: entry for entry in sorted(entries.values(), key=lambda entry: (entry.position, entry.id))}
    return entries


def _values_after(values: Mapping[str, V], edit: Edit, *, kind: type[V]) -> dict[str, V]:
    after = dict(values)
    for old, new in edit.changes:
        if isinstance(new, kind):
            after[new.id] = new
        elif isinstance(old, kind):
            del after[old.id]
    return after
