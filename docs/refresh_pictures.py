"""Draws the tour anew and keeps the pictures the pages show: `python docs/refresh_pictures.py`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

PICTURES = Path(__file__).resolve().parent / "pictures"
SHOWN = {
    "half-drawn": "outline",
    "grabcut": "grabcut",
    "aligned": "aligned",
    "fitted": "fitted",
    "strip": "strip",
    "contour-fitted": "contour",
    "clicks-pose": "clicks",
    "poses": "poses",
    "import-model": "import",
    "landmarks": "landmarks",
    "light-pose": "light",
}
COLORS = 256


def main() -> int:
    """Exit status of the tour; the old pictures stay when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        status = subprocess.run([sys.executable, "-m", "gui.tour", folder], check=False).returncode
        if status:
            return status
        for taken in sorted(Path(folder).glob("*.png")):
            name = SHOWN.get(taken.stem.split("-", 1)[1])
            if name is not None:
                small = Image.open(taken).convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
                small.save(PICTURES / f"{name}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
