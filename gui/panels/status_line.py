"""The bottom line: what a click does now, where the pointer is, the zoom, the camera, and how the core does."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from core.geometry.camera import Camera, CameraSource
from core.labels.photo import Photo
from gui import theme
from gui.tools.drag import Hover
from gui.widgets.pieces import ElidedLabel

_SOURCES = {
    CameraSource.HAND: "set by hand",
    CameraSource.CALIBRATION: "calibrated",
    CameraSource.EXIF: "EXIF",
    CameraSource.FIT: "fitted",
    CameraSource.GUESS: "guessed",
}


class StatusLine(QStatusBar):
    """Labels that keep their width, so that nothing moves while the hand does."""

    def __init__(self, jobs: QWidget) -> None:
        super().__init__()
        self.setObjectName("statusLine")
        self.setSizeGripEnabled(False)
        self.setContentsMargins(8, 0, 0, 0)
        self._hint = ElidedLabel("", "small")
        self._hint.setObjectName("hint")
        self._place = _field("x 00000.0 · y 00000.0", "pointerPlace")
        self._zoom = _field("0000 %", "zoom")
        self._camera = _field("camera: guessed, 60.0°", "cameraSource")
        self.addWidget(self._hint, 1)
        for widget in (self._place, self._zoom, self._camera, jobs):
            self.addPermanentWidget(widget)

    def show_hover(self, hover: Hover) -> None:
        """What a click does now."""
        self._hint.setText(hover.hint)

    def show_place(self, at_px: tuple[float, float]) -> None:
        """Where the pointer is in the photo."""
        self._place.setText(f"x {at_px[0]:.1f} · y {at_px[1]:.1f}")

    def show_zoom(self, scale: float) -> None:
        """Screen px a photo px."""
        self._zoom.setText(f"{scale:.0%}".replace("%", " %"))

    def show_photo(self, photo: Photo | None) -> None:
        """Whose camera it is, and where that came from."""
        if photo is None:
            self._place.setText("")
            self._zoom.setText("")
        self._camera.setText("" if photo is None else camera_words(photo.camera))
        guessed = photo is not None and photo.camera.source is CameraSource.GUESS
        theme.set_role(self._camera, "warning" if guessed else "small")
        self._camera.setToolTip(
            "The focal length is a guess: depths scale with it, rotations hardly do. Set it in the camera panel (F11)."
            if guessed
            else "Where the focal length of this photo comes from."
        )


def camera_words(camera: Camera) -> str:
    """The camera in a few words: its source, and its focal length as people say it."""
    focal_35mm = camera.fx_px * 36.0 / max(camera.width_px, camera.height_px)
    return f"camera: {_SOURCES[camera.source]}, {focal_35mm:.0f} mm ({camera.vertical_fov_deg:.0f}°)"


def _field(widest: str, name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    theme.set_role(label, "small")
    label.setMinimumWidth(label.fontMetrics().horizontalAdvance(widest))
    return label
