"""The command that fits: poses refined against outlines or found from them alone; each photo is one edit.

Where the focal length is a guess it can be found with the pose: the photo's camera changes with it. So can a shoe's
width and height, where it is not just the model's.
"""

from __future__ import annotations

import argparse
from typing import Any

from core.commands.console import PROBLEMS, Answer, CommandError, opened, photos_named, progress_bar
from core.commands.machine import answer_of, mesh_file_of
from core.document.document import Document
from core.document.edit import Edit
from core.jobs.messages import FitResult, PoseHypothesis, SearchResult
from core.jobs.requests import (
    fit_request,
    fitted,
    posed,
    refocused,
    search_request,
    why_not_fittable,
    why_not_searchable,
)
from core.labels.camera_change import with_other_camera
from core.labels.instance import Instance
from core.labels.photo import Photo
from core.labels.project import Role
from core.labels.words import counted

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
                # An earlier fit may have moved it with the camera.
                instance, free = photo.instance(instance.id), arguments.free_focal and photo.camera == before.camera
                try:
                    if arguments.anew:
                        asked = (photo, instance, arguments)
                        photo, found, said = _found(*asked, model_id=model_id, document=document, focal_free=free)
                    else:
                        shape_free = arguments.free_shape
                        how = {"focal_free": free, "shape_free": shape_free}
                        photo, found, said = _fitted(photo, instance, document=document, **how)
                except CommandError as error:
                    problems.append(f"{name}: {error}")
                    continue
                photo = photo.with_instance(found)
                fits.append(_fit_json(name, photo, found) | said)
            document.commit(Edit.of("Find pose" if arguments.anew else "Fit pose", before, photo))
    text = f"Fitted {counted(len(fits), 'pose')}."
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


def _fitted(
    photo: Photo, instance: Instance, *, document: Document, focal_free: bool, shape_free: bool
) -> tuple[Photo, Instance, dict[str, Any]]:
    """The photo, with another camera where the focal length was found, the instance with its pose in it, and what the

    fit says of it as JSON.
    """
    reason = _why_locked(instance) or why_not_fittable(instance, document.project)
    if reason is not None:
        raise CommandError(reason)
    file = mesh_file_of(instance, project=document.project, store=document.store)
    how = {"focal_free": focal_free, "shape_free": shape_free}
    answer = answer_of(fit_request(photo, instance, project=document.project, mesh_file=file, **how))
    assert isinstance(answer, FitResult)
    if answer.iou < answer.start_iou - _LEAST_WORSE:
        raise CommandError(f"the fit found nothing better than the pose it has (IoU {answer.start_iou:.3f})")
    photo = _refocused(photo, answer.focal_px)
    return photo, fitted(instance, photo, answer), _doubt_json(answer.doubt)


def _why_locked(instance: Instance) -> str | None:
    return "it is locked, and its pose was left as it is" if "locked" in instance.flags else None


def _refocused(photo: Photo, focal_px: float | None) -> Photo:
    """Its other shoes stay as they are seen."""
    return photo if focal_px is None else with_other_camera(photo, refocused(photo, focal_px))


def _found(
    photo: Photo,
    instance: Instance,
    arguments: argparse.Namespace,
    *,
    model_id: str | None,
    document: Document,
    focal_free: bool,
) -> tuple[Photo, Instance, dict[str, Any]]:
    """As `_fitted`, with the best pose that the outline allows; it tells of the other ones, too."""
    if arguments.model or instance.model_id is None:
        instance = instance.with_model(model_id)
    reason = _why_locked(instance) or why_not_searchable(instance, document.project)
    if reason is not None:
        raise CommandError(reason if instance.model_id else f"{reason}; name one of the project's by --model")
    file = mesh_file_of(instance, project=document.project, store=document.store)
    how = {"upright": not arguments.any_view, "hidden": arguments.hidden, "focal_free": focal_free}
    how["shape_free"] = arguments.free_shape
    answer = answer_of(search_request(photo, instance, project=document.project, mesh_file=file, **how))
    assert isinstance(answer, SearchResult)
    first, *others = answer.hypotheses
    photo = _refocused(photo, first.focal_px)
    found = posed(instance, photo, first, among=answer.hypotheses)
    return photo, found, _others_json(others) | _doubt_json(first.doubt)


def _line(fit: dict[str, Any]) -> str:
    if "others" not in fit:
        text = f"{fit['name']}: IoU {fit['start_iou']:.3f} -> {fit['iou']:.3f}"
    else:
        others = fit["others"]
        text = f"{fit['name']}: {fit['side']}, IoU {fit['iou']:.3f}"
        text += f"; {len(others)} other poses, the best of them {others[0]['iou']:.3f}" if others else ""
    return f"{text}. {fit['doubt']}" if "doubt" in fit else text


def _doubt_json(doubt: str) -> dict[str, Any]:
    return {"doubt": doubt} if doubt else {}


def _others_json(others: list[PoseHypothesis]) -> dict[str, Any]:
    from core.formats.outsole_key import pose_to_json

    poses = [{"pose": pose_to_json(one.pose), "side": one.side.value, "iou": one.iou} for one in others]
    return {"others": poses}


def _fit_json(name: str, photo: Photo, instance: Instance) -> dict[str, Any]:
    from core.formats.outsole_key import pose_estimate_to_json

    estimate = instance.pose_estimate
    assert estimate is not None
    own = {"iou": estimate.iou, "side": instance.side.value} | dict(estimate.provenance.residuals)
    if instance.size is not None and "width_ratio_sigma" in own:
        own |= {"width_ratio": instance.size.width_ratio, "height_ratio": instance.size.height_ratio}
    place = {"name": name, "photo": photo.file, "instance": instance.id}
    return place | own | {"pose": pose_estimate_to_json(estimate)}
