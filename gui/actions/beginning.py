"""A project begun with what one has: photos, a folder of them, or another tool's labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gui.actions.asking import Asking
from gui.desk import SUFFIX, Desk
from gui.dialogs.begin_project import BeginProjectDialog, proposed_file
from gui.session import Session

_PATTERNS = f"Outsole project (*{SUFFIX})"


class Beginning:
    """Makes sure there is a project to bring things into."""

    def __init__(self, session: Session, desk: Desk, asking: Asking) -> None:
        self._session = session
        self._desk = desk
        self._asking = asking

    def within_project(self, near: Path, about: str, then: Callable[[], object]) -> None:
        """Do `then` in the open project; where none is open, in one that is begun for it."""
        if self._session.document is not None:
            then()
        else:
            self.begin(near, about, then)

    def begin(self, near: Path, about: str, then: Callable[[], object]) -> None:
        """Ask where a new project is to be kept, by a name of the folder `near` in it, then do `then` in it."""
        folder = near if near.is_dir() else near.parent
        path = proposed_file(folder, folder.name or "shoes")
        dialog = BeginProjectDialog(path, self._ask, about=about, parent=self._asking.window)

        def take(chosen: Path) -> None:
            if self._desk.create(chosen):
                then()

        dialog.taken.connect(take)
        dialog.open()

    def _ask(self, path: Path) -> Path | None:
        return self._asking.new_file("Keep the project as", _PATTERNS, start=path)


def counted(paths: list[Path]) -> str:
    """What is brought in, for the dialog."""
    if len(paths) == 1:
        return f"With {paths[0].name}" if not paths[0].is_dir() else f"With the photos in {paths[0].name}"
    return f"With {len(paths)} photos"
