"""What an eye compares, photo and drawn shoe, and the drag that would bring the one nearest to the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import Camera
from core.geometry.pose import Pose, rotation_angle_deg
from core.geometry.steering import pushed, slid, turned
from gui.tools.align import PUSH_PER_SCREEN_PX

Array = NDArray[np.float64]
Point = tuple[float, float]

KINDS = ("slide", "push", "turn", "roll")
GRIP = 0.75  # of the ball's radius: how far from its middle a turning drag begins and ends
_OUTSIDE = 2.0  # of the ball's radius: where a drag rolls
_ROUNDS, _FINER = 5, 4.0
_LATER = 0.2  # what another drag can turn counts less than what it cannot


@dataclass(frozen=True, slots=True)
class DragPlan:
    """A drag over the photo, px, and the pose it leads to. kind: one of `KINDS`."""

    kind: str
    start_px: Point
    end_px: Point
    pose: Pose


@dataclass(frozen=True, slots=True, eq=False)
class Grip:
    """What a hand holds: the camera, the radius of the ball it rolls (px), and photo px of a px of the screen."""

    camera: Camera
    ball_px: float
    px_per_screen_px: float = 1.0

    def dragged(self, kind: str, pose: Pose, way: Array) -> DragPlan:
        """The drag of a kind by (2,) way: of the ball's radius; turning goes through the shoe's middle."""
        centre, move = self.camera.project(pose.translation_mm), way * self.ball_px
        start = centre - move / 2 if kind == "turn" else centre
        if kind == "roll":
            start = centre + np.array([_OUTSIDE * self.ball_px, 0.0])
        end = start + move
        if kind == "slide":
            after = slid(pose, self.camera, from_px=start, to_px=end)
        elif kind == "push":
            after = pushed(pose, float(np.exp(-PUSH_PER_SCREEN_PX * move[1] / self.px_per_screen_px)))
        else:
            after = turned(pose, self.camera, from_px=start, to_px=end, radius_px=self.ball_px)
        return DragPlan(kind, (float(start[0]), float(start[1])), (float(end[0]), float(end[1])), after)

    def best(self, kind: str, pose: Pose, cost: Callable[[Pose], float]) -> DragPlan:
        """The drag of a kind after which the pose costs least, by grids that shrink."""
        best, width = np.zeros(2), 2 * GRIP
        upright = kind in ("push", "roll")
        for _ in range(_ROUNDS):
            steps = np.linspace(-width, width, 9)
            grid = [
                best + np.array([0.0 if upright else x, y]) for x in (steps[:1] if upright else steps) for y in steps
            ]
            if kind == "turn":
                grid = [way for way in grid if np.hypot(*way) <= 2 * GRIP]
            best = min([*grid, best], key=lambda way: cost(self.dragged(kind, pose, way).pose))
            width /= _FINER
        return self.dragged(kind, pose, best)


@dataclass(frozen=True, slots=True, eq=False)
class Eye:
    """Landmarks of the shoe: where they are seen in the photo (px), and where they are on the model (mm)."""

    seen_px: Mapping[str, Point]
    landmarks_mm: Mapping[str, Array]
    camera: Camera

    def mismatch_px(self, pose: Pose) -> float:
        """Root of the mean squared distance between where a landmark is drawn and where it is seen."""
        names = [name for name in self.seen_px if name in self.landmarks_mm]
        drawn = self.camera.project(pose.apply(np.array([self.landmarks_mm[name] for name in names])))
        apart = drawn - np.array([self.seen_px[name] for name in names])
        return float(np.sqrt(np.mean(np.sum(apart * apart, axis=1))))


def turning_drag(grip: Grip, pose: Pose, goal: Pose) -> DragPlan:
    """The drag after which the shoe is turned nearest to the goal, or so that one more drag can turn it there."""

    def cost(after: Pose) -> float:
        return out_of_reach_deg(after, goal) + _LATER * rotation_angle_deg(after, goal)

    return min((grip.best(kind, pose, cost) for kind in ("turn", "roll")), key=lambda plan: cost(plan.pose))


def out_of_reach_deg(pose: Pose, goal: Pose) -> float:
    """What the best single turning drag would leave: the turn about the line of sight, and what is too far to turn."""
    ray = pose.translation_mm / np.linalg.norm(pose.translation_mm)
    there, back = goal.with_translation(np.zeros(3)), pose.with_translation(np.zeros(3)).inverse()
    w, x, y, z = (there @ back).rotation_wxyz
    along = float(np.dot([x, y, z], ray))
    twist = 2 * np.degrees(np.arctan2(abs(along), abs(w)))
    swing = 2 * np.degrees(np.arccos(np.clip(np.hypot(w, along), 0.0, 1.0)))
    return float(twist + max(swing - 2 * np.degrees(np.arcsin(GRIP)), 0.0))


def most_helpful(grip: Grip, pose: Pose, eye: Eye) -> DragPlan:
    """The drag after which the drawn shoe's landmarks are nearest to where they are seen."""
    plans = [grip.best(kind, pose, eye.mismatch_px) for kind in KINDS]
    return min(plans, key=lambda plan: eye.mismatch_px(plan.pose))
