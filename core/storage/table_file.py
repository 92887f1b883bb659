"""A small JSON table that several windows keep: each changes its own keys under a lock, and the file appears whole."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

LOCK_SUFFIX = ".lock"  # of a file that stays: taken away, it would let two in
_PATIENCE_S = 1.0


class NoTable(ValueError):
    """The file holds something else; the text is a reason, without the file's name."""


def read_table(file: Path) -> dict[str, Any]:
    """The table in a file. Raises OSError, and NoTable for what is none."""
    try:
        table = json.loads(file.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise NoTable(f"could not be read (line {error.lineno}: {error.msg})") from error
    except UnicodeDecodeError as error:
        raise NoTable("could not be read (it is no text)") from error
    except (ValueError, RecursionError) as error:  # ValueError: a number of thousands of digits
        raise NoTable(f"could not be read ({error})") from error
    if not isinstance(table, dict):
        raise NoTable("does not hold a table of settings")
    return table


def change_table(file: Path, change: Callable[[dict[str, Any] | None], dict[str, Any]]) -> None:
    """Put what `change` makes of the table in its place; it gets None where there is none, or something else.

    Raises OSError; the file is then what it was.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with _alone_with(file):
        table = None
        with suppress(FileNotFoundError, NoTable):
            table = read_table(file)
        text = json.dumps(change(table), indent=1, ensure_ascii=False, sort_keys=True)
        beside = file.with_name(f"{file.name}.{os.getpid()}.new")
        try:
            # A path may hold a byte that is no letter; with a backslash it is JSON all the same.
            with beside.open("w", encoding="utf-8", errors="backslashreplace") as new:
                new.write(text + "\n")
                new.flush()
                os.fsync(new.fileno())  # a computer that loses its power must find the old file or the new one
            beside.replace(file)
        except OSError:
            with suppress(OSError):
                beside.unlink()
            raise


@contextmanager
def _alone_with(file: Path) -> Iterator[None]:
    from filelock import FileLock  # loaded with the first change, not with the window

    lock = FileLock(file.with_name(file.name + LOCK_SUFFIX), timeout=_PATIENCE_S)
    try:
        lock.acquire()
    except (OSError, NotImplementedError):
        # A drive that knows no locks (some versions of filelock say so by the latter), or a window that hangs: a
        # setting is kept all the same.
        yield
        return
    try:
        yield
    finally:
        lock.release()
