"""What each request asks for, done: the one place that knows the fit, the segmenters and the mesh importer.

They are imported where they are used, so that an outline does not wait for the fit's kernels to load.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.jobs.messages import (
    Answer,
    ContourRequest,
    CorrectRequest,
    CorrectResult,
    Evidence,
    ExportRequest,
    ExportResult,
    Failed,
    FitRequest,
    FitResult,
    ImportMeshRequest,
    MeshProposal,
    MeshRef,
    OverlapRequest,
    OverlapResult,
    PhotoRef,
    PoseHypothesis,
    Request,
    Result,
    SearchRequest,
    SearchResult,
    SegmentRequest,
    SegmentResult,
    Step,
)
from core.jobs.pair_messages import PairFitRequest, PairFitResult
from core.jobs.protocol import CANCELLED, activity
from core.jobs.task_failures import Report, TaskCancelled, TaskError
from core.labels.contour_profile import ContourProfile
from core.labels.instance import ShoeSize, Side

if TYPE_CHECKING:
    from core.fit.problem import FitProblem
    from core.fit.proportions import Proportions
    from core.fit.search import Hypothesis

_LOG = logging.getLogger("outsole.core")


def run_task(request: Request, report: Report) -> Answer:
    """The answer to a request. Its steps carry job id 0; raises TaskError and TaskCancelled."""
    match request:
        case SegmentRequest():
            return _segment(request, report)
        case CorrectRequest():
            return _correct(request)
        case FitRequest():
            return _fit(request, report)
        case PairFitRequest():
            return _fit_pair(request, report)
        case SearchRequest():
            return _search(request, report)
        case OverlapRequest():
            return _overlap(request)
        case ContourRequest():
            return _contour(request)
        case ImportMeshRequest():
            return _import_mesh(request, report)
        case ExportRequest():
            return _export(request, report)


def run_job(job_id: int, request: Request, *, report: Report) -> Result | Failed:
    """How a job ends: its answer, or a sentence; a mistake in the program becomes a sentence, too, and is logged."""
    try:
        return Result(job_id, run_task(request, lambda step: report(replace(step, job_id=job_id))))
    except TaskCancelled:
        return Failed(job_id, CANCELLED, cancelled=True)
    except TaskError as error:
        return Failed(job_id, str(error))
    except MemoryError:
        _LOG.exception("job %d ran out of memory: %s", job_id, request)
        return Failed(job_id, f"There was not enough memory for {activity(request)}. Close other programs, try again.")
    except Exception as error:
        _LOG.exception("job %d failed: %s", job_id, request)
        return Failed(
            job_id,
            f"An internal error ended {activity(request)}: {type(error).__name__}: {error}. "
            "Nothing in the project was changed; the log of the inference core has the details.",
        )


def warm_up() -> None:
    """Load and compile what the first requests would otherwise wait for."""
    from core.fit.warm import warm_up as warm_up_fit

    warm_up_fit()


def _segment(request: SegmentRequest, report: Report) -> SegmentResult:
    from core.jobs.task_segment import segment

    return segment(_pixels(request.photo), request, report=report)


def _correct(request: CorrectRequest) -> CorrectResult:
    from core.vision.click_correction import corrected_region

    clicks = {"positive_px": request.positive_px, "negative_px": request.negative_px}
    return CorrectResult(corrected_region(_pixels(request.photo), request.region, **clicks))


def _fit(request: FitRequest, report: Report) -> FitResult:
    from core.fit.errors import FitCancelled, FitError
    from core.fit.refine import refine_pose
    from core.fit.shape import refine_shape

    def on_step(pose: Pose, fraction: float) -> bool:
        return report(Step(0, fraction, "Fitting", pose=pose))

    try:
        problem = _fit_problem(request.evidence, with_clicks=True, focal_free=request.focal_free)
        if not report(Step(0, 0.0, "Fitting", pose=request.start)):
            raise TaskCancelled
        refine = refine_shape if request.shape_free else refine_pose
        found = refine(problem, request.start, on_step=None if request.live else on_step)
    except FitCancelled as cancelled:
        raise TaskCancelled from cancelled
    except FitError as error:
        raise TaskError(str(error)) from error
    measured = (found.iou, found.contour_px, found.start_iou, found.cpu_ms)
    size, sigmas = _size_found(request.evidence, found.proportions)
    focal = (found.focal_px, found.focal_sigma_px)
    return FitResult(found.pose, found.covariance, *measured, *focal, found.doubt, size, sigmas)


def _fit_pair(request: PairFitRequest, report: Report) -> PairFitResult:
    from core.jobs.task_pair import fit_pair

    return fit_pair(request, lambda evidence: _fit_problem(evidence, with_clicks=True), report=report)


def _search(request: SearchRequest, report: Report) -> SearchResult:
    from core.fit.errors import FitCancelled, FitError
    from core.fit.from_starts import search_from
    from core.fit.search import FULL, HIDDEN, UPRIGHT, search_sides
    from core.fit.shape import search_shapes

    def on_step(pose: Pose, fraction: float) -> bool:
        return report(Step(0, fraction, "Looking for the pose", pose=pose))

    evidence = request.evidence
    sides = (Side.RIGHT, Side.LEFT) if evidence.side is Side.UNKNOWN else (evidence.side,)
    try:
        if not report(Step(0, 0.0, "Looking for the pose")):
            raise TaskCancelled
        more = {"with_clicks": True, "focal_free": request.focal_free}
        problems = [_fit_problem(_sided(evidence, side), **more) for side in sides]
        prior, effort = UPRIGHT if request.upright else None, HIDDEN if request.hidden else FULL
        search = search_shapes if request.shape_free else search_sides
        if request.starts:
            found = search_from(problems[0], request.starts, on_step=on_step)
        else:
            found = search(problems, upright=prior, effort=effort, on_step=on_step)
    except FitCancelled as cancelled:
        raise TaskCancelled from cancelled
    except FitError as error:
        raise TaskError(str(error)) from error
    return SearchResult(tuple(_offered(evidence, one) for one in found.hypotheses), found.cpu_ms)


def _offered(evidence: Evidence, one: Hypothesis) -> PoseHypothesis:
    size, sigmas = _size_found(evidence, one.proportions)
    return PoseHypothesis(
        one.pose,
        one.side,
        one.iou,
        one.contour_px,
        one.covariance,
        doubt=one.doubt,
        ambiguous_with=one.ambiguous_with,
        focal_px=one.focal_px,
        focal_sigma_px=one.focal_sigma_px,
        size=size,
        size_sigmas=sigmas,
    )


def _size_found(evidence: Evidence, found: Proportions | None) -> tuple[ShoeSize | None, tuple[float, float] | None]:
    """The size with the width and the height that were found, and the standard deviations of its two ratios."""
    if found is None:
        return None, None
    given = evidence.size
    size = ShoeSize(given.length_mm, given.width_ratio * found.width, given.height_ratio * found.height)
    return size, (size.width_ratio * found.width_sigma, size.height_ratio * found.height_sigma)


def _overlap(request: OverlapRequest) -> OverlapResult:
    from core.fit.errors import FitError
    from core.fit.overlap import overlap

    try:
        measured = overlap(_fit_problem(request.evidence), request.pose)
    except FitError as error:
        raise TaskError(str(error)) from error
    return OverlapResult(measured.iou, measured.contour_px)


def _contour(request: ContourRequest) -> ContourProfile:
    from core.fit.errors import FitError
    from core.fit.profile import contour_profile

    try:
        return contour_profile(_fit_problem(request.evidence), request.pose, camera=request.evidence.camera)
    except FitError as error:
        raise TaskError(str(error)) from error


def _import_mesh(request: ImportMeshRequest, report: Report) -> MeshProposal:
    from core.document.store import StorageError
    from core.meshes.mesh_file import MeshFileError
    from core.meshes.shoe_import import propose_import, taken_as_it_is
    from core.storage.mesh_cache import cached_mesh_file

    file = Path(request.file)
    if not report(Step(0, None, f"Reading {file.name}")):
        raise TaskCancelled
    try:
        if request.is_in_shoe_frame:
            shoe = taken_as_it_is(file)
        else:
            length, unit = request.length_mm, request.unit_mm
            shoe = propose_import(file, axes=request.axes, length_mm=length, shoe=request.shoe, unit_mm=unit)
        if not report(Step(0, None, "Keeping the mesh")):
            raise TaskCancelled
        sha256 = shoe.mesh.sha256
        kept = cached_mesh_file(shoe.mesh, sha256)
    except (MeshFileError, StorageError) as error:
        raise TaskError(str(error)) from error
    length, width, height = (float(side) for side in shoe.mesh.extent_mm)
    return MeshProposal(
        mesh=MeshRef(str(kept), sha256, length),
        name=shoe.name,
        axes=shoe.axes,
        length_mm=shoe.length_mm,
        shoe=shoe.shoe,
        is_pair=shoe.is_pair,
        extent_mm=(length, width, height),
        diameter_mm=shoe.mesh.diameter_mm(),
        triangles=len(shoe.mesh.faces),
        notes=shoe.notes,
        shoe_from_file=shoe.shoe_from_file,
        foot=shoe.foot,
    )


def _export(request: ExportRequest, report: Report) -> ExportResult:
    from core.document.store import StorageError
    from core.formats.exports import ExportPlan, export_project, place_in
    from core.formats.split import Split
    from core.storage.reading import open_for_reading

    def progress(fraction: float, text: str) -> None:
        if not report(Step(0, fraction, text)):
            raise TaskCancelled

    try:
        store = open_for_reading(request.project_file)
        try:
            split = Split(request.shares) if request.shares else None
            which = {"checked_only": request.checked_only, "sure_only": request.sure_only}
            plan = ExportPlan(request.formats, Path(request.out_dir), split, request.seed, **which)
            folder = Path(request.project_file).parent
            reports = export_project(plan, store, project_folder=folder, progress=progress)
        finally:
            store.close()
    except (StorageError, ValueError) as error:
        raise TaskError(str(error)) from error
    except OSError as error:
        sentence = f"{request.out_dir} cannot be written to ({error.strerror or error}); choose another folder."
        raise TaskError(sentence) from error
    lines = (
        (line.outcome.value, line.file, place_in(name, line, several=len(reports) > 1), line.reason)
        for name, one in zip(request.formats, reports, strict=True)
        for line in one.lines
    )
    return ExportResult(request.out_dir, tuple(lines))


def _sided(evidence: Evidence, side: Side) -> Evidence:
    """The evidence for a shoe of that foot; a shoe of an unknown one was clicked as a right one."""
    if side is evidence.side:
        return evidence
    mirror = -1.0 if Side.LEFT in (side, evidence.side) else 1.0
    clicks = ((click, *click.at_mm) for click in evidence.clicks)
    mirrored = tuple(replace(click, at_mm=(x, mirror * y, z)) for click, x, y, z in clicks)
    return replace(evidence, side=side, clicks=mirrored)


def _fit_problem(evidence: Evidence, *, with_clicks: bool = False, focal_free: bool = False) -> FitProblem:
    from core.fit.knowledge import Click
    from core.fit.problem import FOCAL_SIGMA, fit_problem
    from core.jobs.task_occlusion import ignored_by

    clicks = evidence.clicks if with_clicks else ()
    return fit_problem(
        _mesh(evidence.mesh),
        model_length_mm=evidence.mesh.length_mm,
        # A shoe of an unknown foot that has a pose is shown as a right one.
        side=Side.RIGHT if evidence.side is Side.UNKNOWN else evidence.side,
        size=evidence.size,
        camera=evidence.camera,
        region=evidence.region,
        ignored=ignored_by(evidence, _mesh),
        clicks=[Click(click.at_mm, click.at_px, click.sigma_px, click.name) for click in clicks],
        floor=evidence.floor,
        focal_sigma=FOCAL_SIGMA if focal_free else 0.0,
    )


def _mesh(ref: MeshRef) -> Mesh:
    """The same object for the same file: the fit keeps what it derives from a mesh by the object."""
    return _loaded_mesh(ref.file, _stamp(ref.file))


@lru_cache(maxsize=8)
def _loaded_mesh(file: str, _: tuple[int, int]) -> Mesh:
    from core.document.store import StorageError
    from core.storage.mesh_cache import load_mesh_file

    try:
        return load_mesh_file(Path(file))
    except StorageError as error:
        raise TaskError(str(error)) from error


def _pixels(ref: PhotoRef) -> Any:
    """(H, W, 3) uint8 RGB, oriented, read-only."""
    return _decoded_photo(ref.file, _stamp(ref.file))


@lru_cache(maxsize=2)
def _decoded_photo(file: str, _: tuple[int, int]) -> Any:
    from core.storage.image_file import PhotoError, read_pixels

    try:
        pixels = read_pixels(Path(file))
    except PhotoError as error:
        raise TaskError(str(error)) from error
    pixels.flags.writeable = False
    return pixels


def _stamp(file: str) -> tuple[int, int]:
    """Changes when the file does; (0, 0) when it is missing, which whoever reads it says in a sentence."""
    try:
        status = Path(file).stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size
