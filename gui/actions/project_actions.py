"""Beginning, opening and leaving projects."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from gui.actions.action import Action
from gui.actions.asking import Asking
from gui.actions.sample import Sample
from gui.background import Errands
from gui.desk import SUFFIX, Desk
from gui.dialogs.categories import CategoriesDialog
from gui.dialogs.preferences import PreferencesDialog
from gui.icons import icon
from gui.preferences import Preferences
from gui.session import UNFINISHED, Session

_PATTERNS = f"Outsole project (*{SUFFIX})"


class ProjectActions:
    """The first and last commands of the File menu."""

    def __init__(
        self, session: Session, desk: Desk, *, asking: Asking, errands: Errands, preferences: Preferences
    ) -> None:
        self._session = session
        self._desk = desk
        self._asking = asking
        self._errands = errands
        self._preferences = preferences
        self._sample = Sample(session, desk, errands)

    def table(self) -> list[Action]:
        """New, open, save."""
        return [
            Action("new_project", "&New project…", "&File", self.new_project, ("Ctrl+N",), icon="add"),
            Action("open_project", "&Open project…", "&File", self.open_project, ("Ctrl+O",), icon="folder"),
            Action(
                "open_recent",
                "Open &recent",
                "&File",
                self.show_recent,
                ("Ctrl+Shift+O",),
                self._no_recent,
                icon="clock",
                menu=self.fill_recent,
            ),
            Action("close_project", "Close pro&ject", "&File", self._desk.close, ("Ctrl+W",), self._why_not_close),
            Action("save", "&Save", "&File", self.save, ("Ctrl+S",), self._no_project, icon="save"),
        ]

    def help_table(self) -> list[Action]:
        """The sample, in the Help menu."""
        return [
            Action("open_sample", "Open the &sample", "&Help", self._sample.open, icon="shoe"),
            Action("fresh_sample", "Open a fresh cop&y of the sample", "&Help", self._sample.open_fresh),
        ]

    def fill_recent(self, menu: QMenu) -> None:
        """The last projects but the open one; those whose file is gone say so and cannot be chosen."""
        for number, project in enumerate(self._preferences.recent_projects(but=self._desk.path), start=1):
            gone = "not there: " if project.reason else ""
            text = f"{project.path.stem}\t{gone}{project.folder}".replace("&", "&&")
            entry = menu.addAction(f"&{number}  {text}")
            entry.setObjectName(f"recent_{number}")
            entry.setEnabled(not project.reason)
            entry.setToolTip(f"{project.path}\n{project.reason}".strip())
            entry.triggered.connect(lambda _=False, path=project.path: self._desk.open(path))
        menu.addSeparator()
        clear = menu.addAction(icon("trash"), "&Clear list")
        clear.setObjectName("clear_recent")
        clear.setToolTip("Forget these; the files stay where they are")
        clear.triggered.connect(lambda: self._preferences.forget_recent(but=self._desk.path))

    def show_recent(self) -> None:
        """The same by its key, over the window."""
        window = self._asking.window
        menu = QMenu(window)
        menu.setToolTipsVisible(True)
        menu.aboutToHide.connect(menu.deleteLater)
        self.fill_recent(menu)
        menu.setActiveAction(next(entry for entry in menu.actions() if entry.isEnabled()))
        menu.popup(window.mapToGlobal(QPoint((window.width() - menu.sizeHint().width()) // 2, window.height() // 9)))

    def save(self) -> None:
        """What hands do by themselves, answered."""
        self._session.notice("Everything is saved already: every change is on the disk as you make it.", "success")

    def label_table(self) -> list[Action]:
        """The categories, in the Label menu."""
        return [
            Action(
                "categories", "Edit cate&gories…", "&Label", self.show_categories, (), self._no_project, separated=True
            )
        ]

    def show_categories(self) -> None:
        """Add, rename, colour and order the categories."""
        CategoriesDialog(self._session, self._asking.window).open()

    def last_table(self) -> list[Action]:
        """Preferences and quit, at the menu's end."""
        keys = ("Ctrl+Alt+P",)
        return [
            Action(
                "preferences", "Pre&ferences…", "&File", self.show_preferences, keys, icon="settings", separated=True
            ),
            Action("quit", "&Quit", "&File", self._quit, ("Ctrl+Q",), separated=True),
        ]

    def new_project(self) -> None:
        """Ask for a name and begin."""
        path = self._asking.new_file("New project", _PATTERNS)
        if path and self._desk.create(path):
            self._session.notice("A new project. Drop photos here, or add them with Ctrl+I.", "success")

    def open_project(self) -> None:
        """Ask which one and open it."""
        path = self._asking.file("Open project", _PATTERNS)
        if path:
            self._desk.open(path)

    def show_preferences(self) -> None:
        """What this computer's user prefers."""
        PreferencesDialog(self._preferences, self._asking.window).open()

    def _no_recent(self) -> str | None:
        others = [file for file in self._preferences["recent_projects"] if file != str(self._desk.path)]
        return None if others else "No other project was opened yet."

    def _no_project(self) -> str | None:
        return None if self._session.document is not None else "Open or begin a project first (Ctrl+N)."

    def _why_not_close(self) -> str | None:
        return UNFINISHED if self._session.drag is not None else self._no_project()

    def _quit(self) -> None:
        if self._asking.window is not None:
            self._asking.window.close()
