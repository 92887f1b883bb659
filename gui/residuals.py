"""How far the chosen shoe lies off its outline, place by place, asked of the core whenever either moves."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer

from core.document.signal import Signal
from core.jobs.messages import Result
from core.jobs.requests import contour_request
from core.labels.contour_profile import ContourProfile
from core.labels.instance import Instance
from core.labels.photo import Photo
from gui.fit_keys import LATE_MS, FitKeys, Key
from gui.inference import Inference
from gui.posed_shoe import PosedShoe
from gui.session import Session

NO_PHOTO = "No photo is open."
NO_CHOICE = "Nothing is selected.\nClick a sneaker on the photo or in the list."
NO_POSE = "No pose yet.\nPlace a shoe (Shift+Q) or fit one (E)."
NO_OUTLINE = "No outline yet.\nDraw one (P) or box the sneaker (G)."
NO_MODEL = "Its shoe model is not in the project."
MEASURING = "Measuring…"


@dataclass(frozen=True, slots=True, eq=False)
class Residuals:
    """The profile of one posed instance as it was measured; is_now: of how shoe and outline are now."""

    photo: Photo
    instance: Instance
    profile: ContourProfile
    is_now: bool = True


class ResidualWatch(QObject):
    """Keeps one question under way and the newest one waiting, while somebody wants to see the answers.

    changed: the residuals of the chosen shoe or of the pose offered for it, None where there are none (`reason` says
    why). marked: the place that canvas and plot both point at, an index into the profile. sought: one to be seen.
    """

    def __init__(self, session: Session, shoe: PosedShoe, inference: Inference) -> None:
        super().__init__()
        self.changed: Signal[Residuals | None] = Signal()
        self.marked: Signal[int | None] = Signal()
        self.sought: Signal[int] = Signal()
        self.reason = NO_PHOTO
        self.shown: Residuals | None = None
        self.mark_at: int | None = None
        self._session = session
        self._shoe = shoe
        self._ask_core = inference.submit
        self._question = _Question()
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(LATE_MS)
        self._late.timeout.connect(self._tell_late)
        shoe.follow(self._look)
        session.signals.view_changed.connect(lambda _: self._look())

    def want(self, wanted: bool) -> None:
        """Whether a panel shows them; the band along the outline is asked for by the session's view."""
        self._question.plotted = wanted
        self._look()

    def mark(self, index: int | None) -> None:
        """Point at a place of the profile, or at none."""
        known = self.shown is not None and index is not None and index < len(self.shown.profile)
        index = index if known else None
        if index != self.mark_at:
            self.mark_at = index
            self.marked.emit(index)

    def seek(self, index: int | None) -> None:
        """Point at a place and have it brought into view."""
        self.mark(index)
        if self.mark_at is not None:
            self.sought.emit(self.mark_at)

    def _look(self) -> None:
        question = self._question
        found = self._watched()
        if isinstance(found, str):
            question.asked = ()
            changed, self.reason = found != self.reason, found
            if changed or self.shown is not None:
                self._tell(None)
            return
        photo, instance = found
        key = question.key(photo, instance)
        if key == question.asked:
            return
        if key[:2] != question.asked[:2] and (self.shown is None or self.shown.instance.id != instance.id):
            self.reason = MEASURING
            self._tell(None)  # another shoe: nothing is known of it yet
        if not self._late.isActive():
            self._late.start()
        if not question.under_way:
            self._ask(photo, instance, key)

    def _watched(self) -> tuple[Photo, Instance] | str:
        """What is to be measured, or why nothing is."""
        session = self._session
        photo, shown = session.shown, self._shoe.now
        if not (session.view.residuals or self._question.plotted):
            return ""
        if photo is None or shown is None:
            return NO_PHOTO if photo is None else NO_CHOICE
        if shown.region.is_empty:
            return NO_OUTLINE
        if shown.pose_estimate is None:
            return NO_POSE
        return (photo, shown) if self._shoe.file(shown) else NO_MODEL

    def _ask(self, photo: Photo, instance: Instance, key: Key) -> None:
        question = self._question
        question.asked, question.under_way = key, True

        def on_result(result: Result) -> None:
            question.under_way = False
            answer = result.answer
            if isinstance(answer, ContourProfile) and question.asked == key:
                self.reason = ""
                self._tell(Residuals(photo, instance, answer))
            self._look()

        def on_failed(failed: object) -> None:
            question.under_way = False
            if question.asked == key:
                self.reason = getattr(failed, "sentence", "") or MEASURING
                self._tell(None)
            self._look()

        file = str(self._shoe.file(instance))
        request = contour_request(photo, instance, project=self._session.project, mesh_file=file)
        self._ask_core(request, on_result=on_result, on_failed=on_failed)

    def _tell(self, residuals: Residuals | None) -> None:
        self._late.stop()
        before, self.shown = self.shown, residuals
        self.changed.emit(residuals)
        if before is None or residuals is None or len(before.profile) != len(residuals.profile):
            self.mark(None)

    def _tell_late(self) -> None:
        """The core is long in answering: what is shown is of an older pose."""
        if self.shown is not None and self.shown.is_now:
            self.shown = replace(self.shown, is_now=False)
            self.changed.emit(self.shown)


class _Question:
    """What was asked last, whether its answer is awaited, and whether a plot wants one."""

    def __init__(self) -> None:
        self.asked: Key = ()
        self.under_way = False
        self.plotted = False
        self.key = FitKeys().key
