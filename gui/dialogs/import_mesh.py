"""Taking a mesh file as a ShoeModel: what was understood of it, how it looks, and what can be set right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QSize, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from core.jobs.messages import Failed, ImportMeshRequest, MeshProposal, Result, Step
from core.meshes.sizes import eu_from_length_mm, length_mm_from_eu
from core.render.point_picture import SurfacePoints, drawn, fitting_scale, view_rotation
from gui import theme
from gui.dialogs.model_view import image_of
from gui.inference import Inference
from gui.widgets.number_field import NumberField
from gui.widgets.pieces import label
from gui.widgets.segmented import Segmented
from gui.widgets.sheet import Sheet

AXES = ("+X", "-X", "+Y", "-Y", "+Z", "-Z")
VIEWS = {"side": (0.0, 0.0), "top": (0.0, 90.0), "front": (-90.0, 0.0)}
_WORDS = {"+X": "+X", "-X": "−X", "+Y": "+Y", "-Y": "−Y", "+Z": "+Z", "-Z": "−Z"}
_SHOES = (("right", "Right", "Take the right shoe"), ("left", "Left", "Take the left shoe; it is stored mirrored"))


class ImportMeshDialog(Sheet):
    """`taken(MeshProposal, name)` when it is accepted; `previewed(MeshProposal)` whenever there is another proposal.

    It draws its own pictures; `set_picture(view, pixmap)` puts better ones in their place (side, top, front).
    """

    taken = Signal(object, str)
    previewed = Signal(object)

    def __init__(self, file: Path, inference: Inference, parent: QWidget | None = None) -> None:
        super().__init__("importMeshDialog", "Import shoe model", parent, about=str(file))
        self._file = file
        self._inference = inference
        self._job: int | None = None
        self.proposal: MeshProposal | None = None
        self._pictures = _Pictures()
        self._options = _Options()
        self._options.changed.connect(self._propose)
        self._state = _State()
        both = QHBoxLayout()
        both.setSpacing(16)
        both.addWidget(self._pictures, 1)
        both.addWidget(self._options)
        self.add(both, 1)
        self.add(self._state)
        self._accept = self.end_with("Import", self._take)
        self._accept.setEnabled(False)
        self.resize(860, 560)
        self.finished.connect(lambda _: self._cancel())
        self._propose()

    def set_picture(self, view: str, picture: QPixmap) -> None:
        """Show a picture of the proposed shoe: "side", "top" or "front"."""
        self._pictures.set_picture(view, picture)

    def _propose(self) -> None:
        self._cancel()
        self._accept.setEnabled(False)
        self._state.say_working("Reading the file…")
        choice = self._options.choice if self.proposal else _Choice()
        self._job = self._inference.submit(
            ImportMeshRequest(str(self._file), choice.axes, choice.length_mm, choice.shoe),
            on_step=self._on_step,
            on_result=self._on_result,
            on_failed=self._on_failed,
        )

    def _on_step(self, step: Step) -> None:
        if step.job_id == self._job:
            self._state.say_working(step.text or "Reading the file…", step.fraction)

    def _on_result(self, result: Result) -> None:
        if result.job_id != self._job or not isinstance(result.answer, MeshProposal):
            return
        self._job = None
        proposal = self.proposal = result.answer
        self._options.show_proposal(proposal)
        self._state.say_notes(proposal)
        self._accept.setEnabled(True)
        self._pictures.show_extent(proposal.extent_mm)
        drawing = _Drawing(proposal)
        drawing.out.drawn.connect(self._on_drawn)
        QThreadPool.globalInstance().start(drawing)
        self.previewed.emit(proposal)

    def _on_failed(self, failed: Failed) -> None:
        if failed.job_id == self._job and not failed.cancelled:
            self._job = None
            self._state.say_problem(failed.sentence)
            self._accept.setEnabled(False)

    def _on_drawn(self, proposal: MeshProposal, images: dict[str, QImage] | str) -> None:
        if proposal is not self.proposal:
            return
        if isinstance(images, str):
            self._state.say_problem(images)
            return
        for view, image in images.items():
            self.set_picture(view, QPixmap.fromImage(image))

    def _take(self) -> None:
        if self.proposal is not None:
            self.taken.emit(self.proposal, self._options.name or self.proposal.name)
            self.accept()

    def _cancel(self) -> None:
        if self._job is not None:
            job, self._job = self._job, None
            self._inference.cancel(job)


@dataclass(frozen=True, slots=True)
class _Choice:
    """What the user has set; None leaves it to the proposal."""

    axes: tuple[str, str] | None = None
    length_mm: float | None = None
    shoe: str | None = None


class _Options(QWidget):
    """What can be set right; `changed` when something was."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(264)
        self._name = QLineEdit()
        self._name.setObjectName("meshName")
        self._name.setAccessibleName("Name of the model")
        self._toe, self._up = self._make_axis("meshToe", "Toe"), self._make_axis("meshUp", "Up")
        self._length = NumberField("meshLength", unit=" mm", step=1.0)
        self._length.setRange(60.0, 450.0)
        self._length.setAccessibleName("Length of the shoe")
        self._eu = NumberField("meshEu", step=0.5)
        self._eu.setRange(15.0, 55.0)
        self._eu.setAccessibleName("EU size")
        self._shoe = Segmented("meshShoe", _SHOES)
        self._pair = label("The file holds a pair: take the", "dim", wraps=True)
        self._facts = label("", "small", wraps=True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        for column, (text, field) in enumerate((("Toe points to", self._toe), ("Up is", self._up))):
            grid.addWidget(label(text, "small"), 0, column)
            grid.addWidget(field, 1, column)
        for column, (text, number) in enumerate((("Length", self._length), ("EU size", self._eu))):
            grid.addWidget(label(text, "small"), 2, column)
            grid.addWidget(number, 3, column)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(label("Name", "small"))
        layout.addWidget(self._name)
        layout.addSpacing(8)
        layout.addLayout(grid)
        layout.addSpacing(8)
        layout.addWidget(self._pair)
        layout.addWidget(self._shoe)
        layout.addSpacing(8)
        layout.addWidget(self._facts)
        layout.addStretch(1)
        self._shoe.chosen.connect(lambda _: self.changed.emit())
        self._length.edited.connect(lambda _: self.changed.emit())
        self._eu.edited.connect(self._on_eu)
        self._show_pair(False)
        self.setEnabled(False)

    @property
    def name(self) -> str:
        """The name to give."""
        return self._name.text().strip()

    @property
    def choice(self) -> _Choice:
        """What is set."""
        axes = (self._toe.currentData(), self._up.currentData())
        shoe = self._shoe.value if self._shoe.isVisibleTo(self) else None
        return _Choice(axes, self._length.value(), shoe)

    def show_proposal(self, proposal: MeshProposal) -> None:
        """Show what was understood."""
        self.setEnabled(True)
        if not self._name.isModified():
            self._name.setText(proposal.name)
        for field, axis in zip((self._toe, self._up), proposal.axes, strict=True):
            field.setCurrentIndex(field.findData(axis))
        self._length.show_value(proposal.length_mm)
        self._eu.show_value(eu_from_length_mm(proposal.length_mm))
        self._show_pair(proposal.is_pair)
        self._shoe.show_value(proposal.shoe if proposal.is_pair else None)
        length, width, height = proposal.extent_mm
        self._facts.setText(
            f"{length:.0f} × {width:.0f} × {height:.0f} mm\n{proposal.triangles:,} triangles\n"
            f"diameter {proposal.diameter_mm:.0f} mm"
        )

    def _make_axis(self, name: str, text: str) -> QComboBox:
        field = QComboBox()
        field.setObjectName(name)
        field.setAccessibleName(text)
        field.setToolTip(f"The direction in the file that is the shoe's {text.lower()}")
        for axis in AXES:
            field.addItem(_WORDS[axis], axis)
        field.activated.connect(lambda _: self._on_axis(field))
        return field

    def _on_axis(self, changed: QComboBox) -> None:
        """Toe and up cannot lie on the same axis: the other one gives way."""
        other = self._up if changed is self._toe else self._toe
        if str(changed.currentData())[1] == str(other.currentData())[1]:
            free = "+Z" if str(changed.currentData())[1] != "Z" else "+X"
            other.setCurrentIndex(other.findData(free))
        self.changed.emit()

    def _on_eu(self, size: float) -> None:
        self._length.show_value(length_mm_from_eu(size))
        self.changed.emit()

    def _show_pair(self, is_pair: bool) -> None:
        self._pair.setVisible(is_pair)
        self._shoe.setVisible(is_pair)


class _State(QWidget):
    """One line: reading, what was assumed, or why it cannot be."""

    def __init__(self) -> None:
        super().__init__()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._text = QLabel()
        self._text.setObjectName("meshState")
        self._text.setWordWrap(True)
        self._text.setMinimumHeight(36)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._bar)
        layout.addWidget(self._text)
        kept = self._bar.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(kept)

    def say_working(self, text: str, fraction: float | None = None) -> None:
        """Something is being done."""
        self._bar.show()
        self._bar.setRange(0, 0 if fraction is None else 1000)
        self._bar.setValue(round((fraction or 0.0) * 1000))
        self._say(text, "dim")

    def say_notes(self, proposal: MeshProposal) -> None:
        """What was assumed."""
        self._bar.hide()
        self._say(" ".join(proposal.notes) or "Right shoe, toe and up as shown. Is it so? Then import it.", "dim")

    def say_problem(self, sentence: str) -> None:
        """It cannot be."""
        self._bar.hide()
        self._say(sentence, "danger")

    def _say(self, text: str, role: str) -> None:
        self._text.setText(text)
        theme.set_role(self._text, role)


class _Pictures(QWidget):
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


class _Drawing(QRunnable):
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
        self.out.drawn.emit(self._proposal, images)


def _view(surface: SurfacePoints, angles_deg: tuple[float, float]) -> QImage:
    rotation = view_rotation(*angles_deg)
    size = {"width_px": 440, "height_px": 300}
    scale = fitting_scale(surface, rotation, **size, margin=0.02)
    return image_of(drawn(surface, rotation, **size, px_per_mm=scale))
