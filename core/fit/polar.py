"""A silhouette on polar rings about its mean direction, and what its Fourier transform over the angle is compared by.

Directions are counted on the sphere: a mask's pixel covers a solid angle, so that a silhouette keeps its signature
wherever in the photo it lies.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

RINGS, ANGLES = 16, 72
FREQUENCIES = ANGLES // 2 + 1
REACH = 1.35


@lru_cache(maxsize=1)
def ring_weights() -> Floats:
    """(RINGS,) the area of a ring's cell in units of the silhouette's solid angle."""
    width, step = REACH / RINGS, 2 * np.pi / ANGLES
    return ((np.arange(RINGS) + 0.5) * width * width * step).astype(np.float32)


def spectra_of(occupancy: Floats) -> NDArray[np.complex64]:
    """(..., RINGS, FREQUENCIES) Fourier transform over the angle of (..., RINGS, ANGLES)."""
    return np.fft.rfft(occupancy, axis=-1).astype(np.complex64)


@lru_cache(maxsize=1)
def angle_basis() -> Floats:
    """(2·FREQUENCIES, ANGLES) by which real and imaginary parts of a spectrum become values over the angle."""
    k, at = np.arange(FREQUENCIES)[:, None], np.arange(ANGLES)[None, :]
    twice = np.where((k == 0) | (k == ANGLES // 2), 1.0, 2.0) / ANGLES
    turn = 2 * np.pi * k * at / ANGLES
    return np.concatenate([twice * np.cos(turn), -twice * np.sin(turn)]).astype(np.float32)


@njit(cache=True, nogil=True, fastmath=True)
def correlated(
    real: Floats,
    imaginary: Floats,
    entries: NDArray[np.int64],
    query_real: Floats,
    query_imaginary: Floats,
    basis: Floats,
) -> Floats:
    """(N, ANGLES) sum over the cells of N entries times a query turned back by each angle; basis: `angle_basis`.

    By hand rather than by a library's product, which would start threads for so little.
    """
    found = np.zeros((entries.shape[0], ANGLES), dtype=np.float32)
    spectrum = np.empty(2 * FREQUENCIES, dtype=np.float32)
    for n in range(entries.shape[0]):
        e = entries[n]
        spectrum[:] = 0.0
        a, b = spectrum[:FREQUENCIES], spectrum[FREQUENCIES:]
        for r in range(RINGS):
            x, y, u, v = real[e, r], imaginary[e, r], query_real[r], query_imaginary[r]
            for k in range(FREQUENCIES):
                a[k] += x[k] * u[k] + y[k] * v[k]
            for k in range(FREQUENCIES):
                b[k] += x[k] * v[k] - y[k] * u[k]
        values = found[n]
        for k in range(FREQUENCIES):
            c, s, cosine, sine = a[k], b[k], basis[k], basis[FREQUENCIES + k]
            for at in range(ANGLES):
                values[at] += c * cosine[at] + s * sine[at]
    return found


@njit(cache=True, nogil=True)
def mean_direction(inside: Mask, valid: Mask, lens: Array) -> tuple[float, Array]:
    """Solid angle (sr) of the pixels inside and valid, and their mean direction (unit, camera frame)."""
    fx, fy, cx, cy = lens[0], lens[1], lens[2], lens[3]
    total, sx, sy, sz = 0.0, 0.0, 0.0, 0.0
    for row in range(inside.shape[0]):
        y = (row + 0.5 - cy) / fy
        for column in range(inside.shape[1]):
            if inside[row, column] and valid[row, column]:
                x = (column + 0.5 - cx) / fx
                near = 1.0 / (1.0 + x * x + y * y)
                share = near * np.sqrt(near)
                total += share
                share *= np.sqrt(near)
                sx += share * x
                sy += share * y
                sz += share
    length = max(np.sqrt(sx * sx + sy * sy + sz * sz), 1e-300)
    return total / (fx * fy), np.array([sx / length, sy / length, sz / length])


@njit(cache=True, nogil=True)
def turn_between(a: Array, b: Array) -> Array:
    """(3, 3) smallest rotation that brings unit vector a to b, which is not its opposite."""
    x, y, z = a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]
    cosine = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    k = 1.0 / max(1.0 + cosine, 1e-9)
    return np.array(
        [
            [cosine + k * x * x, k * x * y - z, k * x * z + y],
            [k * x * y + z, cosine + k * y * y, k * y * z - x],
            [k * x * z - y, k * y * z + x, cosine + k * z * z],
        ]
    )


@njit(cache=True, nogil=True)
def polar_occupancy(
    grid: tuple[Mask, Mask, Array, Array], turn: Array, radius: float, occupancy: Floats, known: Floats
) -> None:
    """Write (RINGS, ANGLES): what share of a cell is inside and valid, and what share is valid.

    grid: inside and valid (H, W), lens (fx, fy, cx, cy) of its pixels, frame (x0, y0, x1, y1) beyond which nothing is
    known. The rings lie about the axis of a camera turned by `turn` (its frame to the mask's camera), REACH·radius
    wide in the tangent plane. Within the frame, what the mask does not reach is outside. Cells are read at four places.
    """
    inside, valid, lens, frame = grid
    height, width = inside.shape
    for ring in range(RINGS):
        for angle in range(ANGLES):
            full, clear = 0.0, 0.0
            for part in range(4):
                rho = REACH * radius * (ring + 0.25 + 0.5 * (part % 2)) / RINGS
                phi = 2.0 * np.pi * (angle - 0.25 + 0.5 * (part // 2)) / ANGLES
                a, b = rho * np.cos(phi), rho * np.sin(phi)
                x = turn[0, 0] * a + turn[0, 1] * b + turn[0, 2]
                y = turn[1, 0] * a + turn[1, 1] * b + turn[1, 2]
                z = turn[2, 0] * a + turn[2, 1] * b + turn[2, 2]
                if z <= 1e-6:
                    continue
                u, v = lens[0] * x / z + lens[2], lens[1] * y / z + lens[3]
                if u < frame[0] or v < frame[1] or u > frame[2] or v > frame[3]:
                    continue
                u, v = u - 0.5, v - 0.5
                c, r = int(np.floor(u)), int(np.floor(v))
                if c < -1 or r < -1 or c >= width or r >= height:
                    clear += 0.25
                    continue
                fu, fv = u - c, v - r
                for corner in range(4):
                    cc, rr = c + corner % 2, r + corner // 2
                    share = 0.25 * (fu if corner % 2 else 1.0 - fu) * (fv if corner // 2 else 1.0 - fv)
                    if cc < 0 or rr < 0 or cc >= width or rr >= height:
                        clear += share
                    elif valid[rr, cc]:
                        clear += share
                        if inside[rr, cc]:
                            full += share
            occupancy[ring, angle] = full
            known[ring, angle] = clear
