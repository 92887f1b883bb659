"""What the log keeps of an edit, and how the edit is rebuilt from it.

A photo's change names the instances that are not the same object before and after. Those added or removed are named
by id alone, since their rows stay in the project as tombstones; those modified are kept as JSON before and after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from core.document.edit import Change, Edit
from core.document.store import WriteMode
from core.labels.instance import Instance
from core.labels.photo import Photo
from core.labels.project import Category, Project
from core.labels.shoe_model import ShoeModel
from core.storage.model_codec import category_from_json, category_to_json, model_from_json, model_to_json
from core.storage.photo_codec import Json, header_to_json, instance_from_json, instance_to_json, photo_from_header

Raw = msgspec.Raw


class InstanceChange(msgspec.Struct, frozen=True, array_like=True):
    """An instance whose row is rewritten: its JSON before and after.

    A revived one takes the place of a tombstone of the same id, whose JSON is `before`.
    """

    id: str
    before: Raw
    after: Raw
    is_revived: bool = False


class OrderChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the order of a photo's instances changed: places taken out, then places put in; or both lists in full."""

    taken: tuple[tuple[int, str], ...] = ()
    put: tuple[tuple[int, str], ...] = ()
    full: tuple[tuple[str, ...], tuple[str, ...]] | None = None

    def before(self, after: tuple[str, ...]) -> tuple[str, ...]:
        """The ids before the change, from those after it."""
        return self.full[0] if self.full is not None else _moved(after, self.put, put=self.taken)

    def after(self, before: tuple[str, ...]) -> tuple[str, ...]:
        """The ids after the change, from those before it."""
        return self.full[1] if self.full is not None else _moved(before, self.taken, put=self.put)


class PhotoChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """One photo's change. is_revived: an added photo whose id a tombstone had."""

    id: str
    kind: Literal["added", "removed", "changed"]
    is_revived: bool = False
    header: tuple[Json, Json] | None = None
    order: OrderChange | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[InstanceChange, ...] = ()


class ValueChange(msgspec.Struct, frozen=True, array_like=True):
    """A model's or category's change, in full; JSON's null where it does not exist."""

    kind: Literal["model", "category"]
    id: str
    before: Raw
    after: Raw

    def side(self, after: bool) -> bytes | None:
        """The JSON after the change or before it; None where the value does not exist."""
        data = bytes(self.after if after else self.before)
        return None if data == b"null" else data


class EditRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """An edit as the log keeps it."""

    photos: tuple[PhotoChange, ...] = ()
    values: tuple[ValueChange, ...] = ()


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(EditRecord).decode


def record_to_json(record: EditRecord) -> str:
    """A record as JSON text."""
    return _encode(record).decode()


def record_from_json(text: str | bytes) -> EditRecord:
    """The record of `record_to_json`."""
    return _decode(text)


def photo_change(before: Photo | None, after: Photo | None, *, tombstones: Mapping[str, bytes]) -> PhotoChange:
    """The log's view of one photo's change. tombstones: JSON of removed instances of that photo, by id."""
    if before is None:
        assert after is not None
        return PhotoChange(after.id, "added")
    if after is None:
        return PhotoChange(before.id, "removed")
    old = {instance.id: instance for instance in before.instances}
    new = {instance.id: instance for instance in after.instances}
    changed, added = [], []
    for instance in after.instances:
        was = old.get(instance.id)
        if was is instance:
            continue
        if was is not None:
            changed.append(InstanceChange(instance.id, Raw(instance_to_json(was)), Raw(instance_to_json(instance))))
        elif instance.id in tombstones:
            stone, revived = Raw(tombstones[instance.id]), Raw(instance_to_json(instance))
            changed.append(InstanceChange(instance.id, stone, revived, True))
        else:
            added.append(instance.id)
    headers = header_to_json(before), header_to_json(after)
    return PhotoChange(
        after.id,
        "changed",
        header=headers if headers[0] != headers[1] else None,
        order=order_change(tuple(old), tuple(new)),
        added=tuple(added),
        removed=tuple(instance_id for instance_id in old if instance_id not in new),
        changed=tuple(changed),
    )


