"""The pieces of the camera panel: linked numbers of a camera, what is said of its source, and Unity's seven numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from core.geometry.camera import DEFAULT_FOV_DEG, Camera, CameraSource
from core.geometry.camera_numbers import (
    DISTORTION_NAMES,
    NARROWEST_FOV_DEG,
    WIDEST_FOV_DEG,
    focal_35mm,
    with_centre,
    with_distortion,
    with_focal_35mm,
    with_focal_px,
    with_pixel_ratio,
)
from gui import theme
from gui.widgets.number_field import NumberField, ScrubLabel
from gui.widgets.pieces import IconLabel, button, column, label, row


@dataclass(frozen=True, slots=True)
class CameraNumber:
    """One number of a camera: how it is read, what a camera with another one is, and what the edit is called."""

    name: str
    caption: str
    tip: str
    read: Callable[[Camera], float]
    change: Callable[[Camera, float], Camera]
    edit: str
    unit: str = ""
    decimals: int = 1
    step: float = 1.0
    low: float = -1e6
    high: float = 1e6


def _centre(axis: int) -> CameraNumber:
    name, words = (("cx", "to the right of"), ("cy", "below"))[axis]
    tip = f"Principal point, px {words} the photo's corner (OpenCV's {name} is this less half a pixel)"

    def read(camera: Camera) -> float:
        return (camera.cx_px, camera.cy_px)[axis]

    def change(camera: Camera, value: float) -> Camera:
        return with_centre(camera, axis, value)

    return CameraNumber(name, name, tip, read, change, "Principal point", " px")


def _bend(index: int) -> CameraNumber:
    name = DISTORTION_NAMES[index]
    kind = "Bends lines round the centre" if name.startswith("k") else "Lens not square to the sensor"
    tip = f"{name} of OpenCV's lens: {kind.lower()}; 0 for a perfect lens"

    def read(camera: Camera) -> float:
        return float(camera.distortion[index])

    def change(camera: Camera, value: float) -> Camera:
        return with_distortion(camera, index, value)

    return CameraNumber(name, name, tip, read, change, "Lens distortion", "", 5, 0.005, -10.0, 10.0)


FOCAL = (
    CameraNumber(
        "fov",
        "view",
        "Vertical field of view",
        lambda camera: camera.vertical_fov_deg,
        lambda camera, value: camera.with_vertical_fov(value),
        "Field of view",
        "°",
        2,
        0.5,
        NARROWEST_FOV_DEG,
        WIDEST_FOV_DEG,
    ),
    CameraNumber(
        "focal",
        "focal",
        "Focal length fx in px of the photo",
        lambda camera: camera.fx_px,
        with_focal_px,
        "Focal length",
        " px",
        step=10.0,
        low=10.0,
    ),
    CameraNumber(
        "film",
        "as 35 mm",
        "Focal length as on 36 × 24 mm film: f35 = fx · 36 / the photo's longer side",
        focal_35mm,
        with_focal_35mm,
        "Focal length",
        " mm",
        low=0.5,
        high=20_000.0,
    ),
)
CENTRE = (
    _centre(0),
    _centre(1),
    CameraNumber(
        "ratio",
        "fy / fx",
        "Height of a pixel against its width; 1 for nearly every camera",
        lambda camera: camera.fy_px / camera.fx_px,
        with_pixel_ratio,
        "Pixel shape",
        "",
        4,
        0.001,
        0.2,
        5.0,
    ),
)
LENS = tuple(_bend(index) for index in (0, 1, 4, 2, 3))
NUMBERS = {number.name: number for number in (*FOCAL, *CENTRE, *LENS)}
_COLUMNS = 3
_DOLLY = "Ctrl+Shift+wheel over the photo (Pose tool): lens and distance together.\n"


class CameraNumbers(QWidget):
    """Number fields three in a row under a heading: `edited(name, value)`."""

    edited = Signal(str, float)

    def __init__(self, heading: str, numbers: tuple[CameraNumber, ...]) -> None:
        super().__init__()
        self._fields: dict[str, NumberField] = {}
        whole = column(self, margin=0, spacing=4)
        whole.addWidget(label(heading, "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(2)
        whole.addLayout(grid)
        for at, number in enumerate(numbers):
            field = NumberField(f"camera_{number.name}", unit=number.unit, decimals=number.decimals, step=number.step)
            field.setRange(number.low, number.high)
            field.setAccessibleName(number.caption)
            field.setToolTip(
                f"{number.tip}.\n{_DOLLY if number in FOCAL else ''}Drag the name to scrub; Enter commits."
            )
            field.edited.connect(partial(self.edited.emit, number.name))
            down, along = 2 * (at // _COLUMNS), at % _COLUMNS
            grid.addWidget(ScrubLabel(number.caption, field), down, along)
            grid.addWidget(field, down + 1, along)
            self._fields[number.name] = field
        for along in range(_COLUMNS):
            grid.setColumnStretch(along, 1)

    def show_camera(self, camera: Camera | None) -> None:
        """Show the numbers of a camera, or none."""
        for name, field in self._fields.items():
            field.show_value(None if camera is None else float(NUMBERS[name].read(camera)))


class SourceLine(QWidget):
    """Where the camera is known from, in words; a guess in the colour of warnings, with what to do."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("cameraSourceLine")
        self._mark = IconLabel("camera", "dim")
        self._words = label("", wraps=True)
        self._words.setObjectName("cameraSourceWords")
        self._advice = label("", "small", wraps=True)
        whole = column(self, margin=0, spacing=4)
        line = row(self._mark, self._words, spacing=8)
        line.setStretch(1, 1)
        line.setAlignment(self._mark, Qt.AlignmentFlag.AlignTop)
        whole.addLayout(line)
        whole.addWidget(self._advice)

    def show_camera(self, camera: Camera) -> None:
        """Say where this one is from."""
        guessed = camera.source is CameraSource.GUESS
        self._words.setText(source_sentence(camera))
        self._mark.show_icon("warning" if guessed else "camera", "warning" if guessed else "dim")
        theme.set_role(self._words, "warning" if guessed else "")
        self._advice.setText(
            "The distance is as wrong as the focal length is. Take it from EXIF or a calibration file, or set what you "
            "know."
        )
        self._advice.setVisible(guessed)


