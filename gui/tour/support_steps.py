"""The tour's look behind the scenes: the report of the computer it runs on."""

from __future__ import annotations

from gui.dialogs.system_report import SystemReport
from gui.tour.tour import Tour
from gui.tour.windows import seen


def system_report(tour: Tour) -> None:
    """The system report."""
    hand = tour.hand
    hand.choose("Help", "system_report")
    hand.wait_for("systemReport")
    tour.see("the report", lambda _: _is_made(), seconds=40)
    tour.picture("system-report", "Help > System report: what this computer is like, and what to do where it lacks.")
    hand.click("systemReport_accept")
    hand.wait_gone("systemReport")


def _is_made() -> bool:
    sheet = seen("systemReport")
    return isinstance(sheet, SystemReport) and bool(sheet.text)
