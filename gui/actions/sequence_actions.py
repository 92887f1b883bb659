"""From photo to photo: all poses of this one carried to the next, fitted to its outlines, and offered there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from core.document.store import StorageError
from core.geometry.motion import steadily_moved
from core.geometry.pose import Pose
from core.jobs.messages import Failed, Result, SearchRequest, SearchResult
from core.jobs.requests import evidence_of
from core.labels.instance import Instance, PoseEstimate, Side, new_id
from core.labels.pairs import matched_shoes, middle_px, same_shoe, shoes_of
from core.labels.photo import Photo
from core.labels.words import counted
from gui.actions.action import Action
from gui.actions.edit_actions import NO_PHOTO
from gui.actions.offering import Offering
from gui.actions.pair_actions import DRAWING, NO_MODEL_FILE
from gui.actions.pose_offers import offered_poses
from gui.actions.pose_search import GOOD_IOU
from gui.actions.pose_words import POSING
from gui.inference import Inference
from gui.proposals import PoseOffer, PoseOption, Proposal, Proposals
from gui.session import Session

NOTHING_POSED = "Pose a sneaker of this photo first (Q): its pose is what the next photo starts from."
LAST = "This is the last photo of the list; there is none to carry the poses to."
LABEL = "Copy poses"


@dataclass(frozen=True, slots=True)
class Carried:
    """A shoe with a pose, and where it is expected in the next photo: one step on, and as it is now."""

    shoe: Instance
    expected: Pose

    @property
    def starts(self) -> tuple[Pose, ...]:
        """Where to begin looking."""
        assert self.shoe.pose is not None
        return (self.expected,) if self.expected == self.shoe.pose else (self.expected, self.shoe.pose)


@dataclass(slots=True)
class _Run:
    """What was carried to a photo: offers that wait for those still being fitted, and what could not be."""

    job_id: int
    photo: Photo
    asked: set[int] = field(default_factory=set)
    offers: list[Proposal] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


class SequenceActions(Offering):
    """Offers the poses of one photo in the next; nothing is written to the document before Enter.

    shown_ids: the photos that the list's filter lets through.
    """

    def __init__(
        self,
        session: Session,
        proposals: Proposals,
        inference: Inference,
        *,
        shoe_file: Callable[[Instance], Path | None],
        shown_ids: Callable[[], Sequence[str]],
    ) -> None:
        super().__init__(session, proposals, inference, shoe_file=shoe_file)
        self._shown_ids = shown_ids
        self._run: _Run | None = None

    def table(self) -> list[Action]:
        """The command that goes on with the poses."""
        text = "Copy poses to the ne&xt photo and go on"
        return [Action("copy_on", text, "&Pose", self.copy_on, ("Alt+D",), self.why_not, icon="copy")]

    def copy_on(self) -> None:
        """Open the next photo and offer this one's poses there, fitted where a shoe is outlined."""
        photo, next_id = self._session.photo, self._next_id()
        if photo is None or next_id is None:
            return
        self.stop()
        carried = self._carried(photo)
        self._session.open_photo(next_id)
        target = self._session.photo
        if target is None or target.id != next_id:
            return  # it cannot be read, and that was said
        # What was carried there before and not taken yet would come twice.
        self._proposals.drop(tuple(offer for offer in self._proposals.shown if offer.label == LABEL))
        run = self._run = _Run(self._proposals.own_job_id(), target)
        for one, instance in self._places(carried, target):
            if instance is None:
                self._add(run, one)
            elif "locked" in instance.flags:
                run.said.append(f"the {_foot(instance)} is locked")
            elif instance.pose_estimate is not None:
                run.said.append(f"the {_foot(instance)} has a pose already")
            else:
                self._fit(run, one, instance)
        self._end_if_done(run)

    def give_up(self) -> bool:
        """Escape: end what is under way for the open photo."""
        run = self._run
        return run is not None and run.photo.id == self._session.photo_id and self.stop()

    def stop(self) -> bool:
        """End what is under way; answers whether there was anything."""
        run, self._run = self._run, None
        for job_id in run.asked if run is not None else ():
            self._inference.cancel(job_id)
        return run is not None

    def why_not(self) -> str | None:
        """The reason why no pose can be carried on now."""
        photo = self._session.photo
        if photo is None:
            return NO_PHOTO
        if self._session.drag is not None:
            return DRAWING
        if not any(self._is_known(shoe) for shoe in shoes_of(photo, self._session.project)):
            return NOTHING_POSED
        return None if self._next_id() is not None else LAST

    # ---- what goes where

    def _carried(self, photo: Photo) -> list[Carried]:
        """The posed shoes; where the photo before shows them, too, they are expected to move on as they did."""
        before = self._before(photo)
        carried = []
        for shoe in shoes_of(photo, self._session.project):
            if not self._is_known(shoe) or shoe.pose is None:
                continue
            earlier = same_shoe(shoe, before) if before is not None else None
            expected = shoe.pose if earlier is None or earlier.pose is None else steadily_moved(earlier.pose, shoe.pose)
            carried.append(Carried(shoe, expected))
        return carried

    def _places(self, carried: Sequence[Carried], target: Photo) -> list[tuple[Carried, Instance | None]]:
        """Each with the instance it is in the next photo, None where nothing there is it."""
        shoes = [one.shoe for one in carried]
        seen = {one.shoe.id: _seen_at(one.expected, target) for one in carried}
        there = [shoe for shoe in shoes_of(target, self._session.project) if not shoe.region.is_empty]
        matched = matched_shoes(seen, shoes, there, size_px=float(np.hypot(*target.size_px)))
        return [(one, matched.get(one.shoe.id)) for one in carried]

    def _before(self, photo: Photo) -> Photo | None:
        document, ids = self._session.document, list(self._session.project.entries)
        at = ids.index(photo.id)
        if document is None or at == 0 or not self._session.project.entries[ids[at - 1]].posed_count:
            return None
        try:
            return document.photo(ids[at - 1])
        except StorageError:
            return None  # the poses of this photo are enough to go on from

    def _next_id(self) -> str | None:
        ids, shown = list(self._session.project.entries), set(self._shown_ids())
        photo_id = self._session.photo_id
        at = ids.index(photo_id) if photo_id in ids else len(ids)
        return next((i for i in ids[at + 1 :] if i in shown), None)

    def _is_known(self, shoe: Instance) -> bool:
        return shoe.pose is not None and shoe.model_id in self._session.project.models

    # ---- offers

    def _add(self, run: _Run, one: Carried) -> None:
        """A shoe that nobody has outlined in the next photo: the pose alone, for the hand to align."""
        u, v = _seen_at(one.expected, run.photo)
        width, height = run.photo.size_px
        if not (0 <= u <= width and 0 <= v <= height):
            run.said.append(f"the {_foot(one.shoe)} would be outside the photo")
            return
        if any(i.pose is not None and i.side is one.shoe.side for i in shoes_of(run.photo, self._session.project)):
            run.said.append(f"the {_foot(one.shoe)} has a pose already")
            return
        shoe = one.shoe
        estimate = PoseEstimate(one.expected, camera_source=run.photo.camera.source)
        made = Instance(new_id(), shoe.category, shoe.side, model_id=shoe.model_id, size=shoe.size)
        run.offers.append(_offer(run, made.with_pose_estimate(estimate), None))

    def _fit(self, run: _Run, one: Carried, target: Instance) -> None:
        shoe, project = one.shoe, self._session.project
        file = self._shoe_file(shoe)
        if file is None:
            run.said.append(NO_MODEL_FILE)
            return
        side = shoe.side if target.side is Side.UNKNOWN else target.side
        bare = target.with_model(shoe.model_id, shoe.size).with_side(side)
        evidence = evidence_of(run.photo, bare, project=project, mesh_file=str(file))
        x, y = middle_px(target)
        over = one.expected.with_translation(
            run.photo.camera.unproject(np.array([x, y]), float(one.expected.translation_mm[2]))
        )

        def on_result(result: Result) -> None:
            assert isinstance(result.answer, SearchResult)
            found = result.answer.hypotheses
            poses = offered_poses(bare, run.photo, found)
            sure = not found[0].doubt and found[0].iou >= GOOD_IOU
            offer = replace(_offer(run, poses.shown.instance, target), poses=poses, together=sure)
            self._answered(run, result.job_id, offer)

        def on_failed(failed: Failed) -> None:
            run.said.append(f"the {_foot(target)} does not fit: {failed.sentence}")
            self._answered(run, failed.job_id, None)

        request = SearchRequest(evidence, starts=(*one.starts, over))
        run.asked.add(self._inference.submit(request, on_result=on_result, on_failed=on_failed))

    def _answered(self, run: _Run, job_id: int, offer: Proposal | None) -> None:
        run.asked.discard(job_id)
        if offer is not None:
            run.offers.append(offer)
        self._end_if_done(run)

    def _end_if_done(self, run: _Run) -> None:
        """All are offered at once, so that one Enter takes them; those in doubt wait for the next Enter."""
        if self._run is not run or run.asked:
            return
        self._run = None
        offers = sorted(run.offers, key=lambda offer: offer.together)  # the newest is what Enter takes first
        for offer in offers:
            self._proposals.put(offer)
        if self._session.photo_id == run.photo.id:
            shown = next((offer.instance.id for offer in reversed(offers) if offer.basis is not None), None)
            if shown is not None and self._session.drag is None:
                self._session.select(shown)
            self._session.notice(*_words(run), about=POSING)


