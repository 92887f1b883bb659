"""What outlines become: instances with as many corners as a person would click, and never over what is there."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from core.geometry.outline_fitting import default_tolerance_px, simplified_outline
from core.geometry.region import Region
from core.jobs.messages import Outline, SegmentResult
from core.labels.instance import Instance, Provenance, Source, new_id
from core.labels.photo import Photo
from core.labels.project import Project, Role

DOUBTFUL_SCORE = 0.7

_COVERED = 0.5


def tolerance_px(region: Region, coarseness: float = 1.0) -> float:
    """How far the corners of an outline of this size may lie from what was found, px of the photo.

    coarseness: 1 is an annotator's, above it means fewer corners.
    """
    return 0.0 if region.is_empty else coarseness * default_tolerance_px(region.bounds_px)


def simplified(outline: Outline, size_px: tuple[int, int], *, coarseness: float = 1.0) -> Region:
    """The outline, within the photo, with no more corners than its tolerance needs; what it lacks already counts."""
    left_px = tolerance_px(outline.region, coarseness) - outline.finest_px
    if left_px <= 0.0 or outline.region.is_empty:
        return outline.region
    return simplified_outline(outline.region, left_px).clipped(*size_px)


def corner_count(region: Region) -> int:
    """How many vertices its rings have."""
    return sum(len(ring) for ring in region.rings)


def outlined(
    outline: Outline,
    instance: Instance,
    *,
    method: str,
    size_px: tuple[int, int],
    coarseness: float = 1.0,
) -> Instance:
    """The instance with the outline, and with nothing else changed. size_px: of the photo."""
    residuals = {"score": outline.score, "side_score": outline.side_score}
    measured = {name: float(value) for name, value in residuals.items() if value is not None}
    made = Provenance(Source.SEGMENTER, method, MappingProxyType(measured))
    return instance.with_region(simplified(outline, size_px, coarseness=coarseness), provenance=made)


def new_instance(outline: Outline, category: str) -> Instance:
    """An instance for an outline to come; its foot is the one that was seen."""
    return Instance(new_id(), category, outline.side)


def found_anew(
    answer: SegmentResult, photo: Photo, *, project: Project, category: str, coarseness: float = 1.0
) -> tuple[Instance, ...]:
    """New instances for what was found where the photo holds none yet, the surest first."""
    made: list[Instance] = []
    for outline in answer.outlines:
        fresh = not is_covered(outline.region, photo, project=project)
        if fresh and not any(shared(outline.region, other.region) > _COVERED for other in made):
            blank = new_instance(outline, category)
            rest: dict[str, Any] = {"method": answer.method, "size_px": photo.size_px, "coarseness": coarseness}
            instance = outlined(outline, blank, **rest)
            if not instance.region.is_empty:
                made.append(instance)
    return tuple(made)


def is_covered(region: Region, photo: Photo, *, project: Project, but: str | None = None) -> bool:
    """Whether an instance of the photo (other than `but`) already stands where the region is.

    Half of the union shared, or half of the region inside the instance; of another shoe also half of that shoe.
    """
    if region.is_empty:
        return True
    return any(
        _covers(instance, region, is_shoe=project.category(instance.category).role is Role.SHOE)
        for instance in photo.instances
        if instance.id != but and not instance.region.is_empty and _boxes_meet(instance.region, region)
    )


def shared(one: Region, other: Region) -> float:
    """Intersection over union, 0..1."""
    if one.is_empty or other.is_empty or not _boxes_meet(one, other):
        return 0.0
    both = one.intersection(other).area_px2
    return both / max(one.area_px2 + other.area_px2 - both, 1e-9)


def shoe_category(project: Project, preferred: str) -> str:
    """The category that found sneakers get: the preferred one if it is for shoes, else the first that is."""
    if project.category(preferred).role is Role.SHOE:
        return preferred
    shoes = (category.id for category in project.categories.values() if category.role is Role.SHOE)
    return next(shoes, preferred)


def is_doubtful(outline: Outline) -> bool:
    """Whether whoever found it was not sure."""
    return outline.score is not None and outline.score < DOUBTFUL_SCORE


def _covers(instance: Instance, region: Region, *, is_shoe: bool) -> bool:
    both = instance.region.intersection(region).area_px2
    least = min(region.area_px2, instance.region.area_px2) if is_shoe else region.area_px2
    return both > _COVERED * max(least, 1e-9)


def _boxes_meet(one: Region, other: Region) -> bool:
    a, b = one.bounds_px, other.bounds_px
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
