"""The tour's second photo: outlines by the machine, holes and parts, a leg, a region to ignore, and what is hidden."""

from __future__ import annotations

from core.geometry.region import Region
from gui.tour.eye import TrueShoe, corners_of, seen_about
from gui.tour.pose_steps import align
from gui.tour.tour import CONCRETE, Tour
from gui.tour.view import View

_ROOM_PX = 26.0
_OFF_BY = (-0.09, 0.08, 0.07, -0.01, 0.006, -0.04)


def box_right_shoe(tour: Tour) -> None:
    """A box round the right shoe, outlined by GrabCut."""
    hand = tour.hand
    hand.key("F")
    hand.key("D")
    tour.see("the second photo", lambda view: view.photo_file == CONCRETE and view.is_photo_painted())
    box(tour, tour.shoes[CONCRETE][0], name="box", caption="G: a box is dragged round one sneaker.")
    tour.picture("grabcut", "GrabCut proposes its outline, dashed; Enter takes it, Escape refuses.")
    hand.key("Return")
    tour.see("the outline", lambda view: len(view.instances) == 1)
    hand.key("R")
    hand.key("Ctrl+P")
    corners = corners_of(_lower_part(tour.shoes[CONCRETE][0].region), 24)
    for corner in corners:
        tour.click_px(corner)
    tour.picture("part", "Ctrl+P: GrabCut took the pale sole for floor; what is missing is outlined and added.")
    tour.click_px(corners[0])
    tour.see("the added part", lambda view: view.undo_label == "Add part")


def pose_right_shoe(tour: Tour) -> None:
    """The same model in another size, on an outline nobody drew by hand."""
    hand = tour.hand
    true = tour.shoes[CONCRETE][0]
    hand.key("Shift+Q")
    tour.see("a placed shoe", lambda view: view.chosen is not None and view.chosen.pose)
    hand.double_click("poseSize_length")
    hand.key("Ctrl+A")
    hand.type_text(f"{true.size.length_mm:.0f}")
    hand.key("Return")
    tour.see("the length", lambda view: abs(view.length_mm - true.size.length_mm) < 0.05)
    align(tour, true, seen_about(true.pose, off_by=_OFF_BY))
    hand.key("E")
    tour.see("the fit's proposal", View.is_offered, seconds=60)
    # GrabCut misses a lace now and then, and the fit says so.
    hand.key("Shift+Return" if hand.read(lambda: _is_doubted(tour.view)) else "Return")
    tour.see("the taken pose", lambda view: view.undo_label == "Fit pose")
    tour.picture("second-pose", "The right shoe of the pair: boxed, outlined by GrabCut, aligned and fitted.")


def box_left_shoe(tour: Tour) -> None:
    """The left shoe, with a part added and a hole cut, both undone."""
    hand = tour.hand
    box(tour, tour.shoes[CONCRETE][1])
    hand.key("Return")
    tour.see("the second outline", lambda view: len(view.instances) == 2)
    hand.key("L")
    tour.see("a left shoe", lambda view: str(view.instances[-1].side) == "left")
    x0, y0, x1, y1 = hand.read(lambda: tour.view.instances[-1].region.bounds_px)
    hand.key("Ctrl+P")
    low = y1 - 0.25 * (y1 - y0)
    tour.outline(((x0 + 30, low), (x0 - 50, low + 30), (x0 + 30, low + 70)))
    tour.see("a further part", lambda view: view.undo_label == "Add part")
    hand.key("X")
    middle, top = (x0 + x1) / 2, y0 + 0.55 * (y1 - y0)
    tour.outline(((middle, top), (middle + 50, top + 30), (middle, top + 70)))
    tour.see("a hole", lambda view: view.undo_label == "Cut hole")
    hand.key("Alt+1")
    tour.picture(
        "part-and-hole", "Ctrl+P adds what also belongs to it, X cuts a hole: both are ordinary rings with corners."
    )
    hand.key("Ctrl+Z", times=2)
    tour.see("both undone", lambda view: view.undo_label == "Side left")


def occlude(tour: Tour) -> None:
    """A leg in front, a region to ignore, and both hidden."""
    hand = tour.hand
    x0, y0, x1, _ = hand.read(lambda: tour.view.instances[-1].region.bounds_px)
    hand.key("Escape", times=2)
    tour.see("nothing to be chosen", lambda view: view.chosen is None)
    hand.key("2")
    hand.key("P")
    tour.outline(((x0 + 20, 0.0), (x1 - 90, 0.0), (x1 - 110, y0 + 70), (x0 + 40, y0 + 60)))
    tour.see("the leg", lambda view: len(view.instances) == 3)
    hand.key("Escape", times=2)
    hand.key("3")
    hand.key("P")
    tour.outline(((1180.0, 900.0), (1560.0, 860.0), (1560.0, 1160.0), (1200.0, 1160.0)))
    tour.see("the ignored region", lambda view: len(view.instances) == 4)
    hand.key("Escape")
    tour.picture(
        "leg-and-ignore", "2 then P: a leg, which hides shoes in a fit. 3 then P: pixels to leave out, hatched."
    )
    hand.key("H")
    hand.click("instanceRows", at=hand.read(lambda: tour.view.row_at("instanceRows", "leg")))
    hand.key("H")
    tour.picture("hidden", "H hides what is chosen; the list keeps it, with a closed eye.")
    hand.key("Delete")
    tour.see("the leg to be gone", lambda view: len(view.instances) == 3)
    hand.key("1")


def box(tour: Tour, true: TrueShoe, *, name: str = "", caption: str = "", wait: bool = True) -> None:
    """Drag a box round a shoe and wait for the proposal, or not."""
    tour.hand.key("G")
    x0, y0, x1, y1 = _with_room(true.region)

    def midway() -> None:
        if name:
            tour.picture(name, caption)

    tour.drag_px((x0, y0), (x1, y1), midway=midway)
    if wait:
        tour.see("GrabCut's proposal", View.is_offered, seconds=60)


def _lower_part(region: Region) -> Region:
    x0, y0, x1, y1 = region.bounds_px
    return region.intersection(Region.from_box(x0, y0 + 0.6 * (y1 - y0), x1_px=x1, y1_px=y1))


def _with_room(region: Region) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = region.bounds_px
    return x0 - _ROOM_PX, y0 - _ROOM_PX, x1 + _ROOM_PX, y1 + _ROOM_PX


def _is_doubted(view: View) -> bool:
    """Whether the fit speaks against the pose it offers."""
    offer = view.window.workplace.proposals.pose
    return offer is not None and bool(offer.doubt)
