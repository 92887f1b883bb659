"""The tool of a reviewer: all poses lie before him instead of one photo, and nothing is drawn."""

from __future__ import annotations

from gui.tools.select import SelectTool

REVIEW = "review"


class ReviewTool(SelectTool):
    """Chooses as the pointer does, where a photo shows through."""

    name = REVIEW
