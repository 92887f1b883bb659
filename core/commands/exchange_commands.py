"""The commands that read and write the files of other tools: import and export, each with its report."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from core.commands.console import PROBLEMS, Answer, CommandError, Progress, opened, progress_bar, project_folder
from core.document.document import Document
from core.formats.exports import FORMATS, ExportPlan, export_project
from core.formats.report import report_to_json
from core.formats.split import split_from_text

if TYPE_CHECKING:
    from core.formats.merging import ImportOutcome


def import_labels(arguments: argparse.Namespace) -> Answer:
    """Merge label files into the project as one edit."""
    folder = project_folder(arguments.project)
    with opened(arguments.project) as document, progress_bar("Importing") as progress:
        kind, paths = _source(arguments)
        if kind == "coco":
            from core.formats.coco_import import import_coco

            images = Path(arguments.images) if arguments.images else paths[0].parent
            outcome = import_coco(paths[0], images, document, project_folder=folder, progress=progress)
        elif kind == "bop":
            outcome = _bop(paths[0], document, folder=folder, progress=progress)
        elif kind == "yolo":
            from core.formats.yolo_import import import_yolo

            outcome = import_yolo(paths[0], document, project_folder=folder, progress=progress)
        else:
            from core.formats.labelme import import_labelme, keep_extras

            outcome = import_labelme(paths, document, project_folder=folder, progress=progress)
            keep_extras(outcome, document.store)
        document.commit(outcome.edit)
    report = outcome.report
    return Answer(report.text(), report_to_json(report), PROBLEMS if report.refused else 0)


def export_labels(arguments: argparse.Namespace) -> Answer:
    """Write the project's labels in the formats asked for."""
    named = {name.replace("-", "_") for name in arguments.format}
    formats = tuple(name for name in FORMATS if getattr(arguments, name) or name in named)
    if not formats:
        raise CommandError(f"Say in which format: {', '.join(f'--{name}' for name in FORMATS).replace('_', '-')}.")
    split = split_from_text(arguments.split) if arguments.split else None
    out = Path(arguments.out)
    plan = ExportPlan(formats, out, split, arguments.seed, arguments.checked_only, arguments.sure_only)
    folder = project_folder(arguments.project)
    with opened(arguments.project) as document, progress_bar("Exporting") as progress:
        reports = export_project(plan, document.store, project_folder=folder, progress=progress)
    text = "\n".join([*(report.text() for report in reports), f"Written to {out}."])
    content = {"out": str(out), "reports": [report_to_json(report) for report in reports]}
    return Answer(text, content, PROBLEMS if any(report.refused for report in reports) else 0)


def _source(arguments: argparse.Namespace) -> tuple[str, list[Path]]:
    """ "coco", "labelme", "bop" or "yolo", and where it lies; a source without a kind is looked at."""
    for kind in ("coco", "bop", "yolo", "labelme"):
        given = getattr(arguments, kind)
        if given:
            return kind, [Path(text) for text in (given if isinstance(given, list) else [given])]
    if not arguments.source:
        raise CommandError("Say what to import: a folder or file, or one of --labelme, --coco, --bop and --yolo.")
    path = Path(arguments.source)
    return _kind_of(path), [path]


def _kind_of(path: Path) -> str:
    from core.formats.bop_folder import is_bop
    from core.formats.json_file import read_json_members
    from core.formats.yolo_folder import is_yolo

    if not path.exists():
        raise CommandError(f"There is no {path} to import.")
    if is_bop(path):
        return "bop"
    if is_yolo(path):
        return "yolo"
    if path.is_file():
        return "coco" if {"images", "annotations"} <= read_json_members(path).keys() else "labelme"
    if any(path.rglob("*.json")):
        return "labelme"
    raise CommandError(f"{path} holds no labelme files, BOP scenes or data.yaml; a COCO file is named itself.")


def _bop(path: Path, document: Document, *, folder: Path, progress: Progress) -> ImportOutcome:
    from core.commands.machine import answer_of
    from core.formats.bop_folder import find_bop
    from core.formats.bop_import import import_bop
    from core.formats.bop_models import ReadModel, models_wanted
    from core.jobs.bop_requests import model_read, model_request
    from core.jobs.messages import MeshProposal

    bop = find_bop(path)
    read: dict[int, ReadModel | str] = {}
    for wanted in models_wanted(bop, document.project):
        progress(0.0, wanted.file.name)
        try:
            proposal = answer_of(model_request(wanted))
        except CommandError as error:
            read[wanted.obj_id] = str(error)
            continue
        assert isinstance(proposal, MeshProposal)
        read[wanted.obj_id] = model_read(proposal)
    return import_bop(bop, document, project_folder=folder, read=read, progress=progress)
