"""Small pictures of poses anywhere in a project: the photo round the shoe, and the shoe drawn over it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QRectF, QSize, Signal
from PySide6.QtGui import QImage

from core.labels.instance import Instance
from core.labels.photo import Photo
from core.labels.shoe_model import ShoeModel
from gui.canvas.hypothesis_pictures import composed, painter_of, plain_ground, view_round
from gui.canvas.shoe_drawing import RenderedShoe, RenderRequest, ViewWindow
from gui.canvas.shoe_renderer import ShoeRenderer

IN_MEMORY = 600
WAITING = 60  # older wishes are forgotten: the reviewer has scrolled on
_SLOT = "pose picture"

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Wish:
    key: Key
    photo: Photo
    instance: Instance
    model: ShoeModel
    view: ViewWindow
    size: QSize


class PosePictures(QObject):
    """Answers at once with what is known; `ready(photo_id, instance_id)` tells when there is more.

    One picture is made at a time, the newest wish first: the photo is read in a thread, then the renderer of the
    canvas draws the shoe.
    """

    ready = Signal(str, str)
    _read = Signal(object, object)

    def __init__(
        self,
        renderer: ShoeRenderer,
        *,
        photo_file: Callable[[Photo], Path],
        mesh_file: Callable[[ShoeModel], Path | None],
    ) -> None:
        super().__init__()
        self._renderer = renderer
        self._photo_file = photo_file
        self._mesh_file = mesh_file
        self._known: OrderedDict[Key, tuple[QImage, QSize]] = OrderedDict()
        self._wishes: OrderedDict[Key, _Wish] = OrderedDict()
        self._making: tuple[_Wish, QImage | None] | None = None
        self._token = 0
        self._reader = ThreadPoolExecutor(1, "pose pictures")
        self._read.connect(self._on_read)
        renderer.rendered.connect(self._on_rendered)
        renderer.missed.connect(self._on_missed)

    @property
    def is_idle(self) -> bool:
        """Whether no picture is being made."""
        return self._making is None and not self._wishes

    def get(self, photo: Photo, instance: Instance, *, model: ShoeModel | None, size: QSize) -> QImage | None:
        """The picture of a posed instance, or None while it is being made. size: in device px.

        While one of another size is being made, the one of before is answered.
        """
        key = (photo.id, instance.id, instance.pose, instance.side, instance.size, instance.model_id, photo.camera)
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            if known[1] == size:
                return known[0]
        before = known[0] if known is not None else None
        if model is None or instance.pose is None:
            return before
        if self._making is None or self._making[0].key != key:
            self._wishes[key] = _Wish(key, photo, instance, model, view_round((instance,), photo, size), size)
            self._wishes.move_to_end(key)
            while len(self._wishes) > WAITING:
                self._wishes.popitem(last=False)
            self._next()
        return before

    def forget(self) -> None:
        """Another project is open."""
        self._known.clear()
        self._wishes.clear()
        self._making = None

    def stop(self) -> None:
        """End the thread."""
        self.forget()
        self._reader.shutdown(wait=True, cancel_futures=True)

    def _next(self) -> None:
        if self._making is not None or not self._wishes:
            return
        _, wish = self._wishes.popitem()
        self._making = wish, None
        file = self._photo_file(wish.photo)

        def work() -> None:
            image = _cut_out(file, wish)
            with suppress(RuntimeError):  # the program may have ended meanwhile, and Qt's objects with it
                self._read.emit(wish, image)

        self._reader.submit(work)

    def _on_read(self, wish: _Wish, image: QImage) -> None:
        if self._making is None or self._making[0] is not wish:
            return
        self._making = wish, image
        mesh, instance = self._mesh_file(wish.model), wish.instance
        if mesh is None or instance.pose is None:
            self._finish(wish, image)
            return
        self._token += 1
        factors = wish.model.factors(instance.size, instance.side)
        shot = (str(mesh), factors, instance.pose, wish.photo.camera, wish.view)
        self._renderer.request(RenderRequest(_SLOT, self._token, *shot, proxy=True))

    def _on_rendered(self, shoe: RenderedShoe) -> None:
        if shoe.slot != _SLOT or shoe.token != self._token or self._making is None:
            return
        wish, ground = self._making
        if ground is not None:
            self._finish(wish, composed(shoe, ground, wish.view))

    def _on_missed(self, slot: str, token: int) -> None:
        """A shoe that cannot be drawn is left out; the pictures after it are made all the same."""
        if slot != _SLOT or token != self._token or self._making is None:
            return
        wish, ground = self._making
        if ground is not None:
            self._finish(wish, ground)

    def _finish(self, wish: _Wish, image: QImage) -> None:
        self._making = None
        self._known[wish.key] = image, wish.size
        while len(self._known) > IN_MEMORY:
            self._known.popitem(last=False)
        self.ready.emit(wish.photo.id, wish.instance.id)
        self._next()


def _cut_out(file: Path, wish: _Wish) -> QImage:
    """The part of the photo that the view shows, at its scale; a plain ground where the photo cannot be read."""
    # Reading pictures loads Pillow: only after the window stands, and on the worker's thread.
    from core.storage.image_file import PhotoError, read_pixels

    view, photo = wish.view, wish.photo
    wide, high = round((view.x1_px - view.x0_px) * view.scale), round((view.y1_px - view.y0_px) * view.scale)
    try:
        pixels = read_pixels(file, max_side_px=max(1, round(max(photo.size_px) * min(view.scale, 1.0))))
    except (PhotoError, OSError):
        return plain_ground(wide, high)
    height, width = pixels.shape[:2]
    whole = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    ground = plain_ground(wide, high)
    painter = painter_of(ground, view)
    painter.drawImage(QRectF(0.0, 0.0, *map(float, photo.size_px)), whole, QRectF(whole.rect()))
    painter.end()
    return ground
