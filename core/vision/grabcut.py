"""Outlines what stands in a box by colour alone: GrabCut (Rother, Kolmogorov, Blake 2004) at a limited working size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geometry.region import Region
from core.geometry.tracing import region_from_mask

Array = NDArray[np.float64]
Bytes = NDArray[np.uint8]
Box = tuple[float, float, float, float]

# Told the fraction done (0..1) and the outline so far; answers whether to go on.
Report = Callable[[float, Region], bool]

SMALLEST_BOX_PX = 6.0

_WORKING_PX = 360
_LARGEST_ENLARGEMENT = 4.0
_MARGIN = 0.3
_SMALLEST_MARGIN_PX = 10.0
_ROUNDS = 6
_SMALLEST_PART = 0.05
_PINHOLE = 0.01
_SMOOTHING_PX = 1.2
_TRACED_AT = 2
_TOLERANCE_PX = 0.75


class SegmentError(ValueError):
    """Nothing could be outlined; the text is a sentence for the annotator."""


class SegmentCancelled(Exception):
    """The report asked to stop."""


@dataclass(frozen=True, slots=True)
class _Crop:
    """The part of the photo that is worked on: its corner (photo px), and working px a photo px in x and y."""

    pixels: Bytes
    x_px: int
    y_px: int
    scale: tuple[float, float]

    def to_photo(self, region: Region, *, traced_at: int) -> Region:
        sx, sy = self.scale
        return region.scaled(1 / (sx * traced_at), 1 / (sy * traced_at)).moved((self.x_px, self.y_px))


def grabcut_region(pixels_rgb: Bytes, box_px: Box, *, report: Report | None = None) -> Region:
    """The outline, in corner-origin px of the photo, of what stands in the box (x0, y0, x1, y1).

    pixels_rgb: (H, W, 3) uint8. What lies around the box teaches the background, so a box should leave some of it.
    The largest piece and pieces above 5 % of it are kept, pinholes filled. The same input gives the same outline.
    Raises SegmentError with a sentence when the box is outside the photo, too small, or holds nothing that differs
    from what is around it, and SegmentCancelled when `report` answers False.
    """
    height, width = pixels_rgb.shape[:2]
    box = _box_within(box_px, width, height_px=height)
    crop = _cropped(pixels_rgb, box)
    mask = _first_guess(crop, box)
    for fraction, labels in _rounds(crop.pixels, mask):
        kept = _without_specks(labels)
        if not kept.any():
            raise SegmentError(
                "GrabCut found nothing in the box that differs from its surroundings. Draw the box a little larger "
                "than the shoe, or outline the shoe with the polygon tool."
            )
        if report is not None and fraction < 1.0:
            preview = region_from_mask(kept, tolerance_px=_TOLERANCE_PX)
            if not report(fraction, crop.to_photo(preview, traced_at=1)):
                raise SegmentCancelled
    return crop.to_photo(_smooth_outline(kept), traced_at=_TRACED_AT).clipped(width, height)


def _box_within(box_px: Box, width_px: int, *, height_px: int) -> Box:
    """The box in the photo, corners in order; raises SegmentError."""
    if not np.isfinite(box_px).all():
        raise SegmentError("The box has a corner that is not a number. Draw it again.")
    xs, ys = sorted((box_px[0], box_px[2])), sorted((box_px[1], box_px[3]))
    if xs[1] <= 0 or ys[1] <= 0 or xs[0] >= width_px or ys[0] >= height_px:
        raise SegmentError("The box lies outside the photo. Draw it around the shoe.")
    x0, x1 = max(xs[0], 0.0), min(xs[1], float(width_px))
    y0, y1 = max(ys[0], 0.0), min(ys[1], float(height_px))
    if min(x1 - x0, y1 - y0) < SMALLEST_BOX_PX:
        raise SegmentError(
            f"The box covers {x1 - x0:.0f} x {y1 - y0:.0f} px of the photo, which is too small to outline anything. "
            f"Draw it at least {SMALLEST_BOX_PX:.0f} px wide and high."
        )
    if x0 <= 0 and y0 <= 0 and x1 >= width_px and y1 >= height_px:
        raise SegmentError(
            "The box covers the whole photo, so nothing shows GrabCut what the background looks like. "
            "Draw it closer around the shoe."
        )
    return x0, y0, x1, y1


def _cropped(pixels_rgb: Bytes, box: Box) -> _Crop:
    """The box with a margin of background, in Lab colours, at working size."""
    import cv2

    height, width = pixels_rgb.shape[:2]
    x0, y0, x1, y1 = box
    margin_x, margin_y = (max(_MARGIN * side, _SMALLEST_MARGIN_PX) for side in (x1 - x0, y1 - y0))
    left, top = int(max(0, x0 - margin_x)), int(max(0, y0 - margin_y))
    right, bottom = int(min(width, np.ceil(x1 + margin_x))), int(min(height, np.ceil(y1 + margin_y)))
    pixels = pixels_rgb[top:bottom, left:right]
    scale = min(_LARGEST_ENLARGEMENT, _WORKING_PX / max(pixels.shape[:2]))
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    shrinks = scale < 1
    resized = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    lab = np.ascontiguousarray(cv2.cvtColor(resized, cv2.COLOR_RGB2LAB))
    return _Crop(lab, left, top, (size[0] / pixels.shape[1], size[1] / pixels.shape[0]))


def _first_guess(crop: _Crop, box: Box) -> Bytes:
    """GrabCut's labels to start from: in the box probably foreground, around it surely background."""
    import cv2

    rows, columns = crop.pixels.shape[:2]
    x, y = np.arange(columns) + 0.5, np.arange(rows) + 0.5
    sx, sy = crop.scale
    across = (x > (box[0] - crop.x_px) * sx) & (x < (box[2] - crop.x_px) * sx)
    along = (y > (box[1] - crop.y_px) * sy) & (y < (box[3] - crop.y_px) * sy)
    return np.where(along[:, None] & across[None], cv2.GC_PR_FGD, cv2.GC_BGD).astype(np.uint8)


