"""How a window and its core talk: pickled values one after another over a pair of binary pipes."""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass
from typing import IO, Any, TypeAlias

from core.jobs.messages import Message, Request

_LENGTH = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Submit:
    """To the core: do this, and say it with this number."""

    job_id: int
    request: Request


@dataclass(frozen=True, slots=True)
class Cancel:
    """To the core: end this job at its next step."""

    job_id: int


@dataclass(frozen=True, slots=True)
class Warm:
    """From the core: everything is loaded and compiled; the next answer takes no longer than the one after it."""


ToCore: TypeAlias = Submit | Cancel
FromCore: TypeAlias = Message | Warm


def send(stream: IO[bytes], value: ToCore | FromCore) -> None:
    """Write one value; raises OSError when nobody reads any more."""
    payload = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(payload)) + payload)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Wait for one value; raises EOFError when the other side is gone, also in the middle of a value."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    return pickle.loads(_exactly(stream, length))


def _exactly(stream: IO[bytes], count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError("the other side of the pipe is gone")
    return data
