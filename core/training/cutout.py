"""Cut-outs: one sneaker each, with its transparency, taken from labelled photos or read from pictures with alpha."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.labels.instance import Side
from core.storage.image_file import read_pixels
from core.training.coco_folder import LabelledImage

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

LONGEST_PX = 400
_LEAST_PX = 16
_RIM_PX = 2
_SEEN = 128


class CutoutError(ValueError):
    """A picture that gives no cut-out; the sentence names the file and what to do."""


@dataclass(frozen=True, slots=True)
class Cutout:
    """A sneaker by itself. pixels: (h, w, 3) uint8 straight RGB, also sensible where alpha is 0; alpha: (h, w) uint8.

    source: the file it comes from. upright: seen as people stand, so it is hardly ever turned; else from any direction.
    """

    pixels: Pixels
    alpha: Pixels
    side: Side
    source: str
    upright: bool = False

    @property
    def long_side_px(self) -> int:
        """The longer side of the box of what is opaque; the picture is cropped to that box."""
        return max(self.alpha.shape)


def cutouts_of(image: LabelledImage, *, upright: bool = False) -> list[Cutout]:
    """A cut-out for each sneaker of a labelled photo, its rim freed of the photo's background; raises PhotoError.

    What is smaller than 16 px is left out; what is longer than 400 px is scaled down to that.
    """
    if not image.sneakers:
        return []
    pixels = read_pixels(image.file)
    found: list[Cutout] = []
    for sneaker in image.sneakers:
        alpha = sneaker.mask().astype(np.uint8) * 255
        cut = _cropped(pixels, alpha)
        if cut is not None:
            found.append(Cutout(*_clean(*cut), sneaker.side, str(image.file), upright))
    return found


def cutout_from_alpha_file(path: Path, *, upright: bool = False) -> Cutout:
    """The cut-out in a picture with an alpha channel (PNG, WebP); raises CutoutError when it has none.

    A side is taken from the file's name, when it has the word left or right.
    """
    pixels_bgra = cv2.imdecode(np.frombuffer(_bytes(path), dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels_bgra is None:
        raise CutoutError(f"{path} is not a picture that can be read; copy it again or take it out of the folder.")
    if pixels_bgra.ndim != 3 or pixels_bgra.shape[2] != 4 or pixels_bgra[..., 3].min() == 255:
        raise CutoutError(f"{path} has no transparency, so nothing is cut out; save it as a PNG with an alpha channel.")
    if pixels_bgra.dtype != np.uint8:
        pixels_bgra = (pixels_bgra >> 8).astype(np.uint8)
    cut = _cropped(cv2.cvtColor(pixels_bgra[..., :3], cv2.COLOR_BGR2RGB), np.ascontiguousarray(pixels_bgra[..., 3]))
    if cut is None:
        raise CutoutError(f"{path} shows nothing of at least {_LEAST_PX} px; take it out of the folder.")
    words = path.stem.lower().replace("-", "_").split("_")
    side = Side.LEFT if "left" in words else Side.RIGHT if "right" in words else Side.UNKNOWN
    return Cutout(*_scaled(*cut), side, str(path), upright)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes() or b"\0"
    except OSError as error:
        raise CutoutError(f"{path} cannot be opened: {error.strerror}.") from error


def _cropped(pixels: Pixels, alpha: Pixels) -> tuple[Pixels, Pixels] | None:
    x, y, width, height = cv2.boundingRect((alpha >= _SEEN).astype(np.uint8))
    if max(width, height) < _LEAST_PX or min(width, height) < _LEAST_PX // 2:
        return None
    pad = 3 * _RIM_PX
    rows = slice(max(0, y - pad), y + height + pad)
    columns = slice(max(0, x - pad), x + width + pad)
    return pixels[rows, columns].copy(), alpha[rows, columns].copy()


def _clean(pixels: Pixels, alpha: Pixels) -> tuple[Pixels, Pixels]:
    """Colours of the rim taken from further inside, for an outline drawn by hand takes some background along."""
    rim = min(_RIM_PX, max(1, min(alpha.shape) // 24))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rim + 1, 2 * rim + 1))
    # Outside the crop is background, so that a shoe cut by the photo's edge keeps that edge.
    inner = cv2.erode((alpha >= _SEEN).astype(np.uint8), kernel, borderType=cv2.BORDER_REPLICATE)
    if not inner.any():
        return _scaled(pixels, alpha)
    return _scaled(_spread(pixels, inner), alpha)


def _spread(pixels: Pixels, known: Pixels) -> Pixels:
    """Pixels with those that are not `known` replaced by the mean colour of known ones nearby, coarser further off."""
    height, width = known.shape
    weight = known.astype(np.float32)
    colour = pixels.astype(np.float32) * weight[..., None]
    result = np.zeros_like(colour)
    done = np.zeros((height, width), dtype=np.float32)
    for sigma in (1.0, 2.0, 5.0, 15.0, 60.0):
        near = cv2.GaussianBlur(weight, (0, 0), sigma)
        mean = cv2.GaussianBlur(colour, (0, 0), sigma) / np.maximum(near, 1e-6)[..., None]
        take = (near > 0.02) & (done == 0)
        result[take] = mean[take]
        done[take] = 1
    result[known > 0] = pixels[known > 0]
    return np.asarray(np.clip(result, 0, 255), dtype=np.uint8)


def _scaled(pixels: Pixels, alpha: Pixels) -> tuple[Pixels, Pixels]:
    scale = LONGEST_PX / max(alpha.shape)
    if scale >= 1:
        return pixels, alpha
    size = (max(1, round(alpha.shape[1] * scale)), max(1, round(alpha.shape[0] * scale)))
    weight = alpha.astype(np.float32) / 255
    premultiplied = cv2.resize(pixels.astype(np.float32) * weight[..., None], size, interpolation=cv2.INTER_AREA)
    plain = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    straight = np.where(small[..., None] > 0.02, premultiplied / np.maximum(small, 1e-6)[..., None], plain)
    return np.clip(straight, 0, 255).astype(np.uint8), np.clip(small * 255, 0, 255).astype(np.uint8)
