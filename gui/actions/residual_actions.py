"""How a pose is checked against its photo: the residual view, the split view, and the flicker of a held key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt

from gui.actions.action import Action
from gui.canvas.canvas import Canvas
from gui.session import Session
from gui.widgets.held_key import HeldKey

FLICKER_KEY = Qt.Key.Key_C


class ResidualActions:
    """Commands of the View menu, on one session and its canvas."""

    def __init__(self, session: Session, canvas: Canvas) -> None:
        self._session = session

        def hide_or_show() -> None:
            session.look(replace(session.view, shoe_hidden=not session.view.shoe_hidden))

        HeldKey(
            canvas,
            FLICKER_KEY,
            tapped=hide_or_show,
            held=lambda: self._blink(True),
            released=lambda: self._blink(False),
        )

    def table(self) -> list[Action]:
        """Every command, in menu order."""
        shown = self._session

        def action(name: str, text: str, run: Callable[[], None], key: str) -> Action:
            def is_on() -> bool:
                return bool(getattr(shown.view, name))

            return Action(
                name, text, "&View", run, (key,), self._no_photo, checked=is_on, separated=name == "residuals"
            )

        return [
            action("residuals", "Contour &error along the outline", self.toggle_residuals, "I"),
            action("split", "&Photo beside shoe", self.toggle_split, "Shift+I"),
        ]

    def toggle_residuals(self) -> None:
        """Show or hide the colour band."""
        view = self._session.view
        self._session.look(replace(view, residuals=not view.residuals, split=False))
        if self._session.view.residuals:
            self._session.notice("Orange: the shoe stands over the outline; blue: it ends inside. F9 plots it.")

    def toggle_split(self) -> None:
        """Begin or end comparing side by side."""
        view = self._session.view
        self._session.look(replace(view, split=not view.split))

    def _blink(self, on: bool) -> None:
        if self._session.photo_id is not None or not on:
            self._session.look(replace(self._session.view, blinking=on))

    def _no_photo(self) -> str | None:
        return None if self._session.photo_id else "Open a photo first."
