"""Choosing what is exported, in which formats, where to and how it is divided; and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from core.formats.pose_checks import PoseTally
from core.formats.report import Report
from gui import theme
from gui.dialogs.log_view import log_button
from gui.dialogs.report import EXPORTED, ReportTable, left_out_words
from gui.widgets.folder_link import open_folder
from gui.widgets.number_field import NumberField
from gui.widgets.pieces import button, column, icon_button, label, row
from gui.widgets.sheet import Sheet

# id, name, what it holds, whether it is divided into train, val and test
FORMATS = (
    ("coco", "COCO", "outlines, boxes and poses", True),
    ("coco_keypoints", "COCO keypoints", "eight landmarks, projected from the pose", True),
    ("labelme", "labelme", "a label file a photo, poses kept beside", False),
    ("bop", "BOP", "6-DoF poses with models, photos and masks", True),
    ("yolo", "YOLO", "outlines as polygons, with the photos", True),
    ("yolo_pose", "YOLO pose", "boxes and eight landmarks, with the photos", True),
    ("yolo_detect", "YOLO detect", "boxes alone, with the photos", True),
)
FIRST_FORMATS = ("coco", "coco_keypoints")  # until something else was chosen


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What to export. formats: ids of `FORMATS`. shares: of train, val and test, None for no division."""

    formats: tuple[str, ...]
    folder: Path
    shares: tuple[float, float, float] | None
    seed: int
    checked_only: bool
    sure_only: bool = False


class ExportDialog(Sheet):
    """`chosen(ExportChoice)` when it is to begin; then the window calls `show_progress`, and `show_report` at the end.

    `cancelled` when the user gives up while it runs.
    """

    chosen = Signal(object)
    cancelled = Signal()

    def __init__(
        self,
        project_file: Path,
        *,
        folder: str = "",
        formats: Sequence[str] = FIRST_FORMATS,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("exportDialog", "Export", parent, about=project_file.name)
        self._running = False
        self._form = _Form(Path(folder) if folder else project_file.parent / "export", formats)
        self._form.changed.connect(self._allow)
        self._report = ReportTable(EXPORTED)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._form)
        self._pages.addWidget(self._report)
        self.add(self._pages, 1)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.hide()
        self.add(self._bar)
        self._said = label("", "dim", wraps=True)
        self._said.setObjectName("exportState")
        self.add(self._said)
        self._log = log_button(self)
        self._open = button("exportOpen", "Open folder", icon_name="folder", act=self._open_folder)
        self._open.hide()
        self._export = self.end_with("Export", self._begin, also=(self._open, self._log))
        self.resize(560, 540)
        self._allow()

    def show_progress(self, fraction: float | None, text: str = "") -> None:
        """How far it is."""
        self._bar.show()
        self._bar.setRange(0, 0 if fraction is None else 1000)
        self._bar.setValue(round((fraction or 0.0) * 1000))
        self._say(text or "Exporting…")

    def show_tallies(self, everything: PoseTally, checked: PoseTally) -> None:
        """What is to be said of the poses: of all photos, and of those that were checked."""
        self._form.show_tallies(everything, checked)

    def show_report(self, report: Report) -> None:
        """What came of it; several reports may be joined into one by the caller."""
        self._running = False
        self._bar.hide()
        self._say("")
        done = bool(report.taken)
        self._report.show_report(
            report,
            title=f"Exported to {self._form.choice.folder}" if done else "Nothing was written",
            summary=left_out_words(report),
            role="success" if done else "danger",
        )
        self._open.setVisible(done)
        self._pages.setCurrentWidget(self._report)
        self._export.setText("Close")
        for cancel in self.findChildren(QPushButton, "exportDialog_cancel"):
            cancel.hide()  # it is done: there is nothing left to cancel
        self.resize(760, 480)
        self._export.setEnabled(True)

    def show_problem(self, sentence: str) -> None:
        """It could not be done; the choice can be changed."""
        self._running = False
        self._bar.hide()
        self._form.setEnabled(True)
        self._say(sentence, "danger")
        self._log.show()
        self._allow(quiet=True)

    def _open_folder(self) -> None:
        folder = self._form.choice.folder
        if not open_folder(folder):
            self._say(f"No file manager answered; the files lie in {folder}.", "warning")

    def reject(self) -> None:
        if self._running:
            self.cancelled.emit()
        super().reject()

    def _begin(self) -> None:
        if self._pages.currentWidget() is self._report:
            self.accept()
            return
        self._running = True
        self._form.setEnabled(False)
        self._export.setEnabled(False)
        self.show_progress(None)
        self.chosen.emit(self._form.choice)

    def _allow(self, *, quiet: bool = False) -> None:
        reason = self._form.why_not()
        self._export.setEnabled(not reason and not self._running)
        self._export.setToolTip(reason)
        if not quiet:
            self._say(reason, "warning")

    def _say(self, text: str, role: str = "dim") -> None:
        self._said.setText(text)
        theme.set_role(self._said, role)


