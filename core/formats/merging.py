"""Labels read from anywhere, merged into a project as one edit: new photos, new instances, new categories."""

from __future__ import annotations

import colorsys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.document.document import Document
from core.document.edit import Change, Edit
from core.formats.report import Report, ReportLine, changed, refused, taken
from core.geometry.camera import Camera
from core.labels.instance import Instance
from core.labels.photo import Photo, Status
from core.labels.project import Category, Project, Role

# Colours that people with any colour vision tell apart (Okabe and Ito 2008), before the wheel is cut finer.
_PALETTE = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#0072b2", "#f0e442")
_GOLDEN = 0.618033988749895

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class LabelledPhoto:
    """One picture and what a label file says of it.

    instances: each with the place it was read from; its category is a *name* here. listed_in and key tell where the
    picture itself was read, for the report. extras: what belongs to the photo and has no place in it.
    """

    image_file: Path
    listed_in: str
    instances: tuple[tuple[str, Instance], ...]
    key: str = ""
    size_px: tuple[int, int] | None = None
    camera: Camera | None = None
    extras: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    missing_reason: str = "the picture is not there"


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """An import that waits to be committed: one edit, the report, and extras by photo id, which are no edit."""

    edit: Edit
    report: Report
    photo_extras: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))


def merge_into_project(
    labelled: Iterable[LabelledPhoto], document: Document, *, project_folder: Path, title: str, lines: list[ReportLine]
) -> ImportOutcome:
    """One edit that adds what is not in the project yet; nothing that is there is replaced.

    `labelled` may be a generator that appends to `lines` while it reads.
    """
    merge = _Merge(document, project_folder, lines)
    for one in labelled:
        merge.add(one)
    # Category ids and photos are settled; the first change of a photo is what the edit begins from.
    categories: list[Change] = [(None, category) for category in merge.new_categories.values()]
    photos: list[Change] = [(merge.before[key], photo) for key, photo in merge.after.items()]
    changes = tuple(change for change in (*categories, *photos) if change[0] is not change[1])
    return ImportOutcome(Edit(title, changes), Report(title, tuple(lines)), MappingProxyType(merge.extras))


def distinct_color(used: Iterable[str]) -> str:
    """ "#rrggbb" that none of the used ones is: from a palette first, then around the colour wheel."""
    taken_colors = {color.lower() for color in used}
    for color in _PALETTE:
        if color not in taken_colors:
            return color
    for index in range(1, 10_000):
        red, green, blue = colorsys.hls_to_rgb(index * _GOLDEN % 1.0, 0.45 + 0.15 * (index % 3), 0.65)
        color = f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
        if color not in taken_colors:
            return color
    return _PALETTE[0]


