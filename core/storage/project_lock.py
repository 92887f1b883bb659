"""One process at a time has a project open; whoever comes second is told who has it."""

from __future__ import annotations

import getpass
import os
import socket
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from core.storage.errors import NotWritable, ProjectInUse
from core.storage.read_only import read_only_uri

HOLDER_KEY = "holder"


class ProjectLock:
    """The lock of a project, held from its making until `release`.

    The operating system lets go of it when the process dies, however it dies, so that no lock is ever stale.
    """

    def __init__(self, path: Path) -> None:
        """Raises ProjectInUse when another process, or this one, has the project open already."""
        lock_path = path.with_name(path.name + ".lock")
        self._lock = FileLock(lock_path, timeout=0, thread_local=False)
        try:
            self._lock.acquire()
        except Timeout:
            raise ProjectInUse(path, _holder_of(path)) from None
        except OSError as error:
            raise NotWritable(path, error.strerror or str(error)) from error
        self._lock_path = lock_path

    def release(self) -> None:
        """Let others open the project."""
        # Taken away while it is held: whoever opens the project next makes a new one. Windows refuses, which is fine.
        with suppress(OSError):
            self._lock_path.unlink()
        self._lock.release()


def this_process() -> str:
    """How this process is named to others: "process 4711 of ada on workshop"."""
    return f"process {os.getpid()} of {user_name() or 'somebody'} on {socket.gethostname()}"


def user_name() -> str:
    """The name the operating system knows the annotator by, "" when it knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container without users; what is raised depends on the platform
        return ""


def _holder_of(path: Path) -> str:
    """Who has the project open, as noted in its settings."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(read_only_uri(path.absolute()), uri=True)) as database:
        row = database.execute("SELECT value FROM setting WHERE key = ?", (HOLDER_KEY,)).fetchone()
        if row is not None:
            return f"another Outsole ({row[0]})"
    return "another Outsole"
