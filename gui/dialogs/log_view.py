"""What the program logged lately, of the window and of the inference core, to be read and copied."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase, QGuiApplication, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QWidget

from core.storage.folders import log_dir
from core.storage.log import CORE_LOG, WINDOW_LOG, log_tail
from gui.widgets.folder_link import open_folder
from gui.widgets.pieces import button, row
from gui.widgets.segmented import Segmented
from gui.widgets.sheet import Sheet

_LOGS = (
    (WINDOW_LOG, "Window", "What the window logged"),
    (CORE_LOG, "Inference core", "What the process logged that fits and outlines"),
)


class LogView(Sheet):
    """The last lines of a log, the newest at the bottom; read anew each time it is opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("logView", "Log", parent, about="It stays on this computer, and holds no photos.")
        self._which = Segmented("logKind", _LOGS)
        self._which.chosen.connect(lambda _: self.read())
        self._text = plain_text("logText", "The log")
        self.add(row(self._which, 1))
        self.add(self._text, 1)
        copy = button("logCopy", "Copy", icon_name="copy", act=self._copy)
        folder = button("logFolder", "Open its folder", icon_name="folder", act=_open_folder)
        self.end_with("Close", cancel="", also=(copy, folder))
        self.resize(860, 520)
        self._which.show_value(WINDOW_LOG)
        self.read()

    def read(self) -> None:
        """Show the end of the chosen log."""
        file = log_dir() / (self._which.value or WINDOW_LOG)
        self._text.setPlainText(log_tail(file))
        self._text.moveCursor(QTextCursor.MoveOperation.End)
        self._text.moveCursor(QTextCursor.MoveOperation.StartOfLine)
        self.say_about(f"{file}. It stays on this computer, and holds no photos.")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text.toPlainText())


def log_button(dialog: QWidget) -> QPushButton:
    """A button of a dialog that shows the log over it; hidden until something went wrong."""
    made = button("showLog", "Show log", role="flat", act=lambda: LogView(dialog).open())
    made.hide()
    return made


def plain_text(name: str, accessible: str) -> QPlainTextEdit:
    """Lines of a fixed width to be read."""
    made = QPlainTextEdit()
    made.setObjectName(name)
    made.setAccessibleName(accessible)
    made.setReadOnly(True)
    made.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    made.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    return made


def _open_folder() -> None:
    folder = log_dir()
    folder.mkdir(parents=True, exist_ok=True)
    open_folder(folder)
