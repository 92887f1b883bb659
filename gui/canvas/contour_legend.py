"""What the colours of the contour band mean, in a corner of the canvas."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gui import theme
from gui.canvas.contour_band import HIDDEN_COLOR, SHADES, color_of_shade

_SIZE = QSize(248, 64)
_MARGIN = 12


class ContourLegend(QWidget):
    """A bar with its scale. It lies over the view's upper right corner and lets every event through."""

    def __init__(self, viewport: QWidget) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self.setObjectName("contourLegend")
        self.setAccessibleName("Colours of the contour error")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.set_font(self, theme.SMALL)
        self.limit_px: float | None = None
        self.hide()
        viewport.installEventFilter(self)
        theme.on_change().changed.connect(self._place)
        self._place()

    def show_limit(self, limit_px: float | None) -> None:
        """Where the colours end, or nothing at all."""
        if limit_px != self.limit_px:
            self.limit_px = limit_px
            self.update()
        self.setVisible(limit_px is not None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = theme.color("panel")
        ground.setAlpha(225)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        bar = QRectF(10, 10, self.width() - 20, 9)
        colors = QLinearGradient(bar.topLeft(), bar.topRight())
        for shade in range(SHADES):
            colors.setColorAt(shade / (SHADES - 1), QColor(color_of_shade(shade)))
        painter.setBrush(colors)
        painter.drawRoundedRect(bar, 2, 2)
        self._paint_words(painter, bar)

    def _paint_words(self, painter: QPainter, bar: QRectF) -> None:
        limit = self.limit_px or 0.0
        flags = Qt.AlignmentFlag
        painter.setPen(theme.color("text"))
        scale = QRectF(bar.left(), bar.bottom() + 1, bar.width(), theme.scaled(15))
        ends = ((f"−{limit:g}", flags.AlignLeft), ("0", flags.AlignHCenter), (f"+{limit:g} px", flags.AlignRight))
        for text, where in ends:
            painter.drawText(scale, where | flags.AlignVCenter, text)
        painter.setPen(theme.color("dim"))
        words = QRectF(bar.left(), scale.bottom(), bar.width(), theme.scaled(18))
        painter.drawText(words, flags.AlignLeft | flags.AlignVCenter, "shoe inside")
        painter.drawText(words, flags.AlignRight | flags.AlignVCenter, "shoe outside")
        width = painter.fontMetrics().horizontalAdvance("hidden")
        left = words.center().x() - (width + 26) / 2
        pen = QPen(QColor(HIDDEN_COLOR), 3.5)
        pen.setDashPattern([2.0, 1.4])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        text_at = QRectF(left + 24, words.top(), width + 2, words.height())
        painter.drawText(text_at, flags.AlignLeft | flags.AlignVCenter, "hidden")
        painter.setPen(pen)
        y = words.center().y() + 1
        painter.drawLine(QPointF(left, y), QPointF(left + 20, y))

    def _place(self, _: object = None) -> None:
        self.setFixedSize(theme.scaled(_SIZE.width()), theme.scaled(_SIZE.height()))
        self.move(self._viewport.width() - self.width() - _MARGIN, _MARGIN)
