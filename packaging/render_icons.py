"""Draws the program's icon at the sizes that desktops ask for: `python packaging/render_icons.py`.

The drawings are resources/icons/outsole.svg and, for the small sizes, where its lines would melt into each other,
resources/icons/outsole-small.svg. The pictures lie beside them and are kept with the sources.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "icons"
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
LARGEST_SMALL = 32


def picture_of(size: int) -> Path:
    """The picture of a size."""
    return FOLDER / f"outsole-{size}.png"


def main() -> int:
    """Draw all of them anew."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    application = QGuiApplication([])
    for size in SIZES:
        drawing = QSvgRenderer(str(FOLDER / ("outsole-small.svg" if size <= LARGEST_SMALL else "outsole.svg")))
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        drawing.render(painter)
        painter.end()
        if not image.save(str(picture_of(size))):
            print(f"{picture_of(size)} could not be written.", file=sys.stderr)
            return 1
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
