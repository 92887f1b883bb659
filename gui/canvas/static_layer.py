"""The photo and every instance that nobody is touching, painted once into a picture and patched where they change."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF, QSize, QTimer
from PySide6.QtGui import QColor, QPainter, QPixmap, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from core.labels.instance import Instance
from core.labels.photo import Photo
from core.labels.project import Project
from gui.canvas.layer import Layer
from gui.canvas.outlines import CALM, CROWDED, OutlinePaths, paint_letter, paint_outline
from gui.canvas.photo_picture import PhotoPicture
from gui.session import ViewOptions

_PATCHES_AT_MOST = 40
_SLOW_MS = 20.0
_REST_MS = 60
_PATCH_MARGIN = 30.0
_CROWD = 300


@dataclass(frozen=True, slots=True)
class Backdrop:
    """What the static layer shows. live_ids are painted elsewhere; hidden ones nowhere."""

    picture: PhotoPicture | None = None
    size_px: tuple[int, int] = (1, 1)
    instances: tuple[Instance, ...] = ()
    live_ids: frozenset[str] = frozenset()
    project: Project = field(default_factory=Project)
    view: ViewOptions = field(default_factory=ViewOptions)
    surround: str = "#15181c"

    @staticmethod
    def of(photo: Photo | None, **rest: object) -> Backdrop:
        """The backdrop of a photo."""
        if photo is None:
            return Backdrop(**rest)  # type: ignore[arg-type]
        return Backdrop(size_px=photo.size_px, instances=photo.instances, **rest)  # type: ignore[arg-type]

    def drawn(self) -> dict[str, Instance]:
        """The instances this layer paints, by id."""
        skip = self.live_ids | self.view.hidden_ids
        if self.view.solo or self.view.compares:
            return {}
        return {i.id: i for i in self.instances if i.id not in skip and not i.region.is_empty}


class StaticLayer(Layer):
    """Paints a kept picture of the size of the viewport; a mouse move costs a copy of the pixels it uncovers."""

    def __init__(self) -> None:
        super().__init__()
        self._backdrop = Backdrop()
        self._paths = OutlinePaths()
        self._kept = QPixmap()
        self._kept_for = QTransform()
        self._drawn: dict[str, Instance] = {}
        self._cost_ms = 0.0
        self._rest = QTimer()
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._forget_picture)

    def show_backdrop(self, backdrop: Backdrop) -> None:
        """Show something else; only what differs is painted again."""
        old, self._backdrop = self._backdrop, backdrop
        same_ground = (
            backdrop.picture is old.picture
            and backdrop.view == old.view
            and backdrop.size_px == old.size_px
            and backdrop.surround == old.surround
            and backdrop.project.categories is old.project.categories
        )
        if not same_ground:
            if backdrop.picture is not old.picture:
                self._paths.forget()
            self._forget_picture()
            return
        if backdrop.instances is old.instances and backdrop.live_ids == old.live_ids:
            return
        drawn = backdrop.drawn()
        changed = _differences(self._drawn, drawn)
        if not changed:
            return
        if len(changed) > _PATCHES_AT_MOST or self._kept.isNull():
            self._forget_picture()
            return
        self._drawn = drawn
        for rect in changed:
            self._patch(rect)

    def boundingRect(self) -> QRectF:
        """The whole view."""
        return self.seen_px

    def view_changed(self) -> None:
        """Zoomed, panned or resized."""
        self.prepareGeometryChange()
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Copy the kept picture; make it anew when it is not of this view."""
        # Not deviceTransform(): that one also holds where the widget lies in its window.
        device = painter.worldTransform()
        target = widget if widget is not None else self.scene().views()[0].viewport()
        ratio = target.devicePixelRatioF()
        size = target.size() * ratio
        if self._kept.isNull() or self._kept.size() != size or self._kept_for != device:
            if not self._kept.isNull() and self._cost_ms > _SLOW_MS and self._kept.size() == size:
                self._paint_stretched(painter, device)
                return
            self._paint_anew(device, size, ratio)
        painter.save()
        painter.resetTransform()
        painter.drawPixmap(0, 0, self._kept)
        painter.restore()

    def _paint_stretched(self, painter: QPainter, device: QTransform) -> None:
        """While the wheel turns, the last picture stands in for one that takes long to paint."""
        back, _ = self._kept_for.inverted()
        painter.save()
        painter.setWorldTransform(back * device)
        painter.drawPixmap(0, 0, self._kept)
        painter.restore()
        self._rest.start()

    def _paint_anew(self, device: QTransform, size: QSize, ratio: float) -> None:
        started = time.perf_counter()
        self._kept = QPixmap(size)
        self._kept.setDevicePixelRatio(ratio)
        self._kept_for = QTransform(device)
        self._drawn = self._backdrop.drawn()
        painter = QPainter(self._kept)
        self._paint_into(painter, QRectF(0, 0, size.width() / ratio, size.height() / ratio))
        painter.end()
        self._cost_ms = (time.perf_counter() - started) * 1e3

    def _patch(self, rect_px: QRectF) -> None:
        margin = _PATCH_MARGIN
        device = self._kept_for.mapRect(rect_px).adjusted(-margin, -margin, margin, margin)
        painter = QPainter(self._kept)
        painter.setClipRect(device)
        self._paint_into(painter, device)
        painter.end()
        back, _ = self._kept_for.inverted()
        self.update(back.mapRect(device))

    def _paint_into(self, painter: QPainter, device: QRectF) -> None:
        backdrop = self._backdrop
        painter.fillRect(device, QColor(backdrop.surround))
        self._paint_photo(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        back, _ = self._kept_for.inverted()
        seen = back.mapRect(device)
        # Seen boxes are compared in photo px: QRectF.intersects on every instance costs more than painting a few.
        left, top, right, bottom = seen.left(), seen.top(), seen.right(), seen.bottom()
        lettered = []
        look = CALM if len(self._drawn) <= _CROWD else CROWDED
        painter.setWorldTransform(self._kept_for)
        for instance in self._drawn.values():
            path = self._paths.path(instance)
            box = path.boundingRect()
            if box.right() < left or box.left() > right or box.bottom() < top or box.top() > bottom:
                continue
            paint_outline(painter, path, project=backdrop.project, instance=instance, look=look)
            lettered.append(instance)
        painter.resetTransform()
        for instance in lettered:
            paint_letter(painter, self._kept_for, instance, project=backdrop.project)

    def _paint_photo(self, painter: QPainter) -> None:
        picture = self._backdrop.picture
        width, height = self._backdrop.size_px
        if picture is None:
            return
        scale = self._kept_for.m11()
        image = picture.adjusted(picture.level_for(scale * self._kept.devicePixelRatio()), self._backdrop.view)
        painter.save()
        painter.setWorldTransform(self._kept_for)
        # Above twice its size a pixel is shown as a pixel: annotators place vertices between them.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 2.0)
        painter.drawImage(QRectF(0, 0, width, height), image, QRectF(image.rect()))
        painter.restore()

    def _forget_picture(self) -> None:
        self._kept = QPixmap()
        self.update()


def _differences(old: dict[str, Instance], new: dict[str, Instance]) -> list[QRectF]:
    """Boxes in photo px of what has to be painted again."""
    boxes = []
    for instance_id, instance in new.items():
        before = old.get(instance_id)
        if before is not instance:
            boxes.append(_box(instance))
            if before is not None:
                boxes.append(_box(before))
    boxes.extend(_box(instance) for instance_id, instance in old.items() if instance_id not in new)
    return boxes


def _box(instance: Instance) -> QRectF:
    x0, y0, x1, y1 = instance.region.bounds_px
    return QRectF(x0, y0, x1 - x0, y1 - y0)
