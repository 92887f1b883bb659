"""What the welcome page says of projects that are not open: looked up by worker threads, once the page is seen."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal
from PySide6.QtGui import QImage

from core.storage.glance import glance_at
from gui.panels.thumbnails import Unreadable, small_picture


@dataclass(frozen=True, slots=True)
class Look:
    """words: how many photos and how many checked, "" when nobody could tell; when: it was last worked on."""

    words: str = ""
    when: str = ""
    picture: QImage | None = None


class RecentGlances(QObject):
    """`looked(project file, Look)` for each that was asked for, in any order."""

    looked = Signal(str, object)

    def ask(self, files: tuple[str, ...], last_photos: Mapping[str, str], *, pictures: bool) -> None:
        """Look at these. last_photos: id of the photo each was left at."""
        for file in files:
            QThreadPool.globalInstance().start(_Work(self, file, last_photos.get(file, ""), pictures))


class _Work(QRunnable):
    def __init__(self, answer_to: RecentGlances, file: str, photo_id: str, pictures: bool) -> None:
        super().__init__()
        self._answer_to, self._file, self._photo_id, self._pictures = answer_to, file, photo_id, pictures

    def run(self) -> None:
        found = look_at(Path(self._file), self._photo_id, pictures=self._pictures)
        with suppress(RuntimeError):  # the window is gone, and Qt's object with it
            self._answer_to.looked.emit(self._file, found)


def look_at(path: Path, photo_id: str = "", *, pictures: bool = True, now: datetime | None = None) -> Look:
    """What can be said of a project file; for a worker thread."""
    try:
        when = when_words(datetime.fromtimestamp(path.stat().st_mtime), now or datetime.now())
    except OSError:
        return Look()
    seen = glance_at(path, photo_id=photo_id)
    if seen is None:
        return Look("", when)
    words = "no photos yet" if not seen.photos else f"{seen.checked:,} of {seen.photos:,} checked"
    return Look(words, when, _picture(path, seen.photo) if pictures and seen.photo else None)


def when_words(then: datetime, now: datetime) -> str:
    """ "today 14:05", "yesterday", "12 Nov", "12 Nov 2025"."""
    days = (now.date() - then.date()).days
    if days == 0:
        return f"today {then:%H:%M}"
    if days == 1:
        return "yesterday"
    return f"{then.day} {then:%b}" if then.year == now.year else f"{then.day} {then:%b %Y}"


def _picture(project: Path, photo: str) -> QImage | None:
    # Loads Pillow: only once the window stands, and on the worker's thread.
    from core.storage.image_file import resolve_photo_path

    try:
        return small_picture(resolve_photo_path(project.parent, photo))
    except (Unreadable, OSError):
        return None
