"""Where the coach's card stands over the photo, and what the ring is round; both follow the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtWidgets import QWidget

from gui.canvas.canvas import Canvas
from gui.tutorial.card import CoachCard
from gui.tutorial.ring import Ring
from gui.widgets.following import later, soon
from gui.widgets.placing import Box, Point, best_corner, corners_of, hidden, kept_within

_A_LITTLE_PX2 = 50.0
_SEEN = ("contourLegend", "truthCard")  # small cards over the photo, which this one must not hide


class Stage(QObject):
    """Where the card stands, and what the ring is round; both are put right when the window changes."""

    def __init__(self, card: CoachCard) -> None:
        super().__init__(card)
        self._card = card
        self._canvas: Canvas | None = None
        self._page: QWidget | None = None
        self._foot: QWidget | None = None
        self._boxes: Callable[[], tuple[Box, ...]] = tuple
        self._ring: Ring | None = None
        self._target: tuple[str, ...] = ()
        self._put: Point | None = None
        self._corner = 0
        self._later = later(card, self.place)

    def use(self, canvas: Canvas, page: QWidget, foot: QWidget, *, boxes: Callable[[], tuple[Box, ...]]) -> None:
        """Stand over these; `page` and `foot` have one parent, whose child the card becomes."""
        self._canvas, self._page, self._foot, self._boxes = canvas, page, foot, boxes
        self._card.setParent(page.parentWidget())
        self._ring = Ring(page.window())
        for watched in (page, foot, page.window()):
            watched.installEventFilter(self)
        canvas.range_changed.connect(lambda: soon(self._later))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        moved = (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.Move)
        if event.type() in moved and not self._card.isHidden():
            soon(self._later)
        return False

    def forget(self) -> None:
        """Stand in a corner again, wherever a hand had put it."""
        self._put, self._corner = None, 0

    def put(self, at: QPoint) -> None:
        """Where the hand wants it."""
        self._put = (float(at.x()), float(at.y()))
        self.place()

    def show(self, target: tuple[str, ...]) -> None:
        """Round what, and where."""
        self._target = target
        self.place()
        # Panels catch up with the session in the next turn; what is to be ringed may not be seen before.
        soon(self._later)

    def place(self) -> None:
        """Put both where they belong now."""
        if self._ring is not None:
            self._ring.mark(self._target if not self._card.isHidden() else ())
        if self._card.isHidden() or self._page is None or self._foot is None:
            return
        area = _box_of(self._page)
        size = (float(self._card.width()), float(self._card.height()))
        foot = [_box_of(self._foot)] if self._foot.isVisible() and self._foot.height() > 0 else []
        if foot:
            area = (area[0], area[1], area[2], min(area[3], foot[0][1]))
        if self._put is not None:
            at = kept_within(self._put, area, size)
        else:
            seen = self._seen()
            self._corner = best_corner(area, size, avoid=seen, now=self._corner)
            at = corners_of(area, size)[self._corner]
            if hidden(at, size, avoid=seen) > _A_LITTLE_PX2 and self._card.be_brief():
                return  # it has another height now, told it, and stands where that belongs
        self._card.move(round(at[0]), round(at[1]))
        self._card.raise_()

    def _seen(self) -> list[Box]:
        """What must be seen: the sneakers and other cards over the photo, in px of the card's parent."""
        canvas = self._canvas
        parent = self._card.parentWidget()
        if canvas is None or parent is None or not canvas.isVisible():
            return []
        origin = canvas.viewport().mapTo(parent, QPoint(0, 0))
        boxes = []
        for x0, y0, x1, y1 in self._boxes():
            a, b = canvas.screen_point((x0, y0)), canvas.screen_point((x1, y1))
            boxes.append((a.x() + origin.x(), a.y() + origin.y(), b.x() + origin.x(), b.y() + origin.y()))
        for name in _SEEN:
            other = canvas.findChild(QWidget, name)
            if other is not None and other.isVisible():
                corner = other.mapTo(parent, QPoint(0, 0))
                boxes.append((corner.x(), corner.y(), corner.x() + other.width(), corner.y() + other.height()))
        return boxes


def _box_of(widget: QWidget) -> Box:
    place = widget.geometry()
    return float(place.left()), float(place.top()), float(place.right() + 1), float(place.bottom() + 1)
