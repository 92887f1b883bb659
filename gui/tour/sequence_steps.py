"""The tour from photo to photo: the poses of one carried on to the next by one key."""

from __future__ import annotations

from gui.tour.tour import CONCRETE, WOOD, Tour
from gui.tour.view import View


def copy_poses_on(tour: Tour) -> None:
    """Alt+D: the next photo opens with this one's pose offered; refused again, and back."""
    hand = tour.hand
    hand.key("Alt+D")
    tour.see("the next photo", lambda view: view.photo_file == CONCRETE and view.is_photo_painted())
    tour.see("the carried pose", _is_carried, seconds=60)
    tour.picture(
        "carried-on", "Alt+D: the next photo, with the poses of this one offered there; outlined shoes are fitted."
    )
    hand.key("Escape")
    tour.see("nothing to be offered", lambda view: not view.is_offered())
    tour.open_photo_by_key("A", WOOD)
    hand.click("instanceRows", at=hand.read(lambda: tour.view.row_at("instanceRows", "sneaker")))
    tour.see("the shoe to be chosen", lambda view: view.chosen is not None)


def _is_carried(view: View) -> bool:
    offer, strip = view.window.workplace.proposals.pose, view.window.workplace.shoe.strip
    return offer is not None and offer.finished and strip.isVisible() and strip.is_complete
