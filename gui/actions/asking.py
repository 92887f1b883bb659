"""File dialogs that begin in the folder one was in last."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from gui.preferences import Preferences


class Asking:
    """Asks for files and folders; None, or an empty list, when the annotator thought better of it."""

    def __init__(self, preferences: Preferences, window: QWidget) -> None:
        self.window = window
        self._preferences = preferences

    def file(self, title: str, patterns: str) -> Path | None:
        """One file that exists."""
        name, _ = QFileDialog.getOpenFileName(self.window, title, self._folder, patterns)
        return self._remembered(name)

    def files(self, title: str, patterns: str) -> list[Path]:
        """Files that exist."""
        names, _ = QFileDialog.getOpenFileNames(self.window, title, self._folder, patterns)
        self._remembered(names[0] if names else "")
        return [Path(name) for name in names]

    def new_file(self, title: str, patterns: str, *, start: Path | None = None) -> Path | None:
        """A name for a file to be made."""
        name, _ = QFileDialog.getSaveFileName(self.window, title, str(start) if start else self._folder, patterns)
        return self._remembered(name)

    def folder(self, title: str, *, start: Path | None = None) -> Path | None:
        """A folder that exists."""
        name = QFileDialog.getExistingDirectory(self.window, title, str(start) if start else self._folder)
        if not name:
            return None
        self._preferences.set("last_folder", name)
        return Path(name)

    @property
    def _folder(self) -> str:
        return str(self._preferences["last_folder"] or Path.home())

    def _remembered(self, name: str) -> Path | None:
        if not name:
            return None
        self._preferences.set("last_folder", str(Path(name).parent))
        return Path(name)
