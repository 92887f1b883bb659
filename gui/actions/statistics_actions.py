"""The statistics of the open project, and the measuring of time for them: counted in a thread, shown in a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from gui.actions.action import Action
from gui.actions.material_actions import NO_PROJECT
from gui.background import Errands, Progress
from gui.desk import Desk
from gui.effort import EffortWatch
from gui.preferences import Preferences
from gui.session import Session

if TYPE_CHECKING:
    from core.effort.statistics import Statistics
    from gui.dialogs.statistics import StatisticsDialog


class StatisticsActions:
    """One command of the View menu."""

    def __init__(
        self, session: Session, desk: Desk, *, errands: Errands, preferences: Preferences, window: QWidget
    ) -> None:
        self._session = session
        self._desk = desk
        self._errands = errands
        self._effort = EffortWatch(session, preferences, window)
        self._window = window
        self._open: StatisticsDialog | None = None

    def table(self) -> list[Action]:
        """The command."""
        return [
            Action(
                "statistics",
                "&Statistics…",
                "&View",
                self.show,
                ("Alt+5",),
                self._no_project,
                "chart",
                separated=True,
            )
        ]

    def show(self) -> None:
        """Count, then show; what is shown already is counted again."""
        path = self._desk.path
        if path is None:
            return
        self._effort.flush()

        def work(progress: Progress) -> Statistics:
            from core.effort.statistics import statistics_of
            from core.storage.reading import open_for_reading

            store = open_for_reading(path)
            try:
                return statistics_of(store, path.name, progress=progress)
            finally:
                store.close()

        self._errands.run("Counting", work, done=self._show)

    def _show(self, told: Statistics) -> None:
        from gui.dialogs.statistics import StatisticsDialog

        if self._open is None:
            self._open = StatisticsDialog(told, is_measuring=self._effort.is_on, parent=self._window)
            self._open.again.connect(self.show)
            self._open.finished.connect(lambda _: self._forget())
            self._open.show()
        else:
            self._open.show_statistics(told, is_measuring=self._effort.is_on)
            self._open.raise_()

    def _forget(self) -> None:
        self._open = None

    def _no_project(self) -> str | None:
        return None if self._session.document is not None else NO_PROJECT
