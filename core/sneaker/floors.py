"""Floors that a shoe can stand on, painted point by point: wooden planks and poured concrete."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.sneaker.curves import smoothstep

Array = NDArray[np.float64]


def planks(x: Array, y: Array, grain_mm: Array) -> Array:
    """(..., 3) linear reflectance of an oak floor at places in mm; the boards run along x.

    grain_mm: how much floor a pixel covers there; what is finer is left out.
    """
    width, length = 136.0, 1250.0
    row = np.floor(y / width)
    shifted = x + 517.0 * row + 331.0 * _hash(row, 7.0 * np.ones_like(row), seed=3)
    column = np.floor(shifted / length)
    tone = _hash(row, column, seed=11)
    across, along = y - row * width, shifted - column * length
    drift = 60.0 * _noise(along / 420.0 + 17 * tone, across / 70.0 + 9 * tone, seed=5)
    rings = 0.5 + 0.5 * np.sin((across + drift + 40 * tone) / 5.2 + 2.5 * _noise(along / 160.0, across / 9.0, seed=8))
    fibres = _noise(along / 55.0, across / 0.9 + 31 * tone, seed=9)
    pores = smoothstep(_noise(along / 14.0, across / 0.55 + 77 * tone, seed=21), 0.70, 0.95)
    fine = smoothstep(grain_mm, 0.85, 0.35)
    fibres, pores = 0.5 + (fibres - 0.5) * fine, pores * fine
    rings = 0.5 + (rings - 0.5) * smoothstep(grain_mm, 6.0, 2.0)
    light, dark = np.array([0.42, 0.265, 0.150]), np.array([0.185, 0.094, 0.042])
    share = np.clip(0.26 + 0.55 * (tone - 0.5) + 0.34 * rings + 0.42 * (fibres - 0.5), 0, 1)[..., None]
    colour = (light * (1 - share) + dark * share) * (1 - 0.38 * pores)[..., None]
    edge = np.minimum(np.minimum(across, width - across), np.minimum(along, length - along))
    gap = 1 - 0.78 * smoothstep(edge, 1.3, 0.5) - 0.10 * smoothstep(edge, 5.0, 1.0)
    return np.asarray(colour * (0.86 + 0.28 * tone)[..., None] * gap[..., None])


def concrete(x: Array, y: Array, grain_mm: Array) -> Array:
    """(..., 3) linear reflectance of a trowelled concrete floor with one joint; arguments as of `planks`."""
    clouds = sum(_noise(x / size, y / size, seed=seed) / 2**k for k, (size, seed) in enumerate(_CLOUDS)) / 1.9
    sand = (_noise(x / 0.9 + 0.3 * y, y / 0.9 - 0.3 * x, seed=41) - 0.5) * smoothstep(grain_mm, 0.9, 0.4)
    stones = _spots(x, y, size=15.0, seed=43) - 0.8 * _spots(x + 5, y - 3, size=19.0, seed=47)
    trowel = _noise((x + 0.4 * y) / 240.0, (y - 0.4 * x) / 22.0, seed=51) - 0.5
    value = 0.27 + 0.20 * (clouds - 0.5) + 0.035 * sand + 0.035 * stones + 0.035 * trowel
    pit = _spots(x - 11, y + 7, size=23.0, seed=61)
    joint = np.abs(y - 0.06 * x - 325.0 + 1.5 * _noise(x / 25.0, y / 900.0, seed=71))
    value = value * (1 - 0.24 * pit) * (1 - 0.72 * smoothstep(joint, 3.4, 2.0) - 0.12 * smoothstep(joint, 12.0, 3.0))
    return np.asarray(np.clip(value, 0.02, 1)[..., None] * np.array([1.02, 1.0, 0.955]))


_CLOUDS = ((420.0, 31), (160.0, 33), (60.0, 35), (20.0, 37))


def _hash(i: Array, j: Array, *, seed: int) -> Array:
    """0..1 that looks random for every pair of whole numbers."""
    mixed = (i.astype(np.int64) * 374761393 + j.astype(np.int64) * 668265263 + seed * 1274126177) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 13)) * 1103515245) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 16)) * 2246822519) & 0xFFFFFFFF
    return np.asarray((mixed ^ (mixed >> 15)).astype(np.float64) / 0xFFFFFFFF)


def _spots(x: Array, y: Array, *, size: float, seed: int) -> Array:
    """0..1: round spots of differing sizes, about one in three cells of a grid of `size` mm."""
    i, j = np.floor(x / size), np.floor(y / size)
    radius = 0.13 * size * (_hash(i, j, seed=seed) - 0.62) / 0.38
    off_x = x - (i + 0.25 + 0.5 * _hash(i, j, seed=seed + 1)) * size
    off_y = y - (j + 0.25 + 0.5 * _hash(i, j, seed=seed + 2)) * size
    wobble = 0.35 * radius * (_noise(x / 1.6, y / 1.6, seed=seed + 3) - 0.5)
    return smoothstep(np.hypot(off_x, off_y) - radius - wobble, 0.35, -0.35) * (radius > 0.3)


def _noise(x: Array, y: Array, *, seed: int) -> Array:
    """Smooth value noise 0..1 with a grain of one unit."""
    i, j = np.floor(x), np.floor(y)
    u, v = x - i, y - j
    u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
    low = _hash(i, j, seed=seed) * (1 - u) + _hash(i + 1, j, seed=seed) * u
    high = _hash(i, j + 1, seed=seed) * (1 - u) + _hash(i + 1, j + 1, seed=seed) * u
    return np.asarray(low * (1 - v) + high * v)
