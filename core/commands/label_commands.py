"""The command that fits: poses refined against their outlines, each photo one edit that can be undone."""

from __future__ import annotations

import argparse
from typing import Any

from core.commands.console import PROBLEMS, Answer, CommandError, opened, photos_named, progress_bar
from core.commands.machine import answer_of, mesh_file_of
from core.document.document import Document
from core.document.edit import Edit
from core.jobs.messages import FitResult
from core.jobs.requests import fit_request, fitted, why_not_fittable
from core.labels.instance import Instance
from core.labels.photo import Photo

_LEAST_WORSE = 0.002


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
