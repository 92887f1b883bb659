"""How long an annotator waits: from starting the program to the first painted window, and to a core that is warm."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QEvent, QObject, QTimer

from gui.app import make_application, make_window, start_after_paint
from gui.main_window import MainWindow

GOAL_S = 2.0
_STARTED = "OUTSOLE_BENCH_STARTED"
_PATIENCE_S = 900.0
_LOOK_AGAIN_MS = 20


def run(arguments: Sequence[str]) -> int:
    """The command `outsole bench start`; 0 when the median first paint is in time, else 1."""
    parser = argparse.ArgumentParser(prog="outsole bench start", description=__doc__)
    parser.add_argument("--starts", type=int, default=5, help="how many, after one that warms the disk (default: 5)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    if _STARTED in os.environ:
        print(json.dumps(_started(float(os.environ[_STARTED]))), flush=True)
        return 0
    with TemporaryDirectory(prefix="outsole-bench-", ignore_cleanup_errors=True) as folder:
        first, *others = [_start(Path(folder)) for _ in range(1 + max(1, options.starts))]
    paint = statistics.median(other["first_paint_s"] for other in others)
    told = {
        "first_start": first,
        "first_paint_s": round(paint, 3),
        "core_ready_s": round(statistics.median(other["core_ready_s"] for other in others), 2),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan"),
    }
    verdict = "met" if paint <= GOAL_S else "MISSED"
    words = (
        f"first paint {paint:.2f} s (goal {GOAL_S:g} s: {verdict}), core warm {told['core_ready_s']} s; first start: "
    )
    words += f"{first['first_paint_s']:.2f} s and {first['core_ready_s']:.2f} s; load {told['load']:.1f}"
    print(json.dumps(told) if options.json else words)
    return 0 if paint <= GOAL_S else 1


def _start(folder: Path) -> dict[str, float]:
    """Start the window in a process of its own, with caches of its own; s until it was painted and the core warm."""
    environment = dict(os.environ)
    for purpose in ("CONFIG", "DATA", "CACHE", "STATE"):
        environment[f"OUTSOLE_{purpose}_DIR"] = str(folder / purpose.lower())
    environment[_STARTED] = str(time.time())
    # By way of the command, as an annotator starts it: that takes its time, too.
    command = [sys.executable, "-m", "core", "bench", "start"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=_PATIENCE_S)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def _started(at: float) -> dict[str, float]:
    """Open the window as the program does, and close it when all is there. at: when this process was started."""
    application = make_application(sys.argv[:1])
    window = make_window()
    window.resize(1280, 800)
    watch = _Watch(window, at)
    start_after_paint(window, None)
    application.exec()
    return watch.seconds


class _Watch(QObject):
    """Notes when a window was painted first and when its core was warm, then closes it."""

    def __init__(self, window: MainWindow, started: float) -> None:
        super().__init__(window)
        self.seconds: dict[str, float] = {}
        self._window = window
        self._started = started
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The children of the window paint in the same turn of the event loop; what comes after it is painted."""
        if event.type() is QEvent.Type.Paint and not self._timer.isActive():
            self._window.removeEventFilter(self)
            QTimer.singleShot(0, lambda: self._note("first_paint_s"))
            self._timer.start(_LOOK_AGAIN_MS)
        return False

    def _look(self) -> None:
        if str(self._window.workplace.inference.state) == "ready":
            self._timer.stop()
            self._note("core_ready_s")
            self._window.close()

    def _note(self, what: str) -> None:
        self.seconds[what] = round(time.time() - self._started, 3)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
