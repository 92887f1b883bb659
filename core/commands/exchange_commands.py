"""The commands that read and write the files of other tools: import and export, each with its report."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.commands.console import PROBLEMS, Answer, CommandError, opened, progress_bar, project_folder
from core.formats.exports import FORMATS, ExportPlan, export_project
from core.formats.report import report_to_json
from core.formats.split import split_from_text


def import_labels(arguments: argparse.Namespace) -> Answer:
    """Merge label files into the project as one edit."""
    folder = project_folder(arguments.project)
    with opened(arguments.project) as document, progress_bar("Importing") as progress:
        if arguments.coco:
            from core.formats.coco_import import import_coco

            file = Path(arguments.coco)
            images = Path(arguments.images) if arguments.images else file.parent
            outcome = import_coco(file, images, document, project_folder=folder, progress=progress)
        else:
            from core.formats.labelme import import_labelme, keep_extras

            paths = [Path(text) for text in arguments.labelme]
            outcome = import_labelme(paths, document, project_folder=folder, progress=progress)
            keep_extras(outcome, document.store)
        document.commit(outcome.edit)
    report = outcome.report
    return Answer(report.text(), report_to_json(report), PROBLEMS if report.refused else 0)


def export_labels(arguments: argparse.Namespace) -> Answer:
    """Write the project's labels in the formats asked for."""
    formats = tuple(name for name in FORMATS if getattr(arguments, name))
    if not formats:
        raise CommandError("Say in which format: --coco, --coco-keypoints or --labelme, or several of them.")
    split = split_from_text(arguments.split) if arguments.split else None
    out = Path(arguments.out)
    plan = ExportPlan(formats, out, split, arguments.seed, arguments.checked_only)
    folder = project_folder(arguments.project)
    with opened(arguments.project) as document, progress_bar("Exporting") as progress:
        reports = export_project(plan, document.store, project_folder=folder, progress=progress)
    text = "\n".join([*(report.text() for report in reports), f"Written to {out}."])
    content = {"out": str(out), "reports": [report_to_json(report) for report in reports]}
    return Answer(text, content, PROBLEMS if any(report.refused for report in reports) else 0)
