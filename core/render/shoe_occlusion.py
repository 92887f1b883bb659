"""What posed shoes hide of each other: their silhouettes as regions, and which points one stands before."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import Instance, Visibility
from core.labels.photo import Photo
from core.labels.project import Project, Role
from core.render.contours import region_from_mask
from core.render.raster import mesh_mask, nearest_mm

Array = NDArray[np.float64]
MeshSource = Callable[[str], Mesh]

_LONGEST_PX = 1600  # a silhouette that hides need not be finer than a pixel in so many


def silhouette(mesh: Mesh, pose: Pose, camera: Camera) -> Region:
    """The region a posed, sized and sided mesh covers in the photo, px; exact to about a 1600th of its longer side."""
    scale = min(1.0, _LONGEST_PX / max(camera.width_px, camera.height_px))
    width, height = max(round(camera.width_px * scale), 1), max(round(camera.height_px * scale), 1)
    mask = mesh_mask(mesh, pose, camera.resized(width, height))
    return region_from_mask(mask).scaled(camera.width_px / width, camera.height_px / height)


def behind_other_shoes(
    points_mm: Array, instance: Instance, photo: Photo, *, project: Project, mesh_of: MeshSource, slack_mm: float
) -> NDArray[np.bool_]:
    """(N,) which of (N, 3) camera-frame points another posed shoe stands before, by more than `slack_mm`.

    Where the shoe's own outline is, the annotator saw it: no other shoe hides it there.
    """
    points_px = photo.camera.project(points_mm)
    hidden = np.zeros(len(points_mm), dtype=np.bool_)
    for mesh, pose in _other_shoes(instance, photo, project, mesh_of):
        hidden |= points_mm[:, 2] - nearest_mm(mesh, pose, photo.camera, points_px=points_px) > slack_mm
    seen = [hides and instance.region.contains(at) for hides, at in zip(hidden, points_px, strict=True)]
    return np.asarray(hidden & ~np.array(seen, dtype=np.bool_))


def with_hidden(seen: tuple[Visibility, ...], hidden: NDArray[np.bool_]) -> tuple[Visibility, ...]:
    """Visibilities in which the visible points that are `hidden` are so."""
    pairs = zip(seen, hidden, strict=True)
    return tuple(Visibility.HIDDEN if one is Visibility.VISIBLE and hides else one for one, hides in pairs)


def _other_shoes(
    instance: Instance, photo: Photo, project: Project, mesh_of: MeshSource
) -> Iterator[tuple[Mesh, Pose]]:
    for other in photo.instances:
        model = project.models.get(other.model_id or "")
        is_shoe = project.category(other.category).role is Role.SHOE
        if other.id != instance.id and is_shoe and model is not None and other.pose is not None:
            yield model.sized_mesh(mesh_of(model.mesh_sha256), size=other.size, side=other.side), other.pose
