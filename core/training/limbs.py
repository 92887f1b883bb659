"""Legs as layers: what wearers of sneakers, and of anything else, cover of the picture; with or without a foot."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.training.backdrops import Size
from core.training.layers import Layer
from core.training.textures import Floats, Random, cloud_noise, colour, filled, speckle

_SKINS = ((0.93, 0.76, 0.65), (0.85, 0.64, 0.5), (0.7, 0.48, 0.35), (0.5, 0.33, 0.23), (0.32, 0.21, 0.15))
_BARE = 99.0
# In leg widths, from the ankle: a side view of a foot that points to the right.
_FOOT = ((-0.3, -1), (0.15, -0.9), (0.6, -0.35), (0.72, 0.1), (0.7, 0.35), (-0.32, 0.35), (-0.36, -0.3))


@dataclass(frozen=True, slots=True)
class Clothing:
    """What legs wear. trousers, ankle: colours (3,) of 0..1; hem: how far above the foot trousers end, in leg widths.

    flare: how much wider they are than the leg; check: the strength of a pattern of squares, 0..1.
    """

    trousers: Floats
    ankle: Floats
    hem: float
    flare: float
    check: float


@dataclass(frozen=True, slots=True)
class Stance:
    """Where a leg stands. foot_px: (x, y) of its end; width_px: at the ankle; up: unit direction in which it leaves."""

    foot_px: tuple[float, float]
    width_px: float
    up: tuple[float, float] = (0.0, -1.0)


def clothing(random: Random) -> Clothing:
    """Trousers, bare legs, socks or stockings at random."""
    skin = np.array(_SKINS[int(random.integers(len(_SKINS)))], dtype=np.float32) * np.float32(random.uniform(0.8, 1.1))
    cloth = colour(random, saturation=(0, 0.7), value=(0.04, 0.95))
    if random.uniform() < 0.35:  # jeans
        cloth = np.array([0.16, 0.24, 0.4], dtype=np.float32) * np.float32(random.uniform(0.4, 1.8))
    ankle = skin if random.uniform() < 0.6 else colour(random, saturation=(0, 0.8), value=(0.05, 1))
    hem = random.uniform(-0.3, 0.1) if random.uniform() < 0.5 else random.uniform(0.1, 1.6)
    if random.uniform() < 0.2:
        hem = _BARE
    check = random.uniform(0.1, 0.4) if random.uniform() < 0.12 else 0.0
    return Clothing(cloth, ankle, hem, random.uniform(1.0, 1.7), check)


def leg(random: Random, size_px: Size, stance: Stance, wears: Clothing) -> Layer:
    """A leg that ends, rounded, at its stance and runs out of a picture of (width, height) px."""
    wide = stance.width_px
    corner, size = _box_of_leg(stance, size_px)
    along, across = _leg_frame(stance, corner, size)
    across += random.uniform(-0.12, 0.12) * along + 0.06 * wide * np.sin(along / (3 * wide) + random.uniform(0, 6))
    share = along / wide
    half = 0.5 * wide * (1 + random.uniform(0.04, 0.16) * np.clip(share, 0, 6))
    slant = 0.12 * random.uniform(-1, 1)
    is_trouser = share + slant * (across / (0.5 * wide)) ** 2 > wears.hem
    half = np.where(is_trouser, half * wears.flare, half)
    place = np.clip(across / half, -1, 1)
    end = along + 0.35 * wide * random.uniform(0, 1) * (1 - place**2)
    alpha = np.clip(half - np.abs(across) + 0.5, 0, 1) * np.clip(end + 0.5, 0, 1)
    light = random.uniform(-0.5, 0.5)
    shade = 1 - random.uniform(0.25, 0.6) * (place - light) ** 2
    shade *= _cloth(random, along / wide, across / wide, grain_px=wide, is_trouser=is_trouser, check=wears.check)
    below_hem = 0.45 * np.exp(-4 * np.clip(wears.hem - share, 0, 30)) * (wears.hem < _BARE)
    tone = np.where(is_trouser[..., None], wears.trousers, wears.ankle * (1 - below_hem)[..., None])
    pixels = tone * shade[..., None] + 0.02 * speckle(random, size)[..., None]
    return Layer(np.clip(pixels, 0, 1).astype(np.float32), alpha.astype(np.float32), corner)


def foot(random: Random, stance: Stance, wears: Clothing) -> Layer:
    """A bare or stockinged foot, or a boot's, at the end of a leg and in the colour of its ankle: it is no sneaker."""
    length, height = stance.width_px * random.uniform(1.2, 2.6), stance.width_px * random.uniform(0.6, 1.0)
    heading = float(random.choice([-1.0, 1.0]))
    points = np.array(_FOOT) * (heading * length, height) + stance.foot_px
    corner = np.floor(points.min(axis=0)).astype(int) - 4
    size = np.ceil(points.max(axis=0)).astype(int) + 4 - corner
    size_px = (int(size[0]), int(size[1]))
    alpha = cv2.GaussianBlur(filled(size_px, points - corner), (0, 0), max(0.6, 0.06 * stance.width_px))
    alpha = np.clip((alpha - 0.5) * 3 + 0.5, 0, 1)
    down = np.linspace(0, 1, size_px[1], dtype=np.float32)[:, None]
    shade = (1 - random.uniform(0.2, 0.6) * down) * (1 + 0.1 * cloud_noise(random, size_px, max(3.0, length / 4)))
    pixels = np.clip(wears.ankle * shade[..., None], 0, 1)
    return Layer(pixels.astype(np.float32), alpha.astype(np.float32), (int(corner[0]), int(corner[1])))


