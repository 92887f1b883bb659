"""Questions about one posed sneaker, and what an answer makes of it: the same from a window and a command."""

from __future__ import annotations

from types import MappingProxyType

from core.jobs.messages import Evidence, FitRequest, FitResult, MeshRef, OverlapRequest, PoseHypothesis, SearchRequest
from core.labels.instance import Instance, PoseEstimate, Provenance, Source
from core.labels.occlusion import hiding_regions
from core.labels.photo import Photo
from core.labels.project import Project

FIT_VERSION = "silhouette-lm"
SEARCH_VERSION = "silhouette-search"


def why_not_fittable(instance: Instance, project: Project) -> str | None:
    """Why an instance cannot be fitted, or None."""
    if instance.pose_estimate is None:
        return "it has no pose to start from"
    if instance.region.is_empty:
        return "it has no outline to fit to"
    if instance.model_id not in project.models:
        return "its shoe model is not in the project"
    return None


def evidence_of(photo: Photo, instance: Instance, *, project: Project, mesh_file: str) -> Evidence:
    """What is known of an instance that has an outline and a model; mesh_file: its model's cache file."""
    model = project.models[instance.model_id or ""]
    return Evidence(
        photo.id,
        instance.id,
        MeshRef(mesh_file, model.mesh_sha256, model.length_mm),
        instance.side,
        instance.size or model.size,
        photo.camera,
        instance.region,
        hiding_regions(instance, photo, project=project),
    )


def fit_request(photo: Photo, instance: Instance, *, project: Project, mesh_file: str) -> FitRequest:
    """The request to refine a fittable instance's pose from where it is."""
    assert instance.pose is not None
    return FitRequest(evidence_of(photo, instance, project=project, mesh_file=mesh_file), instance.pose)


def why_not_searchable(instance: Instance, project: Project) -> str | None:
    """Why the pose of an instance cannot be looked for, or None."""
    if instance.region.is_empty:
        return "it has no outline to find a pose from"
    if instance.model_id is None:
        return "it has no shoe model"
    return None if instance.model_id in project.models else "its shoe model is not in the project"


def search_request(
    photo: Photo, instance: Instance, *, project: Project, mesh_file: str, upright: bool = True, hidden: bool = False
) -> SearchRequest:
    """The request to find a searchable instance's pose from its outline alone."""
    return SearchRequest(evidence_of(photo, instance, project=project, mesh_file=mesh_file), upright, hidden)


def overlap_request(photo: Photo, instance: Instance, *, project: Project, mesh_file: str) -> OverlapRequest:
    """The request to measure how well a fittable instance's pose explains its outline."""
    assert instance.pose is not None
    return OverlapRequest(evidence_of(photo, instance, project=project, mesh_file=mesh_file), instance.pose)


def posed(instance: Instance, photo: Photo, found: PoseHypothesis) -> Instance:
    """The instance with a pose that a search found, for the foot it was found for."""
    residuals = {"iou": found.iou, "contour_px": found.contour_px}
    estimate = PoseEstimate(
        found.pose,
        covariance=found.covariance,
        iou=found.iou,
        contour_px=found.contour_px,
        camera_source=photo.camera.source,
        provenance=Provenance(Source.FIT, SEARCH_VERSION, MappingProxyType(residuals)),
    )
    return instance.with_side(found.side).with_pose_estimate(estimate)


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
