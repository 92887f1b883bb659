"""A hand on a shoe in the real window: it reads the strip and the live figures, clicks landmarks, and drags by feel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt

from core.geometry.pose import Pose
from core.labels.instance import Instance
from gui.bench.gestures_eye import DragPlan, Grip
from gui.bench.gestures_judge import Shown
from gui.bench.outlining_hand import CTRL, NONE, SHIFT, CountingHand, HandError, Point
from gui.inference import Inference
from gui.live_overlap import LiveOverlap
from gui.panels.instance_row_painter import short_iou
from gui.tools.align import ball_radius_px

_MOST_TRIES = 28  # places a hand goes to within one drag
_LEAST_SCREEN_PX = 1.0
_PATIENT_MS, _STILL_MS, _LOOK_MS = 5000, 400, 2  # for figures; for those of a move that may have moved nothing
_HELD = {"slide": SHIFT, "push": CTRL}
_REACH = {"slide": 0.15, "push": 0.5, "turn": 0.2, "roll": 0.3}  # of the ball's radius: a drag's first step
_UPRIGHT: tuple[Point, ...] = ((0.0, 1.0), (0.0, -1.0))
_CROSS: tuple[Point, ...] = ((1.0, 0.0), (-1.0, 0.0), *_UPRIGHT)


class PosingHand(CountingHand):
    """Clicks are off by noise_px as a CountingHand's; a drag is let go off by `twitch` px of the screen."""

    def __init__(
        self,
        project: Path,
        *,
        inference: Inference | None = None,
        noise_px: float = 2.0,
        twitch: float = 0.5,
        seed: int = 0,
    ) -> None:
        super().__init__(project, inference=inference, noise_px=noise_px, seed=seed)
        self._twitch = twitch
        self._live: LiveOverlap | None = None
        self._told = 0
        self.place.shoe.watch.changed.connect(self._hear)

    # ---- what is shown

    @property
    def instance(self) -> Instance:
        """The sneaker of the photo: there is one."""
        return self.photo.instances[0]

    @property
    def length_px(self) -> float:
        """Longest side of its outline."""
        x0, y0, x1, y1 = self.instance.region.bounds_px
        return max(x1 - x0, y1 - y0)

    def cards(self) -> tuple[list[Shown], int]:
        """What stands on the cards of the strip, and the number of the one shown on the photo."""
        cards = self.place.shoe.strip.cards
        texts = [card.text_shown for card in cards]
        shown = [Shown.read(text.iou, text.contour, text.sigma, text.badge) for text in texts]
        return shown, next((n for n, card in enumerate(cards) if card.isChecked()), 0)

    def figures(self) -> Shown:
        """What the Pose panel shows of the shoe at this moment."""
        live = self._live
        if live is None:
            return Shown(0.0)
        known = live.contour_px == live.contour_px
        return Shown.read(short_iou(live.iou), f"{live.contour_px:.1f} px" if known else "")

    def wait_for_figures(self) -> Shown:
        """The figures of the pose as it stands, once they have come."""
        waited_ms = 0
        while (self._live is None or not self._live.is_now) and waited_ms < _PATIENT_MS:
            self._pause(_LOOK_MS)
            waited_ms += _LOOK_MS
        return self.figures()

    def has_offer(self) -> bool:
        """Whether a finished pose is offered."""
        offer = self.place.proposals.pose
        return offer is not None and offer.finished

    # ---- drags

    @property
    def pose(self) -> Pose:
        """The pose the shoe has now."""
        pose = self.instance.pose
        if pose is None:
            raise HandError("There is no shoe to drag.")
        return pose

    @property
    def grip(self) -> Grip:
        """What the hand holds."""
        photo, size = self.photo, self.instance.size
        assert size is not None
        radius = ball_radius_px(photo, self.pose, size.length_mm)
        return Grip(photo.camera, radius, 1 / self.place.canvas.scale_px)

    def landmarks_mm(self) -> dict[str, NDArray[np.float64]]:
        """The landmarks of the shoe that is drawn."""
        instance = self.instance
        model = self.session.project.models[instance.model_id or ""]
        return model.sized_landmarks(instance.size, instance.side)

    def do(self, plan: DragPlan) -> None:
        """One drag whose ends are known."""
        self._count(f"{plan.kind} by eye")
        held = _HELD.get(plan.kind, NONE)
        self._press(plan.start_px, held)
        middle = tuple((a + b) / 2 for a, b in zip(plan.start_px, plan.end_px, strict=True))
        self._mouse(QEvent.Type.MouseMove, (middle[0], middle[1]), held)
        self._let_go(plan.end_px, held)

    def feel(self, kind: str) -> Shown:
        """One drag of a kind that seeks where the live figures are best: along its axes from the best place so far."""
        grip, held = self.grip, _HELD.get(kind, NONE)
        start = np.array(grip.dragged(kind, self.pose, np.zeros(2)).start_px)
        axes = _UPRIGHT if kind in ("push", "roll") else _CROSS
        best_at, best = np.zeros(2), self.wait_for_figures()
        self._count(f"{kind} by feel")
        self._press(_point(start), held)
        reach_px, tries = _REACH[kind] * grip.ball_px, 0
        while reach_px > _LEAST_SCREEN_PX * grip.px_per_screen_px and tries < _MOST_TRIES:
            for axis in axes:
                at = best_at + reach_px * np.array(axis)
                seen, tries = self._seen_at(_point(start + at), held), tries + 1
                if seen.is_better_than(best):
                    best_at, best = at, seen
                    break
            else:
                reach_px /= 2
        self._let_go(_point(start + best_at), held)
        return self.wait_for_figures()

    # ---- inside

    def _press(self, at: Point, held: Qt.KeyboardModifier) -> None:
        self._mouse(QEvent.Type.MouseMove, at, held, down=False)
        self._mouse(QEvent.Type.MouseButtonPress, at, held)

    def _let_go(self, at: Point, held: Qt.KeyboardModifier) -> None:
        twitch = self._rng.normal(0.0, self._twitch / self.place.canvas.scale_px, 2)
        end = at[0] + float(twitch[0]), at[1] + float(twitch[1])
        self._live = None
        self._mouse(QEvent.Type.MouseMove, end, held)
        self._mouse(QEvent.Type.MouseButtonRelease, end, held)
        self._settle()

    def _seen_at(self, at_px: Point, held: Qt.KeyboardModifier) -> Shown:
        """What is shown once the shoe is there; nothing new comes where it has not moved."""
        told, waited_ms = self._told, 0
        self._mouse(QEvent.Type.MouseMove, at_px, held)
        while self._told == told and waited_ms < _STILL_MS:
            self._pause(_LOOK_MS)
            waited_ms += _LOOK_MS
        return self.figures()

    def _hear(self, overlap: LiveOverlap | None) -> None:
        self._live = overlap
        if overlap is not None and overlap.is_now:
            self._told += 1


def _point(at: NDArray[np.float64]) -> Point:
    return float(at[0]), float(at[1])
