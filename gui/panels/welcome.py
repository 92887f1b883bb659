"""What stands in the middle while no photo is open: what can be begun, and the projects one worked on."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui import icons, theme
from gui.panels.recent_card import RecentCard
from gui.panels.recent_glances import Look, RecentGlances
from gui.preferences import Preferences
from gui.session import Session
from gui.widgets.following import follow
from gui.widgets.pieces import ElidedLabel, IconLabel, clear, label, row, scrolling
from gui.widgets.program_icon import ProgramIcon

# id of the command, what it is called here as in its menu, its icon, and what comes of it
_START = (
    ("start_photos", "New project with photos…", "photo", "beside them"),
    ("import_labelme", "Import labelme folder…", "import", "its .json files"),
    ("import_coco", "Import COCO file…", "import", "outlines of a data set"),
    ("open_project", "Open project…", "folder", "an .outsole file"),
)
_LEARN = (
    ("tutorial", "Tutorial", "play", "five steps, five minutes"),
    ("open_sample", "Open the sample", "shoe", "photos to try things on"),
    ("guide", "Labelling guide", "outline", "what to outline, what not"),
)
_FILL = (("add_photos", "Add photos…", "photo"), ("add_folder", "Add folder of photos…", "folder"))
_WAY = (
    ("outline", "Outline", "S draws it for you, P by hand"),
    ("align", "Pose", "Q tries every way it could stand"),
    ("check", "Check", "look, correct, mark it checked"),
    ("export", "Export", "COCO, YOLO, labelme, BOP"),
)
_START_PX, _RECENT_PX = 320, 380
_SHOWN = ("recent_projects", "text_size")  # preferences that the page follows
_NARROW_PX = _START_PX + 300
GLANCE_MS = 120  # after the page is seen: its first paint waits for no project


class Welcome(QWidget):
    """`wanted(action id)` when a button is pressed, `project_wanted(file)` for a recent project."""

    wanted = Signal(str)
    project_wanted = Signal(str)

    def __init__(self, session: Session, preferences: Preferences) -> None:
        super().__init__()
        self.setObjectName("welcome")
        self._session = session
        self._preferences = preferences
        self._title = label("", "title", wraps=True)
        self._text = label("", "dim", wraps=True)
        self._body = QVBoxLayout()
        self._halves: QBoxLayout | None = None
        self._cards: dict[str, RecentCard] = {}
        self._glances = RecentGlances(self)
        self._glances.looked.connect(self._on_look)
        self._lay_out()
        follow(self, session.signals.document_changed, lambda _: self._show())
        follow(self, session.signals.photo_changed, lambda _: self._show())
        follow(self, preferences.changed, lambda key: self._show() if key in _SHOWN else None)
        self._show()

    @property
    def cards(self) -> tuple[RecentCard, ...]:
        """The recent projects that are shown."""
        return tuple(self._cards.values())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The same ground as round a photo."""
        QPainter(self).fillRect(self.rect(), theme.color("surround"))

    def showEvent(self, event: QShowEvent) -> None:
        """Looks at the recent projects once it is seen."""
        super().showEvent(event)
        QTimer.singleShot(GLANCE_MS, self, self._glance)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Both halves side by side where there is room."""
        super().resizeEvent(event)
        self._turn()

    # ---- inside

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setSpacing(4)
        head.addStretch(1)
        head.addWidget(self._title)
        head.addWidget(self._text)
        head.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(ProgramIcon(56), alignment=Qt.AlignmentFlag.AlignTop)
        top.addLayout(head, 1)
        inside = QWidget()
        inside.setObjectName("welcomeInside")
        self._inside = inside
        column = QVBoxLayout(inside)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(24)
        column.addStretch(2)
        column.addLayout(top)
        column.addLayout(self._body)
        column.addStretch(3)
        middle = QWidget()
        centre = QHBoxLayout(middle)
        centre.setContentsMargins(0, 0, 0, 0)
        centre.addStretch(1)
        centre.addWidget(inside, 100)
        centre.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling("welcomeScroll", middle))

    def _show(self) -> None:
        self._clear()
        self._inside.setMaximumWidth(theme.scaled(_START_PX + _RECENT_PX) + 72)
        if self._session.document is None:
            self._title.setText("Outline sneakers in photos, and record how each one stands")
            self._text.setText("Nothing needs to be saved: every change is kept as you make it.")
            self._show_start()
        elif self._session.project.entries:
            self._title.setText("Choose a photo")
            self._text.setText("Click one in the list on the left, or press D for the next.")
        else:
            self._title.setText("An empty project")
            self._text.setText("Add photos to outline: drop files or folders anywhere on this window, or choose them.")
            self._show_fill()

    def _clear(self) -> None:
        self._cards.clear()
        self._halves = None
        clear(self._body)

    def _show_start(self) -> None:
        both = QWidget()
        self._halves = halves = QHBoxLayout(both)
        halves.setContentsMargins(0, 0, 0, 0)
        halves.setSpacing(24)
        halves.addWidget(self._start_half(), 1, Qt.AlignmentFlag.AlignTop)
        halves.addWidget(
            self._recent_half() if self._preferences["recent_projects"] else _way_half(), 1, Qt.AlignmentFlag.AlignTop
        )
        self._body.addWidget(both)
        self._turn()
        if self.isVisible():
            QTimer.singleShot(GLANCE_MS, self, self._glance)

    def _start_half(self) -> QWidget:
        half = QWidget()
        half.setMaximumWidth(theme.scaled(_START_PX))
        layout = _column(half)
        layout.addWidget(label("Start", "heading"))
        for index, act in enumerate(_START):
            layout.addWidget(self._act(*act, is_first=index == 0))
        layout.addWidget(_drop_hint())
        layout.addSpacing(12)
        layout.addWidget(label("New here?", "heading"))
        for act in _LEARN:
            layout.addWidget(self._act(*act))
        return half

    def _recent_half(self) -> QWidget:
        half = QWidget()
        layout = _column(half)
        layout.addWidget(label("Recent projects", "heading"))
        for project in self._preferences.recent_projects():
            file = str(project.path)
            card = RecentCard(project)
            if card.is_there:
                card.clicked.connect(lambda _=False, wanted=file: self.project_wanted.emit(wanted))
            card.forget.clicked.connect(lambda _=False, gone=file: self._preferences.forget_project(gone))
            layout.addWidget(card)
            self._cards[file] = card
        return half

    def _show_fill(self) -> None:
        buttons = []
        for index, (action_id, text, picture) in enumerate(_FILL):
            button = QPushButton(icons.icon(picture, "accent_text" if index == 0 else "text"), text)
            button.setObjectName(f"welcome_{action_id}")
            if index == 0:
                theme.set_role(button, "primary")
            button.clicked.connect(lambda _, wanted=action_id: self.wanted.emit(wanted))
            buttons.append(button)
        acts = QWidget()
        acts.setLayout(row(*buttons, 1, spacing=8))
        self._body.addWidget(acts)
        self._body.addWidget(_drop_hint())
        self._body.addWidget(_way_half())

    def _act(self, action_id: str, text: str, picture: str, what: str, *, is_first: bool = False) -> QWidget:
        """A button over the whole width, and what comes of it beside its words."""
        button = QPushButton()
        button.setObjectName(f"welcome_{action_id}")
        button.setAccessibleName(f"{text} {what}")
        theme.set_role(button, "primary" if is_first else "row")
        button.setMinimumHeight(34)
        inside = QHBoxLayout(button)
        inside.setContentsMargins(10, 0, 10, 0)
        inside.setSpacing(10)
        words, about = (
            label(text, "on-accent" if is_first else ""),
            ElidedLabel(what, "small-on-accent" if is_first else "small"),
        )
        for piece in (IconLabel(picture, "accent_text" if is_first else "text"), words, about):
            piece.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            inside.addWidget(piece)
        about.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        inside.setStretch(2, 1)
        button.clicked.connect(lambda _, wanted=action_id: self.wanted.emit(wanted))
        return button

    def _turn(self) -> None:
        if self._halves is not None:
            side_by_side = self.width() >= theme.scaled(_NARROW_PX)
            direction = QBoxLayout.Direction.LeftToRight if side_by_side else QBoxLayout.Direction.TopToBottom
            self._halves.setDirection(direction)

    def _glance(self) -> None:
        if self.isVisible() and self._cards:
            there = tuple(file for file, card in self._cards.items() if card.is_there)
            last, pictures = self._preferences["last_photos"], self._preferences["thumbnails"]
            self._glances.ask(there, dict(last), pictures=pictures)

    def _on_look(self, file: str, look: Look) -> None:
        card = self._cards.get(file)
        if card is not None:
            card.show_look(look)


def _column(parent: QWidget) -> QVBoxLayout:
    layout = QVBoxLayout(parent)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(6)
    return layout


def _drop_hint() -> QWidget:
    return label("Or drop photos, a folder or an .outsole file on this window.", "small", wraps=True)


def _way_half() -> QWidget:
    """What one does here, for whoever sees it for the first time."""
    half = QWidget()
    layout = _column(half)
    layout.setSpacing(14)
    layout.addWidget(label("How it goes", "heading"))
    for picture, name, what in _WAY:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label(name))
        words.addWidget(label(what, "small", wraps=True))
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(IconLabel(picture, "accent", size_px=24), alignment=Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        layout.addLayout(line)
    return half
