"""The small pieces panels are made of: buttons, icon labels, headings, elided text, and what an empty panel says."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QIcon, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui import icons


def icon_button(name: str, icon_name: str, tip: str, *, act: Callable[[], object] | None = None) -> QToolButton:
    """A flat button that shows an icon alone; `name` is its object name, `tip` its tooltip and accessible name."""
    button = QToolButton()
    button.setObjectName(name)
    button.setIcon(icons.icon(icon_name))
    button.setIconSize(QSize(icons.SIZE_PX, icons.SIZE_PX))
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if act is not None:
        button.clicked.connect(lambda: act())
    return button


def button(
    name: str, text: str, *, icon_name: str = "", tip: str = "", role: str = "", act: Callable[[], object] | None = None
) -> QPushButton:
    """A button with words; role "primary" for the one act a panel is for."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.setAccessibleName(text)
    made.setToolTip(tip)
    if icon_name:
        made.setIcon(icons.icon(icon_name, "accent_text" if role == "primary" else "text"))
        made.setIconSize(QSize(icons.SIZE_PX, icons.SIZE_PX))
    if role:
        made.setProperty("role", role)
    made.setAutoDefault(False)
    if act is not None:
        made.clicked.connect(lambda: act())
    return made


def label(text: str, role: str = "", *, wraps: bool = False) -> QLabel:
    """A text in one of the style sheet's roles."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wraps)
    return made


def separator() -> QFrame:
    """A thin line; for where space alone does not separate."""
    line = QFrame()
    line.setProperty("role", "line")
    line.setFixedHeight(1)
    return line


def row(*pieces: QWidget | int, spacing: int = 4) -> QHBoxLayout:
    """Pieces side by side; a number is a stretch."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for piece in pieces:
        if isinstance(piece, int):
            layout.addStretch(piece)
        else:
            layout.addWidget(piece)
    return layout


def column(parent: QWidget, *, margin: int = 8, spacing: int = 4) -> QVBoxLayout:
    """The vertical layout of a panel."""
    layout = QVBoxLayout(parent)
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(spacing)
    return layout


def as_panel(widget: QWidget, name: str) -> None:
    """Name a widget and give it the ground of a panel."""
    widget.setObjectName(name)
    widget.setProperty("role", "panel")
    # A plain QWidget paints what the style sheet says of its ground only when told to.
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)


def scrolling(name: str, inside: QWidget) -> QScrollArea:
    """`inside` in a frame that scrolls down only, on the ground of whatever it stands on."""
    area = QScrollArea()
    area.setObjectName(name)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inside)
    area.viewport().setAutoFillBackground(False)
    inside.setAutoFillBackground(False)
    return area


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and throw it away."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class IconLabel(QWidget):
    """An icon in one of the theme's colours, without a button round it."""

    def __init__(self, name: str, role: str = "text", *, size_px: int = icons.SIZE_PX) -> None:
        super().__init__()
        self._icon = icons.icon(name, role)
        self.setFixedSize(size_px, size_px)

    def show_icon(self, name: str, role: str = "text") -> None:
        """Show another one."""
        self._icon = icons.icon(name, role)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
        self._icon.paint(QPainter(self), QRect(0, 0, self.width(), self.height()), mode=mode)


class ElidedLabel(QLabel):
    """A text that ends in … where it does not fit; the whole of it is its tooltip then."""

    def __init__(self, text: str = "", role: str = "", *, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._mode = mode
        self._whole = text
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(24)
        if role:
            self.setProperty("role", role)
        self.setText(text)

    def setText(self, text: str) -> None:
        self._whole = text
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        shown = QFontMetrics(self.font()).elidedText(self._whole, self._mode, max(self.width(), 24))
        if shown != self.text():
            super().setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")


class EmptyState(QWidget):
    """What a panel says when it has nothing to show, and the one act that would change that."""

    def __init__(self, name: str, icon_name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._icon = IconLabel(icon_name, "disabled", size_px=32)
        self._text = label("", "dim", wraps=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.act_button = button(f"{name}_act", "")
        self.act_button.hide()
        layout = column(self, margin=12, spacing=8)
        layout.addStretch(2)
        layout.addWidget(self._icon, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._text)
        layout.addWidget(self.act_button, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    def say(self, text: str, *, act: str = "") -> None:
        """Show a sentence, and a button when there is something to do."""
        self._text.setText(text)
        self.act_button.setText(act)
        self.act_button.setAccessibleName(act)
        self.act_button.setVisible(bool(act))

    def show_icon(self, name: str) -> None:
        """Show another picture."""
        self._icon.show_icon(name, "disabled")
