"""Flipping through the poses that are offered: the next, the one before, the mirror twin, and taking a doubtful one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core.geometry.mirror_twin import NEAR_TWIN_DEG, mirror_twin
from core.geometry.pose import Pose, rotation_angle_deg
from core.jobs.messages import Failed, FitResult, Result
from core.jobs.requests import fit_request, fitted
from core.labels.instance import Instance
from core.labels.photo import Photo
from gui.actions.action import Action
from gui.actions.offering import Offering
from gui.actions.pose_words import POSING, TAKE_ANYWAY, figure_words
from gui.inference import Inference
from gui.proposals import MOST_CARDS, PoseOffer, PoseOption, Proposal, Proposals
from gui.session import Session

_SAME_DEG = 4.0
NO_CHOICE = "No poses are offered: Q looks for them."


class HypothesisActions(Offering):
    """Changes which of the offered poses is shown; the document hears of none of it before Enter."""

    def __init__(
        self,
        session: Session,
        proposals: Proposals,
        inference: Inference,
        *,
        shoe_file: Callable[[Instance], Path | None],
        accept: Callable[[bool], None],
    ) -> None:
        super().__init__(session, proposals, inference, shoe_file=shoe_file)
        self._accept = accept

    def table(self) -> list[Action]:
        """The commands on offered poses."""
        several, pose = self._why_not_flip, "&Pose"
        anyway = ("Shift+Return", "Shift+Enter")
        return [
            Action("next_pose", "&Next pose", pose, lambda: self._flip(1), ("Tab",), several, on_canvas=True),
            Action(
                "previous_pose", "Pre&vious pose", pose, lambda: self._flip(-1), ("Shift+Tab",), several, on_canvas=True
            ),
            Action(
                "twin", "&Twin: mirrored in the line of sight", pose, self.twin, ("T",), self._why_no_twin, icon="flip"
            ),
            Action(
                "accept_anyway",
                "Accept a &doubtful pose",
                pose,
                self.take_anyway,
                anyway,
                self._no_doubt,
                on_canvas=True,
            ),
        ]

    def show(self, number: int) -> None:
        """Show one of the offered poses on the photo."""
        self._show(self._proposals.pose, number)

    def _show(self, offer: Proposal | None, number: int) -> None:
        if offer is not None and offer.poses is not None and 0 <= number < len(offer.poses.options):
            shown = offer.showing(replace(offer.poses, at=number))
            self._proposals.put(shown)
            if offer.doubt:  # what was said of the other one must not stand over this one
                self._session.notice(f"Pose {number + 1}: {figure_words(shown)}.", about=POSING)

    def take_anyway(self) -> None:
        """Take the shown pose although something speaks against it."""
        self._accept(True)

    def twin(self) -> None:
        """Show the pose mirrored in the line of sight, which looks nearly the same; fitted where it is not listed."""
        offer, photo = self._proposals.pose, self._session.photo
        shown = offer.instance if offer is not None else self._session.selected
        if photo is None or shown is None or shown.pose is None:
            return
        rivals = offer.poses.shown.rivals if offer is not None and offer.poses is not None else ()
        if rivals:  # the very pose that the outline allows as well
            self.show(rivals[0])
            return
        wanted = mirror_twin(shown.pose)
        listed = _twin_in(offer.poses, wanted) if offer is not None and offer.poses is not None else None
        if listed is not None:
            self.show(listed)
        else:
            self._fit(photo, shown, wanted, offer=offer)

    def _fit(self, photo: Photo, shown: Instance, start: Pose, *, offer: Proposal | None) -> None:
        project = self._session.project
        file = self._shoe_file(shown)
        estimate = shown.pose_estimate
        if file is None or estimate is None:
            return
        turned = shown.with_pose_estimate(estimate.with_pose(start))
        request = fit_request(photo, turned, project=project, mesh_file=str(file))

        def on_result(result: Result) -> None:
            answer = result.answer
            assert isinstance(answer, FitResult)
            option = PoseOption(fitted(shown, photo, answer), answer.doubt)
            self._offer(result.job_id, photo, option, offer=offer)

        def on_failed(failed: Failed) -> None:
            if self._session.photo_id == photo.id:
                self._session.notice(f"The twin does not fit: {failed.sentence}", "warning", about=POSING)

        self._inference.submit(request, on_result=on_result, on_failed=on_failed)

    def _offer(self, job_id: int, photo: Photo, option: PoseOption, *, offer: Proposal | None) -> None:
        made = option.instance
        now = self._proposals.of(offer.key) if offer is not None else None
        if offer is not None and now is None:
            return  # refused meanwhile
        if now is not None:
            poses = now.poses or PoseOffer((PoseOption(now.instance),))
            same = _listed(poses, made)
            if same is not None:
                self._show(now, same)
                self._say(photo, "The mirrored pose slides back to one that is listed: there is no twin.")
                return
            fresh = now.showing(poses.with_option(option))
        else:
            basis = photo.find(made.id)
            poses = PoseOffer((option,))
            fresh = Proposal(
                job_id, photo.id, "Take the twin", made, basis, finished=True, camera=photo.camera, poses=poses
            )
        self._proposals.put(fresh)
        keys = f"{option.doubt} {TAKE_ANYWAY}" if option.doubt else "Enter takes it"
        full = now is not None and now.poses is not None and len(now.poses.options) == MOST_CARDS
        instead = f" It stands in the place of pose {MOST_CARDS}." if full else ""
        self._say(photo, f"The twin: {figure_words(fresh)}.{instead} {keys}, Escape refuses.")

    def _say(self, photo: Photo, words: str) -> None:
        """Of the photo that is shown; another one's offers are seen when it is opened."""
        if self._session.photo_id == photo.id:
            self._session.notice(words, about=POSING)

    def _flip(self, by: int) -> None:
        offer = self._proposals.pose
        if offer is not None and offer.poses is not None:
            self.show((offer.poses.at + by) % len(offer.poses.options))

    def _why_not_flip(self) -> str | None:
        offer = self._proposals.pose
        if offer is None or offer.poses is None:
            return NO_CHOICE
        return None if len(offer.poses.options) > 1 else "There is one pose only; T looks for its twin."

    def _why_no_twin(self) -> str | None:
        chosen = self._session.selected
        posed = chosen is not None and chosen.pose is not None and not chosen.region.is_empty
        return None if self._proposals.pose is not None or posed else NO_CHOICE

    def _no_doubt(self) -> str | None:
        offer = self._proposals.pose
        return None if offer is not None and offer.finished else NO_CHOICE


def _twin_in(poses: PoseOffer, wanted: Pose) -> int | None:
    """The option of the same foot near the mirrored pose; a rival of the shown one before any other."""
    shown = poses.shown
    near = [
        (at not in shown.rivals, rotation_angle_deg(option.instance.pose, wanted), at)
        for at, option in enumerate(poses.options)
        if at != poses.at and option.instance.pose is not None and option.instance.side is shown.instance.side
    ]
    return min((one for one in near if one[1] <= NEAR_TWIN_DEG), default=(False, 0.0, None))[2]


def _listed(poses: PoseOffer, made: Instance) -> int | None:
    """The option that is the same pose."""
    for at, option in enumerate(poses.options):
        pose = option.instance.pose
        same_foot = option.instance.side is made.side
        if same_foot and pose is not None and made.pose is not None and rotation_angle_deg(pose, made.pose) < _SAME_DEG:
            return at
    return None
