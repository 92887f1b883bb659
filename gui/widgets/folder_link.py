"""A folder brought up by the desktop's own file manager."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_folder(folder: Path) -> bool:
    """Show what is in a folder; False when nothing on this computer answered."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
