"""Draws the tour and the figures anew and keeps the pictures the pages show: `python docs/refresh_pictures.py`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

PICTURES = Path(__file__).resolve().parent / "pictures"
SHOWN = {
    "welcome": "welcome",
    "half-drawn": "outline",
    "segment": "segment",
    "grabcut": "grabcut",
    "aligned": "aligned",
    "fitted": "fitted",
    "strip": "strip",
    "contour-fitted": "contour",
    "clicks-pose": "clicks",
    "camera": "camera",
    "poses": "poses",
    "export-report": "export",
    "import-model": "import",
    "landmarks": "landmarks",
    "light-pose": "light",
}
# Of these a part is enough, and is seen larger: left, top, right and lower edge in px of the window.
PARTS = {"camera": (989, 262, 1280, 768), "strip": (252, 262, 1280, 768)}
COLORS = 256


def main() -> int:
    """Exit status of what draws; the old pictures stay when the tour fails."""
    with tempfile.TemporaryDirectory() as folder:
        status = subprocess.run([sys.executable, "-m", "gui.tour", folder], check=False).returncode
        if status:
            return status
        keep_shown(Path(folder))
    figures = [sys.executable, str(Path(__file__).with_name("draw_conventions.py"))]
    return subprocess.run(figures, check=False).returncode


def keep_shown(tour: Path) -> None:
    """Replace the pictures of the pages by those of a tour."""
    for taken in sorted(tour.glob("*.png")):
        name = SHOWN.get(taken.stem.split("-", 1)[1])
        if name is not None:
            whole = Image.open(taken).convert("RGB")
            part = whole.crop(PARTS.get(name, (0, 0, *whole.size)))
            small = part.quantize(COLORS, dither=Image.Dither.NONE)
            small.save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(main())
