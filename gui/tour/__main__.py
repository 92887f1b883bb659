"""`python -m gui.tour OUT`: the real window driven through a whole job by mouse and keys, pictured and checked."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

SCREEN = (1600, 1000)


def main(arguments: Sequence[str]) -> int:
    """0 when every step was done and the exported poses are near the truth; 1, with a sentence, otherwise."""
    parser = argparse.ArgumentParser(prog="outsole tour", description=__doc__)
    parser.add_argument("out", type=Path, help="a folder for the pictures, the project and the exported files")
    text = "only the sample opened, outlined, posed by one key and exported: whether the program works here"
    parser.add_argument("--short", action="store_true", help=text)
    options = parser.parse_args(arguments)
    out = options.out.absolute()
    with tempfile.TemporaryDirectory(prefix="outsole-tour-", ignore_cleanup_errors=True) as own:
        _prepare_platform(Path(own))
        # The tour begins as a first-time user does, and leaves the preferences of whoever runs it alone.
        for purpose in ("CONFIG", "DATA", "CACHE", "STATE"):
            os.environ[f"OUTSOLE_{purpose}_DIR"] = str(Path(own) / purpose.lower())
        from gui.tour.journey import run_tour

        try:
            return run_tour(out, short=options.short)
        except ValueError as refusal:
            print(refusal, file=sys.stderr)
            return 1


def _prepare_platform(own: Path) -> None:
    """Qt and VTK read these once, when they are loaded."""
    if sys.platform.startswith("linux"):
        os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
        if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        # Its own screen of 800 x 800 is smaller than the window, and pushes dialogs aside.
        screen = {"name": "tour", "x": 0, "y": 0, "width": SCREEN[0], "height": SCREEN[1]}
        screen |= {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
        layout = own / "screen.json"
        layout.write_text(json.dumps({"screens": [screen]}), encoding="utf-8")
        os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={layout}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
