"""Projects as COCO instance files: every photo, categories with stable ids, pose and size under a key of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from core.formats import outsole_key
from core.formats.coco_segmentation import segmentation_of
from core.formats.json_file import FormatError, write_json
from core.formats.labelme import RECORD as LABELME_RECORD
from core.formats.merging import Progress
from core.formats.report import Report, ReportLine, changed, noted, refused, taken
from core.formats.seal import is_as_written, sealed
from core.formats.split import SET_NAMES, Split
from core.geometry.region import Region
from core.labels.instance import Instance, Side
from core.labels.photo import Photo, Status
from core.labels.project import Category, Project, Role
from core.labels.words import counted
from core.storage.photo_codec import camera_to_json

RECORD = "coco"  # the key of Instance.attributes that keeps annotation keys nobody knows
_HEAD = b'{"info":{"description":"Outsole"'  # how the files written here begin; other programs set spaces
Json = dict[str, Any]
Extra = Callable[[Photo, Instance], Json]


def export_coco(
    photos: Iterable[Photo],
    project: Project,
    *,
    out_dir: Path,
    split: Split | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Report:
    """Write instances.json, or instances_train.json, _val and _test with a split, into `out_dir`.

    `photos` are the project's, in list order; they may be a generator. file_name is relative to the project's folder.
    """
    categories = tuple(category for category in project.categories.values() if category.role is not Role.IGNORE)
    described: list[Json] = [{"name": category.name, "supercategory": category.role.value} for category in categories]
    writer = CocoWriter(project, categories, described=described)
    return writer.export(photos, out_dir, stem="instances", split=split, seed=seed, progress=progress)


def check_coco_files(out_dir: Path, stem: str, *, split: Split | None) -> None:
    """Raise FormatError when an export would write over a file that Outsole did not write as it is."""
    for name in _file_names(stem, split).values():
        try:
            with (out_dir / name).open("rb") as file:
                head = file.read(len(_HEAD))
        except FileNotFoundError:
            continue
        # A text editor, and a program that sets no spaces, leave the beginning as it is.
        if head != _HEAD or not is_as_written(out_dir / name, is_unsealed_ours=True):
            raise FormatError(
                f"{out_dir / name} is there and is no export of Outsole, or was changed by another program; move it "
                "elsewhere, or choose another folder."
            )


@dataclass(slots=True)
class _Set:
    images: list[Json] = field(default_factory=list)
    annotations: list[Json] = field(default_factory=list)


class CocoWriter:
    """Writes photos as one COCO file a set; `extra` adds keys to the annotation of an instance.

    categories: those that get an id, with `described` their COCO objects, less the id. Other instances are reported.
    """

    def __init__(
        self, project: Project, categories: Iterable[Category], *, described: list[Json], extra: Extra | None = None
    ) -> None:
        self._project = project
        # Ids follow the project's order, whichever of them this file holds, so that they agree between files.
        every = [category for category in project.categories.values() if category.role is not Role.IGNORE]
        numbers = {category.id: number for number, category in enumerate(every, 1)}
        chosen = [category.id for category in categories]
        self._ids = {identifier: numbers[identifier] for identifier in chosen}
        self._shoes = [self._ids[key] for key in chosen if project.category(key).role is Role.SHOE]
        self._categories = [{"id": self._ids[key]} | one for key, one in zip(chosen, described, strict=True)]
        self._extra = extra
        self._lines: list[ReportLine] = []
        self._file = ""
        self._last_id = 0

    def export(
        self,
        photos: Iterable[Photo],
        out_dir: Path,
        *,
        stem: str,
        split: Split | None,
        seed: int,
        progress: Progress | None,
    ) -> Report:
        """Write the files and return the report. Raises FormatError when one is somebody else's."""
        check_coco_files(out_dir, stem, split=split)
        chosen = self._sets(split, seed)
        sets = {name: _Set() for name in _file_names(stem, split)}
        total = max(len(self._project.entries), 1)
        for number, photo in enumerate(photos, 1):
            if progress is not None:
                progress(number / total, photo.file)
            if photo.status is Status.REJECTED:
                reason = "the photo is rejected; it is in no file"
                self._lines.append(refused(photo.file, "", reason=reason))
                continue
            name = chosen[photo.id]
            self._file = photo.file
            sets[name].images.append(_image(photo, number, lines=self._lines))
            sets[name].annotations += self._annotations(photo, number)
        self._note_unlabelled(stem)
        for name, file_name in _file_names(stem, split).items():
            self._write(out_dir / file_name, sets[name])
        return Report(f"Export to COCO {stem}", tuple(self._lines))

    def _note_unlabelled(self, stem: str) -> None:
        entries = self._project.entries.values()
        count = sum(entry.status is Status.TODO and not entry.instance_count for entry in entries)
        if count:
            reason = (
                f"nobody has labelled {counted(count, 'photo')} of it, and a reader takes such for a picture without "
                "shoes; reject them, or export only checked photos"
            )
            self._lines.append(noted(f"{stem}.json", "", reason=reason))

    def _sets(self, split: Split | None, seed: int) -> Mapping[str, str]:
        entries = [entry for entry in self._project.entries.values() if entry.status is not Status.REJECTED]
        if split is None:
            return dict.fromkeys((entry.id for entry in entries), "")
        by_file = split.sets([entry.file for entry in entries], seed)
        return {entry.id: by_file[entry.file] for entry in entries}

    def _write(self, path: Path, content: _Set) -> None:
        info = {
            "description": "Outsole",  # first, as _HEAD has it
            "conventions": "corner-origin pixels of the EXIF-oriented photo; poses are camera_from_shoe, mm, w x y z",
        }
        document = {
            "info": info,
            "licenses": [],
            "categories": self._categories,
            "images": content.images,
            "annotations": content.annotations,
        }
        write_json(path, sealed(document))
        reason = f"{counted(len(content.images), 'photo')}, {counted(len(content.annotations), 'annotation')}"
        self._lines.append(taken(path.name, "", reason=reason))

    def _annotations(self, photo: Photo, image_id: int) -> list[Json]:
        annotations: list[Json] = []
        for number, instance in enumerate(photo.instances, 1):
            category = self._project.category(instance.category)
            key = f"instance {number} ({category.name})"
            ids = self._category_ids(instance, category, key=key)
            region = self._region(instance, photo, key=key) if ids else None
            if region is None:
                continue
            crowd = category.role is Role.IGNORE or bool(_kept(instance).get("iscrowd"))
            segmentation = segmentation_of(region, photo.size_px, as_runs=crowd)
            if segmentation is None:
                self._refuse(key, "its outline covers the centre of no pixel: draw it anew, or delete it")
                continue
            for category_id in ids:
                self._last_id += 1
                annotations.append(
                    {
                        "id": self._last_id,
                        "image_id": image_id,
                        "category_id": category_id,
                        "segmentation": segmentation.value,
                        "area": segmentation.area,
                        "bbox": segmentation.bbox,
                        "iscrowd": int(crowd),
                        **self._more(photo, instance),
                    }
                )
        return annotations

    def _category_ids(self, instance: Instance, category: Category, *, key: str) -> list[int]:
        if category.role is Role.IGNORE:
            if not self._shoes:
                self._refuse(key, "there is no shoe category in this file that it could be left out of")
            else:
                # An evaluator leaves out the crowd regions of the category it looks at, so each one gets its own.
                several = counted(len(self._shoes), "shoe category", "shoe categories")
                reason = f"an ignore region: written as iscrowd 1 of {several}, in run lengths"
                self._lines.append(changed(self._file, key, reason=reason))
            return self._shoes
        if instance.category not in self._ids:
            if category.role is Role.OCCLUDER:  # no loss: it does here what it was drawn for
                reason = "what stands in front of a shoe has no keypoints: not in the file, it hides those it covers"
                self._lines.append(changed(self._file, key, reason=reason))
            else:
                self._refuse(key, f"category {category.name!r} has no place in this file")
            return []
        return [self._ids[instance.category]]

    def _region(self, instance: Instance, photo: Photo, *, key: str) -> Region | None:
        region = instance.region
        if region.is_empty:
            what = "a pose but no outline" if instance.pose_estimate else "no outline"
            self._refuse(key, f"it has {what}, and COCO wants one: outline it and export again")
            return None
        width, height = photo.size_px
        x0, y0, x1, y1 = region.bounds_px
        if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
            reason = "its outline reaches outside the photo and was cut at the edge"
            self._lines.append(changed(self._file, key, reason=reason))
            region = region.clipped(width, height)
            if region.is_empty:
                self._refuse(key, "it lies outside the photo: draw it anew, or delete it")
                return None
        if any(part.holes for part in region.parts):
            reason = "it has a hole, so it is written in run lengths (whole pixels) and not as a polygon"
            self._lines.append(changed(self._file, key, reason=reason))
        return region

    def _more(self, photo: Photo, instance: Instance) -> Json:
        more: Json = {name: value for name, value in _kept(instance).items() if name != "iscrowd"}
        attributes = {
            name: value
            for name, value in instance.attributes.items()
            if name not in (RECORD, LABELME_RECORD) and not name.startswith("_")
        }
        if instance.side is not Side.UNKNOWN:
            attributes["side"] = instance.side.value
        if attributes:
            more["attributes"] = attributes
        more[outsole_key.KEY] = outsole_key.instance_to_json(instance, self._project)
        if self._extra is not None:
            added = self._extra(photo, instance)
            more[outsole_key.KEY] |= added.pop(outsole_key.KEY, {})
            more |= added
        return more

    def _refuse(self, key: str, reason: str) -> None:
        self._lines.append(refused(self._file, key, reason=f"{reason}; it is not in the file"))


def _file_names(stem: str, split: Split | None) -> dict[str, str]:
    """The files of an export by their sets; "" is the set of one that is not divided."""
    return {name: f"{stem}_{name}.json" for name in SET_NAMES} if split else {"": f"{stem}.json"}


def _kept(instance: Instance) -> Mapping[str, Any]:
    kept = instance.attributes.get(RECORD)
    return kept if isinstance(kept, Mapping) else {}


def _image(photo: Photo, image_id: int, *, lines: list[ReportLine]) -> Json:
    if photo.orientation != 1:
        reason = f"EXIF orientation {photo.orientation}: readers must turn the file before they use these labels"
        lines.append(changed(photo.file, "", reason=reason))
    if PurePosixPath(photo.file).is_absolute() or PureWindowsPath(photo.file).drive:
        reason = "the photo lies away from the project, so its file_name is absolute and holds on this computer alone"
        lines.append(changed(photo.file, "", reason=reason))
    width, height = photo.size_px
    own = {
        "photo": photo.id,
        "sha256": photo.sha256,
        "orientation": photo.orientation,
        "status": photo.status.value,
        "camera": camera_to_json(photo.camera),
    }
    return {"id": image_id, "file_name": photo.file, "width": width, "height": height, outsole_key.KEY: own}
