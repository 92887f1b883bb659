"""A photo's pixels for the screen: halved copies for small zooms, brightness and contrast, read off the GUI thread."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRunnable, QSize, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage

from gui.session import ViewOptions

_KEPT = 4


@dataclass(frozen=True, slots=True)
class PhotoPicture:
    """The pixels of one photo as QImages (RGB32), each level half the size of the one before it."""

    file: str
    levels: tuple[QImage, ...]

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height) of the file, as it is seen."""
        return self.levels[0].width(), self.levels[0].height()

    def histogram(self) -> NDArray[np.int64]:
        """(256,) how many pixels of the smallest level have each grey value (the mean of red, green and blue)."""
        image = self.levels[-1]
        pixels = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), -1, 4)
        grey = pixels[:, : image.width(), :3].mean(axis=2).astype(np.uint8)
        return np.bincount(grey.ravel(), minlength=256)

    def level_for(self, scale: float) -> int:
        """The smallest level that still has a pixel for every screen pixel; `scale` is screen px a photo px."""
        level = 0
        while level + 1 < len(self.levels) and scale * 2 ** (level + 1) <= 1.0:
            level += 1
        return level

    def adjusted(self, level: int, view: ViewOptions) -> QImage:
        """One level, brightened and with contrast as the window wants it."""
        image = self.levels[level]
        if view.brightness == 0.0 and view.contrast == 1.0:
            return image
        return _through(image, tone_table(view.brightness, view.contrast))


def tone_table(brightness: float, contrast: float) -> NDArray[np.uint8]:
    """(256,) output of each input value: contrast about mid-grey, then brightness -1..1."""
    values = (np.arange(256) / 255.0 - 0.5) * contrast + 0.5 + brightness
    return np.clip(np.round(values * 255.0), 0, 255).astype(np.uint8)


def picture_from_pixels(file: str, pixels: NDArray[np.uint8]) -> PhotoPicture:
    """Levels of (H, W, 3) uint8 RGB."""
    levels = [_qimage(pixels)]
    while max(levels[-1].width(), levels[-1].height()) > 1024:
        finer = levels[-1]
        half = QSize((finer.width() + 1) // 2, (finer.height() + 1) // 2)
        shape = Qt.AspectRatioMode.IgnoreAspectRatio
        levels.append(finer.scaled(half, shape, Qt.TransformationMode.SmoothTransformation))
    return PhotoPicture(file, tuple(levels))


class PhotoLoader(QObject):
    """Reads photos in a pool of threads; `loaded` carries a PhotoPicture, `failed` a file and a sentence."""

    loaded = Signal(object)
    failed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(2)
        self._kept: OrderedDict[str, PhotoPicture] = OrderedDict()
        self._reading: set[str] = set()
        self.loaded.connect(self._keep)
        self.failed.connect(lambda file, _: self._reading.discard(file))

    def request(self, file: Path) -> PhotoPicture | None:
        """The picture if it is at hand; otherwise None, and `loaded` or `failed` follows."""
        key = str(file)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key not in self._reading:
            self._reading.add(key)
            self._pool.start(_Reading(self, key))
        return None

    def forget(self) -> None:
        """Keep no picture: another project is open."""
        self._kept.clear()

    def stop(self) -> None:
        """Wait for the reads that have begun; no more are started."""
        self._pool.clear()
        self._pool.waitForDone()

    def _keep(self, picture: PhotoPicture) -> None:
        self._reading.discard(picture.file)
        self._kept[picture.file] = picture
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


class _Reading(QRunnable):
    def __init__(self, loader: PhotoLoader, file: str) -> None:
        super().__init__()
        self._loader = loader
        self._file = file

    def run(self) -> None:
        from core.storage.image_file import PhotoError, read_pixels

        try:
            picture = picture_from_pixels(self._file, read_pixels(Path(self._file)))
        except PhotoError as error:
            self._loader.failed.emit(self._file, str(error))
        except MemoryError:
            sentence = f"{self._file} is too large for this computer's memory; scale it down and add it again."
            self._loader.failed.emit(self._file, sentence)
        else:
            self._loader.loaded.emit(picture)


def _qimage(pixels: NDArray[np.uint8]) -> QImage:
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    view = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return view.convertToFormat(QImage.Format.Format_RGB32)


def _through(image: QImage, table: NDArray[np.uint8]) -> QImage:
    copy = image.copy()
    bits = np.frombuffer(copy.bits(), dtype=np.uint8)  # BGRA; the fourth byte is not looked at
    np.take(table, bits, out=bits)
    return copy
