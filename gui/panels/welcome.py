"""What stands in the middle while no photo is open: what can be begun, and the projects one worked on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui import icons, theme
from gui.preferences import Preferences
from gui.session import Session
from gui.widgets.following import follow
from gui.widgets.pieces import IconLabel, label

_BEGIN = (
    ("new_project", "New project", "add"),
    ("open_project", "Open project…", "folder"),
    ("open_sample", "Open the sample", "shoe"),
)
_FILL = (("add_photos", "Add photos…", "photo"), ("add_folder", "Add a folder…", "folder"))


class Welcome(QWidget):
    """`wanted(action id)` when a button is pressed, `project_wanted(file)` for a recent project."""

    wanted = Signal(str)
    project_wanted = Signal(str)

    def __init__(self, session: Session, preferences: Preferences) -> None:
        super().__init__()
        self.setObjectName("welcome")
        self._session = session
        self._preferences = preferences
        self._title = label("", "title")
        self._text = label("", "dim", wraps=True)
        self._acts = QHBoxLayout()
        self._acts.setSpacing(8)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(4)
        self._lay_out()
        follow(self, session.signals.document_changed, lambda _: self._show())
        follow(self, session.signals.photo_changed, lambda _: self._show())
        follow(self, preferences.changed, lambda key: self._show() if key == "recent_projects" else None)
        self._show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The same ground as round a photo."""
        QPainter(self).fillRect(self.rect(), QColor(theme.colors().surround))

    def _lay_out(self) -> None:
        body = QWidget()
        body.setFixedWidth(460)
        column = QVBoxLayout(body)
        column.setSpacing(12)
        column.addWidget(IconLabel("shoe", "accent", size_px=48))
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addLayout(self._acts)
        column.addSpacing(12)
        column.addLayout(self._recent)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        outer.addWidget(body, alignment=Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(3)

    def _show(self) -> None:
        _clear(self._acts)
        _clear(self._recent)
        if self._session.document is None:
            self._title.setText("Outline sneakers and record their pose")
            self._text.setText("Begin a project, open one, or look round in the sample. Nothing needs to be saved: "
                               "every change is kept as you make it.")  # fmt: skip
            self._offer(_BEGIN)
            self._list_recent()
        elif self._session.project.entries:
            self._title.setText("Choose a photo")
            self._text.setText("Click one in the list on the left, or press D for the next.")
        else:
            self._title.setText("An empty project")
            self._text.setText("Add photos to outline: drop files or folders anywhere on this window, or choose them.")
            self._offer(_FILL)
        self._acts.addStretch(1)

    def _offer(self, acts: tuple[tuple[str, str, str], ...]) -> None:
        for index, (action_id, text, picture) in enumerate(acts):
            button = QPushButton(icons.icon(picture, "accent_text" if index == 0 else "text"), text)
            button.setObjectName(f"welcome_{action_id}")
            if index == 0:
                theme.set_role(button, "primary")
            button.clicked.connect(lambda _, wanted=action_id: self.wanted.emit(wanted))
            self._acts.addWidget(button)

    def _list_recent(self) -> None:
        recent = self._preferences.recent_projects()
        if recent:
            self._recent.addWidget(label("Recent projects", "small"))
        for project in recent:
            name = project.path.stem
            gone = "   (not there)" if project.reason else ""
            button = QPushButton(f"{name}   —   {project.folder}{gone}".replace("&", "&&"))
            button.setObjectName(f"recent_{name}")
            button.setToolTip(project.reason)
            button.setEnabled(not project.reason)
            theme.set_role(button, "flat")
            button.clicked.connect(lambda _, wanted=str(project.path): self.project_wanted.emit(wanted))
            self._recent.addWidget(button, alignment=Qt.AlignmentFlag.AlignLeft)


def _clear(layout: QHBoxLayout | QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
