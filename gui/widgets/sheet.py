"""The frame of every dialog: a title, what it is about, and its buttons at the foot; it never blocks the program."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QLayout, QPushButton, QVBoxLayout, QWidget

from gui.widgets.pieces import button, column, label, row

_FRAME = QSize(16, 48)  # what a window manager puts round


class Sheet(QDialog):
    """Open it with `open()`; it goes away by itself when closed."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None, *, about: str = "") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._layout: QVBoxLayout = column(self, margin=16, spacing=12)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(label(title, "title"))
        self.about = label(about, "dim", wraps=True)
        self.about.setVisible(bool(about))
        head.addWidget(self.about)
        self._layout.addLayout(head)

    def showEvent(self, event: QShowEvent) -> None:
        """No larger than the screen: its buttons stand at the foot."""
        self.resize(self.size().boundedTo(self.screen().availableSize() - _FRAME))
        super().showEvent(event)

    def add(self, piece: QWidget | QLayout, stretch: int = 0) -> None:
        """Put a piece under the last one."""
        if isinstance(piece, QWidget):
            self._layout.addWidget(piece, stretch)
        else:
            self._layout.addLayout(piece, stretch)

    def say_about(self, text: str) -> None:
        """What stands under the title."""
        self.about.setText(text)
        self.about.setVisible(bool(text))

    def end_with(
        self,
        text: str,
        act: Callable[[], object] | None = None,
        *,
        cancel: str = "Cancel",
        also: tuple[QWidget, ...] = (),
    ) -> QPushButton:
        """The foot: other pieces on the left, then the way out, and the one act the dialog is for."""
        name = self.objectName()
        main = button(f"{name}_accept", text, role="primary", act=act or self.accept)
        main.setDefault(True)
        out = [button(f"{name}_cancel", cancel, act=self.reject)] if cancel else []
        self._layout.addLayout(row(*also, 1, *out, main, spacing=8))
        return main
