"""Floors that a shoe can stand on, painted point by point: planks, concrete, asphalt, carpet and paper.

A pattern takes x and y in mm and how much floor a sample covers (mm; finer detail is left out), all of one shape, and
gives the (..., 3) linear reflectance there; its relief takes the same and gives the height in mm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.render.traced_scene import Ground, Material
from core.sneaker.curves import smoothstep

Array = NDArray[np.float64]
Painted = Callable[[Array, Array, Array], Array]

_LEVELS, _SIDE = 7, 1280
_STEEPEST = 1.9  # slopes are stored in 64ths, in a signed byte


@dataclass(frozen=True, slots=True)
class Floor:
    """A pattern, its relief (None where it is flat), its gloss, and the finest detail worth painting."""

    pattern: Painted
    relief: Painted | None
    material: Material
    texel_mm: float = 0.30


def ground_of(floor: Floor, middle_mm: tuple[float, float], *, side: int = _SIDE) -> Ground:
    """The floor around a place, from its finest detail there to the far floor, as the path tracer reads it."""
    colours, slopes = [], []
    for level in range(_LEVELS):
        texel = floor.texel_mm * 2**level
        y, x = (np.mgrid[:side, :side] + 0.5 - side / 2) * texel
        x, y, wide = x + middle_mm[0], y + middle_mm[1], np.full(x.shape, texel)
        colours.append(np.round(255 * np.sqrt(np.clip(floor.pattern(x, y, wide), 0, 1))).astype(np.uint8))
        slope = np.zeros((*x.shape, 2))
        if floor.relief is not None:
            height = floor.relief(x, y, wide)
            slope = np.stack([np.gradient(height, texel, axis=1), np.gradient(height, texel, axis=0)], axis=-1)
        slopes.append(np.round(64 * np.clip(slope, -_STEEPEST, _STEEPEST)).astype(np.int8))
    return Ground(np.stack(colours), np.stack(slopes), middle_mm, floor.texel_mm, floor.material)


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


def asphalt(x: Array, y: Array, grain_mm: Array) -> Array:
    """Stones of a worn road in their tar."""
    stone, tone = _stones(x, y, grain_mm)
    tar = 0.050 + 0.02 * _noise(x / 60.0, y / 60.0, seed=81) + 0.018 * (_noise(x / 0.8, y / 0.8, seed=83) - 0.5)
    grey = 0.085 + 0.11 * tone**2
    value = tar * (1 - stone) + grey * stone
    worn = 0.86 + 0.30 * _noise(x / 310.0, y / 270.0, seed=85)
    warm = 0.5 + 0.5 * (_noise(x / 5.0, y / 5.0, seed=87) - 0.5)
    colour = np.stack([1.0 + 0.10 * warm, 1.0 + 0.03 * warm, 0.97 - 0.05 * warm], axis=-1)
    return np.asarray((value * worn)[..., None] * colour)


def asphalt_relief(x: Array, y: Array, grain_mm: Array) -> Array:
    """Stones stand out of the tar."""
    stone, tone = _stones(x, y, grain_mm)
    fine = 0.10 * _noise(x / 0.9, y / 0.9, seed=89) * smoothstep(grain_mm, 1.0, 0.5)
    return np.asarray(stone * (0.45 + 0.45 * tone) + fine)


def carpet(x: Array, y: Array, grain_mm: Array) -> Array:
    """A low loop pile in two greys, in rows."""
    loop, tone = _loops(x, y, grain_mm)
    far = smoothstep(grain_mm, 1.6, 3.0)
    base = np.array([0.155, 0.170, 0.185]) * (0.72 + 0.56 * tone)[..., None]
    fleck = smoothstep(tone, 0.80, 0.86)[..., None]
    colour = base * (1 - 0.55 * fleck) + np.array([0.36, 0.33, 0.28]) * 0.55 * fleck
    depth = (0.34 + 0.66 * loop) * (1 - far) + 0.72 * far
    trodden = 0.90 + 0.20 * _noise(x / 240.0, y / 190.0, seed=95)
    return np.asarray(colour * (depth * trodden)[..., None])


def carpet_relief(x: Array, y: Array, grain_mm: Array) -> Array:
    """Every loop a small dome."""
    loop, _ = _loops(x, y, grain_mm)
    return np.asarray(0.9 * loop * smoothstep(grain_mm, 3.0, 1.2))


def paper(x: Array, y: Array, grain_mm: Array) -> Array:
    """A studio's seamless paper: one colour, hardly a mark."""
    fibre = (_noise(x / 0.7, y / 0.7, seed=101) - 0.5) * smoothstep(grain_mm, 1.0, 0.5)
    value = 1.0 + 0.02 * fibre + 0.02 * (_noise(x / 300.0, y / 300.0, seed=103) - 0.5)
    return np.asarray(np.array([0.47, 0.56, 0.60]) * value[..., None])


