"""How quickly the shoe follows the hand in the real window: refresh interval, latency and stalls during three drags."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from core.geometry.mesh import Mesh
from gui.app import make_application
from gui.bench.bench_project import blob, make_project
from gui.bench.measured_drags import Course, DragLog, measure_drags
from gui.inference import Inference
from gui.session import ShoeLook

GOALS_MS = {"refresh_median_ms": 33.0, "stall_p95_ms": 20.0, "stall_worst_ms": 50.0}


@dataclass(frozen=True, slots=True)
class OverlayFigures:
    """What three drags (turn, slide, push) of `frames` mouse moves each at 60 Hz took, in ms.

    refresh: between two pictures of the shoe painted on the canvas. latency: from the mouse move to the painted
    picture of its pose. draw: the render thread's part of it. overlaps: live IoU figures that came back. stall: time
    between two rounds of an event loop that wants to run every millisecond, from the first press until the shoe is
    drawn finely after the last release, commits included; opening_: the same from the window's first paint until the
    first press. load: the 1-minute average, or nan.
    """

    triangles: int
    frames: int
    pictures: int
    refresh_median_ms: float
    refresh_p95_ms: float
    latency_median_ms: float
    latency_p95_ms: float
    draw_median_ms: float
    overlaps: int
    stall_p95_ms: float
    stall_worst_ms: float
    opening_stall_worst_ms: float
    load: float


def measure(
    mesh: Mesh, course: Course, *, photo: Path | None = None, inference: Inference | None = None
) -> OverlayFigures:
    """Open a project in a shown 1280 x 800 window, drag its shoe about and measure. Needs a QApplication.

    photo: otherwise a synthetic one of 4000 x 3000 px. inference: otherwise the core in a process of its own.
    """
    with TemporaryDirectory(prefix="outsole-bench-", ignore_cleanup_errors=True) as folder:
        project = make_project(Path(folder), mesh, photo_file=photo)
        log = measure_drags(project, course, inference=inference)
    return _figures(log, triangles=len(mesh.faces), frames=course.frames)


def run(arguments: Sequence[str]) -> int:
    """The command `outsole bench overlay`; 0 when the goals are met, else 1."""
    parser = argparse.ArgumentParser(prog="outsole bench overlay", description=__doc__)
    parser.add_argument("--model", type=Path, metavar="FILE.npz", help="a stored mesh; otherwise a procedural shape")
    parser.add_argument("--triangles", type=int, default=50_000, help="of the procedural shape (default: 50000)")
    parser.add_argument("--photo", type=Path, metavar="FILE", help="otherwise a synthetic one of 4000 x 3000 px")
    parser.add_argument("--frames", type=int, default=200, help="mouse moves of each drag, at 60 a second")
    parser.add_argument("--look", choices=[look.value for look in ShoeLook], default=ShoeLook.SOLID.value)
    parser.add_argument("--residuals", action="store_true", help="with the contour error along the outline")
    parser.add_argument("--plotted", action="store_true", help="with the plot of the contour error")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    application = make_application(sys.argv[:1])
    mesh = _stored(options.model) if options.model else blob(options.triangles)
    course = Course(options.frames, ShoeLook(options.look), options.residuals, options.plotted)
    figures = measure(mesh, course, photo=options.photo)
    print(json.dumps(asdict(figures)) if options.json else _table(figures))
    del application
    return 0 if all(getattr(figures, name) <= goal for name, goal in GOALS_MS.items()) else 1


def _figures(log: DragLog, *, triangles: int, frames: int) -> OverlayFigures:
    pictures = [picture for drag in log.drags for picture in drag]
    refresh = np.concatenate([np.diff([picture.painted_s for picture in drag]) for drag in log.drags])
    latency = np.array([picture.painted_s - picture.moved_s for picture in pictures])
    opening, dragging = log.rounds_s[: log.first_press], log.rounds_s[log.first_press :]
    return OverlayFigures(
        triangles=triangles,
        frames=frames,
        pictures=len(pictures),
        refresh_median_ms=_ms(refresh, 50),
        refresh_p95_ms=_ms(refresh, 95),
        latency_median_ms=_ms(latency, 50),
        latency_p95_ms=_ms(latency, 95),
        draw_median_ms=_ms(np.array([picture.drawn_ms for picture in pictures]) / 1e3, 50),
        overlaps=log.overlaps,
        stall_p95_ms=_ms(np.diff(dragging), 95),
        stall_worst_ms=_ms(np.diff(dragging), 100),
        opening_stall_worst_ms=_ms(np.diff(opening), 100),
        load=os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan"),
    )


def _ms(seconds: NDArray[np.float64], percentile: float) -> float:
    return round(float(np.percentile(seconds, percentile)) * 1e3, 2) if seconds.size else float("nan")


def _stored(file: Path) -> Mesh:
    # lazily, as the window does.
    from core.storage.mesh_cache import load_mesh_file

    return load_mesh_file(file)


def _table(figures: OverlayFigures) -> str:
    lines = []
    for name, value in asdict(figures).items():
        goal = GOALS_MS.get(name)
        verdict = "" if goal is None else f"  goal {goal:g}: {'met' if value <= goal else 'MISSED'}"
        lines.append(f"{name:24} {value:10g}{verdict}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
