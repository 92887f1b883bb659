"""The tour's last part: the welcome page with its recent projects, the tutorial played to its end, and the guide."""

from __future__ import annotations

import numpy as np

from core.resources import RESOURCES
from gui.tour.eye import Array
from gui.tour.tour import Tour
from gui.tour.view import View


def welcome_again(tour: Tour) -> None:
    """The project closed: the welcome page and what one worked on."""
    hand = tour.hand
    hand.key("Ctrl+W")
    hand.wait_for("welcome_tutorial")
    tour.see("the cards of recent projects", lambda view: _cards_are_told(view))
    tour.picture("welcome-recent", "Ctrl+W closes the project: what can be begun, and the projects one worked on.")


def begin_tutorial(tour: Tour) -> None:
    """The tutorial from the welcome page; its sample and its card."""
    hand = tour.hand
    hand.click("welcome_tutorial")
    hand.wait_for("coachCard", seconds=60)
    tour.see("the tutorial's photo", lambda view: view.is_photo_painted())
    tour.picture("tutorial-outline", "The tutorial opens a sample of its own, and watches: step 1 asks for an outline.")


def play_tutorial(tour: Tour) -> None:
    """Its five steps by their keys."""
    if not any((RESOURCES / "weights").glob("*.safetensors")):
        return
    hand = tour.hand
    hand.key("S")
    tour.see("outlines to be offered", View.is_offered, seconds=120)
    hand.key("Return")
    _see_step(tour, 1)
    hand.key("Q")
    tour.see("poses to be offered", lambda view: view.is_offered() and view.is_idle(), seconds=60)
    tour.see("their small pictures", lambda view: view.window.workplace.shoe.strip.is_complete)
    tour.picture("tutorial-pose", "Step 2: the poses the outline allows; the ring is round what to look at.")
    hand.key("Return")
    _see_step(tour, 2)
    hand.key("I")
    corner = hand.read(lambda: _lowest_corner(tour.view))
    tour.drag_px(corner, corner + np.array([24.0, 16.0]))
    tour.picture("tutorial-correct", "Step 3: the error along the outline, and a corner moved; done things tick.")
    hand.key("Ctrl+Z")
    _see_step(tour, 3)
    tour.picture("tutorial-check", "Step 4: looked at, and marked checked.")
    hand.key("Ctrl+Return")
    _see_step(tour, 4)
    hand.key("Ctrl+E")
    hand.click("exportDialog_accept")
    hand.wait_for("reportTable", seconds=60)
    hand.click("exportDialog_accept")
    hand.wait_gone("exportDialog")
    _see_step(tour, 5)
    tour.picture("tutorial-end", "After the export there is nothing left to learn here; one's own photos come next.")
    hand.click("coach_done")
    hand.wait_gone("coachCard")
    hand.key("I")


def guide(tour: Tour) -> None:
    """The labelling guide, beside the keys, in both themes."""
    hand = tour.hand
    for name in ("dark", "light"):
        hand.choose("View", f"theme_{name}")
        hand.choose("Help", "guide")
        hand.wait_for("guidePage")
        tour.picture(f"guide-{name}", "Help > Labelling guide: what belongs to the outline and what does not, drawn.")
        hand.key("Escape")
        hand.wait_gone("guidePage")
    hand.choose("View", "theme_dark")
    tour.see("the dark theme", lambda view: view.theme == "dark")


def _see_step(tour: Tour, at: int) -> None:
    coach = tour.view.window.workplace.panels.coach
    tour.see(f"the tutorial at step {at + 1}", lambda _: coach.course.at == at)


def _cards_are_told(view: View) -> bool:
    cards = view.window.workplace.panels.welcome.cards
    return bool(cards) and all(card.words for card in cards)


def _lowest_corner(view: View) -> Array:
    """The lowest corner of the one outline: no card is over it."""
    points = view.instances[0].region.parts[0].outer.points_px
    return np.asarray(points[points[:, 1].argmax()])
