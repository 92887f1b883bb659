"""How a picture is varied before a net sees it: which part, how large, how turned, and in what light."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.labels.instance import Side

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # its import asks the network for a newer version otherwise
import albumentations

Pixels = NDArray[np.uint8]
Box = tuple[float, float, float, float]

# A sneaker's longer side in a view, from so many px to this share of the view.
SMALLEST_PX, LARGEST_SHARE = 30.0, 0.9
# Of the views of a picture with sneakers, so many are aimed at one; the others may miss them all.
AIMED = 0.8
_MOST_ENLARGED = 2.5
_TURNED_AT_WILL, _TURN_DEG = 0.25, 12.0
_MOST_STRETCHED, _MOST_SHEARED = 0.16, 0.08
_ASIDE = 0.2  # of a sneaker's box that may lie outside of a view aimed at it
# Of a view, so much may lie outside of the picture at each side when the picture is larger than the view.
_OUTSIDE = 0.1
_SMALLEST_WHOLE = 0.85  # a picture is shown no smaller than so much of what would fit
# ImageNet's mean: what a net is shown where there is no picture, in RGB.
PADDING_RGB = (124, 116, 104)
_PADDED_WITH_MEAN = 0.7


@dataclass(frozen=True, slots=True)
class View:
    """The part of a picture that is looked at. view_from_picture: (2, 3) float64, pixel centres at whole numbers.

    mirrored: left and right are swapped, so that a left shoe looks like a right one.
    """

    view_from_picture: NDArray[np.float64]
    mirrored: bool = False

    @property
    def scale(self) -> float:
        """View px for each picture px."""
        linear = self.view_from_picture[:, :2]
        return math.sqrt(abs(float(linear[0, 0] * linear[1, 1] - linear[0, 1] * linear[1, 0])))


def whole_view(size_px: tuple[int, int], *, view_px: int) -> View:
    """All of a picture of `size_px` (width, height), as large as a square view holds it, in its middle."""
    width, height = size_px
    scale = view_px / max(width, height)
    return _view(scale * np.eye(2), about=(width / 2, height / 2), onto=(view_px / 2, view_px / 2), mirrored=False)


def random_view(
    generator: np.random.Generator, size_px: tuple[int, int], *, view_px: int, boxes: Sequence[Box] = ()
) -> View:
    """A random part of a picture, scaled, turned, stretched and perhaps mirrored; mostly aimed at one of `boxes`.

    boxes: (x0, y0, x1, y1) in picture px, corner origin.
    """
    whole = view_px / max(size_px)
    if boxes and generator.random() < AIMED:
        box = np.asarray(boxes[int(generator.integers(len(boxes)))])
        sides_px = np.maximum(box[2:] - box[:2], 1.0)
        largest_px = LARGEST_SHARE * view_px
        smallest_px = min(SMALLEST_PX, largest_px / 2)
        wanted = math.exp(generator.uniform(math.log(smallest_px), math.log(largest_px)))
        scale = max(min(wanted / float(sides_px.max()), _MOST_ENLARGED), _SMALLEST_WHOLE * whole)
        free = np.maximum(view_px / scale - sides_px * (1 - 2 * _ASIDE), 0.0)
        middle = (box[:2] + box[2:]) / 2 + generator.uniform(-0.5, 0.5, 2) * free
    else:
        most = max(min(4 * whole, 1.5), 1.2 * whole)
        scale = math.exp(generator.uniform(math.log(_SMALLEST_WHOLE * whole), math.log(most)))
        middle = generator.uniform(0.0, 1.0, 2) * size_px
    about = _inside(middle, size_px, view_px=view_px / scale)
    mirrored = bool(generator.random() < 0.5)
    linear = scale * _turned(generator) @ _stretched(generator) @ np.diag((-1.0 if mirrored else 1.0, 1.0))
    return _view(linear, about=about, onto=(view_px / 2, view_px / 2), mirrored=mirrored)


def seen(picture: Pixels, view: View, *, view_px: int, padding: Sequence[int]) -> Pixels:
    """The square (view_px, view_px, 3) part of an (H, W, 3) picture; `padding` where there is none."""
    matrix = view.view_from_picture
    times = int(1 / view.scale)
    if times > 1:  # a picture that is only sampled at fewer places flickers: it is averaged first, whole px at a time
        height, width = (side // times * times for side in picture.shape[:2])
        size = (width // times, height // times)
        picture = cv2.resize(picture[:height, :width], size, interpolation=cv2.INTER_AREA)
        matrix = matrix @ np.array(((times, 0.0, (times - 1) / 2), (0.0, times, (times - 1) / 2), (0.0, 0.0, 1.0)))
    return np.asarray(
        cv2.warpAffine(
            picture,
            matrix,
            (view_px, view_px),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=tuple(float(value) for value in padding),
        ),
        dtype=np.uint8,
    )


def seen_labels(labels: Pixels, view: View, *, view_px: int) -> Pixels:
    """The same part of an (H, W) uint8 instance mask; background where there is no picture."""
    size = (view_px, view_px)
    return np.asarray(cv2.warpAffine(labels, view.view_from_picture, size, flags=cv2.INTER_NEAREST), dtype=np.uint8)


def mirrored_side(side: Side) -> Side:
    """The foot that a shoe is for when it is seen in a mirror."""
    return {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}.get(side, side)


def random_padding(generator: np.random.Generator) -> tuple[int, int, int]:
    """An RGB colour for what lies outside of a picture: mostly the one that is used when a net runs."""
    if generator.random() < _PADDED_WITH_MEAN:
        return PADDING_RGB
    red, green, blue = generator.integers(0, 256, 3)
    return int(red), int(green), int(blue)


class Light:
    """Changes light, colour and sharpness of pictures at random, as cameras and compression do."""

    def __init__(self) -> None:
        self._steps = albumentations.Compose(_light_steps())

    def changed(self, picture: Pixels, *, seed: int) -> Pixels:
        """An (H, W, 3) uint8 RGB picture in other light; the same for the same seed."""
        self._steps.set_random_seed(seed)
        return np.asarray(self._steps(image=picture)["image"], dtype=np.uint8)


def _light_steps() -> list[Any]:
    a = albumentations
    return [
        a.OneOf(
            [
                a.RandomShadow(num_shadows_limit=(1, 2), shadow_intensity_range=(0.25, 0.6)),
                a.Illumination(intensity_range=(0.03, 0.2)),
            ],
            p=0.2,
        ),
        a.RandomBrightnessContrast(brightness_limit=0.3, contrast_limit=0.3, p=0.6),
        a.RandomGamma(gamma_limit=(60, 160), p=0.3),
        a.RandomToneCurve(scale=0.15, p=0.1),
        a.OneOf(
            [
                a.HueSaturationValue(hue_shift_limit=20, sat_shift_limit=40, val_shift_limit=20),
                a.RGBShift(r_shift_limit=25, g_shift_limit=25, b_shift_limit=25),
                a.PlanckianJitter(),
                a.ToGray(),
            ],
            p=0.6,
        ),
        a.OneOf(
            [
                a.GaussianBlur(blur_limit=(3, 7)),
                a.MotionBlur(blur_limit=(3, 9)),
                a.Downscale(scale_range=(0.4, 0.8)),
                a.Sharpen(alpha=(0.1, 0.4)),
            ],
            p=0.3,
        ),
        a.GaussNoise(std_range=(0.01, 0.06), p=0.2),
        a.ImageCompression(quality_range=(30, 90), p=0.3),
    ]


def _inside(middle: NDArray[np.float64], size_px: tuple[int, int], *, view_px: float) -> tuple[float, float]:
    """`middle`, moved so that a view of view_px picture px about it shows little of what is outside of the picture."""
    reach = view_px * (0.5 - _OUTSIDE)
    least, most = np.minimum(reach, np.array(size_px) - reach), np.maximum(reach, np.array(size_px) - reach)
    x, y = np.clip(middle, least, most)
    return float(x), float(y)


def _turned(generator: np.random.Generator) -> NDArray[np.float64]:
    at_will = generator.random() < _TURNED_AT_WILL
    degrees = generator.uniform(-180.0, 180.0) if at_will else generator.normal(0.0, _TURN_DEG)
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array(((cosine, -sine), (sine, cosine)))


def _stretched(generator: np.random.Generator) -> NDArray[np.float64]:
    stretch = math.exp(generator.uniform(-_MOST_STRETCHED, _MOST_STRETCHED) / 2)
    shear = generator.uniform(-_MOST_SHEARED, _MOST_SHEARED)
    return np.array(((stretch, shear), (0.0, 1.0 / stretch)))


def _view(
    linear: NDArray[np.float64], *, about: tuple[float, float], onto: tuple[float, float], mirrored: bool
) -> View:
    """The view in which the point `about`, corner origin, comes to lie at `onto`."""
    centre = np.array(about) - 0.5
    return View(np.column_stack((linear, np.array(onto) - 0.5 - linear @ centre)), mirrored)
