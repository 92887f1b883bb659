"""Photos with true outlines out of a COCO file, and how far an outline is from the true one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PureWindowsPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.formats.coco_import import CocoFile, read_coco
from core.geometry.region import Part, Region
from core.geometry.tracing import region_from_mask
from core.metrics.mask_overlap import contour_distance

Array = NDArray[np.float64]

SNEAKER = "sneaker"
_STAIRS_PX = 0.75  # as `outsole evaluate` smooths the stairs of true masks
_SPECK_SHARE = 0.005  # of a sneaker: no hand outlines what is smaller


class TruthError(ValueError):
    """True outlines that cannot be used; a sentence."""


@dataclass(frozen=True, slots=True)
class TruePhoto:
    """A photo's file, its name in the COCO file, and the outlines of its sneakers, px of the photo."""

    file: Path
    name: str
    sneakers: tuple[Region, ...]


@dataclass(frozen=True, slots=True)
class Goal:
    """When an outline counts as done: mean two-way contour distance, px of the photo, and least IoU."""

    error_px: float = 1.5
    iou: float = 0.8

    def reached(self, region: Region, truth: Region) -> bool:
        """Whether the outline is as good as that."""
        return not region.is_empty and error_px(region, truth) <= self.error_px and iou(region, truth) >= self.iou


def true_photos(
    annotations: Path, images: Path, *, only: Sequence[str] = ("*",), count: int | None = None, seed: int = 0
) -> tuple[TruePhoto, ...]:
    """The photos that hold a sneaker and whose name, with or without its folder, is like one of `only`.

    At most `count`, drawn by the seed; in the file's order. Raises ValueError with a sentence.
    """
    content = read_coco(annotations)
    regions = _regions(content)
    wanted = [image for image in content.images if _is_like(str(image.get("file_name")), only)]
    with_sneaker = [image for image in wanted if regions.get(image.get("id"))]
    if not with_sneaker:
        raise TruthError(f"{annotations} has no photo with a sneaker whose name is like {' or '.join(only)}.")
    if count is not None and count < len(with_sneaker):
        drawn = sorted(random.Random(seed).sample(range(len(with_sneaker)), count))
        with_sneaker = [with_sneaker[index] for index in drawn]
    made = []
    for image in with_sneaker:
        name = str(image["file_name"])
        file = images / PureWindowsPath(name).as_posix()
        if not file.is_file():
            raise TruthError(f"{annotations} names {name}, but {file} is not there; --images says where they are.")
        made.append(TruePhoto(file, name, tuple(regions[image["id"]])))
    return tuple(made)


def error_px(region: Region, truth: Region) -> float:
    """Mean two-way contour distance, px; infinite against an empty region."""
    if region.is_empty or truth.is_empty:
        return float("inf")
    return contour_distance(region, truth).mean_px


def iou(region: Region, truth: Region) -> float:
    """Intersection over union, 0..1."""
    if region.is_empty or truth.is_empty:
        return 0.0
    both = region.intersection(truth).area_px2
    return both / max(region.area_px2 + truth.area_px2 - both, 1e-9)


def _regions(content: CocoFile) -> dict[Any, list[Region]]:
    sizes = {image.get("id"): (int(image["width"]), int(image["height"])) for image in content.images}
    named = {one.get("id") for one in content.categories if str(one.get("name", "")).lower() == SNEAKER}
    regions: dict[Any, list[Region]] = {}
    for index, annotation in enumerate(content.annotations):
        if annotation.get("iscrowd") or (named and annotation.get("category_id") not in named):
            continue
        size_px = sizes.get(annotation.get("image_id"))
        if size_px is None:
            continue
        try:
            region = _region(annotation.get("segmentation"), size_px)
        except (ValueError, TypeError) as error:
            raise TruthError(f"{content.name}: annotations[{index}].segmentation cannot be read: {error}") from error
        if not region.is_empty:
            regions.setdefault(annotation["image_id"], []).append(region)
    return regions


def _region(segmentation: Any, size_px: tuple[int, int]) -> Region:
    """The outline of the pixels that COCO's own raster covers, without specks."""
    # pycocotools is loaded with the first COCO file, not with the window.
    from pycocotools import mask as coco_mask

    width, height = size_px
    if isinstance(segmentation, list):
        polygons = [polygon for polygon in segmentation if len(polygon) >= 6]
        runs = coco_mask.merge(coco_mask.frPyObjects(polygons, height, width))
    elif isinstance(segmentation["counts"], list):
        runs = coco_mask.frPyObjects(segmentation, height, width)
    else:
        runs = {"size": segmentation["size"], "counts": segmentation["counts"].encode("ascii")}
    region = region_from_mask(coco_mask.decode(runs), tolerance_px=_STAIRS_PX)
    least = _SPECK_SHARE * region.area_px2
    parts = [part for part in region.parts if part.area_px2 >= least]
    return Region(
        tuple(Part(p.outer, tuple(hole for hole in p.holes if abs(hole.signed_area_px2) >= least)) for p in parts)
    )


def _is_like(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch(name, pattern) or fnmatch(PureWindowsPath(name).name, pattern) for pattern in patterns)
