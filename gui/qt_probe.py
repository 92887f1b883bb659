"""`python -m gui.qt_probe` tries Qt as the window would, and prints what it found: run as a child, for it may abort."""

from __future__ import annotations

import json
import sys


def main() -> int:
    """Make the application, look at its screens and fonts, paint one widget, and say so as JSON."""
    from PySide6 import __version__
    from PySide6.QtGui import QFontDatabase, QFontInfo
    from PySide6.QtSvg import QSvgRenderer
    from PySide6.QtWidgets import QApplication, QLabel

    app = QApplication(["outsole"])
    screens = [
        f"{screen.size().width()} × {screen.size().height()}"
        + (f" at {screen.devicePixelRatio():g}×" if screen.devicePixelRatio() != 1 else "")
        for screen in app.screens()
    ]
    drawn = QLabel("Outsole").grab()
    answer = {
        "version": __version__,
        "platform": app.platformName(),
        "screens": screens,
        "fonts": len(QFontDatabase.families()),
        "font": QFontInfo(app.font()).family(),
        "painted": not drawn.isNull(),
        "parts": [QSvgRenderer.__name__],
    }
    print(json.dumps(answer), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
