"""The tour's review: all poses at a glance, one checked by key, one opened, and how far the photo has come."""

from __future__ import annotations

from gui.tour.tour import WOOD, Tour
from gui.tour.view import View


def all_poses(tour: Tour) -> None:
    """All poses side by side."""
    hand = tour.hand
    hand.key("Alt+4")
    hand.wait_for("poseCards")
    tour.see("the pictures of the poses", View.are_poses_pictured)
    tour.picture("poses", "Alt+4, review: all poses, the most doubtful first; Ctrl+Enter checks, Enter opens one.")
    hand.click("reviewStatus_rejected")
    tour.see("the photo rejected", lambda view: view.status == "rejected")
    tour.picture("rejected", "A photo that is no use is rejected; why, by whom and when is kept, and so are notes.")
    hand.key("Ctrl+Z")
    tour.see("the photo labelled again", lambda view: view.status == "labelled")
    hand.click("poseGridAgain")
    hand.key("Return")
    tour.see("a pose opened", lambda view: view.tool == "align")
    tour.open_photo(WOOD)
