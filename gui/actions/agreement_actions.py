"""A second, blind pass over a sample of the photos, and what the two passes differ by."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.document.store import StorageError
from core.labels.words import counted
from gui.actions.action import Action
from gui.actions.asking import Asking
from gui.actions.material_actions import NO_PROJECT
from gui.background import Errands, Progress
from gui.desk import Desk
from gui.session import Session

SHARE = 0.1
_PATTERN = "Outsole projects (*.outsole)"


class AgreementActions:
    """The end of the Review menu."""

    def __init__(self, session: Session, desk: Desk, *, asking: Asking, errands: Errands) -> None:
        self._session = session
        self._desk = desk
        self._asking = asking
        self._errands = errands

    def table(self) -> list[Action]:
        """Both commands."""
        need = self._no_project
        return [
            Action(
                "second_pass", "Begin a second, &blind pass", "&Review", self.begin, (), need, "copy", separated=True
            ),
            Action("agreement", "Compare with a &second pass…", "&Review", self.compare, (), need, "check"),
        ]

    def begin(self) -> None:
        """Make a project beside this one, with a tenth of its labelled photos and none of their labels."""
        from core.formats.second_pass import begin_second_pass, sampled, second_pass_file

        document, path = self._session.document, self._desk.path
        if document is None or path is None:
            return
        file = second_pass_file(path)
        try:
            ids = sampled(document.project, SHARE, seed=0)
            begin_second_pass(document, file, ids, annotator=None)
        except (StorageError, ValueError) as failure:
            self._session.notice(str(failure), "warning")
            return
        photos = counted(len(ids), "photo")
        self._session.notice(
            f"{file.name} has {photos} and none of their labels. Open it (Ctrl+O), or have somebody else label it, "
            "then compare the two from here.",
            "success",
        )

    def compare(self) -> None:
        """Ask for the project of the second pass and show what the two differ by."""
        other = self._asking.file("The project of the second pass", _PATTERN)
        if other is not None:
            self.compare_with(other)

    def compare_with(self, other: Path) -> None:
        """Compare this project with another one of the same photos."""
        path = self._desk.path
        if path is None:
            return

        def work(progress: Progress) -> dict[str, Any]:
            from core.formats.second_pass import agreement_to_json, compared
            from core.storage.reading import open_for_reading

            first = open_for_reading(path)
            try:
                second = open_for_reading(other)
                try:
                    return agreement_to_json(compared(first, second, progress=progress))
                finally:
                    second.close()
            finally:
                first.close()

        self._errands.run("Comparing the passes", work, done=self._show)

    def _show(self, told: dict[str, Any]) -> None:
        from gui.dialogs.agreement import AgreementDialog

        dialog = AgreementDialog(told, keep=self._keep, parent=self._asking.window)
        dialog.opened.connect(self._open)
        dialog.open()

    def _keep(self, sigmas: Mapping[str, float]) -> None:
        from core.formats.second_pass import keep_sigmas

        document = self._session.document
        if document is None:
            return
        try:
            keep_sigmas(document.store, sigmas)
        except StorageError as failure:
            self._session.notice(str(failure), "danger")
            return
        self._session.notice("Keypoint exports of this project carry these σ from now on.", "success")

    def _open(self, file: str) -> None:
        entries = self._session.project.entries.values()
        found = next((entry.id for entry in entries if entry.file == file), None)
        if found is not None:
            self._session.open_photo(found)

    def _no_project(self) -> str | None:
        return None if self._session.document is not None else NO_PROJECT
