"""A proposed shoe from three sides, drawn on a worker thread."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from PySide6.QtCore import QObject, QRect, QRunnable, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from core.jobs.messages import MeshProposal
from core.render.point_picture import SurfacePoints, drawn, fitting_scale, view_rotation
from gui import theme
from gui.dialogs.model_view import image_of

VIEWS = {"side": (0.0, 0.0), "top": (0.0, 90.0), "front": (-90.0, 0.0)}


class MeshPictures(QWidget):
    """The proposed shoe from three sides."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        self._places = {view: _Picture(f"mesh_{view}", view) for view in VIEWS}
        grid.addWidget(self._places["side"], 0, 0, 1, 2)
        grid.addWidget(self._places["top"], 1, 0)
        grid.addWidget(self._places["front"], 1, 1)
        grid.setRowStretch(0, 3)
        grid.setRowStretch(1, 2)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)

    def set_picture(self, view: str, picture: QPixmap) -> None:
        """Show a picture."""
        self._places[view].show_picture(picture)

    def show_extent(self, extent_mm: tuple[float, float, float]) -> None:
        """The sizes, beside the views they are seen in."""
        length, width, height = extent_mm
        self._places["side"].caption = f"side: toe to the right, {length:.0f} × {height:.0f} mm"
        self._places["top"].caption = f"top, {length:.0f} × {width:.0f} mm"
        self._places["front"].caption = f"front, {width:.0f} × {height:.0f} mm"


class _Picture(QWidget):
    """One picture with its caption."""

    def __init__(self, name: str, caption: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setMinimumSize(160, 120)
        self.caption = caption
        self._picture = QPixmap()
        self._scaled = QPixmap()

    def sizeHint(self) -> QSize:
        return QSize(280, 200)

    def show_picture(self, picture: QPixmap) -> None:
        """Show a picture."""
        self._picture, self._scaled = picture, QPixmap()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._scaled = QPixmap()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.color("line"))
        painter.setBrush(theme.color("surround"))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 4, 4)
        if not self._picture.isNull():
            if self._scaled.isNull():
                kept, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
                self._scaled = self._picture.scaled(self.size() - QSize(16, 32), kept, smooth)
            left = (self.width() - self._scaled.width()) // 2
            painter.drawPixmap(left, 24 + (self.height() - 32 - self._scaled.height()) // 2, self._scaled)
        painter.setPen(theme.color("dim"))
        painter.setFont(theme.font(theme.SMALL))
        painter.drawText(self.rect().adjusted(8, 6, -8, 0), Qt.AlignmentFlag.AlignLeft, self.caption)


class _Out(QObject):
    """Carries pictures to the dialog's thread; a dialog that is gone meanwhile hears nothing."""

    drawn = Signal(object, object)


class MeshDrawing(QRunnable):
    """Draws the three views on a worker thread."""

    def __init__(self, proposal: MeshProposal) -> None:
        super().__init__()
        self.out = _Out()
        self._proposal = proposal

    def run(self) -> None:
        from core.document.store import StorageError
        from core.storage.mesh_cache import load_mesh_file

        images: dict[str, QImage] | str
        try:
            surface = SurfacePoints.of(load_mesh_file(self._proposal.mesh.file))
            images = {view: _view(surface, angles) for view, angles in VIEWS.items()}
        except (OSError, ValueError, StorageError) as error:
            images = f"The shoe cannot be shown: {error}"
        # The program may have ended meanwhile, and Qt's objects with it.
        with suppress(RuntimeError):
            self.out.drawn.emit(self._proposal, images)


def _view(surface: SurfacePoints, angles_deg: tuple[float, float]) -> QImage:
    rotation = view_rotation(*angles_deg)
    size = {"width_px": 480, "height_px": 360}
    scale = fitting_scale(surface, rotation, **size, margin=0.02)
    picture = drawn(surface, rotation, **size, px_per_mm=scale)
    rows, columns = np.nonzero(picture.pixels[..., 3])
    left, top = int(columns.min()), int(rows.min())
    shoe = QRect(left, top, int(columns.max()) - left + 1, int(rows.max()) - top + 1)
    return image_of(picture).copy(shoe)
