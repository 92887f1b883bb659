"""What the tour sees of a window: which points of the photo a hand can click, at any size."""

from __future__ import annotations

import pytest
from open_window import OpenWindow
from PySide6.QtCore import QPoint

from gui.tour.view import View
from gui.tour.view import is_free as is_point_free


@pytest.mark.parametrize("size", [(1000, 660), (2560, 1440)])
def test_what_lies_under_a_message_is_not_free(on_photo: OpenWindow, size: tuple[int, int]) -> None:
    on_photo.window.resize(*size)
    on_photo.settle()
    canvas, view = on_photo.place.canvas, View(on_photo.window)
    on_photo.session.notice("A sentence that is long enough to be broken. " * 6, "warning")
    on_photo.settle()
    foot = on_photo.place.shoe.foot
    top = canvas.mapFrom(on_photo.window, foot.mapTo(on_photo.window, QPoint(0, 0))).y()
    middle = canvas.viewport().rect().center()

    def is_free(y: float) -> bool:
        at = canvas.photo_point(QPoint(middle.x(), round(y)).toPointF())
        return is_point_free(view, (at.x(), at.y()))

    assert is_free(middle.y()) and not is_free(top + 4) and not is_free(canvas.height() + 20)
