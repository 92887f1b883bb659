"""The rendered shoes on the canvas: their pictures in photo pixels, and which of them have to be drawn anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from core.geometry.camera import Camera
from core.labels.instance import Instance, PoseEstimate, ShoeSize, Side
from core.labels.photo import Photo
from core.labels.shoe_model import ShoeModel
from core.render.vtk_scene import ShoeStyle
from gui.canvas.layer import Layer
from gui.canvas.outlines import path_of_rings
from gui.canvas.shoe_drawing import RenderedShoe, RenderRequest, ViewWindow
from gui.canvas.shoe_renderer import ShoeRenderer
from gui.proposals import Proposals
from gui.session import Session, ShoeLook, ViewOptions

OUTLINE_COLOR = "#2fe6ff"
_REST_MS = 140
_OTHERS_OPACITY = 0.6
_WITHIN = Qt.ClipOperation.IntersectClip


@dataclass(frozen=True, slots=True)
class _Picture:
    shoe: RenderedShoe
    image: QImage | None
    outline: QPainterPath


@dataclass(frozen=True, slots=True)
class _Dress:
    """How one shoe's picture is laid over the photo."""

    opacity: float = 0.55
    dashed: bool = False
    chosen: bool = True


@dataclass(frozen=True, slots=True)
class Compared:
    """Opaque and without its outline: from `from_x` (screen px) to the right, or, where not is_seen, not at all."""

    from_x: float = 0.0
    is_seen: bool = True


class ShoeLayer(Layer):
    """Paints the pictures of the shoes over the photo; knows nothing of poses."""

    def __init__(self) -> None:
        super().__init__()
        self._pictures: dict[str, _Picture] = {}
        self._dresses: dict[str, _Dress] = {}
        self._compared: Compared | None = None
        self._bounds = QRectF()

    def show_shoe(self, shoe: RenderedShoe) -> None:
        """Lay a fresh picture over the photo, in place of the older one of its slot."""
        image = None
        if shoe.rgba is not None:
            height, width = shoe.rgba.shape[:2]
            image = QImage(shoe.rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888_Premultiplied)
        self._pictures[shoe.slot] = _Picture(shoe, image, path_of_rings(shoe.outline))
        self._refit()

    def dress(self, dresses: dict[str, _Dress]) -> None:
        """Say how each slot is painted; slots that are not named are taken away."""
        if dresses == self._dresses:
            return
        self._dresses = dict(dresses)
        self._pictures = {slot: picture for slot, picture in self._pictures.items() if slot in dresses}
        self._refit()

    def compare(self, compared: Compared | None) -> None:
        """Show the shoes against the photo, or as they are dressed again."""
        if compared != self._compared:
            self._compared = compared
            self.update()

    def boundingRect(self) -> QRectF:
        """The union of the pictures, photo px."""
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """The pictures at their opacity, the outlines over them."""
        if self._compared is not None:
            self._paint_compared(painter, self._compared)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for slot, picture in self._pictures.items():
            dress = self._dresses.get(slot)
            if dress is None:
                continue
            x0, y0, x1, y1 = picture.shoe.box_px
            if picture.image is not None and dress.opacity > 0:
                painter.setOpacity(dress.opacity)
                target = QRectF(x0, y0, x1 - x0, y1 - y0)
                painter.drawImage(target, picture.image, QRectF(picture.image.rect()))
            painter.setOpacity(1.0 if dress.chosen else 0.6)
            pen = QPen(QColor(OUTLINE_COLOR), 1.75 if dress.chosen else 1.25)
            pen.setCosmetic(True)
            if dress.dashed:
                pen.setDashPattern([4.0, 3.0])
            painter.strokePath(picture.outline, pen)

    def _paint_compared(self, painter: QPainter, compared: Compared) -> None:
        if not compared.is_seen:
            return
        painter.save()
        to_screen = painter.worldTransform()
        painter.resetTransform()
        right = to_screen.mapRect(self._bounds).right()
        painter.setClipRect(QRectF(compared.from_x, -1e5, max(right - compared.from_x, 0.0), 2e5), _WITHIN)
        painter.setWorldTransform(to_screen)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for slot, picture in self._pictures.items():
            if slot in self._dresses and picture.image is not None:
                x0, y0, x1, y1 = picture.shoe.box_px
                painter.drawImage(QRectF(x0, y0, x1 - x0, y1 - y0), picture.image, QRectF(picture.image.rect()))
        painter.restore()

    def _refit(self) -> None:
        bounds = QRectF()
        for picture in self._pictures.values():
            x0, y0, x1, y1 = picture.shoe.box_px
            bounds = bounds.united(QRectF(x0 - 2, y0 - 2, x1 - x0 + 4, y1 - y0 + 4))
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        self.update()


@dataclass(frozen=True, slots=True)
class _Wish:
    """Everything a shoe's picture depends on; compared by identity of the values the house shares."""

    estimate: PoseEstimate
    model: ShoeModel
    size: ShoeSize | None
    side: Side
    camera: Camera
    view: ViewWindow
    look: ShoeLook
    proxy: bool


