"""How the shoe is drawn over the photo: its look and its opacity."""

from __future__ import annotations

from dataclasses import replace

from gui.actions.action import Action
from gui.session import Session, ShoeLook

_LOOK_SAID = {
    ShoeLook.SOLID: "The shoe is drawn solid.",
    ShoeLook.TEXTURE: "The shoe is drawn with its texture.",
    ShoeLook.WIREFRAME: "The shoe is drawn as a wireframe.",
    ShoeLook.OUTLINE: "Only the shoe's outline is drawn.",
}


class LookActions:
    """The last commands of the Pose menu, on one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def table(self) -> list[Action]:
        """Every command, in menu order."""
        return [
            Action(
                "shoe_look",
                "Next &look: solid, texture, wireframe, outline",
                "&Pose",
                self.next_look,
                ("V",),
                separated=True,
            ),
            Action("opacity_less", "Less opa&que", "&Pose", lambda: self._opaque(-0.1), ("[",), repeats=True),
            Action("opacity_more", "&More opaque", "&Pose", lambda: self._opaque(0.1), ("]",), repeats=True),
            Action(
                "hide_shoe",
                "&Hide the shoe",
                "&Pose",
                self._toggle_shoe,
                ("C",),
                checked=lambda: self._session.view.shoe_hidden,
            ),
        ]

    def next_look(self) -> None:
        """Solid, texture, wireframe, outline, and round again."""
        looks = list(ShoeLook)
        view = self._session.view
        look = looks[(looks.index(view.shoe_look) + 1) % len(looks)]
        self._session.look(replace(view, shoe_look=look))
        self._session.notice(_LOOK_SAID[look])

    def _opaque(self, by: float) -> None:
        view = self._session.view
        opacity = round(min(max(view.shoe_opacity + by, 0.05), 1.0), 2)
        self._session.look(replace(view, shoe_opacity=opacity))
        self._session.notice(f"Shoe opacity {opacity:.0%}.")

    def _toggle_shoe(self) -> None:
        view = self._session.view
        self._session.look(replace(view, shoe_hidden=not view.shoe_hidden))
