"""What moves: the chosen instance with its handles, what the hand is drawing, and the machine's proposals."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from core.jobs.outlines import is_doubtful
from core.labels.instance import Instance
from core.labels.project import Project
from gui.canvas.layer import Layer
from gui.canvas.outlines import (
    CALM,
    CHOSEN,
    PICKED_SIDE,
    PROPOSED,
    PROPOSED_CHOSEN,
    SKETCH,
    OutlineLook,
    OutlinePaths,
    paint_badge,
    paint_handles,
    paint_letter,
    paint_outline,
    paint_sign,
)
from gui.instance_color import color_of, letter_of
from gui.proposals import Proposal
from gui.tools.drag import Handle

_MARGIN_SCREEN_PX = 32.0


@dataclass(frozen=True, slots=True)
class Live:
    """What the live layer shows: what is chosen, what the hand draws, and outlines that are offered.

    offer_id: the instance whose offer is picked. handles: whether vertices are offered. banded_id: the instance whose
    outline is shown as a band instead, which handles would cover.
    """

    chosen: tuple[Instance, ...] = ()
    drawn: tuple[Instance, ...] = ()
    offers: tuple[Proposal, ...] = ()
    handle: Handle | None = None
    project: Project = field(default_factory=Project)
    handles: bool = True
    offer_id: str | None = None
    banded_id: str | None = None

    @property
    def proposed(self) -> tuple[Instance, ...]:
        """The instances that are offered."""
        return tuple(offer.instance for offer in self.offers)

    @property
    def instances(self) -> tuple[Instance, ...]:
        """Everything that has an outline here."""
        return tuple(i for i in (*self.chosen, *self.drawn, *self.proposed) if not i.region.is_empty)


class LiveLayer(Layer):
    """Painted at every move, and no larger than what it shows."""

    def __init__(self) -> None:
        super().__init__()
        self._live = Live()
        self._paths = OutlinePaths()
        self._bounds = QRectF()

    def show_live(self, live: Live) -> None:
        """Show something else."""
        if live == self._live:
            return
        self._live = live
        self._refit()

    def view_changed(self) -> None:
        """Margins in screen px are other margins in photo px."""
        self._refit()

    def boundingRect(self) -> QRectF:
        """What is shown, with room for handles, in photo px."""
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Fill, stroke, letters, handles."""
        live = self._live
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for instance, look in _with_looks(live):
            path = self._paths.path(instance, finest_px=1.0 / self.scale_px)
            paint_outline(painter, path, project=live.project, instance=instance, look=look)
        to_screen = painter.worldTransform()
        painter.save()
        painter.resetTransform()
        for instance in (i for i in live.chosen if not _is_replaced(i, live)):
            paint_letter(painter, to_screen, instance, project=live.project)
        if live.handles:
            for instance in (i for i in live.chosen[-1:] if not _is_replaced(i, live) and i.id != live.banded_id):
                paint_handles(painter, to_screen, instance, color=QColor(color_of(live.project, instance)))
        for instance in live.drawn:
            paint_handles(painter, to_screen, instance, color=QColor("#ffffff"), always=True)
        for offer in live.offers:
            paint_badge(painter, to_screen, offer.instance, project=live.project, text=_badge_of(offer))
            for click in offer.outline.clicks if offer.outline else ():
                paint_sign(painter, to_screen.map(QPointF(*click.at_px)), plus=click.belongs)
        if live.handle is not None:
            _paint_picked(painter, to_screen.map(QPointF(*live.handle.at_px)), live.handle)
        painter.restore()

    def _refit(self) -> None:
        boxes = [i.region.bounds_px for i in self._live.instances]
        for offer in self._live.offers:
            boxes += [(*click.at_px, *click.at_px) for click in (offer.outline.clicks if offer.outline else ())]
        if self._live.handle is not None:
            boxes.append((*self._live.handle.at_px, *self._live.handle.at_px))
        bounds = QRectF()
        if boxes:
            x0, y0 = min(b[0] for b in boxes), min(b[1] for b in boxes)
            x1, y1 = max(b[2] for b in boxes), max(b[3] for b in boxes)
            margin = _MARGIN_SCREEN_PX / self.scale_px
            bounds = QRectF(x0 - margin, y0 - margin, x1 - x0 + 2 * margin, y1 - y0 + 2 * margin)
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        self.update()


def _with_looks(live: Live) -> list[tuple[Instance, OutlineLook]]:
    chosen = (i for i in live.chosen if i.id != live.banded_id)
    pairs = [(i, CALM if _is_replaced(i, live) else CHOSEN) for i in chosen] + [(i, SKETCH) for i in live.drawn]
    pairs += [(i, PROPOSED_CHOSEN if i.id == live.offer_id else PROPOSED) for i in live.proposed]
    return [(instance, look) for instance, look in pairs if not instance.region.is_empty]


def _is_replaced(instance: Instance, live: Live) -> bool:
    """Whether another outline is offered for it: it then steps back behind that one."""
    return any(offer.instance.id == instance.id for offer in live.offers)


def _badge_of(offer: Proposal) -> str:
    """The foot's letter and how sure whoever found it was: "L 98 %", "57 % ?" for a doubtful one."""
    score = offer.outline.outline.score if offer.outline else None
    doubt = "?" if offer.outline and is_doubtful(offer.outline.outline) else ""
    words = (letter_of(offer.instance), "" if score is None else f"{score:.0%}".replace("%", " %"), doubt)
    return " ".join(word for word in words if word)


def _paint_picked(painter: QPainter, at: QPointF, handle: Handle) -> None:
    half = PICKED_SIDE / 2
    box = QRectF(at.x() - half, at.y() - half, PICKED_SIDE, PICKED_SIDE)
    painter.setPen(QPen(QColor(0, 0, 0, 190), 1.5))
    painter.setBrush(QColor("#ffffff"))
    if handle.kind == "vertex":
        painter.drawRect(box)
    elif handle.kind == "edge":
        painter.drawEllipse(box)
    painter.setBrush(Qt.BrushStyle.NoBrush)
