"""What a net is to say of a picture: the five target maps of an instance mask, and where they count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.labels.instance import Side
from core.training.coco_folder import IGNORED
from core.vision.unet import CENTRE, LEFT, MAPS, OFFSET_UNIT_PX, OFFSET_X, OFFSET_Y, SNEAKER

# An instance of which less is seen is left out of the lesson: nobody could tell it from its neighbourhood.
LEAST_SEEN_PX = 24
# The Gaussian at a centre: its deviation as a share of the instance's longer side, and the limits of it, in px.
_SPREAD, _NARROWEST_PX, _WIDEST_PX = 0.06, 2.0, 12.0
_REACH = 3.0  # deviations


@dataclass(frozen=True, slots=True)
class Targets:
    """maps: (MAPS, H, W) float32 in the net's order: 0 or 1, heat 0..1, offset x and y in OFFSET_UNIT_PX, 1 left.

    valid: (H, W) bool, False where nothing is known. side_known: (H, W) bool, inside sneakers whose side is known.
    """

    maps: NDArray[np.float32]
    valid: NDArray[np.bool_]
    side_known: NDArray[np.bool_]


def targets_of(labels: NDArray[np.uint8], sides: Sequence[Side]) -> Targets:
    """Targets of an (H, W) uint8 instance mask: 0 background, 1..n the instances whose sides are given, 255 unknown.

    An instance's centre is the mean of its visible pixels, rounded to a pixel; the heat there is exactly 1.
    """
    height, width = labels.shape
    maps = np.zeros((MAPS, height, width), dtype=np.float32)
    valid = labels != IGNORED
    side_known = np.zeros((height, width), dtype=np.bool_)
    counts = np.bincount(labels.ravel(), minlength=IGNORED + 1)
    for number, side in enumerate(sides, 1):
        if counts[number] == 0:
            continue
        rows, columns = np.nonzero(labels == number)
        if rows.size < LEAST_SEEN_PX:
            valid[rows, columns] = False
            continue
        x, y = float(columns.mean()), float(rows.mean())
        maps[SNEAKER, rows, columns] = 1.0
        maps[OFFSET_X, rows, columns] = (x - columns) / OFFSET_UNIT_PX
        maps[OFFSET_Y, rows, columns] = (y - rows) / OFFSET_UNIT_PX
        longer_px = max(int(np.ptp(rows)), int(np.ptp(columns))) + 1
        _add_heat(maps[CENTRE], round(x), round(y), spread_px=_spread_px(longer_px))
        if side is not Side.UNKNOWN:
            side_known[rows, columns] = True
            maps[LEFT, rows, columns] = float(side is Side.LEFT)
    return Targets(maps, valid, side_known)


def _spread_px(longer_px: int) -> float:
    return min(max(_SPREAD * longer_px, _NARROWEST_PX), _WIDEST_PX)


def _add_heat(heat: NDArray[np.float32], x: int, y: int, *, spread_px: float) -> None:
    reach = int(_REACH * spread_px) + 1
    height, width = heat.shape
    x0, x1 = max(x - reach, 0), min(x + reach + 1, width)
    y0, y1 = max(y - reach, 0), min(y + reach + 1, height)
    along_x = np.exp(-((np.arange(x0, x1) - x) ** 2) / (2 * spread_px**2))
    along_y = np.exp(-((np.arange(y0, y1) - y) ** 2) / (2 * spread_px**2))
    window = heat[y0:y1, x0:x1]
    np.maximum(window, np.outer(along_y, along_x).astype(np.float32), out=window)
