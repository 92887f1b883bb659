"""A pose by one key: outlined where there is no outline, searched, and offered as a list one can flip through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

from core.jobs.messages import Failed
from core.jobs.requests import search_request
from core.labels.instance import Instance
from core.labels.photo import Photo
from gui.actions.action import Action
from gui.actions.edit_actions import LOCKED, NO_PHOTO
from gui.actions.late_words import of_photo
from gui.actions.pose_offers import offered_poses
from gui.actions.pose_search import GOOD_IOU, Findings, PoseSearch
from gui.actions.pose_targets import Point, PoseTargets, Target
from gui.actions.pose_words import POSING, offered_words
from gui.actions.segment_actions import SegmentActions
from gui.inference import Inference
from gui.proposals import Proposal, Proposals
from gui.session import Session

_OUTLINED = 0.4  # of the job, where it begins with an outline
NOT_A_SHOE = "Only an instance of a shoe category has a pose."
NO_MODEL = "Import a shoe model first (Ctrl+M)."


@dataclass(slots=True)
class _Run:
    """A job under way: whose pose is looked for now, who follows, and how to stop it; shape_free: as in a request.

    at: where the pointer was, px. is_held: until the outlines are there that were asked for before.
    """

    series_id: int
    photo: Photo
    waiting: list[Target]
    begun: float = 0.0
    count: int = 1
    done: int = 0
    shape_free: bool = False
    at: Point | None = None
    is_held: bool = False
    offered: tuple[int, str] | None = None
    stop: Callable[[], object] = lambda: None


class AutoActions:
    """Looks for poses and offers them; nothing is written to the document before Enter."""

    def __init__(
        self,
        session: Session,
        proposals: Proposals,
        inference: Inference,
        *,
        segmenting: SegmentActions,
        shoe_file: Callable[[Instance], Path | None],
        targets: PoseTargets,
    ) -> None:
        self._session = session
        self._proposals = proposals
        self._inference = inference
        self._segmenting = segmenting
        self._shoe_file = shoe_file
        self._targets = targets
        self._run: _Run | None = None
        session.signals.document_changed.connect(self._forget)
        inference.jobs_changed.connect(self._look_at_outlines)

    def table(self) -> list[Action]:
        """The commands that look for a pose."""
        words, free = "Find the &pose", "Find the pose, &width and height free"
        # For a shoe that is wider, narrower, higher or lower than its model: the size comes with the pose.
        shaped = partial(self.find, shape_free=True)
        return [
            Action("find_pose", words, "&Pose", self.find, ("Q",), self.why_not, icon="machine", separated=True),
            Action("find_pose_shaped", free, "&Pose", shaped, ("Ctrl+Alt+Q",), self.why_not),
        ]

    def find(self, *, shape_free: bool = False) -> None:
        """Look for the pose of what is chosen, pointed at, or alone in the photo; outline it first where needed."""
        photo = self._session.photo
        if photo is None:
            return
        if self._run is not None and self._run.is_held:
            self._run.stop = lambda: None  # S asked for the outlines: Q once more must not take them away
        self._leave()
        at = self._segmenting.pointer()
        targets = self._targets.of(photo, at)
        if not targets and self._segmenting.is_busy_with(photo.id):
            self._hold(photo, at, shape_free=shape_free)
        elif targets is None:
            self._ask_which()
        else:
            self._begin(photo, targets, shape_free=shape_free)

    def find_with(self, model_id: str) -> None:
        """Look again for the pose that is offered, with another ShoeModel."""
        offer, model = self._proposals.pose, self._session.project.models.get(model_id)
        photo = self._session.photo
        if offer is None or model is None or photo is None or offer.instance.model_id == model_id:
            return
        self._leave()
        self._proposals.drop((offer,))
        basis = offer.basis and photo.find(offer.basis.id)
        made = basis if basis is not None and not basis.region.is_empty else offer.instance.with_pose_estimate(None)
        self._begin(photo, [Target(made.with_model(model.id, model.size), basis)])

    def give_up(self) -> bool:
        """Escape: end what is under way for the open photo; a search in another one goes on."""
        run = self._run
        return run is not None and run.photo.id == self._session.photo_id and self.stop()

    def stop(self) -> bool:
        """End what is under way, wherever; answers whether there was anything."""
        ended = self._leave()
        if ended:
            self._session.notice("Given up; nothing was changed.", about=POSING)
        return ended

    def why_not(self) -> str | None:
        """The reason why no pose can be looked for now."""
        if self._session.photo is None:
            return NO_PHOTO
        if self._session.drag is not None:
            return "Finish what the hand is drawing first."
        if not self._session.project.models:
            return NO_MODEL
        chosen = self._session.selected
        if chosen is not None and "locked" in chosen.flags:
            return LOCKED
        return None if chosen is None or self._targets.is_shoe(chosen) else NOT_A_SHOE

    # ---- whose pose

    def _begin(self, photo: Photo, targets: Sequence[Target], *, shape_free: bool = False) -> None:
        title = f"Find {len(targets)} poses" if len(targets) > 1 else "Find the pose"
        series_id = self._inference.begin_series(title, self.stop)
        run = _Run(series_id, photo, list(targets), count=max(len(targets), 1), shape_free=shape_free)
        self._run = run
        if not targets or targets[0].instance.region.is_empty:
            self._outline(run)
        else:
            self._next(run)

    def _hold(self, photo: Photo, at: Point | None, *, shape_free: bool) -> None:
        """The photo is being outlined: what is meant is known when the outlines are there."""
        series_id = self._inference.begin_series("Find the pose", self.stop)
        run = self._run = _Run(series_id, photo, [], shape_free=shape_free, at=at, is_held=True)
        run.stop = lambda: self._segmenting.give_up(photo.id)
        self._inference.show_series(series_id, 0.0, text="after the outlines")
        self._session.notice("Outlining first, then looking for the pose… Escape gives up both.", about=POSING)

    def _look_at_outlines(self) -> None:
        run = self._run
        if run is not None and run.is_held and not self._segmenting.is_busy_with(run.photo.id):
            run.is_held = False
            self._session.when_idle(lambda: self._go_on_with_outlines(run))

    def _go_on_with_outlines(self, run: _Run) -> None:
        if self._run is not run:
            return
        self._end(run)
        photo = self._session.photo
        if photo is None or photo.id != run.photo.id:
            name = PurePosixPath(run.photo.file).name
            self._session.notice(f"No pose was looked for in {name}: you went on. Press Q there.")
            return
        targets = self._targets.of(photo, run.at)
        if targets:
            self._begin(photo, targets, shape_free=run.shape_free)
        elif targets is None:
            self._ask_which()

    def _ask_which(self) -> None:
        sentence = "Several sneakers are outlined: choose one, or point at it, and press Q again."
        self._session.notice(sentence, "warning", about=POSING)

    # ---- the outline

    def _outline(self, run: _Run) -> None:
        run.begun = _OUTLINED
        self._inference.show_series(run.series_id, 0.0, text="outlining")
        self._session.notice("Outlining the sneaker, then looking for its pose… Escape gives up.", about=POSING)

        def on_found(offers: list[Proposal], why_none: str) -> None:
            if self._run is run:
                self._on_outlined(run, offers, why_none)

        def on_failed(failed: Failed) -> None:
            self._on_failed(run, failed.sentence, failed.cancelled)

        job_id = self._segmenting.find_all(run.photo, on_found=on_found, on_failed=on_failed)
        run.stop = lambda: self._inference.cancel(job_id)

    def _on_outlined(self, run: _Run, offers: list[Proposal], why_none: str) -> None:
        if len(offers) != 1:
            self._end(run)
            for offer in offers:
                self._proposals.put(offer)
            several = f"{len(offers)} sneakers were found: point at one and press Q, or Enter takes all outlines."
            words = of_photo(self._session, run.photo, several if offers else why_none)
            self._session.notice(words, "info" if offers else "warning", about=POSING)
            return
        made = offers[0].instance
        if run.waiting:  # it was chosen and had no outline
            bare = run.waiting[0]
            outlined = bare.instance.with_region(made.region, provenance=made.provenance)
            run.waiting = [replace(bare, instance=outlined)]
        else:
            run.waiting = [self._targets.target(made, None)]
        self._next(run)

    # ---- the poses

    def _next(self, run: _Run) -> None:
        if self._run is not run:
            return
        if not run.waiting:
            self._end(run)
            return
        target = run.waiting.pop(0)
        file = self._shoe_file(target.instance)
        if file is None:
            sentence = "The shoe model of this sneaker is not in the project; choose another one in the Pose panel."
            self._on_failed(run, sentence, False)
            return
        project = self._session.project
        about = (run.photo, target.instance)
        request = search_request(*about, project=project, mesh_file=str(file), shape_free=run.shape_free)

        def on_progress(fraction: float, words: str) -> None:
            share = (run.done + fraction) / run.count
            self._inference.show_series(run.series_id, run.begun + (1.0 - run.begun) * share, text=words)

        def on_found(findings: Findings, finished: bool) -> None:
            if self._run is run:
                self._on_found(run, target, findings, finished)

        search = PoseSearch(
            self._inference,
            request,
            on_progress=on_progress,
            on_found=on_found,
            on_failed=lambda sentence, cancelled: self._on_failed(run, sentence, cancelled),
        )
        run.stop = search.stop
        search.start()

    def _on_found(self, run: _Run, target: Target, findings: Findings, finished: bool) -> None:
        poses = offered_poses(target.instance, run.photo, findings.hypotheses)
        made, photo = poses.shown.instance, run.photo
        offer = Proposal(run.series_id, photo.id, "Find pose", made, target.basis, camera=photo.camera, poses=poses)
        run.offered = offer.key
        self._proposals.put(replace(offer, finished=finished, text="" if finished else "looking closer…"))
        if not finished:
            return
        if self._session.photo_id == photo.id and self._proposals.of(offer.key) is not None:  # else it came too late
            words, level = offered_words(offer, is_hidden=findings.is_hidden, good_iou=GOOD_IOU)
            self._session.notice(words, level, about=POSING)
        run.done += 1
        self._next(run)

    def _on_failed(self, run: _Run, sentence: str, cancelled: bool) -> None:
        if self._run is not run:
            return
        sentence = of_photo(self._session, run.photo, sentence)
        self._session.notice(sentence, "info" if cancelled else "danger", about=POSING)
        if cancelled or not run.waiting:
            self._end(run)
        else:
            run.done += 1
            self._next(run)

    def _forget(self, _: None) -> None:
        self._leave()

    def _leave(self) -> bool:
        """End what is under way with what is half offered; answers whether there was anything."""
        run = self._run
        if run is None:
            return False
        self._end(run)
        run.stop()
        half = self._proposals.of(run.offered) if run.offered is not None else None
        if half is not None and not half.finished:  # also on a photo that one has left
            self._proposals.drop((half,))
        return True

    def _end(self, run: _Run) -> None:
        self._run = None
        self._inference.show_series(run.series_id, None)
