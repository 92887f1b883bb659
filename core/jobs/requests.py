"""Questions about one posed sneaker, and what an answer makes of it: the same from a window and a command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from core.geometry.camera import Camera, CameraSource
from core.geometry.floor import Floor, floor_under
from core.jobs.messages import (
    ClickedPoint,
    ContourRequest,
    Evidence,
    FitRequest,
    FitResult,
    MeshRef,
    OverlapRequest,
    PosedShoe,
    PoseHypothesis,
    SearchRequest,
)
from core.labels.click_pose import counted_clicks
from core.labels.instance import DOUBTED, Instance, PoseEstimate, Provenance, Source
from core.labels.occlusion import hiding_regions, posed_before
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


def evidence_of(
    photo: Photo, instance: Instance, *, project: Project, mesh_file: str, with_floor: bool = False
) -> Evidence:
    """What is known of an instance that has an outline and a model; mesh_file: its model's cache file.

    with_floor: it stands on the floor of the photo's other shoe that has a pose, if there is one.
    """
    model = project.models[instance.model_id or ""]
    partner = _partner(photo, instance, project=project) if with_floor else None
    return Evidence(
        photo.id,
        instance.id,
        MeshRef(mesh_file, model.mesh_sha256, model.length_mm),
        instance.side,
        instance.size or model.size,
        photo.camera,
        instance.region,
        hiding_regions(instance, photo, project=project),
        _clicks(instance, project=project),
        floor=None if partner is None else floor_of(partner, project=project),
        shoes=_shoes_before(photo, instance, project=project, mesh_file=mesh_file),
    )


def _shoes_before(photo: Photo, instance: Instance, *, project: Project, mesh_file: str) -> tuple[PosedShoe, ...]:
    """Posed shoes without an outline; every mesh of the cache lies in one folder under its hash."""
    shoes = []
    for other in posed_before(instance, photo, project=project):
        model = project.models[other.model_id or ""]
        file = Path(mesh_file).with_name(f"{model.mesh_sha256}.npz")
        assert other.pose is not None
        mesh = MeshRef(str(file), model.mesh_sha256, model.length_mm)
        shoes.append(PosedShoe(mesh, other.side, other.size or model.size, other.pose))
    return tuple(shoes)


def paired(photo: Photo, instance: Instance, *, project: Project) -> Instance:
    """The instance at the size of the photo's other posed shoe, where that is the same model and it has none itself."""
    partner = _partner(photo, instance, project=project)
    if partner is None or partner.size is None or instance.size is not None:
        return instance
    return instance.with_size(partner.size) if partner.model_id == instance.model_id else instance


def _clicks(instance: Instance, *, project: Project) -> tuple[ClickedPoint, ...]:
    model = project.models[instance.model_id or ""]
    landmarks = model.sized_landmarks(instance.size, instance.side)
    found = []
    for click in counted_clicks(instance, model):
        x, y, z = (float(value) for value in landmarks[click.name])
        found.append(ClickedPoint(click.name, (x, y, z), click.at_px, click.sigma_px))
    return tuple(found)


def _partner(photo: Photo, instance: Instance, *, project: Project) -> Instance | None:
    """The other shoe of the photo whose pose explains its outline best."""
    others = [
        other
        for other in photo.instances
        if other.id != instance.id and other.pose_estimate is not None and other.model_id in project.models
    ]
    return max(others, key=lambda other: other.pose_estimate.iou or 0.0, default=None)  # type: ignore[union-attr]


def floor_of(shoe: Instance, *, project: Project) -> Floor:
    """The floor that a shoe with a pose and a model of the project stands on."""
    model, estimate = project.models[shoe.model_id or ""], shoe.pose_estimate
    assert estimate is not None
    up = float(model.factors(shoe.size, shoe.side)[2])
    return floor_under(estimate.pose, -0.5 * model.extent_mm[2] * up, covariance=estimate.covariance)


def fit_request(
    photo: Photo,
    instance: Instance,
    *,
    project: Project,
    mesh_file: str,
    focal_free: bool = False,
    shape_free: bool = False,
    with_floor: bool = False,
) -> FitRequest:
    """The request to refine a fittable instance's pose from where it is."""
    assert instance.pose is not None
    evidence = evidence_of(photo, instance, project=project, mesh_file=mesh_file, with_floor=with_floor)
    return FitRequest(evidence, instance.pose, focal_free=focal_free, shape_free=shape_free)


def snap_request(photo: Photo, instance: Instance, *, project: Project, mesh_file: str) -> FitRequest:
    """`fit_request` for a shoe that the hand holds or has just let go: quick, and a newer one takes its place."""
    return replace(fit_request(photo, instance, project=project, mesh_file=mesh_file), live=True)


