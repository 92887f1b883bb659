"""The tour's keypoints: landmarks clicked with the loupe, the pose they offer, and the click that looks wrong."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt

from core.sneaker.shipped import shipped_sneaker
from gui.tour.eye import Array
from gui.tour.tour import WOOD, Tour
from gui.tour.view import View

SHIFT = Qt.KeyboardModifier.ShiftModifier
_CLICKED = ("toe tip", "heel top", "forefoot lateral", "instep", "rearfoot lateral")
_OFF_PX = np.array([46.0, -24.0])


def click_landmarks(tour: Tour) -> None:
    """Landmarks clicked with the loupe."""
    hand, places = tour.hand, _places(tour)
    hand.key("Alt+3")
    tour.see("the keypoint tool", lambda view: view.tool == "keypoints")
    hand.key("Z")
    hand.key(_key_of("toe tip"))
    tour.hover_px(places["toe tip"] + [5.0, 3.0])
    tour.picture(
        "keypoints",
        "Alt+3: a landmark is chosen on the model, in the list or by its number, then clicked in the photo; the loupe "
        "shows the very spot.",
    )
    for name in _CLICKED[:3]:
        _click(tour, name, places)
    tour.see("three clicks", lambda view: view.click_count == 3)
    hand.key(_key_of("instep"))
    tour.drag_px(
        places["instep"] + [14.0, 9.0],
        places["instep"],
        midway=lambda: tour.snap("keypoint-drag", "Held, a click can be carried; with Shift at an eighth of the pace."),
    )
    tour.see("the fourth click", lambda view: view.click_count == 4)


def pose_from_clicks(tour: Tour) -> None:
    """The pose that clicks offer, and the click that looks wrong."""
    hand, places = tour.hand, _places(tour)
    tour.see("the pose that four clicks give", View.is_offered)
    tour.picture("clicks-pose", "Four clicks give a pose at once: dashed, with what each click is off. Enter takes it.")
    for name in _CLICKED[4:]:
        _click(tour, name, places)
    tour.see("five clicks", lambda view: view.click_count == 5)
    tour.drag_px(places["heel top"], places["heel top"] + _OFF_PX)
    tour.see("a suspect", lambda view: view.suspect == "heel top")
    tour.picture(
        "click-suspect", "One click that explains more than half of what they all are off is named: drag it or hide it."
    )
    hand.key("Ctrl+Z")
    tour.see("nobody to be suspected", lambda view: view.suspect == "")
    hand.key("Left")
    tour.see("the nudge", lambda view: view.undo_label == "Move heel top")
    tour.picture("click-nudged", "Arrow keys move the keypoint by a quarter of a px, under the loupe.")
    hand.key("Ctrl+Z")
    hand.key("Escape")
    tour.see("nothing to be offered", lambda view: not view.is_offered())
    hand.key("Alt+1")
    hand.key("F")


def clicks_on_pose(tour: Tour) -> None:
    """Clicks and projected landmarks over a fitted pose."""
    hand = tour.hand
    hand.key("Alt+3")
    tour.see("the keypoint tool", lambda view: view.tool == "keypoints")
    hand.key("Z")
    hand.key(_key_of("forefoot medial"))
    tour.picture("clicks-on-pose", "Over a posed shoe: how far it is from each click, and where it has the others.")
    hand.key("Alt+2")
    hand.key("F")


def _click(tour: Tour, name: str, places: dict[str, Array]) -> None:
    tour.hand.key(_key_of(name))
    tour.click_px(places[name])


def _key_of(name: str) -> str:
    return str(shipped_sneaker()[0].landmark_names.index(name) + 1)


def _places(tour: Tour) -> dict[str, Array]:
    """Where the landmarks really are in the photo."""
    true = tour.shoes[WOOD][0]
    landmarks = shipped_sneaker()[0].sized_landmarks(true.size, true.side)
    return {name: true.camera.project(true.pose.apply(at_mm)) for name, at_mm in landmarks.items()}
