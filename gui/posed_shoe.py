"""The shoe whose figures are watched: the chosen one, or as the pose that is offered for it would have it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.labels.instance import Instance
from gui.proposals import Proposals
from gui.session import Session


class PosedShoe:
    """What two watches ask the core about. file: of the mesh of an instance's model, None where there is none."""

    def __init__(self, session: Session, proposals: Proposals, file: Callable[[Instance], Path | None]) -> None:
        self.file = file
        self._session = session
        self._proposals = proposals

    @property
    def now(self) -> Instance | None:
        """The chosen instance, with the pose that is offered for it where one is; None where none is chosen."""
        selected = self._session.selected
        offer = self._proposals.find(selected.id) if selected is not None else None
        return offer.instance if offer is not None and offer.is_pose else selected

    def follow(self, look: Callable[[], None]) -> None:
        """Look again whenever it may be another one, or posed another way."""
        signals = self._session.signals
        for signal in (signals.shown_changed, signals.selection_changed, self._proposals.changed):
            signal.connect(lambda _: look())
