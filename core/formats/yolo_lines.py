"""Lines of YOLO label files: a class and numbers between 0 and 1, made of outlines, boxes and keypoints, and read back.

A polygon of YOLO's is one ring. Holes and further parts are joined to it by bridges of no width, and taken apart
again when the same line is read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.formats.bridges import bridged_ring, joined_ring, unbridged_region
from core.geometry.region import Region
from core.labels.instance import Keypoint, Visibility

Array = NDArray[np.float64]
DECIMALS = 6
BOX_NUMBERS = 4
_SEEN = {0: Visibility.ABSENT, 1: Visibility.HIDDEN, 2: Visibility.VISIBLE}


class LineError(ValueError):
    """A line that is none of this format; the text says why, after the line's number."""


@dataclass(frozen=True, slots=True)
class YoloLine:
    """One instance: its class, and its numbers as they stand."""

    number: int
    class_index: int
    values: tuple[float, ...]

    def text(self) -> str:
        """The line as it is written."""
        return " ".join([str(self.class_index), *(_written(value) for value in self.values)])


def segment_values(region: Region, size_px: tuple[int, int]) -> tuple[float, ...]:
    """x1 y1 x2 y2 … of an outline that lies inside the photo: all its parts as one ring."""
    rings = [bridged_ring(part).points_px for part in region.parts]
    return _normalised(joined_ring(rings), size_px)


def box_values(region: Region, size_px: tuple[int, int]) -> tuple[float, ...]:
    """Centre x, centre y, width, height of an outline's box."""
    x0, y0, x1, y1 = region.bounds_px
    width, height = size_px
    return ((x0 + x1) / 2 / width, (y0 + y1) / 2 / height, (x1 - x0) / width, (y1 - y0) / height)


def keypoint_values(
    names: Sequence[str], found: dict[str, Keypoint], size_px: tuple[int, int]
) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """x y v of each name, 0 0 0 for one that is not there; and those left out since they lie outside of the photo."""
    width, height = size_px
    values: list[float] = []
    outside: list[str] = []
    for name in names:
        keypoint = found.get(name)
        if keypoint is None or keypoint.visibility is Visibility.ABSENT:
            values += [0.0, 0.0, 0]
            continue
        x, y = keypoint.at_px[0] / width, keypoint.at_px[1] / height
        if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
            outside.append(name)
            values += [0.0, 0.0, 0]
        else:
            values += [x, y, keypoint.visibility.coco]
    return tuple(values), tuple(outside)


def region_of_segment(values: Sequence[float], size_px: tuple[int, int]) -> Region:
    """The outline of x1 y1 x2 y2 …; raises ValueError when it is none."""
    points = np.array(values, dtype=np.float64).reshape(-1, 2)
    if len(points) < 3:
        raise ValueError(f"a polygon needs three points, not {len(points)}")
    if len(points) > 3 and np.array_equal(points[0], points[-1]):
        points = points[:-1]  # some tools close their rings
    region = unbridged_region(points * np.array(size_px, dtype=np.float64))
    if not sum(part.area_px2 for part in region.parts) > 0:
        raise ValueError("its polygon covers nothing")
    return region


def region_of_box(values: Sequence[float], size_px: tuple[int, int]) -> Region:
    """The outline of a box; raises ValueError when it has no size."""
    cx, cy, wide, high = values
    if wide <= 0 or high <= 0:
        raise ValueError("its box has no size")
    width, height = size_px
    x0, y0, x1, y1 = cx - wide / 2, cy - high / 2, cx + wide / 2, cy + high / 2
    return Region.from_box(x0 * width, y0 * height, x1_px=x1 * width, y1_px=y1 * height)


def keypoints_of_values(
    names: Sequence[str], values: Sequence[float], size_px: tuple[int, int], *, has_seen: bool
) -> tuple[Keypoint, ...]:
    """The keypoints that are there, from x y (v) of each name; without v one at 0 0 is not there."""
    step = 3 if has_seen else 2
    width, height = size_px
    found = []
    for at, name in enumerate(names):
        x, y, *seen = values[at * step : (at + 1) * step]
        visibility = Visibility.VISIBLE if not seen else _SEEN.get(round(seen[0]), Visibility.VISIBLE)
        if visibility is not Visibility.ABSENT and (seen or x or y):
            found.append(Keypoint(name, (x * width, y * height), visibility))
    return tuple(found)


def lines_of(text: str) -> tuple[list[YoloLine], list[str]]:
    """The lines of a label file that are lines, and a sentence for each that is none; empty ones are passed over."""
    good: list[YoloLine] = []
    bad: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            good.append(_line(number, line.split()))
        except LineError as error:
            bad.append(f"line {number}: {error}")
    return good, bad


def _line(number: int, words: list[str]) -> YoloLine:
    try:
        index, *values = (float(word) for word in words)
    except ValueError as error:
        raise LineError(f"it holds something that is no number ({error})") from error
    if not all(math.isfinite(value) for value in (index, *values)):
        raise LineError("it holds a number that is not finite")
    if index != int(index) or index < 0:
        raise LineError(f"its class is {words[0]}, and a class is a whole number from 0 up")
    if len(values) < BOX_NUMBERS:
        raise LineError(f"it holds {len(values)} numbers after the class, and a box needs {BOX_NUMBERS}")
    return YoloLine(number, int(index), tuple(values))


def _normalised(points_px: Array, size_px: tuple[int, int]) -> tuple[float, ...]:
    # Rounding at the edge must not leave [0, 1]: readers drop the whole picture then.
    points = np.clip(points_px / np.array(size_px, dtype=np.float64), 0.0, 1.0)
    return tuple(float(value) for value in points.ravel())


def _written(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.{DECIMALS}f}"
