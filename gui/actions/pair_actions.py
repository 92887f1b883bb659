"""The two shoes of a pair: the other one posed on the floor of the first, and both fitted together."""

from __future__ import annotations

from dataclasses import replace

from core.geometry.on_floor import starts_on_the_floor
from core.jobs.messages import Failed, Result, SearchRequest, SearchResult
from core.jobs.pair_messages import PairFitRequest, PairFitResult
from core.jobs.requests import evidence_of, fit_request, fitted, floor_of
from core.labels.instance import Instance, ShoeSize, Side
from core.labels.pairs import may_be_pair, middle_px, other_shoe, shoes_of, sides_of_pair
from core.labels.photo import Photo
from gui.actions.action import Action
from gui.actions.edit_actions import LOCKED, NO_PHOTO
from gui.actions.offering import Offering
from gui.actions.pose_offers import offered_poses
from gui.actions.pose_search import GOOD_IOU
from gui.actions.pose_words import POSING, offered_words
from gui.proposals import PoseOffer, PoseOption, Proposal

_TILTED_DEG, _HIGH_MM = 8.0, 15.0  # from here on two shoes do not stand on one floor
DRAWING = "Finish what the hand is drawing first."
NO_POSED = "Pose one shoe of the pair first (Q), then choose it."
NO_OTHER = "Outline the other shoe of the pair first (P draws, G boxes, S segments)."
NO_FOOT = "Say for which foot the posed shoe is (L, R): the other one of the pair is its mirror image."
NO_PAIR = "Two posed and outlined sneakers are fitted together: choose them (Shift+click), or have only two."
NO_MODEL_FILE = "The shoe model of this sneaker is not in the project; choose another one in the Pose panel."

Two = tuple[Instance, Instance]


