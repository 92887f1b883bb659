"""The files behind photos: shown in the computer's file manager, their paths copied."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QDir, QProcess
from PySide6.QtGui import QGuiApplication

from gui.actions.action import Action
from gui.actions.edit_actions import NO_PHOTO
from gui.desk import Desk
from gui.session import Session
from gui.widgets.folder_link import open_folder

_MOST_FOLDERS = 3


class PhotoFiles:
    """show: brings up a file where it lies; answers whether something came up."""

    def __init__(self, session: Session, desk: Desk) -> None:
        self.show: Callable[[Path], bool] = show_file
        self._session = session
        self._desk = desk

    def table(self) -> list[Action]:
        """The commands on the open photo's file."""
        return [
            Action(
                "show_in_folder",
                "Sho&w in folder",
                "&Review",
                lambda: self.show_in_folder(self._open_id),
                (),
                self._no_photo,
                icon="folder",
                separated=True,
            ),
            Action(
                "copy_path",
                "Cop&y path",
                "&Review",
                lambda: self.copy_paths(self._open_id),
                (),
                self._no_photo,
                icon="copy",
            ),
        ]

    def show_in_folder(self, photo_ids: Sequence[str]) -> None:
        """Bring up the folders photos lie in, each once."""
        first_of: dict[Path, Path] = {}
        for file in self._files(photo_ids):
            first_of.setdefault(file.parent, file)
        for folder, file in list(first_of.items())[:_MOST_FOLDERS]:
            if not folder.is_dir():
                self._session.notice(
                    f"The folder {folder} is not there: moved, renamed, or its drive is away.", "warning"
                )
            elif not self.show(file):
                self._session.notice(f"No file manager answered; the photo lies in {folder}.", "warning")
        if len(first_of) > _MOST_FOLDERS:
            self._session.notice(f"They lie in {len(first_of)} folders; the first {_MOST_FOLDERS} are shown.")

    def copy_paths(self, photo_ids: Sequence[str]) -> None:
        """Put the paths of photos on the clipboard, a line each."""
        files = self._files(photo_ids)
        if files:
            QGuiApplication.clipboard().setText("\n".join(str(file) for file in files))
            self._session.notice(f"Copied: {files[0]}" if len(files) == 1 else f"{len(files)} paths copied.", "success")

    def _files(self, photo_ids: Sequence[str]) -> list[Path]:
        entries = self._session.project.entries
        return [self._desk.file_named(entries[i].file) for i in photo_ids if i in entries]

    @property
    def _open_id(self) -> tuple[str, ...]:
        return (self._session.photo_id,) if self._session.photo_id is not None else ()

    def _no_photo(self) -> str | None:
        return None if self._session.photo_id else NO_PHOTO


def show_file(file: Path) -> bool:
    """Bring up the file manager; where it can, with the file chosen."""
    name = QDir.toNativeSeparators(str(file))
    if sys.platform == "win32" and file.exists():
        return bool(QProcess.startDetached("explorer.exe", ["/select,", name])[0])
    if sys.platform == "darwin" and file.exists():
        return bool(QProcess.startDetached("open", ["-R", name])[0])
    return open_folder(file.parent)
