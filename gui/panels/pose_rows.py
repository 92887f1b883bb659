"""All poses of a project as rows, the most doubtful first, and which of them are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from core.document.store import Store
from core.labels.instance import Instance
from core.labels.photo import Photo, Status
from core.labels.pose_doubt import PoseDoubt, pose_doubt

Index = QModelIndex | QPersistentModelIndex
POSE = Qt.ItemDataRole.UserRole
SLIGHT = 0.15  # of doubt: a guessed camera alone is less


class Shown(StrEnum):
    """Which poses a reviewer looks at."""

    UNCHECKED = "unchecked"
    DOUBTFUL = "doubtful"
    ALL = "all"


@dataclass(frozen=True, slots=True, eq=False)
class PoseRow:
    """One posed sneaker: its photo (with this instance alone), the doubt of its pose, and how far the photo is."""

    photo: Photo
    instance: Instance
    doubt: PoseDoubt
    status: Status

    @property
    def key(self) -> tuple[str, str]:
        """Photo and instance."""
        return self.photo.id, self.instance.id


def rows_of(photo: Photo) -> list[PoseRow]:
    """The posed sneakers of a photo."""
    doubts = ((instance, pose_doubt(instance, photo)) for instance in photo.instances)
    # The other instances are let go: a project's outlines need not be in memory for a look at its poses.
    alone = replace(photo, instances=())
    return [PoseRow(alone, instance, doubt, photo.status) for instance, doubt in doubts if doubt is not None]


def read_rows(store: Store, photo_ids: Sequence[str], progress: Callable[[float, str], None]) -> list[PoseRow]:
    """The posed sneakers of many photos that are not rejected; `progress(fraction, text)` may raise to end it."""
    found: list[PoseRow] = []
    for at, photo_id in enumerate(photo_ids):
        if at and at % 200 == 0:
            progress(at / len(photo_ids), f"{at} of {len(photo_ids)} photos")
        photo = store.load_photo(photo_id)
        found += rows_of(photo) if photo.status is not Status.REJECTED else []
    return found


class PoseRows(QAbstractListModel):
    """Rows by doubt; what changes later keeps its place until the rows are sorted anew."""

    def __init__(self) -> None:
        super().__init__()
        self._all: list[PoseRow] = []
        self._rows: list[PoseRow] = []
        self.shown = Shown.UNCHECKED

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.UserRole:
                return row
            case Qt.ItemDataRole.DisplayRole:
                return row.photo.file.rpartition("/")[2]
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                doubts = ", ".join(row.doubt.reasons) or "nothing speaks against it"
                return f"{row.photo.file}, {row.instance.side.value} shoe, {row.status.value}: {doubts}"
        return None

    @property
    def counts(self) -> tuple[int, int, int]:
        """Poses in all, those not checked yet, those with more than a slight doubt."""
        unchecked = sum(_is_shown(row, Shown.UNCHECKED) for row in self._all)
        return len(self._all), unchecked, sum(_is_shown(row, Shown.DOUBTFUL) for row in self._all)

    def row(self, at: int) -> PoseRow:
        """The pose in a row."""
        return self._rows[at]

    def show(self, rows: Iterable[PoseRow], shown: Shown) -> None:
        """Take these poses and sort them."""
        self._all = sorted(rows, key=lambda row: (-row.doubt.score, row.photo.position))
        self.look_at(shown)

    def look_at(self, shown: Shown) -> None:
        """Let others through."""
        self.beginResetModel()
        self.shown = shown
        self._rows = [row for row in self._all if _is_shown(row, shown)]
        self.endResetModel()

    def update_photo(self, photo_id: str, rows: Sequence[PoseRow]) -> None:
        """A photo was changed: its poses are as they are now, in their places; new ones come with the next sorting."""
        new = {row.key: row for row in rows}
        for at, row in enumerate(self._all):
            if row.photo.id == photo_id and row.key in new:
                self._all[at] = new[row.key]
        for at, row in enumerate(self._rows):
            if row.photo.id == photo_id and row.key in new:
                self._rows[at] = new[row.key]
                self.dataChanged.emit(self.index(at), self.index(at))


def _is_shown(row: PoseRow, shown: Shown) -> bool:
    if row.status is Status.REJECTED:
        return False
    match shown:
        case Shown.UNCHECKED:
            return row.status is not Status.CHECKED
        case Shown.DOUBTFUL:
            return row.doubt.score > SLIGHT
        case Shown.ALL:
            return True
