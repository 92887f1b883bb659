"""The tour's doubt: how far the shoe lies off its outline, place by place, and photo against shoe."""

from __future__ import annotations

from PySide6.QtCore import QPoint

from gui.residuals import ResidualWatch
from gui.tour.tour import Tour
from gui.tour.view import View

_BAND = "I: the contour error along the outline, orange where the shoe stands over it, blue where it ends inside."
_PLOT = "F9: the same over the length of the outline; plot and photo point at the same place."


def show_error(tour: Tour) -> None:
    """The error of a pose aligned by hand, as a band and as a plot."""
    hand = tour.hand
    hand.key("Z")
    hand.key("I")
    tour.see("the band", _is_banded)
    tour.picture("contour-band", _BAND)
    hand.key("F9")
    hand.wait_for("contourPlot")
    tour.hover_px(_place(tour, 0.3))
    tour.see("the place to be pointed at", _is_pointed_at)
    tour.picture("contour-plot", _PLOT)
    hand.key("F9")
    hand.wait_gone("contourPanel")
    hand.key("I")
    tour.see("no band", lambda view: not _is_banded(view))


def check_fit(tour: Tour) -> None:
    """The fitted pose looked at: its error, photo beside shoe, and one after the other."""
    hand = tour.hand
    hand.key("I")
    tour.see("the band", _is_banded)
    tour.picture("contour-fitted", "After the fit the band is white; rings show how surely each landmark is known.")
    hand.key("Shift+I")
    hand.wait_for("splitDivider")
    middle = hand.read(lambda: tour.view.canvas.viewport().rect().center())
    hand.press("splitDivider", QPoint(12, middle.y() // 2))
    hand.release("canvas", QPoint(middle.x() - 60, middle.y() // 2))
    tour.picture("split", "Shift+I: the photo on the left of a divider that can be dragged, the shoe on its right.")
    hand.key("Shift+I")
    hand.wait_gone("splitDivider")
    hand.hold_key("C", down=True)
    tour.see("the flicker", _is_blinking)
    tour.picture("flicker", "C held: photo and shoe one after the other, so that the eye sees what moves.")
    hand.hold_key("C", down=False)
    tour.see("the flicker to end", lambda view: not _is_blinking(view))
    hand.key("I")
    hand.key("F")


def _place(tour: Tour, share: float) -> tuple[float, float]:
    """A place of the outline, photo px."""

    def read() -> tuple[float, float]:
        shown = _watch(tour.view).shown
        if shown is None:
            raise LookupError("No contour error is shown.")
        x, y = shown.profile.points_px[int(share * len(shown.profile))]
        return float(x), float(y)

    return tour.hand.read(read)


def _watch(view: View) -> ResidualWatch:
    return view.window.workplace.panels.contour.watch


def _is_banded(view: View) -> bool:
    return view.canvas.contour.limit_px is not None


def _is_pointed_at(view: View) -> bool:
    return _watch(view).mark_at is not None


def _is_blinking(view: View) -> bool:
    return view.window.workplace.session.view.blinking
