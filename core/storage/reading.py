"""A project read by a second process, such as an export, while the first one goes on working in it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, event, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from core.document.edit import Edit
from core.document.store import HistoryLine, WriteMode
from core.storage.database import SqliteStore
from core.storage.errors import NotAProject, NotWritable, ProjectMissing
from core.storage.read_only import read_only_uri
from core.storage.schema import schema_table


class ReadingStore(SqliteStore):
    """A Store of what was committed when it was opened; it takes no lock and refuses to be written to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.annotator = ""
        self._in_use = threading.RLock()
        self._revisions: dict[str, int] = {}
        self._engine = create_engine(
            "sqlite://",
            poolclass=StaticPool,
            creator=lambda: sqlite3.connect(read_only_uri(path), uri=True, check_same_thread=False),
        )

        @event.listens_for(self._engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN")

        self._connection = self._engine.connect()
        # One transaction from here to `close`: whoever reads sees the project of one moment.
        self._connection.begin()
        self._connection.execute(select(schema_table.c.version)).scalar()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._in_use:
            yield self._connection

    def write(self, edit: Edit, *, mode: WriteMode) -> HistoryLine:
        """Refused: raises NotWritable."""
        raise NotWritable(self.path, "it was opened for reading")

    def set_setting(self, key: str, value: str | None) -> None:
        """Refused: raises NotWritable."""
        raise NotWritable(self.path, "it was opened for reading")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
        self._engine.dispose()


def open_for_reading(path: Path | str) -> ReadingStore:
    """Read a project that another process may hold. Raises ProjectMissing or NotAProject."""
    path = Path(path).absolute()
    if not path.is_file():
        raise ProjectMissing(path)
    try:
        return ReadingStore(path)
    except (sqlite3.Error, DBAPIError) as error:
        raise NotAProject(path, str(error)) from error
