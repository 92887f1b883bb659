"""The machine's poses, and the keys that take and refuse what it offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from core.geometry.steering import angles_deg
from core.jobs.messages import Failed, FitRequest, FitResult, Request, Result, SearchRequest, Step
from core.jobs.requests import fit_request, fitted
from core.labels.instance import Instance, PoseEstimate, Provenance, Source
from core.labels.photo import Photo
from gui.actions.action import Action
from gui.actions.edit_actions import LOCKED
from gui.actions.late_words import of_photo
from gui.actions.pose_words import POSING, TAKE_ANYWAY
from gui.actions.segment_actions import is_outlining
from gui.actions.snapping import Snapping
from gui.background import Errands
from gui.inference import Inference
from gui.preferences import Preferences
from gui.proposals import PoseOffer, PoseOption, Proposal, Proposals
from gui.session import Session
from gui.tools.drag import Key

_LEAST_WORSE = 0.002
_FITTING = "fitting"
DOUBTFUL_IOU = 0.93  # a true model on its own outline stays above; another model below
SEEN_FROM_BELOW_DEG = -15.0


class Machine:
    """Fits what is chosen and shows the answer; nothing is written to the document before Enter."""

    def __init__(
        self,
        session: Session,
        proposals: Proposals,
        inference: Inference,
        *,
        shoe_file: Callable[[Instance], Path | None],
        errands: Errands,
        preferences: Preferences,
    ) -> None:
        self.also_stop: Callable[[], bool] = lambda: False
        self.snapping = Snapping(session, inference, shoe_file=shoe_file, preferences=preferences)
        self._session = session
        self._proposals = proposals
        self._inference = inference
        self._shoe_file = shoe_file
        self._errands = errands
        session.signals.document_changed.connect(lambda _: self._forget())

    def table(self) -> list[Action]:
        """The commands that start, take and refuse."""
        return [
            Action(
                "fit", "&Fit to the outline", "&Pose", self.fit, ("E",), self.why_no_fit, icon="fit", separated=True
            ),
            Action(
                "accept",
                "&Accept proposal",
                "&Pose",
                self.accept,
                ("Return", "Enter"),
                self._nothing_to_accept,
                icon="check",
                on_canvas=True,
            ),
            Action("refuse", "Ref&use or give up", "&Pose", self.refuse, ("Escape",), icon="cancel", on_canvas=True),
            *self.snapping.table(),
        ]

    # ---- poses

    def fit(self) -> None:
        """Refine the pose of the chosen sneaker against its outline."""
        photo, instance = self._session.photo, self._session.selected
        if photo is None or instance is None or instance.pose_estimate is None:
            return
        request = self._fit_request(photo, instance)
        if request is None:
            return
        self._cancel(lambda job: isinstance(job, FitRequest) and job.evidence.instance_id == instance.id)
        basis = photo.instance(instance.id)

        def on_step(step: Step) -> None:
            if step.pose is not None:
                estimate = PoseEstimate(step.pose, camera_source=photo.camera.source, provenance=Provenance(Source.FIT))
                moved = basis.with_pose_estimate(estimate)
                step_of = Proposal(step.job_id, photo.id, "Fit pose", moved, basis, "fitting…", camera=photo.camera)
                self._proposals.put(step_of)

        def on_result(result: Result) -> None:
            self._on_fit(result, photo, basis)

        on_failed = partial(self._on_failed, photo)
        self._inference.submit(request, on_step=on_step, on_result=on_result, on_failed=on_failed)

    def why_no_fit(self) -> str | None:
        """The reason why the chosen instance cannot be fitted now."""
        photo, instance = self._session.photo, self._session.selected
        if photo is None or instance is None:
            return "Choose a sneaker first: click it on the photo or in the list."
        if "locked" in instance.flags:
            return LOCKED
        if instance.region.is_empty:
            return "Outline the sneaker first (P draws, G boxes): a fit needs its outline."
        if instance.pose_estimate is None:
            return "Place the shoe first (Shift+Q): the fit refines a pose from where it is."
        return None

    def _fit_request(self, photo: Photo, instance: Instance) -> FitRequest | None:
        project = self._session.project
        file = self._shoe_file(instance)
        if file is None:
            words = "The shoe model of this sneaker is not in the project; choose another one."
            self._session.notice(words, "warning", about=_FITTING)
            return None
        return fit_request(photo, instance, project=project, mesh_file=str(file))

    def _on_fit(self, result: Result, photo: Photo, basis: Instance) -> None:
        answer = result.answer
        assert isinstance(answer, FitResult)
        text = f"IoU {answer.start_iou:.3f} → {answer.iou:.3f}, contour {answer.contour_px:.1f} px"
        doubts = _doubts(answer)
        if answer.iou < answer.start_iou - _LEAST_WORSE:
            self._proposals.refuse(result.job_id)
            why = f"The fit found nothing better than where the shoe is (IoU {answer.start_iou:.3f})"
            words = f"{why}; align it nearer by hand, and check model, size and foot side."
            self._session.notice(of_photo(self._session, photo, words), "warning", about=_FITTING)
            return
        text = f"{text}; {doubts}" if doubts and not answer.doubt else text
        made, label = fitted(basis, photo, answer), "Fit pose"
        offer = Proposal(result.job_id, photo.id, label, made, basis, text, finished=True, camera=photo.camera)
        if answer.doubt:
            offer = replace(offer, poses=PoseOffer((PoseOption(made, answer.doubt),)))
        self._proposals.put(offer)
        if self._session.photo_id == photo.id and self._proposals.of(offer.key) is not None:  # else it came too late
            level = "warning" if doubts or answer.doubt else "success"
            keys = f"{answer.doubt} {TAKE_ANYWAY}" if answer.doubt else "Enter takes it"
            self._session.notice(f"{label}: {text}. {keys}, Escape refuses.", level, about=_FITTING)

    # ---- taking and refusing

    def accept(self, anyway: bool = False) -> None:
        """Enter: end the outline being drawn, else take the newest proposal; `anyway`: also a doubtful one."""
        doubtful = next((offer for offer in self._proposals.meant if offer.doubt), None)
        if self._session.drag is not None:
            self._session.send(Key.FINISH)
        elif doubtful is not None and not anyway:
            words = f"Not taken: {doubtful.doubt} {_instead_of(doubtful)}; {TAKE_ANYWAY}."
            self._session.notice(words, "warning", about=POSING)
        elif count := self._proposals.accept():
            words = f"{'Taken' if count == 1 else f'{count} taken'}. Ctrl+Z takes it back."
            self._session.notice(words, "success", about=POSING)
            self._go_on()

    def _go_on(self) -> None:
        """Look at what the next Enter would take."""
        photo, waiting = self._session.photo, self._proposals.pose
        if photo is not None and waiting is not None and photo.find(waiting.instance.id) is not None:
            self._session.select(waiting.instance.id)

    def refuse(self) -> None:
        """Escape: give up the drag, else refuse what is offered and stop its job, else choose nothing."""
        if self._session.drag is not None:
            self._session.escape()
            return
        refused = self._proposals.refuse()
        if refused is not None:
            self._inference.cancel(refused.job_id)
            if refused.basis is not None:
                self._session.select(refused.basis.id)
            self._session.notice("Refused; nothing was changed.")
        elif self.also_stop() or self._cancel(self._is_of_this_photo) or self._errands.cancel():
            pass
        elif self._session.tool != "select":
            self._session.use_tool("select")
        else:
            self._session.select()

    def _nothing_to_accept(self) -> str | None:
        if self._session.drag is not None or any(p.finished for p in self._proposals.shown):
            return None
        if any(self._looks_at_this_photo(job.request) and not job.cancelled for job in self._inference.jobs):
            return "It is still being looked for. Enter takes it once it is shown, Escape gives up."
        return "Nothing is offered: S segments the photo, G boxes a sneaker, E fits a shoe."

    def _looks_at_this_photo(self, request: Request | None) -> bool:
        searched = isinstance(request, SearchRequest) and request.evidence.photo_id == self._session.photo_id
        return searched or self._is_of_this_photo(request)

    def _is_of_this_photo(self, request: Request | None) -> bool:
        photo_id = self._session.photo_id
        return is_outlining(request, photo_id) or (
            isinstance(request, FitRequest) and request.evidence.photo_id == photo_id
        )

    def _forget(self) -> None:
        """Another project: what was begun for this one is nobody's any more."""
        self._cancel(lambda request: isinstance(request, FitRequest))

    def _cancel(self, which: Callable[[Request | None], bool]) -> bool:
        running = [job for job in self._inference.jobs if which(job.request) and not job.cancelled]
        for job in running:
            self._inference.cancel(job.id)
        return bool(running)

    def _on_failed(self, photo: Photo, failed: Failed) -> None:
        self._proposals.refuse(failed.job_id)
        sentence = of_photo(self._session, photo, failed.sentence)
        self._session.notice(sentence, "info" if failed.cancelled else "danger", about=_FITTING)


def _doubts(answer: FitResult) -> str:
    """What speaks against a fit, in words; "" when nothing does."""
    _, pitch_deg, _ = angles_deg(answer.pose)
    if answer.iou < DOUBTFUL_IOU:
        return "a poor match: check model, foot side (M) and the side it is seen from, or align it nearer and fit again"
    return "check it: the shoe is seen from below" if pitch_deg < SEEN_FROM_BELOW_DEG else ""


def _instead_of(offer: Proposal) -> str:
    """What to do where Enter did not take a doubtful pose."""
    options = offer.poses.options if offer.poses is not None else ()
    better = next((number for number, option in enumerate(options, 1) if not option.doubt), 0)
    if better:
        return f"Nothing speaks against pose {better}: Tab and Shift+Tab go there, Enter takes it"
    return "Change model or foot (L, R) and press Q again"
