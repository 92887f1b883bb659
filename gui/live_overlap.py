"""How well the chosen shoe covers its outline at this moment, asked of the core whenever either moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject

from core.document.signal import Signal
from core.jobs.messages import OverlapResult, Result
from core.jobs.requests import overlap_request
from core.labels.instance import Instance
from core.labels.shoe_model import ShoeModel
from gui.inference import Inference
from gui.proposals import Proposals
from gui.session import Session


@dataclass(frozen=True, slots=True)
class LiveOverlap:
    """IoU and mean contour distance of one instance's shoe and outline."""

    instance_id: str
    iou: float
    contour_px: float


class OverlapWatch(QObject):
    """Keeps one question under way and the newest one waiting: an answer is at most one move late."""

    def __init__(
        self,
        session: Session,
        proposals: Proposals,
        inference: Inference,
        *,
        mesh_file: Callable[[ShoeModel], Path | None],
    ) -> None:
        super().__init__()
        self.changed: Signal[LiveOverlap | None] = Signal()
        self._session = session
        self._proposals = proposals
        self._inference = inference
        self._mesh_file = mesh_file
        self._asked: tuple[object, ...] = ()
        self._under_way = False
        signals = session.signals
        for signal in (signals.shown_changed, signals.selection_changed, proposals.changed):
            signal.connect(lambda _: self._look())

    def _look(self) -> None:
        instance = self._watched()
        if instance is None:
            if self._asked:
                self._asked = ()
                self.changed.emit(None)
            return
        key = self._key(instance)
        if key[:2] != self._asked[:2]:
            self.changed.emit(None)  # another shoe: nothing is known of it yet
        if key != self._asked and not self._under_way:
            self._ask(instance, key)

    def _watched(self) -> Instance | None:
        selected = self._session.selected
        if selected is None or selected.region.is_empty:
            return None
        offer = self._proposals.find(selected.id)
        shown = offer.instance if offer is not None and offer.is_pose else selected
        return shown if shown.pose_estimate is not None else None

    def _key(self, instance: Instance) -> tuple[object, ...]:
        photo = self._session.shown
        assert photo is not None and instance.pose_estimate is not None
        shape = (instance.model_id, instance.size, instance.side, photo.camera)
        # What may hide the shoe counts too; the tuple of the others is compared by identity where nothing changed.
        others = tuple(other.region for other in photo.instances if other.id != instance.id)
        return (photo.id, instance.id, instance.pose_estimate.pose, instance.region, others, *shape)

    def _ask(self, instance: Instance, key: tuple[object, ...]) -> None:
        photo = self._session.shown
        project = self._session.project
        model = project.models.get(instance.model_id or "")
        file = self._mesh_file(model) if model else None
        if photo is None or file is None:
            return
        self._asked = key
        self._under_way = True

        def on_result(result: Result) -> None:
            self._under_way = False
            shown = self._asked == key and self._session.selected_id == instance.id
            if isinstance(result.answer, OverlapResult) and shown:
                self.changed.emit(LiveOverlap(instance.id, result.answer.iou, result.answer.contour_px))
            self._look()

        def on_failed(_: object) -> None:
            # No sentence: the number is a comfort, and the next move asks again.
            self._under_way = False

        request = overlap_request(photo, instance, project=project, mesh_file=str(file))
        self._inference.submit(request, on_result=on_result, on_failed=on_failed)
