"""The tour's end: the photos marked, everything exported, the window closed and opened again."""

from __future__ import annotations

from gui.tour.tour import CONCRETE, WOOD, Tour
from gui.tour.view import View


def mark_photos(tour: Tour) -> None:
    """Both photos are labelled."""
    hand = tour.hand
    for photo in (CONCRETE, WOOD):
        tour.open_photo(photo)
        hand.choose("Review", "mark_labelled")
        tour.see(f"{photo} to be labelled", lambda view: view.status == "labelled")
    tour.picture("labelled", "Review > Mark labelled: the list shows how far each photo has come.")


def export(tour: Tour) -> None:
    """COCO instances, COCO keypoints, labelme and BOP, through the dialog."""
    hand = tour.hand
    hand.key("Ctrl+E")
    hand.wait_for("exportDialog")
    hand.tick("export_labelme")
    hand.tick("export_bop")
    hand.double_click("exportFolder")
    hand.key("Ctrl+A")
    hand.type_text(str(tour.export_folder))
    hand.wait_for("exportDialog_accept")
    tour.picture(
        "export", "Export: formats, folder and division are chosen; what cannot be expressed will be reported."
    )
    hand.click("exportDialog_accept")
    hand.wait_for("reportTable", seconds=60)
    tour.picture("export-report", "The report of the export: nothing is dropped silently.")
    hand.click("exportDialog_accept")
    hand.wait_gone("exportDialog")


def reopen(tour: Tour) -> None:
    """The window closed and opened again."""
    hand = tour.hand
    hand.key("Ctrl+Q")
    closed = tour.view.window
    hand.wait("the window to close", lambda: not closed.isVisible())
    tour.view = View(hand.read(tour.open_window))
    tour.see("the photo one stopped at", lambda view: view.photo_file == WOOD and view.is_photo_painted())
    tour.see("the inference core to be ready", View.is_core_ready, seconds=60)
    tour.picture("reopened", "Closed and opened again: the project and the photo one stopped at are there.")
    hand.click("canvas")
    hand.key("Ctrl+Z")
    tour.see("an edit of before undone", lambda view: view.status == "todo")
    hand.key("F7")
    tour.picture(
        "undo-after-restart", "Ctrl+Z takes back an edit made before the window was closed: the history is in the file."
    )
    hand.key("Ctrl+Shift+Z")
    tour.see("the edit done again", lambda view: view.status == "labelled")
    hand.key("F5")