def why_not_searchable(instance: Instance, project: Project) -> str | None:
    """Why the pose of an instance cannot be looked for, or None."""
    if instance.region.is_empty:
        return "it has no outline to find a pose from"
    if instance.model_id is None:
        return "it has no shoe model"
    return None if instance.model_id in project.models else "its shoe model is not in the project"


def search_request(
    photo: Photo,
    instance: Instance,
    *,
    project: Project,
    mesh_file: str,
    upright: bool = True,
    hidden: bool = False,
    focal_free: bool = False,
    shape_free: bool = False,
    with_floor: bool = False,
) -> SearchRequest:
    """The request to find a searchable instance's pose from its outline and clicks."""
    evidence = evidence_of(photo, instance, project=project, mesh_file=mesh_file, with_floor=with_floor)
    return SearchRequest(evidence, upright, hidden, focal_free, shape_free)


def overlap_request(photo: Photo, instance: Instance, *, project: Project, mesh_file: str) -> OverlapRequest:
    """The request to measure how well a fittable instance's pose explains its outline."""
    assert instance.pose is not None
    return OverlapRequest(evidence_of(photo, instance, project=project, mesh_file=mesh_file), instance.pose)


def contour_request(photo: Photo, instance: Instance, *, project: Project, mesh_file: str) -> ContourRequest:
    """The request to measure how far off its outline a fittable instance's shoe is, place by place."""
    assert instance.pose is not None
    return ContourRequest(evidence_of(photo, instance, project=project, mesh_file=mesh_file), instance.pose)


def posed(instance: Instance, photo: Photo, found: PoseHypothesis, *, among: Sequence[PoseHypothesis] = ()) -> Instance:
    """The instance with a pose that a search found, for the foot it was found for, and the camera it was found in.

    With it comes the size, where that was found, too. among: all that were found with it; those of that foot that the
    outline allows about as well are kept beside it.
    """
    residuals = {"iou": found.iou, "contour_px": found.contour_px} | _more_residuals(found)
    rivals = (among[index] for index in found.ambiguous_with if index < len(among))
    estimate = PoseEstimate(
        found.pose,
        alternatives=tuple(rival.pose for rival in rivals if rival.side is found.side),
        covariance=found.covariance,
        iou=found.iou,
        contour_px=found.contour_px,
        camera_source=_camera_source(photo, found),
        provenance=Provenance(Source.FIT, SEARCH_VERSION, MappingProxyType(residuals)),
    )
    sized = instance if found.size is None else instance.with_size(found.size)
    return sized.with_side(found.side).with_pose_estimate(estimate)


def fitted(instance: Instance, photo: Photo, answer: FitResult) -> Instance:
    """The instance with the pose a fit found and how it was found, and the size, where that was found, too.

    A pose found with a focal length holds for a photo taken with the `refocused` camera.
    """
    residuals = {"iou": answer.iou, "contour_px": answer.contour_px, "start_iou": answer.start_iou}
    residuals |= _more_residuals(answer)
    estimate = PoseEstimate(
        answer.pose,
        covariance=answer.covariance,
        iou=answer.iou,
        contour_px=answer.contour_px,
        camera_source=_camera_source(photo, answer),
        provenance=Provenance(Source.FIT, FIT_VERSION, MappingProxyType(residuals)),
    )
    sized = instance if answer.size is None else instance.with_size(answer.size)
    return sized.with_pose_estimate(estimate)


def refocused(photo: Photo, focal_px: float) -> Camera:
    """The photo's camera with the fx that a fit found; fy goes with it, the lens's distortion stays as it is."""
    camera = photo.camera
    fy_px = focal_px * camera.fy_px / camera.fx_px
    return replace(camera, fx_px=focal_px, fy_px=fy_px, source=CameraSource.FIT, source_name="")


def _camera_source(photo: Photo, found: PoseHypothesis | FitResult) -> CameraSource:
    return photo.camera.source if found.focal_px is None else CameraSource.FIT


def _more_residuals(found: PoseHypothesis | FitResult) -> dict[str, float]:
    """Of what was found beside the pose, and that something spoke against it."""
    doubted = {DOUBTED: 1.0} if found.doubt else {}
    return _focal_residuals(found) | _size_residuals(found) | doubted


def _focal_residuals(found: PoseHypothesis | FitResult) -> dict[str, float]:
    if found.focal_px is None:
        return {}
    return {"focal_px": found.focal_px, "focal_sigma_px": found.focal_sigma_px or 0.0}


def _size_residuals(found: PoseHypothesis | FitResult) -> dict[str, float]:
    if found.size_sigmas is None:
        return {}
    return {"width_ratio_sigma": found.size_sigmas[0], "height_ratio_sigma": found.size_sigmas[1]}
