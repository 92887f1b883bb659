"""A JSON file that tells whether anybody has changed it since it was exported: a digest of it under a key of ours."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from core.formats.json_file import FormatError, read_json_object

SEAL = "outsole_sha256"


def sealed(content: dict[str, Any]) -> dict[str, Any]:
    """The object with the digest of all the rest of it, whichever order its keys are in."""
    return content | {SEAL: _digest(content)}


def is_as_written(path: Path, *, is_unsealed_ours: bool = False) -> bool:
    """Whether a file holds what was sealed, and nothing else. Raises OSError when it cannot be read.

    is_unsealed_ours: the answer for an object without a seal.
    """
    try:
        content = read_json_object(path)
    except FormatError as error:
        if isinstance(error.__cause__, OSError):
            raise error.__cause__ from None
        return False
    seal = content.pop(SEAL, None)
    return is_unsealed_ours if seal is None else seal == _digest(content)


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
