"""COCO files into instances: polygons, run lengths of both kinds, keypoints, attributes and our own key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath
from types import MappingProxyType
from typing import Any

from core.document.document import Document
from core.formats import outsole_key
from core.formats.coco import RECORD
from core.formats.coco_segmentation import region_from_segmentation
from core.formats.json_file import FormatError, read_json_object
from core.formats.merging import ImportOutcome, LabelledPhoto, Progress, merge_into_project
from core.formats.report import ReportLine, changed, refused
from core.formats.seal import SEAL
from core.geometry.region import EMPTY_REGION, Region
from core.labels.instance import Instance, Keypoint, Provenance, Side, Source, Visibility, new_id
from core.labels.project import Project
from core.labels.words import counted
from core.storage.photo_codec import camera_from_json

BY_IMPORT = Provenance(Source.IMPORT, "coco")
Json = dict[str, Any]
_VISIBILITY = {1: Visibility.HIDDEN, 2: Visibility.VISIBLE}
_IMAGE_KEYS = frozenset({"id", "file_name", "width", "height", outsole_key.KEY})
_MADE_ANEW = frozenset(
    {
        "id",
        "image_id",
        "category_id",
        "segmentation",
        "area",
        "bbox",
        "iscrowd",
        "keypoints",
        "num_keypoints",
        "attributes",
        outsole_key.KEY,
    }
)


def import_coco(
    file: Path, images_dir: Path, document: Document, *, project_folder: Path, progress: Progress | None = None
) -> ImportOutcome:
    """Read a COCO instances or keypoints file into one edit that waits to be committed.

    Raises FormatError when the file is no COCO file; what is wrong inside it is refused in the report.
    """
    content = read_coco(file)
    lines: list[ReportLine] = _told_once(content, file.name)

    def labelled() -> Iterator[LabelledPhoto]:
        reader = _Reader(content, document.project, lines)
        for index, image in enumerate(content.images):
            if progress is not None:
                progress(index / len(content.images), str(image.get("file_name")))
            one = reader.labelled_photo(image, index, images_dir=images_dir)
            if one is not None:
                yield one
        reader.refuse_the_rest()

    title = f"Import labels of {file.name}"
    return merge_into_project(labelled(), document, project_folder=project_folder, title=title, lines=lines)


@dataclass(frozen=True, slots=True)
class CocoFile:
    """A COCO file as its three lists of objects, and the names of its other top-level keys."""

    name: str
    images: tuple[Json, ...]
    annotations: tuple[Json, ...]
    categories: tuple[Json, ...]
    other_keys: tuple[str, ...]


def read_coco(file: Path) -> CocoFile:
    """The lists of a COCO file; raises FormatError when one is missing."""
    content = read_json_object(file)
    for key in ("images", "annotations", "categories"):
        members = content.get(key)
        if not isinstance(members, list) or not all(isinstance(member, dict) for member in members):
            raise FormatError(f"{file} is no COCO file: it has no list of objects under {key!r}.")
    known = ("images", "annotations", "categories", SEAL)
    others = tuple(key for key in content if key not in known and content[key])
    return CocoFile(
        file.name, tuple(content["images"]), tuple(content["annotations"]), tuple(content["categories"]), others
    )


class _Reader:
    """Turns images and their annotations into labelled photos."""

    def __init__(self, content: CocoFile, project: Project, lines: list[ReportLine]) -> None:
        self._file = content.name
        self._project = project
        self._lines = lines
        self._categories = {category.get("id"): category for category in content.categories}
        self._by_image: dict[Any, list[tuple[str, Json]]] = {}
        for index, annotation in enumerate(content.annotations):
            key = f"annotations[{index}]"
            self._by_image.setdefault(_hashable(annotation.get("image_id")), []).append((key, annotation))

    def labelled_photo(self, image: Json, index: int, *, images_dir: Path) -> LabelledPhoto | None:
        """One image with its annotations; None, with a line, when it cannot be one."""
        key = f"images[{index}]"
        name, width, height = image.get("file_name"), image.get("width"), image.get("height")
        annotations = self._by_image.pop(_hashable(image.get("id")), [])
        if not isinstance(name, str) or not name or not isinstance(width, int) or not isinstance(height, int):
            reason = f"it lacks a file_name, width or height; with it went {counted(len(annotations), 'annotation')}"
            self._lines.append(refused(self._file, key, reason=reason))
            return None
        instances: list[tuple[str, Instance]] = []
        seen: set[str] = set()
        for place, annotation in annotations:
            own = annotation.get(outsole_key.KEY)
            identifier = own.get("instance") if isinstance(own, dict) else None
            if isinstance(identifier, str):
                # An ignore region is written once for each category of shoes.
                if identifier in seen:
                    continue
                seen.add(identifier)
            instance = self._instance(annotation, place, size_px=(width, height))
            if instance is not None:
                instances.append((place, instance))
        return LabelledPhoto(
            image_file=_image_file(images_dir, name),
            listed_in=self._file,
            instances=tuple(instances),
            key=key,
            size_px=(width, height),
            camera=self._camera(image, key),
        )

    def refuse_the_rest(self) -> None:
        """Report annotations of images that are not in the file."""
        for image_id, orphans in self._by_image.items():
            reason = f"image_id {image_id!r} is not among the images"
            self._lines += [refused(self._file, key, reason=reason) for key, _ in orphans]

    def _instance(self, annotation: Json, key: str, *, size_px: tuple[int, int]) -> Instance | None:
        category = self._categories.get(_hashable(annotation.get("category_id")))
        if category is None or not isinstance(category.get("name"), str):
            reason = f"category_id {annotation.get('category_id')!r} is not among the categories"
            self._lines.append(refused(self._file, key, reason=reason))
            return None
        own = annotation.get(outsole_key.KEY)
        own = own if isinstance(own, dict) else {}
        attributes = annotation.get("attributes")
        attributes = dict(attributes) if isinstance(attributes, dict) else {}
        side = attributes.pop("side", None)
        kept = {name: value for name, value in annotation.items() if name not in _MADE_ANEW}
        is_ignore = own.get("category") not in (None, category["name"])
        if bool(annotation.get("iscrowd")) and not is_ignore:
            kept["iscrowd"] = 1
        region = self._region(annotation, key, size_px=size_px)
        keypoints = self._keypoints(annotation, category, key=key) if own.get("keypoints_from") != "pose" else ()
        if region.is_empty and not keypoints and not {"pose", "clicks"} & own.keys():
            self._lines.append(refused(self._file, key, reason="it has no outline, keypoints or pose"))
            return None
        instance = Instance(
            new_id(),
            str(own.get("category") or category["name"]),
            side=Side(side) if side in list(Side) else Side.UNKNOWN,
            region=region,
            keypoints=keypoints,
            attributes=MappingProxyType(attributes | ({RECORD: kept} if kept else {})),
            provenance=BY_IMPORT,
        )
        return self._with_own_key(instance, own, key=f"{key}.{outsole_key.KEY}")

    def _region(self, annotation: Json, key: str, *, size_px: tuple[int, int]) -> Region:
        segmentation = annotation.get("segmentation")
        if segmentation:
            try:
                return region_from_segmentation(segmentation, size_px)
            except (ValueError, TypeError) as error:
                self._lines.append(refused(self._file, f"{key}.segmentation", reason=str(error)))
                return EMPTY_REGION
        bbox = annotation.get("bbox")
        if isinstance(bbox, list) and len(bbox) == 4 and all(isinstance(number, int | float) for number in bbox):
            x, y, width, height = (float(number) for number in bbox)
            if width > 0 and height > 0:
                reason = "there is no segmentation, so its bbox became the outline"
                self._lines.append(changed(self._file, key, reason=reason))
                return Region.from_box(x, y, x1_px=x + width, y1_px=y + height)
        return EMPTY_REGION

    def _keypoints(self, annotation: Json, category: Json, *, key: str) -> tuple[Keypoint, ...]:
        flat: Any = annotation.get("keypoints")
        if not flat:
            return ()
        names: Any = category.get("keypoints")
        fits = isinstance(flat, list) and isinstance(names, list) and len(flat) == 3 * len(names)
        if not fits or not all(isinstance(number, int | float) for number in flat):
            reason = "keypoints are not three numbers for each name of the category; they were left out"
            self._lines.append(refused(self._file, f"{key}.keypoints", reason=reason))
            return ()
        triples = zip(names, flat[0::3], flat[1::3], flat[2::3], strict=True)
        return tuple(
            Keypoint(str(name), (float(x), float(y)), _VISIBILITY[int(v)])
            for name, x, y, v in triples
            if int(v) in _VISIBILITY
        )

    def _with_own_key(self, instance: Instance, own: Mapping[str, Any], *, key: str) -> Instance:
        try:
            restored, sentence = outsole_key.instance_with_json(instance, own, project=self._project)
        except (ValueError, TypeError, KeyError) as error:
            reason = f"pose and size cannot be read ({error!r}); the outline was taken alone"
            self._lines.append(refused(self._file, key, reason=reason))
            return instance
        if sentence:
            self._lines.append(changed(self._file, key, reason=sentence))
        return replace(restored, provenance=BY_IMPORT)

    def _camera(self, image: Json, key: str) -> Any:
        own = image.get(outsole_key.KEY)
        if not isinstance(own, dict) or "camera" not in own:
            return None
        try:
            return camera_from_json(own["camera"])
        except (ValueError, TypeError, KeyError) as error:
            reason = f"the camera cannot be read ({error!r}); the photo keeps its own"
            self._lines.append(refused(self._file, f"{key}.{outsole_key.KEY}.camera", reason=reason))
            return None


def _told_once(content: CocoFile, file: str) -> list[ReportLine]:
    """Lines about what has no place in a project, once a key and not once an image."""
    counts: Counter[str] = Counter(key for image in content.images for key in image if key not in _IMAGE_KEYS)
    found = ((f"images[].{key}", f"not kept, in {counted(count, 'image')}") for key, count in counts.items())
    lines = [refused(file, key, reason=reason) for key, reason in found]
    return [*lines, *(refused(file, key, reason="not kept") for key in content.other_keys)]


def _image_file(images_dir: Path, name: str) -> Path:
    relative = PureWindowsPath(name).as_posix()
    stated = images_dir / relative
    beside = images_dir / Path(relative).name
    return beside if not stated.is_file() and beside.is_file() else stated


def _hashable(value: Any) -> Any:
    return value if isinstance(value, str | int | float | None) else repr(value)
