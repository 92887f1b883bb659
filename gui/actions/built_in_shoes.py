"""Taking a shoe that comes with the program into the project."""

from __future__ import annotations

from functools import partial

from core.document.edit import Edit
from core.document.store import StorageError
from core.labels.shoe_model import ShoeModel
from core.sneaker.shipped import BUILT_IN, shipped_shoe
from gui.actions.action import Action
from gui.desk import Desk
from gui.session import Session

NO_PROJECT = "Open or begin a project first (Ctrl+N)."


class BuiltInShoes:
    """The commands that add the low-top and the high-top, each at most once to a project."""

    def __init__(self, session: Session, desk: Desk) -> None:
        self._session = session
        self._desk = desk

    def table(self) -> list[Action]:
        """One command a shoe."""
        texts = {"low-top": "Add built-in low-&top", "high-top": "Add built-in hi&gh-top"}
        return [
            Action(
                f"add_{name.replace('-', '_')}",
                texts[name],
                "&File",
                partial(self.add, name),
                (),
                partial(self._why_not, name),
                "shoe",
            )
            for name in BUILT_IN
        ]

    def add(self, name: str) -> None:
        """Take a shoe of BUILT_IN into the project."""
        store = self._desk.store
        if store is None:
            return
        model, mesh = shipped_shoe(name)
        try:
            store.add_mesh(mesh)
        except StorageError as failure:
            self._session.notice(str(failure), "danger")
            return
        if self._session.commit(Edit.of(f"Add {model.name}", None, model)):
            self._session.notice(_taken(model), "success")

    def _why_not(self, name: str) -> str | None:
        if self._session.document is None:
            return NO_PROJECT
        there = self._session.project.models.get(BUILT_IN[name])
        return f"“{there.name}” is in the project already." if there is not None else None


def _taken(model: ShoeModel) -> str:
    return f"“{model.name}” is in the project. Q finds a pose with it, Shift+Q lays it by hand."
