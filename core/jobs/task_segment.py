"""Outlines by a network that is loaded once, or by GrabCut: who is asked, and what is said when one of them cannot."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.geometry.region import Region
from core.jobs.messages import NetChoice, Outline, SegmentMethod, SegmentRequest, SegmentResult, Step
from core.jobs.task_failures import Report, TaskCancelled, TaskError

if TYPE_CHECKING:
    from core.vision.segmenter import Segmenter

GRABCUT = "GrabCut"
_GRABCUT_FINEST_PX = 0.75
_LOADING = "Loading the network…"

_Key = tuple[str, int, int, str]
_loaded: dict[_Key, Segmenter] = {}


def segment(pixels_rgb: NDArray[np.uint8], request: SegmentRequest, *, report: Report) -> SegmentResult:
    """The outlines that a request asks for; raises TaskError and TaskCancelled."""
    if request.method is SegmentMethod.GRABCUT:
        return _by_grabcut(pixels_rgb, request, report=report)
    falls_back = request.method is SegmentMethod.NET_FIRST and request.box_px is not None
    try:
        segmenter = _ready_segmenter(request.net, report)
    except TaskError as missing:
        if not falls_back:
            raise
        return _by_grabcut(pixels_rgb, request, report=report, note=str(missing))
    found = _by_net(segmenter, pixels_rgb, request=request, report=report)
    if found.outlines or not falls_back:
        return found
    note = f"{segmenter.name} found no sneaker in the box."
    return _by_grabcut(pixels_rgb, request, report=report, note=note)


def load_segmenter(choice: NetChoice) -> Segmenter:
    """The network that is asked for, read from its file; raises ValueError with a sentence."""
    from core.vision.segmenter import Segmenter

    return Segmenter.load(choice.name, device=choice.device)


def _ready_segmenter(choice: NetChoice, report: Report) -> Segmenter:
    """The network, kept by its file's name and stamp: weights that were trained again are read again."""
    is_first = not _loaded
    if is_first and not report(Step(0, None, _LOADING)):  # its library alone takes seconds to read
        raise TaskCancelled
    key = _key(choice)
    known = _loaded.get(key)
    if known is not None:
        return known
    if not is_first and not report(Step(0, None, _LOADING)):
        raise TaskCancelled
    try:
        segmenter = load_segmenter(choice)
    except ModuleNotFoundError as missing:
        raise TaskError(_lacking(missing.name or "a library")) from missing
    except ValueError as error:
        raise TaskError(str(error)) from error
    _loaded.clear()  # one network at a time is what an annotator uses
    _loaded[key] = segmenter
    return segmenter


def _lacking(library: str) -> str:
    """What to do about a library that the networks need; a bundle takes no more in."""
    if getattr(sys, "frozen", False):
        return (
            f"This small edition of Outsole comes without {library}, which the network needs: install the full edition "
            "(package outsole), or outline by hand (P) or in a box (G)."
        )
    return f"The networks need {library}, which is not installed here: pip install {library}."


def _key(choice: NetChoice) -> _Key:
    try:
        from core.vision.weights import weights_file

        status = Path(weights_file(choice.name)).stat()
    except (OSError, ValueError, ModuleNotFoundError):
        return choice.name, 0, 0, choice.device  # whoever loads it says what is wrong
    return choice.name, status.st_mtime_ns, status.st_size, choice.device


def _by_net(
    segmenter: Segmenter, pixels_rgb: NDArray[np.uint8], *, request: SegmentRequest, report: Report
) -> SegmentResult:
    def on_step(fraction: float) -> bool:
        if not report(Step(0, fraction, "Looking for sneakers")):
            raise TaskCancelled
        return True

    on_step(0.0)
    try:
        found = segmenter.segment(pixels_rgb, box_px=request.box_px, longest_px=request.net.longest_px, on_step=on_step)
    except ValueError as error:
        raise TaskError(str(error)) from error
    # Dense: how many corners are offered is the window's choice, which it changes without asking again.
    outlines = [Outline(one.outline, one.score, one.side, one.side_score) for one in found if one.outline.parts]
    return SegmentResult(tuple(sorted(outlines, key=lambda one: -(one.score or 0.0))), segmenter.name)


def _by_grabcut(
    pixels_rgb: NDArray[np.uint8], request: SegmentRequest, *, report: Report, note: str = ""
) -> SegmentResult:
    from core.vision.grabcut import SegmentCancelled, SegmentError, grabcut_region

    if request.box_px is None:
        raise TaskError("GrabCut needs a box to look in: draw one round the sneaker (G), or choose the network.")

    def on_round(fraction: float, region: Region) -> bool:
        return report(Step(0, fraction, GRABCUT, region=region))

    try:
        region = grabcut_region(pixels_rgb, request.box_px, report=on_round)
    except SegmentCancelled as cancelled:
        raise TaskCancelled from cancelled
    except SegmentError as error:
        raise TaskError(f"{note} {error}".strip()) from error
    outlines = () if region.is_empty else (Outline(region, finest_px=_GRABCUT_FINEST_PX),)
    return SegmentResult(outlines, GRABCUT, note)
