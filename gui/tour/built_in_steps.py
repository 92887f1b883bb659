"""The tour's built-in shoes: the high-top taken into the project beside the low-top that it began with."""

from __future__ import annotations

from gui.tour.tour import Tour

_HIGH_TOP = "Outsole high-top"


def add_high_top(tour: Tour) -> None:
    """Add it by the menu, and take it back."""
    hand = tour.hand
    hand.key("F6")
    hand.choose("File", "add_high_top")
    tour.see("the high-top in the project", lambda view: _HIGH_TOP in view.landmark_counts)
    tour.picture("built-in", "Add built-in high-top: a second shoe that comes along, its landmarks placed already.")
    hand.key("Ctrl+Z")
    tour.see("the high-top to be gone again", lambda view: _HIGH_TOP not in view.landmark_counts)
    hand.key("F4")
