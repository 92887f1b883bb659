"""Pulls a shoe that the hand drags onto its outline: shown live while a key is held, or once it is let go near it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.document.edit import Edit
from core.geometry.pose import rotation_angle_deg
from core.jobs.messages import FitResult, Result
from core.jobs.requests import fitted, snap_request
from core.labels.instance import Instance
from core.labels.photo import Photo
from gui.actions.action import Action
from gui.inference import Inference
from gui.preferences import Preferences
from gui.session import Session
from gui.tools.drag import Key

NEAR_DEG = 12.0
NEAR_SHARE = 0.12  # of the distance from the camera
PREFERENCE = "snap_when_let_go"
_BETTER = 0.001  # of IoU
_AT_ONCE = 2  # the core works on one while the other travels


class Snapping:
    """The magnet of the align tool. While one question is answered the next is on its way: the answer is a move late.

    hold(True) while the key is down. Nothing is written to the document but by the drag's own end, and, let go near
    the outline where that is wished, by an edit of its own after it: the first Ctrl+Z takes the snap back, the second
    the drag.
    """

    def __init__(
        self,
        session: Session,
        inference: Inference,
        *,
        shoe_file: Callable[[Instance], Path | None],
        preferences: Preferences,
    ) -> None:
        self._session = session
        self._inference = inference
        self._shoe_file = shoe_file
        self._preferences = preferences
        self._held = False
        self._dragged: tuple[Photo, Instance] | None = None
        self._asked: Instance | None = None
        self._under_way = 0
        self._snapped: Instance | None = None

    def table(self) -> list[Action]:
        """The command that has it happen at the end of each drag."""
        text, toggled = "&Snap when let go near the outline", lambda: bool(self._preferences[PREFERENCE])
        return [Action("snap", text, "&Pose", self._toggle, (), icon="magnet", checked=toggled)]

    @property
    def is_dragging(self) -> bool:
        """Whether the hand drags a shoe at this moment."""
        return self._session.drag is not None and self._dragged is not None

    @property
    def is_snapped(self) -> bool:
        """Whether the shoe is drawn where the fit would bring it."""
        return self.is_dragging and self._snapped is not None

    def hold(self, held: bool) -> None:
        """The key went down or up during a drag."""
        if held == self._held:
            return
        self._held = held
        self._snapped = self._asked = None
        if held:
            self._ask()
        if self.is_dragging:
            self._session.send(Key.AGAIN)

    # ---- what the tool asks

    def pulled(self, photo: Photo, dragged: Instance) -> Instance:
        """Where the shoe that the hand drags is drawn: there, or where the fit last said."""
        self._dragged = photo, dragged
        if not self._held:
            return dragged
        self._ask()
        return self._snapped or dragged

    def let_go(self, photo: Photo, dragged: Instance) -> None:
        """The drag ends here; what follows it waits until it is committed."""
        if self._preferences[PREFERENCE] and not self._held:
            self._session.when_idle(lambda: self._snap_after(photo, dragged))

    def released(self) -> None:
        """The drag is over, let go or given up."""
        self._held, self._dragged, self._asked, self._snapped = False, None, None, None

    # ---- live

    def _ask(self) -> None:
        if self._dragged is None or self._under_way >= _AT_ONCE or self._dragged[1] is self._asked:
            return
        photo, dragged = self._dragged
        self._asked = dragged
        self._under_way += self._submit(photo, dragged, on_result=self._on_live, on_failed=self._on_lost)

    def _on_live(self, photo: Photo, dragged: Instance, answer: FitResult) -> None:
        self._under_way -= 1
        held = self._dragged if self._held else None
        if held is None or held[0] is not photo or held[1].id != dragged.id:
            return  # of a drag that is over
        self._snapped = fitted(dragged, photo, answer) if answer.iou >= answer.start_iou else None
        self._session.send(Key.AGAIN)

    def _on_lost(self) -> None:
        # No sentence: the next move asks again.
        self._under_way -= 1

    # ---- at the end

    def _snap_after(self, photo: Photo, dragged: Instance) -> None:
        def on_result(asked: Photo, start: Instance, answer: FitResult) -> None:
            self._session.when_idle(lambda: self._pull_in(asked, start, answer))

        self._submit(photo, dragged, on_result=on_result, on_failed=lambda: None)

    def _pull_in(self, asked: Photo, dragged: Instance, answer: FitResult) -> None:
        """Only what still is where it was let go: a hand that has gone on goes first."""
        photo, camera = self._session.photo, asked.camera
        now = photo.find(dragged.id) if photo is not None and photo.id == asked.id else None
        if photo is None or now is None or "locked" in now.flags or photo.camera != camera:
            return
        shoes = [(one.pose, one.side, one.model_id, one.size) for one in (now, dragged)]
        if shoes[0] != shoes[1] or now.region is not dragged.region:
            return
        if is_near(dragged, answer):
            edit = Edit.of("Snap shoe", photo, photo.with_instance(fitted(now, photo, answer)))
            if self._session.commit(edit):
                self._session.notice(f"Snapped to the outline: IoU {answer.iou:.3f}. Ctrl+Z puts it where you let go.")

    def _submit(
        self,
        photo: Photo,
        dragged: Instance,
        *,
        on_result: Callable[[Photo, Instance, FitResult], None],
        on_failed: Callable[[], None],
    ) -> bool:
        project = self._session.project
        file = self._shoe_file(dragged)
        if file is None or dragged.region.is_empty or dragged.pose is None:
            return False

        def on_answer(result: Result) -> None:
            assert isinstance(result.answer, FitResult)
            on_result(photo, dragged, result.answer)

        request = snap_request(photo, dragged, project=project, mesh_file=str(file))
        self._inference.submit(request, on_result=on_answer, on_failed=lambda _: on_failed())
        return True

    def _toggle(self) -> None:
        self._preferences.set(PREFERENCE, not self._preferences[PREFERENCE])
        on = self._preferences[PREFERENCE]
        near = f"{NEAR_DEG:.0f}° and {NEAR_SHARE:.0%} of the distance"
        words = (
            f"A shoe let go within {near} of its outline is pulled in." if on else "A shoe stays where it is let go."
        )
        self._session.notice(words)


def is_near(dragged: Instance, answer: FitResult) -> bool:
    """Whether a fit from where a shoe was let go lies so near, and so much better, that the hand must have meant it."""
    if dragged.pose is None or answer.doubt or answer.iou < answer.start_iou + _BETTER:
        return False
    start, end = dragged.pose.translation_mm, answer.pose.translation_mm
    shift = float(((end - start) ** 2).sum() ** 0.5)
    return rotation_angle_deg(dragged.pose, answer.pose) <= NEAR_DEG and shift <= NEAR_SHARE * float(start[2])
