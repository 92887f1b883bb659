"""What can stand before a shoe in its photo: the one rule for fits, live figures, masks and keypoints."""

from __future__ import annotations

from functools import lru_cache

from core.geometry.region import Region
from core.labels.instance import Instance
from core.labels.photo import Photo
from core.labels.project import Project, Role


def hiding_regions(instance: Instance, photo: Photo, *, project: Project) -> tuple[Region, ...]:
    """Legs, ignore regions, and other shoes less the shoe's own outline."""
    hiding = []
    for other in photo.instances:
        if other.id == instance.id or other.region.is_empty:
            continue
        if project.category(other.category).role is Role.SHOE and not instance.region.is_empty:
            hiding.append(_less(other.region, instance.region))
        else:
            hiding.append(other.region)
    return tuple(region for region in hiding if not region.is_empty)


@lru_cache(maxsize=512)
def _less(region: Region, taken: Region) -> Region:
    # Asked again at every move of a shoe, whose outlines stay the same; most shoes do not even touch.
    x0, y0, x1, y1 = region.bounds_px
    u0, v0, u1, v1 = taken.bounds_px
    apart = x1 < u0 or u1 < x0 or y1 < v0 or v1 < y0
    return region if apart else region.difference(taken)
