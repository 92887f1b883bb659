"""Other tools' files: labelme folders, COCO files, BOP and YOLO data sets come in, and the project goes out to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.document.document import Document
from core.document.store import StorageError
from core.formats.report import Outcome, Report, ReportLine
from core.jobs.messages import ExportRequest, ExportResult, Failed, Result, Step
from gui.actions.action import Action, always
from gui.actions.asking import Asking
from gui.actions.beginning import Beginning
from gui.actions.bop_meshes import BopMeshes
from gui.actions.material_actions import NO_PROJECT
from gui.background import Errands, Progress
from gui.desk import Desk
from gui.dialogs.export import FIRST_FORMATS, ExportChoice, ExportDialog
from gui.dialogs.report import ReportDialog, left_out_words
from gui.inference import Inference
from gui.session import Session

if TYPE_CHECKING:
    from core.formats.bop_folder import BopFolder
    from core.formats.bop_models import ReadModel, WantedModel
    from core.formats.merging import ImportOutcome
    from core.formats.pose_checks import PoseTally


_FOLDER = "export_folder"  # of this project, kept in it: another one's export must not be written over
_FORMATS = "export_formats"


class ExchangeActions:
    """The commands that read and write the files of other tools; both end in a report."""

    def __init__(
        self,
        session: Session,
        desk: Desk,
        inference: Inference,
        *,
        asking: Asking,
        errands: Errands,
    ) -> None:
        self._session = session
        self._desk = desk
        self._inference = inference
        self._asking = asking
        self._errands = errands
        self._beginning = Beginning(session, desk, asking)

    def table(self) -> list[Action]:
        """Every command, in menu order."""
        need = self._no_project
        return [
            Action(
                "import_labelme",
                "Import &labelme folder…",
                "&File",
                self.import_labelme,
                (),
                always,
                "import",
                separated=True,
            ),
            Action("import_coco", "Import &COCO file…", "&File", self.import_coco, (), always, "import"),
            Action("import_bop", "Import &BOP dataset…", "&File", self.import_bop, (), always, "import"),
            Action("import_yolo", "Import &YOLO data set…", "&File", self.import_yolo, (), always, "import"),
            Action("export", "&Export…", "&File", self.export, ("Ctrl+E",), need, "export"),
        ]

    def import_labelme(self) -> None:
        """Ask for a folder of labelme files and merge them."""
        path = self._asking.folder("Import a labelme folder")
        if path:
            about = f"With the labels in {path.name}"
            self._beginning.within_project(path, about, lambda: self.merge_labelme(path))

    def merge_labelme(self, path: Path) -> None:
        """Merge labelme files into the project as one edit, and show the report."""

        def read(document: Document, progress: Progress) -> ImportOutcome:
            from core.formats.labelme import import_labelme

            return import_labelme([path], document, project_folder=self._desk.folder, progress=progress)

        self._merge(f"Importing {path.name}", read)

    def import_coco(self) -> None:
        """Ask for a COCO file and the folder of its images, and merge it."""
        file = self._asking.file("Import a COCO file", "COCO (*.json)")
        images = self._asking.folder("Folder of its images", start=file.parent) if file else None
        if file is None or images is None:
            return
        about = f"With the labels in {file.name}"
        self._beginning.within_project(images, about, lambda: self.merge_coco(file, images))

    def merge_coco(self, file: Path, images: Path) -> None:
        """Merge a COCO file into the project as one edit, and show the report."""

        def read(document: Document, progress: Progress) -> ImportOutcome:
            from core.formats.coco_import import import_coco

            folder = self._desk.folder
            return import_coco(file, images, document=document, project_folder=folder, progress=progress)

        self._merge(f"Importing {file.name}", read)

    def import_bop(self) -> None:
        """Ask for a BOP dataset and merge it."""
        path = self._asking.folder("Import a BOP dataset")
        if path:
            about = f"With the scenes in {path.name}"
            self._beginning.within_project(path, about, lambda: self.merge_bop(path))

    def merge_bop(self, path: Path) -> None:
        """Look for scenes, have the core read the models they need, then merge photos, poses and masks as one edit."""
        project = self._session.project
        document = self._session.document

        def look(progress: Progress) -> tuple[BopFolder, tuple[WantedModel, ...]]:
            from core.formats.bop_folder import find_bop
            from core.formats.bop_models import models_wanted

            bop = find_bop(path)
            return bop, models_wanted(bop, project)

        def read_meshes(found: tuple[BopFolder, tuple[WantedModel, ...]]) -> None:
            bop, wanted = found

            def merge(read: dict[int, ReadModel | str]) -> None:
                def read_set(own: Document, progress: Progress) -> ImportOutcome:
                    from core.formats.bop_import import import_bop

                    return import_bop(bop, own, project_folder=self._desk.folder, read=read, progress=progress)

                if self._session.document is document:
                    self._merge(f"Importing {path.name}", read_set)

            BopMeshes(wanted, self._inference, done=merge).start()

        self._errands.run(f"Looking through {path.name}", look, done=read_meshes)

    def import_yolo(self) -> None:
        """Ask for a YOLO data set and merge it."""
        path = self._asking.folder("Import a YOLO data set: the folder of its data.yaml")
        if path:
            about = f"With the labels in {path.name}"
            self._beginning.within_project(path, about, lambda: self.merge_yolo(path))

    def merge_yolo(self, path: Path) -> None:
        """Merge a YOLO data set into the project as one edit, and show the report."""

        def read(document: Document, progress: Progress) -> ImportOutcome:
            from core.formats.yolo_import import import_yolo

            return import_yolo(path, document, project_folder=self._desk.folder, progress=progress)

        self._merge(f"Importing {path.name}", read)

    def export(self) -> None:
        """Ask what and where, and write it from the inference core."""
        if self._desk.path is None:
            return
        store = self._desk.store
        kept, chosen = (store.setting(_FOLDER), store.setting(_FORMATS)) if store is not None else (None, None)
        folder, formats = kept or str(self._desk.folder / "export"), (chosen or "").split() or FIRST_FORMATS
        dialog = ExportDialog(self._desk.path, folder=folder, formats=formats, parent=self._asking.window)
        dialog.chosen.connect(lambda choice: self._export(dialog, choice))
        dialog.open()
        self._tell_poses(dialog, self._desk.path)

    def _tell_poses(self, dialog: ExportDialog, path: Path) -> None:
        """What `outsole check` would say of the poses, said before they are exported."""

        def work(progress: Progress) -> tuple[PoseTally, PoseTally]:
            from core.formats.pose_checks import pose_tally
            from core.storage.reading import open_for_reading

            store = open_for_reading(path)
            try:
                return pose_tally(store, checked_only=False), pose_tally(store, checked_only=True)
            finally:
                store.close()

        still_open = _while_open(dialog)

        def done(tallies: tuple[PoseTally, PoseTally]) -> None:
            for one in still_open:
                one.show_tallies(*tallies)

        self._errands.run("Looking through the poses", work, done=done, asked=False)

    def _export(self, dialog: ExportDialog, choice: ExportChoice) -> None:
        try:
            if self._desk.store is not None:
                self._desk.store.set_setting(_FOLDER, str(choice.folder))
                self._desk.store.set_setting(_FORMATS, " ".join(choice.formats))
        except StorageError as failure:
            self._session.notice(str(failure), "danger")
        out = (str(self._desk.path), str(choice.folder.absolute()))
        request = ExportRequest(*out, choice.formats, choice.shares, choice.seed)
        request = replace(request, checked_only=choice.checked_only, sure_only=choice.sure_only)

        still_open = _while_open(dialog)

        def on_step(step: Step) -> None:
            for one in still_open:
                one.show_progress(step.fraction, step.text)

        def on_failed(failed: Failed) -> None:
            for one in still_open:
                one.show_problem(failed.sentence)
            if not still_open and failed.cancelled:
                words = f"The export was given up; what had been written by then is still in {choice.folder}."
                self._session.notice(words)
            elif not still_open:
                self._session.notice(failed.sentence, "danger")

        def on_result(result: Result) -> None:
            assert isinstance(result.answer, ExportResult)
            lines = [ReportLine(Outcome(word), *rest) for word, *rest in result.answer.lines]
            report = Report(f"Export to {choice.folder}", tuple(lines))
            for one in still_open:
                one.show_report(report)
            if report.taken:
                self._session.notice(f"Exported to {choice.folder}. {left_out_words(report)}", "success")
            else:
                self._session.notice(f"Nothing was exported. {left_out_words(report)}", "warning")

        job_id = self._inference.submit(request, on_step=on_step, on_result=on_result, on_failed=on_failed)
        dialog.cancelled.connect(lambda: self._inference.cancel(job_id))

    def _merge(self, title: str, read: Callable[[Document, Progress], ImportOutcome]) -> None:
        store = self._desk.store
        if store is None:
            return

        def done(outcome: ImportOutcome) -> None:
            if not outcome.edit.changes:
                self._session.notice(outcome.report.text().splitlines()[0], "warning")
                return
            if self._session.commit(outcome.edit):
                self._after_import(outcome)

        # A document of its own: the window's belongs to the window's thread.
        self._errands.run(title, lambda progress: read(Document(store), progress), done=done)

    def _after_import(self, outcome: ImportOutcome) -> None:
        from core.formats.labelme import keep_extras

        try:
            if self._desk.store is not None:
                keep_extras(outcome, self._desk.store)
        except StorageError as failure:
            self._session.notice(str(failure), "danger")
            return
        photos = outcome.edit.photos_after()
        if photos and self._session.photo_id is None:
            self._session.open_photo(photos[0].id)
        report = outcome.report
        if report.refused or report.changed:
            ReportDialog(report, self._asking.window).open()
        self._session.notice(report.summary, "warning" if report.refused else "success")

    def _no_project(self) -> str | None:
        return None if self._session.document is not None else NO_PROJECT


def _while_open(dialog: ExportDialog) -> list[ExportDialog]:
    """The dialog, and nothing once it is closed: Qt has deleted it by the time that late news arrive."""
    still_open = [dialog]
    dialog.finished.connect(lambda _: still_open.clear())
    return still_open
