"""The command that fits: poses refined against outlines or found from them alone; each photo is one edit."""

from __future__ import annotations

import argparse
from typing import Any

from core.commands.console import PROBLEMS, Answer, CommandError, opened, photos_named, progress_bar
from core.commands.machine import answer_of, mesh_file_of
from core.document.document import Document
from core.document.edit import Edit
from core.jobs.messages import FitResult, PoseHypothesis, SearchResult
from core.jobs.requests import fit_request, fitted, posed, search_request, why_not_fittable, why_not_searchable
from core.labels.instance import Instance
from core.labels.photo import Photo
from core.labels.project import Role

_LEAST_WORSE = 0.002


def fit(arguments: argparse.Namespace) -> Answer:
    """Refine poses from where they are, or find them anew from the outlines alone."""
    if (arguments.hidden or arguments.any_view or arguments.model) and not arguments.anew:
        raise CommandError("--hidden, --any-view and --model say how a pose is looked for; give --anew with them.")
    if arguments.instance and not arguments.photo:
        raise CommandError("--instance counts within one photo; say which with --photo.")
    with opened(arguments.project) as document, progress_bar("Fitting") as progress:
        fits: list[dict[str, Any]] = []
        problems: list[str] = []
        total = 1 if arguments.photo else max(len(document.project.entries), 1)
        model_id = _model_for_all(arguments.model, document)
        for index, before in enumerate(photos_named(document, arguments.photo)):
            photo = before
            for number, instance in _chosen(before, arguments, document=document):
                name = f"{photo.file}, instance {number}"
                progress(index / total, name)
                try:
                    if arguments.anew:
                        found, others = _found(photo, instance, arguments, model_id=model_id, document=document)
                    else:
                        found, others = _fitted(photo, instance, document=document), None
                except CommandError as error:
                    problems.append(f"{name}: {error}")
                    continue
                photo = photo.with_instance(found)
                fits.append(_fit_json(name, photo, found) | _others_json(others))
            document.commit(Edit.of("Find pose" if arguments.anew else "Fit pose", before, photo))
    text = f"Fitted {len(fits)} poses."
    lines = [_line(one) for one in fits]
    code = PROBLEMS if problems else 0
    return Answer("\n".join([text, *lines, *problems]), {"fits": fits, "problems": problems}, code)


def _model_for_all(name: str | None, document: Document) -> str | None:
    """The id of the model of that name; of the only one of the project when there is no name, None when of several."""
    models = document.project.models
    if name is None:
        return next(iter(models)) if len(models) == 1 else None
    named = [model.id for model in models.values() if name in (model.name, model.id)]
    if not named:
        known = ", ".join(model.name for model in models.values()) or "none"
        raise CommandError(f"There is no shoe model {name} in the project; it has {known}.")
    return named[0]


def _chosen(photo: Photo, arguments: argparse.Namespace, *, document: Document) -> list[tuple[int, Instance]]:
    numbered = list(enumerate(photo.instances, 1))
    wanted = arguments.instance
    if wanted is None and arguments.anew:
        return [(number, one) for number, one in numbered if document.project.category(one.category).role is Role.SHOE]
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


def _found(
    photo: Photo, instance: Instance, arguments: argparse.Namespace, *, model_id: str | None, document: Document
) -> tuple[Instance, tuple[PoseHypothesis, ...]]:
    """The instance with the best pose that its outline allows, and the other ones."""
    if arguments.model or instance.model_id is None:
        instance = instance.with_model(model_id)
    reason = why_not_searchable(instance, document.project)
    if reason is not None:
        raise CommandError(reason if instance.model_id else f"{reason}; name one of the project's by --model")
    file = mesh_file_of(instance, project=document.project, store=document.store)
    how = {"upright": not arguments.any_view, "hidden": arguments.hidden}
    answer = answer_of(search_request(photo, instance, project=document.project, mesh_file=file, **how))
    assert isinstance(answer, SearchResult)
    return posed(instance, photo, answer.hypotheses[0]), answer.hypotheses[1:]


def _line(fit: dict[str, Any]) -> str:
    if "others" not in fit:
        return f"{fit['name']}: IoU {fit['start_iou']:.3f} -> {fit['iou']:.3f}"
    others = fit["others"]
    text = f"{fit['name']}: {fit['side']}, IoU {fit['iou']:.3f}"
    return f"{text}; {len(others)} other poses, the best of them {others[0]['iou']:.3f}" if others else text


def _others_json(others: tuple[PoseHypothesis, ...] | None) -> dict[str, Any]:
    from core.formats.outsole_key import pose_to_json

    if others is None:
        return {}
    poses = [{"pose": pose_to_json(one.pose), "side": one.side.value, "iou": one.iou} for one in others]
    return {"others": poses}


def _fit_json(name: str, photo: Photo, instance: Instance) -> dict[str, Any]:
    from core.formats.outsole_key import pose_estimate_to_json

    estimate = instance.pose_estimate
    assert estimate is not None
    own = {"iou": estimate.iou, "side": instance.side.value} | dict(estimate.provenance.residuals)
    place = {"name": name, "photo": photo.file, "instance": instance.id}
    return place | own | {"pose": pose_estimate_to_json(estimate)}