def _rounds(pixels: Bytes, mask: Bytes) -> Any:
    """GrabCut round by round: (fraction done, bool mask of the foreground); stops early when nothing moves."""
    import cv2

    cv2.setRNGSeed(0)
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    before: NDArray[np.bool_] | None = None
    for done in range(1, _ROUNDS + 1):
        mode = cv2.GC_INIT_WITH_MASK if done == 1 else cv2.GC_EVAL
        cv2.grabCut(pixels, mask, None, background, foreground, 1, mode)
        inside = (mask & 1).astype(bool)
        settled = before is not None and np.count_nonzero(inside ^ before) <= 1e-3 * np.count_nonzero(inside)
        yield (1.0 if settled or done == _ROUNDS else done / _ROUNDS), inside
        if settled or not inside.any():
            return
        before = inside


def _without_specks(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest piece and those above 5 % of it, with holes below 1 % of the whole filled."""
    import cv2

    _, pieces, measures, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=4)
    areas = measures[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    keeps = areas >= max(1.0, _SMALLEST_PART * areas.max())
    kept = keeps[pieces]
    _, gaps, measures, _ = cv2.connectedComponentsWithStats((~kept).astype(np.uint8), connectivity=8)
    areas = measures[:, cv2.CC_STAT_AREA].copy()
    # Background that reaches the rim of the crop surrounds the shoe; it is no hole however small.
    rim = np.concatenate([gaps[0], gaps[-1], gaps[:, 0], gaps[:, -1]])
    areas[rim] = kept.size
    fills = areas < _PINHOLE * np.count_nonzero(kept)
    fills[0] = False
    return np.asarray(kept | fills[gaps])


def _smooth_outline(kept: NDArray[np.bool_]) -> Region:
    """The outline without staircases, in working px times `_TRACED_AT`."""
    import cv2

    padding = 4
    # Repeating the rim keeps a shoe that is cut off by the photo's edge straight there.
    soft = cv2.copyMakeBorder(kept.astype(np.float32), *(padding,) * 4, cv2.BORDER_REPLICATE)
    soft = cv2.GaussianBlur(soft, (0, 0), _SMOOTHING_PX)[padding:-padding, padding:-padding]
    rows, columns = kept.shape
    fine = cv2.resize(soft, (columns * _TRACED_AT, rows * _TRACED_AT), interpolation=cv2.INTER_LINEAR) > 0.5
    smooth = _without_specks(fine)
    if not smooth.any():
        return region_from_mask(kept, tolerance_px=0.0).scaled(_TRACED_AT, _TRACED_AT)
    return region_from_mask(smooth, tolerance_px=_TOLERANCE_PX * _TRACED_AT)
