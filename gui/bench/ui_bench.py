"""Stalls of the event loop while a sneaker is outlined, laid over with the shoe, aligned, fitted and taken back."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PySide6.QtCore import QEvent, QPointF

from gui.app import make_application
from gui.bench.bench_project import blob, make_project
from gui.bench.measured_drags import drag_about
from gui.bench.scripted_window import Script, ScriptedWindow
from gui.inference import Inference

GOALS_MS = {"stall_p95_ms": 20.0, "stall_worst_ms": 100.0}
_CORNERS = 24
_TICKS_A_SIDE = 6  # mouse moves from corner to corner
_TRIANGLES = 50_000


@dataclass(frozen=True, slots=True)
class PartFigures:
    """One part of the job: how long it took, and the time between rounds of an event loop that wants 1 ms, in ms."""

    seconds: float
    stall_p95_ms: float
    stall_worst_ms: float


def measure(
    *, triangles: int = _TRIANGLES, moves: int = 120, inference: Inference | None = None
) -> dict[str, PartFigures]:
    """The job in a shown 1280 x 800 window on a photo of 4000 x 3000 px, by part. Needs a QApplication.

    "open" is the time until the window is warm and the photo shown; it is no part of the job.
    """
    with TemporaryDirectory(prefix="outsole-bench-", ignore_cleanup_errors=True) as folder:
        project = make_project(Path(folder), blob(triangles), labelled=False)
        scripted = ScriptedWindow(project, inference=inference)
        job = _Job(scripted, moves)
        try:
            scripted.run(job.script())
        finally:
            scripted.close()
    ends = [*(begin for _, begin in job.parts[1:]), len(scripted.rounds_s)]
    rounds = np.array(scripted.rounds_s)
    return {name: _figures(rounds[begin:end]) for (name, begin), end in zip(job.parts, ends, strict=True)}


def run(arguments: Sequence[str]) -> int:
    """The command `outsole bench ui`; 0 when the goals are met in every part of the job, else 1."""
    parser = argparse.ArgumentParser(prog="outsole bench ui", description=__doc__)
    parser.add_argument("--triangles", type=int, default=_TRIANGLES, help="of the shoe model (default: 50000)")
    parser.add_argument("--moves", type=int, default=120, help="mouse moves of the drag that aligns, at 60 a second")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    application = make_application(sys.argv[:1])
    parts = measure(triangles=options.triangles, moves=options.moves)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    if options.json:
        print(json.dumps({**{name: asdict(part) for name, part in parts.items()}, "load": load}))
    else:
        print(_table(parts, load))
    del application
    job = [part for name, part in parts.items() if name != "open"]
    return 0 if all(getattr(part, name) <= goal for part in job for name, goal in GOALS_MS.items()) else 1


class _Job:
    """The script. parts: the name of each part and the index of the round it begins with."""

    def __init__(self, scripted: ScriptedWindow, moves: int) -> None:
        self.parts: list[tuple[str, int]] = []
        self._scripted = scripted
        self._moves = moves

    def script(self) -> Script:
        """What an annotator does with one sneaker."""
        scripted = self._scripted
        place, commands = scripted.window.workplace, scripted.window.commands
        session, overlay, proposals = place.session, place.shoe.overlay, place.proposals
        self._begin("open")
        yield from scripted.wait_until("the photo to be shown", lambda: place.canvas.picture is not None)
        yield from (True for _ in range(90))  # the core and the render thread start
        self._begin("outline")
        commands.run("tool_polygon")
        yield from self._outline()
        yield from scripted.wait_until("the outline to be made", lambda: session.selected is not None)
        self._begin("place")
        commands.run("place_shoe")
        yield from scripted.wait_until("the shoe to be drawn", lambda: overlay.is_at_rest)
        self._begin("align")
        yield from drag_about(scripted, lambda done: done >= self._moves)
        yield from scripted.wait_until("the shoe to be drawn", lambda: overlay.is_at_rest)
        self._begin("fit")
        commands.run("fit")
        yield from scripted.wait_until("the fit", lambda: any(p.finished for p in proposals.shown))
        commands.run("accept")
        yield from scripted.wait_until("the shoe to be drawn", lambda: overlay.is_at_rest)
        self._begin("undo")
        for action in ("undo", "undo", "undo", "undo", "redo", "redo", "redo", "redo"):
            commands.run(action)
            yield from (True for _ in range(10))
        yield from scripted.wait_until("the shoe to be drawn", lambda: overlay.is_at_rest)

    def _begin(self, part: str) -> None:
        self.parts.append((part, len(self._scripted.rounds_s)))

    def _outline(self) -> Script:
        """Click corners round the middle of the canvas, and the first one again."""
        area = QPointF(self._scripted.window.workplace.canvas.viewport().rect().center())
        angles = [2 * math.pi * corner / _CORNERS for corner in (*range(_CORNERS), 0)]
        corners = [area + QPointF(0.6 * area.x() * math.cos(a), 0.3 * area.x() * math.sin(a)) for a in angles]
        at = corners[0]
        for corner in corners:
            for step in range(1, _TICKS_A_SIDE + 1):
                self._scripted.mouse(QEvent.Type.MouseMove, at + (corner - at) * (step / _TICKS_A_SIDE))
                yield True
            self._scripted.mouse(QEvent.Type.MouseButtonPress, corner)
            self._scripted.mouse(QEvent.Type.MouseButtonRelease, corner)
            yield True
            at = corner


def _figures(rounds_s: np.ndarray) -> PartFigures:
    stalls = np.diff(rounds_s) * 1e3
    p95, worst = (round(float(np.percentile(stalls, share)), 2) for share in (95, 100))
    return PartFigures(round(float(rounds_s[-1] - rounds_s[0]), 2), p95, worst)


def _table(parts: dict[str, PartFigures], load: float) -> str:
    lines = [f"{'part':10}{'s':>8}{'stall p95 ms':>16}{'worst ms':>12}"]
    for name, part in parts.items():
        lines.append(f"{name:10}{part.seconds:8.2f}{part.stall_p95_ms:16.2f}{part.stall_worst_ms:12.2f}")
    return "\n".join([*lines, f"load {load:g}"])


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
