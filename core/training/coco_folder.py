"""Reads a folder of COCO labels as what networks learn from and are measured on: photos with exact sneaker masks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.formats.coco_import import CocoFile, read_coco
from core.formats.coco_runs import coded_runs
from core.formats.json_file import FormatError
from core.formats.outsole_key import KEY
from core.labels.instance import Side
from core.storage.image_file import PhotoError, read_info

Mask = NDArray[np.bool_]
Runs = dict[str, Any]

SNEAKER = "sneaker"
IGNORED = 255
_MOST_INSTANCES = IGNORED - 1


class TrainingDataError(ValueError):
    """Labels or photos that cannot be learnt from; a sentence that names the file and the key, and what to do."""


@dataclass(frozen=True, slots=True)
class LabelledSneaker:
    """One sneaker of a photo: compressed COCO runs of its visible mask, its pixel box, and the foot it is for.

    runs: {"size": [H, W], "counts": str}. box_px: (x0, y0, x1, y1), corner origin, the tight box of the mask.
    """

    runs: Runs
    box_px: tuple[float, float, float, float]
    side: Side

    def mask(self) -> Mask:
        """(H, W) bool, at the photo's size."""
        return mask_of_runs(self.runs)


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """A photo and what is known of it. name: its file_name in the COCO file; size_px: (width, height), upright.

    ignored: compressed runs of regions that are neither sneaker nor background (iscrowd 1).
    """

    file: Path
    name: str
    size_px: tuple[int, int]
    sneakers: tuple[LabelledSneaker, ...]
    ignored: tuple[Runs, ...]

    def instance_mask(self) -> NDArray[np.uint8]:
        """(H, W) uint8: 0 background, 1..n the sneakers in order, 255 what is to be ignored; ignored wins."""
        width, height = self.size_px
        labels = np.zeros((height, width), dtype=np.uint8)
        for number, sneaker in enumerate(self.sneakers, 1):
            labels[sneaker.mask()] = number
        for runs in self.ignored:
            labels[mask_of_runs(runs)] = IGNORED
        return labels


def read_coco_folder(annotations: Path, images: Path | None = None) -> tuple[LabelledImage, ...]:
    """The photos of a COCO file with their sneakers; `images` is what file_name is relative to (default: its folder).

    The sneakers are the category of that name, or the only one there is; other categories are background.
    Raises TrainingDataError when the file, a photo, its size or an outline is missing or wrong.
    """
    try:
        content = read_coco(annotations)
    except FormatError as error:
        raise TrainingDataError(str(error)) from error
    if not content.images:
        raise TrainingDataError(f"{annotations} lists no photo under 'images'; a data set needs at least one.")
    return _Reader(content, annotations, images or annotations.parent).all()


def mask_of_runs(runs: Mapping[str, Any]) -> Mask:
    """(H, W) bool of compressed COCO runs."""
    from pycocotools import mask as coco_mask

    return np.asarray(
        coco_mask.decode({"size": runs["size"], "counts": runs["counts"].encode("ascii")}), dtype=np.bool_
    )


def runs_of_mask(mask: Mask) -> Runs:
    """Compressed COCO runs of an (H, W) bool mask: {"size": [H, W], "counts": str}."""
    from pycocotools import mask as coco_mask

    return _as_text(coco_mask.encode(np.asfortranarray(mask.astype(np.uint8))))


