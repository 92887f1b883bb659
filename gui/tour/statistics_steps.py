"""The tour's statistics: what was done so far, what it took, and how good it is."""

from __future__ import annotations

from gui.tour.tour import Tour


def show_statistics(tour: Tour) -> None:
    """Alt+5, the facts copied, closed again."""
    hand = tour.hand
    hand.key("Alt+5")
    hand.wait_for("statisticsDialog")
    tour.picture(
        "statistics", "Alt+5, statistics: how far the project is, what a shoe takes, the time left, how good poses are."
    )
    hand.click("statisticsCopy")
    hand.click("statisticsDialog_accept")
    hand.wait_gone("statisticsDialog")
