"""Whether the last window ended as it should: each holds a lock while it lives, and leaves no trace when it closes."""

from __future__ import annotations

import faulthandler
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from core.storage.folders import state_dir

_PATTERN = "window-*.lock"
_LONGEST_TRACE = 20_000


@dataclass(frozen=True, slots=True)
class Ended:
    """A window that did not end by itself. crash: the trace of a hard crash, "" for one that was killed."""

    process: str
    when_s: float
    crash: str = ""


class RunMark:
    """This window's mark, from its making until `release`; hard crashes are traced into a file beside it."""

    def __init__(self, folder: Path | None = None) -> None:
        """Raises OSError when the folder cannot be written."""
        # Loaded with the first mark, not with the window: it takes as long as a tenth of the start.
        from filelock import FileLock

        folder = folder or runs_dir()
        folder.mkdir(parents=True, exist_ok=True)
        name = f"window-{os.getpid()}-{os.getppid()}-{time.time_ns()}"
        self._lock = FileLock(folder / f"{name}.lock", thread_local=False)
        self._crash_file = folder / f"{name}.crash"
        self._lock.acquire(timeout=0)
        self._crash: TextIO = self._crash_file.open("w", encoding="utf-8")
        faulthandler.enable(self._crash)

    def release(self) -> None:
        """The window ends as it should."""
        faulthandler.disable()
        self._crash.close()
        with suppress(OSError):
            self._crash_file.unlink()
        # Taken away while it is held, so that nobody takes it for one left behind. Windows refuses.
        with suppress(OSError):
            Path(self._lock.lock_file).unlink()
        self._lock.release()
        with suppress(OSError):
            Path(self._lock.lock_file).unlink(missing_ok=True)


def runs_dir() -> Path:
    """Where the windows that run leave their marks. It may not exist yet."""
    return state_dir() / "run"


def has_mark(process_id: int, folder: Path | None = None) -> bool:
    """Whether a process left its mark: one that is gone did not close as it should, but it was open.

    Or its child did: on Windows the Python of an environment only starts the real one.
    """
    places = (f"window-{process_id}-*.lock", f"window-*-{process_id}-*.lock")
    return any(mark for place in places for mark in (folder or runs_dir()).glob(place))


def ended_unexpectedly(folder: Path | None = None) -> tuple[Ended, ...]:
    """The windows that are gone without having said so, told of once: crashed, killed, or cut off with the power.

    Which of these it was cannot be told but for a crash's trace, and the same comfort holds for all.
    """
    folder = folder or runs_dir()
    found = (_ended(mark) for mark in sorted(folder.glob(_PATTERN)))
    return tuple(one for one in found if one is not None)


def _ended(mark: Path) -> Ended | None:
    from filelock import FileLock, Timeout

    lock, crash_file = FileLock(mark, thread_local=False), mark.with_suffix(".crash")
    try:
        when_s = mark.stat().st_mtime
        lock.acquire(timeout=0)
    except (Timeout, OSError):  # that window lives, or has just closed
        return None
    crash = ""
    with suppress(OSError):
        crash = crash_file.read_text(encoding="utf-8", errors="replace")[:_LONGEST_TRACE]
    for file in (crash_file, mark):
        with suppress(OSError):
            file.unlink()
    lock.release()
    with suppress(OSError):
        mark.unlink(missing_ok=True)
    return Ended(mark.stem.split("-")[1], when_s, crash)