class _Form(QWidget):
    """The choice."""

    changed = Signal()

    def __init__(self, folder: Path, formats: Sequence[str]) -> None:
        super().__init__()
        self._formats: dict[str, QCheckBox] = {}
        layout = column(self, margin=0, spacing=4)
        layout.addWidget(label("Formats", "heading"))
        for format_id, name, about, _ in FORMATS:
            box = QCheckBox(name)
            box.setObjectName(f"export_{format_id}")
            box.setToolTip(about)
            box.setChecked(format_id in formats)
            box.toggled.connect(lambda _: self._on_change())
            box.setMinimumWidth(150)
            layout.addLayout(row(box, label(about, "small"), 1, spacing=8))
            self._formats[format_id] = box
        layout.addSpacing(12)
        layout.addWidget(label("Folder", "heading"))
        self._folder = QLineEdit(str(folder))
        self._folder.setObjectName("exportFolder")
        self._folder.setAccessibleName("Folder to export into")
        self._folder.textChanged.connect(lambda _: self.changed.emit())
        layout.addLayout(row(self._folder, icon_button("exportBrowse", "folder", "Choose a folder…", act=self._browse)))
        layout.addSpacing(12)
        layout.addWidget(label("Division", "heading"))
        self._divide = QCheckBox("Divide into train, val and test")
        self._divide.setObjectName("exportDivide")
        self._divide.setChecked(False)
        self._divide.toggled.connect(lambda _: self._on_change())
        layout.addWidget(self._divide)
        sets = ("train", "val", "test")
        self._shares = [NumberField(f"export_{name}", unit=" %", decimals=0, step=5) for name in sets]
        self._seed = NumberField("export_seed", decimals=0)
        self._seed.setRange(0, 999_999)
        self._seed.setToolTip("The same seed and files always give the same division")
        layout.addLayout(self._make_shares())
        layout.addSpacing(12)
        self._checked = QCheckBox("Only photos that were checked")
        self._checked.setObjectName("exportChecked")
        layout.addWidget(self._checked)
        self._sure = QCheckBox("Leave out poses in doubt; their outlines stay")
        self._sure.setObjectName("exportSure")
        self._sure.hide()
        layout.addWidget(self._sure)
        self._told = label("", "small-warning", wraps=True)
        self._told.setObjectName("exportPoses")
        self._told.hide()
        layout.addSpacing(4)
        layout.addWidget(self._told)
        layout.addStretch(1)
        self._tallies = (PoseTally(), PoseTally())
        self._checked.toggled.connect(lambda _: self._say_poses())

    def show_tallies(self, everything: PoseTally, checked: PoseTally) -> None:
        """Say it of the photos that are to be exported."""
        self._tallies = (everything, checked)
        self._say_poses()

    def _say_poses(self) -> None:
        tally = self._tallies[self._checked.isChecked()]
        self._told.setText(tally.words)
        self._told.setVisible(bool(tally.words))
        self._sure.setVisible(bool(tally.doubtful))

    @property
    def choice(self) -> ExportChoice:
        """What is chosen."""
        train, val, test = (field.value() / 100.0 for field in self._shares)
        return ExportChoice(
            tuple(format_id for format_id, box in self._formats.items() if box.isChecked()),
            Path(self._folder.text().strip()).expanduser(),
            (train, val, test) if self._divides else None,
            round(self._seed.value()),
            self._checked.isChecked(),
            self._sure.isChecked() and not self._sure.isHidden(),
        )

    @property
    def _divides(self) -> bool:
        # Asked of this form alone: while the export runs the whole form is disabled.
        return self._divide.isChecked() and self._divide.isEnabledTo(self)

    def why_not(self) -> str:
        """Why it cannot begin, "" when it can."""
        if not any(box.isChecked() for box in self._formats.values()):
            return "Choose a format."
        if not self._folder.text().strip():
            return "Choose a folder."
        total = sum(field.value() for field in self._shares)
        if self._divides and round(total) != 100:
            return f"The shares make {total:.0f} %; they should make 100 %."
        return ""

    def _make_shares(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(8)
        for field, name, share in zip(self._shares, ("train", "val", "test"), (80, 10, 10), strict=True):
            field.setRange(0, 100)
            field.setAccessibleName(f"share of {name}")
            field.show_value(share)
            field.edited.connect(lambda _: self.changed.emit())
            line.addWidget(label(name, "small"))
            line.addWidget(field)
        self._seed.setAccessibleName("seed")
        line.addSpacing(8)
        line.addWidget(label("seed", "small"))
        line.addWidget(self._seed)
        return line

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Export into", self._folder.text())
        if chosen:
            self._folder.setText(chosen)

    def _on_change(self) -> None:
        divisible = any(self._formats[format_id].isChecked() for format_id, *_, divided in FORMATS if divided)
        self._divide.setEnabled(divisible)
        self._divide.setToolTip("" if divisible else "labelme files lie beside their photos and are not divided.")
        for field in (*self._shares, self._seed):
            field.setEnabled(divisible and self._divide.isChecked())
        self.changed.emit()
