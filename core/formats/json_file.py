"""JSON files on disk: read with a sentence when they are broken, written beside and then moved into place."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec


class FormatError(ValueError):
    """A file of another tool that cannot be read; the text is a sentence for the annotator."""


def read_json_object(path: Path) -> dict[str, Any]:
    """The JSON object in a file; raises FormatError when it cannot be read or is none."""
    return dict(_decoded(path, dict[str, Any]))


def read_json_members(path: Path) -> dict[str, msgspec.Raw]:
    """The members of the JSON object in a file, each still as text: for files too large to hold as Python objects."""
    return dict(_decoded(path, dict[str, msgspec.Raw]))


def write_json(path: Path, content: Any, *, indent: int = 0) -> None:
    """Write UTF-8 JSON beside `path`, then move it there: a failure leaves the former file as it was."""
    encoded = msgspec.json.encode(content)
    write_bytes(path, msgspec.json.format(encoded, indent=indent) if indent else encoded)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file beside `path`, then move it there; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{uuid4().hex[:8]}.tmp")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)  # noqa: PTH105 - Path.replace is the same call; this one is atomic by its docs
    finally:
        beside.unlink(missing_ok=True)


def _decoded(path: Path, kind: Any) -> Any:
    try:
        # Windows editors put a byte-order mark in front.
        return msgspec.json.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"), type=kind)
    except OSError as error:
        raise FormatError(f"{path} cannot be read ({error.strerror}); check that it is there and readable.") from error
    except msgspec.ValidationError as error:
        raise FormatError(f"{path} holds no JSON object at its top level, so it is no label file.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FormatError(f"{path} is no valid JSON ({error}); write it again from its program.") from error
