"""Which shoes belong together: the two of a pair in one photo, and the same shoe in two photos one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.labels.instance import Instance, Side
from core.labels.photo import Photo
from core.labels.project import Project, Role

OTHER_SIDE = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, Side.UNKNOWN: Side.UNKNOWN}
_UNSURE = 0.5  # of the photo's diagonal, what an unknown foot counts


def shoes_of(photo: Photo, project: Project) -> tuple[Instance, ...]:
    """The photo's instances of shoe categories, in order."""
    return tuple(i for i in photo.instances if project.category(i.category).role is Role.SHOE)


def middle_px(instance: Instance) -> tuple[float, float]:
    """The middle (x, y) of the box round an outline that is not empty."""
    x0, y0, x1, y1 = instance.region.bounds_px
    return (x0 + x1) / 2, (y0 + y1) / 2


def may_be_pair(one: Instance, other: Instance) -> bool:
    """Whether the two can be of one pair: not both are said to be for the same foot."""
    return one.id != other.id and (one.side is Side.UNKNOWN or one.side is not other.side)


def sides_of_pair(posed: Instance, other: Instance) -> Side:
    """The foot that the other shoe is for: its own where that is known, else the mirror image of the posed one's."""
    return other.side if other.side is not Side.UNKNOWN else OTHER_SIDE[posed.side]


def other_shoe(photo: Photo, posed: Instance, *, project: Project) -> Instance | None:
    """The outlined shoe without a pose that is nearest to the posed one in the photo and may be of one pair with it."""
    candidates = [
        shoe
        for shoe in shoes_of(photo, project)
        if shoe.pose_estimate is None and not shoe.region.is_empty and may_be_pair(posed, shoe)
    ]
    at = _seen_at(posed, photo)
    return min(candidates, key=lambda shoe: _apart(middle_px(shoe), at), default=None)


def matched_shoes(
    expected: Mapping[str, tuple[float, float]], shoes: Sequence[Instance], found: Sequence[Instance], *, size_px: float
) -> dict[str, Instance]:
    """Which of the `found` outlined shoes each of `shoes` is, by the foot, then by where it is expected, then by order.

    expected: (x, y) px by id; size_px: the photo's diagonal. A shoe may have none; each of the found has at most one.
    """
    costs = [
        (_apart(expected[shoe.id], middle_px(other)) / size_px + _UNSURE * (shoe.side is not other.side), row, column)
        for row, shoe in enumerate(shoes)
        for column, other in enumerate(found)
        if Side.UNKNOWN in (shoe.side, other.side) or shoe.side is other.side
    ]
    matched: dict[str, Instance] = {}
    taken: set[int] = set()
    for _, row, column in sorted(costs):
        if shoes[row].id not in matched and column not in taken:
            matched[shoes[row].id] = found[column]
            taken.add(column)
    return matched


def same_shoe(shoe: Instance, photo: Photo) -> Instance | None:
    """The posed shoe of another photo that is of that model and foot and nearest to it in space; None without one."""
    if shoe.pose is None:
        return None
    own_mm = shoe.pose.translation_mm
    alike = [
        (float(np.linalg.norm(other.pose.translation_mm - own_mm)), index, other)
        for index, other in enumerate(photo.instances)
        if other.pose is not None and other.model_id == shoe.model_id and other.side is shoe.side
    ]
    return min(alike, default=(0.0, 0, None))[2]


def _seen_at(posed: Instance, photo: Photo) -> tuple[float, float]:
    if not posed.region.is_empty:
        return middle_px(posed)
    assert posed.pose is not None
    u, v = photo.camera.project(posed.pose.translation_mm)
    return float(u), float(v)


def _apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))
