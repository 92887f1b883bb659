"""A project as one SQLite file: every edit is one transaction that is on the disk when it is acknowledged."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, delete, event, insert, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.pool import StaticPool

from core.document.edit import Edit
from core.document.store import History, HistoryLine, StorageError, WriteMode
from core.geometry.mesh import Mesh
from core.labels.instance import Instance
from core.labels.photo import Photo
from core.labels.project import DEFAULT_CATEGORIES, Project
from core.storage.edit_log import Rebuild, record_from_json
from core.storage.edit_rows import EditWriter
from core.storage.errors import (
    CannotStore,
    DiskFull,
    NoFolder,
    NotWritable,
    ProjectDamaged,
    ProjectExists,
    ProjectInUse,
    ProjectMissing,
    WriteFailed,
)
from core.storage.mesh_codec import mesh_from_npz, mesh_to_npz
from core.storage.migrations import bring_up_to_date
from core.storage.model_codec import category_to_json
from core.storage.project_lock import HOLDER_KEY, ProjectLock, this_process, user_name
from core.storage.project_rows import read_buried_instances, read_photo, read_project
from core.storage.schema import (
    SCHEMA_VERSION,
    category_table,
    edit_table,
    mesh_table,
    metadata,
    schema_table,
    setting_table,
)

SUFFIX = ".outsole"
Synchronous = Literal["NORMAL", "FULL"]


def create_project(path: Path | str, *, annotator: str | None = None) -> SqliteStore:
    """Make an empty project with the usual categories and open it; its folder is made with it, where the one above is.

    Raises ProjectExists when there is a file of that name, and other StorageErrors when none can be made.
    """
    path = Path(path).absolute()
    if path.exists():
        raise ProjectExists(path)
    with _folder_for(path):
        return _created(path, annotator=annotator)


def open_project(path: Path | str, *, annotator: str | None = None) -> SqliteStore:
    """Open a project for this process alone, migrated to today's format (with a copy beside) if it is older.

    Raises ProjectMissing, NotAProject, NewerProject, ProjectInUse, NotWritable or ProjectDamaged.
    """
    path = Path(path).absolute()
    if not path.exists():
        raise ProjectMissing(path)
    if not path.is_file():
        raise NotWritable(path, "it is a folder")
    if not os.access(path, os.W_OK):
        raise NotWritable(path, "the file is read-only")
    lock = ProjectLock(path)
    try:
        bring_up_to_date(path)
        return SqliteStore(path, lock, annotator=annotator)
    except BaseException:
        lock.release()
        raise


class SqliteStore:
    """A Store (see core.document.store) in one SQLite file, held open by this process alone.

    Its methods may be called from any thread, one after another; photos and edits belong to the document's thread.
    """

    def __init__(
        self, path: Path, lock: ProjectLock, *, annotator: str | None = None, synchronous: Synchronous = "FULL"
    ) -> None:
        """For `create_project` and `open_project`. NORMAL survives a killed program, FULL a power cut as well."""
        self.path = path
        self.annotator = user_name() if annotator is None else annotator
        self._lock = lock
        self._in_use = threading.RLock()
        self._revisions: dict[str, int] = {}
        self._engine = _engine(path, journal="WAL", synchronous=synchronous)
        try:
            with _explained(path):
                self._connection = self._engine.connect()
            self.set_setting(HOLDER_KEY, this_process())
        except BaseException:
            self._engine.dispose()
            raise

    def load_project(self) -> Project:
        """The index: photo entries in list order, models, categories; decodes no photo."""
        with self._transaction() as connection, _decoding(self.path):
            return read_project(connection)

    def load_photo(self, photo_id: str) -> Photo:
        """One photo with its instances, as last written."""
        with self._transaction() as connection, _decoding(self.path):
            photo, revision = read_photo(connection, photo_id)
            self._revisions[photo_id] = revision
            return photo

    def write(self, edit: Edit, *, mode: WriteMode) -> HistoryLine:
        """Write an edit in one transaction; see core.document.store."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._transaction() as connection:
            writer = EditWriter(connection, self._revisions, self.annotator, at)
            try:
                line = writer.write(edit, mode)
            except (TypeError, OverflowError, UnicodeEncodeError) as error:
                raise CannotStore(self.path, edit.label, reason=str(error)) from error
        self._revisions.update(writer.seen)
        return line

    def history(self) -> History:
        """The log's lines, without their changes."""
        columns = (edit_table.c.seq, edit_table.c.label, edit_table.c.by, edit_table.c.at)
        with self._transaction() as connection:
            done, undone = (
                tuple(
                    HistoryLine(seq, label, by, at)
                    for seq, label, by, at in connection.execute(
                        select(*columns).where(edit_table.c.state == state).order_by(edit_table.c.seq)
                    )
                )
                for state in ("done", "undone")
            )
        return History(done, undone)

    def forget_history(self) -> None:
        """Make what stands now the beginning: nothing before it can be undone."""
        with self._transaction() as connection:
            connection.execute(edit_table.delete())

    def load_edit(self, seq: int, *, current_photo: Callable[[str], Photo], project: Project) -> Edit:
        """The edit of a line of the log, on top of what is now true; see core.document.store."""
        columns = (edit_table.c.label, edit_table.c.state, edit_table.c.changes)
        with self._transaction() as connection, _decoding(self.path):
            label, state, changes = connection.execute(select(*columns).where(edit_table.c.seq == seq)).one()
            record = record_from_json(changes)
        rebuild = Rebuild(
            record,
            WriteMode.UNDO if state == "done" else WriteMode.REDO,
            current_photo=current_photo,
            project=project,
            stored_photo=self.load_photo,
            stored_instances=self._buried_instances,
        )
        with _decoding(self.path):
            return rebuild.edit(label)

    def add_mesh(self, mesh: Mesh) -> str:
        """Keep a mesh (once, however often it is added) and return its SHA-256."""
        sha256 = mesh.sha256
        with self._transaction() as connection:
            known = connection.execute(select(mesh_table.c.sha256).where(mesh_table.c.sha256 == sha256)).first()
        if known is None:
            npz = mesh_to_npz(mesh)
            with self._transaction() as connection:
                connection.execute(insert(mesh_table).prefix_with("OR IGNORE"), {"sha256": sha256, "npz": npz})
        return sha256

    def mesh(self, sha256: str) -> Mesh:
        """The mesh of that SHA-256."""
        with _decoding(self.path):
            return mesh_from_npz(self.mesh_npz(sha256))

    def mesh_npz(self, sha256: str) -> bytes:
        """The mesh of that SHA-256 as the bytes of its .npz file."""
        with self._transaction() as connection:
            npz = connection.execute(select(mesh_table.c.npz).where(mesh_table.c.sha256 == sha256)).scalar()
        if npz is None:
            raise ProjectDamaged(self.path, f"it holds no mesh {sha256[:12]}")
        return bytes(npz)

    def setting(self, key: str, default: str | None = None) -> str | None:
        """A setting of the project, or `default`."""
        with self._transaction() as connection:
            value = connection.execute(select(setting_table.c.value).where(setting_table.c.key == key)).scalar()
        return default if value is None else value

    def set_setting(self, key: str, value: str | None) -> None:
        """Keep a setting of the project; None forgets it."""
        with self._transaction() as connection:
            connection.execute(delete(setting_table).where(setting_table.c.key == key))
            if value is not None:
                connection.execute(insert(setting_table), {"key": key, "value": value})

    def close(self) -> None:
        """Let go of the project; the store is of no use afterwards. Calling it again does nothing."""
        with self._in_use:
            if self._connection.closed:
                return
            self._connection.close()
            self._engine.dispose()
            self._lock.release()

    def _buried_instances(self, photo_id: str, ids: tuple[str, ...]) -> Mapping[str, Instance]:
        with self._transaction() as connection, _decoding(self.path):
            return read_buried_instances(connection, photo_id, ids=set(ids))

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._in_use, _explained(self.path), self._connection.begin():
            yield self._connection


