"""What the clicks on the chosen sneaker say of its pose at this moment; a pose they give is offered at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from core.document.signal import Signal
from core.geometry.pnp import LEAST_CLICKS
from core.geometry.pose import rotation_angle_deg
from core.labels.click_pose import (
    DOUBTFUL_PX,
    ClickPose,
    clickable_names,
    counted_clicks,
    misses_of,
    next_landmark,
    pose_from_clicks,
    posed_from_clicks,
    words_of,
)
from core.labels.instance import Instance, Source
from core.labels.photo import Photo
from core.labels.project import Role
from core.labels.shoe_model import ShoeModel
from gui.proposals import PoseOffer, PoseOption, Proposal, Proposals
from gui.session import Session
from gui.tools.clicks import KEYPOINTS
from gui.tools.landmark_choice import LandmarkChoice

Array = NDArray[np.float64]
LABEL = "Pose from clicks"
_SAME_DEG, _SAME_MM = 0.05, 0.05
_ABOUT = "clicks"


@dataclass(frozen=True, slots=True, eq=False)
class ClickReport:
    """The clicks of one instance. misses_px: from each click to where the judged pose has its landmark, by name.

    judged: the instance with that pose, None while there is none. found: the pose the clicks give, None for too few.
    words: what there is to say, is_warning: whether it is one.
    """

    instance: Instance
    model: ShoeModel
    judged: Instance | None = None
    misses_px: Mapping[str, Array] = field(default_factory=lambda: MappingProxyType({}))
    found: ClickPose | None = None
    words: str = ""
    is_warning: bool = False

    @property
    def suspect(self) -> str | None:
        """The click that looks wrong."""
        return self.found.suspect if self.found is not None else None

    @property
    def rms_px(self) -> float | None:
        """Root of the mean squared miss of the judged pose, px."""
        squares = [float(miss @ miss) for miss in self.misses_px.values() if np.isfinite(miss).all()]
        return float(np.sqrt(np.mean(squares))) if squares else None


class ClickWatch:
    """`changed` carries the report on the chosen sneaker, None while there is nothing to click.

    `nudged`: keys have moved the keypoint at hand.

    model_for says which ShoeModel an instance is, or would be. While a drag lives only the figures follow; doubts and
    offers wait until it ends. A pose is offered when clicks
    change and the sneaker has none, has one from clicks, or has one that they contradict.
    """

    def __init__(self, session: Session, proposals: Proposals) -> None:
        self.changed: Signal[ClickReport | None] = Signal()
        self.nudged: Signal[None] = Signal()
        self.choice = LandmarkChoice()
        self.model_for: Callable[[Instance], ShoeModel | None] = self._known_model
        self.report: ClickReport | None = None
        self._session = session
        self._proposals = proposals
        self._clicked: tuple[str, frozenset[str]] = ("", frozenset())
        self._known: tuple[tuple[object, ...], ClickPose | str | None] = ((), None)
        self._rested: tuple[object, ...] = ()
        self._offer_key: tuple[int, str] | None = None
        signals = session.signals
        for signal in (signals.shown_changed, signals.selection_changed, signals.tool_changed, proposals.changed):
            signal.connect(lambda _: self.look())

    def look(self) -> None:
        """Look again at what is chosen."""
        instance, photo = self._session.selected, self._session.shown
        model = self._clickable(instance)
        if instance is None or photo is None or model is None:
            self._clicked, self._known, self._rested = ("", frozenset()), ((), None), ()
            self.choice.choose(None)
            self._tell(None)
            return
        resting = self._session.drag is None
        if resting:
            self._follow_choice(instance, model)
        fresh = self._solve(instance, photo, model, doubting=resting)
        if resting and fresh and self._session.tool == KEYPOINTS:
            self._offer(photo, instance, model)
        self._tell(self._report(instance, photo, model))

    def seen_as(self, instance: Instance) -> Instance:
        """The instance with the pose its clicks are compared with now."""
        report = self.report
        same = report is not None and report.instance.id == instance.id and report.judged is not None
        return replace(report.judged, keypoints=instance.keypoints) if same else instance  # type: ignore[union-attr, type-var, return-value]

    def offer_now(self) -> bool:
        """Offer the pose the clicks give, whatever pose there is; answers whether they give one."""
        instance, photo = self._session.selected, self._session.photo
        found = self._known[1]
        model = self._clickable(instance)
        if instance is None or photo is None or model is None or not isinstance(found, ClickPose):
            return False
        self._put(photo, photo.instance(instance.id), model, found)
        return True

    # ---- inside

    def _known_model(self, instance: Instance) -> ShoeModel | None:
        models = self._session.project.models
        return models.get(instance.model_id or "") or next(iter(models.values()), None)

    def _clickable(self, instance: Instance | None) -> ShoeModel | None:
        if instance is None or self._session.project.category(instance.category).role is not Role.SHOE:
            return None
        model = self.model_for(instance)
        return model if model is not None and model.landmarks else None

    def _follow_choice(self, instance: Instance, model: ShoeModel) -> None:
        """Another sneaker begins with its first landmark not clicked; one taken away or undone is at hand again."""
        names = clickable_names(model)
        before_id, before = self._clicked
        clicked = frozenset(keypoint.name for keypoint in instance.keypoints)
        gone = before - clicked
        if instance.id != before_id or self.choice.name not in names:
            self.choice.choose(next_landmark(names, tuple(clicked), after=None) or names[0])
        elif len(gone) == 1 and (name := next(iter(gone))) in names:
            self.choice.choose(name)
        self._clicked = (instance.id, clicked)

    def _solve(self, instance: Instance, photo: Photo, model: ShoeModel, *, doubting: bool) -> bool:
        """Find the pose anew when what it rests on is another; answers whether it is since the hand last rested."""
        key = (instance.id, counted_clicks(instance, model), instance.side, instance.size, model, photo.camera)
        if self._known[0] not in ((key, True), (key, doubting)):  # what is known with its doubts serves without them
            self._known = ((key, doubting), _found(instance, photo, model, doubting=doubting))
        before = self._rested
        if doubting:
            self._rested = key
        return bool(before) and before[0] == instance.id and before != key

    def _offer(self, photo: Photo, instance: Instance, model: ShoeModel) -> None:
        found = self._known[1]
        if not isinstance(found, ClickPose):
            self._withdraw()
            if isinstance(found, str):
                self._session.notice(f"No pose from these clicks: {found}.", "warning", about=_ABOUT)
            return
        if _is_wanted(instance, model, photo, found=found):
            self._put(photo, instance, model, found)
        else:
            self._withdraw()

    def _put(self, photo: Photo, basis: Instance, model: ShoeModel, found: ClickPose) -> None:
        self._withdraw()
        words, is_warning = words_of(found)
        made = posed_from_clicks(basis, photo, model, found=found)
        number = self._proposals.own_job_id()
        self._offer_key = (number, made.id)
        offer = Proposal(number, photo.id, LABEL, made, basis, words, finished=True, camera=photo.camera)
        is_doubtful = is_warning and found.second is None  # of two that the clicks allow, Tab shows the other
        if is_doubtful:
            offer = replace(offer, poses=PoseOffer((PoseOption(made, words),)))
        if found.second is not None:
            assert made.pose_estimate is not None
            second = replace(made.pose_estimate, pose=found.second, covariance=None)
            options = (PoseOption(made), PoseOption(made.with_pose_estimate(second)))
            offer = replace(offer, poses=PoseOffer(options))
        self._proposals.put(offer)
        level = "warning" if is_warning else "info"
        takes = "Shift+Enter takes it anyway" if is_doubtful else "Enter takes it"
        self._session.notice(f"{LABEL}: {words} {takes}, Escape refuses.", level, about=_ABOUT)

    def _withdraw(self) -> None:
        offered = self._own_offer()
        self._offer_key = None
        if offered is not None:
            self._proposals.drop((offered,))

    def _own_offer(self) -> Proposal | None:
        return next((p for p in self._proposals.shown if p.key == self._offer_key), None)

    def _report(self, instance: Instance, photo: Photo, model: ShoeModel) -> ClickReport:
        found = self._known[1]
        solved = found if isinstance(found, ClickPose) else None
        judged = self._judged(instance, photo, model, solved=solved)
        misses: dict[str, Array] = {}
        if judged is not None and judged.pose is not None:
            misses = misses_of(judged, model, photo.camera, pose=judged.pose, side=judged.side)
        words, is_warning = (words_of(solved)) if solved is not None else (self._too_few(instance, model), False)
        if isinstance(found, str):
            words, is_warning = f"No pose from these clicks: {found}.", True
        report = ClickReport(instance, model, judged, MappingProxyType(misses), solved, words, is_warning)
        if judged is None or solved is None or is_warning or judged.pose == solved.solution.pose:
            return report
        own = f"by themselves they agree to {solved.rms_px:.1f} px"
        return replace(report, words=f"The pose is {report.rms_px or 0.0:.1f} px rms off its clicks; {own}.")

    def _judged(
        self, instance: Instance, photo: Photo, model: ShoeModel, *, solved: ClickPose | None
    ) -> Instance | None:
        """With the pose the clicks are compared with: what is offered, else what there is, else what they give."""
        offer = self._proposals.find(instance.id)
        offered = offer.instance if offer is not None and offer.is_pose else None
        # What was offered before the drag began is of the clicks as they were then.
        stale = offered is not None and self._session.drag is not None and offer is self._own_offer()
        if solved is not None and (stale or (offered is None and instance.pose is None)):
            return posed_from_clicks(instance, photo, model, found=solved)
        shown = offered if offered is not None and not stale else instance
        if shown.pose is None or shown.model_id != model.id:
            return None
        return replace(shown, keypoints=instance.keypoints)

    def _too_few(self, instance: Instance, model: ShoeModel) -> str:
        count = len(counted_clicks(instance, model))
        names = len(clickable_names(model))
        if names < LEAST_CLICKS:
            lacks = f"“{model.name}” has {names} landmark{'s' * (names != 1)}; a pose from clicks needs four"
            return f"{lacks}. Models > Place landmarks adds some."
        missing = f"{LEAST_CLICKS - count} more give a pose" if count < 3 else "one more gives a pose"
        if count and not instance.region.is_empty:
            return f"{count} clicked: Q finds a pose from the outline and {'it' if count == 1 else 'these'}; {missing}."
        return f"{count} clicked; {missing}." if count else "Click the landmarks you see; four give a pose."

    def _tell(self, report: ClickReport | None) -> None:
        if report is not None or self.report is not None:
            self.report = report
            self.changed.emit(report)


def _found(instance: Instance, photo: Photo, model: ShoeModel, *, doubting: bool) -> ClickPose | str | None:
    if len(counted_clicks(instance, model)) < LEAST_CLICKS:
        return None
    try:
        return pose_from_clicks(instance, model, photo.camera, doubting=doubting)
    except ValueError as impossible:
        return str(impossible)


def _is_wanted(instance: Instance, model: ShoeModel, photo: Photo, *, found: ClickPose) -> bool:
    estimate = instance.pose_estimate
    if estimate is None or instance.model_id != model.id:
        return True
    new = found.solution.pose
    apart = float(np.linalg.norm(new.translation_mm - estimate.pose.translation_mm))
    if rotation_angle_deg(new, estimate.pose) < _SAME_DEG and apart < _SAME_MM:
        return False
    if estimate.provenance.source is Source.PNP:
        return True
    misses = misses_of(instance, model, photo.camera, pose=estimate.pose, side=instance.side)
    counted = [float(misses[name] @ misses[name]) for name in found.names if name in misses]
    rms_px = float(np.sqrt(np.mean(counted))) if counted else 0.0
    return not np.isfinite(rms_px) or rms_px > max(DOUBTFUL_PX, 2 * found.rms_px)
