"""Taking a mesh file as a ShoeModel: what was understood of it, how it looks, and what can be set right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt, QThreadPool, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from core.jobs.messages import Failed, ImportMeshRequest, MeshProposal, Request, Result, Step
from gui import theme
from gui.dialogs.log_view import log_button
from gui.dialogs.mesh_options import MeshChoice, MeshOptions
from gui.dialogs.mesh_pictures import MeshDrawing, MeshPictures
from gui.widgets.sheet import Sheet


class MeshReader(Protocol):
    """Who reads mesh files: the window's Inference, or a stand-in."""

    def submit(
        self,
        request: Request,
        *,
        on_step: Callable[[Step], None] | None = None,
        on_result: Callable[[Result], None] | None = None,
        on_failed: Callable[[Failed], None] | None = None,
    ) -> int: ...

    def cancel(self, job_id: int) -> None: ...


class ImportMeshDialog(Sheet):
    """`taken(MeshProposal, name)` when it is accepted; `previewed(MeshProposal)` whenever there is another proposal.

    It draws its own pictures; `set_picture(view, pixmap)` puts better ones in their place (side, top, front).
    """

    taken = Signal(object, str)
    previewed = Signal(object)

    def __init__(self, file: Path, inference: MeshReader, parent: QWidget | None = None) -> None:
        super().__init__("importMeshDialog", "Import shoe model", parent, about=str(file))
        self._file = file
        self._inference = inference
        self._job: int | None = None
        self.proposal: MeshProposal | None = None
        self._pictures = MeshPictures()
        self._options = MeshOptions()
        self._options.changed.connect(self._propose)
        self._state = _State()
        both = QHBoxLayout()
        both.setSpacing(16)
        both.addWidget(self._pictures, 1)
        both.addWidget(self._options)
        self.add(both, 1)
        self.add(self._state)
        self._log = log_button(self)
        self._accept = self.end_with("Import", self._take, also=(self._log,))
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
        choice = self._options.choice if self.proposal else MeshChoice()
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
        if isinstance(self.focusWidget(), QPushButton):
            self._accept.setFocus()  # a button that is off cannot have the focus: Cancel got it
        self._pictures.show_extent(proposal.extent_mm)
        drawing = MeshDrawing(proposal)
        drawing.out.drawn.connect(self._on_drawn)
        QThreadPool.globalInstance().start(drawing)
        self.previewed.emit(proposal)

    def _on_failed(self, failed: Failed) -> None:
        if failed.job_id == self._job and not failed.cancelled:
            self._job = None
            self._state.say_problem(failed.sentence)
            self._log.show()
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
