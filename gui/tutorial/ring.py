"""A ring round the widget, menu or tab one is told to look at; it takes no clicks and hides nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QMainWindow, QMenuBar, QTabBar, QWidget

from gui import theme

_PAD_PX = 4
_PEN_PX = 2.5


class Ring(QWidget):
    """One for a window; `mark` moves it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("coachRing")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def mark(self, names: Sequence[str]) -> None:
        """Round the first of these that is seen; no ring where none is."""
        window = self.window()
        place = next((found for name in names if (found := place_of(name, window)) is not None), None)
        if place is None:
            self.hide()
            return
        room = place.adjusted(-_PAD_PX, -_PAD_PX, _PAD_PX, _PAD_PX).intersected(window.rect())
        if room != self.geometry() or self.isHidden():
            self.setGeometry(room)
            inner = self.rect().adjusted(_PAD_PX, _PAD_PX, -_PAD_PX, -_PAD_PX)
            self.setMask(QRegion(self.rect()) - QRegion(inner))
            self.raise_()
            self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("accent"), _PEN_PX))
        edge = _PEN_PX / 2 + 0.25
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), 5, 5)


def place_of(name: str, window: QWidget) -> QRect | None:
    """Where a widget, "menu:Title" or "tab:Title" is in its window; None while nobody sees it."""
    kind, _, title = name.partition(":")
    if kind == "menu" and isinstance(window, QMainWindow):
        return _menu_title(window.menuBar(), title, window)
    if kind == "tab" and title:
        return _tab(title, window)
    widget = window.findChild(QWidget, name)
    if widget is None or not widget.isVisible() or widget.visibleRegion().isEmpty():
        return None
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def _menu_title(bar: QMenuBar, title: str, window: QWidget) -> QRect | None:
    entry = next((a for a in bar.actions() if a.text().replace("&", "") == title), None)
    return bar.actionGeometry(entry).translated(bar.mapTo(window, QPoint(0, 0))) if entry is not None else None


def _tab(title: str, window: QWidget) -> QRect | None:
    for bar in window.findChildren(QTabBar):
        if bar.objectName() == "modes" or not bar.isVisible():  # a mode of the same name is not the panel
            continue
        at = next((i for i in range(bar.count()) if bar.tabText(i) == title), None)
        if at is not None:
            return bar.tabRect(at).translated(bar.mapTo(window, QPoint(0, 0)))
    return None