class UnityNumbers(QWidget):
    """The seven numbers of the chosen shoe's pose, with Copy and Paste."""

    copy_requested = Signal()
    paste_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("cameraUnity")
        self._numbers = label("", "small", wraps=True)
        self._numbers.setObjectName("unityNumbers")
        self._numbers.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        theme.set_font(self._numbers, theme.SMALL, tabular=True)
        self.copy = button("unityCopy", "Copy", icon_name="copy", role="flat", act=self.copy_requested.emit)
        self.paste = button("unityPaste", "Paste", icon_name="import", role="flat", act=self.paste_requested.emit)
        self._about = label("", "small", wraps=True)
        whole = column(self, margin=0, spacing=4)
        whole.addWidget(label("Unity: the same pose in seven numbers", "heading"))
        whole.addWidget(self._numbers)
        acts = row(self.copy, self.paste)
        for at in range(2):
            acts.setStretch(at, 1)
        whole.addLayout(acts)
        whole.addWidget(self._about)

    def show_numbers(self, text: str, *, about: str, copies: str, pastes: str) -> None:
        """Show the numbers or why there are none; copies, pastes: why that is impossible, "" when it is not."""
        self._numbers.setText(text)
        self._about.setText(about)
        for piece, tip, why in (
            (self.copy, "Copy Tx Ty Tz Rx Ry Rz fov", copies),
            (self.paste, "Take pose and field of view from seven numbers on the clipboard", pastes),
        ):
            piece.setEnabled(not why)
            piece.setToolTip(f"{tip}\n{why}" if why else tip)


def source_sentence(camera: Camera) -> str:
    """ "EXIF: 26 mm", "Set by hand", "Calibration file cam.yml" or "Guessed: a view of 60°"."""
    match camera.source:
        case CameraSource.EXIF:
            return f"EXIF: {focal_35mm(camera):.0f} mm as on 35 mm film"
        case CameraSource.CALIBRATION:
            return f"Calibration file {camera.source_name}" if camera.source_name else "Calibrated"
        case CameraSource.HAND:
            return "Set by hand"
        case CameraSource.FIT:
            return "Found by a fit of the pose"
        case CameraSource.GUESS:
            return f"Guessed: a view of {DEFAULT_FOV_DEG:.0f}°"
