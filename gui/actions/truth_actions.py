"""Check my pose: in the sample's photos, how far the chosen shoe is from where it really is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QTimer

from core.document.store import StorageError
from core.jobs.messages import Failed, OverlapResult, Result
from core.jobs.requests import overlap_request
from core.labels.instance import Instance
from core.labels.photo import Photo
from core.labels.shoe_model import ShoeModel
from core.sneaker.sample_truth import PoseCheck, pose_check, sample_progress, true_scene
from gui.actions.action import Action
from gui.actions.edit_actions import NO_PHOTO
from gui.canvas.canvas import Canvas
from gui.canvas.truth_card import TruthCard
from gui.canvas.truth_layer import TruthLayer
from gui.inference import Inference
from gui.session import Session
from gui.widgets.following import follow, follow_edits, later, soon
from gui.widgets.placing import strips_of

NOT_THE_SAMPLE = "Only for photos of the sample (Help > Open the sample): of others nobody knows the exact pose."
NO_POSE = "Choose a shoe that has a pose first (Q finds one)."
_REST_MS = 60


class TruthActions:
    """The command, and what it shows until Escape: a card of figures and the true edge over the photo.

    While it is shown it follows the chosen shoe and every change of it.
    """

    def __init__(
        self,
        session: Session,
        canvas: Canvas,
        inference: Inference,
        *,
        mesh_file: Callable[[ShoeModel], Path | None],
    ) -> None:
        self._session = session
        self._canvas = canvas
        self._inference = inference
        self._mesh_file = mesh_file
        self._layer = TruthLayer()
        canvas.add_layer(self._layer)
        self.card = TruthCard(canvas.viewport())
        self.card.closed.connect(self.stop)
        self._asked: tuple[object, ...] = ()
        self._contour_px: float | None = None
        self._look: QTimer = later(self.card, self._look_again, milliseconds=_REST_MS)
        self._moved: QTimer = later(self.card, self._stand_beside, milliseconds=_REST_MS)
        follow(self.card, session.signals.shown_changed, lambda _: self._on_change())
        follow(self.card, session.signals.selection_changed, lambda _: self._on_change())
        follow(self.card, session.signals.photo_changed, lambda _: self._close())
        canvas.range_changed.connect(lambda: soon(self._moved))
        follow_edits(self.card, session, opened=self._close, edited=lambda _: self._on_change())

    def table(self) -> list[Action]:
        """The command of the Help menu."""
        text = "&Check my pose"
        return [
            Action(
                "check_pose",
                text,
                "&Help",
                self.toggle,
                (),
                self.why_not,
                icon="check",
                checked=lambda: self.is_shown,
            )
        ]

    @property
    def is_shown(self) -> bool:
        """Whether the card is there."""
        return not self.card.isHidden()

    def toggle(self) -> None:
        """Show how far the pose is off, or close it again."""
        if self.stop():
            return
        target = self._target()
        if target is not None:
            self._session.select(target.id)
            self._show()

    def stop(self) -> bool:
        """Escape: close the card and take the line away; answers whether they were there."""
        was_shown = self.is_shown
        self.card.hide()
        self._layer.show_region(None)
        self._asked, self._contour_px = (), None
        return was_shown

    def why_not(self) -> str | None:
        """Why no pose can be checked now."""
        photo = self._session.photo
        if photo is None:
            return NO_PHOTO
        if self.is_shown:
            return None
        if true_scene(photo.sha256) is None:
            return NOT_THE_SAMPLE
        return None if self._target() is not None else NO_POSE

    # ---- inside

    def _close(self) -> None:
        self.stop()

    def _on_change(self) -> None:
        if self.is_shown:
            soon(self._look)

    def _look_again(self) -> None:
        if self.is_shown:
            self._show()

    def _target(self) -> Instance | None:
        """The chosen shoe, else the only one that has a pose."""
        photo = self._session.shown
        if photo is None:
            return None
        chosen = photo.find(self._session.selected_id)
        posed = [one for one in photo.instances if one.true_pose is not None]
        if chosen is not None and chosen.true_pose is not None:
            return chosen
        return posed[0] if chosen is None and len(posed) == 1 else None

    def _show(self) -> None:
        photo, target = self._session.shown, self._target()
        check = pose_check(photo, target, self._session.project.models) if photo and target else None
        if photo is None or target is None or check is None:
            self.stop()
            return
        whose = (photo.id, target.id, id(check.shoe))
        key = (*whose, target.pose_estimate, target.size, target.side, target.model_id, photo.camera)
        if key != self._asked:
            if whose != self._asked[: len(whose)]:  # another shoe's figure says nothing of this one
                self._contour_px = None
            self._asked = key
            self._measure(photo, target, check)
        self._layer.show_region(check.shoe.silhouette)
        self.card.show_check(check, self._contour_px, progress=self._progress())
        self._stand_beside()

    def _stand_beside(self) -> None:
        """Where no shoe of the photo is, outlined or true."""
        photo, canvas = self._session.shown, self._canvas
        if photo is None or not self.is_shown:
            return
        scene = true_scene(photo.sha256)
        true = [shoe.outline for shoe in scene.shoes] if scene is not None else []  # outlined by somebody or not
        regions = [*(one.region for one in photo.instances), *true]
        boxes = []
        for left, top, right, bottom in (strip for region in regions for strip in strips_of(region)):
            start, end = canvas.screen_point((left, top)), canvas.screen_point((right, bottom))
            boxes.append((start.x(), start.y(), end.x(), end.y()))
        self.card.stand_beside(boxes)

    def _measure(self, photo: Photo, target: Instance, check: PoseCheck) -> None:
        """Ask how far the shoe's edge lies from the true one; the figure before stands meanwhile."""
        model = self._session.project.models.get(target.model_id or "")
        file = self._mesh_file(model) if model is not None else None
        if file is None:
            self._contour_px = None
            return
        asked = self._asked

        def on_result(result: Result) -> None:
            if asked == self._asked and isinstance(result.answer, OverlapResult):
                self._contour_px = result.answer.contour_px
                soon(self._look)

        # Under a name of its own: newer questions about one instance put an end to older ones.
        bare = replace(target.with_region(check.shoe.silhouette), id=f"{target.id} checked")
        request = overlap_request(
            photo.with_instances((bare,)), bare, project=self._session.project, mesh_file=str(file)
        )

        def on_failed(_: Failed) -> None:
            if asked == self._asked:
                self._contour_px = None
                soon(self._look)

        self._inference.submit(request, on_result=on_result, on_failed=on_failed)

    def _progress(self) -> str:
        """How far the project has come with the sample."""
        document, project = self._session.document, self._session.project
        shown = self._session.shown
        photos = []
        for photo_id in project.entries if document is not None else ():
            if shown is not None and photo_id == shown.id:
                photos.append(shown)
                continue
            try:
                photos.append(document.photo(photo_id))  # type: ignore[union-attr]
            except StorageError:
                continue  # what cannot be read counts as not done
        return sample_progress(tuple(photos), project.models).sentence()
