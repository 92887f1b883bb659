"""The data sets of a study: labelled photos parted into training and validation, and composites made of the former."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np

from core.formats.json_file import FormatError, read_json_object, write_json
from core.labels.instance import Side
from core.storage.image_file import PhotoError
from core.training.coco_folder import LabelledImage, Runs, TrainingDataError, read_coco_folder
from core.training.coco_writer import ANNOTATIONS, CATEGORY, CATEGORY_ID, RECIPE
from core.training.composite_set import Order, composite_set
from core.training.compositor import Shares
from core.training.cutout import cutouts_of
from core.training.ingredients import photos_from, store
from core.training.sources import background_files


@dataclass(frozen=True, slots=True)
class Parted:
    """Photos to learn from and photos to measure on; no photo is both."""

    training: tuple[LabelledImage, ...]
    validation: tuple[LabelledImage, ...]


@dataclass(frozen=True, slots=True)
class Composites:
    """How composites are made: `count` pictures of size_px a side over these backgrounds (and painted ones)."""

    count: int
    size_px: int
    backgrounds: tuple[str, ...] = ()
    workers: int = 1


def labelled_photos(files: Sequence[Path], images: Path | None) -> tuple[LabelledImage, ...]:
    """The photos of several COCO files; raises TrainingDataError, also when two have the same name."""
    photos = [
        photo for file in files for photo in read_coco_folder(file / ANNOTATIONS if file.is_dir() else file, images)
    ]
    seen: set[str] = set()
    for photo in photos:
        if photo.name in seen:
            raise TrainingDataError(f"Two labelled photos are called {photo.name}; rename one, or leave out a file.")
        seen.add(photo.name)
    return tuple(sorted(photos, key=lambda photo: photo.name))


def parted(
    photos: Sequence[LabelledImage], *, only: Sequence[str], exclude: Sequence[str], validation: Sequence[str]
) -> Parted:
    """Photos whose name matches `validation` are measured on; of the others, those with sneakers that `only` and not
    `exclude` names are learnt from. Patterns match the whole file_name or the base name. Raises TrainingDataError.
    """
    measured = tuple(photo for photo in photos if photo.sneakers and _matches(photo, validation))
    learnt = tuple(
        photo
        for photo in photos
        if photo.sneakers
        and not _matches(photo, validation)
        and (not only or _matches(photo, only))
        and not _matches(photo, exclude)
    )
    for part, flag in ((measured, "--val-only"), (learnt, "--only and --exclude")):
        if not part:
            example = f", such as {photos[0].name}," if photos else ""
            raise TrainingDataError(f"Of the {len(photos)} labelled photos{example} none is left by {flag}; widen it.")
    return Parted(learnt, measured)


def some_of(photos: Sequence[LabelledImage], count: int, *, seed: int) -> tuple[LabelledImage, ...]:
    """`count` photos drawn at random (0: all); with the same seed, fewer are among more."""
    if not count or count >= len(photos):
        return tuple(photos)
    chosen = np.random.default_rng(seed).permutation(len(photos))[:count]
    return tuple(photos[place] for place in sorted(chosen.tolist()))


def write_photo_set(file: Path, photos: Sequence[LabelledImage]) -> Path:
    """A COCO file of labelled photos where they lie, none copied; returns it. Raises OSError."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, photo in enumerate(photos, 1):
        width, height = photo.size_px
        images.append({"id": number, "file_name": str(photo.file.resolve()), "width": width, "height": height})
        labels = [(sneaker.runs, sneaker.side, 0) for sneaker in photo.sneakers]
        labels += [(runs, Side.UNKNOWN, 1) for runs in photo.ignored]
        for runs, side, crowd in labels:
            ids = {"id": len(annotations) + 1, "image_id": number, "category_id": CATEGORY_ID, "iscrowd": crowd}
            known = {"attributes": {"side": side.value}} if side is not Side.UNKNOWN else {}
            annotations.append(ids | _sizes_of(runs) | known)
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {"info": {}, "categories": [dict(CATEGORY)], "images": images, "annotations": annotations}
    write_json(file, content)
    return file


def make_composites(
    folder: Path,
    photos: Sequence[LabelledImage],
    composites: Composites,
    *,
    seed: int,
    done: Callable[[int], None] | None = None,
) -> Path:
    """Composites of the photos' sneakers in a folder; what an earlier call has finished there is taken as it is.

    Returns the COCO file. Raises TrainingDataError, OSError, and KeyboardInterrupt when it was stopped.
    """
    if _is_complete(folder):
        return folder / ANNOTATIONS
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    ingredients = folder.with_name(folder.name + ".ingredients")
    try:
        stored = store(
            ingredients,
            cutouts=(cutout for photo in photos for cutout in cutouts_of(photo)),
            photos=photos_from(background_files(composites.backgrounds)),
        )
        if not stored.cutouts:
            raise TrainingDataError(f"The {len(photos)} photos to learn from give no cut-out of at least 16 px.")
        made = composite_set(
            stored,
            Order(folder, composites.count, (composites.size_px, composites.size_px), seed, Shares(scenes=0.0)),
            recipe={"photos": [photo.name for photo in photos], "seed": seed},
            workers=composites.workers,
            done=done,
        )
    except PhotoError as error:
        raise TrainingDataError(str(error)) from error
    finally:
        ingredients.unlink(missing_ok=True)
    if not made.is_complete:
        raise KeyboardInterrupt
    return made.annotations


def _is_complete(folder: Path) -> bool:
    try:
        return bool(read_json_object(folder / RECIPE).get("complete")) and (folder / ANNOTATIONS).is_file()
    except (FormatError, OSError):
        return False


def _matches(photo: LabelledImage, patterns: Sequence[str]) -> bool:
    name = PureWindowsPath(photo.name).as_posix()
    return any(fnmatchcase(one, pattern) for one in (name, PurePosixPath(name).name) for pattern in patterns)


def _sizes_of(runs: Runs) -> dict[str, Any]:
    from pycocotools import mask as coco_mask

    coded = {"size": runs["size"], "counts": runs["counts"].encode("ascii")}
    box = [float(number) for number in coco_mask.toBbox(coded)]
    return {"bbox": box, "area": float(coco_mask.area(coded)), "segmentation": dict(runs)}
