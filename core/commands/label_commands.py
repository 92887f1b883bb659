"""The commands that let the machine label: segment and fit, each photo one edit that can be undone."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from core.commands.console import (
    PROBLEMS,
    Answer,
    CommandError,
    opened,
    photo_id_named,
    photos_named,
    progress_bar,
    project_folder,
)
from core.commands.machine import answer_of, mesh_file_of
from core.document.document import Document
from core.document.edit import Edit
from core.jobs.messages import FitResult, PhotoRef, SegmentRequest, SegmentResult
from core.jobs.requests import fit_request, fitted, why_not_fittable
from core.labels.instance import Instance, Provenance, Source, new_id
from core.labels.photo import Photo

Box = tuple[float, float, float, float]
_LEAST_WORSE = 0.002


def segment(arguments: argparse.Namespace) -> Answer:
    """Outline what stands in boxes; each becomes an instance."""
    with opened(arguments.project) as document, progress_bar("Outlining") as progress:
        boxes = _boxes(arguments, document)
        category = document.project.category_named(arguments.category)
        if category is None:
            known = ", ".join(one.name for one in document.project.categories.values())
            raise CommandError(f"There is no category {arguments.category}; this project has {known}.")
        made: list[dict[str, Any]] = []
        problems: list[str] = []
        for number, (photo_id, photo_boxes) in enumerate(boxes.items()):
            photo = before = document.photo(photo_id)
            progress(number / len(boxes), photo.file)
            for box_px in photo_boxes:
                try:
                    instance = _outlined(photo, box_px, category=category.id, folder=project_folder(arguments.project))
                except CommandError as error:
                    problems.append(f"{photo.file}, box {','.join(f'{value:g}' for value in box_px)}: {error}")
                    continue
                photo = photo.with_instance(instance)
                area = instance.region.area_px2
                made.append({"photo": photo.file, "instance": instance.id, "area_px2": area})
            document.commit(Edit.of("Outline by segmenter", before, photo))
    lines = [f"Outlined {len(made)} instances in {len(boxes)} photos.", *problems]
    return Answer("\n".join(lines), {"made": made, "problems": problems}, PROBLEMS if problems else 0)


def fit(arguments: argparse.Namespace) -> Answer:
    """Refine poses from where they are, against the outlines."""
    if arguments.instance and not arguments.photo:
        raise CommandError("--instance counts within one photo; say which with --photo.")
    with opened(arguments.project) as document, progress_bar("Fitting") as progress:
        fits: list[dict[str, Any]] = []
        problems: list[str] = []
        total = 1 if arguments.photo else max(len(document.project.entries), 1)
        for index, before in enumerate(photos_named(document, arguments.photo)):
            photo = before
            for number, instance in _chosen(before, arguments.instance):
                name = f"{photo.file}, instance {number}"
                progress(index / total, name)
                try:
                    found = _fitted(photo, instance, document=document)
                except CommandError as error:
                    problems.append(f"{name}: {error}")
                    continue
                photo = photo.with_instance(found)
                fits.append(_fit_json(name, photo, found))
            document.commit(Edit.of("Fit pose", before, photo))
    text = f"Fitted {len(fits)} poses."
    lines = [f"{one['name']}: IoU {one['start_iou']:.3f} -> {one['iou']:.3f}" for one in fits]
    code = PROBLEMS if problems else 0
    return Answer("\n".join([text, *lines, *problems]), {"fits": fits, "problems": problems}, code)


def box_from_text(text: str) -> Box:
    """(x0, y0, x1, y1) of "x0,y0,x1,y1"; raises CommandError."""
    try:
        x0, y0, x1, y1 = (float(part) for part in text.split(","))
    except ValueError as error:
        raise CommandError(f"A box is x0,y0,x1,y1 in px, such as 120,80,460,300, not {text}.") from error
    return _ordered(x0, y0, x1, y1=y1)


def _ordered(x0: float, y0: float, x1: float, *, y1: float) -> Box:
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _boxes(arguments: argparse.Namespace, document: Document) -> dict[str, list[Box]]:
    if arguments.boxes:
        named = _boxes_in(Path(arguments.boxes))
        return {photo_id_named(document.project, name): boxes for name, boxes in named.items()}
    if not arguments.box:
        raise CommandError("Say what to outline: --photo NAME --box x0,y0,x1,y1, or --boxes FILE for many photos.")
    boxes = [box_from_text(text) for text in arguments.box]
    if arguments.photo is None and len(document.project.entries) != 1:
        raise CommandError("Say with --photo which photo the box is in.")
    photos = photos_named(document, arguments.photo)
    return {photo.id: boxes for photo in photos}


def _boxes_in(file: Path) -> dict[str, list[Box]]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {
            str(name): [_ordered(*(float(value) for value in box[:3]), y1=float(box[3])) for box in boxes]
            for name, boxes in content.items()
        }
    except (OSError, ValueError, TypeError, AttributeError, IndexError) as error:
        raise CommandError(
            f'{file} holds no boxes ({error}); it should read like {{"photo.jpg": [[120, 80, 460, 300]]}}.'
        ) from error


def _outlined(photo: Photo, box_px: Box, *, category: str, folder: Path) -> Instance:
    from core.storage.image_file import resolve_photo_path

    ref = PhotoRef(str(resolve_photo_path(folder, photo.file)), photo.sha256)
    instance = Instance(new_id(), category)
    answer = answer_of(SegmentRequest(ref, photo.id, box_px, category=category, instance_id=instance.id))
    assert isinstance(answer, SegmentResult)
    if answer.region.is_empty:
        raise CommandError("nothing was found in the box")
    return instance.with_region(answer.region, provenance=Provenance(Source.SEGMENTER, answer.method))


def _chosen(photo: Photo, wanted: str | None) -> list[tuple[int, Instance]]:
    numbered = list(enumerate(photo.instances, 1))
    if wanted is None:
        return [(number, instance) for number, instance in numbered if instance.pose_estimate is not None]
    chosen = [(number, instance) for number, instance in numbered if wanted in (str(number), instance.id)]
    if not chosen:
        raise CommandError(f"{photo.file} has no instance {wanted}; it has {len(numbered)}, counted from 1.")
    return chosen


def _fitted(photo: Photo, instance: Instance, *, document: Document) -> Instance:
    reason = why_not_fittable(instance, document.project)
    if reason is not None:
        raise CommandError(reason)
    file = mesh_file_of(instance, project=document.project, store=document.store)
    answer = answer_of(fit_request(photo, instance, project=document.project, mesh_file=file))
    assert isinstance(answer, FitResult)
    if answer.iou < answer.start_iou - _LEAST_WORSE:
        raise CommandError(f"the fit found nothing better than the pose it has (IoU {answer.start_iou:.3f})")
    return fitted(instance, photo, answer)


def _fit_json(name: str, photo: Photo, instance: Instance) -> dict[str, Any]:
    from core.formats.outsole_key import pose_estimate_to_json

    estimate = instance.pose_estimate
    assert estimate is not None
    own = {"iou": estimate.iou, "start_iou": estimate.provenance.residuals["start_iou"]}
    place = {"name": name, "photo": photo.file, "instance": instance.id}
    return place | own | {"pose": pose_estimate_to_json(estimate)}
