"""An export's folder appears whole or not at all, keeps a list of its files, and never takes another's with it."""

from __future__ import annotations

import hashlib
import os
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from core.formats.json_file import FormatError, read_json_object, write_json
from core.labels.project import Project
from core.labels.words import counted
from core.storage.image_file import resolve_photo_path

LIST_FILE = "outsole_files.json"
_ABOUT = "the files of this export; what is not in this list is never replaced"
# What file browsers and training programs leave behind by themselves; Windows writes the letters as it likes.
_WORTHLESS = {"desktop.ini", "thumbs.db", ".ds_store", ".directory"}


@dataclass(frozen=True, slots=True)
class _Written:
    """A file as the export left it. at_ns: its time of change, by which the rest need not be looked at."""

    size: int
    at_ns: int
    sha256: str

    def is_still(self, file: Path) -> bool:
        """Whether nobody has changed it since; a copy of the folder may have other times."""
        told = file.stat()
        if told.st_size != self.size:
            return False
        return told.st_mtime_ns == self.at_ns or _sha256(file) == self.sha256


def folder_beside(out_dir: Path) -> Path:
    """A new name beside an export's place, to write it under; on the same drive, also where that place is a link."""
    place = out_dir.resolve()
    return place.with_name(f".{place.name}.{uuid4().hex[:8]}.tmp")


def check_replaceable(out_dir: Path, project: Project, project_folder: Path, *, is_export: bool) -> None:
    """Raise FormatError when an export to `out_dir` would take more with it than an earlier one of ours.

    is_export: whether such a one lies there. With files in it that were added or changed it is somebody's work.
    """
    place = out_dir.resolve()
    if place.exists() and not is_export and (place.is_file() or any(place.iterdir())):
        raise FormatError(f"{out_dir} holds something that is no earlier export of this kind; choose another folder.")
    for entry in project.entries.values():
        if resolve_photo_path(project_folder, entry.file).resolve().is_relative_to(place):
            raise FormatError(
                f"{out_dir} holds photos of this very project ({entry.file}), which the export would replace; "
                "choose another folder."
            )
    if is_export:
        _refuse_strangers(place, shown=out_dir)


def put_in_place(made: Path, out_dir: Path) -> None:
    """Move a folder that is complete to where it belongs, with the list of its files; an earlier one there goes.

    That stays, and this is not moved, when it fails, or when somebody's own files have come to it meanwhile: raises
    OSError or FormatError.
    """
    place = out_dir.resolve()
    _write_list(made)
    if not place.exists():
        made.rename(place)
        return
    # Read where it lies: a copy is read whole, and a program that ends meanwhile must not leave it under another name.
    before = _stamps(place)
    if any(place.iterdir()):
        _refuse_strangers(place, shown=out_dir)
    former = place.with_name(f".{place.name}.{uuid4().hex[:8]}.old")
    place.rename(former)
    try:
        if _stamps(former) != before:
            _refuse_strangers(former, shown=out_dir)
        made.rename(place)
    except BaseException:  # also when somebody gives up right now
        former.rename(place)
        raise
    shutil.rmtree(former, ignore_errors=True)


def _write_list(folder: Path) -> None:
    files: dict[str, list[Any]] = {}
    for name in _files_in(folder):
        file = folder / name
        told = file.stat()
        files[name] = [told.st_size, told.st_mtime_ns, _sha256(file)]
    write_json(folder / LIST_FILE, {"about": _ABOUT, "files": files}, indent=1)


def _stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of every file, as of a link itself."""
    told = {name: (folder / name).lstat() for name in _files_in(folder)}
    return {name: (one.st_size, one.st_mtime_ns) for name, one in told.items()}


def _refuse_strangers(folder: Path, *, shown: Path) -> None:
    try:
        content = read_json_object(folder / LIST_FILE)["files"]
        # A Mac's drive may spell the same letter another way: "ü" as "u" with its dots behind.
        composed = {unicodedata.normalize("NFC", name): _Written(*entry) for name, entry in content.items()}
        listed = composed | {name: _Written(*entry) for name, entry in content.items()}
    except (FormatError, LookupError, TypeError, AttributeError):
        raise FormatError(
            f"{shown} holds an earlier export, but no list of its files ({LIST_FILE}) by which your own could be told "
            "from them; move the folder elsewhere, or choose another."
        ) from None
    strange, changed = [], []
    for name in _files_in(folder):
        file = folder / name
        written = listed.get(name) or listed.get(unicodedata.normalize("NFC", name))
        if written is None or file.is_symlink():
            strange.append(name)
        elif not written.is_still(file):
            changed.append(name)
    if strange:
        raise FormatError(
            f"{shown} holds an earlier export, which would be replaced, and {_told(strange)}, which is no part of it; "
            "move that elsewhere, or choose another folder."
        )
    if changed:
        raise FormatError(
            f"{shown} holds an earlier export, which would be replaced, and somebody has changed {_told(changed)} "
            "in it since; move that elsewhere, or choose another folder."
        )


def _files_in(folder: Path) -> Iterator[str]:
    """Every file at any depth but the list, by its place with forward slashes, sorted; a link to a folder is one."""
    found = []
    for place, below, names in os.walk(folder):
        here = Path(place)
        links = [name for name in below if (here / name).is_symlink()]
        kept = [name for name in names if not _is_worthless(name)]
        found += [(here / name).relative_to(folder).as_posix() for name in (*kept, *links)]
    return iter(sorted(set(found) - {LIST_FILE}))


def _is_worthless(name: str) -> bool:
    # "._": beside every file that a Mac has written to another's drive.
    return name.lower() in _WORTHLESS or name.endswith(".cache") or name.startswith("._")


def _told(names: list[str]) -> str:
    first = os.fsencode(names[0]).decode(errors="replace")
    return first if len(names) == 1 else f"{first} (and {counted(len(names) - 1, 'more file')})"


def _sha256(file: Path) -> str:
    # Not image_file's: that one's errors speak of a photo, and these are the disk's.
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
