"""The focal length from the chosen shoe: its outline and clicks fitted with the lens left free."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.document.edit import Edit
from core.geometry.camera_numbers import focal_35mm
from core.jobs.messages import Failed, FitResult, Result
from core.jobs.requests import fit_request, fitted, refocused
from core.labels.camera_change import with_other_camera
from core.labels.instance import Instance
from core.labels.photo import Photo
from gui.actions.action import Action
from gui.inference import Inference
from gui.session import Session

MOST_UNSURE = 0.2  # a standard deviation of a larger part of the focal length says nothing of it
_LEAST_WORSE = 0.002
_ABOUT = "focal length from the fit"


class FocalActions:
    """One command of the Pose menu; why_no_fit: why the chosen shoe cannot be fitted now."""

    def __init__(
        self,
        session: Session,
        inference: Inference,
        *,
        shoe_file: Callable[[Instance], Path | None],
        why_no_fit: Callable[[], str | None],
    ) -> None:
        self._session = session
        self._inference = inference
        self._shoe_file = shoe_file
        self._why_no_fit = why_no_fit

    def table(self) -> list[Action]:
        """The command."""
        text = "Camera from the &chosen shoe's fit"
        return [Action("camera_fit", text, "&Pose", self.estimate, (), self.why_not)]

    def why_not(self) -> str | None:
        """Why no focal length can be estimated now."""
        chosen = self._session.selected
        if chosen is not None and chosen.model_id not in self._session.project.models:
            return "Choose a shoe model for it first."
        return self._why_no_fit()

    def ask(self) -> None:
        """A button was pressed: estimate, or say why that cannot be."""
        reason = self.why_not()
        if reason is None:
            self.estimate()
        else:
            self._session.notice(reason, "warning", about=_ABOUT)

    def estimate(self) -> None:
        """Fit pose and focal length together; what is found is one edit, and what is too unsure is only said."""
        photo = self._session.photo
        basis = photo.find(self._session.selected_id) if photo else None
        file = self._shoe_file(basis) if basis else None
        if photo is None or basis is None or file is None:
            return
        project = self._session.project
        request = fit_request(photo, basis, project=project, mesh_file=str(file), focal_free=True)

        def on_result(result: Result) -> None:
            answer = result.answer
            assert isinstance(answer, FitResult)
            self._session.when_idle(lambda: self._take(answer, photo, basis))

        def on_failed(failed: Failed) -> None:
            self._session.notice(failed.sentence, "info" if failed.cancelled else "danger", about=_ABOUT)

        self._session.notice("The focal length is being looked for with the pose.", about=_ABOUT)
        self._inference.submit(request, on_result=on_result, on_failed=on_failed)

    def _take(self, answer: FitResult, asked: Photo, basis: Instance) -> None:
        document = self._session.document
        if document is None or asked.id not in self._session.project.entries or answer.focal_px is None:
            return
        photo = document.photo(asked.id)
        camera = refocused(asked, answer.focal_px)
        unsure = (answer.focal_sigma_px or 0.0) / answer.focal_px
        found = f"{focal_35mm(camera):.1f} mm as on 35 mm film ± {unsure:.0%}".replace("%", " %")
        reason = ""
        if photo.find(basis.id) is not basis or photo.camera != asked.camera:
            reason = "the shoe or the camera was changed meanwhile; ask again"
        elif answer.iou < answer.start_iou - _LEAST_WORSE:
            reason = "the fit found nothing better than where the shoe is; align it nearer by hand"
        elif not unsure <= MOST_UNSURE:
            reason = "its outline hardly depends on the lens: seen nearer, or with landmarks clicked, it tells more"
        if reason:
            self._session.notice(f"The camera stays as it was ({found}): {reason}.", "warning", about=_ABOUT)
            return
        after = with_other_camera(photo, camera).with_instance(fitted(basis, photo, answer))
        if self._session.commit(Edit.of("Camera from the fit", photo, after)):
            iou = f"IoU {answer.start_iou:.3f} → {answer.iou:.3f}"
            self._session.notice(f"Focal length {found}, {iou}. Ctrl+Z takes it back.", "success", about=_ABOUT)
