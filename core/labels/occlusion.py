"""What can stand before a shoe in its photo: the one rule for fits, live figures, masks and keypoints."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from core.geometry.region import EMPTY_REGION, Region
from core.labels.instance import Instance
from core.labels.photo import Photo
from core.labels.project import Project, Role

# A pose is not so exact that a smaller gap in depth would say who stands behind whom.
_GAP_OF_DEPTH = 0.05
_NEAR_OF_DIAGONAL = 0.01
_NEAR_PX = 2.0


def hiding_regions(instance: Instance, photo: Photo, *, project: Project) -> tuple[Region, ...]:
    """Legs, hands, ignore regions, and other shoes less the shoe's own outline; px of the photo.

    Another shoe hides nothing when both have poses and it stands clearly behind. One that has a pose and no outline is
    not among them: see `posed_before`.
    """
    found = (_hiding_part(other, instance, project) for other in photo.instances if other.id != instance.id)
    return tuple(region for region in found if not region.is_empty)


def posed_before(instance: Instance, photo: Photo, *, project: Project) -> tuple[Instance, ...]:
    """Other shoes with a pose and no outline that do not stand clearly behind: their silhouettes hide the shoe.

    As with outlines, only what is not inside the shoe's own outline is hidden.
    """
    return tuple(
        other
        for other in photo.instances
        if other.id != instance.id
        and other.region.is_empty
        and other.pose is not None
        and other.model_id in project.models
        and project.category(other.category).role is Role.SHOE
        and not is_behind(other, instance, project=project)
    )


def is_behind(other: Instance, instance: Instance, *, project: Project) -> bool:
    """Whether both are posed and the other's nearest point is farther than the instance's farthest, by a margin."""
    theirs, own = depth_range_mm(other, project=project), depth_range_mm(instance, project=project)
    return theirs is not None and own is not None and theirs[0] - own[1] > _GAP_OF_DEPTH * own[1]


def depth_range_mm(instance: Instance, *, project: Project) -> tuple[float, float] | None:
    """The least and greatest z of the posed shoe's box, camera frame; None without a pose or a known model."""
    model = project.models.get(instance.model_id or "")
    if instance.pose is None or model is None:
        return None
    half = np.abs(model.factors(instance.size, instance.side)) * model.extent_mm / 2
    reach = float(np.abs(instance.pose.rotation[2]) @ half)
    depth = float(instance.pose.translation_mm[2])
    return depth - reach, depth + reach


def things_hiding(instance: Instance, photo: Photo, *, project: Project) -> tuple[Instance, ...]:
    """What of the photo stands before the shoe where it is seen: touching its outline, or its posed box without one."""
    own = instance.region if not instance.region.is_empty else _box_of(instance, photo, project)
    if own.is_empty:
        return ()
    hiding = []
    for other in photo.instances:
        if other.id == instance.id:
            continue
        part = _hiding_part(other, instance, project)
        if not part.is_empty and _touch(own, part):
            hiding.append(other)
    posed = posed_before(instance, photo, project=project)
    return (*hiding, *(other for other in posed if _touch(own, _box_of(other, photo, project))))


def _hiding_part(other: Instance, instance: Instance, project: Project) -> Region:
    if other.region.is_empty:
        return EMPTY_REGION
    if project.category(other.category).role is not Role.SHOE:
        return other.region
    if is_behind(other, instance, project=project):
        return EMPTY_REGION
    return other.region if instance.region.is_empty else less(other.region, instance.region)


def _box_of(instance: Instance, photo: Photo, project: Project) -> Region:
    """The box round the posed shoe in the photo; empty without a pose, or where part of it is behind the camera."""
    model = project.models.get(instance.model_id or "")
    if instance.pose is None or model is None:
        return EMPTY_REGION
    half = np.abs(model.factors(instance.size, instance.side)) * model.extent_mm / 2
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * half
    points = photo.camera.project(instance.pose.apply(corners))
    if not np.isfinite(points).all():
        return EMPTY_REGION
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return Region.from_box(x0, y0, x1_px=x1, y1_px=y1)


@lru_cache(maxsize=512)
def less(region: Region, taken: Region) -> Region:
    """`region` without what is `taken`; the very same one where they do not touch."""
    # Asked again at every move of a shoe, whose outlines stay the same; most shoes do not even touch.
    return region if _apart(region, taken, 0.0) else region.difference(taken)


@lru_cache(maxsize=512)
def _touch(own: Region, part: Region) -> bool:
    """Whether two regions come as near as hands draw one edge twice."""
    x0, y0, x1, y1 = own.bounds_px
    near = _NEAR_PX + _NEAR_OF_DIAGONAL * float(np.hypot(x1 - x0, y1 - y0))
    return not _apart(own, part, near) and bool(own.to_shapely().distance(part.to_shapely()) <= near)


def _apart(a: Region, b: Region, near: float) -> bool:
    x0, y0, x1, y1 = a.bounds_px
    u0, v0, u1, v1 = b.bounds_px
    return x1 + near < u0 or u1 + near < x0 or y1 + near < v0 or v1 + near < y0
