"""What every inference core can do, in which states it can be, and what its jobs are called in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, TypeGuard

from core.document.signal import Signal
from core.jobs.messages import (
    ContourRequest,
    CorrectRequest,
    ExportRequest,
    FitRequest,
    ImportMeshRequest,
    Message,
    OverlapRequest,
    Request,
    SearchRequest,
    SegmentRequest,
)
from core.jobs.pair_messages import PairFitRequest

# Called with each message of a job, on a thread of the core's own: hop to yours before you touch a window.
Listener = Callable[[Message], None]

CANCELLED = "Cancelled."
SUPERSEDED = "A newer request took its place."


class CoreState(StrEnum):
    """STARTING: being started, or not yet warm. STOPPED: it died too often and waits for `start()`, or was closed."""

    STARTING = "starting"
    READY = "ready"
    BUSY = "busy"
    RESTARTING = "restarting"
    STOPPED = "stopped"


class InferenceCore(Protocol):
    """Answers requests in the background, each with steps and then one Result or Failed."""

    on_state: Signal[CoreState]

    @property
    def state(self) -> CoreState:
        """What it is doing now; `on_state` tells of every change, on a thread of the core's own."""
        ...

    def start(self) -> None:
        """Get ready before the first request; also starts a core again that stopped. Never waits."""
        ...

    def submit(self, request: Request, listener: Listener) -> int:
        """Ask; returns the job's id at once. The listener may hear of the job before this returns."""
        ...

    def cancel(self, job_id: int) -> None:
        """Have the job end at its next step, with a Failed marked as cancelled; one that is over stays as it is."""
        ...

    def close(self) -> None:
        """End for good and leave no process behind; listeners hear nothing afterwards."""
        ...


def activity(request: Request) -> str:
    """What a job is doing, to follow "while" in a sentence."""
    match request:
        case SegmentRequest():
            return "outlining"
        case CorrectRequest():
            return "correcting an outline"
        case FitRequest():
            return "fitting"
        case PairFitRequest():
            return "fitting a pair"
        case SearchRequest():
            return "looking for a pose"
        case OverlapRequest():
            return "measuring how well a pose fits"
        case ContourRequest():
            return "measuring how far off its outline a shoe is"
        case ImportMeshRequest():
            return "reading a mesh file"
        case ExportRequest():
            return "exporting"


def superseding_key(request: Request) -> tuple[str, str, str] | None:
    """Of two requests with the same key only the newer one is worth answering; None never gives way."""
    if isinstance(request, CorrectRequest):
        return "correct", request.photo_id, request.instance_id
    if isinstance(request, OverlapRequest | ContourRequest) or _is_live(request):
        return type(request).__name__, request.evidence.photo_id, request.evidence.instance_id
    return None


def is_quick(request: Request) -> bool:
    """Whether the hand waits for it and it takes a moment only: it does not queue behind longer jobs."""
    return isinstance(request, OverlapRequest | ContourRequest | CorrectRequest) or _is_live(request)


def is_background(request: Request) -> bool:
    """Whether nobody waits for it: it appears in no list of jobs and does not make the core busy."""
    return isinstance(request, OverlapRequest | ContourRequest) or _is_live(request)


def _is_live(request: Request) -> TypeGuard[FitRequest]:
    return isinstance(request, FitRequest) and request.live
