"""What two passes over the same shoe would come to: each finds the pose anew, and an annotator takes the same one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.bench.fit_noise import hand_drawn
from core.commands.console import CommandError
from core.commands.machine import answer_of, mesh_file_of
from core.document.document import Document
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose, rotation_angle_deg
from core.geometry.region import Region
from core.jobs.messages import FitResult, SearchResult
from core.jobs.requests import fit_request, search_request, why_not_fittable
from core.labels.instance import Instance, ShoeSize, Side
from core.labels.photo import Photo
from core.labels.project import Role
from core.metrics.mask_overlap import contour_distance
from core.metrics.pose_error import depth_per_focal_error, lateral_error_mm
from core.render.shoe_occlusion import silhouette

Array = NDArray[np.float64]

CHOSEN_DEG = 30.0  # what an annotator takes for the same view of the shoe
START_TURN_DEG, START_NEARER = 15.0, 0.08


class Way(StrEnum):
    """How a pass differs from the one before it."""

    STARTS = "other start, same outline"
    FINE = "drawn anew, 80 vertices ± 0.5 px"
    DRAWN = "drawn anew, 40 vertices ± 1 px"


_DRAWN = {Way.FINE: (80, 0.5), Way.DRAWN: (40, 1.0)}


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A shoe that an annotator posed. name: of its photo, and its number there; mesh: of its model, the right shoe."""

    name: str
    photo: Photo
    instance: Instance
    document: Document
    mesh_file: str
    mesh: Mesh

    @property
    def pose(self) -> Pose:
        """The accepted one."""
        assert self.instance.pose is not None
        return self.instance.pose

    def outline_of(self, found: Found) -> Region:
        """The silhouette of a pose, px of the photo."""
        model = self.document.project.models[self.instance.model_id or ""]
        sized = model.sized_mesh(self.mesh, size=found.size, side=self.instance.side)
        return silhouette(sized, found.pose, self.photo.camera)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a pass ended at, and the sentence of doubt beside it, "" for none; size: None is the model's own."""

    pose: Pose
    size: ShoeSize | None
    doubt: str


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Two passes over a shoe; found: what each ended at, None where nothing like the accepted pose was offered.

    values: rotation_deg, lateral_mm, depth_per_focal_pct, contour_permille (mean two-way distance of the two
    silhouettes in thousandths of the photo's longer side), outline_permille (of the first from the accepted outline).
    """

    subject: Subject
    way: Way
    found: tuple[Found | None, Found | None]
    values: dict[str, float]


def subjects_of(document: Document, *, only: Callable[[str], bool]) -> Iterator[Subject]:
    """The shoes of a project with an outline, a model, a foot and a pose, of photos whose file is wanted."""
    from core.storage.mesh_cache import load_mesh_file

    project = document.project
    meshes: dict[str, Mesh] = {}
    for entry in project.entries.values():
        if not only(entry.file):
            continue
        photo = document.photo(entry.id)
        for number, one in enumerate(photo.instances, 1):
            is_shoe = project.category(one.category).role is Role.SHOE and one.side is not Side.UNKNOWN
            if not is_shoe or one.pose is None or why_not_fittable(one, project) is not None:
                continue
            file = mesh_file_of(one, project=project, store=document.store)
            if file not in meshes:
                meshes[file] = load_mesh_file(file)
            yield Subject(f"{photo.file}, {number}", photo, one, document, file, meshes[file])


def two_passes(subject: Subject, way: Way, *, seed: int, free_shape: bool) -> Compared:
    """Two passes over a shoe, from seeded starts or outlines."""
    pass_of = _from_start if way is Way.STARTS else _from_outline
    found = tuple(
        pass_of(subject, way, np.random.default_rng([seed, list(Way).index(way), number]), free_shape=free_shape)
        for number in range(2)
    )
    first, second = found
    values = {} if first is None or second is None else _differences(subject, first, second)
    return Compared(subject, way, (first, second), values)


def as_outlined(subject: Subject, *, free_shape: bool) -> tuple[bool, str]:
    """Of the outline as it is: whether the accepted view is offered, and the doubt that stands beside it, or the best.

    A doubt that is only of the best offer counts where nothing like the accepted view is among them.
    """
    offered = _offers(subject, subject.instance.region, free_shape=free_shape)
    chosen = _chosen(subject, offered)
    if chosen is not None:
        return True, chosen.doubt
    return False, offered[0].doubt if offered else "no pose explains the outline"


def _from_start(subject: Subject, _: Way, rng: Generator, *, free_shape: bool) -> Found | None:
    turn, move = rng.normal(size=3), rng.normal(size=3)
    turn *= np.radians(START_TURN_DEG) / np.linalg.norm(turn)
    move *= START_NEARER * float(np.linalg.norm(subject.pose.translation_mm)) / np.linalg.norm(move)
    start = subject.pose.moved(np.concatenate([turn, move]))
    asked = fit_request(
        subject.photo,
        subject.instance,
        project=subject.document.project,
        mesh_file=subject.mesh_file,
        shape_free=free_shape,
    )
    try:
        answer = answer_of(replace(asked, start=start))
    except CommandError:
        return None
    assert isinstance(answer, FitResult)
    found = Found(answer.pose, answer.size or subject.instance.size, answer.doubt)
    return found if _is_same_view(subject, found) else None


def _from_outline(subject: Subject, way: Way, rng: Generator, *, free_shape: bool) -> Found | None:
    vertices, noise_px = _DRAWN[way]
    region = hand_drawn(subject.instance.region, rng, vertices=vertices, noise_px=noise_px)
    return _chosen(subject, _offers(subject, region, free_shape=free_shape))


def _offers(subject: Subject, region: Region, *, free_shape: bool) -> list[Found]:
    instance = replace(subject.instance, region=region)
    asked = search_request(
        subject.photo,
        instance,
        project=subject.document.project,
        mesh_file=subject.mesh_file,
        upright=False,
        shape_free=free_shape,
    )
    try:
        answer = answer_of(asked)
    except CommandError:
        return []
    assert isinstance(answer, SearchResult)
    own = subject.instance.size
    return [Found(one.pose, one.size or own, one.doubt) for one in answer.hypotheses if one.side is instance.side]


def _chosen(subject: Subject, offered: list[Found]) -> Found | None:
    """The first that shows the shoe as the accepted pose does: what a person who looks would take."""
    return next((one for one in offered if _is_same_view(subject, one)), None)


def _is_same_view(subject: Subject, found: Found) -> bool:
    return rotation_angle_deg(found.pose, subject.pose) <= CHOSEN_DEG


def _differences(subject: Subject, first: Found, second: Found) -> dict[str, float]:
    camera = subject.photo.camera
    permille = 1000.0 / max(camera.width_px, camera.height_px)
    one, other = subject.outline_of(first), subject.outline_of(second)
    depth = depth_per_focal_error(first.pose, second.pose, camera=camera, estimated_camera=camera)
    return {
        "rotation_deg": rotation_angle_deg(first.pose, second.pose),
        "lateral_mm": lateral_error_mm(first.pose, second.pose),
        "depth_per_focal_pct": 100.0 * abs(depth),
        "contour_permille": permille * contour_distance(one, other).mean_px,
        "outline_permille": permille * contour_distance(one, subject.instance.region).mean_px,
    }
