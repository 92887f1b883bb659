"""Every key of the window: those of its commands, and what the pointer does on the photo."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gui.actions.action import Action

_FAMILIES = re.compile(r"nudge_|category_|landmark_\d|keypoint_(left|right|up|down)")
_POINTER_KEYS = (
    ("Category of new and chosen outlines", "1 … 9"),
    ("A landmark by its number, with the keypoint tool", "1 … 9"),
    ("Move the keypoint at hand 0.25 px", "arrows"),
    ("Nudge the shoe 1 mm sideways, up, down", "arrows"),
    ("Nudge it 1 mm away, nearer", "PgUp · PgDn"),
    ("Turn it 1° about the screen's axes", "Ctrl+arrows"),
    ("Turn it 1° in the picture", "Ctrl+PgUp · Ctrl+PgDn"),
    ("Ten times as far, a tenth as far", "Shift · Alt"),
    ("Zoom at the pointer", "wheel"),
    ("Pan", "Space+drag · middle drag"),
    ("Flicker between photo and shoe", "hold C"),
    ("Add a vertex", "click an edge"),
    ("Take a vertex away", "Alt+click"),
    ("Pick one of several proposals", "click"),
    ("This belongs to the outline", "Ctrl+click"),
    ("This does not belong to it", "Ctrl+Shift+click · Alt+click"),
    ("Turn the shoe", "drag"),
    ("Slide the shoe", "Shift+drag"),
    ("Push the shoe", "Ctrl+drag · Ctrl+wheel"),
    ("Push it and its lens, as large (dolly)", "Ctrl+Shift+wheel"),
    ("What can be done here", "right click"),
)


def key_rows(actions: Iterable[Action]) -> list[tuple[str, str, str]]:
    """(menu, what it does, keys) of every command that has keys, then of the pointer; "Canvas" for what is in no menu.

    Keys are parted by " · "; what comes in whole families (nudges, categories) has one row.
    """
    rows = [
        (action.group.replace("&", "") or "Canvas", action.text.replace("&", ""), " · ".join(action.keys))
        for action in actions
        if action.keys and not _FAMILIES.match(action.id)
    ]
    return [*rows, *(("Canvas", text, key) for text, key in _POINTER_KEYS)]
