"""A quick look at a project that is not opened: how many photos it has, how many are checked, and one of them."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.labels.photo import Status
from core.storage.read_only import read_only_uri

_COUNTS = "SELECT count(*), coalesce(sum(status = ?), 0) FROM photo WHERE deleted = 0"
_FIRST = "SELECT file FROM photo WHERE deleted = 0 ORDER BY id = ? DESC, position LIMIT 1"


@dataclass(frozen=True, slots=True)
class Glance:
    """What can be said of a project in a moment. photo: file of one of its photos as stored, "" when it has none."""

    photos: int
    checked: int
    photo: str = ""


def glance_at(path: Path | str, *, photo_id: str = "") -> Glance | None:
    """Look into a project file (.outsole) without opening it; None when it cannot be read.

    `photo_id` is the photo to name if it is there, else the first one. No lock is taken and nothing is written.
    """
    path = Path(path).absolute()
    # A file that nobody holds open is read as it lies: SQLite would leave two files beside it otherwise.
    held = os.path.exists(f"{path}-wal")  # noqa: PTH110 (Path's own raises where one may not look)
    try:
        with closing(sqlite3.connect(f"{read_only_uri(path)}{'' if held else '&immutable=1'}", uri=True)) as file:
            photos, checked = file.execute(_COUNTS, (Status.CHECKED.value,)).fetchone()
            first = file.execute(_FIRST, (photo_id,)).fetchone()
    except sqlite3.Error:
        return None
    return Glance(photos, checked, first[0] if first else "")
