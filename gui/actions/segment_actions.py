"""The machine's outlines: of a photo, of a box, of what is chosen anew; each becomes a proposal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from core.geometry.region import Region
from core.jobs.messages import (
    CorrectRequest,
    Failed,
    NetChoice,
    Outline,
    PhotoRef,
    Request,
    Result,
    SegmentMethod,
    SegmentRequest,
    SegmentResult,
)
from core.jobs.outlines import is_covered, new_instance, outlined, shared, shoe_category
from core.labels.instance import Instance
from core.labels.photo import Photo
from core.labels.project import Role
from gui.actions.action import Action
from gui.actions.edit_actions import LOCKED, NO_PHOTO
from gui.actions.late_words import of_photo
from gui.actions.segment_words import OUTLINING, offer_words
from gui.inference import Inference
from gui.preferences import NETWORK_FIRST, Preferences
from gui.proposals import OutlineOffer, Proposal, Proposals
from gui.session import Session

Box = tuple[float, float, float, float]

_ROOM = 0.08  # round a chosen instance's box, of its longer side
_SAME = 0.1  # IoU from which on what was found is the chosen instance
_AS_BEFORE = 0.5


class SegmentActions:
    """Asks for outlines and shows them as proposals; nothing is written to the document before Enter.

    pointer: where it is, px of the photo, None when it is elsewhere. seen_box: the part of the photo that is seen.
    """

    def __init__(
        self,
        session: Session,
        proposals: Proposals,
        inference: Inference,
        *,
        photo_file: Callable[[Photo], Path],
        preferences: Preferences,
    ) -> None:
        self.pointer: Callable[[], tuple[float, float] | None] = lambda: None
        self.seen_box: Callable[[], Box | None] = lambda: None
        self._session = session
        self._proposals = proposals
        self._inference = inference
        self._photo_file = photo_file
        self._preferences = preferences

    def table(self) -> list[Action]:
        """The commands that ask for outlines."""
        here = "Segment &what is seen, or the chosen instance anew"
        return [
            Action(
                "segment_photo",
                "&Segment the photo",
                "&Label",
                self.segment_photo,
                ("S",),
                self._no_photo,
                icon="segment",
                separated=True,
            ),
            Action("segment_here", here, "&Label", self.segment_here, ("Shift+S",), self._why_not_here, icon="segment"),
        ]

    # ---- asking

    def segment_photo(self) -> None:
        """Ask the network for every sneaker of the photo."""
        photo = self._session.photo
        if photo is not None:
            self._ask(photo, None, method=SegmentMethod.NET)
            self._session.notice("Looking for sneakers in the photo… Escape gives up.")

    def segment_box(self, photo: Photo, box_px: Box) -> None:
        """Ask for the outline of what stands in a box: the network first where it knows the category."""
        method = self._method_of(self._session.category_id)
        if self._preferences["box_method"] != NETWORK_FIRST:
            method = SegmentMethod.GRABCUT
        self._ask(photo, box_px, method=method)
        self._session.notice("Outlining what stands in the box… Escape gives up.")

    def segment_here(self) -> None:
        """A new outline for the chosen instance, else outlines for the part of the photo that is seen, from closer."""
        photo, chosen, seen = self._session.photo, self._session.selected, self.seen_box()
        if photo is None:
            return
        if chosen is not None and not chosen.region.is_empty:
            box = _with_room(chosen.region)
            self._ask(photo, box, method=self._method_of(chosen.category), target=photo.instance(chosen.id))
            self._session.notice("Outlining the chosen instance anew… Escape gives up.")
        elif seen is not None:
            self._ask(photo, seen, method=SegmentMethod.NET)
            self._session.notice("Looking for sneakers in the part that is seen… Escape gives up.")

    def find_all(
        self,
        photo: Photo,
        *,
        on_found: Callable[[list[Proposal], str], None],
        on_failed: Callable[[Failed], None],
    ) -> int:
        """Ask for the sneakers of a photo as a part of another job; its number.

        on_found: the offers, none of them shown yet, the one under the pointer alone if it is on one; and, when there
        are none, why.
        """
        category = shoe_category(self._session.project, self._session.category_id)
        ref, net, method = photo_ref(photo, self._photo_file), net_choice(self._preferences), SegmentMethod.NET
        request = SegmentRequest(ref, photo.id, category=category, method=method, net=net)
        at = self.pointer()

        def on_result(result: Result) -> None:
            assert isinstance(result.answer, SegmentResult)
            offers = self._for_new(result.job_id, result.answer, photo, request=request, at=at)
            why = "" if offers else self._words(offers, result.answer, photo, request=request)[0]
            on_found(offers, why)

        return self._inference.submit(request, on_result=on_result, on_failed=on_failed, listed=False)

    def _method_of(self, category: str) -> SegmentMethod:
        """The network knows shoes only; asked for a leg it would offer the shoe below it."""
        is_shoe = self._session.project.category(category).role is Role.SHOE
        return SegmentMethod.NET_FIRST if is_shoe else SegmentMethod.GRABCUT

    def _ask(self, photo: Photo, box_px: Box | None, *, method: SegmentMethod, target: Instance | None = None) -> None:
        older, category = self._under_way(photo.id), self._session.category_id
        if method is not SegmentMethod.GRABCUT:
            category = shoe_category(self._session.project, category)
        ref, net = photo_ref(photo, self._photo_file), net_choice(self._preferences)
        target_id = target.id if target is not None else None
        request = SegmentRequest(ref, photo.id, box_px, category, target_id, method, net)
        at = self.pointer() if method is SegmentMethod.NET and box_px is not None else None

        def on_result(result: Result) -> None:
            self._on_found(result, request, target=target, at=at)

        def on_failed(failed: Failed) -> None:
            replaced = any(is_outlining(job.request, photo.id) and not job.cancelled for job in self._inference.jobs)
            if not (failed.cancelled and replaced):  # what was asked for instead has been said already
                sentence = of_photo(self._session, photo, failed.sentence)
                self._session.notice(sentence, "info" if failed.cancelled else "danger", about=OUTLINING)

        self._inference.submit(request, on_result=on_result, on_failed=on_failed)
        for job_id in older:
            self._inference.cancel(job_id)

    def is_busy_with(self, photo_id: str) -> bool:
        """Whether outlines of a photo were asked for that are still to come."""
        return bool(self._under_way(photo_id))

    def give_up(self, photo_id: str) -> None:
        """End what looks for outlines of a photo."""
        for job_id in self._under_way(photo_id):
            self._inference.cancel(job_id)

    def _under_way(self, photo_id: str) -> list[int]:
        asked = ((job.id, job.request) for job in self._inference.jobs if not job.cancelled)
        return [number for number, one in asked if isinstance(one, SegmentRequest) and one.photo_id == photo_id]

    # ---- answers

    def _on_found(
        self, result: Result, request: SegmentRequest, *, target: Instance | None, at: tuple[float, float] | None
    ) -> None:
        answer, document = result.answer, self._session.document
        assert isinstance(answer, SegmentResult)
        if document is None or request.photo_id not in document.project.entries:
            return
        photo = document.photo(request.photo_id)
        if target is not None:
            offers = self._for_target(result.job_id, answer, photo, target=target)
        else:
            self._drop_older(request)
            offers = self._for_new(result.job_id, answer, photo, request=request, at=at)
        for offer in offers:
            self._proposals.put(offer)
        if self._session.photo_id == photo.id:
            self._session.notice(*self._words(offers, answer, photo, request=request), about=OUTLINING)

    def _for_target(self, job_id: int, answer: SegmentResult, photo: Photo, *, target: Instance) -> list[Proposal]:
        found = max(answer.outlines, key=lambda one: shared(one.region, target.region), default=None)
        if found is None or shared(found.region, target.region) < _SAME:
            return []
        return [self._offer(job_id, photo, target, outline=found, method=answer.method, basis=target)]

    def _for_new(
        self,
        job_id: int,
        answer: SegmentResult,
        photo: Photo,
        *,
        request: SegmentRequest,
        at: tuple[float, float] | None,
    ) -> list[Proposal]:
        """Offers for what is neither outlined nor offered yet; a box drawn by hand is always answered."""
        drawn = request.method is not SegmentMethod.NET
        project, waiting = self._session.project, _outlines_of(photo.id, self._proposals)
        fresh = [
            one
            for one in answer.outlines
            if drawn or not is_covered(one.region, photo, project=project)
            if not any(shared(one.region, offer.instance.region) > _AS_BEFORE for offer in waiting)
        ]
        pointed = [one for one in fresh if at is not None and one.region.contains(at)]
        return [
            self._offer(job_id, photo, new_instance(one, request.category), outline=one, method=answer.method)
            for one in pointed or fresh
        ]

    def _drop_older(self, request: SegmentRequest) -> None:
        """What was offered before and nobody has corrected makes room, within the box if there is one."""
        known = _outlines_of(request.photo_id, self._proposals)
        older = [p for p in known if p.basis is None and not (p.outline and p.outline.clicks)]
        if request.box_px is not None:
            x0, y0, x1, y1 = request.box_px
            box = Region.from_box(x0, y0, x1_px=x1, y1_px=y1)
            regions = {p.key: p.instance.region for p in older}
            older = [p for p in older if regions[p.key].intersection(box).area_px2 > 0.5 * regions[p.key].area_px2]
        self._proposals.drop(tuple(older))

    def _offer(
        self,
        job_id: int,
        photo: Photo,
        instance: Instance,
        *,
        outline: Outline,
        method: str,
        basis: Instance | None = None,
    ) -> Proposal:
        made = outlined(
            outline, instance, method=method, size_px=photo.size_px, coarseness=self._preferences["outline_tolerance"]
        )
        offer = OutlineOffer(outline, method)
        label = f"Outline by {method}"
        return Proposal(job_id, photo.id, label, made, basis, finished=True, camera=photo.camera, outline=offer)

    def _words(
        self, offers: list[Proposal], answer: SegmentResult, photo: Photo, *, request: SegmentRequest
    ) -> tuple[str, str]:
        if offers:
            return offer_words(tuple(offers), self._preferences["outline_tolerance"], note=answer.note), "success"
        # The sentence stays; seen over the next photo it must not speak of that one.
        where = f"in {PurePosixPath(photo.file).name}" if request.box_px is None else "here"
        if answer.outlines and request.instance_id is not None:
            return "What was found is another thing than the chosen outline; Ctrl+click corrects that one.", "warning"
        if answer.outlines:
            count = len(answer.outlines)
            what = "The sneaker found is" if count == 1 else f"The {count} sneakers found are"
            return f"{what} outlined already. Choose one and press Shift+S for a new outline of it.", "info"
        return (
            f"{answer.method} found no sneaker {where}. Zoom in on it and press Shift+S, or draw a box round it (G).",
            "warning",
        )

    # ---- what can be done

    def _no_photo(self) -> str | None:
        return None if self._session.photo_id else NO_PHOTO

    def _why_not_here(self) -> str | None:
        chosen = self._session.selected
        return LOCKED if chosen is not None and "locked" in chosen.flags else self._no_photo()


def net_choice(preferences: Preferences) -> NetChoice:
    """The network that the preferences name."""
    return NetChoice(preferences["net"], preferences["device"], preferences["net_px"])


def photo_ref(photo: Photo, photo_file: Callable[[Photo], Path]) -> PhotoRef:
    """The photo as the inference core is told of it."""
    return PhotoRef(str(photo_file(photo)), photo.sha256)


def is_outlining(request: Request | None, photo_id: str | None) -> bool:
    """Whether a job looks for outlines in a photo."""
    return isinstance(request, SegmentRequest | CorrectRequest) and request.photo_id == photo_id


def _outlines_of(photo_id: str, proposals: Proposals) -> list[Proposal]:
    """The finished offers of outlines for a photo, which may be another one than is shown: an answer may come late."""
    return [p for p in proposals.all if p.photo_id == photo_id and p.finished and not p.is_pose]


def _with_room(region: Region) -> Box:
    x0, y0, x1, y1 = region.bounds_px
    room = _ROOM * max(x1 - x0, y1 - y0)
    return x0 - room, y0 - room, x1 + room, y1 + room
