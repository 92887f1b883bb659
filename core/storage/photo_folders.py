"""Which files of a folder are photos to label: all of its pictures but those of data sets exported from here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from core.storage.image_file import PHOTO_SUFFIXES

# An export's default place is a folder beside the photos: its copies and masks are nobody's photos.
_BOP_MARK = "outsole_objects.json"
_YOLO_MARK, _YOLO_HEAD = "data.yaml", b"# Outsole: "


def photos_below(folder: Path) -> tuple[list[Path], list[Path]]:
    """Its photos at any depth, sorted by path, and the exported data sets in it, which were not looked into.

    folder itself is looked into whatever it is: somebody has named it.
    """
    photos: list[Path] = []
    exports: list[Path] = []
    for place, below, names in os.walk(folder):
        here = Path(place)
        left_out = [name for name in below if is_exported(here / name)]
        exports += [here / name for name in left_out]
        below[:] = [name for name in below if name not in left_out]
        photos += _photos(here, names)
    return sorted(photos), sorted(exports)


def is_exported(folder: Path) -> bool:
    """Whether a BOP or YOLO data set that Outsole wrote begins in the folder."""
    if (folder / _BOP_MARK).is_file():
        return True
    try:
        with (folder / _YOLO_MARK).open("rb") as file:
            return file.read(len(_YOLO_HEAD)) == _YOLO_HEAD
    except OSError:
        return False


def _photos(here: Path, names: list[str]) -> Iterator[Path]:
    return (here / name for name in names if Path(name).suffix.lower() in PHOTO_SUFFIXES)
