"""How one instance looks in the instance list, and where its eye and its lock are."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from core.labels.instance import Source
from gui import icons, theme
from gui.live_overlap import Figure
from gui.panels.instance_rows import ROW, InstanceRow
from gui.widgets.row_ground import is_chosen, is_under_pointer, paint_ground

ROW_PX = 28
_BUTTON_PX = 24
Index = QModelIndex | QPersistentModelIndex
_MADE_BY = {
    Source.HAND: ("hand", "outlined by hand"),
    Source.SEGMENTER: ("segment", "outlined by the segmenter"),
    Source.FIT: ("machine", "made by the fit"),
    Source.PNP: ("machine", "made from keypoints"),
    Source.IMPORT: ("import", "imported"),
}


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of a row are, in px."""

    swatch: QRect
    name: QRect
    iou: QRect
    origin: QRect
    lock: QRect
    eye: QRect

    @staticmethod
    def within(row: QRect) -> Places:
        """The parts of a row."""
        top, height = row.top(), row.height()
        eye = QRect(row.right() - _BUTTON_PX - 5, top, _BUTTON_PX, height)
        lock = QRect(eye.left() - _BUTTON_PX, top, _BUTTON_PX, height)
        origin = QRect(lock.left() - 22, top, 20, height)
        iou = QRect(origin.left() - 44, top, 40, height)
        swatch = QRect(row.left() + 12, row.center().y() - 7, 16, 16)
        name = QRect(swatch.right() + 9, top, iou.left() - swatch.right() - 13, height)
        return Places(swatch, name, iou, origin, lock, eye)

    def act_at(self, point: QPoint) -> str:
        """ "eye", "lock" or ""."""
        if self.eye.contains(point):
            return "eye"
        return "lock" if self.lock.contains(point) else ""


class InstanceRowPainter(QStyledItemDelegate):
    """Paints a row."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: InstanceRow = index.data(ROW)
        colors = theme.colors()
        rect: QRect = option.rect
        chosen = is_chosen(option)
        under = is_under_pointer(option)
        places = Places.within(rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, rect.adjusted(4, 1, -4, -1), chosen=chosen, under=under)
        _paint_swatch(painter, places.swatch, row)
        quiet = colors.disabled if row.hidden else colors.dim
        painter.setPen(QColor(quiet if row.hidden else colors.text))
        painter.setFont(theme.font())
        name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideRight, places.name.width())
        painter.drawText(places.name, Qt.AlignmentFlag.AlignVCenter, name)
        if row.instance.pose_estimate is not None:
            painter.setFont(theme.font(theme.SMALL, tabular=True))
            text, color = _figure(row.figure, quiet)
            painter.setPen(QColor(color))
            painter.drawText(places.iou, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        _paint_icon(painter, places.origin, _MADE_BY[row.instance.provenance.source][0], color=colors.disabled)
        locked = "locked" in row.instance.flags
        if locked or under or chosen:
            color = colors.text if locked else quiet
            _paint_icon(painter, places.lock, "lock" if locked else "unlock", color=color)
        if row.hidden or under or chosen:
            color = colors.text if row.hidden else quiet
            _paint_icon(painter, places.eye, "eye-off" if row.hidden else "eye", color=color)
        painter.restore()

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        if not index.isValid():
            return False
        row: InstanceRow = index.data(ROW)
        act = Places.within(option.rect).act_at(event.pos())
        if act == "eye":
            text = "Show again (H)" if row.hidden else "Hide (H); Shift+H shows this one alone"
        elif act == "lock":
            text = "Unlock (K)" if "locked" in row.instance.flags else "Lock: tools leave it alone (K)"
        else:
            text = f"{row.spoken}\n{_MADE_BY[row.instance.provenance.source][1]}{_figure_words(row.figure)}"
        QToolTip.showText(event.globalPos(), text, view)
        return True


def short_iou(iou: float) -> str:
    """ ".985"; "1.00" for a perfect one."""
    return f"{iou:.3f}".lstrip("0") if round(iou, 3) < 1 else "1.00"


def iou_color(iou: float) -> str:
    """Good from 0.95, poor below 0.85."""
    colors = theme.colors()
    if iou >= 0.95:
        return colors.success
    return colors.warning if iou >= 0.85 else colors.danger


def _figure(figure: Figure | None, quiet: str) -> tuple[str, str]:
    """What stands in a row of a posed shoe, and in which colour: one from before the last change is dim, with a ~."""
    if figure is None:
        return "posed", quiet
    return (short_iou(figure.iou), iou_color(figure.iou)) if figure.is_now else (f"~{short_iou(figure.iou)}", quiet)


def _figure_words(figure: Figure | None) -> str:
    if figure is None:
        return ""
    return f"\nIoU {figure.iou:.3f}" + ("" if figure.is_now else " before it was moved; being measured anew")


def _paint_swatch(painter: QPainter, place: QRect, row: InstanceRow) -> None:
    color = QColor(row.color)
    painter.setPen(QPen(color, 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush if row.hidden else color)
    shape = QRectF(place).adjusted(0.75, 0.75, -0.75, -0.75)
    painter.drawRoundedRect(shape, 4, 4)
    if row.letter:
        painter.setFont(theme.font(theme.SMALL, bold=True))
        painter.setPen(color if row.hidden else QColor("#10151c"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, row.letter)


def _paint_icon(painter: QPainter, place: QRect, name: str, *, color: str) -> None:
    picture = icons.pixmap(name, color, ratio=painter.device().devicePixelRatioF())
    side = icons.SIZE_PX
    painter.drawPixmap(place.center() - QPoint(side // 2 - 1, side // 2 - 1), picture)
