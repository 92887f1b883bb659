"""What the sneaker is made of, drawn texel by texel as shares of a colourway's colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.sneaker.curves import smoothstep

Array = NDArray[np.float64]

COLOURS = ("base", "overlay", "accent", "midsole", "outsole", "lining", "lace", "tongue", "stitch")
_LETTERS = {
    "O": ("01110", "10001", "10001", "10001", "10001", "10001", "01110"),
    "U": ("10001", "10001", "10001", "10001", "10001", "10001", "01110"),
    "T": ("11111", "00100", "00100", "00100", "00100", "00100", "00100"),
    "S": ("01111", "10000", "10000", "01110", "00001", "00001", "11110"),
    "L": ("10000", "10000", "10000", "10000", "10000", "10000", "11111"),
    "E": ("11111", "10000", "10000", "11110", "10000", "10000", "11111"),
}


class Coat:
    """A picture (H, W) under work: shares (H, W, 9) of COLOURS, each times its shade."""

    def __init__(self, size: tuple[int, int], colour: str) -> None:
        self.shares = np.zeros((*size, len(COLOURS)), np.float32)
        self.shares[..., COLOURS.index(colour)] = 1.0

    def paint(self, colour: str, cover: Array, *, shade: float = 1.0) -> None:
        """Lay a colour over what `cover` (H, W) says, 0..1."""
        self.shares *= 1 - cover[..., None].astype(np.float32)
        self.shares[..., COLOURS.index(colour)] += (shade * cover).astype(np.float32)

    def shade(self, factor: Array | float) -> None:
        """Darken (below 1) or lighten by (H, W) factors."""
        factor = np.asarray(factor, np.float32)
        self.shares *= factor[..., None] if factor.ndim else factor


def grain(u_mm: Array, v_mm: Array, *, size_mm: float, seed: int) -> Array:
    """0..1 value noise over places in mm."""
    x, y = u_mm / size_mm, v_mm / size_mm
    i, j = np.floor(x), np.floor(y)
    s, t = x - i, y - j
    s, t = s * s * (3 - 2 * s), t * t * (3 - 2 * t)
    low = _hash(i, j, seed) * (1 - s) + _hash(i + 1, j, seed) * s
    high = _hash(i, j + 1, seed) * (1 - s) + _hash(i + 1, j + 1, seed) * s
    return np.asarray(low * (1 - t) + high * t)


def leather(u_mm: Array, v_mm: Array) -> Array:
    """Shade of a grained leather."""
    fine = grain(u_mm, v_mm, size_mm=0.9, seed=3) - 0.5
    broad = grain(u_mm, v_mm, size_mm=14.0, seed=5) - 0.5
    return np.asarray(1 + 0.030 * fine + 0.022 * broad)


def weave(u_mm: Array, v_mm: Array, *, thread_mm: float, depth: float) -> Array:
    """Shade of a plain weave: threads that pass over and under each other."""
    i, j = np.floor(u_mm / thread_mm), np.floor(v_mm / thread_mm)
    s, t = u_mm / thread_mm - i - 0.5, v_mm / thread_mm - j - 0.5
    over = (i + j) % 2
    across = np.where(over == 0, np.abs(s), np.abs(t))
    return np.asarray(1 - depth * (across * 2) ** 2 - 0.25 * depth * over)


def stitches(edge_mm: Array, run_mm: Array, *, at_mm: float, long_mm: float = 2.6) -> tuple[Array, Array]:
    """(H, W) the thread of a row of stitches at some mm from an edge, and the dent it lies in; both 0..1."""
    off = np.abs(edge_mm - at_mm)
    within = np.abs((run_mm / (long_mm + 0.9)) % 1.0 - 0.5) * (long_mm + 0.9)
    thread = smoothstep(off, 0.55, 0.25) * smoothstep(within, long_mm / 2 + 0.15, long_mm / 2 - 0.25)
    return thread, np.asarray(np.exp(-((off / 0.75) ** 2)))


def holes(u_mm: Array, v_mm: Array, *, pitch_mm: float, radius_mm: float) -> Array:
    """0..1: punched holes in staggered rows."""
    row = np.floor(v_mm / (pitch_mm * 0.866))
    u = (u_mm + 0.5 * pitch_mm * (row % 2)) % pitch_mm - pitch_mm / 2
    v = v_mm - (row + 0.5) * pitch_mm * 0.866
    return smoothstep(np.hypot(u, v), radius_mm + 0.22, radius_mm - 0.22)


def word(u: Array, v: Array, text: str = "OUTSOLE") -> Array:
    """0..1: letters that fill 0 <= u <= 1, 0 <= v <= 1 (v up)."""
    letters = [np.array([[int(bit) for bit in row + "00"] for row in _LETTERS[letter]]) for letter in text]
    bitmap = np.pad(np.concatenate(letters, axis=1)[:, :-2], 1).astype(np.float64)
    rows, columns = bitmap.shape
    x, y = u * (columns - 2) + 0.5, (1 - v) * (rows - 2) + 0.5
    inside = (u > -0.02) & (u < 1.02) & (v > -0.1) & (v < 1.1)
    i, j = np.clip(np.floor(x).astype(int), 0, columns - 2), np.clip(np.floor(y).astype(int), 0, rows - 2)
    s, t = np.clip(x - i, 0, 1), np.clip(y - j, 0, 1)
    above = bitmap[j, i] * (1 - s) + bitmap[j, i + 1] * s
    below = bitmap[j + 1, i] * (1 - s) + bitmap[j + 1, i + 1] * s
    return smoothstep(above * (1 - t) + below * t, 0.40, 0.60) * inside


def _hash(i: Array, j: Array, seed: int) -> Array:
    mixed = (i.astype(np.int64) * 374761393 + j.astype(np.int64) * 668265263 + seed * 1274126177) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 13)) * 1103515245) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 16)) * 2246822519) & 0xFFFFFFFF
    return np.asarray((mixed ^ (mixed >> 15)).astype(np.float64) / 0xFFFFFFFF)
