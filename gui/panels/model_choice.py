"""The name of a ShoeModel as a small button that opens a menu of the others."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QMenu, QPushButton

from core.labels.shoe_model import ShoeModel

_WIDEST_PX = 160


class ModelChoice(QPushButton):
    """`chosen(model id)` of another one; where there is one model only the name stands alone."""

    chosen = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("role", "flat")
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._models: Mapping[str, ShoeModel] = {}
        self._model_id: str | None = None
        self.clicked.connect(self._open)

    def show_models(self, models: Mapping[str, ShoeModel], model_id: str | None) -> None:
        """Name a model; nothing is shown where it is not known."""
        self._models, self._model_id = models, model_id
        model = models.get(model_id or "")
        self.setVisible(model is not None)
        if model is None:
            return
        several = len(models) > 1
        name = QFontMetrics(self.font()).elidedText(model.name, Qt.TextElideMode.ElideRight, _WIDEST_PX)
        self.setText(f"{name} ▾" if several else name)
        tip = f"Shoe model: {model.name}."
        self.setToolTip(f"{tip}\nClick to look with another one." if several else tip)
        self.setAccessibleName(f"Shoe model: {model.name}")

    def menu_of_models(self) -> QMenu:
        """The models to choose from, the one in use ticked."""
        menu = QMenu(self)
        for model in self._models.values():
            made = menu.addAction(model.name.replace("&", "&&"))
            made.setObjectName(f"model_{model.id}")
            made.setCheckable(True)
            made.setChecked(model.id == self._model_id)
            made.triggered.connect(lambda _=False, model_id=model.id: self.chosen.emit(model_id))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _open(self) -> None:
        if len(self._models) < 2:
            return
        menu = self.menu_of_models()
        # Above: the button stands at the foot of the window.
        menu.popup(self.mapToGlobal(QPoint(0, -menu.sizeHint().height())))
