"""Small pictures of the shoe models for lists, drawn in a thread and kept for as long as the window lives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage, QPixmap

from core.labels.shoe_model import ShoeModel
from gui.background import Errands, Progress
from gui.desk import Desk

if TYPE_CHECKING:
    from core.geometry.mesh import Mesh
    from core.render.point_picture import SurfacePoints

_WIDTH_PX, _HEIGHT_PX = 176, 112
_VIEW_DEG = (-28.0, 18.0)
_POINTS = 200_000  # enough that none of a sneaker's inside shines through
_TURNED_POINTS = 40_000


class ModelPictures:
    """Pictures by mesh; `ready` is called when one more can be had."""

    def __init__(self, desk: Desk, errands: Errands) -> None:
        self.ready: Callable[[], None] = lambda: None
        self._desk = desk
        self._errands = errands
        self._known: dict[str, QPixmap | None] = {}

    def picture(self, model: ShoeModel) -> QPixmap | None:
        """The model's picture, or None while it is being drawn."""
        key = model.mesh_sha256
        if key not in self._known:
            self._known[key] = None
            self._draw(model)
        return self._known[key]

    def _draw(self, model: ShoeModel) -> None:
        file = self._desk.mesh_file(model)
        if file is None:
            return

        def work(_: Progress) -> QImage:
            from core.storage.mesh_cache import load_mesh_file

            return picture_of(load_mesh_file(file))

        def done(image: QImage) -> None:
            pixmap = QPixmap.fromImage(image)
            pixmap.setDevicePixelRatio(2.0)
            self._known[model.mesh_sha256] = pixmap
            self.ready()

        self._errands.run("Drawing the model", work, done=done, anywhere=True, asked=False)


class ModelSurfaces:
    """Points on the surface of a model, made in a thread; the last one asked for is kept. `ready` as above."""

    def __init__(self, desk: Desk, errands: Errands) -> None:
        self.ready: Callable[[], None] = lambda: None
        self._desk = desk
        self._errands = errands
        self._known: tuple[str, SurfacePoints | None] = ("", None)

    def surface(self, model: ShoeModel) -> SurfacePoints | None:
        """The model's surface, a right shoe at its own size, or None while it is being made."""
        if self._known[0] != model.mesh_sha256:
            file = self._desk.mesh_file(model)
            self._known = (model.mesh_sha256 if file is not None else "", None)
            if file is not None:
                self._make(model, str(file))
        return self._known[1]

    def _make(self, model: ShoeModel, file: str) -> None:
        def work(_: Progress) -> SurfacePoints:
            from core.render.point_picture import SurfacePoints
            from core.storage.mesh_cache import load_mesh_file

            return SurfacePoints.of(load_mesh_file(file), _TURNED_POINTS)

        def done(surface: SurfacePoints) -> None:
            if self._known[0] == model.mesh_sha256:
                self._known = (model.mesh_sha256, surface)
                self.ready()

        self._errands.run("Drawing the model", work, done=done, anywhere=True, asked=False)


def picture_of(mesh: Mesh) -> QImage:
    """A mesh seen three quarters from the front, on nothing."""
    from core.render.point_picture import SurfacePoints, drawn, fitting_scale, view_rotation

    surface = SurfacePoints.of(mesh, _POINTS)
    rotation = view_rotation(*_VIEW_DEG)
    scale = fitting_scale(surface, rotation, width_px=_WIDTH_PX, height_px=_HEIGHT_PX, margin=0.04)
    pixels = drawn(surface, rotation, width_px=_WIDTH_PX, height_px=_HEIGHT_PX, px_per_mm=scale).pixels
    height, width = pixels.shape[:2]
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
