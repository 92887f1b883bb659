"""How SQLite is told to open a file for reading alone."""

from __future__ import annotations

from pathlib import PurePath


def read_only_uri(path: PurePath) -> str:
    """The URI of an absolute path, with mode=ro; more may follow it with an &.

    A share of Windows' (//server/share/…) is a path to SQLite, not a host: it takes no host but this computer.
    """
    uri = path.as_uri()
    if not uri.startswith("file:///"):
        uri = uri.replace("file://", "file:////", 1)
    return f"{uri}?mode=ro"