def _created(path: Path, *, annotator: str | None) -> SqliteStore:
    lock = ProjectLock(path)
    # Made under another name: a program that dies here leaves no half-made project behind.
    unborn = path.with_name(f"{path.name}.new")
    try:
        unborn.unlink(missing_ok=True)
        with _explained(path), _opened(unborn, journal="DELETE") as connection, connection.begin():
            metadata.create_all(connection)
            connection.execute(insert(schema_table), {"version": SCHEMA_VERSION})
            rows = [{"id": one.id, "json": category_to_json(one).decode()} for one in DEFAULT_CATEGORIES]
            connection.execute(insert(category_table), rows)
        unborn.rename(path)
        return SqliteStore(path, lock, annotator=annotator)
    except BaseException as error:
        with suppress(OSError):
            unborn.unlink(missing_ok=True)
        lock.release()
        if isinstance(error, OSError):
            raise NotWritable(path, error.strerror or str(error)) from error
        raise


@contextmanager
def _folder_for(path: Path) -> Iterator[None]:
    """The folder of a new project, made where it alone is missing; it goes again when no project comes into it."""
    folder = path.parent
    missing = [one for one in (folder, *folder.parents) if not one.is_dir()]
    if len(missing) > 1 or (folder.exists() and missing):
        raise NoFolder(path, missing[-1])  # a whole row of folders is rather a name that is misspelt
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise NotWritable(path, error.strerror or str(error)) from error
    try:
        yield
    except BaseException:
        if missing:
            with suppress(OSError):
                folder.rmdir()
        raise


def _engine(path: Path, *, journal: str, synchronous: Synchronous = "FULL") -> Engine:
    # One connection, of any thread: the store's own lock keeps its users apart.
    engine = create_engine(
        URL.create("sqlite", database=str(path)), poolclass=StaticPool, connect_args={"check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # Python's sqlite3 would begin transactions of its own, and late
        for pragma in (f"journal_mode = {journal}", f"synchronous = {synchronous}", "busy_timeout = 2000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@contextmanager
def _opened(path: Path, *, journal: str) -> Iterator[Connection]:
    engine = _engine(path, journal=journal)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turns what a database says into sentences."""
    try:
        yield
    except DBAPIError as error:
        raise _sentence(path, error.orig) from error
    except sqlite3.Error as error:
        raise _sentence(path, error) from error


@contextmanager
def _decoding(path: Path) -> Iterator[None]:
    """Turns a stored value that makes no sense into a sentence."""
    try:
        yield
    except (KeyError, ValueError, TypeError, NoResultFound) as error:
        raise ProjectDamaged(path, f"a value in it cannot be read ({error})") from error


def _sentence(path: Path, error: BaseException | None) -> StorageError:
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_FULL":
        return DiskFull(path)
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return NotWritable(path, str(error))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return ProjectInUse(path, "another program that is writing to it")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return ProjectDamaged(path, str(error))
    return WriteFailed(path, str(error))
