"""A row of joined buttons of which one is down."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from gui.theme import font

_PADDING_PX = 14


class Segmented(QWidget):
    """Choices are (value, text, tooltip); `chosen(value)` is told of what the user chooses."""

    chosen = Signal(str)

    def __init__(self, name: str, choices: Sequence[tuple[str, str, str]]) -> None:
        super().__init__()
        self.setObjectName(name)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for value, text, tip in choices:
            button = QPushButton(text)
            button.setObjectName(f"{name}_{value}")
            button.setAccessibleName(tip)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setProperty("role", "segment")
            self._group.addButton(button)
            self._buttons[value] = button
            row.addWidget(button)
        self._give_room()
        self._group.buttonClicked.connect(self._on_click)

    @property
    def value(self) -> str | None:
        """The choice that is down."""
        return next((value for value, button in self._buttons.items() if button.isChecked()), None)

    def show_value(self, value: str | None) -> None:
        """Press a choice without telling anybody; None presses none."""
        self._group.setExclusive(value is not None)
        for known, button in self._buttons.items():
            button.setChecked(known == value)
        self._group.setExclusive(True)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._give_room()

    def _give_room(self) -> None:
        """By their words, which are bold where a button is down: equal parts would cut the longer ones."""
        layout, metrics = self.layout(), QFontMetrics(font(bold=True))
        assert isinstance(layout, QHBoxLayout)
        for at, button in enumerate(self._buttons.values()):
            width = metrics.horizontalAdvance(button.text()) + _PADDING_PX
            button.setMinimumWidth(width)
            layout.setStretch(at, width)

    def _on_click(self, button: QPushButton) -> None:
        self.chosen.emit(next(value for value, known in self._buttons.items() if known is button))
