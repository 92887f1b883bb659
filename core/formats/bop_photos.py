"""A project's photos as the pictures of a BOP set: copied as they are, or turned upright and undistorted."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.formats.json_file import write_bytes
from core.geometry.camera import Camera
from core.labels.photo import Photo
from core.storage.image_file import PhotoError, read_info, read_pixels
from core.storage.wholeness import check_whole

Mask = NDArray[np.bool_]
Map = NDArray[np.float32]

JPEG, PNG = ".jpg", ".png"
_FORMATS = {JPEG: "JPEG", PNG: "PNG"}
_JPEG_QUALITY = 97
ONE_KIND = "since all pictures of a set are of one kind"


class Undistortion:
    """Where each pixel of the undistorted photo lies in the photo as it was taken; nothing for a perfect lens."""

    def __init__(self, camera: Camera) -> None:
        self.camera = camera.without_distortion()
        self._at: tuple[Map, Map] | None = None
        if camera.is_distorted:
            matrix, size_px = camera.opencv_matrix, (camera.width_px, camera.height_px)
            lens = (matrix, camera.distortion, np.eye(3), matrix)
            columns, rows = cv2.initUndistortRectifyMap(*lens, size_px, cv2.CV_32FC1)
            self._at = np.asarray(columns, np.float32), np.asarray(rows, np.float32)

    @property
    def changes(self) -> bool:
        """Whether there is anything to undo."""
        return self._at is not None

    def pixels(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(H, W, 3) as a perfect lens had seen it; black where the photo does not reach."""
        if self._at is None:
            return pixels
        return np.asarray(cv2.remap(pixels, *self._at, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT), np.uint8)

    def mask(self, mask: Mask) -> Mask:
        """(H, W) bool of the photo as it was taken, by the nearest pixel; False where the photo does not reach."""
        if self._at is None:
            return mask
        moved = cv2.remap(mask.view(np.uint8), *self._at, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT)
        return np.asarray(moved, dtype=np.bool_)


def common_suffix(files: Iterable[Path]) -> str:
    """The one suffix of all pictures of a set: ".jpg" where every photo is a JPEG, else ".png".

    Readers build a picture's name from its number and one suffix, so a set has no two kinds of files.
    """
    for file in files:
        try:
            if read_info(file).format != "JPEG":
                return PNG
        except PhotoError:
            continue  # said when its turn comes
    return JPEG


def write_picture(photo: Photo, source: Path, target: Path, *, undistortion: Undistortion, why: str = ONE_KIND) -> str:
    """Write a photo's picture, upright and undistorted, as `target`'s suffix says; "" for a copy, else what was done.

    why: the reason for another kind of file, to be told.
    Raises PhotoError when the photo cannot be read or is no longer of the size its labels are for.
    """
    info = read_info(source)
    if info.size_px != photo.size_px:
        now, then = (f"{width} x {height} px" for width, height in (info.size_px, photo.size_px))
        raise PhotoError(f"{source} is {now} now, and its labels are for {then}; put the photo back that was labelled.")
    reasons = _reasons(source, target, undistortion=undistortion, why=why)
    if not reasons:
        check_whole(source)  # a copy is not decoded, and nobody would see that its lower half is grey
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        return ""
    pixels = undistortion.pixels(read_pixels(source))
    buffer = io.BytesIO()
    if target.suffix == JPEG:
        Image.fromarray(pixels).save(buffer, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    else:
        Image.fromarray(pixels).save(buffer, "PNG", compress_level=3)
    write_bytes(target, buffer.getvalue())
    return " and ".join(reasons)


def write_mask(mask: Mask, target: Path) -> None:
    """Write a mask as an 8-bit PNG of 0 and 255."""
    buffer = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8) * 255).save(buffer, "PNG", compress_level=3)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(buffer.getvalue())


def _reasons(source: Path, target: Path, *, undistortion: Undistortion, why: str) -> list[str]:
    info = read_info(source)
    reasons = []
    if undistortion.changes:
        reasons.append("its lens distortion was undone")
    if info.orientation != 1:
        reasons.append("it was turned upright")
    if info.format != _FORMATS[target.suffix]:
        reasons.append(f"it was written as {_FORMATS[target.suffix]}, {why}")
    elif not reasons and _mode(source) != "RGB":
        reasons.append("it was written with 8-bit red, green and blue")
    return reasons


def _mode(source: Path) -> str:
    with Image.open(source) as image:
        return image.mode
