"""How far two passes over the same photos differ: outlines, poses, keypoints, and the doubt of each landmark.

The passes are equals: none is the truth. Depths are compared with each pass's own camera.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from core.geometry.region import Region
from core.labels.instance import Instance, Side
from core.labels.photo import Photo
from core.labels.project import Project, Role
from core.metrics.keypoint_error import DEFAULT_SIGMA
from core.metrics.mask_overlap import contour_distance
from core.metrics.pose_error import depth_per_focal_error, lateral_error_mm, rotation_error_deg

Array = NDArray[np.float64]

LEAST_IOU = 0.3  # below it two outlines are of different shoes
FEWEST_FOR_SIGMA = 8
# What a pair is measured by: name to (unit, whether smaller is better).
MEASURES = MappingProxyType(
    {
        "mask_iou": "",
        "contour_px": "px",
        "rotation_deg": "°",
        "lateral_mm": "mm",
        "depth_per_focal_pct": "%",
        "keypoints_px": "px",
    }
)


@dataclass(frozen=True, slots=True)
class ShoeAgreement:
    """One shoe in both passes. values: of MEASURES, those that both passes have; offsets: landmark to px per √area.

    sides_differ: the passes name different feet; their poses are then not compared.
    """

    file: str
    instance_ids: tuple[str, str]
    values: Mapping[str, float]
    offsets: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    sides_differ: bool = False


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two passes compared. only_first, only_second: (file, instance id) of shoes that the other pass does not have."""

    photos: int
    shoes: tuple[ShoeAgreement, ...]
    only_first: tuple[tuple[str, str], ...] = ()
    only_second: tuple[tuple[str, str], ...] = ()

    def values(self, measure: str) -> Array:
        """(N,) of one measure, of the shoes that have it."""
        return np.array([shoe.values[measure] for shoe in self.shoes if measure in shoe.values])

    def sigmas(self) -> dict[str, float]:
        """COCO's sigma of each landmark seen in enough pairs: √(E[d²/area] / 2), d between the passes.

        COCO takes one careful pass as truth; here both passes err alike, so that d² holds twice a pass's own variance
        (Lin et al. 2014, "Keypoint evaluation": sigma² = E[d²/s²], s² the area of the instance).
        """
        found: dict[str, list[float]] = {}
        for shoe in self.shoes:
            for name, offset in shoe.offsets.items():
                found.setdefault(name, []).append(offset)
        enough = {name: values for name, values in found.items() if len(values) >= FEWEST_FOR_SIGMA}
        return {name: float(np.sqrt(np.mean(np.square(values)) / 2.0)) for name, values in enough.items()}


def agreement_of(pairs: Iterable[tuple[Photo, Photo]], projects: tuple[Project, Project]) -> Agreement:
    """Compare photos of two passes, (first, second) of the same picture; projects: the pass each belongs to."""
    shoes: list[ShoeAgreement] = []
    only_first: list[tuple[str, str]] = []
    only_second: list[tuple[str, str]] = []
    count = 0
    for first, second in pairs:
        count += 1
        ours, theirs = _shoes_of(first, projects[0]), _shoes_of(second, projects[1])
        matched = _matched(ours, theirs)
        for a, b in matched:
            shoes.append(_compared((first, ours[a]), (second, theirs[b]), projects))
        found_a, found_b = {a for a, _ in matched}, {b for _, b in matched}
        only_first += [(first.file, one.id) for at, one in enumerate(ours) if at not in found_a]
        only_second += [(first.file, one.id) for at, one in enumerate(theirs) if at not in found_b]
    return Agreement(count, tuple(shoes), tuple(only_first), tuple(only_second))