def _offer(run: _Run, made: Instance, basis: Instance | None) -> Proposal:
    offer = Proposal(run.job_id, run.photo.id, LABEL, made, basis, finished=True, camera=run.photo.camera)
    return replace(offer, poses=PoseOffer((PoseOption(made),)), together=True)


def _words(run: _Run) -> tuple[str, str]:
    """What is offered and what is not, and the level of the sentence."""
    sure = sum(offer.together for offer in run.offers)
    bare = sum(offer.basis is None for offer in run.offers)
    parts = []
    if run.offers:
        parts.append(f"{counted(len(run.offers), 'pose')} carried on")
    ious = [offer.instance.pose_estimate.iou for offer in run.offers if offer.instance.pose_estimate is not None]
    shown = [f"{iou:.3f}" for iou in ious if iou is not None]
    if shown:
        parts.append(f"IoU {' and '.join(shown)}")
    if bare:
        parts.append(f"{bare} without an outline: align by hand, or outline and fit (E)")
    if sure < len(run.offers):
        parts.append(f"{len(run.offers) - sure} in doubt: check outline, model and foot, or flip through (Tab, T)")
    parts += run.said
    if not run.offers:
        return f"No pose was carried on: {'; '.join(parts)}.", "warning"
    keys = "Enter takes it, Escape refuses" if len(run.offers) == 1 else "Enter takes them together, Escape refuses"
    return f"{'; '.join(parts)}. {keys}.", "warning" if run.said or sure < len(run.offers) or bare else "success"


def _foot(instance: Instance) -> str:
    return "sneaker" if instance.side is Side.UNKNOWN else f"{instance.side} sneaker"


def _seen_at(pose: Pose, photo: Photo) -> tuple[float, float]:
    u, v = photo.camera.project(pose.translation_mm)
    return float(u), float(v)
