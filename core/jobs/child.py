"""Starts the inference core's process with pipes to it, its errors going to a log file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

SERVER_MODULE = "core.jobs.server"

_LARGEST_LOG_BYTES = 1_000_000


def start_child(command: Sequence[str], log_file: Path) -> subprocess.Popen[bytes]:
    """A running core; raises OSError when it cannot be started.

    A plain child with pipes instead of multiprocessing: that one would run the window's main module again, and
    would leave a tracker process beside the core.
    """
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    with _opened_log(log_file) as log:
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=_environment(), **options
        )


def server_command() -> tuple[str, ...]:
    """How this installation starts the server; a bundle's program runs a module when it is given -m, too."""
    if getattr(sys, "frozen", False):
        return (sys.executable, "-m", SERVER_MODULE)
    # -P: a file named numpy.py in the annotator's folder must not become our numpy.
    return (sys.executable, "-P", "-m", SERVER_MODULE)


def default_log_file() -> Path:
    """Where the core's errors are written."""
    from core.storage.folders import log_dir

    return log_dir() / "inference.log"


def _environment() -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[2])
    known = os.environ.get("PYTHONPATH")
    environment = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{known}" if known else root}
    # A network would take every processor; the window keeps one where there are more than two.
    processors = os.cpu_count() or 1
    environment.setdefault("OMP_NUM_THREADS", str(max(1, min(8, processors - (processors > 2)))))
    return environment


def _opened_log(log_file: Path) -> IO[bytes]:
    try:
        log_file.parent.mkdir(parents=True, exist_ok=True)
        # Windows does not move a file that another window's core still writes to; the next start tries again.
        with suppress(PermissionError):
            if log_file.exists() and log_file.stat().st_size > _LARGEST_LOG_BYTES:
                log_file.replace(log_file.with_suffix(".old.log"))
        return log_file.open("ab")
    except OSError:
        # A core that cannot tell of its errors still fits; the window says that no log is written.
        return Path(os.devnull).open("ab")
