"""Random grain, colours and lines as arrays: what procedural backgrounds, limbs and objects are painted with.

Pictures here are (H, W, 3) float32 RGB of 0..1; fields are (H, W) float32.
"""

from __future__ import annotations

import colorsys

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Random = np.random.Generator


def smooth_noise(random: Random, size_px: tuple[int, int], grain_px: float, *, stretch: float = 1.0) -> Floats:
    """(H, W) of about -1..1 whose patches are `grain_px` wide and `stretch` times as long along x. size: (W, H)."""
    width, height = size_px
    columns = int(np.clip(width / (grain_px * stretch) + 2, 2, width))
    rows = int(np.clip(height / grain_px + 2, 2, height))
    small = random.uniform(-1, 1, (rows, columns)).astype(np.float32)
    return np.asarray(cv2.resize(small, size_px, interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def cloud_noise(random: Random, size_px: tuple[int, int], grain_px: float, *, octaves: int = 4) -> Floats:
    """(H, W) of about -1..1: noise of `grain_px` and, at half the strength each, of half the grain and so on."""
    total = smooth_noise(random, size_px, grain_px)
    for octave in range(1, octaves):
        grain = grain_px / 2**octave
        if grain < 1:
            break
        total += smooth_noise(random, size_px, grain) / 2**octave
    return total / 1.6


def speckle(random: Random, size_px: tuple[int, int]) -> Floats:
    """(H, W) of normal noise, mean 0 and deviation 1, one value a pixel."""
    return random.standard_normal((size_px[1], size_px[0]), dtype=np.float32)


def colour(random: Random, *, saturation: tuple[float, float] = (0, 1), value: tuple[float, float] = (0, 1)) -> Floats:
    """(3,) of 0..1: a hue at random, saturation and value within their ranges; the world is more grey than bright."""
    share = random.uniform() ** 1.6
    strength = saturation[0] + share * (saturation[1] - saturation[0])
    rgb = colorsys.hsv_to_rgb(random.uniform(), strength, random.uniform(*value))
    return np.array(rgb, dtype=np.float32)


def tinted(field: Floats, base: Floats, *, contrast: float) -> Floats:
    """(H, W, 3): a colour made lighter and darker by a field of -1..1."""
    return np.asarray(base * (1 + contrast * field)[..., None], dtype=np.float32)


def between(low: Floats, high: Floats, share: Floats) -> Floats:
    """(H, W, 3): from the colour (or picture) `low` to `high` as `share` (H, W) goes from 0 to 1."""
    weight = np.clip(share, 0, 1)[..., None]
    return np.asarray(low * (1 - weight) + high * weight, dtype=np.float32)


def blob(random: Random, *, corners: int = 9, wobble: float = 0.35) -> Floats:
    """(N, 2) float32 points of a closed smooth shape inside the square -1..1."""
    angles = np.sort(random.uniform(0, 2 * np.pi, corners))
    radii = 1 - wobble * random.uniform(0, 1, corners)
    turn = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    radius = np.interp(turn, angles, radii, period=2 * np.pi)
    radius = np.convolve(np.tile(radius, 3), np.ones(9) / 9, mode="same")[72:144]
    squeeze = random.uniform(0.4, 1.0)
    points = np.stack([np.cos(turn) * radius, np.sin(turn) * radius * squeeze], axis=1)
    tilt = random.uniform(0, np.pi)
    rotation = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    return np.asarray(points @ rotation.T, dtype=np.float32)


def filled(size_px: tuple[int, int], points_px: NDArray[np.floating]) -> Floats:
    """(H, W) of 0..1: the inside of a polygon, its edge antialiased. points_px: (N, 2), any winding."""
    mask = np.zeros((size_px[1], size_px[0]), dtype=np.uint8)
    fixed = np.round(np.asarray(points_px, dtype=np.float64) * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, lineType=cv2.LINE_AA, shift=4)
    return np.asarray(mask, dtype=np.float32) / np.float32(255)