def same_photos(first: Sequence[tuple[str, str]], second: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
    """Indices of the same pictures in two lists of (file, sha256): by hash, and by path where a hash is missing."""
    by_hash = {sha256: at for at, (_, sha256) in enumerate(second) if sha256}
    by_file = {file: at for at, (file, _) in enumerate(second)}
    found = []
    for at, (file, sha256) in enumerate(first):
        other = by_hash.get(sha256) if sha256 else None
        if other is None and file in by_file and not (sha256 and second[by_file[file]][1]):
            other = by_file[file]
        if other is not None:
            found.append((at, other))
    return found


def known_sigmas(names: Sequence[str], measured: Mapping[str, float]) -> list[float]:
    """COCO's sigmas in the order of the names: as measured, DEFAULT_SIGMA where nobody has."""
    return [measured.get(name, DEFAULT_SIGMA) for name in names]


def _shoes_of(photo: Photo, project: Project) -> list[Instance]:
    shoes = (one for one in photo.instances if project.category(one.category).role is Role.SHOE)
    return [one for one in shoes if not one.region.is_empty]


def _matched(ours: Sequence[Instance], theirs: Sequence[Instance]) -> list[tuple[int, int]]:
    """Pairs of indices, the best overlap first, each instance once."""
    scored = [(_iou(a.region, b.region), i, j) for i, a in enumerate(ours) for j, b in enumerate(theirs)]
    found: list[tuple[int, int]] = []
    for iou, i, j in sorted(scored, key=lambda one: -one[0]):
        if iou >= LEAST_IOU and all(i != a and j != b for a, b in found):
            found.append((i, j))
    return sorted(found)


def _iou(a: Region, b: Region) -> float:
    (x0, y0, x1, y1), (u0, v0, u1, v1) = a.bounds_px, b.bounds_px
    if x1 <= u0 or u1 <= x0 or y1 <= v0 or v1 <= y0:
        return 0.0
    both = a.intersection(b).area_px2
    return both / (a.area_px2 + b.area_px2 - both)


def _compared(
    ours: tuple[Photo, Instance], theirs: tuple[Photo, Instance], projects: tuple[Project, Project]
) -> ShoeAgreement:
    (first, a), (second, b) = ours, theirs
    values = {
        "mask_iou": _iou(a.region, b.region),
        "contour_px": contour_distance(a.region, b.region).mean_px,
    }
    feet_differ = a.side is not b.side and Side.UNKNOWN not in (a.side, b.side)
    if a.pose is not None and b.pose is not None and not feet_differ:
        values["rotation_deg"] = rotation_error_deg(a.pose, b.pose)
        values["lateral_mm"] = lateral_error_mm(a.pose, b.pose)
        depth = depth_per_focal_error(a.pose, b.pose, camera=first.camera, estimated_camera=second.camera)
        values["depth_per_focal_pct"] = 100.0 * abs(depth)
    here, there = keypoints_px(a, first, projects[0]), keypoints_px(b, second, projects[1])
    common = [name for name in here if name in there and not feet_differ]
    missed = {name: float(np.linalg.norm(here[name] - there[name])) for name in common}
    if missed:
        values["keypoints_px"] = float(np.mean(list(missed.values())))
    scale = float(np.sqrt((a.region.area_px2 + b.region.area_px2) / 2.0))
    offsets = {name: px / scale for name, px in missed.items()}
    ids = (a.id, b.id)
    return ShoeAgreement(first.file, ids, MappingProxyType(values), MappingProxyType(offsets), feet_differ)


def keypoints_px(instance: Instance, photo: Photo, project: Project) -> dict[str, Array]:
    """Landmark name to (2,) px: projected through the pose, else as clicked."""
    clicked = {point.name: np.asarray(point.at_px, dtype=np.float64) for point in instance.keypoints}
    model = project.models.get(instance.model_id or "")
    if instance.pose is None or model is None:
        return clicked
    landmarks = model.sized_landmarks(instance.size, instance.side)
    if not landmarks:
        return clicked
    points = photo.camera.project(instance.pose.apply(np.array(list(landmarks.values()))))
    projected = {name: at for name, at in zip(landmarks, points, strict=True) if np.isfinite(at).all()}
    return clicked | projected
