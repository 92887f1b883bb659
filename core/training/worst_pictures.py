"""Pictures of what a segmenter got wrong: the photo with the labelled outlines and the found ones, and a caption."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PureWindowsPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from core.geometry.region import Region
from core.geometry.tracing import region_from_mask
from core.storage.image_file import read_pixels
from core.training.coco_folder import mask_of_runs
from core.training.evaluate import MeasuredPhoto

TRUTH_COLOR = (40, 255, 90)
FOUND_COLOR = (255, 40, 220)
_IGNORED_COLOR = (150, 150, 150)
_PAPER = (24, 24, 28)
_SIDE_PX = 1100
_LARGEST_ENLARGEMENT = 2.0
_TRUTH_LINE_PX, _FOUND_LINE_PX = 5, 2  # both are seen where they agree
_TEXT_PX = 18
_MARGIN_PX = 8


def write_worst_pictures(photos: Sequence[MeasuredPhoto], folder: Path) -> tuple[Path, ...]:
    """Draw each photo into `folder` as NN_NAME.jpg in the given order; its folder is made. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for rank, photo in enumerate(photos, 1):
        file = folder / f"{rank:02d}_{PureWindowsPath(photo.image.name).stem}.jpg"
        Image.fromarray(picture_of(photo)).save(file, quality=90)
        files.append(file)
    return tuple(files)


def picture_of(photo: MeasuredPhoto) -> NDArray[np.uint8]:
    """(h, w, 3) uint8 RGB: labelled outlines green, found ones magenta, ignored ones grey, the figures beneath."""
    pixels = Image.fromarray(read_pixels(photo.image.file))
    scale = min(_LARGEST_ENLARGEMENT, _SIDE_PX / max(pixels.size))
    size = (max(1, round(pixels.width * scale)), max(1, round(pixels.height * scale)))
    lines = _caption(photo)
    strip_px = len(lines) * (_TEXT_PX + 4) + 2 * _MARGIN_PX
    picture = Image.new("RGB", (size[0], size[1] + strip_px), _PAPER)
    picture.paste(pixels.resize(size, Image.Resampling.LANCZOS))
    drawing = ImageDraw.Draw(picture)
    for runs in photo.image.ignored:
        _outline(drawing, region_from_mask(mask_of_runs(runs)), scale, color=_IGNORED_COLOR)
    for sneaker in photo.image.sneakers:
        _outline(drawing, region_from_mask(sneaker.mask(), tolerance_px=0.75), scale, color=TRUTH_COLOR)
    for region in photo.regions:
        _outline(drawing, region, scale, color=FOUND_COLOR, width_px=_FOUND_LINE_PX)
    font = ImageFont.load_default(_TEXT_PX)
    for row, (text, color) in enumerate(lines):
        at = (_MARGIN_PX, size[1] + _MARGIN_PX + row * (_TEXT_PX + 4))
        drawing.text(at, text, fill=color, font=font)
    return np.asarray(picture)


def _caption(photo: MeasuredPhoto) -> list[tuple[str, tuple[int, int, int]]]:
    scores = photo.scores
    ious = ", ".join(f"{iou:.2f}" for iou in scores.ious)
    found = ", ".join(f"{score:.2f}" for _, score in photo.founds) or "nothing"
    width, height = photo.image.size_px
    return [
        (f"{photo.image.name}  {width} x {height} px", (235, 235, 235)),
        (f"labelled (green): IoU {ious}" if ious else "labelled (green): none", TRUTH_COLOR),
        (f"found (magenta): scores {found}; false positives {scores.false_positives}", FOUND_COLOR),
    ]


def _outline(
    drawing: ImageDraw.ImageDraw,
    region: Region,
    scale: float,
    *,
    color: tuple[int, int, int],
    width_px: int = _TRUTH_LINE_PX,
) -> None:
    for ring in region.rings:
        points = np.concatenate([ring.points_px, ring.points_px[:1]]) * scale
        drawing.line([(float(x), float(y)) for x, y in points], fill=color, width=width_px, joint="curve")
