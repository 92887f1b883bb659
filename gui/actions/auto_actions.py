"""A pose by one key: outlined where there is no outline, searched, and offered as a list one can flip through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from core.jobs.messages import Failed
from core.jobs.requests import search_request
from core.labels.instance import Instance
from core.labels.photo import Photo
from core.labels.project import Role
from core.labels.shoe_model import ShoeModel
from gui.actions.action import Action
from gui.actions.edit_actions import LOCKED, NO_PHOTO
from gui.actions.pose_offers import offered_poses
from gui.actions.pose_search import GOOD_IOU, Findings, PoseSearch
from gui.actions.pose_words import POSING, offered_words
from gui.actions.segment_actions import SegmentActions
from gui.inference import Inference
from gui.proposals import Proposal, Proposals
from gui.session import Session

_OUTLINED = 0.4  # of the job, where it begins with an outline
NOT_A_SHOE = "Only an instance of a shoe category has a pose."
NO_MODEL = "Import a shoe model first (Ctrl+M)."


@dataclass(frozen=True, slots=True)
class Target:
    """A sneaker to be posed: the instance with outline and model, and what it was made from, None for a new one."""

    instance: Instance
    basis: Instance | None


@dataclass(slots=True)
class _Run:
    """A job under way: whose pose is looked for now, who follows, and how to stop it; shape_free: as in a request."""

    series_id: int
    photo: Photo
    waiting: list[Target]
    begun: float = 0.0
    count: int = 1
    done: int = 0
    shape_free: bool = False
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
        mesh_file: Callable[[ShoeModel], Path | None],
        model_for: Callable[[Instance], ShoeModel | None],
    ) -> None:
        self._session = session
        self._proposals = proposals
        self._inference = inference
        self._segmenting = segmenting
        self._mesh_file = mesh_file
        self._model_for = model_for
        self._run: _Run | None = None
        session.signals.document_changed.connect(lambda _: self._forget())

    def table(self) -> list[Action]:
        """The commands that look for a pose."""
        words, free = "Find the &pose", "Find the pose, width and height &free"
        return [
            Action("find_pose", words, "&Pose", self.find, ("Q",), self.why_not, icon="machine", separated=True),
            Action("find_pose_shaped", free, "&Pose", self.find_shaped, ("Ctrl+Alt+Q",), self.why_not),
        ]

    def find_shaped(self) -> None:
        """The same for a shoe that is wider, narrower, higher or lower than its model: the size comes with the pose."""
        self.find(shape_free=True)

    def find(self, *, shape_free: bool = False) -> None:
        """Look for the pose of what is chosen, pointed at, or alone in the photo; outline it first where needed."""
        photo = self._session.photo
        if photo is None:
            return
        self._leave()
        targets = self._targets(photo)
        if targets is None:
            sentence = "Several sneakers are outlined: choose one, or point at it, and press Q again."
            self._session.notice(sentence, "warning", about=POSING)
            return
        title = f"Find {len(targets)} poses" if len(targets) > 1 else "Find the pose"
        series_id = self._inference.begin_series(title, self._cancelled)
        run = _Run(series_id, photo, targets, count=max(len(targets), 1), shape_free=shape_free)
        self._run = run
        if not targets or targets[0].instance.region.is_empty:
            self._outline(run)
        else:
            self._next(run)

    def stop(self) -> bool:
        """Escape: end what is under way; answers whether there was anything."""
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
        return None if chosen is None or self._is_shoe(chosen) else NOT_A_SHOE

    # ---- whose pose

    def _targets(self, photo: Photo) -> list[Target] | None:
        """What is meant; [] when it has to be outlined first, None when nobody can tell."""
        chosen = [photo.find(instance_id) for instance_id in self._session.selection]
        free = [i for i in chosen if i is not None and self._is_shoe(i) and "locked" not in i.flags]
        if len(free) > 1:
            free = [i for i in free if not i.region.is_empty]
        if free:
            return [self._target(instance, instance) for instance in free]
        at = self._segmenting.pointer()
        offers = [p for p in self._proposals.outlines if p.basis is None]
        shoes = [i for i in photo.instances if self._is_shoe(i) and not i.region.is_empty and "locked" not in i.flags]
        if at is not None:
            pointed = next((i for i in shoes if i.region.contains(at)), None)
            if pointed is not None:
                return [self._picked(pointed)]
            offers = [p for p in offers if p.instance.region.contains(at)] or offers
        if self._proposals.chosen in offers and self._proposals.chosen is not None:
            offers = [self._proposals.chosen]
        if len(offers) == 1:
            return [self._target(offers[0].instance, None)]
        bare = [i for i in shoes if i.pose_estimate is None]
        if len(bare) == 1 and not offers:
            return [self._picked(bare[0])]
        return None if bare or offers else []

    def _picked(self, instance: Instance) -> Target:
        self._session.select(instance.id)
        return self._target(instance, instance)

    def _target(self, instance: Instance, basis: Instance | None) -> Target:
        model = self._model_for(instance)
        if model is not None and instance.model_id != model.id:
            instance = instance.with_model(model.id, model.size)
        return Target(instance, basis)

    def _is_shoe(self, instance: Instance) -> bool:
        return self._session.project.category(instance.category).role is Role.SHOE

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
            self._session.notice(several if offers else why_none, "info" if offers else "warning", about=POSING)
            return
        made = offers[0].instance
        if run.waiting:  # it was chosen and had no outline
            bare = run.waiting[0]
            outlined = bare.instance.with_region(made.region, provenance=made.provenance)
            run.waiting = [replace(bare, instance=outlined)]
        else:
            run.waiting = [self._target(made, None)]
        self._next(run)

    # ---- the poses

    def _next(self, run: _Run) -> None:
        if self._run is not run:
            return
        if not run.waiting:
            self._end(run)
            return
        target = run.waiting.pop(0)
        model = self._model_for(target.instance)
        file = self._mesh_file(model) if model is not None else None
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
        if self._session.photo_id == photo.id:
            words, level = offered_words(offer, is_hidden=findings.is_hidden, good_iou=GOOD_IOU)
            self._session.notice(words, level, about=POSING)
        run.done += 1
        self._next(run)

    def _on_failed(self, run: _Run, sentence: str, cancelled: bool) -> None:
        if self._run is not run:
            return
        self._session.notice(sentence, "info" if cancelled else "danger", about=POSING)
        if cancelled or not run.waiting:
            self._end(run)
        else:
            run.done += 1
            self._next(run)

    def _cancelled(self) -> None:
        self.stop()

    def _forget(self) -> None:
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
