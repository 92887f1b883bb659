"""Projects written as YOLO data sets and read back, for the tests of core.formats.yolo_*."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from format_builders import new_document

from core.document.document import Document
from core.formats.merging import ImportOutcome
from core.formats.report import Report
from core.formats.yolo_export import export_yolo
from core.formats.yolo_folder import YoloKind
from core.formats.yolo_import import import_yolo
from core.labels.photo import Photo


def exported(document: Document, folder: Path, out: Path, kind: YoloKind = YoloKind.SEGMENT, **more: Any) -> Report:
    """The project in `folder` written to `out`."""
    photos = map(document.store.load_photo, document.project.entries)
    places = {"project_folder": folder, "out_dir": out, "mesh_of": document.store.mesh}
    return export_yolo(photos, document.project, kind=kind, **places, **more)


def read_back(out: Path, folder: Path) -> tuple[ImportOutcome, list[Photo]]:
    """A data set merged into a new project in `folder`, and its photos."""
    document = new_document(folder)
    outcome = import_yolo(out, document, project_folder=folder)
    document.commit(outcome.edit)
    return outcome, [document.photo(photo_id) for photo_id in document.project.entries]


def words(report: Report) -> str:
    """Every line of a report."""
    return "\n".join(str(line) for line in report.lines)
