"""The tour's pose by one key: found, flipped through, a twin looked at; and a drag that is seen snapped meanwhile."""

from __future__ import annotations

import numpy as np

from core.geometry.region import Region
from gui.tour.tour import WOOD, Tour
from gui.tour.view import View

_AWAY_PX = (70.0, 30.0)


def find_pose(tour: Tour) -> None:
    """Q: the poses the outline allows, side by side, and Tab through them."""
    hand = tour.hand
    before = hand.read(lambda: tour.view.pose)
    _press_q(tour)
    tour.picture("strip", "Q looked everywhere: the poses the outline allows, the likeliest shown on the photo.")
    hand.key("Tab")
    tour.see("the second pose", lambda view: _pose_shown(view) == 1)
    tour.picture("strip-next", "Tab shows the next one on the photo; Enter would take it.")
    hand.key("Shift+Tab")
    hand.key("T")
    tour.see("the answer about the twin", View.is_idle, seconds=60)
    tour.picture("strip-twin", "T: the twin, mirrored in the line of sight, fitted; the bar says where there is none.")
    hand.key("Escape")
    tour.see("nothing to be offered", lambda view: not view.is_offered())
    if hand.read(lambda: tour.view.pose) is not before:
        raise AssertionError("refused poses changed the pose")


def find_hidden_pose(tour: Tour) -> None:
    """The same with a part of the outline cut off, as by something nobody marked."""
    hand = tour.hand
    whole = hand.read(lambda: tour.view.instances[0].region)
    x0, y0, x1, y1 = whole.bounds_px
    hand.key("Alt+1")
    hand.key("Shift+P")
    left, right = x0 - 30.0, x0 + 0.2 * (x1 - x0)
    tour.outline(((right, y0 - 30.0), (left, y0 - 30.0), (left, y1 + 30.0), (right, y1 + 30.0)))
    tour.see("the cut outline", lambda view: view.instances[0].region.bounds_px[0] > x0 + 1.0)
    _press_q(tour)
    tour.picture("strip-hidden", "A heel that nobody outlined: a second look supposes that part of the shoe is hidden.")
    hand.key("Escape")
    tour.see("nothing to be offered", lambda view: not view.is_offered())
    hand.key("Ctrl+Z")
    tour.see("the whole outline", lambda view: _same(view.instances[0].region, whole))
    hand.key("Alt+2")


def snap_live(tour: Tour) -> None:
    """A drag with E held: where the fit would bring the shoe is seen while it is dragged."""
    hand = tour.hand
    middle = np.asarray(tour.shoes[WOOD][0].camera.project(tour.shoes[WOOD][0].pose.translation_mm))

    def hold() -> None:
        tour.snap("dragged", "A drag has turned the shoe away from its outline …")
        hand.hold_key("E", down=True)
        tour.see("the snapped shoe", _is_snapped, seconds=60)
        tour.picture("snapped", "… E held down: the shoe is seen where the fit would bring it, live, and let go there.")

    tour.drag_px(middle, middle + _AWAY_PX, midway=hold)
    hand.hold_key("E", down=False)
    tour.see("the snapped pose", lambda view: view.undo_label == "Snap shoe")
    hand.key("Ctrl+Z")
    tour.see("the pose before", lambda view: view.undo_label != "Snap shoe")


def _press_q(tour: Tour) -> None:
    tour.hand.key("Q")
    tour.see("the poses", _is_strip_complete, seconds=90)


def _pose_shown(view: View) -> int:
    """The number of the offered pose that is shown, -1 for none."""
    offer = view.window.workplace.proposals.pose
    return offer.poses.at if offer is not None and offer.poses is not None else -1


def _is_strip_complete(view: View) -> bool:
    """Whether poses are offered, all of them with their small pictures."""
    place = view.window.workplace
    offer, strip = place.proposals.pose, place.shoe.strip
    return offer is not None and offer.finished and strip.isVisible() and strip.is_complete


def _is_snapped(view: View) -> bool:
    """Whether a drag shows the shoe where the fit would bring it."""
    return view.window.workplace.machine.snapping.is_snapped


def _same(one: Region, other: Region) -> bool:
    return one.bounds_px == other.bounds_px
