"""Projects as COCO keypoint files: the landmarks of posed shoes projected into each photo, with their visibility."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from core.formats import outsole_key
from core.formats.coco import CocoWriter
from core.formats.coco_segmentation import DECIMALS
from core.formats.merging import Progress
from core.formats.report import Report, changed
from core.formats.split import Split
from core.geometry.mesh import Mesh
from core.labels.instance import Instance, Keypoint, Visibility
from core.labels.occlusion import hiding_regions
from core.labels.photo import Photo
from core.labels.project import Project, Role
from core.labels.shoe_model import LANDMARK_LINKS, LANDMARK_NAMES
from core.metrics.agreement import known_sigmas
from core.metrics.keypoint_error import DEFAULT_SIGMA

_NONE_MEASURED: Mapping[str, float] = MappingProxyType({})
MeshSource = Callable[[str], Mesh]


def export_coco_keypoints(
    photos: Iterable[Photo],
    project: Project,
    *,
    out_dir: Path,
    mesh_of: MeshSource,
    sigmas: Mapping[str, float] = _NONE_MEASURED,
    split: Split | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Report:
    """Write keypoints.json, or one file a set with a split, into `out_dir`; `mesh_of` loads a mesh by its SHA-256.

    sigmas: COCO's, by landmark name, as far as they were measured; DEFAULT_SIGMA stands for the others.
    A keypoint an annotator clicked and saw is written where it was clicked; the others of a posed shoe are its
    landmarks projected. Which were clicked, and how exactly, stands in the instance's own key.
    """
    names, links = keypoint_names(project)
    shoes = [category for category in project.categories.values() if category.role is Role.SHOE]
    skeleton = [[a + 1, b + 1] for a, b in links]  # COCO counts keypoints from 1 here
    described: list[dict[str, Any]] = [
        {
            "name": category.name,
            "supercategory": category.role.value,
            "keypoints": list(names),
            "skeleton": skeleton,
            "sigmas": known_sigmas(names, sigmas),
        }
        for category in shoes
    ]
    load = lru_cache(maxsize=16)(mesh_of)

    def extra(photo: Photo, instance: Instance) -> dict[str, Any]:
        found, projected = keypoints_of(instance, photo, project=project, mesh_of=load)
        flat = _flat(names, found)
        content: dict[str, Any] = {"keypoints": flat, "num_keypoints": sum(value > 0 for value in flat[2::3])}
        return content | ({outsole_key.KEY: {"keypoints_from": "pose"}} if projected else {})

    writer = CocoWriter(project, shoes, described=described, extra=extra)
    report = writer.export(photos, out_dir, stem="keypoints", split=split, seed=seed, progress=progress)
    unknown = [name for name in names if name not in sigmas]
    if not unknown:
        return report
    which = "every keypoint" if len(unknown) == len(names) else ", ".join(unknown)
    reason = f"OKS sigmas are {DEFAULT_SIGMA} for {which} until they are measured; they stand in the categories"
    return report.with_lines([changed("keypoints", "categories.sigmas", reason=reason)])


def keypoint_names(project: Project) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
    """Names of all the project's landmarks, the first model's order first, and their links as pairs of indices."""
    names: list[str] = []
    pairs: list[tuple[str, str]] = []
    for model in project.models.values():
        names += [name for name in model.landmark_names if name not in names]
        named = [(model.landmark_names[a], model.landmark_names[b]) for a, b in model.links]
        pairs += [pair for pair in named if pair not in pairs]
    if not names:
        return LANDMARK_NAMES, LANDMARK_LINKS
    return tuple(names), tuple((names.index(a), names.index(b)) for a, b in pairs)


def keypoints_of(
    instance: Instance, photo: Photo, *, project: Project, mesh_of: MeshSource
) -> tuple[dict[str, Keypoint], bool]:
    """Keypoints by name, and whether they were projected through the pose.

    A landmark is hidden by the shoe itself, by legs, hands and ignore regions, and by another shoe where that one's
    outline, or its posed shoe standing nearer, covers it and the shoe's own outline does not. A keypoint that was
    clicked and seen wins over the projected one; of one clicked as hidden only that it is hidden is taken over, since
    its place was a guess. Clicked keypoints also fill in for landmarks the model does not have.
    """
    clicked = {keypoint.name: keypoint for keypoint in instance.keypoints}
    model = project.models.get(instance.model_id or "")
    if instance.true_pose is None or instance.pose is None or model is None or not model.landmarks:
        return clicked, False
    # numba is loaded where landmarks are looked at, and nowhere else.
    from core.render.raster import hidden_behind_mm, landmark_visibility
    from core.render.shoe_occlusion import behind_other_shoes, with_hidden

    landmarks = model.sized_landmarks(instance.size, instance.side)
    mesh = model.sized_mesh(mesh_of(model.mesh_sha256), size=instance.size, side=instance.side)
    points_mm = np.array(list(landmarks.values()))
    scale = (instance.size or model.size).length_mm / model.length_mm
    hiding = hiding_regions(instance, photo, project=project)
    diameter_mm = model.diameter_mm * scale
    seen = landmark_visibility(points_mm, mesh, instance.pose, photo.camera, diameter_mm, hiding)
    at_mm, slack_mm = instance.pose.apply(points_mm), hidden_behind_mm(diameter_mm)
    behind = behind_other_shoes(at_mm, instance, photo, project=project, mesh_of=mesh_of, slack_mm=slack_mm)
    seen = with_hidden(seen, behind)
    points_px = photo.camera.project(at_mm)
    projected = {
        name: Keypoint(name, (float(x), float(y)), visibility)
        for name, (x, y), visibility in zip(landmarks, points_px, seen, strict=True)
    }
    return clicked | {name: _told_by(clicked.get(name), keypoint) for name, keypoint in projected.items()}, True


def _told_by(click: Keypoint | None, projected: Keypoint) -> Keypoint:
    """What holds of a landmark that was perhaps clicked too."""
    if click is None or click.visibility is Visibility.ABSENT or projected.visibility is Visibility.ABSENT:
        return click if click is not None and click.visibility is Visibility.VISIBLE else projected
    return click if click.visibility is Visibility.VISIBLE else replace(projected, visibility=Visibility.HIDDEN)


def _flat(names: tuple[str, ...], found: dict[str, Keypoint]) -> list[float]:
    flat: list[float] = []
    for name in names:
        keypoint = found.get(name)
        if keypoint is None or keypoint.visibility is Visibility.ABSENT:
            flat += [0.0, 0.0, 0]
        else:
            x, y = keypoint.at_px
            flat += [round(x, DECIMALS), round(y, DECIMALS), keypoint.visibility.coco]
    return flat
