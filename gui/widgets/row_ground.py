"""What a list's row stands on: nothing, a lighter ground under the pointer, or the ground of the chosen one."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from gui import theme


def is_chosen(option: QStyleOptionViewItem) -> bool:
    """Whether the row is selected."""
    return bool(option.state & QStyle.StateFlag.State_Selected)


def is_under_pointer(option: QStyleOptionViewItem) -> bool:
    """Whether the pointer is on the row."""
    return bool(option.state & QStyle.StateFlag.State_MouseOver)


def paint_ground(painter: QPainter, rect: QRect, *, chosen: bool, under: bool) -> None:
    """Paint it; a chosen row has a bar of accent at its left too, so that it is not told by a faint shade alone."""
    if not (chosen or under):
        return
    colors = theme.colors()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colors.selection if chosen else colors.hover))
    painter.drawRoundedRect(rect, 4, 4)
    if chosen:
        painter.setBrush(QColor(colors.accent))
        painter.drawRoundedRect(QRectF(rect.left(), rect.top() + 4, 3, rect.height() - 8), 1.5, 1.5)
