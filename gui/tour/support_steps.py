"""The tour's look behind the scenes: the report of the computer it runs on, the log, the versions."""

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


def log_and_about(tour: Tour) -> None:
    """What was logged, and what the program stands on."""
    hand = tour.hand
    for command, sheet, words in (
        ("show_log", "logView", "Help > Show log: what to send with a report of a fault."),
        ("about", "aboutDialog", "Help > About Outsole: its version, and where it keeps what it remembers."),
    ):
        hand.choose("Help", command)
        hand.wait_for(sheet)
        tour.picture(command.replace("_", "-"), words)
        hand.click(f"{sheet}_accept")
        hand.wait_gone(sheet)


def _is_made() -> bool:
    sheet = seen("systemReport")
    return isinstance(sheet, SystemReport) and bool(sheet.text)
