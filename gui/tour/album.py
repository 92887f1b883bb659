"""The pictures of a tour: what is on the screen, numbered, with a caption each, and a page that shows them all."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QMainWindow, QWidget

from gui.tour.windows import shown_windows

PAGE = "index.html"
_MARK = "<!-- a tour of Outsole -->"
_SHADOW_PX = 14
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; background: #1f2023; color: #e6e7ea; margin: 32px auto; max-width: 1280px;
       padding: 0 16px; }
h1 { font-size: 22px; } figure { margin: 32px 0; } img { width: 100%; border-radius: 6px; display: block; }
figcaption { padding: 8px 0; color: #a9adb6; } figcaption b { color: #e6e7ea; }
"""


@dataclass(frozen=True, slots=True)
class Page:
    """One picture of the album."""

    file: str
    caption: str


class Album:
    """Pictures in a folder of their own. A folder that holds anything but an older album is refused."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pages: list[Page] = []
        folder.mkdir(parents=True, exist_ok=True)
        page = folder / PAGE
        is_album = page.exists() and _MARK in page.read_text(encoding="utf-8")
        if any(folder.iterdir()) and not is_album:
            raise ValueError(f"{folder} is not empty and holds no older tour; name a folder that may be filled.")
        for old in folder.glob("*.png"):
            if re.match(r"\d\d-", old.name):
                old.unlink()
        self.write("")

    def take(self, name: str, caption: str) -> None:
        """Picture what is seen; on the window's thread."""
        page = Page(f"{len(self.pages) + 1:02d}-{name}.png", caption)
        screen = _screen()
        if not screen.save(str(self.folder / page.file)):
            raise OSError(f"{self.folder / page.file} could not be written; is there room on the disk?")
        self.pages.append(page)

    def write(self, summary: str) -> None:
        """Write the page that shows them all."""
        parts = [_MARK, "<!doctype html>", "<meta charset='utf-8'>", "<title>A tour of Outsole</title>"]
        parts += [f"<style>{_STYLE}</style>", "<h1>A tour of Outsole</h1>", f"<p>{html.escape(summary)}</p>"]
        for page in self.pages:
            number = page.file.partition("-")[0]
            words = f"<figcaption><b>{number}</b> &nbsp; {html.escape(page.caption)}</figcaption>"
            parts.append(f"<figure><img src='{page.file}' alt='{html.escape(page.caption)}'>{words}</figure>")
        (self.folder / PAGE).write_text("\n".join(parts) + "\n", encoding="utf-8")


def _screen() -> QPixmap:
    """The main window with its dialogs and menus over it: grabbing a window leaves out the others."""
    main, *others = shown_windows()
    picture = main.grab()
    painter = QPainter(picture)
    for window in others:
        if isinstance(main, QMainWindow) and window.parentWidget() is not None:
            _paint_over(painter, window, main)
    painter.end()
    return picture


def _paint_over(painter: QPainter, window: QWidget, main: QWidget) -> None:
    at = window.mapToGlobal(QPoint(0, 0)) - main.mapToGlobal(QPoint(0, 0))
    place = QRect(at, window.size())
    for spread in range(_SHADOW_PX, 0, -2):
        painter.setPen(QColor(0, 0, 0, 0))
        painter.setBrush(QColor(0, 0, 0, 14))
        painter.drawRoundedRect(place.adjusted(-spread, -spread + 3, spread, spread + 3), spread, spread)
    painter.drawPixmap(at, window.grab())
