"""What the machine offers for the photos of a session: shown, taken with one key, refused with another."""

from __future__ import annotations

from dataclasses import dataclass

from core.document.edit import Edit
from core.document.signal import Signal
from core.geometry.camera import Camera
from core.labels.instance import Instance
from core.labels.photo import Photo
from gui.session import Session


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the machine offers: an instance as it would be, made from `basis`; streams until `finished`."""

    job_id: int
    photo_id: str
    label: str
    instance: Instance
    basis: Instance | None
    text: str = ""
    finished: bool = False
    camera: Camera | None = None

    def applied(self, photo: Photo) -> Photo | None:
        """The photo with the proposal taken, None when what it was made for is no longer there.

        Where the instance has changed meanwhile only the proposal's own part is taken, and of a pose what was measured
        only if it was measured on what is there now.
        """
        current = photo.find(self.instance.id)
        if self.basis is not None and current is None:
            return None
        if current is None or (current is self.basis and self.camera in (None, photo.camera)):
            return photo.with_instance(self.instance)
        estimate = self.instance.pose_estimate
        if self.is_pose and estimate is not None:
            if not self._measured_on(current, photo):
                estimate = estimate.with_pose(estimate.pose, provenance=estimate.provenance)
            return photo.with_instance(current.with_pose_estimate(estimate))
        return photo.with_instance(current.with_region(self.instance.region, provenance=self.instance.provenance))

    def _measured_on(self, current: Instance, photo: Photo) -> bool:
        made = self.instance
        shape = (current.side, current.model_id, current.size) == (made.side, made.model_id, made.size)
        return shape and current.region == made.region and self.camera in (None, photo.camera)

    @property
    def is_pose(self) -> bool:
        """Whether it is about the pose; otherwise it is about the outline."""
        return self.basis is not None and self.basis.region is self.instance.region


class Proposals:
    """The offers that wait in a window, oldest first. `changed` carries those for the photo that is shown."""

    def __init__(self, session: Session) -> None:
        self.changed: Signal[tuple[Proposal, ...]] = Signal()
        self._session = session
        self._all: tuple[Proposal, ...] = ()
        self._waiting: dict[int, Proposal] = {}
        session.signals.unsaved.connect(self._keep_unsaved)
        session.signals.photo_changed.connect(lambda _: self.changed.emit(self.shown))
        session.signals.document_changed.connect(lambda _: self._replace(()))

    @property
    def shown(self) -> tuple[Proposal, ...]:
        """The offers for the photo that is shown, oldest first."""
        return tuple(p for p in self._all if p.photo_id == self._session.photo_id)

    def find(self, instance_id: str) -> Proposal | None:
        """The newest offer for one instance of the photo that is shown."""
        return next((p for p in reversed(self.shown) if p.instance.id == instance_id), None)

    def put(self, proposal: Proposal) -> None:
        """Show an offer, or the next step of one; while a drag lives it waits: the hand goes first."""
        fresh = proposal.job_id not in self._waiting
        self._waiting[proposal.job_id] = proposal
        if fresh:
            self._session.when_idle(lambda: self._put(proposal.job_id))

    def accept(self, proposal: Proposal | None = None) -> bool:
        """Take the newest finished offer for this photo (or the one given) as one undo step."""
        finished = [p for p in self.shown if p.finished]
        chosen = proposal or (finished[-1] if finished else None)
        photo = self._session.photo
        if chosen is None or photo is None:
            return False
        current = photo.find(chosen.instance.id)
        if current is not None and "locked" in current.flags:
            self._session.notice("The instance is locked; K unlocks it.", "warning")
            return False
        after = chosen.applied(photo)
        if after is None:
            self._session.notice("The instance it was made for is no longer there.", "warning")
        elif not self._session.commit(Edit.of(chosen.label, photo, after)):
            return False
        self._replace(tuple(p for p in self._all if p is not chosen))
        if after is not None:
            self._session.select(chosen.instance.id)
        return after is not None

    def refuse(self, job_id: int | None = None) -> Proposal | None:
        """Throw away the newest offer for this photo, or that of one job; answers it."""
        if job_id is not None:
            self._waiting.pop(job_id, None)
        candidates = self.shown if job_id is None else tuple(p for p in self._all if p.job_id == job_id)
        if not candidates:
            return None
        self._replace(tuple(p for p in self._all if p is not candidates[-1]))
        return candidates[-1]

    def _put(self, job_id: int) -> None:
        proposal = self._waiting.pop(job_id, None)
        if proposal is not None:
            self._replace((*(p for p in self._all if p.job_id != job_id), proposal))

    def _keep_unsaved(self, edit: Edit) -> None:
        """What could not be written, for want of room on the disk, is offered again: Enter tries once more."""
        for before, after in edit.changes:
            if not isinstance(before, Photo) or not isinstance(after, Photo):
                continue
            for instance in after.instances:
                old = before.find(instance.id)
                if instance is not old and all(p.instance is not instance for p in self._all):
                    number = min((p.job_id for p in self._all), default=0)
                    kept = Proposal(min(number, 0) - 1, after.id, edit.label, instance, old, "not saved", finished=True)
                    self._replace((*self._all, kept))

    def _replace(self, proposals: tuple[Proposal, ...]) -> None:
        self._all = proposals
        self.changed.emit(self.shown)
