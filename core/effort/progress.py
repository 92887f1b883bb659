"""How far a project has come: its photos by status, what its shoes have, and how good their poses are."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from core.labels.instance import Instance
from core.labels.photo import Photo, Status
from core.labels.pose_doubt import pose_doubt
from core.labels.project import Project, Role

Progress = Callable[[float, str], None]
LITTLE_DOUBT = 0.1  # less than this speaks against no pose: a guessed camera alone is 0.05
_KINDS = (
    (re.compile(r"^IoU "), "low IoU"),
    (re.compile(r"^outline .* off$"), "outline off"),
    (re.compile(r"^rotation ±"), "rotation unsure"),
    (re.compile(r"^distance ±"), "distance unsure"),
)


@dataclass(slots=True)
class Shoes:
    """The instances of shoe categories in photos that are not rejected. finished: ids, by the project's goal."""

    total: int = 0
    outlined: int = 0
    posed: int = 0
    measured: int = 0
    doubted: int = 0
    finished: set[str] = field(default_factory=set)
    left: int = 0


@dataclass(slots=True)
class Quality:
    """Of poses that were measured against their outline, a number each; doubts: how many poses each is about."""

    iou: list[float] = field(default_factory=list)
    contour_px: list[float] = field(default_factory=list)
    doubts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class ProjectProgress:
    """How far it is. statuses: photos by status. needs_pose: whether a finished shoe has a pose, or an outline only."""

    statuses: dict[Status, int]
    shoes: Shoes
    quality: Quality
    needs_pose: bool
    others: int = 0

    @property
    def photos(self) -> int:
        """All of them."""
        return sum(self.statuses.values())


def progress_of(photos: Iterable[Photo], project: Project, *, progress: Progress | None = None) -> ProjectProgress:
    """Look at every photo once; they may be a generator."""
    statuses = dict.fromkeys(Status, 0)
    shoes, quality = Shoes(), Quality()
    every: list[tuple[Photo, list[Instance]]] = []
    others = 0
    total = max(len(project.entries), 1)
    for number, photo in enumerate(photos):
        if progress is not None and number % 50 == 0:
            progress(number / total, PurePosixPath(photo.file).name)
        statuses[photo.status] += 1
        if photo.status is Status.REJECTED:
            continue
        found = [one for one in photo.instances if project.category(one.category).role is Role.SHOE]
        others += len(photo.instances) - len(found)
        every.append((photo, found))
        for shoe in found:
            _count(shoe, photo, shoes, quality)
    needs_pose = shoes.posed > 0
    for _, found in every:
        shoes.finished |= {shoe.id for shoe in found if _is_finished(shoe, needs_pose)}
    shoes.left = _left(every, shoes.finished)
    return ProjectProgress(statuses, shoes, quality, needs_pose, others)


def _count(shoe: Instance, photo: Photo, shoes: Shoes, quality: Quality) -> None:
    shoes.total += 1
    shoes.outlined += not shoe.region.is_empty
    estimate = shoe.pose_estimate
    if estimate is None:
        return
    shoes.posed += not estimate.is_start
    if estimate.iou is not None:
        shoes.measured += 1
        quality.iou.append(estimate.iou)
    if estimate.contour_px is not None and math.isfinite(estimate.contour_px):
        quality.contour_px.append(estimate.contour_px)
    doubt = pose_doubt(shoe, photo)
    if doubt is not None and doubt.score > LITTLE_DOUBT:
        shoes.doubted += 1
        quality.doubts.update({kind_of_doubt(reason) for reason in doubt.reasons})


def kind_of_doubt(reason: str) -> str:
    """A reason without its figures, so that like ones can be counted."""
    return next((kind for pattern, kind in _KINDS if pattern.search(reason)), reason)


def _is_finished(shoe: Instance, needs_pose: bool) -> bool:
    return not shoe.region.is_empty and (shoe.true_pose is not None or not needs_pose)


def _left(every: list[tuple[Photo, list[Instance]]], finished: set[str]) -> int:
    """Shoes yet to be finished: those that are there, and in untouched photos as many as a finished photo has."""
    done = [len(shoes) for photo, shoes in every if shoes and all(shoe.id in finished for shoe in shoes)]
    usual = sum(done) / len(done) if done else 1.0
    left = 0.0
    for photo, shoes in every:
        waiting = sum(shoe.id not in finished for shoe in shoes)
        if photo.status is Status.TODO and not shoes:
            left += usual
        else:
            left += waiting
    return round(left)
