"""Bringing a project file of an older version to today's, with a copy of it beside."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from core.storage.errors import DiskFull, MigrationFailed, NewerProject, NotAProject, NotWritable, ProjectDamaged
from core.storage.schema import SCHEMA_VERSION

Migration = Callable[[sqlite3.Connection], None]

# From each version to the next, in SQL text: the tables of schema.py are today's, a migration knows yesterday's.
MIGRATIONS: Mapping[int, Migration] = {}

_MAGIC = b"SQLite format 3\x00"


def bring_up_to_date(
    path: Path, *, target: int = SCHEMA_VERSION, migrations: Mapping[int, Migration] = MIGRATIONS
) -> Path | None:
    """Check that a file is a project and migrate it to `target` if it is older; returns the copy made then.

    All steps are one transaction: a file is migrated, or as it was. Raises NotAProject, NewerProject,
    ProjectDamaged or MigrationFailed.
    """
    _check_magic(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        found = _version_of(path, database)
        if found > target:
            raise NewerProject(path, found, known=target)
        if found == target:
            return None
        backup = _back_up(path, database, version=found)
        try:
            database.execute("BEGIN IMMEDIATE")
            for version in range(found, target):
                migrations[version](database)
            database.execute("UPDATE schema SET version = ?", (target,))
            database.execute("COMMIT")
        except (sqlite3.Error, KeyError, ValueError) as error:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise MigrationFailed(path, backup, reason=str(error)) from error
    return backup


def _check_magic(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise NotWritable(path, error.strerror or str(error)) from error
    if not head:
        raise NotAProject(path, "it is empty")
    if head != _MAGIC:
        raise NotAProject(path, "its contents are something else")


def _version_of(path: Path, database: sqlite3.Connection) -> int:
    try:
        row = database.execute("SELECT version FROM schema").fetchone()
    except sqlite3.OperationalError as error:
        if "no such" in str(error):
            raise NotAProject(path, "it is the database of another program") from error
        raise ProjectDamaged(path, str(error)) from error
    except sqlite3.DatabaseError as error:
        raise ProjectDamaged(path, str(error)) from error
    if row is None or not isinstance(row[0], int):
        raise NotAProject(path, "it is the database of another program")
    return row[0]


def _back_up(path: Path, database: sqlite3.Connection, *, version: int) -> Path:
    backup = path.with_name(f"{path.stem}.version{version}{path.suffix}")
    number = 2
    while backup.exists():
        backup = path.with_name(f"{path.stem}.version{version}-{number}{path.suffix}")
        number += 1
    try:
        with closing(sqlite3.connect(backup)) as copy:
            database.backup(copy)
    except sqlite3.Error as error:
        backup.unlink(missing_ok=True)
        if error.sqlite_errorname == "SQLITE_FULL":
            raise DiskFull(path) from error
        raise NotWritable(backup, str(error)) from error
    return backup
