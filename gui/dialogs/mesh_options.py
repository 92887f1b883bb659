"""What can be set right about a mesh file before it becomes a ShoeModel: name, axes, length, and which of a pair."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from core.jobs.messages import MeshProposal
from core.meshes.sizes import eu_from_length_mm, length_mm_from_eu
from gui.widgets.number_field import NumberField
from gui.widgets.pieces import label
from gui.widgets.segmented import Segmented

AXES = ("+X", "-X", "+Y", "-Y", "+Z", "-Z")
_WORDS = {"+X": "+X", "-X": "−X", "+Y": "+Y", "-Y": "−Y", "+Z": "+Z", "-Z": "−Z"}
_SHOES = (("right", "Right", "Take the right shoe"), ("left", "Left", "Take the left shoe; it is stored mirrored"))


@dataclass(frozen=True, slots=True)
class MeshChoice:
    """What the user has set; None leaves it to the proposal."""

    axes: tuple[str, str] | None = None
    length_mm: float | None = None
    shoe: str | None = None


class MeshOptions(QWidget):
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
    def choice(self) -> MeshChoice:
        """What is set."""
        axes = (self._toe.currentData(), self._up.currentData())
        shoe = self._shoe.value if self._shoe.isVisibleTo(self) else None
        return MeshChoice(axes, self._length.value(), shoe)

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
