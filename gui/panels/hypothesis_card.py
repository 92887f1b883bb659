"""One offered pose as a small picture with its figures: a button of the hypothesis strip."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from gui import theme

PICTURE_PX = QSize(112, 72)
SIGMA_BREAK = " · "  # where the words about the spread may be parted
_EDGE = 4
_CHIP_PX = 16
_NARROWEST_PX = 60


@dataclass(frozen=True, slots=True)
class CardText:
    """What stands on a card. foot: "L", "R" or ""; badge: "" or a word; level: of the badge, "warning" or "danger"."""

    iou: str
    contour: str
    sigma: str
    foot: str
    badge: str = ""
    level: str = "warning"
    tip: str = ""


class HypothesisCard(QAbstractButton):
    """Paints a picture, its figures below it, the foot's letter and a badge over it; a click chooses it."""

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"hypothesis_{number}")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._text = CardText("", "", "", "")
        self._image: QImage | None = None
        self._picture_size = PICTURE_PX
        self.show_scale(1.0)

    @property
    def picture_size(self) -> QSize:
        """How large its picture is where there is room for all of it."""
        return self._picture_size

    def show_scale(self, scale: float) -> None:
        """Be so many times as large."""
        self._picture_size = PICTURE_PX * scale
        self.setMaximumWidth(self._picture_size.width() + 2 * _EDGE)
        self.updateGeometry()

    @property
    def text_shown(self) -> CardText:
        """What stands on it."""
        return self._text

    @property
    def has_picture(self) -> bool:
        """Whether its picture has come."""
        return self._image is not None

    def show_text(self, text: CardText) -> None:
        """Show other figures; the picture is to come."""
        self._text = text
        self._image = None
        self.setToolTip(text.tip)
        self.setAccessibleName(text.tip or text.iou)
        self.update()

    def show_picture(self, image: QImage) -> None:
        """The picture has come."""
        self._image = image
        self.update()

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return self._picture_size + QSize(2 * _EDGE, line + 3 * _EDGE)

    def minimumSizeHint(self) -> QSize:
        return QSize(_NARROWEST_PX, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        ground = colors.selection if self.isChecked() else colors.hover if self.underMouse() else colors.panel
        edge = QPen(QColor(colors.accent if self.isChecked() else ground), 2.0)
        painter.setPen(edge)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
        picture = QRect(_EDGE, _EDGE, self.width() - 2 * _EDGE, self._picture_size.height())
        if self._image is None:
            painter.fillRect(picture, QColor(colors.surround))
        else:
            painter.drawImage(QRectF(picture), self._image, _middle_of(self._image, picture.size()))
        self._paint_chips(painter, picture)
        self._paint_figures(painter, picture)

    def _paint_chips(self, painter: QPainter, picture: QRect) -> None:
        text = self._text
        painter.setFont(theme.font(theme.SMALL, bold=True))
        if text.foot:
            place = QRect(picture.topLeft() + QPoint(3, 3), QSize(_CHIP_PX, _CHIP_PX))
            _chip(painter, place, text.foot, theme.DARK.text)
        for place, words in sigma_chips(text, picture, painter.fontMetrics()):
            _chip(painter, place, words, theme.DARK.text)
        if text.badge:
            width = painter.fontMetrics().horizontalAdvance(text.badge) + 10
            place = QRect(picture.right() - width - 2, picture.bottom() - _CHIP_PX - 2, width, _CHIP_PX)
            _chip(painter, place, text.badge, theme.DARK.warning if text.level == "warning" else theme.DARK.danger)

    def _paint_figures(self, painter: QPainter, picture: QRect) -> None:
        text, colors = self._text, theme.colors()
        line = self.fontMetrics().height()
        first = QRect(picture.left() + 1, picture.bottom() + 3, picture.width() - 2, line)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font(theme.SMALL, bold=True, tabular=True))
        painter.setPen(QColor(colors.text))
        painter.drawText(first, left, text.iou)
        used = painter.fontMetrics().horizontalAdvance(text.iou) + 6
        painter.setFont(theme.font(theme.SMALL, tabular=True))
        painter.setPen(QColor(colors.text if self.isChecked() else colors.dim))
        if used + painter.fontMetrics().horizontalAdvance(text.contour) <= first.width():
            painter.drawText(first, right, text.contour)  # else the tooltip has it


def sigma_chips(text: CardText, picture: QRect, metrics: QFontMetrics) -> list[tuple[QRect, str]]:
    """Where the spread stands: on one line beside the foot's letter, or in two where they would touch."""
    beside = picture.width() - (_CHIP_PX + 9 if text.foot else 4)
    parts = [text.sigma] if metrics.horizontalAdvance(text.sigma) + 8 <= beside else text.sigma.split(SIGMA_BREAK)
    below = metrics.horizontalAdvance(parts[0]) + 8 > beside  # not even the first part stands beside the letter
    chips = []
    for at, words in enumerate((part for part in parts if part), int(below)):
        width = metrics.horizontalAdvance(words) + 8
        top = picture.top() + 3 + at * (_CHIP_PX + 2)
        chips.append((QRect(picture.right() - width - 2, top, width, _CHIP_PX), words))
    return chips


def _middle_of(image: QImage, shape: QSize) -> QRectF:
    """The part of a picture that has the shape of where it is shown."""
    scale = min(image.width() / shape.width(), image.height() / shape.height())
    wide, high = shape.width() * scale, shape.height() * scale
    return QRectF((image.width() - wide) / 2, (image.height() - high) / 2, wide, high)


def _chip(painter: QPainter, place: QRect, text: str, color: str) -> None:
    """A word on a dark ground: it stands on a photo, whatever the theme."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(12, 13, 15, 205))
    painter.drawRoundedRect(QRectF(place), 4, 4)
    painter.setPen(QColor(color))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
