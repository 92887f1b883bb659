"""The tour's looks: how the shoe is drawn, the panels, the sheet of keys, and the light theme."""

from __future__ import annotations

from functools import partial

from gui.tour.pair_steps import box
from gui.tour.tour import CONCRETE, WOOD, Tour
from gui.tour.view import View


def shoe_looks(tour: Tour) -> None:
    """The shoe shaded, textured, as wires and as an outline; the photo brighter."""
    hand = tour.hand
    tour.open_photo(WOOD)
    hand.click("instanceRows", at=hand.read(lambda: tour.view.row_at("instanceRows", "sneaker")))
    hand.key("Z")
    for look, words in (
        ("texture", "V: the shoe with its own texture."),
        ("wireframe", "V again: its wires."),
        ("outline", "V a third time: nothing but its outline."),
    ):
        hand.key("V")
        tour.see(f"the look {look}", partial(_is_drawn_as, look=look))
        tour.picture(f"look-{look}", words)
    hand.key("V")
    hand.key("Ctrl+.", times=4)
    hand.key("Ctrl+Alt+.", times=4)
    tour.picture(
        "bright",
        "Ctrl+. and Ctrl+Alt+. make the photo brighter and stronger on the screen alone; Ctrl+0 takes it back.",
    )
    hand.key("Ctrl+0")
    hand.key("F")


def _is_drawn_as(view: View, *, look: str) -> bool:
    return view.look == look


def panels(tour: Tour) -> None:
    """History, jobs and the sheet of keys."""
    hand = tour.hand
    hand.key("F7")
    tour.picture("history", "F7: every edit of the project, also from before it was opened; a click goes back to it.")
    hand.key("F8")
    tour.open_photo_by_key("D", CONCRETE)
    box_begun(tour)
    hand.key("F5")
    hand.key("F1")
    hand.wait_for("cheatSheet")
    tour.picture("keys", "F1: every key, by group; typing narrows the sheet down.")
    hand.key("Escape")
    hand.wait_gone("cheatSheet")


def box_begun(tour: Tour) -> None:
    """A job is seen in its panel while it runs, and given up."""
    hand = tour.hand
    box(tour, tour.shoes[CONCRETE][1], wait=False)
    tour.snap("jobs", "F8: what the machine is doing, how long it still takes, and a way to end it.")
    hand.key("Escape")
    tour.see("the machine to be idle", View.is_idle)
    tour.see("nothing to be offered", lambda view: not view.is_offered())
    hand.key("Alt+1")


def light_theme(tour: Tour) -> None:
    """The main views in the light theme."""
    hand = tour.hand
    hand.choose("View", "theme_light")
    tour.picture("light-pair", "The light theme beside the dark one.")
    tour.open_photo(WOOD)
    hand.click("instanceRows", at=hand.read(lambda: tour.view.row_at("instanceRows", "sneaker")))
    hand.key("Alt+2")
    tour.picture("light-pose", "The pose in the light theme.")
    hand.key("F1")
    hand.wait_for("cheatSheet")
    tour.picture("light-keys", "The sheet of keys in the light theme.")
    hand.key("Escape")
    hand.wait_gone("cheatSheet")
    hand.key("Ctrl+Alt+P")
    hand.wait_for("preferencesDialog")
    tour.picture("light-preferences", "Preferences hold at once.")
    hand.key("Escape")
    hand.wait_gone("preferencesDialog")
    hand.choose("View", "theme_dark")
    tour.see("the dark theme", lambda view: view.theme == "dark")
