"""The tour's pair: the left shoe posed on the floor of the right one by one key, then both fitted together."""

from __future__ import annotations

from gui.tour.tour import Tour
from gui.tour.view import View

_OTHER, _PAIR = "Pose the other shoe", "Fit the pair"


def pose_other_shoe(tour: Tour) -> None:
    """The left shoe from the right one: its model and size, mirrored, on the same floor."""
    hand = tour.hand
    hand.key("Shift+M")
    tour.see("the other shoe's pose", _is_offered, seconds=60)
    tour.picture("other-shoe", "Shift+M: the other shoe of the pair, of the same model and size, on the same floor.")
    hand.key("Shift+Return")  # GrabCut's outline is a poor one, which may be said
    tour.see("the taken pose", lambda view: view.undo_label == _OTHER)


def fit_pair(tour: Tour) -> None:
    """Both shoes and one floor under them in one fit, and both poses undone."""
    hand = tour.hand
    hand.key("Shift+E")
    tour.see("the pair's two poses", lambda view: len(_offers(view)) == 2 and _is_offered(view), seconds=60)
    tour.picture("pair-together", "Shift+E: both outlines and one floor under both shoes in one fit; one Enter.")
    hand.key("Shift+Return")
    tour.see("both poses taken", lambda view: view.undo_label == _PAIR)
    hand.key("Ctrl+Z", times=2)
    tour.see("both poses undone", lambda view: view.undo_label == "Side left")


def _offers(view: View) -> tuple[object, ...]:
    return view.window.workplace.proposals.shown


def _is_offered(view: View) -> bool:
    """Whether poses are offered, with their small pictures."""
    place = view.window.workplace
    offer, strip = place.proposals.pose, place.shoe.strip
    return offer is not None and offer.finished and strip.isVisible() and strip.is_complete
