"""Cursors by the words tools use for them."""

from __future__ import annotations

from PySide6.QtCore import Qt

_SHAPES = {
    "arrow": Qt.CursorShape.ArrowCursor,
    "cross": Qt.CursorShape.CrossCursor,
    "hand": Qt.CursorShape.PointingHandCursor,
    "move": Qt.CursorShape.SizeAllCursor,
    "turn": Qt.CursorShape.OpenHandCursor,
    "updown": Qt.CursorShape.SizeVerCursor,
    "forbidden": Qt.CursorShape.ForbiddenCursor,
}


def cursor_of(name: str) -> Qt.CursorShape:
    """The shape for a tool's word; raises KeyError for a word nobody defined."""
    return _SHAPES[name]
