"""Placing the named landmarks of a shoe model by clicking on it."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from core.geometry.mesh import Mesh
from core.labels.shoe_model import ShoeModel
from core.render.point_picture import SurfacePoints
from gui import icons
from gui.dialogs.model_view import ModelView
from gui.widgets.pieces import button, label, row
from gui.widgets.sheet import Sheet

# Where each landmark is best seen from: yaw, pitch in degrees.
_SEEN_FROM = {
    "heel bottom": (90.0, -15.0),
    "toe tip": (-60.0, 15.0),
    "heel top": (90.0, 25.0),
    "forefoot lateral": (0.0, 20.0),
    "forefoot medial": (180.0, 20.0),
    "rearfoot lateral": (0.0, 20.0),
    "rearfoot medial": (180.0, 20.0),
    "instep": (-35.0, 40.0),
}
_ABOUT = "Choose a name, then click where it is on the shoe. Drag turns the shoe, the wheel zooms."
_SIDES = (
    ("Lateral", 0.0, 10.0),
    ("Medial", 180.0, 10.0),
    ("Front", -90.0, 10.0),
    ("Back", 90.0, 10.0),
    ("Top", 0.0, 90.0),
    ("Sole", 0.0, -90.0),
)


class LandmarksDialog(Sheet):
    """`taken(ShoeModel)` with the landmarks placed; the window commits it. The mesh is the model's, a right shoe."""

    taken = Signal(object)

    def __init__(self, model: ShoeModel, mesh: Mesh | None = None, parent: QWidget | None = None) -> None:
        super().__init__("landmarksDialog", f"Landmarks of {model.name}", parent, about=_ABOUT)
        self._model = model
        self._edited = model
        self.view = ModelView("landmarkView")
        self.view.picked.connect(self._on_pick)
        self._names = self._make_list()
        self._status = label("", "dim")
        sides = [
            button(f"look{name}", name, role="flat", act=partial(self.view.look_from, yaw, pitch))
            for name, yaw, pitch in _SIDES
        ]
        left = QVBoxLayout()
        left.addWidget(self.view, 1)
        left.addLayout(row(*sides, 1))
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self._names, 1)
        clear = button("landmarkClear", "Take away", icon_name="trash", tip="Take this landmark away (Del)")
        clear.clicked.connect(lambda: self._place(None))
        right.addLayout(row(clear, 1))
        both = QHBoxLayout()
        both.setSpacing(12)
        both.addLayout(left, 1)
        both.addLayout(right)
        self.add(both, 1)
        self.end_with("Keep landmarks", self._take, also=(self._status,))
        self.resize(820, 560)
        self._show()
        self._names.setCurrentRow(0)
        if mesh is not None:
            self.show_mesh(mesh)

    def show_mesh(self, mesh: Mesh) -> None:
        """The mesh, once it is read."""
        self.view.show_surface(SurfacePoints.of(mesh))

    @property
    def edited(self) -> ShoeModel:
        """The model as it is now in the dialog."""
        return self._edited

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self._place(None)
        else:
            super().keyPressEvent(event)

    def _make_list(self) -> QListWidget:
        names = QListWidget()
        names.setObjectName("landmarkNames")
        names.setAccessibleName("Landmarks")
        names.setProperty("role", "boxed")
        names.setFixedWidth(200)
        for number, name in enumerate(self._model.landmark_names, 1):
            names.addItem(QListWidgetItem(f"{number}  {name}"))
        names.currentRowChanged.connect(lambda _: self._on_name())
        return names

    @property
    def _current(self) -> str:
        return self._model.landmark_names[max(self._names.currentRow(), 0)]

    def _on_name(self) -> None:
        if self._current in _SEEN_FROM:
            self.view.look_from(*_SEEN_FROM[self._current])
        self._show()

    def _on_pick(self, x: float, y: float, z: float) -> None:
        fresh = self._current not in self._edited.landmarks
        self._place((x, y, z))
        if fresh:
            names = self._model.landmark_names
            missing = [at for at, name in enumerate(names) if name not in self._edited.landmarks]
            if missing:
                after = [at for at in missing if at > self._names.currentRow()]
                self._names.setCurrentRow((after or missing)[0])

    def _place(self, at_mm: tuple[float, float, float] | None) -> None:
        self._edited = self._edited.with_landmark(self._current, at_mm)
        self._show()

    def _show(self) -> None:
        names, placed = self._model.landmark_names, self._edited.landmarks
        for at, name in enumerate(names):
            item = self._names.item(at)
            done = name in placed
            item.setIcon(icons.icon("check", "success") if done else icons.icon("landmark", "disabled"))
            item.setToolTip(", ".join(f"{value:.1f}" for value in placed[name]) + " mm" if done else "not placed yet")
        marks = {name: np.asarray(placed[name]) for name in names if name in placed}
        self.view.show_marks(MappingProxyType(marks), self._current, names=names)
        self._status.setText(f"{len(marks)} of {len(names)} placed")

    def _take(self) -> None:
        if dict(self._edited.landmarks) != dict(self._model.landmarks):
            self.taken.emit(self._edited)
        self.accept()
