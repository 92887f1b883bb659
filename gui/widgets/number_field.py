"""A field for one number: unit as suffix, Enter commits, the wheel works only with focus, the label can be dragged."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QLocale, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QLabel, QWidget

from gui.theme import set_role

SCRUB_PX = 4  # this far the hand goes for one step
_ANSWERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class NumberField(QDoubleSpinBox):
    """`edited(value)` is told of what the user enters; `show_value` shows a number and tells nobody.

    What is being typed is never written over. A number that is only offered can be read but not changed; Enter and
    Escape in it are its answer, `answered(taken)`.
    """

    edited = Signal(float)
    answered = Signal(bool)

    def __init__(self, name: str, *, unit: str = "", decimals: int = 1, step: float = 1.0) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setLocale(QLocale.c())
        self.setDecimals(decimals)
        self.setSingleStep(step)
        self.setRange(-1e6, 1e6)
        self.setSuffix(unit)
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(40)
        self.lineEdit().setTextMargins(5, 0, 2, 0)
        self._showing = False
        self.valueChanged.connect(self._on_value)
        self.editingFinished.connect(lambda: self.lineEdit().setModified(False))

    def show_value(self, value: float | None) -> None:
        """Show a number; None empties the field."""
        if self._is_typed_into:
            return
        self._showing = True
        self.setSpecialValueText("" if value is not None else "–")
        self.setValue(self.minimum() if value is None else value)
        self._showing = False

    def mark_offered(self, offered: bool) -> None:
        """Whether the number shown is one that somebody may take; while one is being typed it stays one's own."""
        self.setReadOnly(offered and not self._is_typed_into)
        set_role(self, "offered" if self.isReadOnly() else "")

    def stepBy(self, steps: int) -> None:
        if not self.isReadOnly():
            super().stepBy(steps)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        return super().validate(text.replace(",", "."), position)

    def textFromValue(self, value: float) -> str:
        text = super().textFromValue(value)
        return text[1:] if text.startswith("-") and float(text) == 0 else text

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # A press of the mouse puts the cursor after this; only then everything can be selected.
        QTimer.singleShot(0, self, lambda: self.selectAll() if self.hasFocus() else None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.lineEdit().deselect()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.isReadOnly() and event.key() in _ANSWERS:
            self.answered.emit(event.key() != Qt.Key.Key_Escape)
            return
        if event.key() == Qt.Key.Key_Escape and self.lineEdit().isModified():
            self.lineEdit().setText(self.prefix() + self.textFromValue(self.value()) + self.suffix())
            self.selectAll()
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    @property
    def _is_typed_into(self) -> bool:
        return self.hasFocus() and self.lineEdit().isModified()

    def _on_value(self, value: float) -> None:
        if not self._showing:
            self.lineEdit().setModified(False)
            self.edited.emit(value)


class ScrubLabel(QLabel):
    """The label of a number field; dragging it to the right or left counts the number up or down."""

    def __init__(self, text: str, field: NumberField, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setBuddy(field)
        self.setProperty("role", "small")
        self._field = field
        self._from: QPoint | None = None
        self._steps = 0

    def say(self, text: str, role: str = "small") -> None:
        """Show another text."""
        self.setText(text)
        set_role(self, role)

    def enterEvent(self, event: QEnterEvent) -> None:
        can = self._field.isEnabled() and not self._field.isReadOnly()
        self.setCursor(Qt.CursorShape.SizeHorCursor if can else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._field.isEnabled():
            self._from, self._steps = event.position().toPoint(), 0

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is None:
            return
        steps = (event.position().toPoint().x() - self._from.x()) // SCRUB_PX
        if steps != self._steps:
            self._field.stepBy(steps - self._steps)
            self._steps = steps

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._from = None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            self.setToolTip(self._field.toolTip())
        return super().event(event)
