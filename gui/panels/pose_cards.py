"""How one pose looks among all poses: its picture, its photo, what speaks against it, and how far the photo is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from core.labels.instance import PoseEstimate, Side
from core.labels.photo import Status
from gui import theme
from gui.panels.photo_row_painter import paint_status
from gui.panels.pose_rows import POSE, SLIGHT, PoseRow
from gui.widgets.row_ground import is_chosen, is_under_pointer, paint_ground

LEAST_PX, MOST_PX = 172, 300  # how wide a card is
_ACROSS = 7  # cards in a wide window; there they grow instead of being more
_STEP_PX = 16  # so that a window being resized does not ask for a new picture with every pixel
_AROUND = QSize(16, 24)  # a picture
_PICTURE_SHAPE = 112 / 156
_LETTERS = {Side.LEFT: "L", Side.RIGHT: "R", Side.UNKNOWN: "?"}
Index = QModelIndex | QPersistentModelIndex
PictureOf = Callable[[PoseRow, QSize], QImage | None]


class PoseCardPainter(QStyledItemDelegate):
    """Paints a card and asks for pictures of those that are painted, and of no others. picture_of: row, device px."""

    def __init__(self, picture_of: PictureOf) -> None:
        super().__init__()
        self._picture_of = picture_of
        self.card = card_for(0)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self.card

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: PoseRow = index.data(POSE)
        colors = theme.colors()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect.adjusted(3, 3, -3, -3)
        paint_ground(painter, rect, chosen=is_chosen(option), under=is_under_pointer(option))
        place = QRect(rect.left() + 5, rect.top() + 5, *_picture_in(self.card.width()))
        self._paint_picture(painter, place, row)
        line = painter.fontMetrics().height()
        first = QRect(place.left(), place.bottom() + 5, place.width(), line)
        status = QRect(first.left(), first.center().y() - 5, 12, 12)
        paint_status(painter, status, row.status)
        letter = _LETTERS[row.instance.side]
        painter.setFont(theme.font(theme.SMALL, bold=True))
        painter.setPen(QColor(colors.text))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(first, right, letter)
        painter.setFont(theme.font(theme.SMALL))
        name = first.adjusted(17, 0, -16, 0)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        elided = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideMiddle, name.width())
        painter.drawText(name, left, elided)
        second = first.translated(0, line)
        doubtful = row.doubt.score > SLIGHT
        painter.setPen(QColor(colors.warning if doubtful else colors.dim))
        text = ", ".join(row.doubt.reasons) if doubtful else figures(row.instance.pose_estimate)
        painter.drawText(
            second, left, painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, second.width())
        )
        painter.restore()

    def _paint_picture(self, painter: QPainter, place: QRect, row: PoseRow) -> None:
        ratio = painter.device().devicePixelRatioF()
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(place), 3, 3)
        painter.fillPath(shape, QColor(theme.colors().surround))
        picture = self._picture_of(row, place.size() * ratio)
        painter.save()
        painter.setClipPath(shape)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if picture is not None:
            painter.drawImage(QRectF(place), picture, QRectF(picture.rect()))
        if row.status in (Status.CHECKED, Status.REJECTED):  # it has been seen: what is left to see stands out
            painter.fillPath(shape, QColor(0, 0, 0, 110))
        painter.restore()


def card_for(width_px: int) -> QSize:
    """The size of a card in a grid of some width: large where there is room for many."""
    wished = width_px // _ACROSS // _STEP_PX * _STEP_PX
    width = min(max(wished, LEAST_PX), MOST_PX)
    lines = 2 * QFontMetrics(theme.font()).height()
    return QSize(width, _picture_in(width)[1] + _AROUND.height() + lines)


def _picture_in(width_px: int) -> tuple[int, int]:
    wide = width_px - _AROUND.width()
    return wide, round(wide * _PICTURE_SHAPE)


def figures(estimate: PoseEstimate | None) -> str:
    """ "IoU .985 · 1.2 px", as far as they are known."""
    if estimate is None or estimate.iou is None:
        return ""
    overlap = f"IoU {estimate.iou:.3f}".replace("0.", ".", 1)
    return overlap if estimate.contour_px is None else f"{overlap} · {estimate.contour_px:.1f} px"
