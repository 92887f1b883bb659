"""The tour's outlines by hand: corners, corrections, and keys that take them back."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt

from gui.tour.eye import corners_of
from gui.tour.tour import WOOD, Tour

ALT = Qt.KeyboardModifier.AltModifier
_CORNERS = 42
_ASTRAY_PX = 70.0


def draw_outline(tour: Tour) -> None:
    """The sneaker's outline with the polygon tool."""
    hand = tour.hand
    true = tour.shoes[WOOD][0]
    corners = corners_of(true.region, _CORNERS)
    middle = np.mean(corners, axis=0)
    tour.zoom_to(corners, 3)
    hand.key("P")
    half = len(corners) // 2
    for corner in corners[:half]:
        tour.click_px(corner)
    astray = middle + np.array([0.0, _ASTRAY_PX])
    tour.click_px(astray)
    tour.see("one corner too many", lambda view: view.drawn_corners == half + 1)
    tour.picture("half-drawn", "P, then a click for each corner. The last one went astray: Backspace takes it back.")
    hand.key("Backspace")
    tour.see("the corner to be gone", lambda view: view.drawn_corners == half)
    tour.click_px(astray)
    hand.key("Ctrl+Z")
    tour.see("the corner to be gone again", lambda view: view.drawn_corners == half)
    for corner in corners[half:]:
        tour.click_px(corner)
    tour.hover_px(corners[0])
    tour.picture("closing", "A click on the first corner closes the outline (so does Enter, or a double click).")
    tour.click_px(corners[0])
    tour.see("the outline", lambda view: len(view.instances) == 1 and not view.is_drawing)
    hand.key("Escape")
    tour.picture("outlined", "The outline is committed as one edit and chosen; its corners can be changed now.")


def correct_outline(tour: Tour) -> None:
    """A corner moved, one added, one taken away, and undone by keys."""
    hand = tour.hand
    ring = hand.read(lambda: tour.view.instances[0].region.rings[0])
    vertex, following = ring.points_px[5], ring.points_px[6]
    tour.drag_px(
        vertex,
        vertex + 60.0,
        midway=lambda: tour.picture("move-vertex", "Dragging a corner. Escape would leave no trace."),
    )
    tour.see("the corner's move", lambda view: view.undo_label == "Move vertex")
    hand.key("Ctrl+Z")
    tour.see("the undone move", lambda view: view.instances[0].region.rings[0] == ring)
    hand.key("Ctrl+Shift+Z")
    tour.see("the move done again", lambda view: view.instances[0].region.rings[0] != ring)
    hand.key("Ctrl+Z")
    between = (vertex + following) / 2
    tour.hover_px(between)
    tour.picture(
        "edge", "Over an edge, a click adds a corner; the line at the bottom always says what a click does now."
    )
    tour.click_px(between)
    tour.see("one corner more", lambda view: len(view.instances[0].region.rings[0]) == len(ring) + 1)
    tour.click_px(between, ALT)
    tour.see("the corner taken away", lambda view: len(view.instances[0].region.rings[0]) == len(ring))


def name_side(tour: Tour) -> None:
    """The sneaker is a right one."""
    tour.hand.key("R")
    tour.see("a right sneaker", lambda view: str(view.instances[0].side) == "right")
    tour.picture("side", "R: a right shoe. Left and right differ by hue and by a letter, here and in the list.")
