"""Which panel comes to the front: that of the tool in the hand, and the pose's numbers when one is offered."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QDockWidget

from gui.proposals import Proposals
from gui.session import Session
from gui.tools.clicks import KEYPOINTS
from gui.tools.review import REVIEW


def show_by_need(docks: Mapping[str, QDockWidget], session: Session, proposals: Proposals) -> None:
    """Bring a tool's panel to the front with the tool, and that of "align" once for each time that poses are offered.

    In a mode that has a panel of its own that one stays; a panel that was folded away does not come back for an offer,
    and one that was put behind again stays there.
    """
    was_offered = False

    def look(_: object) -> None:
        nonlocal was_offered
        before, was_offered = was_offered, proposals.pose is not None
        numbers = docks["align"]
        if was_offered and not before and not numbers.isHidden() and session.tool not in (KEYPOINTS, REVIEW):
            numbers.raise_()

    session.signals.tool_changed.connect(lambda tool: docks[tool].raise_() if tool in docks else None)
    proposals.changed.connect(look)
