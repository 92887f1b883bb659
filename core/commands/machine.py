"""The machine's share of the commands: requests made from labels, answered in this process."""

from __future__ import annotations

from types import MappingProxyType

from core.commands.console import CommandError
from core.document.store import Store
from core.formats.coco_keypoints import hiding_regions
from core.jobs.messages import (
    Answer,
    Failed,
    FitRequest,
    FitResult,
    MeshRef,
    Message,
    OverlapRequest,
    Request,
    Result,
)
from core.labels.instance import Instance, PoseEstimate, Provenance, Source
from core.labels.photo import Photo
from core.labels.project import Project
from core.labels.shoe_model import ShoeModel

FIT_VERSION = "silhouette-lm"


def answer_of(request: Request) -> Answer:
    """The answer to a request; raises CommandError with the sentence of one that failed."""
    from core.jobs.inline import InlineCore

    heard: list[Message] = []
    InlineCore().submit(request, heard.append)
    last = heard[-1]
    if isinstance(last, Result):
        return last.answer
    raise CommandError(last.sentence if isinstance(last, Failed) else "The task ended without an answer.")


def why_not_fittable(instance: Instance, project: Project) -> str | None:
    """Why an instance cannot be fitted, or None."""
    if instance.pose_estimate is None:
        return "it has no pose to start from"
    if instance.region.is_empty:
        return "it has no outline to fit to"
    if instance.model_id not in project.models:
        return "its shoe model is not in the project"
    return None


def fit_request(photo: Photo, instance: Instance, *, project: Project, store: Store) -> FitRequest:
    """The request to refine a fittable instance's pose from where it is."""
    mesh, model = _mesh_of(instance, project=project, store=store)
    assert instance.pose is not None
    size = instance.size or model.size
    return FitRequest(
        photo.id,
        instance.id,
        mesh,
        instance.side,
        size,
        photo.camera,
        instance.region,
        instance.pose,
        hiding_regions(instance, photo, project=project),
    )


def overlap_request(photo: Photo, instance: Instance, *, project: Project, store: Store) -> OverlapRequest:
    """The request to measure how well a fittable instance's pose explains its outline."""
    fit = fit_request(photo, instance, project=project, store=store)
    return OverlapRequest(
        fit.photo_id, fit.instance_id, fit.mesh, fit.side, fit.size, fit.camera, fit.region, fit.start, fit.ignored
    )


def fitted(instance: Instance, photo: Photo, answer: FitResult) -> Instance:
    """The instance with the pose a fit found and how it was found."""
    residuals = {"iou": answer.iou, "contour_px": answer.contour_px, "start_iou": answer.start_iou}
    estimate = PoseEstimate(
        answer.pose,
        covariance=answer.covariance,
        iou=answer.iou,
        contour_px=answer.contour_px,
        camera_source=photo.camera.source,
        provenance=Provenance(Source.FIT, FIT_VERSION, MappingProxyType(residuals)),
    )
    return instance.with_pose_estimate(estimate)


def _mesh_of(instance: Instance, *, project: Project, store: Store) -> tuple[MeshRef, ShoeModel]:
    from core.storage.mesh_cache import cached_mesh_file

    model = project.models[instance.model_id or ""]
    file = cached_mesh_file(store, model.mesh_sha256)
    return MeshRef(str(file), model.mesh_sha256, model.length_mm), model
