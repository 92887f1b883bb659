"""The check command: everything in a project that would spoil what is made of it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.commands.console import PROBLEMS, Answer, CommandError, opened, progress_bar, project_folder
from core.commands.machine import answer_of, mesh_file_of
from core.document.document import Document
from core.geometry.camera import CameraSource
from core.geometry.region import Region
from core.jobs.messages import OverlapResult
from core.jobs.requests import overlap_request, why_not_fittable
from core.labels.instance import DOUBTED, Instance
from core.labels.photo import Photo, Status
from core.labels.project import Role
from core.labels.words import counted

LEAST_IOU = 0.93
LEAST_AREA_PX2 = 1.0


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: kind is a word to filter by, instance its number in the photo or None."""

    kind: str
    photo: str
    instance: int | None
    reason: str

    def __str__(self) -> str:
        place = self.photo if self.instance is None else f"{self.photo}, instance {self.instance}"
        return f"{place}: {self.reason}"


def check(arguments: argparse.Namespace) -> Answer:
    """Look at every photo and instance; exit code 1 when something is wrong."""
    folder = project_folder(arguments.project)
    problems: list[Problem] = []
    by_hash: dict[str, str] = {}
    with opened(arguments.project) as document, progress_bar("Checking") as progress:
        total = len(document.project.entries)
        for index, photo_id in enumerate(document.project.entries):
            photo = document.store.load_photo(photo_id)
            progress(index / total, photo.file)
            if photo.status is Status.REJECTED:
                continue
            problems += photo_problems(photo, folder)
            twin = by_hash.setdefault(photo.sha256, photo.file) if photo.sha256 else photo.file
            if twin != photo.file:
                problems.append(Problem("twin", photo.file, None, f"it is the same picture as {twin}"))
            for number, instance in enumerate(photo.instances, 1):
                problems += instance_problems(instance, photo, number=number, document=document)
    counts: dict[str, int] = {}
    for problem in problems:
        counts[problem.kind] = counts.get(problem.kind, 0) + 1
    tally = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    photos = counted(total, "photo")
    found = counted(len(problems), "problem")
    summary = f"{photos}, {found}: {tally}." if problems else f"{photos}, no problems."
    content: dict[str, Any] = {"photos": total, "counts": counts, "problems": [asdict(one) for one in problems]}
    return Answer("\n".join([*map(str, problems), summary]), content, PROBLEMS if problems else 0)


def photo_problems(photo: Photo, folder: Path) -> Iterator[Problem]:
    """What is wrong with a photo's file and camera."""
    from core.storage.image_file import PhotoError, read_info, resolve_photo_path, sha256_of
    from core.storage.wholeness import check_whole

    file = resolve_photo_path(folder, photo.file)
    try:
        size_px = read_info(file).size_px
        check_whole(file)
        if size_px != photo.size_px:
            was, now = (f"{size[0]} x {size[1]}" for size in (photo.size_px, size_px))
            yield Problem("size", photo.file, None, f"the file is {now} px now, its labels are for {was} px")
        elif photo.sha256 and sha256_of(file) != photo.sha256:
            yield Problem("changed", photo.file, None, "the file has changed since it was added")
    except PhotoError as error:
        kind = "unreadable" if file.is_file() else "missing"
        yield Problem(kind, photo.file, None, str(error))
    posed = any(instance.pose_estimate is not None for instance in photo.instances)
    if posed and photo.camera.source is CameraSource.GUESS:
        reason = f"its camera is a guess ({photo.camera.vertical_fov_deg:.0f} degrees), so every t_z in it is one too"
        yield Problem("camera", photo.file, None, reason)


def instance_problems(instance: Instance, photo: Photo, *, number: int, document: Document) -> Iterator[Problem]:
    """What is wrong with an instance's outline and pose."""

    def problem(kind: str, reason: str) -> Problem:
        return Problem(kind, photo.file, number, reason)

    project = document.project
    if instance.category not in project.categories:
        yield problem("category", f"its category {instance.category!r} is not in the project")
    if instance.region.is_empty:
        yield problem("outline", "it has no outline")
    for reason in outline_faults(instance.region, photo.size_px):
        yield problem("outline", reason)
    if project.category(instance.category).role is not Role.SHOE:
        return
    estimate = instance.pose_estimate
    if estimate is None:
        yield problem("pose", "it has no pose")
        return
    if instance.model_id not in project.models:
        yield problem("model", "its shoe model is not in the project")
    if estimate.is_start:
        yield problem("pose", "its shoe was laid on its outline and never aligned")
        return
    if DOUBTED in estimate.provenance.residuals:
        yield problem("doubt", "the fit spoke against its shoe model, and the pose was taken all the same")
    iou = estimate.iou
    if iou is None and why_not_fittable(instance, project) is None:
        try:
            file = mesh_file_of(instance, project=project, store=document.store)
            answer = answer_of(overlap_request(photo, instance, project=project, mesh_file=file))
        except CommandError as error:
            yield problem("pose", f"how well its pose fits cannot be measured: {error}")
            return
        assert isinstance(answer, OverlapResult)
        iou = answer.iou
    if iou is not None and iou < LEAST_IOU:
        yield problem("pose", f"its pose explains the outline badly: IoU {iou:.3f}, below {LEAST_IOU}")


def outline_faults(region: Region, size_px: tuple[int, int]) -> Iterator[str]:
    """Sentences about rings that cross themselves or cover nothing, and about outlines outside the photo."""
    from shapely import Polygon
    from shapely.validation import explain_validity

    for index, part in enumerate(region.parts, 1):
        if part.area_px2 < LEAST_AREA_PX2:
            yield f"part {index} of its outline covers {part.area_px2:.2g} px²"
            continue
        polygon = Polygon(part.outer.points_px, [hole.points_px for hole in part.holes])
        if not polygon.is_valid:
            yield f"part {index} of its outline is degenerate: {explain_validity(polygon)}"
    if not region.is_empty:
        x0, y0, x1, y1 = region.bounds_px
        if x1 <= 0 or y1 <= 0 or x0 >= size_px[0] or y0 >= size_px[1]:
            yield "its outline lies outside the photo"
