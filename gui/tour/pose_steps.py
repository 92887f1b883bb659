"""The tour's pose: a shoe placed, aligned by hand as well as a hurried annotator does, and fitted by the machine."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from PySide6.QtCore import Qt

from core.geometry.pose import Pose
from gui.tools.align import PUSH_PER_SCREEN_PX
from gui.tour.eye import TrueShoe, rolls, seen_about, turning_drag
from gui.tour.tour import WOOD, Tour
from gui.tour.view import View

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
# What the hurried annotator is content with: 10 degrees and 6 % of the distance away from where the shoe really is.
CONTENT = (0.11, -0.09, 0.10, 0.012, -0.008, 0.06)
TURNING = "A drag turns the shoe about its centre; Shift slides it, Ctrl pushes it away or pulls it nearer."
_ROLL_DEG = 10.0


def place_shoe(tour: Tour) -> None:
    """The model laid over the outline, in its true size."""
    hand = tour.hand
    hand.key("Shift+Q")
    tour.see("a placed shoe", lambda view: view.tool == "align" and view.chosen is not None and view.chosen.pose)
    tour.picture("placed", "Shift+Q lays the model over the outline; now the hand aligns it.")
    length = f"{tour.shoes[WOOD][0].size.length_mm:.0f}"
    hand.double_click("poseSize_length")
    hand.key("Ctrl+A")
    hand.type_text(length)
    tour.picture("length", "The true length is typed; the shoe keeps its place and size in the photo.")
    hand.key("Return")
    tour.see("the length", lambda view: abs(view.length_mm - float(length)) < 0.05)


def align_by_hand(tour: Tour) -> None:
    """Turned, slid, pushed and nudged towards where the annotator sees the shoe."""
    true = tour.shoes[WOOD][0]
    goal = seen_about(true.pose, off_by=CONTENT)
    align(tour, true, goal, pictures=True)
    tour.hand.key("Shift+Right")
    tour.hand.key("Left", times=4)
    tour.hand.key("PgUp", times=3)
    tour.see("the nudges", lambda view: view.undo_label == "Nudge shoe")
    tour.picture("aligned", "Aligned by hand, not very well: the figures below the pose follow every move.")


def align(tour: Tour, true: TrueShoe, goal: Pose, *, pictures: bool = False) -> None:
    """Bring the chosen shoe near a goal by drags and keys."""
    camera = true.camera
    for turn in range(2):
        pose = tour.hand.read(lambda: tour.view.pose)
        tour.drag_px(camera.project(pose.translation_mm), camera.project(goal.translation_mm), held=SHIFT)
        pose = tour.hand.read(lambda: tour.view.pose)
        radius = camera.fx_px * true.size.length_mm / 2 / float(pose.translation_mm[2])
        start, end = turning_drag(pose, goal, camera, radius_px=radius)
        tour.drag_px(start, end, midway=partial(tour.picture, "turning", TURNING) if pictures and turn == 0 else None)
        pose = tour.hand.read(lambda: tour.view.pose)
        count = rolls(pose, goal, step_deg=_ROLL_DEG)
        tour.hand.key("Ctrl+Shift+PgDown" if count > 0 else "Ctrl+Shift+PgUp", times=abs(count))
        push(tour, true, float(goal.translation_mm[2]))


def push(tour: Tour, true: TrueShoe, depth_mm: float) -> None:
    """Ctrl-drag up or down until the shoe is about as far away as wanted."""
    pose = tour.hand.read(lambda: tour.view.pose)
    middle = true.camera.project(pose.translation_mm)
    up_screen_px = math.log(depth_mm / float(pose.translation_mm[2])) / PUSH_PER_SCREEN_PX
    up_px = up_screen_px / tour.hand.read(lambda: tour.view.canvas.scale_px)
    if abs(up_screen_px) >= 1.0:
        tour.drag_px(middle, np.asarray(middle) - [0.0, up_px], held=CTRL)


def fit_shoe(tour: Tour) -> None:
    """E: the machine fits, the annotator takes it."""
    hand = tour.hand
    words = "E: the fit runs in the inference core and is watched while it slides into place."
    hand.read(lambda: tour.view.when_fitting(lambda: tour.album.take("fitting", words)))
    hand.key("E")
    tour.see("the fit's proposal", View.is_offered, seconds=60)
    tour.picture(
        "proposal", "The fitted shoe is a proposal: dashed, with its figures. Nothing is written before Enter."
    )
    hand.key("Return")
    tour.see("the taken pose", lambda view: view.undo_label == "Fit pose")
    tour.picture("fitted", "Enter took it as one edit, with its uncertainty beside each number.")


def refuse_fit(tour: Tour) -> None:
    """A proposal refused leaves nothing behind."""
    hand = tour.hand
    before = hand.read(lambda: tour.view.pose)
    hand.key("E")
    tour.see("a second proposal", View.is_offered, seconds=60)
    hand.key("Escape")
    tour.see("nothing to be offered", lambda view: not view.is_offered())
    after = hand.read(lambda: tour.view.pose)
    if after is not before:
        raise AssertionError("a refused proposal changed the pose")
    tour.picture("refused", "Escape refuses a proposal: the pose is the very one it was.")
