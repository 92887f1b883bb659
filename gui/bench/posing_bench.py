"""How quickly poses are offered and followed in the real window: from Q to the whole strip, and a drag with E held."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from core.document.document import Document
from core.document.edit import Edit
from core.labels.instance import Instance, new_id
from core.sneaker.shipped import SAMPLE_FOLDER, shipped_sneaker
from gui.app import make_application
from gui.bench.measured_drags import drag_about
from gui.bench.scripted_window import Script, ScriptedWindow
from gui.tour.eye import TrueShoe, true_shoes

PHOTO = "sneaker_on_wood.jpg"
GOALS = {"strip_median_ms": (1000.0, "at most"), "live_hz": (15.0, "at least")}
_LATE = 0.3  # of the drag: pictures from then on count, the first ones wait for what has to be loaded


@dataclass(frozen=True, slots=True)
class PosingFigures:
    """offer: from the key to the finished offer; strip: to its last small picture. ms.

    live_hz: fits answered and shown a second while the hand drags at `moves_hz`; live_median_ms: between two of them;
    fit_median_ms: of CPU, in the core. load: the 1-minute average, or nan.
    """

    searches: int
    offer_median_ms: float
    strip_median_ms: float
    strip_worst_ms: float
    live_hz: float
    live_median_ms: float
    fit_median_ms: float
    moves_hz: float
    load: float


def measure(searches: int, frames: int) -> PosingFigures:
    """Open the sample in a shown 1280 x 800 window, look for its shoe, drag it. Needs a QApplication."""
    shoe = true_shoes(PHOTO)[0]
    with TemporaryDirectory(prefix="outsole-bench-", ignore_cleanup_errors=True) as folder:
        scripted = ScriptedWindow(_project(Path(folder), shoe))
        log = _Log()
        try:
            scripted.run(_script(scripted, log, searches=searches, frames=frames))
        finally:
            scripted.close()
    return log.figures()


def run(arguments: Sequence[str]) -> int:
    """The command `outsole bench posing`; 0 when the goals are met, else 1."""
    parser = argparse.ArgumentParser(prog="outsole bench posing", description=__doc__)
    parser.add_argument("--searches", type=int, default=7)
    parser.add_argument("--frames", type=int, default=300, help="mouse moves of the drag, at 60 a second")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    application = make_application(sys.argv[:1])
    figures = measure(options.searches, options.frames)
    print(json.dumps(asdict(figures)) if options.json else _table(figures))
    del application
    return 0 if all(_is_met(figures, name) for name in GOALS) else 1


class _Log:
    """When keys were pressed and answers came."""

    def __init__(self) -> None:
        self.offers_ms: list[float] = []
        self.strips_ms: list[float] = []
        self.answered_s: list[float] = []
        self.fits_ms: list[float] = []
        self.moves_s: list[float] = []

    def figures(self) -> PosingFigures:
        """What was measured."""
        gaps_ms = np.diff(self.answered_s) * 1e3
        return PosingFigures(
            searches=len(self.strips_ms),
            offer_median_ms=round(float(np.median(self.offers_ms)), 1),
            strip_median_ms=round(float(np.median(self.strips_ms)), 1),
            strip_worst_ms=round(max(self.strips_ms), 1),
            live_hz=round(1e3 / float(np.mean(gaps_ms)), 1),
            live_median_ms=round(float(np.median(gaps_ms)), 1),
            fit_median_ms=round(float(np.median(self.fits_ms)), 1),
            moves_hz=round(1.0 / float(np.mean(np.diff(self.moves_s))), 1),
            load=os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan"),
        )


def _script(scripted: ScriptedWindow, log: _Log, *, searches: int, frames: int) -> Script:
    place, commands = scripted.window.workplace, scripted.window.commands
    session, proposals, strip = place.session, place.proposals, place.shoe.strip
    yield from scripted.wait_until("the photo to be shown", lambda: place.canvas.picture is not None)
    yield from scripted.wait_until("the core to be ready", lambda: str(place.inference.state) == "ready")
    assert session.photo is not None
    session.select(session.photo.instances[0].id)
    for number in range(searches + 1):  # the first one loads what the others find loaded
        began = time.perf_counter()
        commands.run("find_pose")
        yield from scripted.wait_until("poses", lambda: proposals.pose is not None and proposals.pose.finished)
        offered = time.perf_counter()
        yield from scripted.wait_until("the strip", lambda: strip.isVisible() and strip.is_complete)
        if number:
            log.offers_ms.append((offered - began) * 1e3)
            log.strips_ms.append((time.perf_counter() - began) * 1e3)
        commands.run("accept" if number == searches else "refuse")
        yield from scripted.wait_until("the answer to them", lambda: proposals.pose is None)
    yield from _drag(scripted, log, frames)


def _drag(scripted: ScriptedWindow, log: _Log, frames: int) -> Script:
    place = scripted.window.workplace
    session, snapping = place.session, place.machine.snapping
    session.use_tool("align")
    yield from scripted.wait_until("the shoe to be drawn", lambda: place.shoe.overlay.is_at_rest)

    def look(_: object) -> None:
        if snapping.is_snapped and session.selected is not None and session.selected.pose is not seen[-1]:
            seen.append(session.selected.pose)
            log.answered_s.append(time.perf_counter())

    def ended(done: int) -> bool:
        if done == round(_LATE * frames):
            for kept in (log.answered_s, log.moves_s, log.fits_ms):
                kept.clear()
        if done == 2:
            _key(scripted, QEvent.Type.KeyPress)
        log.moves_s.append(time.perf_counter())
        return done >= frames

    seen: list[object] = [None]
    session.signals.shown_changed.connect(look)
    place.inference.result.connect(lambda result: log.fits_ms.append(getattr(result.answer, "cpu_ms", np.nan)))
    yield from drag_about(scripted, ended)
    _key(scripted, QEvent.Type.KeyRelease)
    log.fits_ms = [ms for ms in log.fits_ms if ms == ms]


def _key(scripted: ScriptedWindow, kind: QEvent.Type) -> None:
    none = Qt.KeyboardModifier.NoModifier
    QApplication.postEvent(scripted.window.workplace.canvas, QKeyEvent(kind, Qt.Key.Key_E, none, "e"))


def _project(folder: Path, shoe: TrueShoe) -> Path:
    """The sample photo with its shoe's true outline, the foot unknown."""
    # These load SQLAlchemy and Pillow, which a window has after its first paint alone.
    from core.storage.database import create_project
    from core.storage.image_file import photo_from_file

    shutil.copyfile(SAMPLE_FOLDER / PHOTO, folder / PHOTO)
    path = folder / "bench.outsole"
    store = create_project(path)
    try:
        model, mesh = shipped_sneaker()
        store.add_mesh(mesh)
        photo = photo_from_file(folder / PHOTO, project_folder=folder, position=0).with_camera(shoe.camera)
        bare = Instance(new_id(), "sneaker", region=shoe.region, model_id=model.id, size=shoe.size)
        Document(store).commit(Edit("Bench", ((None, model), (None, photo.with_instance(bare)))))
    finally:
        store.close()
    return path


def _is_met(figures: PosingFigures, name: str) -> bool:
    value, (goal, how) = getattr(figures, name), GOALS[name]
    return bool(value <= goal if how == "at most" else value >= goal)


def _table(figures: PosingFigures) -> str:
    lines = []
    for name, value in asdict(figures).items():
        goal = GOALS.get(name)
        verdict = f"  goal {goal[1]} {goal[0]:g}: {'met' if _is_met(figures, name) else 'MISSED'}" if goal else ""
        lines.append(f"{name:18} {value:10g}{verdict}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
