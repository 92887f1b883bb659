"""The tour's check: a pose of the sample held against where the shoe really is."""

from __future__ import annotations

import numpy as np

from gui.canvas.truth_card import TruthCard
from gui.tour.eye import corners_of
from gui.tour.tour import CONCRETE, Tour
from gui.tour.view import View

_MOVES = ("Ctrl+Right", "Ctrl+Right", "Ctrl+Right", "Right", "Right", "Right", "Right", "Right", "PgUp", "PgUp", "PgUp")


def check_pose(tour: Tour) -> None:
    """Help > Check my pose: on a pose that is exact, on one that was moved away, in both themes."""
    hand = tour.hand
    hand.choose("Help", "open_sample")
    tour.see("the sample's photos", lambda view: view.photo_count >= 8, seconds=60)
    tour.see("a photo", View.is_photo_painted)  # the one that comes with the project
    tour.open_photo(CONCRETE)
    tour.picture("sample-project", "The sample: one photo is done, two are begun, five are to do; each carries a note.")
    right, _ = tour.shoes[CONCRETE]
    tour.click_px(np.mean(corners_of(right.region, 40), axis=0))
    tour.see("the shoe to be chosen", lambda view: view.chosen is not None)
    hand.choose("Help", "check_pose")
    hand.wait_for("truthCard")
    hand.key("Alt+2")
    for key in _MOVES:
        hand.key(key)
    tour.see("figures of the moved shoe", lambda view: _card(view).verdict != "Very good")
    tour.see("the edge's figure", lambda view: " px" in _card(view).words, seconds=60)
    tour.picture("check-pose", "Help > Check my pose: how far off it is, and, dashed, where the shoe really is.")
    hand.choose("View", "theme_light")
    tour.picture("check-pose-light", "The same in the light theme; the figures follow every move.")
    hand.choose("View", "theme_dark")
    hand.key("Escape")
    hand.wait_gone("truthCard")
    hand.key("Ctrl+Z")  # nudges in quick succession are one step


def _card(view: View) -> TruthCard:
    card = view.window.findChild(TruthCard)
    assert card is not None
    return card
