"""An edit begun from older values, laid on those of now: what both sides changed is refused, the rest is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.document.edit import Change, Edit, StaleEdit, Value
from core.labels.photo import Photo
from core.labels.project import Category
from core.labels.shoe_model import ShoeModel

# The value of that kind and id as it stands, or None.
Current = Callable[[Value], Value | None]


def rebased(edit: Edit, current: Current) -> Edit:
    """The edit as it would have been, had it begun from the values of now.

    Of a photo only what the edit changed is carried over, instance by instance. Raises StaleEdit with a sentence when
    the same instance, model or category was changed on both sides; nothing is done then.
    """
    return replace(edit, changes=tuple(_rebased(change, edit, current) for change in edit.changes))


def _rebased(change: Change, edit: Edit, current: Current) -> Change:
    before, after = change
    value = after if before is None else before
    assert value is not None
    now = current(value)
    if now is before or (before is None and now is None):
        return change
    if isinstance(before, Photo) and isinstance(after, Photo) and isinstance(now, Photo):
        return now, _photo_with(now, before, after=after, label=edit.label)
    if isinstance(value, ShoeModel | Category) and now in (before, after):
        return now, after
    raise StaleEdit(
        f"“{edit.label}” was not made: {_name(value)} was changed meanwhile. Do it again on what is there now."
    )


def _photo_with(now: Photo, before: Photo, *, after: Photo, label: str) -> Photo:
    """`now` with what leads from `before` to `after`."""
    old = {instance.id: instance for instance in before.instances}
    new = {instance.id: instance for instance in after.instances}
    here = {instance.id: instance for instance in now.instances}
    result = now
    for instance_id, instance in new.items():
        was, is_now = old.get(instance_id), here.get(instance_id)
        if instance is was:
            continue
        if is_now is not was and is_now != was:
            raise StaleEdit(f"“{label}” was not made: the instance it changes was changed meanwhile in {now.file}.")
        result = result.with_instance(instance)
    for instance_id, was in old.items():
        if instance_id not in new:
            is_now = here.get(instance_id)
            if is_now is not None and is_now is not was and is_now != was:
                raise StaleEdit(f"“{label}” was not made: what it takes away was changed meanwhile in {now.file}.")
            result = result.without_instance(instance_id)
    for field in ("camera", "status", "notes", "review"):
        if getattr(after, field) != getattr(before, field):
            result = replace(result, **{field: getattr(after, field)})
    return result


def _name(value: Value) -> str:
    return value.file if isinstance(value, Photo) else f"“{value.name}”"
