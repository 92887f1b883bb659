"""The tour's segmenter: every sneaker of a photo proposed at once, one picked, one corrected, all refused again."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt

from core.geometry.region import Region
from core.resources import RESOURCES
from gui.tour.eye import Array
from gui.tour.tour import CONCRETE, Tour
from gui.tour.view import View

_ADD = Qt.KeyboardModifier.ControlModifier


def segment_pair(tour: Tour) -> None:
    """The pair segmented by the network, where one is installed."""
    if not any((RESOURCES / "weights").glob("*.safetensors")):
        return
    hand = tour.hand
    hand.key("F")
    hand.key("D")
    tour.see("the second photo", lambda view: view.photo_file == CONCRETE and view.is_photo_painted())
    hand.key("Escape", times=2)
    hand.key("S")
    tour.see("the network's answer", View.is_idle, seconds=120)
    if not hand.read(lambda: tour.view.is_offered()):
        tour.picture("segment-none", "S: the network finds no sneaker here, and the bar says what to do instead.")
        return
    tour.picture("segment", "S: the network proposes every sneaker of the photo, with its side and how sure it is.")
    offer = hand.read(lambda: tour.view.offered_regions[0])
    inside = _inside(offer)
    tour.click_px(inside)
    hand.key(",", times=3)
    tour.picture(
        "segment-picked", "A click picks one of them; the comma asks for fewer corners, the full stop for more."
    )
    tour.click_px(inside, _ADD)
    tour.see("the click's answer", View.is_idle, seconds=60)
    tour.picture(
        "segment-click", "Ctrl+click: this belongs to it. Ctrl+Shift+click: this does not. Backspace takes one back."
    )
    hand.key(".", times=3)
    hand.key("Escape", times=3)
    tour.see("nothing to be offered", lambda view: not view.is_offered())


def _inside(region: Region) -> Array:
    """A point of the photo within a region: of many about its middle, the nearest one."""
    x0, y0, x1, y1 = region.bounds_px
    middle, half = np.array([x0 + x1, y0 + y1]) / 2, np.array([x1 - x0, y1 - y0]) / 2
    grid = np.stack(np.meshgrid(*(np.linspace(-0.9, 0.9, 13),) * 2), axis=-1).reshape(-1, 2)
    ordered = middle + half * grid[np.argsort(np.abs(grid).sum(axis=1), kind="stable")]
    return np.asarray(next(point for point in ordered if region.contains(point)))
