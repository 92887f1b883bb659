"""The short tour: the sample opened; in a new project a sneaker outlined and posed by one key, the network asked."""

from __future__ import annotations

from gui.tour.labelled import Labelled
from gui.tour.tour import CONCRETE, WOOD, Tour
from gui.tour.view import View
from gui.tour.windows import seen


def open_sample(tour: Tour) -> None:
    """The sample."""
    tour.hand.click("welcome_open_sample")
    tour.see("the sample's photos", lambda view: view.photo_count >= 2)
    tour.see("a photo", View.is_photo_painted)
    tour.picture("sample", "The sample: photos of our own sneakers, the first of them labelled already.")


def take_pose(tour: Tour) -> None:
    """Q, and the likeliest pose taken."""
    hand = tour.hand
    hand.key("Q")
    tour.see("a pose to be offered", lambda view: view.is_offered() or _refusal(), seconds=120)
    refusal = hand.read(_refusal)
    if refusal:
        raise AssertionError(refusal)
    tour.picture("found", "Q found the pose from the outline alone.")
    hand.key("Return")
    tour.see("the pose", _is_posed)
    tour.picture("posed", "Enter took it as one edit.")


def ask_network(tour: Tour) -> None:
    """The network's proposals for the pair, or the sentence that says why there are none."""
    hand = tour.hand
    tour.open_photo(CONCRETE)
    hand.key("S")
    tour.see("outlines, or a sentence", lambda view: bool(view.offered_regions) or _refusal(), seconds=120)
    refusal = hand.read(_refusal)
    tour.picture("network", refusal or "S: the network's proposals.")
    if refusal:
        print(f"         {refusal}", flush=True)
    else:
        hand.key("Escape")
        tour.see("nothing to be offered", lambda view: not view.is_offered())
    tour.open_photo(WOOD)


def _is_posed(view: Labelled) -> bool:
    chosen = view.chosen
    return chosen is not None and chosen.pose is not None


def _refusal() -> str:
    """The sentence of a failure that is shown, "" for none."""
    bar = seen("noticeBar")
    return bar.accessibleName() if bar is not None and bar.property("role") == "notice-danger" else ""
