"""Tries something in a process of its own, so that what aborts there is caught, named, and harms nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.doctor.finding import Finding, warning

PATIENCE_S = 9.0
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Tried:
    """How it went. code: its exit code, below 0 the signal that ended it, None when it took too long.

    answer: what it printed as JSON on its last line. said: what it wrote to its error stream.
    """

    code: int | None
    answer: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    said: str = ""

    @property
    def went_well(self) -> bool:
        """Whether it came to its end and answered."""
        return self.code == 0 and bool(self.answer)

    @property
    def end(self) -> str:
        """How it ended, for a sentence."""
        return end_of(self.code)


def too_slow(about: str, tried: Tried) -> Finding | None:
    """What to say of something that took too long, which a busy computer or a cold disk explains; None if not."""
    if tried.code is not None:
        return None
    found = f"It did not answer within {PATIENCE_S:.0f} s, so nothing can be said of it."
    return warning(about, found, "The computer may be busy, or have just been started: look again in a minute.")


def end_of(code: int | None) -> str:
    """An exit code in words: "aborted", "crashed (SIGSEGV)", "ended with code 3", "did not answer in time"."""
    if code is None:
        return "did not answer in time"
    if code in (-6, 134):
        return "aborted"
    if code < 0 or code > 128:
        with suppress(ValueError):
            return f"crashed ({signal.Signals(-code if code < 0 else code - 128).name})"
    return f"ended with code {code}"


def try_module(
    module: str, *words: str, environment: Mapping[str, str] | None = None, patience_s: float = PATIENCE_S
) -> Tried:
    """Run one of our modules, whose last printed line is a JSON object."""
    return try_command([*module_command(module), *words], environment=environment, patience_s=patience_s)


def try_command(
    command: list[str], *, environment: Mapping[str, str] | None = None, patience_s: float = PATIENCE_S
) -> Tried:
    """Run a command and wait for it; one that takes too long is killed."""
    surroundings = with_our_modules(environment)
    try:
        done = subprocess.run(
            command, capture_output=True, env=surroundings, timeout=patience_s, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as late:
        return Tried(None, said=_text(late.stderr))
    except OSError as error:
        return Tried(127, said=str(error))
    return Tried(done.returncode, MappingProxyType(_answer(_text(done.stdout))), _text(done.stderr))


def module_command(module: str) -> list[str]:
    """How this installation runs one of its modules; a bundle's program does when it is given -m, too."""
    # -P: a file named numpy.py in the folder one stands in must not become our numpy.
    return [sys.executable, *([] if getattr(sys, "frozen", False) else ["-P"]), "-m", module]


def with_our_modules(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a child that finds the program also where it is run from its sources."""
    surroundings = {**os.environ, **(environment or {})}
    paths = [str(_ROOT), surroundings.get("PYTHONPATH", "")]
    surroundings["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return surroundings


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode("utf-8", errors="replace")


def _answer(out: str) -> dict[str, Any]:
    lines = out.strip().splitlines()
    with suppress(ValueError, IndexError):
        value = json.loads(lines[-1])
        return value if isinstance(value, dict) else {}
    return {}
