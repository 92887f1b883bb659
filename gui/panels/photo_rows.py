"""The photos of a project as rows: which ones a filter lets through, in which order, and what changed in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from core.labels.photo import PhotoEntry, Status

Index = QModelIndex | QPersistentModelIndex
ENTRY = Qt.ItemDataRole.UserRole
STATUS_TEXT = {
    Status.TODO: "to do",
    Status.LABELLED: "labelled",
    Status.CHECKED: "checked",
    Status.REJECTED: "rejected",
}
FILTER_WORDS = ("todo", "labelled", "checked", "rejected", "empty", "outlined", "posed", "unposed")


@dataclass(frozen=True, slots=True)
class Filter:
    """Words that all must hold: status words (`FILTER_WORDS`, or with a leading - for their opposite), else parts of
    the file's name."""

    words: tuple[str, ...] = ()

    @staticmethod
    def of(text: str) -> Filter:
        """The filter somebody typed."""
        return Filter(tuple(text.casefold().split()))

    def lets_through(self, entry: PhotoEntry) -> bool:
        """Whether a photo is to be shown."""
        return all(_holds(word, entry) for word in self.words)


class PhotoRows(QAbstractListModel):
    """Rows are entries of the project's index; no photo is ever loaded for them."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: Mapping[str, PhotoEntry] = {}
        self._order: list[str] = []
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self.filter = Filter()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self._entries[self._ids[index.row()]]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return PurePosixPath(entry.file).name
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{PurePosixPath(entry.file).name}, {STATUS_TEXT[entry.status]}, {summary(entry)}"
            case Qt.ItemDataRole.UserRole:
                return entry
        return None

    def photo_id(self, row: int) -> str:
        """The photo in a row."""
        return self._ids[row]

    def row_of(self, photo_id: str | None) -> int | None:
        """The row of a photo, None when it is not shown."""
        return self._rows.get(photo_id) if photo_id is not None else None

    @property
    def total(self) -> int:
        """How many photos the project has."""
        return len(self._order)

    @property
    def shown_ids(self) -> tuple[str, ...]:
        """The photos the filter lets through, in order."""
        return tuple(self._ids)

    def show(self, entries: Mapping[str, PhotoEntry], *, touched: set[str] | None = None) -> bool:
        """Take another index. Answers whether rows came or went; otherwise only the touched rows are told of.

        A photo whose new status no longer fits the filter stays until the filter is applied again: rows must not
        vanish under the hand.
        """
        order = list(entries)
        if order != self._order:
            self._reset(entries, order)
            return True
        self._entries = entries
        for photo_id in touched or ():
            row = self._rows.get(photo_id)
            if row is not None:
                self.dataChanged.emit(self.index(row), self.index(row))
        return False

    def use_filter(self, chosen: Filter, *, keep: str | None = None) -> None:
        """Show what the filter lets through, and the photo `keep` in any case."""
        self.filter = chosen
        self._reset(self._entries, self._order, keep=keep)

    def _reset(self, entries: Mapping[str, PhotoEntry], order: list[str], *, keep: str | None = None) -> None:
        let_through = self.filter.lets_through
        ids = [i for i in order if i == keep or let_through(entries[i])] if self.filter.words else order
        self.beginResetModel()
        self._entries, self._order, self._ids = entries, order, ids
        self._rows = {photo_id: row for row, photo_id in enumerate(ids)}
        self.endResetModel()


def summary(entry: PhotoEntry) -> str:
    """ "3 outlined, 2 posed"."""
    if not entry.instance_count:
        return "nothing outlined"
    posed = f", {entry.posed_count} posed" if entry.posed_count else ""
    return f"{entry.instance_count} outlined{posed}"


def short_summary(entry: PhotoEntry) -> str:
    """ "2 of 3 posed", "3 posed" where all are: how a narrow row says it."""
    posed, outlined = entry.posed_count, entry.instance_count
    return f"{posed} posed" if posed == outlined else f"{posed} of {outlined} posed"


def _holds(word: str, entry: PhotoEntry) -> bool:
    opposite, word = (True, word[1:]) if word.startswith("-") and len(word) > 1 else (False, word)
    match word:
        case "todo" | "labelled" | "checked" | "rejected":
            holds = entry.status.value == word
        case "posed":
            holds = entry.posed_count > 0
        case "unposed":
            holds = entry.instance_count > 0 and entry.posed_count == 0
        case "empty" | "outlined":
            holds = (entry.instance_count == 0) == (word == "empty")
        case _:
            holds = word in entry.file.casefold()
    return holds != opposite