class _Reader:
    """Turns the lists of one COCO file into labelled images, and says where it cannot."""

    def __init__(self, content: CocoFile, file: Path, folder: Path) -> None:
        self._content = content
        self._file = file
        self._folder = folder
        self._sneaker_ids = self._sneakers_categories()
        self._by_image = self._annotations_by_image()

    def all(self) -> tuple[LabelledImage, ...]:
        """Every photo, in the file's order."""
        return tuple(self._image(image, f"images[{index}]") for index, image in enumerate(self._content.images))

    def _sneakers_categories(self) -> set[Any]:
        categories = self._content.categories
        named = {one.get("id") for one in categories if str(one.get("name", "")).strip().lower() == SNEAKER}
        if named or not categories:
            return named
        if len(categories) == 1:
            return {categories[0].get("id")}
        names = ", ".join(repr(one.get("name")) for one in categories[:6])
        raise self._error("categories", f"has none called {SNEAKER!r} ({names})", "Rename the one that is meant.")

    def _annotations_by_image(self) -> dict[Any, list[tuple[str, Mapping[str, Any]]]]:
        grouped: dict[Any, list[tuple[str, Mapping[str, Any]]]] = {}
        for index, image in enumerate(self._content.images):
            key = f"images[{index}].id"
            if not isinstance(image.get("id"), int | str):
                raise self._error(key, "is missing", "Give every image a number of its own.")
            if image["id"] in grouped:
                raise self._error(key, f"{image['id']!r} is used twice", "Give every image a number of its own.")
            grouped[image["id"]] = []
        for index, annotation in enumerate(self._content.annotations):
            image_id = annotation.get("image_id")
            if not isinstance(image_id, int | str) or image_id not in grouped:
                key = f"annotations[{index}].image_id"
                raise self._error(key, f"{image_id!r} is not among the images", "Add that image or remove this label.")
            grouped[image_id].append((f"annotations[{index}]", annotation))
        return grouped

    def _image(self, image: Mapping[str, Any], key: str) -> LabelledImage:
        name, width, height = image.get("file_name"), image.get("width"), image.get("height")
        if not isinstance(name, str) or not name:
            raise self._error(f"{key}.file_name", "is missing", "Name the photo's file, relative to the folder.")
        if not isinstance(width, int) or not isinstance(height, int) or width < 1 or height < 1:
            raise self._error(
                f"{key}.width", "and height are not whole numbers above 0", "Write the photo's size in px."
            )
        size_px = (width, height)
        file = self._photo_file(name, key, size_px=size_px)
        sneakers: list[LabelledSneaker] = []
        ignored: list[Runs] = []
        for place, annotation in self._by_image[image["id"]]:
            crowd = bool(annotation.get("iscrowd"))
            if not crowd and annotation.get("category_id") not in self._sneaker_ids:
                continue
            runs = self._runs(annotation, place, size_px=size_px)
            if runs is None:
                continue
            if crowd:
                ignored.append(runs)
            else:
                sneakers.append(LabelledSneaker(runs, _box_of(runs), _side_of(annotation)))
        if len(sneakers) > _MOST_INSTANCES:
            raise self._error(key, f"has {len(sneakers)} sneakers, more than {_MOST_INSTANCES}", "Split the photo.")
        return LabelledImage(file, name, size_px, tuple(sneakers), tuple(ignored))

    def _photo_file(self, name: str, key: str, *, size_px: tuple[int, int]) -> Path:
        file = self._folder / PureWindowsPath(name).as_posix()
        if not file.is_file():
            remedy = "Put it there, or say where the images are."
            raise self._error(f"{key}.file_name", f"names {name}, but {file} is not there", remedy)
        try:
            found = read_info(file).size_px
        except PhotoError as error:
            raise TrainingDataError(f"{self._file}: {key}.file_name cannot be used. {error}") from error
        if found != size_px:
            was, now = (f"{size[0]} x {size[1]}" for size in (size_px, found))
            what = f"and height say {was} px, but {file} is {now} px upright"
            raise self._error(f"{key}.width", what, "Export the labels again, for the photo as it is now.")
        return file

    def _runs(self, annotation: Mapping[str, Any], key: str, *, size_px: tuple[int, int]) -> Runs | None:
        """Compressed runs of an annotation; None when its outline covers no pixel's centre, so there is nothing."""
        from pycocotools import mask as coco_mask

        key = f"{key}.segmentation"
        try:
            coded = _coded(annotation.get("segmentation"), size_px)
            return _as_text(coded) if coded is not None and coco_mask.area(coded) else None
        except (ValueError, TypeError) as error:
            raise self._error(
                key, f"cannot be read: {error}", "Outline the sneaker again or remove this label."
            ) from error

    def _error(self, key: str, what: str, remedy: str) -> TrainingDataError:
        return TrainingDataError(f"{self._file}: {key} {what}. {remedy}")


def _coded(value: Any, size_px: tuple[int, int]) -> Any:
    """pycocotools' runs of a segmentation: polygons (a union), compressed or uncompressed runs; None for no area."""
    from pycocotools import mask as coco_mask

    width, height = size_px
    if isinstance(value, Mapping):
        return coded_runs(value, size_px)
    if not isinstance(value, list) or not value:
        raise ValueError("there is no list of polygons and there are no run lengths")
    polygons = [value] if isinstance(value[0], int | float) else value
    for polygon in polygons:
        numbers = np.asarray(polygon, dtype=np.float64)
        if numbers.ndim != 1 or numbers.size % 2 or not np.isfinite(numbers).all():
            raise ValueError("a polygon is a flat list of numbers x, y, x, y …")
    # One or two points have no inside; contour tracers write them, pycocotools takes four numbers for a box.
    polygons = [polygon for polygon in polygons if len(polygon) >= 6]
    return coco_mask.merge(coco_mask.frPyObjects(polygons, height, width)) if polygons else None


def _as_text(coded: Mapping[str, Any]) -> Runs:
    counts = coded["counts"]
    return {"size": [int(side) for side in coded["size"]], "counts": counts.decode("ascii")}


def _box_of(runs: Runs) -> tuple[float, float, float, float]:
    from pycocotools import mask as coco_mask

    x, y, width, height = coco_mask.toBbox({"size": runs["size"], "counts": runs["counts"].encode("ascii")}).tolist()
    return x, y, x + width, y + height


def _side_of(annotation: Mapping[str, Any]) -> Side:
    for place in ("attributes", KEY):
        words = annotation.get(place)
        side = words.get("side") if isinstance(words, Mapping) else None
        if side in (Side.LEFT.value, Side.RIGHT.value):
            return Side(side)
    return Side.UNKNOWN