def value_change(change: Change) -> ValueChange:
    """The log's view of a model's or category's change."""
    before, after = change
    value = after if before is None else before
    assert value is not None
    kind: Literal["model", "category"] = "model" if isinstance(value, ShoeModel) else "category"
    return ValueChange(kind, value.id, _value_to_json(before), _value_to_json(after))


def order_change(before: tuple[str, ...], after: tuple[str, ...]) -> OrderChange | None:
    """How one order of unique ids becomes the other; None when they are the same."""
    if before == after:
        return None
    kept_before, kept_after = set(before), set(after)
    taken = tuple((place, one) for place, one in enumerate(before) if one not in kept_after)
    put = tuple((place, one) for place, one in enumerate(after) if one not in kept_before)
    stayed = [one for one in before if one in kept_after]
    if stayed != [one for one in after if one in kept_before]:
        return OrderChange(full=(before, after))
    return OrderChange(taken, put)


class Rebuild:
    """Rebuilds an edit from its record, on top of the side of it that is now true."""

    def __init__(
        self,
        record: EditRecord,
        mode: Literal[WriteMode.UNDO, WriteMode.REDO],
        *,
        current_photo: Callable[[str], Photo],
        project: Project,
        stored_photo: Callable[[str], Photo],
        stored_instances: Callable[[str, tuple[str, ...]], Mapping[str, Instance]],
    ) -> None:
        """mode: what the edit is wanted for; `after` is now true for UNDO, `before` for REDO."""
        self._record, self._back = record, mode is WriteMode.UNDO
        self._current_photo, self._project = current_photo, project
        self._stored_photo, self._stored_instances = stored_photo, stored_instances

    def edit(self, label: str) -> Edit:
        """The edit, in its own direction: before, after."""
        pairs = [self._photo(change) for change in self._record.photos]
        pairs += [self._value(change) for change in self._record.values]
        return Edit(label, tuple((other, now) if self._back else (now, other) for now, other in pairs))

    def _photo(self, change: PhotoChange) -> Change:
        """(the photo now, the photo on the other side)."""
        if change.kind == "changed":
            now = self._current_photo(change.id)
            return now, self._other_side(change, now)
        if (change.kind == "added") == self._back:
            return self._current_photo(change.id), None
        stored = self._stored_photo(change.id)
        return None, self._other_side(change, stored) if change.is_revived else stored

    def _other_side(self, change: PhotoChange, now: Photo) -> Photo:
        ids = tuple(instance.id for instance in now.instances)
        if change.order is not None:
            ids = change.order.before(ids) if self._back else change.order.after(ids)
        instances = {instance.id: instance for instance in now.instances}
        for one in change.changed:
            if not (one.is_revived and self._back):
                instances[one.id] = instance_from_json(bytes(one.before if self._back else one.after))
        missing = tuple(one for one in ids if one not in instances)
        if missing:
            instances.update(self._stored_instances(change.id, missing))
        together = tuple(instances[one] for one in ids)
        if change.header is None:
            return now.with_instances(together)
        return photo_from_header(change.id, change.header[0 if self._back else 1], instances=together)

    def _value(self, change: ValueChange) -> Change:
        known: Mapping[str, ShoeModel] | Mapping[str, Category]
        known = self._project.models if change.kind == "model" else self._project.categories
        data = change.side(after=not self._back)
        if data is None:
            return known.get(change.id), None
        other = model_from_json(data) if change.kind == "model" else category_from_json(data)
        return known.get(change.id), other


def _value_to_json(value: object) -> Raw:
    if isinstance(value, ShoeModel):
        return Raw(model_to_json(value))
    return Raw(category_to_json(value) if isinstance(value, Category) else b"null")


def _moved(
    ids: tuple[str, ...], taken: tuple[tuple[int, str], ...], *, put: tuple[tuple[int, str], ...]
) -> tuple[str, ...]:
    gone = {one for _, one in taken}
    moved = [one for one in ids if one not in gone]
    for place, one in put:  # ascending, so that every place counts those already put
        moved.insert(place, one)
    return tuple(moved)
