"""Small pictures of photos: made by worker threads when a list shows them, kept in memory and on disk."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal
from PySide6.QtGui import QImage, QPixmap

from core.storage.folders import cache_dir

SIDE_PX = 96
IN_MEMORY = 1500
WAITING = 120  # older wishes are forgotten: the list has scrolled on

PathOf = Callable[[str], Path]  # a stored file name to the path on this computer
Maker = Callable[[Path, int], Any]


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small picture, or the sentence why there is none."""

    picture: QPixmap | None = None
    problem: str = ""


class Unreadable(Exception):
    """There is no picture of that file; the sentence says why."""


class Thumbnails(QObject):
    """Answers at once with what is known; `ready(path)` tells when there is more.

    path_of turns a photo's stored file into a path on this computer. make(path, side_px) gives an (H, W, 3) uint8
    array or raises Unreadable; core.storage.image_file.thumbnail unless another is handed in.
    """

    ready = Signal(str)
    _made = Signal(str, object, str)

    def __init__(self, path_of: PathOf, *, make: Maker | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path_of = path_of
        self._make = make or _read_thumbnail
        self._known: OrderedDict[str, Thumbnail] = OrderedDict()
        self._wishes = _Wishes()
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(2)
        self._made.connect(self._on_made)

    @property
    def is_idle(self) -> bool:
        """Whether no picture is being made."""
        return self._pool.activeThreadCount() == 0

    def get(self, file: str) -> Thumbnail | None:
        """The picture of a photo file, or None while it is being made."""
        path = str(self._path_of(file))
        known = self._known.get(path)
        if known is None:
            if self._wishes.add(path):
                self._pool.start(_Work(self._wishes, self._work))
            return None
        self._known.move_to_end(path)
        return known

    def forget(self) -> None:
        """Look again at all of them: photos were moved, or another project is open."""
        self._known.clear()
        self._wishes.clear()

    def close(self) -> None:
        """Forget what waits and let the workers end; nothing is made afterwards."""
        self._wishes.close()
        self._pool.clear()
        self._pool.waitForDone()

    def _work(self, path: str) -> None:
        """On a worker thread: make one picture and say so."""
        image, problem = None, ""
        try:
            image = small_picture(Path(path), make=self._make)
        except FileNotFoundError:
            problem = f"{path} is not there. Was it moved or renamed? Put it back, or remove the photo from the list."
        except (Unreadable, OSError) as error:
            problem = str(error)
        # The program may have ended meanwhile, and Qt's objects with it.
        with suppress(RuntimeError):
            if not self._wishes.closed:
                self._made.emit(path, image, problem)

    def _on_made(self, path: str, image: QImage | None, problem: str) -> None:
        self._known[path] = Thumbnail(None if image is None else QPixmap.fromImage(image), problem)
        if len(self._known) > IN_MEMORY:
            self._known.popitem(last=False)
        self.ready.emit(path)


class _Wishes:
    """What the list wants to see, the newest wish last; shared with the workers."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._paths: list[str] = []
        self._working: set[str] = set()
        self.closed = False

    def add(self, path: str) -> bool:
        """Wish for a picture; False when nobody new need be sent for it."""
        with self._lock:
            if self.closed or path in self._working:
                return False
            known = path in self._paths
            if known:
                self._paths.remove(path)
            self._paths.append(path)
            del self._paths[:-WAITING]
            return not known

    def take(self) -> str | None:
        """The newest wish, or None."""
        with self._lock:
            if not self._paths or self.closed:
                return None
            path = self._paths.pop()
            self._working.add(path)
            return path

    def done(self, path: str) -> None:
        """The wish is fulfilled."""
        with self._lock:
            self._working.discard(path)

    def clear(self) -> None:
        """Want nothing."""
        with self._lock:
            self._paths.clear()

    def close(self) -> None:
        """Want nothing any more."""
        self.clear()
        self.closed = True


class _Work(QRunnable):
    """Fulfils whatever is wished for most when a thread is free."""

    def __init__(self, wishes: _Wishes, work: Callable[[str], None]) -> None:
        super().__init__()
        self._wishes = wishes
        self._work = work

    def run(self) -> None:
        path = self._wishes.take()
        if path is not None:
            try:
                self._work(path)
            finally:
                self._wishes.done(path)


def small_picture(path: Path, *, make: Maker | None = None) -> QImage:
    """The small picture of a photo, from the cache or made; for a worker thread. Raises Unreadable or OSError."""
    about = path.stat()
    name = f"{path}|{about.st_mtime_ns}|{about.st_size}|{SIDE_PX}"
    key = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
    stored = cache_dir() / "thumbnails" / key[:2] / f"{key}.jpg"
    image = QImage(str(stored))
    if not image.isNull():
        return image
    pixels = (make or _read_thumbnail)(path, SIDE_PX)
    height, width = pixels.shape[:2]
    # The image only borrows the array's memory, hence the copy.
    image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
    stored.parent.mkdir(parents=True, exist_ok=True)
    image.save(str(stored), quality=88)
    return image


def _read_thumbnail(path: Path, side_px: int) -> Any:
    # Reading pictures loads Pillow: only after the window stands, and on the worker's thread.
    from core.storage.image_file import PhotoError, thumbnail

    try:
        return thumbnail(path, side_px)
    except PhotoError as error:
        raise Unreadable(str(error)) from error
