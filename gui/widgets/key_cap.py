"""Keys drawn as the caps of a keyboard, in the words of this computer's own."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import theme

_HEIGHT_PX = 20
_PAD_PX = 6
_GAP_PX = 3


def native(key: str) -> str:
    """Keys as this computer's keyboard has them: Ctrl is ⌘ on a Mac. Several are parted by " · "."""
    shown = []
    for one in key.split(" · "):
        text = QKeySequence(one).toString(QKeySequence.SequenceFormat.NativeText)
        shown.append(text or one)
    return " · ".join(shown)


def caps_of(key: str) -> tuple[str, ...]:
    """What stands on each cap of one combination: "Ctrl+Return" is Ctrl and Enter."""
    text = native(key).replace("Return", "Enter")
    plus_too = text.endswith("+") and len(text) > 1
    parts = [part for part in text.split("+") if part]
    return (*parts, "+") if plus_too or text == "+" else tuple(parts)


class KeyCap(QWidget):
    """One combination of keys, a cap each."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._caps = caps_of(key)
        self.setAccessibleName(native(key))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        return QSize(round(sum(self._widths()) + _GAP_PX * max(len(self._caps) - 1, 0)) + 1, self._height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font())
        at = 0.5
        for text, width in zip(self._caps, self._widths(), strict=True):
            place = QRectF(at, 1.5, width - 1, self._height() - 1)
            # A darker lower edge is what makes a key of a box.
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("disabled" if self.isEnabled() else "line"))
            painter.drawRoundedRect(place.adjusted(-0.5, 0.5, 0.5, 1.0), 4, 4)
            painter.setPen(QPen(theme.color("disabled" if self.isEnabled() else "line"), 1))
            painter.setBrush(theme.color("field"))
            painter.drawRoundedRect(place.adjusted(0, -0.5, 0, -1.0), 4, 4)
            painter.setPen(QColor(theme.colors().text if self.isEnabled() else theme.colors().dim))
            painter.drawText(place.adjusted(0, -0.5, 0, -1.0), Qt.AlignmentFlag.AlignCenter, text)
            at += width + _GAP_PX

    def _widths(self) -> list[float]:
        metrics = QFontMetrics(self._font())
        return [max(metrics.horizontalAdvance(text) + 2 * _PAD_PX, _HEIGHT_PX) for text in self._caps]

    def _height(self) -> int:
        return max(theme.scaled(_HEIGHT_PX), _HEIGHT_PX)

    def _font(self) -> QFont:
        return theme.font(theme.SMALL, bold=True)
