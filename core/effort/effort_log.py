"""The log of one's work on a project: a file of JSON lines among this computer's data, never in the project itself.

A project that is handed on carries nobody's times; nothing here is ever sent anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from core.document.store import Store
from core.effort.record import EffortRecord, record_from_json, record_to_json
from core.storage.folders import data_dir

PROJECT_KEY = "project_id"  # a setting of the project: a random name that this computer's log goes by
FOLDER = "effort"
_SUFFIX = ".jsonl"
_HEAD = {"outsole": "effort", "version": 1}


@dataclass(frozen=True, slots=True)
class EffortRead:
    """What a log holds. problem: a sentence about what could not be read, "" when all could."""

    records: tuple[EffortRecord, ...] = ()
    problem: str = ""


def effort_folder() -> Path:
    """The folder of all logs; it may not exist yet."""
    return data_dir() / FOLDER


def known_project_id(store: Store) -> str:
    """The name a project's log goes by, "" while nothing was measured in it."""
    text = store.setting(PROJECT_KEY) or ""
    return text if text.isalnum() else ""


def project_id(store: Store) -> str:
    """The name a project's log goes by; it is given one if it has none. Raises StorageError."""
    known = known_project_id(store)
    if not known:
        known = uuid4().hex
        store.set_setting(PROJECT_KEY, known)
    return known


class EffortLog:
    """The log of one project. A damaged file is put aside, and what could be read of it goes on in a new one."""

    def __init__(self, project: str, folder: Path | None = None) -> None:
        self.file = (folder or effort_folder()) / f"{project}{_SUFFIX}"

    def append(self, records: Sequence[EffortRecord]) -> None:
        """Write lines at the end, all at once; raises OSError."""
        if not records:
            return
        lines = [json.dumps(record_to_json(record), ensure_ascii=False) for record in records]
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a+b") as file:
            size = file.seek(0, 2)
            file.seek(max(size - 1, 0))
            if size and file.read(1) != b"\n":  # a program died in the middle of its last line
                file.seek(0)
                size = file.truncate(file.read().rfind(b"\n") + 1)
            if size == 0:
                lines.insert(0, json.dumps(_HEAD))
            file.write(("\n".join(lines) + "\n").encode())

    def read(self) -> EffortRead:
        """Every record, oldest first; never raises for what is in the file."""
        try:
            content = self.file.read_bytes()
        except FileNotFoundError:
            return EffortRead()
        except OSError as error:
            return EffortRead((), f"{self.file} cannot be read ({error.strerror}); earlier times are not counted.")
        records, bad = _decoded(content)
        if not bad:
            return EffortRead(tuple(records))
        return EffortRead(tuple(records), self._begin_anew(records, bad))

    def clear(self) -> None:
        """Forget this project's times; raises OSError."""
        self.file.unlink(missing_ok=True)

    def _begin_anew(self, records: Sequence[EffortRecord], bad: int) -> str:
        aside = self.file.with_name(f"{self.file.stem}.damaged-{uuid4().hex[:8]}")
        lines = "1 line" if bad == 1 else f"{bad} lines"
        try:
            self.file.replace(aside)
            self.append(records)
        except OSError as error:
            return f"{lines} of {self.file} could not be read, nor could it be put aside ({error.strerror})."
        kept = f"the other {len(records)} go on in a new one" if records else "a new one was begun"
        return f"{lines} of your measured times could not be read; that file is kept as {aside}, and {kept}."


def clear_all(folder: Path | None = None) -> int:
    """Forget the times of all projects on this computer; answers how many projects had any. Raises OSError."""
    place = folder or effort_folder()
    if not place.is_dir():
        return 0
    logs = [file for file in place.iterdir() if file.suffix == _SUFFIX or ".damaged-" in file.name]
    for file in logs:
        file.unlink(missing_ok=True)
    return sum(file.suffix == _SUFFIX for file in logs)


def read_effort(store: Store, folder: Path | None = None) -> EffortRead:
    """What this computer knows of the work on a project. Raises StorageError."""
    known = known_project_id(store)
    return EffortLog(known, folder).read() if known else EffortRead()


def joined(records: Iterable[EffortRecord]) -> list[EffortRecord]:
    """The records with neighbours of one thing as one line: fifty nudges are a line, not fifty."""
    kept: list[EffortRecord] = []
    for record in records:
        both = kept[-1].joined(record) if kept else None
        if both is None:
            kept.append(record)
        else:
            kept[-1] = both
    return kept


def _decoded(content: bytes) -> tuple[list[EffortRecord], int]:
    """The records, and how many lines are none. The last line may be torn: the program may have died writing it."""
    records: list[EffortRecord] = []
    bad = 0
    *lines, last = content.split(b"\n")
    for number, line in enumerate([*lines, last]):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            if number == 0 and isinstance(value, dict) and "outsole" in value:
                continue
            records.append(record_from_json(value))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            bad += line is not last
    return records, bad
