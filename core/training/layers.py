"""Layers of a composite: a thing cut out, turned and scaled into place, its shadow, and how it covers what is below."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from core.training.textures import Floats, Random

SEEN = 0.5
_MARGIN_PX = 3


@dataclass(frozen=True, slots=True)
class Layer:
    """Something to lay over a picture. pixels: (h, w, 3) float32 RGB of 0..1; alpha: (h, w) float32 of 0..1.

    corner_px: (x, y) of its first pixel in the picture, whole numbers, may be negative.
    """

    pixels: Floats
    alpha: Floats
    corner_px: tuple[int, int]

    @property
    def area_px(self) -> int:
        """How many of its pixels are opaque, also outside the picture."""
        return int((self.alpha >= SEEN).sum())

    def moved(self, dx_px: float, dy_px: float) -> Layer:
        """The same, further right and down by whole pixels."""
        return replace(self, corner_px=(self.corner_px[0] + round(dx_px), self.corner_px[1] + round(dy_px)))

    def window(self, height: int, width: int) -> tuple[tuple[slice, slice], tuple[slice, slice]] | None:
        """Which part of a (height, width) picture it lies on, and which of its own pixels those are; None outside."""
        x, y = self.corner_px
        rows, columns = self.alpha.shape
        x0, y0, x1, y1 = max(0, x), max(0, y), min(width, x + columns), min(height, y + rows)
        if x0 >= x1 or y0 >= y1:
            return None
        return (slice(y0, y1), slice(x0, x1)), (slice(y0 - y, y1 - y), slice(x0 - x, x1 - x))


@dataclass(frozen=True, slots=True)
class Shadow:
    """How layers of one scene cast shadows. offset: (x, y) in shares of a layer's shorter side; strength: 0..1.

    softness: the blur in shares of that side. flat: lies on a floor seen from the front, squeezed to that floor.
    """

    offset: tuple[float, float]
    strength: float
    softness: float
    flat: bool = False


def placed(
    pixels: NDArray[np.uint8],
    alpha: NDArray[np.uint8],
    *,
    scale: float,
    turn_deg: float,
    flip: bool,
    centre_px: tuple[float, float],
    shear: float = 0.0,
) -> Layer:
    """A cut-out as a layer: mirrored (flip), scaled, sheared and turned (degrees, clockwise) about its middle.

    pixels: (h, w, 3) uint8 straight RGB; alpha: (h, w) uint8; centre_px: where its box's middle comes to lie.
    """
    if flip:
        pixels, alpha = pixels[:, ::-1], alpha[:, ::-1]
    four = cv2.merge([np.ascontiguousarray(pixels), np.ascontiguousarray(alpha)])
    if scale < 0.7:  # warping alone would skip pixels
        size = (max(2, round(four.shape[1] * scale)), max(2, round(four.shape[0] * scale)))
        four = cv2.resize(four, size, interpolation=cv2.INTER_AREA)
        scale = 1.0
    height, width = four.shape[:2]
    angle = np.deg2rad(turn_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ [[1, shear], [0, 1]] * scale
    corners = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2 @ turn.T
    span = np.ceil(corners.max(axis=0) - corners.min(axis=0)).astype(int) + 2 * _MARGIN_PX
    matrix = np.hstack([turn, (span / 2 - turn @ [width / 2, height / 2])[:, None]])
    size = (int(span[0]), int(span[1]))
    colour = cv2.warpAffine(four[..., :3], matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.warpAffine(np.ascontiguousarray(four[..., 3]), matrix, size, flags=cv2.INTER_LINEAR)
    corner = (round(centre_px[0] - span[0] / 2), round(centre_px[1] - span[1] / 2))
    return Layer(colour.astype(np.float32) / 255, cover.astype(np.float32) / 255, corner)


def softened(random: Random, layer: Layer) -> Layer:
    """The same with another edge: a little eroded, feathered or sharpened, so that no edge gives a cut-out away."""
    shift = random.uniform(0, 0.18) if random.uniform() < 0.5 else 0.0
    sigma = min(random.uniform(0.4, 1.3), 0.05 * min(layer.alpha.shape))
    alpha = cv2.GaussianBlur(layer.alpha, (0, 0), sigma)
    # At least so steep that what was opaque stays opaque.
    gain = max(random.uniform(1.0, 2.2), SEEN / (SEEN - shift))
    return replace(layer, alpha=np.clip((alpha - SEEN - shift) * gain + SEEN, 0, 1))


def cast(picture: Floats, layer: Layer, shadow: Shadow) -> None:
    """Darken a picture, in place, where a layer's shadow falls."""
    rows, columns = layer.alpha.shape
    short = max(4.0, float(np.sqrt(layer.area_px) * 0.7))
    blur = max(0.6, shadow.softness * short)
    reach = int(3 * blur + abs(shadow.offset[0]) * short + abs(shadow.offset[1]) * short) + 2
    if shadow.flat:
        squeeze = 0.25
        bottom = rows * 0.97
        matrix = np.array(
            [[1, -shadow.offset[0], shadow.offset[0] * bottom + reach], [0, squeeze, bottom * (1 - squeeze) + reach]]
        )
    else:
        matrix = np.array([[1, 0, reach + shadow.offset[0] * short], [0, 1, reach + shadow.offset[1] * short]])
    size = (columns + 2 * reach, rows + 2 * reach)
    # Half the pixels each way: a shadow is soft, and blurring is what takes the time here.
    step = 2 if blur > 2 else 1
    matrix = matrix / step
    dark = cv2.warpAffine(layer.alpha, matrix, (size[0] // step + 1, size[1] // step + 1), flags=cv2.INTER_LINEAR)
    dark = cv2.GaussianBlur(dark, (0, 0), blur / step)
    if step > 1:
        dark = cv2.resize(dark, (dark.shape[1] * step, dark.shape[0] * step), interpolation=cv2.INTER_LINEAR)
    veil = Layer(picture[:0], dark, (layer.corner_px[0] - reach, layer.corner_px[1] - reach))
    window = veil.window(*picture.shape[:2])
    if window is not None:
        there, own = window
        picture[there] *= (1 - shadow.strength * dark[own])[..., None]


def lay(picture: Floats, owners: NDArray[np.uint8], layer: Layer, owner: int) -> None:
    """Lay a layer over a picture, in place, and note in `owners` (H, W) whose each covered pixel now is."""
    window = layer.window(*picture.shape[:2])
    if window is None:
        return
    there, own = window
    alpha = layer.alpha[own]
    picture[there] += (layer.pixels[own] - picture[there]) * alpha[..., None]
    owners[there][alpha >= SEEN] = owner
