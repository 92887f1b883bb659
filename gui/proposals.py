"""What the machine offers for the photos of a session: shown, taken with one key, refused with another."""

from __future__ import annotations

from dataclasses import dataclass

from core.document.edit import Edit
from core.document.signal import Signal
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

    def applied(self, photo: Photo) -> Photo:
        """The photo with the proposal taken; only its own part where the instance has changed meanwhile."""
        current = photo.find(self.instance.id)
        if current is None or current is self.basis:
            return photo.with_instance(self.instance)
        if self.is_pose:
            return photo.with_instance(current.with_pose_estimate(self.instance.pose_estimate))
        region = self.instance.region
        return photo.with_instance(current.with_region(region, provenance=self.instance.provenance))

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
        self._session.when_idle(lambda: self._put(proposal))

    def accept(self, proposal: Proposal | None = None) -> bool:
        """Take the newest finished offer for this photo (or the one given) as one undo step."""
        finished = [p for p in self.shown if p.finished]
        chosen = proposal or (finished[-1] if finished else None)
        photo = self._session.photo
        if chosen is None or photo is None:
            return False
        self._replace(tuple(p for p in self._all if p is not chosen))
        if not self._session.commit(Edit.of(chosen.label, photo, chosen.applied(photo))):
            return False
        self._session.select(chosen.instance.id)
        return True

    def refuse(self, job_id: int | None = None) -> Proposal | None:
        """Throw away the newest offer for this photo, or that of one job; answers it."""
        candidates = self.shown if job_id is None else tuple(p for p in self._all if p.job_id == job_id)
        if not candidates:
            return None
        self._replace(tuple(p for p in self._all if p is not candidates[-1]))
        return candidates[-1]

    def _put(self, proposal: Proposal) -> None:
        self._replace((*(p for p in self._all if p.job_id != proposal.job_id), proposal))

    def _replace(self, proposals: tuple[Proposal, ...]) -> None:
        self._all = proposals
        self.changed.emit(self.shown)
