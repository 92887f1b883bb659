"""Small pictures of poses that are offered: the photo round the outline, and the shaded shoe over it, one by one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QTransform

from core.labels.instance import Instance
from core.labels.photo import Photo
from core.labels.shoe_model import ShoeModel
from gui.canvas.outlines import path_of_rings
from gui.canvas.photo_picture import PhotoPicture
from gui.canvas.shoe_drawing import RenderedShoe, RenderRequest, ViewWindow
from gui.canvas.shoe_layer import OUTLINE_COLOR
from gui.canvas.shoe_renderer import ShoeRenderer

_SLOT = "hypothesis "
_ROOM = 0.12  # round the outline, of its larger side
_OPACITY = 0.6
_PEN_PX = 3.0  # of a picture that is shown at half its size


class HypothesisPictures(QObject):
    """Asks the renderer of the canvas for each picture; `ready` carries its number and the QImage.

    Pictures of what was asked for before are dropped. All of one list show the same part of the photo.
    """

    ready = Signal(int, QImage)

    def __init__(
        self,
        renderer: ShoeRenderer,
        *,
        picture: Callable[[], PhotoPicture | None],
        mesh_file: Callable[[ShoeModel], Path | None],
    ) -> None:
        super().__init__()
        self._renderer = renderer
        self._picture = picture
        self._mesh_file = mesh_file
        self._token = 0
        self._wanted: dict[int, int] = {}
        self._view = ViewWindow(0.0, 0.0, 1.0, 1.0, 1.0)
        renderer.rendered.connect(self._on_rendered)
        renderer.missed.connect(self._on_missed)

    @property
    def is_idle(self) -> bool:
        """Whether every picture asked for has come."""
        return not self._wanted

    def draw(self, photo: Photo, instances: tuple[Instance, ...], *, models: dict[str, ShoeModel], size: QSize) -> None:
        """Ask for the picture of each posed instance. size: of a picture, device px."""
        self._wanted.clear()
        self._view = view_round(instances, photo, size)
        for number, instance in enumerate(instances):
            model = models.get(instance.model_id or "")
            file = self._mesh_file(model) if model is not None else None
            if model is None or file is None or instance.pose is None:
                continue
            self._token += 1
            self._wanted[self._token] = number
            factors = model.factors(instance.size, instance.side)
            slot = f"{_SLOT}{number}"
            shot = (str(file), factors, instance.pose, photo.camera, self._view)
            self._renderer.request(RenderRequest(slot, self._token, *shot, proxy=True))

    def forget(self) -> None:
        """Nobody looks at them any more."""
        self._wanted.clear()

    def _on_rendered(self, shoe: RenderedShoe) -> None:
        number = self._wanted.pop(shoe.token, None) if shoe.slot.startswith(_SLOT) else None
        if number is not None:
            self.ready.emit(number, composed(shoe, _ground(self._picture(), self._view), self._view))

    def _on_missed(self, slot: str, token: int) -> None:
        if slot.startswith(_SLOT):
            self._wanted.pop(token, None)


def view_round(instances: tuple[Instance, ...], photo: Photo, size: QSize) -> ViewWindow:
    """The part of a photo that holds the outline with some room, in the shape of a picture of `size` device px."""
    region = next((i.region for i in instances if not i.region.is_empty), None)
    width, height = photo.size_px
    x0, y0, x1, y1 = region.bounds_px if region is not None else (0.0, 0.0, float(width), float(height))
    room = _ROOM * max(x1 - x0, y1 - y0, 1.0)
    scale = min(size.width() / (x1 - x0 + 2 * room), size.height() / (y1 - y0 + 2 * room))
    wide, high = size.width() / scale, size.height() / scale
    left, top = (x0 + x1 - wide) / 2, (y0 + y1 - high) / 2
    return ViewWindow(left, top, left + wide, top + high, scale)


def plain_ground(wide: int, high: int) -> QImage:
    """What stands where there is no photo."""
    image = QImage(max(wide, 1), max(high, 1), QImage.Format.Format_RGB32)
    image.fill(QColor("#3a3a3d"))
    return image


def _ground(picture: PhotoPicture | None, view: ViewWindow) -> QImage:
    """The part of the photo that a view shows; a plain ground where there is none."""
    wide, high = round((view.x1_px - view.x0_px) * view.scale), round((view.y1_px - view.y0_px) * view.scale)
    image = plain_ground(wide, high)
    if picture is not None:
        painter = painter_of(image, view)
        pixels = picture.levels[picture.level_for(view.scale)]
        painter.drawImage(QRectF(0.0, 0.0, *map(float, picture.size_px)), pixels, QRectF(pixels.rect()))
        painter.end()
    return image


def composed(shoe: RenderedShoe, ground: QImage, view: ViewWindow) -> QImage:
    """A drawn shoe and its outline over the part of the photo that the view shows."""
    image = QImage(ground)
    painter = painter_of(image, view)
    if shoe.rgba is not None:
        height, width = shoe.rgba.shape[:2]
        drawn = QImage(shoe.rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888_Premultiplied)
        x0, y0, x1, y1 = shoe.box_px
        painter.setOpacity(_OPACITY)
        painter.drawImage(QRectF(x0, y0, x1 - x0, y1 - y0), drawn, QRectF(drawn.rect()))
        painter.setOpacity(1.0)
    painter.strokePath(path_of_rings(shoe.outline), _pen())
    painter.end()
    return image


def painter_of(image: QImage, view: ViewWindow) -> QPainter:
    """A painter in px of the photo."""
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setTransform(QTransform.fromScale(view.scale, view.scale).translate(-view.x0_px, -view.y0_px))
    return painter


def _pen() -> QPen:
    pen = QPen(QColor(OUTLINE_COLOR), _PEN_PX)
    pen.setCosmetic(True)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
