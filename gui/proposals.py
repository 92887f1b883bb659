"""What the machine offers for the photos of a session: shown, taken with one key, refused with another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from core.document.edit import Edit
from core.document.signal import Signal
from core.geometry.camera import Camera
from core.jobs.messages import Outline
from core.jobs.outlines import shared
from core.labels.camera_change import sees_alike
from core.labels.instance import Instance, Side
from core.labels.photo import Photo
from gui.session import Session

MOST_POSES = 6  # of a search
MOST_CARDS = 8  # so many small pictures have room side by side; the rest is for twins
_OWN = -1_000_000  # below the numbers of jobs and of series of jobs
_shape = attrgetter("side", "model_id", "size")  # of an instance: what a pose is measured for
_SAME = 0.5  # IoU from which on an offer and what was put into the photo are the same thing


@dataclass(frozen=True, slots=True)
class Click:
    """Something said of an outline: this point (px) belongs to it, or does not; and the outline before it was said."""

    at_px: tuple[float, float]
    belongs: bool
    before: Outline


@dataclass(frozen=True, slots=True)
class OutlineOffer:
    """Where an offered outline comes from: as dense as it was found, by whom, and the clicks that corrected it."""

    outline: Outline
    method: str
    clicks: tuple[Click, ...] = ()

    def with_click(self, at_px: tuple[float, float], belongs: bool) -> OutlineOffer:
        """One click more; the outline is still what it was."""
        return replace(self, clicks=(*self.clicks, Click(at_px, belongs, self.outline)))

    def without_last_click(self) -> OutlineOffer:
        """As it was before the last click."""
        return replace(self, clicks=self.clicks[:-1], outline=self.clicks[-1].before) if self.clicks else self


@dataclass(frozen=True, slots=True)
class PoseOption:
    """One of the poses that are offered: the instance as it would be with it.

    doubt: a sentence why it is likely wrong, "" when nothing says so. rivals: options the outline allows as well.
    """

    instance: Instance
    doubt: str = ""
    rivals: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PoseOffer:
    """The poses an outline allows, the likeliest first, and which of them is shown."""

    options: tuple[PoseOption, ...]
    at: int = 0

    @property
    def shown(self) -> PoseOption:
        """The one that Enter would take."""
        return self.options[self.at]

    def with_option(self, option: PoseOption) -> PoseOffer:
        """One pose more, which is shown; it takes the place of the last where there are `MOST_CARDS` already."""
        kept = self.options[: MOST_CARDS - 1]
        known = (replace(one, rivals=tuple(at for at in one.rivals if at < len(kept))) for one in kept)
        return PoseOffer((*known, option), len(kept))


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the machine offers: an instance as it would be, made from `basis`; streams until `finished`.

    poses: the poses to choose from, `instance` being the one that is shown; None for an outline or a single pose.
    together: taken and refused with the others of its job, as one undo step.
    """

    job_id: int
    photo_id: str
    label: str
    instance: Instance
    basis: Instance | None
    text: str = ""
    finished: bool = False
    camera: Camera | None = None
    outline: OutlineOffer | None = None
    poses: PoseOffer | None = None
    together: bool = False

    @property
    def key(self) -> tuple[int, str]:
        """What it is known by: a job may offer several instances."""
        return self.job_id, self.instance.id

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
            current = _completed(current, self.instance)
            if not self._measured_on(current, photo):
                estimate = estimate.with_pose(estimate.pose, provenance=estimate.provenance)
            return photo.with_instance(current.with_pose_estimate(estimate))
        return photo.with_instance(current.with_region(self.instance.region, provenance=self.instance.provenance))

    def _measured_on(self, current: Instance, photo: Photo) -> bool:
        made, is_same = self.instance, bool(_shape(current) == _shape(self.instance))
        return is_same and current.region == made.region and self.camera in (None, photo.camera)

    @property
    def is_pose(self) -> bool:
        """Whether it is about the pose, perhaps with an outline that came along; otherwise it is about the outline."""
        return self.poses is not None or not self.has_outline

    @property
    def has_outline(self) -> bool:
        """Whether taking it changes the outline."""
        return self.basis is None or self.basis.region is not self.instance.region

    @property
    def doubt(self) -> str:
        """Why the pose that is shown is likely wrong, "" when nothing says so."""
        return self.poses.shown.doubt if self.poses is not None else ""

    def showing(self, poses: PoseOffer) -> Proposal:
        """The offer with the pose shown that `poses` shows."""
        return replace(self, poses=poses, instance=poses.shown.instance)


