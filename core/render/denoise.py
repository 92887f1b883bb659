"""Takes the grain out of a path-traced picture without its edges: an edge-avoiding à-trous filter.

After Dammertz et al. 2010 and Schied et al. 2017: light is divided by the surface's colour, averaged over neighbours
with a like normal, distance and, measured by the pixel's own noise, brightness, and multiplied by the colour again.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from core.render.path_tracer import Traced

Floats = NDArray[np.float32]

_ROUNDS = 3
_LIKE_NORMAL, _LIKE_DISTANCE, _LIKE_LIGHT = 40.0, 0.012, 2.2
_TAPS = np.array([1 / 16, 1 / 4, 3 / 8, 1 / 4, 1 / 16])


def denoised(picture: Traced) -> Floats:
    """(H, W, 3) light of a traced picture, smoothed where its noise is all that differs."""
    colour = np.maximum(picture.albedo, 0.02)
    light = picture.light / colour
    halves = (picture.light - picture.half) / colour  # half of the rays against all of them
    spread = (halves.mean(axis=2) ** 2).astype(np.float32)
    lengths = np.linalg.norm(picture.normal, axis=2, keepdims=True)
    normal = picture.normal / np.maximum(lengths, 1e-6)
    spread = _blurred(spread)
    for k in range(_ROUNDS):
        light, spread = _round(light, spread, normal, picture.distance, 2**k)
    return np.asarray(light * colour, np.float32)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _blurred(values: Floats) -> Floats:
    """Means over 7 x 7 pixels: one pixel's own noise says little about how noisy it is."""
    height, width = values.shape
    out = np.empty_like(values)
    for row in range(height):
        for column in range(width):
            total, count = 0.0, 0
            for i in range(max(row - 3, 0), min(row + 4, height)):
                for j in range(max(column - 3, 0), min(column + 4, width)):
                    total += values[i, j]
                    count += 1
            out[row, column] = total / count
    return out


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _round(light: Floats, spread: Floats, normal: Floats, distance: Floats, step: int) -> tuple[Floats, Floats]:
    """One pass of 5 x 5 taps, `step` pixels apart."""
    height, width = spread.shape
    out, out_spread = np.empty_like(light), np.empty_like(spread)
    for row in range(height):
        for column in range(width):
            here = (light[row, column, 0] + light[row, column, 1] + light[row, column, 2]) / 3
            noise = _LIKE_LIGHT * np.sqrt(max(spread[row, column], 0.0)) + 1e-4
            far = _LIKE_DISTANCE * step * max(distance[row, column], 1.0)
            r, g, b, total, varied = 0.0, 0.0, 0.0, 0.0, 0.0
            for i in range(-2, 3):
                y = row + i * step
                if y < 0 or y >= height:
                    continue
                for j in range(-2, 3):
                    x = column + j * step
                    if x < 0 or x >= width:
                        continue
                    like = 0.0
                    for k in range(3):
                        like += normal[row, column, k] * normal[y, x, k]
                    there = (light[y, x, 0] + light[y, x, 1] + light[y, x, 2]) / 3
                    apart = _LIKE_NORMAL * (1 - like) + abs(distance[y, x] - distance[row, column]) / far
                    weight = _TAPS[i + 2] * _TAPS[j + 2] * np.exp(-apart - abs(there - here) / noise)
                    r += weight * light[y, x, 0]
                    g += weight * light[y, x, 1]
                    b += weight * light[y, x, 2]
                    varied += weight * weight * spread[y, x]
                    total += weight
            out[row, column, 0], out[row, column, 1], out[row, column, 2] = r / total, g / total, b / total
            out_spread[row, column] = varied / (total * total)
    return out, out_spread
