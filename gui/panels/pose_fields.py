"""The groups of number fields the pose panel is made of; each shows values and tells what the user enters."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QWidget

from core.geometry.camera import Camera, CameraSource
from core.labels.instance import Instance, ShoeSize, Side
from core.labels.project import Project
from core.labels.words import counted
from core.meshes.sizes import eu_from_length_mm, length_mm_from_eu
from gui import theme
from gui.panels.instance_row_painter import iou_color, short_iou
from gui.widgets.number_field import NumberField, ScrubLabel
from gui.widgets.pieces import ElidedLabel, IconLabel, column, icon_button, label

SHORTEST_MM, LONGEST_MM = 100.0, 400.0
_OFFERED_TIP = "What the fit offers: Enter takes it, Esc refuses it. It can be changed then."


class NumberRow(QWidget):
    """Numbers side by side under a heading and their names: `edited(index, value)`.

    Names carry ± σ when it is known. captions: name to tooltip.
    """

    edited = Signal(int, float)

    def __init__(self, name: str, heading: str, captions: Mapping[str, str], *, unit: str, step: float) -> None:
        super().__init__()
        self.setObjectName(name)
        self._captions = tuple(captions)
        self._tips = tuple(f"{tip}\nDrag the name to scrub; Enter commits." for tip in captions.values())
        self._title = heading
        self._heading = label(heading, "heading")
        self.fields: list[NumberField] = []
        self._labels: list[ScrubLabel] = []
        whole = column(self, margin=0, spacing=4)
        whole.addWidget(self._heading)
        grid = QGridLayout()
        whole.addLayout(grid)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(2)
        for at, (caption, tip) in enumerate(zip(self._captions, self._tips, strict=True)):
            field = NumberField(f"{name}_{caption}", unit=unit, step=step)
            field.setAccessibleName(caption)
            field.setToolTip(tip)
            field.edited.connect(lambda value, at=at: self.edited.emit(at, value))
            words = ScrubLabel(caption, field)
            grid.addWidget(words, 0, at)
            grid.addWidget(field, 1, at)
            grid.setColumnStretch(at, 1)
            self.fields.append(field)
            self._labels.append(words)

    def mark_offered(self, word: str) -> None:
        """Say that the numbers are nobody's yet: "offered", or how it comes; "" for those that hold."""
        self._heading.setText(f"{self._title} · {word}" if word else self._title)
        theme.set_role(self._heading, "offered" if word else "heading")
        for field, tip in zip(self.fields, self._tips, strict=True):
            field.mark_offered(bool(word))
            field.setToolTip(_OFFERED_TIP if word else tip)

    def tell_doubt(self, words: str) -> None:
        """Which way the numbers are least sure, as the heading's and the names' tooltip; "" when not known."""
        for words_of in (self._heading, *self._labels):
            words_of.setToolTip(words)

    def show_values(self, values: tuple[float, ...] | None, sigmas: tuple[float, ...] | None = None) -> None:
        """Show numbers, or none, and how sure they are."""
        for at, field in enumerate(self.fields):
            field.show_value(None if values is None else float(values[at]))
            known = "" if sigmas is None or values is None else f"  ± {_brief(sigmas[at])}"
            self._labels[at].setText(self._captions[at] + known)


class SizeFields(QWidget):
    """Length in mm and as EU size, width and height against the model's proportions: `edited(ShoeSize)`."""

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("poseSize")
        self._size = ShoeSize(280.0)
        self._length = NumberField("poseSize_length", unit=" mm", step=1.0)
        self._length.setRange(SHORTEST_MM, LONGEST_MM)
        self._eu = NumberField("poseSize_eu", decimals=1, step=0.5)
        self._eu.setRange(15.0, 55.0)
        self._width = NumberField("poseSize_width", unit=" ×", decimals=3, step=0.01)
        self._height = NumberField("poseSize_height", unit=" ×", decimals=3, step=0.01)
        for ratio in (self._width, self._height):
            ratio.setRange(0.5, 2.0)
        self.keep_depth = QCheckBox("Keep the distance")
        self.keep_depth.setObjectName("poseKeepDepth")
        self.keep_depth.setToolTip(
            "On: a larger shoe looks larger in the photo.\nOff: it moves away so that it keeps its size in the photo."
        )
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(2)
        rows = ((self._length, "length", self._eu, "EU size"), (self._width, "width", self._height, "height"))
        tips = ("Outer length of the shoe", "The EU size of that length", "Width against the model's own",
                "Height against the model's own")  # fmt: skip
        for at, (left, left_text, right, right_text) in enumerate(rows):
            for side, (field, text) in enumerate(((left, left_text), (right, right_text))):
                field.setAccessibleName(text)
                field.setToolTip(tips[2 * at + side])
                grid.addWidget(ScrubLabel(text, field), 2 * at, side)
                grid.addWidget(field, 2 * at + 1, side)
                grid.setColumnStretch(side, 1)
        grid.addWidget(self.keep_depth, 4, 0, 1, 2)
        self._length.edited.connect(lambda value: self._tell(length_mm=value))
        self._eu.edited.connect(lambda value: self._tell(length_mm=length_mm_from_eu(value)))
        self._width.edited.connect(lambda value: self._tell(width_ratio=value))
        self._height.edited.connect(lambda value: self._tell(height_ratio=value))

    def mark_offered(self, is_offered: bool) -> None:
        """Whether the numbers shown are nobody's yet."""
        for field in (self._length, self._eu, self._width, self._height):
            field.mark_offered(is_offered)
        self.keep_depth.setEnabled(not is_offered)

    def show_size(self, size: ShoeSize | None) -> None:
        """Show a size, or none."""
        self._size = size or self._size
        self._length.show_value(size.length_mm if size else None)
        self._eu.show_value(eu_from_length_mm(size.length_mm) if size else None)
        self._width.show_value(size.width_ratio if size else None)
        self._height.show_value(size.height_ratio if size else None)

    def _tell(self, **values: float) -> None:
        old = self._size
        self._size = ShoeSize(
            values.get("length_mm", old.length_mm),
            values.get("width_ratio", old.width_ratio),
            values.get("height_ratio", old.height_ratio),
        )
        self.edited.emit(self._size)


