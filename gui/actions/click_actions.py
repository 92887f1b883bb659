"""The commands on keypoints: the tool, which landmark is at hand, and what is done to the keypoint at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from core.document.edit import Edit
from core.labels.click_pose import (
    clickable_names,
    keypoint_of,
    neighbour_landmark,
    with_keypoint,
    without_keypoint,
)
from core.labels.instance import Keypoint, Visibility
from gui.actions.action import Action
from gui.actions.edit_actions import LOCKED, NO_PHOTO, NOTHING_CHOSEN
from gui.background import Errands, Progress
from gui.canvas.canvas import Canvas
from gui.click_watch import ClickWatch
from gui.session import Session
from gui.tools.clicks import KEYPOINTS, projected_landmarks, why_not_clickable

NUDGE_PX = 0.25
NOT_CLICKING = "Take the Keypoints tool first (Alt+3)."
_NUDGES = (("Left", -1, 0), ("Right", 1, 0), ("Up", 0, -1), ("Down", 0, 1))
_PACES = (("", 1.0), ("Shift+", 10.0))
_LANDMARK_KEYS = 9


class ClickActions:
    """The commands of one session's keypoints. place_px: where keys put one, for whoever works without a mouse."""

    def __init__(
        self, session: Session, watch: ClickWatch, *, errands: Errands, place_px: Callable[[], tuple[float, float]]
    ) -> None:
        self._place_px = place_px
        self._session = session
        self._watch = watch
        self._choice = watch.choice
        self._errands = errands
        self._warm = False
        session.signals.tool_changed.connect(lambda name: self._warm_up() if name == KEYPOINTS else None)

    def table(self) -> list[Action]:
        """Every command, in menu order; those with a key alone last."""
        return [*self._main(), *self._landmarks(), *self._nudges()]

    def _main(self) -> list[Action]:
        at_hand, clicking = self._no_keypoint, self._not_clicking
        return [
            Action(
                "tool_keypoints",
                "Click &keypoints",
                "&Pose",
                lambda: self._session.use_tool(KEYPOINTS),
                ("Alt+3",),
                lambda: None if self._session.photo_id else NO_PHOTO,
                icon="landmark",
                checked=lambda: self._session.tool == KEYPOINTS,
                separated=True,
            ),
            Action("landmark_next", "&Next landmark", "&Pose", lambda: self._step(1), ("N",), clicking, repeats=True),
            Action(
                "landmark_previous",
                "&Previous landmark",
                "&Pose",
                lambda: self._step(-1),
                ("Shift+N",),
                clicking,
                repeats=True,
            ),
            Action(
                "keypoint_place", "Put the keypoint &here", "&Pose", self.put, ("Insert",), clicking, on_canvas=True
            ),
            Action("pose_from_clicks", "Pose from the &clicks", "&Pose", self._offer, ("Alt+Q",), self._no_pose),
            Action("keypoint_hidden", "Keypoint hidden or &seen", "&Pose", self.hide, ("Y",), at_hand, icon="eye-off"),
            Action(
                "keypoint_remove",
                "&Take the keypoint away",
                "&Pose",
                self.remove,
                ("Delete",),
                at_hand,
                icon="trash",
                on_canvas=True,
            ),
        ]

    def _landmarks(self) -> list[Action]:
        def take(number: int) -> Callable[[], None]:
            def run() -> None:
                report = self._watch.report
                if report is not None and number <= len(report.model.landmark_names):
                    self._choice.choose(report.model.landmark_names[number - 1])

            return run

        def why_not(number: int) -> Callable[[], str | None]:
            return lambda: self._no_landmark(number)

        numbers = range(1, _LANDMARK_KEYS + 1)
        return [Action(f"landmark_{n}", f"Landmark {n}", "", take(n), (str(n),), why_not(n)) for n in numbers]

    def _nudges(self) -> list[Action]:
        actions = []
        for key, x, y in _NUDGES:
            for held, pace in _PACES:
                run = self._nudge(x * pace * NUDGE_PX, y * pace * NUDGE_PX)
                name = f"keypoint_{key}_{held}".lower().rstrip("_+")
                text = f"Keypoint {pace * NUDGE_PX:g} px {key.lower()}"
                keys = (f"{held}{key}",)
                actions.append(Action(name, text, "", run, keys, self._no_keypoint, on_canvas=True, repeats=True))
        return actions

    # ---- the keypoint at hand

    def put(self) -> None:
        """Put the keypoint at hand where the pose has its landmark, else at the pointer; arrows go on from there."""
        photo, instance, report = self._session.photo, self._session.selected, self._watch.report
        name = self._choice.name
        if self._session.drag is not None or photo is None or instance is None or report is None or name is None:
            return
        projected = dict(projected_landmarks(self._watch.seen_as(instance), photo, report.model))
        old = keypoint_of(instance, name)
        at_px = projected.get(name) or self._place_px()
        made = replace(old, at_px=at_px) if old is not None else Keypoint(name, at_px)
        label = f"Click {name}" if old is None else f"Move {name}"
        if self._session.commit(Edit.of(label, photo, photo.with_instance(with_keypoint(instance, made)))):
            self._watch.nudged.emit(None)

    def remove(self) -> None:
        """Take it away; its landmark is at hand again."""
        keypoint = self._keypoint()
        if keypoint is not None:
            self._change(f"Take {keypoint.name} away", lambda _: None)

    def hide(self) -> None:
        """Say that it is hidden, or seen after all."""
        keypoint = self._keypoint()
        if keypoint is None:
            return
        seen = keypoint.visibility is not Visibility.VISIBLE
        label = f"{keypoint.name} seen" if seen else f"{keypoint.name} hidden"
        self._change(label, lambda old: replace(old, visibility=Visibility.VISIBLE if seen else Visibility.HIDDEN))

    def set_sigma(self, sigma_px: float) -> None:
        """Say how exactly it was clicked."""
        if sigma_px > 0:
            self._change("Sigma of a click", lambda old: replace(old, sigma_px=sigma_px), merge_key="sigma")

    def _nudge(self, dx_px: float, dy_px: float) -> Callable[[], None]:
        def moved(old: Keypoint) -> Keypoint:
            return replace(old, at_px=(old.at_px[0] + dx_px, old.at_px[1] + dy_px))

        def run() -> None:
            keypoint = self._keypoint()
            if keypoint is not None:
                self._change(f"Move {keypoint.name}", moved, merge_key="nudge")
                self._watch.nudged.emit(None)

        return run

    def _change(
        self, label: str, change: Callable[[Keypoint], Keypoint | None], *, merge_key: str | None = None
    ) -> None:
        photo, instance = self._session.photo, self._session.selected
        if self._session.drag is not None or photo is None or instance is None:
            return  # two hands on one keypoint would undo each other
        keypoint = self._choice.keypoint(instance)
        if keypoint is None:
            return
        changed = change(keypoint)
        after = without_keypoint(instance, keypoint.name) if changed is None else with_keypoint(instance, changed)
        key = f"{merge_key} {instance.id} {keypoint.name}" if merge_key else None
        self._session.commit(Edit.of(label, photo, photo.with_instance(after), merge_key=key))

    # ---- the landmark at hand

    def _names(self) -> tuple[str, ...]:
        report = self._watch.report
        return clickable_names(report.model) if report is not None else ()

    def _step(self, step: int) -> None:
        self._choice.choose(neighbour_landmark(self._names(), self._choice.name, step=step))

    def _offer(self) -> None:
        if not self._watch.offer_now():
            report = self._watch.report
            self._session.notice(report.words if report else NOTHING_CHOSEN, "warning", about="clicks")

    def _warm_up(self) -> None:
        """Load what solves, in a thread: the fourth click should not wait for it."""
        if not self._warm:
            self._warm = True
            self._errands.run("Loading", _load_solver, done=lambda _: None, anywhere=True)

    # ---- why not

    def _keypoint(self) -> Keypoint | None:
        instance = self._session.selected
        return self._choice.keypoint(instance) if instance is not None else None

    def _not_clicking(self) -> str | None:
        if self._session.tool != KEYPOINTS:
            return NOT_CLICKING
        instance = self._session.selected
        if instance is None:
            return NOTHING_CHOSEN
        return why_not_clickable(instance, self._watch.model_for(instance))

    def _no_keypoint(self) -> str | None:
        reason = self._not_clicking()
        return reason or (None if self._keypoint() is not None else f"“{self._choice.name}” is not clicked yet.")

    def _no_landmark(self, number: int) -> str | None:
        reason = self._not_clicking()
        report = self._watch.report
        if reason or report is None:
            return reason or NOTHING_CHOSEN
        names = report.model.landmark_names
        if number <= len(names) and names[number - 1] in report.model.landmarks:
            return None
        return f"“{report.model.name}” has no landmark {number}."

    def _no_pose(self) -> str | None:
        report, instance = self._watch.report, self._session.selected
        if report is None or instance is None:
            return NOTHING_CHOSEN
        if "locked" in instance.flags:
            return LOCKED
        return None if report.found is not None else report.words


def pointed_px(canvas: Canvas) -> tuple[float, float]:
    """Where the pointer is on the photo, else the middle of what is seen of it."""
    middle = canvas.seen_px.center()
    return canvas.hand.at_px or (middle.x(), middle.y())


def _load_solver(_: Progress) -> None:
    import cv2

    # The first solve of all makes tables of its own.
    points = np.array([[0.0, 0, 0], [90, 0, 0], [0, 90, 0], [0, 0, 90]])
    cv2.solvePnP(points, points[:, :2] + 500.0, np.diag([900.0, 900, 1]), None, flags=cv2.SOLVEPNP_SQPNP)
