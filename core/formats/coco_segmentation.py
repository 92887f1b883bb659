"""Regions as COCO segmentations and back: polygons where there is no hole, run lengths where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.formats.coco_runs import coded_runs
from core.geometry.region import EMPTY_REGION, Part, Region, Ring, union_of
from core.geometry.tracing import region_from_mask
from core.render.region_raster import region_mask

DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Segmentation:
    """A `segmentation` value with the area (px²) and bbox [x, y, width, height] of pycocotools' own raster."""

    value: list[list[float]] | dict[str, Any]
    area: float
    bbox: list[float]


def segmentation_of(region: Region, size_px: tuple[int, int], *, as_runs: bool = False) -> Segmentation | None:
    """The segmentation of a region that lies inside the photo; None when it covers no pixel's centre.

    A list of polygons is a union, so a region with a hole is run-length encoded, as is any when `as_runs`.
    """
    # pycocotools is loaded with the first COCO file, not with the window.
    from pycocotools import mask as coco_mask

    width, height = size_px
    value: list[list[float]] | dict[str, Any]
    if as_runs or any(part.holes for part in region.parts):
        pixels = region_mask(region, width, height)
        runs = coco_mask.encode(np.asfortranarray(pixels.astype(np.uint8)))
        value = {"size": [height, width], "counts": runs["counts"].decode("ascii")}
    else:
        value = [np.round(part.outer.points_px, DECIMALS).ravel().tolist() for part in region.parts]
        runs = coco_mask.merge(coco_mask.frPyObjects(value, height, width)) if value else None
    if runs is None or not coco_mask.area(runs):
        return None
    bbox = [float(number) for number in coco_mask.toBbox(runs)]
    return Segmentation(value, float(coco_mask.area(runs)), bbox)


def region_from_segmentation(value: Any, size_px: tuple[int, int]) -> Region:
    """The region of a `segmentation`: polygons (a union), compressed or uncompressed run lengths.

    Raises ValueError with a reason when it is none of them.
    """
    if isinstance(value, Mapping):
        return _from_runs(value, size_px)
    if not isinstance(value, list):
        raise ValueError(f"a segmentation is a list or an object, not {type(value).__name__}")
    if value and all(isinstance(number, int | float) for number in value):
        value = [value]
    parts = tuple(Part(_ring(flat)) for flat in value)
    region = Region(parts)
    return region if len(parts) < 2 or not _overlap(parts) else union_of([Region((part,)) for part in parts])


def _ring(flat: Any) -> Ring:
    try:
        numbers = np.array(flat, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise ValueError("a polygon is a flat list of numbers x, y, x, y …") from error
    if numbers.ndim != 1 or len(numbers) < 6 or len(numbers) % 2:
        raise ValueError(f"a polygon needs at least three x, y pairs; this one has {numbers.size} numbers")
    return Ring(numbers.reshape(-1, 2))


def _overlap(parts: tuple[Part, ...]) -> bool:
    boxes = np.array([part.outer.bounds_px for part in parts])
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    meet = ((low < boxes[None, :, 2:]) & (boxes[None, :, :2] < high)).all(axis=2)
    return bool(meet.sum() > len(parts))


def _from_runs(value: Mapping[str, Any], size_px: tuple[int, int]) -> Region:
    from pycocotools import mask as coco_mask

    pixels = coco_mask.decode(coded_runs(value, size_px))
    return region_from_mask(pixels) if pixels.any() else EMPTY_REGION
