"""What commands begin with that ask the core for poses and offer what it answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.labels.instance import Instance
from gui.inference import Inference
from gui.proposals import Proposals
from gui.session import Session


class Offering:
    """Holds whom to ask and where to offer; what was begun for one project is ended with it.

    shoe_file: the mesh file of an instance's model, None where the project has no such model.
    """

    def __init__(
        self,
        session: Session,
        proposals: Proposals,
        inference: Inference,
        *,
        shoe_file: Callable[[Instance], Path | None],
    ) -> None:
        self._session = session
        self._proposals = proposals
        self._inference = inference
        self._shoe_file = shoe_file
        session.signals.document_changed.connect(self._forget)

    def stop(self) -> bool:
        """Escape: end what is under way; answers whether there was anything."""
        return False

    def _forget(self, _: None) -> None:
        self.stop()
