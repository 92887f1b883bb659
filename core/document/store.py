"""What a Document asks of the place its project is kept in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.document.edit import Edit
from core.geometry.mesh import Mesh
from core.labels.photo import Photo
from core.labels.project import Project


class StorageError(Exception):
    """The project could not be read or written; the sentence names the file and what to do. Nothing was changed."""


class WriteMode(StrEnum):
    """What a written edit does to the log: a new line, more of the last line, or a step back or forth along it."""

    COMMIT = "commit"
    MERGE = "merge"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One edit of the log. by: the annotator's name. at: UTC, ISO 8601."""

    seq: int
    label: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class History:
    """The log as a line of steps: those done, oldest first, and those taken back, the next to redo first."""

    done: tuple[HistoryLine, ...] = ()
    undone: tuple[HistoryLine, ...] = ()


class Store(Protocol):
    """Keeps one project. Every method raises StorageError with a sentence when the place fails."""

    def load_project(self) -> Project:
        """The index: photo entries in list order, models, categories; decodes no photo."""

    def load_photo(self, photo_id: str) -> Photo:
        """One photo with its instances, as last written."""

    def write(self, edit: Edit, *, mode: WriteMode) -> HistoryLine:
        """Write an edit in one transaction and return its line; when this returns, the edit is on the disk.

        COMMIT writes and logs it, and forgets what was undone. MERGE: `edit` is the last logged edit and what
        followed it in one, and takes its place. UNDO: `edit` is the last done one, reversed. REDO: the next undone.
        Raises StaleEdit when a photo is no longer as this process last read or wrote it.
        """

    def history(self) -> History:
        """The log's lines, without their changes."""

    def load_edit(self, seq: int, *, current_photo: Callable[[str], Photo], project: Project) -> Edit:
        """The edit of a line, rebuilt. It must be the last done one or the next undone one.

        The side of it that is now true consists of the very objects of `current_photo` and `project`.
        """

    def add_mesh(self, mesh: Mesh) -> str:
        """Keep a mesh (once, however often it is added) and return its SHA-256."""

    def mesh(self, sha256: str) -> Mesh:
        """The mesh of that SHA-256."""

    def mesh_npz(self, sha256: str) -> bytes:
        """The mesh of that SHA-256 as the bytes of its .npz file."""

    def setting(self, key: str, default: str | None = None) -> str | None:
        """A setting of the project, or `default`."""

    def set_setting(self, key: str, value: str | None) -> None:
        """Keep a setting of the project; None forgets it."""

    def close(self) -> None:
        """Let go of the project; the store is of no use afterwards."""