class PairActions(Offering):
    """Offers poses for pairs; nothing is written to the document before Enter."""

    _job_id: int | None = None  # of what is asked now
    _photo_id = ""  # of the photo it is about

    def table(self) -> list[Action]:
        """The commands on pairs."""
        other, both = self.why_no_other, self.why_no_pair
        words = "Pose the &other shoe from this one"
        return [
            Action("pose_other", words, "&Pose", self.pose_other, ("Shift+M",), other, icon="mirror", separated=True),
            Action("fit_pair", "Fit the pair to&gether", "&Pose", self.fit_pair, ("Shift+E",), both, icon="join"),
        ]

    def give_up(self) -> bool:
        """Escape: end what is under way for the open photo."""
        return self._photo_id == self._session.photo_id and self.stop()

    def stop(self) -> bool:
        """End what is under way; answers whether there was anything."""
        job_id, self._job_id = self._job_id, None
        if job_id is not None:
            self._inference.cancel(job_id)
        return job_id is not None

    # ---- the other shoe

    def pose_other(self) -> None:
        """The chosen shoe's model and size, mirrored, on its floor, over the other's outline: the best is offered."""
        photo, two = self._session.photo, self._other()
        if photo is None or isinstance(two, str):
            return
        source, target = two
        project, file = self._session.project, self._file_of(source)
        if file is None or source.pose is None:
            return
        bare = target.with_pose_estimate(None).with_model(source.model_id, source.size)
        bare = bare.with_side(sides_of_pair(source, target))
        evidence = evidence_of(photo, bare, project=project, mesh_file=file)
        known = replace(evidence, floor=floor_of(source, project=project))
        starts = starts_on_the_floor(source.pose, middle_px(target), camera=photo.camera)
        self.stop()
        self._session.select(target.id)

        def on_result(result: Result) -> None:
            assert isinstance(result.answer, SearchResult)
            self._ended(result.job_id)
            self._offer_other(result.job_id, photo, target, bare=bare, found=result.answer)

        request = SearchRequest(known, starts=starts)
        self._photo_id = photo.id
        self._job_id = self._inference.submit(request, on_result=on_result, on_failed=self._on_failed)

    def _offer_other(self, job_id: int, photo: Photo, target: Instance, *, bare: Instance, found: SearchResult) -> None:
        poses, label = offered_poses(bare, photo, found.hypotheses), "Pose the other shoe"
        made = poses.shown.instance
        offer = Proposal(job_id, photo.id, label, made, target, finished=True, camera=photo.camera, poses=poses)
        self._proposals.put(offer)
        if self._session.photo_id == photo.id and self._proposals.of(offer.key) is not None:  # else it came too late
            words, level = offered_words(offer, good_iou=GOOD_IOU)
            self._session.notice(words.replace("Pose found", "The other shoe"), level, about=POSING)

    def why_no_other(self) -> str | None:
        """The reason why no other shoe can be posed from the chosen one now."""
        two = self._other()
        if isinstance(two, str):
            return two
        return LOCKED if "locked" in two[1].flags else None

    def _other(self) -> Two | str:
        """The shoe that has a pose and the one that gets one; or why there are none."""
        photo = self._session.photo
        if photo is None:
            return NO_PHOTO
        if self._session.drag is not None:
            return DRAWING
        project = self._session.project
        shoes = {i.id: i for i in shoes_of(photo, project)}
        chosen = [shoes[i] for i in self._session.selection if i in shoes]
        known = [i for i in (chosen or shoes.values()) if i.pose is not None and i.model_id in project.models]
        if not known and chosen:  # the one to be posed was chosen: the shoe it goes with is another one
            known = [i for i in shoes.values() if i.pose is not None and i.model_id in project.models]
        if not known:
            return NO_POSED
        source = known[0]
        if len(chosen) == 2:
            target = next(i for i in chosen if i.id != source.id)
        elif len(chosen) == 1 and chosen[0].id != source.id:
            target = chosen[0]
            source = min(known, key=lambda shoe: not may_be_pair(shoe, target))
        else:
            found = other_shoe(photo, source, project=project)
            if found is None:
                return NO_OTHER
            target = found
        return _why_not_two(source, target) or (source, target)

    # ---- both together

    def fit_pair(self) -> None:
        """Both shoes' outlines and one floor under them in one fit; both poses are offered as one step."""
        photo, two = self._session.photo, self._pair()
        if photo is None or isinstance(two, str):
            return
        sized = self._one_size(two)
        requests = []
        for instance in sized:
            file = self._file_of(instance)
            if file is None:
                return
            requests.append(fit_request(photo, instance, project=self._session.project, mesh_file=file))

        self.stop()

        def on_result(result: Result) -> None:
            assert isinstance(result.answer, PairFitResult)
            self._ended(result.job_id)
            self._offer_pair(result.job_id, photo, two, sized=sized, found=result.answer)

        request = PairFitRequest(requests[0], requests[1])
        self._photo_id = photo.id
        self._job_id = self._inference.submit(request, on_result=on_result, on_failed=self._on_failed)

    def _offer_pair(self, job_id: int, photo: Photo, two: Two, *, sized: Two, found: PairFitResult) -> None:
        answers = (found.first, found.second)
        doubt = next((answer.doubt for answer in answers if answer.doubt), "")
        for basis, instance, answer in zip(two, sized, answers, strict=True):
            made = fitted(instance, photo, answer)
            poses = PoseOffer((PoseOption(made, doubt),))
            offer = Proposal(job_id, photo.id, "Fit the pair", made, basis, finished=True, camera=photo.camera)
            self._proposals.put(replace(offer, poses=poses, together=True))
        if self._session.photo_id == photo.id:
            self._session.notice(*_pair_words(found, doubt), about=POSING)

    def why_no_pair(self) -> str | None:
        """The reason why no pair can be fitted now."""
        two = self._pair()
        if isinstance(two, str):
            return two
        return LOCKED if any("locked" in shoe.flags for shoe in two) else None

    def _pair(self) -> Two | str:
        photo = self._session.photo
        if photo is None:
            return NO_PHOTO
        if self._session.drag is not None:
            return DRAWING
        models = self._session.project.models
        ready = [
            shoe
            for shoe in shoes_of(photo, self._session.project)
            if shoe.pose is not None and not shoe.region.is_empty and shoe.model_id in models
        ]
        chosen = [shoe for shoe in ready if shoe.id in self._session.selection]
        pair = chosen if len(chosen) == 2 else ready
        return (pair[0], pair[1]) if len(pair) == 2 else NO_PAIR

    def _one_size(self, two: Two) -> Two:
        """Both at the size of the one whose pose explains its outline better, where they are one model."""
        first, second = two
        if first.model_id != second.model_id or first.model_id is None:
            return two
        model = self._session.project.models[first.model_id]
        sizes = [shoe.size or model.size for shoe in two]
        if sizes[0] == sizes[1]:
            return two
        size: ShoeSize = max(zip(two, sizes, strict=True), key=lambda pair: _iou(pair[0]))[1]
        return first.with_size(size), second.with_size(size)

    # ---- inside

    def _file_of(self, instance: Instance) -> str | None:
        file = self._shoe_file(instance)
        if file is None:
            self._session.notice(NO_MODEL_FILE, "warning", about=POSING)
        return None if file is None else str(file)

    def _ended(self, job_id: int) -> None:
        if self._job_id == job_id:
            self._job_id = None

    def _on_failed(self, failed: Failed) -> None:
        if self._job_id not in (None, failed.job_id):
            return  # asked again meanwhile
        self._ended(failed.job_id)
        self._session.notice(failed.sentence, "info" if failed.cancelled else "danger", about=POSING)


def _why_not_two(source: Instance, target: Instance) -> str | None:
    if target.region.is_empty:
        return NO_OTHER
    if not may_be_pair(source, target):
        return f"Both sneakers are said to be {source.side} ones; set the foot of one with L or R."
    return NO_FOOT if sides_of_pair(source, target) is Side.UNKNOWN else None


def _iou(shoe: Instance) -> float:
    estimate = shoe.pose_estimate
    return 0.0 if estimate is None or estimate.iou is None else estimate.iou


def _pair_words(found: PairFitResult, doubt: str) -> tuple[str, str]:
    """The sentence about a pair that was fitted together, and its level."""
    ious = f"IoU {found.first.iou:.3f} and {found.second.iou:.3f}"
    apart = f"up-axes {found.tilt_deg:.1f}° and soles {found.height_mm:.1f} mm apart"
    if doubt:
        return f"The pair: {ious}. {doubt} Shift+Enter takes both anyway, Escape refuses.", "warning"
    if found.tilt_deg > _TILTED_DEG or found.height_mm > _HIGH_MM:
        reason = "They do not stand on one floor: is one in the hand, on the other foot, or its pose turned round?"
        return f"The pair: {ious}, {apart}. {reason} Enter takes both, Escape refuses.", "warning"
    if min(found.first.iou, found.second.iou) < GOOD_IOU:
        advice = "A poor match: check model, size, feet and outlines."
        return f"The pair: {ious}, {apart}. {advice} Enter takes both, Escape refuses.", "warning"
    return f"The pair: {ious}, {apart}. Enter takes both, Escape refuses.", "success"