class CameraFields(QWidget):
    """The camera's vertical field of view, `edited(fov_deg)`, where it is known from, and the way to all of it."""

    edited = Signal(float)
    opened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("poseCamera")
        self._fov = NumberField("poseCamera_fov", unit="°", step=0.5)
        self._fov.setRange(2.0, 160.0)
        self._fov.setAccessibleName("vertical field of view")
        self._fov.setToolTip("Vertical field of view. Shoes keep their place and size in the photo.")
        self._fov.edited.connect(self.edited)
        self._mark = IconLabel("warning", "warning")
        self._source = ElidedLabel(role="small")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(ScrubLabel("view", self._fov))
        line.addWidget(self._fov, 2)
        line.addSpacing(4)
        line.addWidget(self._mark)
        line.addWidget(self._source, 3)
        tip = "The whole camera: focal length, lens, EXIF, calibration file, Unity (F11)"
        line.addWidget(icon_button("poseCamera_open", "camera", tip, act=self.opened.emit))

    def show_camera(self, camera: Camera | None) -> None:
        """Show a camera, or none."""
        self._fov.show_value(camera.vertical_fov_deg if camera else None)
        guessed = camera is not None and camera.source is CameraSource.GUESS
        self._mark.setVisible(guessed)
        self._source.setText(source_text(camera) if camera else "")
        theme.set_role(self._source, "small-warning" if guessed else "small")
        self._source.setToolTip(
            "The focal length is a guess: 20 % off moves the distance by as much. Set it where you know it."
            if guessed
            else ""
        )


class OverlapFigures(QWidget):
    """How well the posed shoe covers its outline: two figures that change while the shoe is dragged."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("poseOverlap")
        self._iou = label("–", "figure")
        self._contour = label("–", "figure")
        self._shown: tuple[float | None, bool] = (None, True)
        # A method, not a lambda: Qt forgets it with the panel, while the theme outlives every window.
        theme.on_change().changed.connect(self._on_theme)
        for figure in (self._iou, self._contour):
            theme.set_font(figure, theme.TITLE, bold=True, tabular=True)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(label("IoU", "small"))
        line.addWidget(self._iou)
        line.addSpacing(12)
        line.addWidget(label("contour", "small"))
        line.addWidget(self._contour)
        line.addStretch(1)
        self.setToolTip("IoU of the shoe with its outline; mean distance of the two contours")
        self.setAccessibleName("overlap")

    def show_overlap(self, iou: float | None, contour_px: float | None, *, is_now: bool = True) -> None:
        """Show the figures, or a dash where unknown; those of an older pose dim and with a ~."""
        known_contour = contour_px is not None and contour_px == contour_px
        about = "" if is_now else "~"
        self._iou.setText("–" if iou is None else about + short_iou(iou))
        self._contour.setText(f"{about}{contour_px:.1f} px" if known_contour else "–")
        self._shown = iou, is_now
        self._on_theme(theme.colors())

    def _on_theme(self, colors: theme.ThemeColors) -> None:
        iou, is_now = self._shown
        plain = colors.text if is_now else colors.dim
        for figure, color in (
            (self._iou, iou_color(iou) if iou is not None and is_now else plain),
            (self._contour, plain),
        ):
            if figure.styleSheet() != (sheet := f"color: {color}"):  # a sheet costs more than a text
                figure.setStyleSheet(sheet)


class HidingLine(QWidget):
    """ "2 things hide this shoe", which ones in the tooltip; not there when nothing does."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("poseHiding")
        self._words = label("", "small")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(IconLabel("layers", "dim"))
        line.addWidget(self._words, 1)
        self.hide()

    def show_things(self, things: tuple[Instance, ...], project: Project) -> None:
        """Count them and name them."""
        count = counted(len(things), "thing hides", "things hide")
        names = "\n".join(f"· {_name_of(thing, project)}" for thing in things)
        self._words.setText(f"{count} part of this shoe")
        self.setToolTip(
            f"What stands before it counts in no fit, and hides its keypoints:\n{names}\nO marks another one."
        )
        self.setVisible(bool(things))


def _name_of(thing: Instance, project: Project) -> str:
    """ "leg", "left sneaker", "right sneaker by its pose"."""
    side = "" if thing.side is Side.UNKNOWN else f"{thing.side.value} "
    return f"{side}{project.category(thing.category).name}{' by its pose' if thing.region.is_empty else ''}"


def source_text(camera: Camera) -> str:
    """ "EXIF 26 mm", "guess", "set by hand", "fitted" or "calibrated"."""
    match camera.source:
        case CameraSource.EXIF:
            focal_35 = camera.fx_px / max(camera.width_px, camera.height_px) * 36.0
            return f"EXIF {focal_35:.0f} mm"
        case CameraSource.GUESS:
            return "guess"
        case CameraSource.FIT:
            return "fitted"
        case CameraSource.CALIBRATION:
            return camera.source_name or "calibrated"
        case CameraSource.HAND:
            return "set by hand"


def _brief(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"
