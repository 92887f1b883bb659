"""What the tour reads of the project that is open: what is outlined, posed and chosen. It changes nothing."""

from __future__ import annotations

import math

from core.geometry.pose import Pose
from core.labels.instance import Instance
from gui.session import Session


class Labelled:
    """What one window's session knows; every method must be called on the window's thread."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def photo_file(self) -> str:
        """The open photo's file name, "" for none."""
        photo = self._session.photo
        return photo.file.rpartition("/")[2] if photo else ""

    @property
    def instances(self) -> tuple[Instance, ...]:
        """What is outlined in the open photo."""
        photo = self._session.photo
        return photo.instances if photo else ()

    @property
    def chosen(self) -> Instance | None:
        """The chosen instance as it is shown."""
        return self._session.selected

    @property
    def pose(self) -> Pose:
        """Where the chosen shoe is seen."""
        chosen = self.chosen
        if chosen is None or chosen.pose is None:
            raise LookupError("no shoe is chosen")
        return chosen.pose

    @property
    def length_mm(self) -> float:
        """Length of the chosen shoe."""
        chosen = self.chosen
        return chosen.size.length_mm if chosen is not None and chosen.size is not None else math.nan

    @property
    def is_drawing(self) -> bool:
        """Whether an outline or a drag is under way."""
        return self._session.drag is not None

    @property
    def drawn_corners(self) -> int:
        """Corners of the outline being drawn, the pointer's own place left out."""
        preview, photo = self._session.preview, self._session.photo
        if preview is None or photo is None:
            return 0
        known = {instance.id for instance in photo.instances}
        fresh = [i for i in preview.instances if i.id not in known]
        return len(fresh[-1].region.rings[0]) - 1 if fresh else 0

    @property
    def status(self) -> str:
        """How far the open photo has come."""
        photo = self._session.photo
        return str(photo.status) if photo else ""

    @property
    def undo_label(self) -> str:
        """What would be undone."""
        document = self._session.document
        return document.undo_label if document and document.can_undo else ""

    @property
    def landmark_counts(self) -> dict[str, int]:
        """How many landmarks each shoe model has, by its name."""
        return {model.name: len(model.landmarks) for model in self._session.project.models.values()}

    @property
    def photo_count(self) -> int:
        """Photos in the project."""
        return len(self._session.project.entries)

    @property
    def has_project(self) -> bool:
        """Whether one is open."""
        return self._session.document is not None