class Proposals:
    """The offers that wait in a window, oldest first. `changed` carries those for the photo that is shown.

    chosen_id: the instance whose offer the annotator picked among several; None while none is picked. all: also those
    for other photos. Both are changed through the methods alone.
    """

    def __init__(self, session: Session) -> None:
        self.changed: Signal[tuple[Proposal, ...]] = Signal()
        self.chosen_id: str | None = None
        self._session = session
        self.all: tuple[Proposal, ...] = ()
        self._waiting: dict[tuple[int, str], Proposal] = {}
        self._leave_document: Callable[[], None] = lambda: None
        session.signals.unsaved.connect(self._keep_unsaved)
        session.signals.photo_changed.connect(lambda _: self._replace(self.all))
        session.signals.document_changed.connect(lambda _: self._on_document())
        session.signals.selection_changed.connect(lambda ids: self.choose(None) if ids else None)

    @property
    def shown(self) -> tuple[Proposal, ...]:
        """The offers for the photo that is shown, oldest first."""
        return tuple(p for p in self.all if p.photo_id == self._session.photo_id)

    @property
    def outlines(self) -> tuple[Proposal, ...]:
        """The finished offers of outlines for the photo that is shown."""
        return tuple(p for p in self.shown if p.finished and not p.is_pose)

    @property
    def pose(self) -> Proposal | None:
        """The offered pose that keys mean: of what is picked or selected, else the newest; None if an outline is."""
        return self._pose_among(self.shown)

    @property
    def meant(self) -> tuple[Proposal, ...]:
        """What Enter takes."""
        finished = tuple(p for p in self.shown if p.finished)
        if self.chosen is not None:
            return (self.chosen,) if self.chosen.finished else ()
        pose = self._pose_among(finished)
        return _with_its_own(pose, finished) if pose is not None else tuple(p for p in finished if not p.is_pose)

    @property
    def chosen(self) -> Proposal | None:
        """The offer that was picked."""
        return self.find(self.chosen_id) if self.chosen_id is not None else None

    def find(self, instance_id: str) -> Proposal | None:
        """The newest offer for one instance of the photo that is shown."""
        return next((p for p in reversed(self.shown) if p.instance.id == instance_id), None)

    def of(self, key: tuple[int, str]) -> Proposal | None:
        """The offer of that key, also for a photo that is not shown."""
        return self._waiting.get(key) or next((p for p in self.all if p.key == key), None)

    def own_job_id(self) -> int:
        """A number for an offer that no job made."""
        return min([_OWN, *(p.job_id for p in self.all)]) - 1

    def choose(self, instance_id: str | None) -> None:
        """Pick the offer for an instance: keys and clicks mean it alone. What was chosen on the photo is let go."""
        if instance_id == self.chosen_id:
            return
        self.chosen_id = instance_id
        if instance_id is not None:
            self._session.select()
        self.changed.emit(self.shown)

    def put(self, proposal: Proposal) -> None:
        """Show an offer, or the next step of one; while a drag lives it waits: the hand goes first."""
        fresh = proposal.key not in self._waiting
        self._waiting[proposal.key] = proposal
        if fresh:
            self._session.when_idle(lambda: self._put(proposal.key))

    def accept(self) -> int:
        """Take the picked offer, else the newest pose, else every outline, as one undo step; answers how many."""
        photo, taken = self._session.photo, self.meant
        if not taken or photo is None:
            return 0
        after, done = photo, []
        for proposal in taken:
            current = photo.find(proposal.instance.id)
            if current is not None and "locked" in current.flags:
                self._session.notice("The instance is locked; K unlocks it.", "warning", about="offer")
                return 0
            applied = proposal.applied(after)
            if applied is None:
                self._session.notice("The instance it was made for is gone.", "warning", about="offer")
            else:
                after = applied
                done.append(proposal)
        label = done[0].label if len(done) == 1 or done[0].together else f"Outline {len(done)} sneakers"
        if done and not self._session.commit(Edit.of(label, photo, after)):
            return 0
        # What else was offered for the same would undo with the next Enter what this one has done.
        same = {(p.photo_id, p.instance.id, p.is_pose) for p in taken}
        older = (p for p in self.all if p.finished and (p.photo_id, p.instance.id, p.is_pose) in same)
        self.drop((*taken, *older))
        if done:
            self._session.select(*(p.instance.id for p in done if len(done) == 1))
        return len(done)

    def refuse(self, job_id: int | None = None) -> Proposal | None:
        """Throw away the offers of one job; else the picked one, else the newest with those that came along with it.

        Answers one of them.
        """
        if job_id is not None:
            self._waiting = {key: value for key, value in self._waiting.items() if key[0] != job_id}
            gone = tuple(p for p in self.all if p.job_id == job_id)
        elif (meant := self.chosen or self.pose) is not None:
            gone = _with_its_own(meant, self.shown)
        else:
            gone = tuple(p for p in self.shown if p.job_id == self.shown[-1].job_id)
        if not gone:
            return None
        self.drop(gone)
        return gone[-1]

    def drop(self, gone: tuple[Proposal, ...]) -> None:
        """Throw some offers away."""
        keys = {p.key for p in gone}
        self._waiting = {key: value for key, value in self._waiting.items() if key not in keys}
        self._replace(tuple(p for p in self.all if p.key not in keys))

    def _pose_among(self, offers: tuple[Proposal, ...]) -> Proposal | None:
        if self.chosen is not None:
            return self.chosen if self.chosen.is_pose else None
        if not offers or not offers[-1].is_pose:
            return None
        selected_id = self._session.selected_id
        return next((p for p in reversed(offers) if p.is_pose and p.instance.id == selected_id), offers[-1])

    def _put(self, key: tuple[int, str]) -> None:
        proposal = self._waiting.pop(key, None)
        if proposal is None:
            return
        if any(p.key == key for p in self.all):  # keeps its place among the others
            self._replace(tuple(proposal if p.key == key else p for p in self.all))
        else:
            self._replace((*self.all, proposal))

    def _keep_unsaved(self, edit: Edit) -> None:
        """What could not be written, for want of room on the disk, is offered again: Enter tries once more."""
        for before, after in edit.changes:
            if not isinstance(before, Photo) or not isinstance(after, Photo):
                continue
            for instance in after.instances:
                old = before.find(instance.id)
                if instance is not old and all(p.instance is not instance for p in self.all):
                    number = self.own_job_id()
                    kept = Proposal(number, after.id, edit.label, instance, old, "not saved", finished=True)
                    self._replace((*self.all, kept))

    def _on_document(self) -> None:
        self._leave_document()
        document = self._session.document
        self._leave_document = document.changed.connect(self._make_room) if document else (lambda: None)
        self._replace(())

    def _make_room(self, edit: Edit) -> None:
        """Where a batch or a redo has put what is offered, taking the offer would put it there twice."""
        added = {
            after.id: [i for i in after.instances if before is None or before.find(i.id) is None]
            for before, after in edit.changes
            if isinstance(after, Photo) and isinstance(before, Photo | None)
        }
        kept = tuple(left for p in self.all if (left := _beside(p, added.get(p.photo_id, []))) is not None)
        now = {after.id: after for _, after in edit.changes if isinstance(after, Photo)}
        stale = tuple(p for p in kept if p.photo_id in now and _is_stale(p, now[p.photo_id]))
        if stale:
            what = "camera" if any(_late_for(p, now[p.photo_id]) == "camera" for p in stale) else "sneaker"
            self._session.notice(f"What was offered is withdrawn: its {what} was changed. Q or E asks again.")
            kept = tuple(p for p in kept if p not in stale)
        if kept != self.all:
            self._replace(kept)

    def _replace(self, proposals: tuple[Proposal, ...]) -> None:
        photo = self._session.photo
        late = {p.key: why for p in proposals if photo and p.photo_id == photo.id and (why := _late_for(p, photo))}
        if late:  # its answer came, or its photo was opened, after that was changed
            self._session.notice(f"A pose came too late: its {min(late.values())} was changed. Q or E asks again.")
        self.all = tuple(p for p in proposals if p.key not in late)
        if all(p.instance.id != self.chosen_id for p in self.all):
            self.chosen_id = None
        self.changed.emit(self.shown)