class ShoeOverlay(QObject):
    """Asks for a picture of each posed shoe that is shown whenever what it depends on has changed."""

    def __init__(
        self,
        session: Session,
        proposals: Proposals,
        *,
        renderer: ShoeRenderer,
        layer: ShoeLayer,
        mesh_file: Callable[[ShoeModel], Path | None],
        view_window: Callable[[], ViewWindow | None],
    ) -> None:
        super().__init__()
        self._session = session
        self._proposals = proposals
        self._renderer = renderer
        self._layer = layer
        self._mesh_file = mesh_file
        self._view_window = view_window
        self._wishes: dict[str, _Wish] = {}
        self._token = 0
        self._awaited: dict[str, int] = {}
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(_REST_MS)
        self._resting.timeout.connect(lambda: self._ask(proxy=False))
        renderer.rendered.connect(self._on_rendered)
        signals = session.signals
        signals.shown_changed.connect(lambda _: self.refresh())
        signals.selection_changed.connect(lambda _: self.refresh())
        signals.view_changed.connect(lambda _: self.refresh())
        proposals.changed.connect(lambda _: self.refresh())

    @property
    def is_at_rest(self) -> bool:
        """Whether every shoe is drawn as it is wanted, and finely."""
        return not self._resting.isActive() and not self._awaited

    @property
    def newest_token(self) -> int:
        """The number of the last picture asked for; the pictures carry theirs."""
        return self._token

    def refresh(self, *, view_moves: bool = False) -> None:
        """Ask for what has changed; coarse while the hand, the machine or the view moves, fine once they rest."""
        moving = view_moves or self._session.drag is not None or any(not p.finished for p in self._proposals.shown)
        self._ask(proxy=moving)
        if moving:
            self._resting.start()

    def _ask(self, *, proxy: bool) -> None:
        shoes = self._shoes()
        view = self._view_window()
        options = self._session.view
        selected = self._session.selected_id
        dresses: dict[str, _Dress] = {}
        for slot, (photo, instance, proposed) in shoes.items():
            chosen = instance.id == selected or photo.find(instance.id) is None
            opacity = options.shoe_opacity if chosen else options.shoe_opacity * _OTHERS_OPACITY
            dresses[slot] = _Dress(opacity, proposed, chosen)
            wish = self._wish(photo, instance, view=view, proxy=proxy)
            if wish is None or wish == self._wishes.get(slot):
                continue
            self._wishes[slot] = wish
            self._send(slot, wish)
        self._wishes = {slot: wish for slot, wish in self._wishes.items() if slot in dresses}
        self._awaited = {slot: token for slot, token in self._awaited.items() if slot in dresses}
        self._layer.dress(dresses)

    def _shoes(self) -> dict[str, tuple[Photo, Instance, bool]]:
        photo = self._session.shown
        options = self._session.view
        if photo is None or (options.shoe_hidden and not options.compares):
            return {}
        shoes: dict[str, tuple[Photo, Instance, bool]] = {}
        offered = {p.instance.id: p for p in self._proposals.shown if p.instance.pose_estimate and p.is_pose}
        for instance in photo.instances:
            offer = offered.pop(instance.id, None)
            drawn = offer.instance if offer else instance
            if drawn.pose_estimate is None or instance.id in options.hidden_ids:
                continue
            if options.solo and instance.id != self._session.selected_id:
                continue
            shoes[instance.id] = (photo, drawn, offer is not None)
        fresh = {slot: offer for slot, offer in offered.items() if offer.basis is None}
        return shoes | {slot: (photo, offer.instance, True) for slot, offer in fresh.items()}

    def _wish(self, photo: Photo, instance: Instance, *, view: ViewWindow | None, proxy: bool) -> _Wish | None:
        model = self._session.project.models.get(instance.model_id or "")
        if model is None or view is None or instance.pose_estimate is None:
            return None
        look = _opaque(self._session.view)
        shape = (instance.size, instance.side, photo.camera)
        return _Wish(instance.pose_estimate, model, *shape, view, look, proxy)

    def _send(self, slot: str, wish: _Wish) -> None:
        file = self._mesh_file(wish.model)
        if file is None:
            return
        self._token += 1
        self._awaited[slot] = self._token
        factors = wish.model.factors(wish.size, wish.side)
        pose = wish.estimate.pose
        request = RenderRequest(slot, self._token, str(file), factors, pose, wish.camera, wish.view)
        style = ShoeStyle(wish.look.value)
        self._renderer.request(_styled(request, style, proxy=wish.proxy))

    def _on_rendered(self, shoe: RenderedShoe) -> None:
        if self._awaited.get(shoe.slot) == shoe.token:
            del self._awaited[shoe.slot]
        if shoe.slot in self._wishes:
            self._layer.show_shoe(shoe)


def _opaque(view: ViewOptions) -> ShoeLook:
    """The look in use; wires and outlines cover nothing that a photo could be compared with."""
    sparse = view.shoe_look in (ShoeLook.WIREFRAME, ShoeLook.OUTLINE)
    return ShoeLook.SOLID if view.compares and sparse else view.shoe_look


def _styled(request: RenderRequest, style: ShoeStyle, *, proxy: bool) -> RenderRequest:
    return replace(request, style=style, proxy=proxy)