def concrete_relief(x: Array, y: Array, grain_mm: Array) -> Array:
    """The trowel's waves, sand, pits and the joint."""
    waves = 0.5 * _noise((x + 0.4 * y) / 120.0, (y - 0.4 * x) / 30.0, seed=53)
    sand = 0.05 * _noise(x / 0.9 + 0.3 * y, y / 0.9 - 0.3 * x, seed=41) * smoothstep(grain_mm, 0.9, 0.4)
    pit = _spots(x - 11, y + 7, size=23.0, seed=61)
    joint = np.abs(y - 0.06 * x - 325.0 + 1.5 * _noise(x / 25.0, y / 900.0, seed=71))
    return np.asarray(waves + sand - 0.5 * pit - 2.0 * smoothstep(joint, 4.0, 1.5))


def planks_relief(x: Array, y: Array, grain_mm: Array) -> Array:
    """Bevelled edges, and grain that is felt more than seen."""
    width, length = 136.0, 1250.0
    row = np.floor(y / width)
    shifted = x + 517.0 * row + 331.0 * _hash(row, 7.0 * np.ones_like(row), seed=3)
    column = np.floor(shifted / length)
    across, along = y - row * width, shifted - column * length
    edge = np.minimum(np.minimum(across, width - across), np.minimum(along, length - along))
    grain = _noise(along / 70.0, across / 1.6 + 31 * row, seed=9) * smoothstep(grain_mm, 1.6, 0.8)
    cupped = 0.15 * np.cos(2 * np.pi * across / width)
    return np.asarray(0.07 * grain + cupped - 0.9 * smoothstep(edge, 2.2, 0.4))


_CLOUDS = ((420.0, 31), (160.0, 33), (60.0, 35), (20.0, 37))


def _stones(x: Array, y: Array, grain_mm: Array) -> tuple[Array, Array]:
    """0..1 how much of a stone is there, and 0..1 each stone's own tone: the nearest of scattered middles."""
    size = 3.7
    x = x + 2.6 * (_noise(x / 2.9, y / 2.9, seed=207) - 0.5) + 1.2 * (_noise(x / 0.9, y / 0.9, seed=208) - 0.5)
    y = y + 2.6 * (_noise(x / 2.9, y / 2.9, seed=209) - 0.5) + 1.2 * (_noise(x / 0.9, y / 0.9, seed=210) - 0.5)
    best, second, tone = np.full(x.shape, 99.0), np.full(x.shape, 99.0), np.zeros(x.shape)
    i0, j0 = np.floor(x / size), np.floor(y / size)
    for di in (-1, 0, 1):
        for dj in (-1, 0, 1):
            i, j = i0 + di, j0 + dj
            far = np.hypot(
                x / size - i - 0.1 - 0.8 * _hash(i, j, seed=201), y / size - j - 0.1 - 0.8 * _hash(i, j, seed=203)
            )
            nearer = far < best
            second = np.where(nearer, best, np.minimum(second, far))
            tone = np.where(nearer, _hash(i, j, seed=205), tone)
            best = np.where(nearer, far, best)
    blur = np.clip(grain_mm / size, 0.05, 0.6)
    t = np.clip(((second - best) * 0.5 - 0.06 + 0.2 * blur) / (0.06 + 0.5 * blur), 0, 1)
    shown = t * t * (3 - 2 * t)
    kept = 1 - smoothstep(grain_mm, 4.0, 14.0)
    shown = shown * smoothstep(tone, 0.15, 0.45)
    return 0.62 + (shown - 0.62) * kept, 0.5 + (tone - 0.5) * kept


def _loops(x: Array, y: Array, grain_mm: Array) -> tuple[Array, Array]:
    """0..1 the dome of a carpet's loop, and its yarn's tone."""
    size = 4.2
    j = np.floor(y / size)
    shifted = x / size + 0.5 * (j % 2) + 0.25 * (_noise(x / 9.0, y / 9.0, seed=91) - 0.5)
    i = np.floor(shifted)
    u = shifted - i - 0.5 + 0.22 * (_hash(i, j, seed=93) - 0.5)
    v = y / size - j - 0.5 + 0.22 * (_hash(i, j, seed=94) - 0.5)
    yarn = _noise(x / 0.55 + 0.6 * y, y / 1.8, seed=97) * smoothstep(grain_mm, 0.8, 0.4)
    dome = np.clip(1 - (u * u + v * v) * 3.2, 0, 1) ** 0.6
    kept = 1 - smoothstep(grain_mm, 2.5, 9.0)
    tone = _hash(i, j, seed=99)
    return 0.62 + (dome * (0.82 + 0.18 * yarn) - 0.62) * kept, 0.5 + (tone - 0.5) * kept


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


WOOD = Floor(planks, planks_relief, Material(0.42, 0.035))
CONCRETE = Floor(concrete, concrete_relief, Material(0.62, 0.03))
ASPHALT = Floor(asphalt, asphalt_relief, Material(0.75, 0.03))
CARPET = Floor(carpet, carpet_relief, Material(0.95, 0.0))
PAPER = Floor(paper, None, Material(0.9, 0.01), texel_mm=0.5)
