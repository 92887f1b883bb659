"""Marking what stands before a shoe: one outline, then back to the tool and the shoe one was at."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from core.labels.project import Category, Role
from gui.actions.action import Action
from gui.actions.edit_actions import NO_PHOTO
from gui.session import Session
from gui.tools.drag import Tool
from gui.tools.occluder import NONE_SUCH, OccluderTool

OCCLUDER, IGNORE = "occluder", "ignore"
ROLES = {OCCLUDER: Role.OCCLUDER, IGNORE: Role.IGNORE}


class OccluderActions:
    """O and Shift+O of the Label menu. tool: the one in the hand. window: outlives what is put off for a turn."""

    def __init__(self, session: Session, *, tool: Callable[[], Tool], window: QWidget) -> None:
        self._session = session
        self._tool = tool
        self._window = window
        self._before: tuple[str, tuple[str, ...]] | None = None
        session.signals.selection_changed.connect(self._on_selection)
        session.signals.tool_changed.connect(self._on_tool)

    def table(self) -> list[Action]:
        """Both commands."""
        return [
            self._action(OCCLUDER, "Mark what stands be&fore a shoe", "O", "layers"),
            self._action(IGNORE, "Mark what is to be left &out", "Shift+O", "eye-off"),
        ]

    def take(self, name: str) -> None:
        """Take the tool for one outline."""
        session = self._session
        if session.tool not in ROLES:
            self._before = (session.tool, session.selection)
        session.use_tool(name)

    def take_category(self, category: Category) -> bool:
        """Outline in this category from now on; answers whether the tool in the hand is one that has its own."""
        tool = self._tool()
        if not isinstance(tool, OccluderTool):
            return False
        if category.role is Role.SHOE:
            self._session.notice(
                f"“{category.name}” is a shoe and hides nothing by its category: P draws one.", "warning"
            )
        else:
            tool.chosen_id = category.id
            self._session.notice(f"What is marked now is “{category.name}”.")
        return True

    def _action(self, name: str, text: str, key: str, picture: str) -> Action:
        def why_not() -> str | None:
            if self._session.photo_id is None:
                return NO_PHOTO
            known = {category.role for category in self._session.project.categories.values()}
            return None if ROLES[name] in known else f"{NONE_SUCH[ROLES[name]]}."

        return Action(
            f"tool_{name}",
            text,
            "&Label",
            lambda: self.take(name),
            (key,),
            why_not,
            icon=picture,
            checked=lambda: self._session.tool == name,
            separated=name == OCCLUDER,
        )

    def _on_selection(self, ids: tuple[str, ...]) -> None:
        """What was drawn is chosen by itself; the hand goes back to the shoe it came from."""
        session, before = self._session, self._before
        if session.tool not in ROLES or before is None or not ids or session.photo is None or ids[-1] in before[1]:
            return
        drawn = session.photo.find(ids[-1])
        if drawn is not None and session.project.category(drawn.category).role is not Role.SHOE:
            QTimer.singleShot(0, self._window, self._go_back)

    def _go_back(self) -> None:
        if self._before is None or self._session.drag is not None:
            return
        (tool, selection), self._before = self._before, None
        photo = self._session.photo
        known = {instance.id for instance in photo.instances} if photo else set()
        if kept := tuple(i for i in selection if i in known):  # nothing was chosen: what was drawn stays so
            self._session.select(*kept)
        self._session.use_tool(tool)

    def _on_tool(self, name: str) -> None:
        if name not in ROLES:
            self._before = None


def occluder_tools(session: Session) -> list[OccluderTool]:
    """The tools that the commands take."""
    return [OccluderTool(name, role, lambda: session.project) for name, role in ROLES.items()]
