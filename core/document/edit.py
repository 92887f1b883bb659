"""One committed change: its label, and each value before and after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from core.labels.photo import Photo
from core.labels.project import Category
from core.labels.shoe_model import ShoeModel

Value: TypeAlias = Photo | ShoeModel | Category
Change: TypeAlias = tuple[Value | None, Value | None]


class StaleEdit(Exception):
    """The value an edit began from is no longer the current one; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What was, what is, and what the menu calls it. (None, x) adds x, (x, None) removes it.

    Edits with the same `merge_key` that follow one another within half a second become one (arrow keys, wheel).
    """

    label: str
    changes: tuple[Change, ...]
    merge_key: str | None = None

    @staticmethod
    def of(label: str, before: Value | None, after: Value | None, *, merge_key: str | None = None) -> Edit:
        """An edit of one value."""
        return Edit(label, ((before, after),), merge_key)

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing: a click that moved nothing."""
        return all(before is after for before, after in self.changes)

    def reversed(self) -> Edit:
        """The edit that takes this one back."""
        return Edit(self.label, tuple((after, before) for before, after in reversed(self.changes)))

    def photos_after(self) -> tuple[Photo, ...]:
        """The photos as they are once the edit is made."""
        return tuple(after for _, after in self.changes if isinstance(after, Photo))
