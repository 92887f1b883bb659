"""Projects as COCO keypoint files: the landmarks of posed shoes projected into each photo, with their visibility."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
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

DEFAULT_SIGMA = 0.05
MeshSource = Callable[[str], Mesh]


def export_coco_keypoints(
    photos: Iterable[Photo],
    project: Project,
    *,
    out_dir: Path,
    mesh_of: MeshSource,
    split: Split | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Report:
    """Write keypoints.json, or one file a set with a split, into `out_dir`; `mesh_of` loads a mesh by its SHA-256.

    Keypoints of a posed shoe are its landmarks; those of a shoe without a pose, the ones an annotator clicked.
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
            "sigmas": [DEFAULT_SIGMA] * len(names),
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
    reason = f"OKS sigmas are {DEFAULT_SIGMA} for every keypoint until they are measured; they stand in the categories"
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

    A landmark is hidden by the shoe itself, by legs and ignore regions, and by another shoe where that one covers it
    and its own outline does not. Clicked keypoints fill in for landmarks the model does not have.
    """
    clicked = {keypoint.name: keypoint for keypoint in instance.keypoints}
    model = project.models.get(instance.model_id or "")
    if instance.pose is None or model is None or not model.landmarks:
        return clicked, False
    # numba is loaded where landmarks are looked at, and nowhere else.
    from core.render.raster import landmark_visibility

    landmarks = model.sized_landmarks(instance.size, instance.side)
    mesh = model.sized_mesh(mesh_of(model.mesh_sha256), size=instance.size, side=instance.side)
    points_mm = np.array(list(landmarks.values()))
    scale = (instance.size or model.size).length_mm / model.length_mm
    hiding = hiding_regions(instance, photo, project=project)
    seen = landmark_visibility(points_mm, mesh, instance.pose, photo.camera, model.diameter_mm * scale, hiding)
    points_px = photo.camera.project(instance.pose.apply(points_mm))
    projected = {
        name: Keypoint(name, (float(x), float(y)), visibility)
        for name, (x, y), visibility in zip(landmarks, points_px, seen, strict=True)
    }
    return clicked | projected, True


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
