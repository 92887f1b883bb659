"""Where a new project is to be kept: a name is proposed beside what it begins with."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from gui import theme
from gui.desk import SUFFIX
from gui.widgets.pieces import button, label, row
from gui.widgets.sheet import Sheet

_ABOUT = "One file with outlines, poses and their whole history. Photos stay where they are."


class BeginProjectDialog(Sheet):
    """`taken(Path)` when the project is to be begun there. ask: asks for another name, from a path to begin with."""

    taken = Signal(object)

    def __init__(
        self, proposed: Path, ask: Callable[[Path], Path | None], *, about: str, parent: QWidget | None = None
    ) -> None:
        super().__init__("beginDialog", "Begin a project", parent, about=about)
        self._ask = ask
        self._proposed = proposed
        self._path = QLineEdit(str(proposed))
        self._path.setObjectName("beginPath")
        self._path.setAccessibleName("Where the project is kept")
        self._path.textChanged.connect(lambda _: self._allow())
        self.add(label("The project is kept in", "heading"))
        self.add(row(self._path, button("beginBrowse", "Another place…", act=self._browse), spacing=8))
        self._said = label("", "dim", wraps=True)
        self._said.setObjectName("beginSaid")
        self.add(self._said)
        self._begin = self.end_with("Begin", self._take)
        self.setMinimumWidth(600)
        self._allow()
        self._begin.setFocus()

    def _browse(self) -> None:
        typed = self._path.text().strip()
        chosen = self._ask(self._proposed if why_not(typed) else self._named)
        if chosen is not None:
            self._path.setText(str(chosen if chosen.suffix == SUFFIX else chosen.with_name(chosen.name + SUFFIX)))

    def _take(self) -> None:
        path = self._named
        self.accept()
        self.taken.emit(path)

    @property
    def _named(self) -> Path:
        path = Path(self._path.text().strip()).expanduser()
        return path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)

    def _allow(self) -> None:
        reason = why_not(self._path.text().strip())
        self._begin.setEnabled(not reason)
        theme.set_role(self._said, "warning" if reason else "dim")
        makes = "" if reason or self._named.parent.is_dir() else f"The folder {self._named.parent} is made with it. "
        self._said.setText(reason or makes + _ABOUT)


def why_not(text: str) -> str:
    """Why no project can be begun there, "" when it can."""
    if not text:
        return "Name a file for the project."
    try:
        path = Path(text).expanduser()
        if not path.name or not path.is_absolute():
            return "Name the file with its whole folder."
        path = path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)
        if path.exists():
            return f"There is a file {path.name} already; choose another name, or open it with Open project."
    except (OSError, RuntimeError) as error:  # a name too long, a folder one may not look into, nobody's home
        return f"No project can be kept there ({getattr(error, 'strerror', None) or error}); choose another name."
    # Where its folder alone is missing, the project makes it.
    folder = path.parent if path.parent.is_dir() else path.parent.parent
    if not folder.is_dir() or (folder != path.parent and path.parent.exists()):
        return f"There is no folder {path.parent}; make it first, or choose another."
    return "" if os.access(folder, os.W_OK) else f"You may not write into {folder}; choose another folder."


def proposed_file(near: Path, name: str) -> Path:
    """A file for a new project that does not exist yet: in the folder `near`, else in one's own."""
    folder = near if near.is_dir() and os.access(near, os.W_OK) else Path.home()
    taken = (folder / f"{name}{SUFFIX}", *(folder / f"{name} {number}{SUFFIX}" for number in range(2, 1000)))
    return next((path for path in taken if not path.exists()), taken[0])