class _Merge:
    """The photos and categories met so far."""

    def __init__(self, document: Document, project_folder: Path, lines: list[ReportLine]) -> None:
        self.document = document
        self.project_folder = project_folder
        self.lines = lines
        self.before: dict[str, Photo | None] = {}
        self.after: dict[str, Photo] = {}
        self.new_categories: dict[str, Category] = {}
        self.extras: dict[str, Mapping[str, Any]] = {}
        self._ids = {_full(project_folder, entry.file): entry.id for entry in document.project.entries.values()}
        self._position = 1 + max((entry.position for entry in document.project.entries.values()), default=-1)

    def add(self, labelled: LabelledPhoto) -> None:
        """Merge one picture."""
        photo = self._photo(labelled)
        if photo is None:
            return
        if labelled.camera is not None and self.before[photo.id] is None:
            photo = photo.with_camera(labelled.camera)
        elif _is_another(labelled.camera, photo.camera) and any(one.pose for _, one in labelled.instances):
            reason = f"{photo.file} was in the project already and keeps its camera; these poses are for another one"
            self.lines.append(changed(labelled.listed_in, labelled.key, reason=reason))
        known = {_identity(old): old for old in photo.instances}
        added = 0
        for key, named in labelled.instances:
            instance = replace(named, category=self._category(named.category, labelled).id)
            identity = _identity(instance)
            old = known.get(identity)
            merged = instance if old is None else _filled(old, instance)
            if merged is old:
                reason = "the same instance is in the photo already; it was not added twice"
                self.lines.append(refused(labelled.listed_in, key, reason=reason))
                continue
            if old is not None:
                reason = "the same outline is in the photo already; it was given what it lacked of this"
                self.lines.append(changed(labelled.listed_in, key, reason=reason))
            known[identity] = merged
            photo = photo.with_instance(merged)
            added += old is None
        status = Status.LABELLED if added and photo.status is Status.TODO else photo.status
        self.after[photo.id] = photo if status is photo.status else photo.with_status(status)
        if labelled.extras:
            self.extras[photo.id] = labelled.extras
        reason = f"{added} instances of {photo.file}"
        self.lines.append(taken(labelled.listed_in, labelled.key, reason=reason))

    def _photo(self, labelled: LabelledPhoto) -> Photo | None:
        # PIL reads the picture's size; it is loaded with the first import, not with the window.
        from core.storage.image_file import PhotoError, photo_from_file

        full = labelled.image_file.resolve()
        known = self._ids.get(full)
        if known is not None:
            if known not in self.after:
                self.before[known] = self.after[known] = self.document.photo(known)
            return self.after[known] if self._size_fits(self.after[known], labelled) else None
        if not full.is_file():
            reason = f"{labelled.missing_reason}: {labelled.image_file}; nothing was taken for it"
            self.lines.append(refused(labelled.listed_in, labelled.key or "imagePath", reason=reason))
            return None
        try:
            photo = photo_from_file(full, project_folder=self.project_folder, position=self._position)
        except PhotoError as error:
            self.lines.append(refused(labelled.listed_in, labelled.key or "imagePath", reason=str(error)))
            return None
        if not self._size_fits(photo, labelled):
            return None
        self._position += 1
        self._ids[full] = photo.id
        self.before[photo.id] = None
        self.after[photo.id] = photo
        return photo

    def _size_fits(self, photo: Photo, labelled: LabelledPhoto) -> bool:
        stated = labelled.size_px
        if stated is None or stated == photo.size_px:
            return True
        width, height = photo.size_px
        says = f"the labels are for {stated[0]} x {stated[1]} px, the photo is {width} x {height} px"
        if stated == photo.size_px[::-1]:
            reason = f"{says}: width and height are swapped; the points were taken as they are"
            self.lines.append(changed(labelled.listed_in, labelled.key, reason=reason))
            return True
        self.lines.append(refused(labelled.listed_in, labelled.key, reason=f"{says}; nothing was taken for it"))
        return False

    def _category(self, name: str, labelled: LabelledPhoto) -> Category:
        project = self.document.project
        known = project.category_named(name) or self.new_categories.get(name)
        if known is None:
            known = self.new_categories[name] = _new_category(name, project, others=self.new_categories)
            reason = f"category {name!r} was made, as {known.role.value}; change that in the categories if it is wrong"
            self.lines.append(changed(labelled.listed_in, "category", reason=reason))
        return known


def _is_another(stated: Camera | None, own: Camera) -> bool:
    return stated is not None and replace(stated, source=own.source, source_name=own.source_name) != own


def _filled(old: Instance, new: Instance) -> Instance:
    """The old instance with the keypoints and the pose of the new one, as far as it has none itself."""
    if new.keypoints and not old.keypoints:
        old = replace(old, keypoints=new.keypoints)
    if new.pose_estimate is not None and old.pose_estimate is None:
        old = replace(old, pose_estimate=new.pose_estimate, model_id=new.model_id, size=new.size)
    return old


def _identity(instance: Instance) -> tuple[object, ...]:
    """What makes two instances of one photo the same: category and outline; without one, all the rest."""
    if not instance.region.is_empty:
        return instance.category, instance.region
    return instance.category, instance.keypoints, instance.pose_estimate, repr(dict(instance.attributes))


def _new_category(name: str, project: Project, *, others: Mapping[str, Category]) -> Category:
    existing = [*project.categories.values(), *others.values()]
    identifier = name if all(category.id != name for category in existing) else f"{name} {len(existing)}"
    # labelme's own words for "leave this out".
    role = Role.IGNORE if name in ("__ignore__", "_background_", "ignore") else Role.SHOE
    position = 1 + max((category.position for category in existing), default=-1)
    return Category(identifier, name, distinct_color(category.color for category in existing), role, position)


def _full(project_folder: Path, file: str) -> Path:
    from core.storage.image_file import resolve_photo_path

    return resolve_photo_path(project_folder, file).resolve()
