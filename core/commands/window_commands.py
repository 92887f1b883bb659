"""The commands that need a window: they start `python -m gui…` as a child and pass its exit code on."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from core.commands.console import Answer, CommandError

BENCHES = {
    "overlay": "gui.bench.overlay_bench",
    "ui": "gui.bench.ui_bench",
    "outlining": "gui.bench.outlining_bench",
    "posing": "gui.bench.posing_bench",
    "gestures": "gui.bench.gestures_bench",
}
_ROOT = Path(__file__).resolve().parents[2]


def open_window(arguments: argparse.Namespace) -> Answer:
    """The program itself, on a project if one is given."""
    return _window([arguments.project] if arguments.project else [])


def open_sample(arguments: argparse.Namespace) -> Answer:
    """The program on the bundled sample, copied into the user's folder the first time."""
    return _window(["--sample"])


def tour(arguments: argparse.Namespace) -> Answer:
    """Pictures of every view, drawn off screen into a folder."""
    return Answer("", code=_child("gui.tour", [arguments.out, *arguments.rest], off_screen=True))


def bench(arguments: argparse.Namespace) -> Answer:
    """One of the benches; what follows its name is its own."""
    rest = [*arguments.rest, *(["--json"] if arguments.json else [])]
    if arguments.name == "fit":
        from core.bench import fit_bench

        return Answer("", code=fit_bench.run(rest))
    if arguments.name == "segment":
        from core.bench import segment_bench

        return Answer("", code=segment_bench.run(rest))
    return Answer("", code=_child(BENCHES[arguments.name], rest, off_screen=True))


def has_display() -> bool:
    """Whether a window can be shown; only on Linux can there be none."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _window(rest: Sequence[str]) -> Answer:
    if not has_display():
        raise CommandError(
            "There is no display here, so no window can open. `outsole tour OUT` draws every view into a folder "
            "instead, and `outsole --help` lists the commands that need no window."
        )
    return Answer("", code=_child("gui", rest, off_screen=False))


def _child(module: str, rest: Sequence[str], *, off_screen: bool) -> int:
    environment = dict(os.environ)
    # The child finds the program also where it is run from its sources without being installed.
    paths = [str(_ROOT), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    if off_screen and not has_display():
        environment["QT_QPA_PLATFORM"] = "offscreen"
    done = subprocess.run([sys.executable, "-m", module, *rest], env=environment, check=False)
    return done.returncode if done.returncode >= 0 else 128 - done.returncode
