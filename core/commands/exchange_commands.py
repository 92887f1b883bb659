"""The commands that read and write the files of other tools: import and export, each with its report."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.commands.console import PROBLEMS, Answer, CommandError, opened, progress_bar, project_folder
from core.document.document import Document
from core.formats.report import Report, report_to_json
from core.formats.split import Split, split_from_text


def import_labels(arguments: argparse.Namespace) -> Answer:
    """Merge label files into the project as one edit."""
    folder = project_folder(arguments.project)
    with opened(arguments.project) as document, progress_bar("Importing") as progress:
        if arguments.coco:
            from core.formats.coco_import import import_coco

            file = Path(arguments.coco)
            images = Path(arguments.images) if arguments.images else file.parent
            outcome = import_coco(file, document, images_dir=images, project_folder=folder, progress=progress)
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
    if not (arguments.coco or arguments.coco_keypoints or arguments.labelme):
        raise CommandError("Say in which format: --coco, --coco-keypoints or --labelme, or several of them.")
    split = split_from_text(arguments.split) if arguments.split else None
    out = Path(arguments.out)
    reports: list[Report] = []
    with opened(arguments.project) as document:
        if arguments.coco:
            reports.append(_coco(document, out, split=split, seed=arguments.seed))
        if arguments.coco_keypoints:
            reports.append(_keypoints(document, out, split=split, seed=arguments.seed))
        if arguments.labelme:
            reports.append(_labelme(document, out / "labelme", folder=project_folder(arguments.project)))
    text = "\n".join([*(report.text() for report in reports), f"Written to {out}."])
    content = {"out": str(out), "reports": [report_to_json(report) for report in reports]}
    return Answer(text, content, PROBLEMS if any(report.refused for report in reports) else 0)


def _coco(document: Document, out: Path, *, split: Split | None, seed: int) -> Report:
    from core.formats.coco import export_coco

    photos = map(document.store.load_photo, document.project.entries)
    with progress_bar("COCO") as progress:
        return export_coco(photos, document.project, out_dir=out, split=split, seed=seed, progress=progress)


def _keypoints(document: Document, out: Path, *, split: Split | None, seed: int) -> Report:
    from core.formats.coco_keypoints import export_coco_keypoints

    photos = map(document.store.load_photo, document.project.entries)
    with progress_bar("COCO keypoints") as progress:
        return export_coco_keypoints(
            photos,
            document.project,
            out_dir=out,
            mesh_of=document.store.mesh,
            split=split,
            seed=seed,
            progress=progress,
        )


def _labelme(document: Document, out: Path, *, folder: Path) -> Report:
    from core.formats.labelme import kept_extras
    from core.formats.labelme_export import export_labelme

    store = document.store
    photos = ((store.load_photo(key), kept_extras(key, store)) for key in document.project.entries)
    with progress_bar("labelme") as progress:
        return export_labelme(photos, document.project, project_folder=folder, out_dir=out, progress=progress)