def _box_of_leg(stance: Stance, size_px: Size) -> tuple[tuple[int, int], Size]:
    """Corner (x, y) and size of the part of the picture that a leg can reach, at least one pixel."""
    foot_px, up = np.array(stance.foot_px), np.array(stance.up)
    far = foot_px + up * 2 * max(size_px)
    # The lean and the bend of `leg` widen it with its length.
    near, wide = 1.6 * stance.width_px, 2.2 * stance.width_px + 0.13 * 2 * max(size_px)
    across = np.array([-up[1], up[0]])
    corners = np.array(
        [
            foot_px - up * near + across * near,
            foot_px - up * near - across * near,
            far + across * wide,
            far - across * wide,
        ]
    )
    low = np.clip(np.floor(corners.min(axis=0)), 0, np.array(size_px) - 1).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)), low + 1, size_px).astype(int)
    return (int(low[0]), int(low[1])), (int(high[0] - low[0]), int(high[1] - low[1]))


def _leg_frame(stance: Stance, corner: tuple[int, int], size: Size) -> tuple[Floats, Floats]:
    """(H, W) each, px: how far up the leg a pixel lies, and how far to its side."""
    (x0, y0), (width, height) = corner, size
    x = np.arange(x0, x0 + width, dtype=np.float32)[None, :] - np.float32(stance.foot_px[0])
    y = np.arange(y0, y0 + height, dtype=np.float32)[:, None] - np.float32(stance.foot_px[1])
    up_x, up_y = np.float32(stance.up[0]), np.float32(stance.up[1])
    return x * up_x + y * up_y, y * up_x - x * up_y


def _cloth(
    random: Random, along: Floats, across: Floats, *, grain_px: float, is_trouser: NDArray[np.bool_], check: float
) -> Floats:
    """(H, W) about 1: folds that run across a leg and gather above the foot, and a check; places in leg widths."""
    size = (along.shape[1], along.shape[0])
    folds = cloud_noise(random, size, max(3.0, random.uniform(0.4, 1.2) * grain_px), octaves=3)
    gathered = np.exp(-np.clip(along, 0, 9) / 3)
    folds += 0.6 * np.sin(along * random.uniform(3, 9) + 3 * folds) * gathered
    shade = np.where(is_trouser, 1 + random.uniform(0.05, 0.22) * folds, 1 + 0.04 * folds)
    if check:
        lines = np.sin(8 * np.pi * along) + np.sin(8 * np.pi * across)
        shade *= np.where(is_trouser, 1 + 0.5 * check * np.sign(lines), 1)
    return shade.astype(np.float32)