def _late_for(offer: Proposal, photo: Photo) -> str:
    """What is another now than a pose was found for, its millimetres being of that: "camera", "sneaker" or ""."""
    now, camera = photo.find(offer.instance.id), offer.camera
    if not (offer.is_pose and offer.finished):
        return ""
    if camera is not None and camera != photo.camera and not sees_alike(camera, photo.camera):
        return "camera"
    known = [_shape(one) for one in (offer.basis, offer.instance) if one is not None]
    return "sneaker" if offer.basis is not None and now is not None and _shape(now) not in known else ""


def _is_stale(offer: Proposal, photo: Photo) -> bool:
    """Whether a pose is offered for a sneaker that is gone, or that a hand has moved, sized or named meanwhile; or for
    another camera. What stands under an offer must not be changed unseen, and Enter must not write over it.
    """
    if offer.basis is None or not offer.is_pose or not offer.finished:
        return bool(_late_for(offer, photo))
    now, then = photo.find(offer.instance.id), offer.basis
    if now is None or _late_for(offer, photo):
        return True
    return (now.pose, _shape(now)) not in [(one.pose, _shape(one)) for one in (then, offer.instance)]


def _with_its_own(offer: Proposal, offers: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """The offer, and those of its job that are taken and refused with it."""
    return tuple(p for p in offers if p is offer or (offer.together and p.together and p.job_id == offer.job_id))


def _completed(current: Instance, made: Instance) -> Instance:
    """What is there now, with the foot, the model and the outline that came with the pose where it has none."""
    if current.side is Side.UNKNOWN:
        current = current.with_side(made.side)
    if current.model_id is None:
        current = current.with_model(made.model_id, made.size)
    return current.with_region(made.region, provenance=made.provenance) if current.region.is_empty else current


def _posed_as(offer: Proposal, poses: PoseOffer, instance: Instance) -> Proposal:
    """The poses that were found with an outline of their own, for an instance that stands there now."""
    made = ((o, _completed(instance, o.instance).with_pose_estimate(o.instance.pose_estimate)) for o in poses.options)
    options = tuple(replace(option, instance=posed) for option, posed in made)
    return replace(offer.showing(replace(poses, options=options)), basis=instance)


def _beside(offer: Proposal, added: Sequence[Instance]) -> Proposal | None:
    """What is left of an offer beside instances put there.

    An outline that a hand has corrected becomes their correction, and poses become theirs.
    """
    if offer.basis is not None or (offer.outline is None and offer.poses is None):
        return offer
    same = next((i for i in added if shared(i.region, offer.instance.region) > _SAME), None)
    if same is None:
        return offer
    if offer.poses is not None:
        return _posed_as(offer, offer.poses, same)
    assert offer.outline is not None
    if not offer.outline.clicks or same.id == offer.instance.id:
        return None
    return replace(offer, instance=replace(offer.instance, id=same.id), basis=same)
