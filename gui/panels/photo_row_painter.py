"""How one photo looks in the photo list: its small picture, its name, what is in it, and how far it has come."""

from __future__ import annotations

from pathlib import PurePosixPath

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from core.labels.photo import PhotoEntry, Status
from gui import icons, theme
from gui.panels.photo_rows import ENTRY, STATUS_TEXT, short_summary, summary
from gui.panels.thumbnails import Thumbnail, Thumbnails
from gui.widgets.row_ground import is_chosen, is_under_pointer, paint_ground

ROW_PX = 56
PICTURE_PX = QSize(64, 48)
Index = QModelIndex | QPersistentModelIndex


class PhotoRowPainter(QStyledItemDelegate):
    """Paints a row and asks for pictures of those rows that are painted, and of no others.

    meant_ids: the photos a menu that is open is about; a ring is drawn round each.
    """

    def __init__(self, thumbnails: Thumbnails | None) -> None:
        super().__init__()
        self.thumbnails = thumbnails
        self.meant_ids: frozenset[str] = frozenset()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, ROW_PX if self.thumbnails else 40)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: PhotoEntry = index.data(ENTRY)
        colors = theme.colors()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect.adjusted(4, 2, -4, -2)
        paint_ground(painter, rect, chosen=is_chosen(option), under=is_under_pointer(option))
        if entry.id in self.meant_ids:
            painter.setPen(QPen(QColor(colors.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        left = rect.left() + 8
        thumbnail = None
        if self.thumbnails:
            thumbnail = self.thumbnails.get(entry.file)
            place = QRect(rect.left() + 6, rect.center().y() - PICTURE_PX.height() // 2 + 1, 64, 48)
            _paint_picture(painter, place, thumbnail)
            left = place.right() + 8
        missing = bool(thumbnail and thumbnail.problem)
        words = QRect(left, rect.top() + 6, rect.right() - left - 4, rect.height() - 12)
        top, bottom = QRect(words), QRect(words)
        top.setHeight(words.height() // 2)
        bottom.setTop(top.bottom() + 1)
        painter.setFont(theme.font())
        painter.setPen(QColor(colors.dim if missing else colors.text))
        name = _name_within(painter.fontMetrics(), index.data(), top.width())
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
        paint_status(painter, QRect(bottom.left(), bottom.center().y() - 5, 12, 12), entry.status)
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(colors.danger if missing else colors.dim))
        bottom.setLeft(bottom.left() + 17)
        text = "cannot be read" if missing else _second_line(entry, painter.fontMetrics(), bottom.width())
        painter.drawText(bottom, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        if not index.isValid():
            return False
        entry: PhotoEntry = index.data(ENTRY)
        thumbnail = self.thumbnails.get(entry.file) if self.thumbnails else None
        about = (
            f"{entry.file}\n{entry.size_px[0]} × {entry.size_px[1]} px, {STATUS_TEXT[entry.status]}, {summary(entry)}"
        )
        QToolTip.showText(event.globalPos(), thumbnail.problem if thumbnail and thumbnail.problem else about, view)
        return True


def _name_within(metrics: QFontMetrics, name: str, width: int) -> str:
    """Without its ending, which tells no photos apart; the tip has the whole of it."""
    return metrics.elidedText(PurePosixPath(name).stem, Qt.TextElideMode.ElideMiddle, width)


def _second_line(entry: PhotoEntry, metrics: QFontMetrics, width: int) -> str:
    if not entry.instance_count:
        return STATUS_TEXT[entry.status]
    outlined, posed = entry.instance_count, entry.posed_count
    text = f"{outlined} outlined · {posed} posed" if posed else f"{outlined} outlined"
    if posed and metrics.horizontalAdvance(text) > width:
        text = short_summary(entry)
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)


def _paint_picture(painter: QPainter, place: QRect, thumbnail: Thumbnail | None) -> None:
    colors = theme.colors()
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(place), 3, 3)
    painter.fillPath(shape, QColor(colors.surround))
    picture = thumbnail.picture if thumbnail else None
    if picture is None:
        broken = thumbnail is not None
        size = icons.SIZE_PX
        mark = icons.pixmap(
            "warning" if broken else "photo",
            colors.danger if broken else colors.disabled,
            ratio=painter.device().devicePixelRatioF(),
        )
        painter.drawPixmap(place.center().x() - size // 2 + 1, place.center().y() - size // 2 + 1, mark)
        return
    painter.save()
    painter.setClipPath(shape)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    scale = max(place.width() / picture.width(), place.height() / picture.height())
    target = QRectF(0, 0, picture.width() * scale, picture.height() * scale)
    target.moveCenter(QPointF(QRectF(place).center()))
    painter.drawPixmap(target, picture, QRectF(picture.rect()))
    painter.restore()


def paint_status(painter: QPainter, place: QRect, status: Status) -> None:
    """A ring, a dot, a tick or a cross: told apart by shape, and by colour as well."""
    colors = theme.colors()
    ratio = painter.device().devicePixelRatioF()
    match status:
        case Status.TODO:
            painter.setPen(QPen(QColor(colors.dim), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QRectF(place).adjusted(2, 2, -2, -2))
        case Status.LABELLED:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.accent))
            painter.drawEllipse(QRectF(place).adjusted(2, 2, -2, -2))
        case Status.CHECKED:
            painter.drawPixmap(place, icons.pixmap("check", colors.success, size_px=12, ratio=ratio))
        case Status.REJECTED:
            painter.drawPixmap(place, icons.pixmap("cancel", colors.danger, size_px=12, ratio=ratio))
