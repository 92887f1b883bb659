"""Runs the window as a child and listens to what it says: one that does not open is explained instead of quoted."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

# What a window says this early is held back: if it ends by then, the reason is told instead.
OPENING_S = 15.0  # a machine that does much else takes as long to fail
LONGEST_START_S = 20.0
STOPPED_ON_PURPOSE = (0, -2, -15, 130, 143)  # closed, or told to end by the terminal or the desktop
KEPT_CHARACTERS = 60_000


@dataclass(frozen=True, slots=True)
class Ended:
    """How a window ended. code: as its process did, below 0 a signal. said: its last words. took_s: how long it was.

    opened: it left the mark of one that was painted.
    """

    code: int
    said: str
    took_s: float
    opened: bool = False

    @property
    def did_not_open(self) -> bool:
        """Whether it ended badly before anybody can have worked with it."""
        return self.code not in STOPPED_ON_PURPOSE and not self.opened and self.took_s < LONGEST_START_S


def run_window(command: Sequence[str], environment: Mapping[str, str]) -> Ended:
    """Run it until it ends. What it says comes through once it has opened."""
    from core.storage.last_run import has_mark  # with what finds folders, which `doctor` must start without

    began = time.monotonic()
    with subprocess.Popen(command, env=dict(environment), stderr=subprocess.PIPE) as child:
        assert child.stderr is not None
        listener = _Listener(child.stderr)
        try:
            code = child.wait()
        except BaseException:  # Ctrl+C: the window has been told by the terminal, too
            child.terminate()
            raise
        finally:
            listener.finish()
    took_s = time.monotonic() - began
    ended = Ended(code, listener.said, took_s, has_mark(child.pid))
    if not ended.did_not_open:
        listener.pass_on()
    return ended


class _Listener:
    """Reads a stream to its end on a thread of its own."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.said = ""
        self._stream = stream
        self._told = 0
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._read, name="words of the window", daemon=True)
        self._opened = threading.Timer(OPENING_S, self.pass_on)
        self._opened.daemon = True
        self._passes = False
        self._thread.start()
        self._opened.start()

    def pass_on(self) -> None:
        """Let through what was held back, and all that follows."""
        with self._lock:
            self._passes = True
            self._tell()

    def finish(self) -> None:
        """The child is gone: hear the rest of it. A core of its may hold the stream a moment longer."""
        self._opened.cancel()
        self._thread.join(1.0)

    def _read(self) -> None:
        while line := self._stream.readline():
            with self._lock:
                self.said += line.decode("utf-8", errors="replace")
                if self._passes:
                    self._tell()
                drop = max(len(self.said) - KEPT_CHARACTERS, 0)
                self.said, self._told = self.said[drop:], max(self._told - drop, 0)

    def _tell(self) -> None:
        # A program without a console has none. One whose terminal is gone must go on listening all the same: nobody
        # else empties the pipe, and a window that finds it full stands still.
        if sys.stderr is not None:
            with suppress(OSError, ValueError):
                sys.stderr.write(self.said[self._told :])
                sys.stderr.flush()
        self._told = len(self.said)
