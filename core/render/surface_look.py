"""What a ray meets: the place, its normal with the relief of texture and cloth, its colour, its gloss, and the sky.

A surface is told in 18 numbers: 0-2 the place, a little off the surface; 3-5 the normal that is lit; 6-8 the triangle's
own; 9-11 the way back along the ray; 12-14 the reflectance; 15 the roughness; 16 the share that glosses, 17 at right
angles.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from core.render.traced_scene import Arrays

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

_SRGB = np.arange(256) / 255.0
_LINEAR = np.where(_SRGB <= 0.04045, _SRGB / 12.92, ((_SRGB + 0.055) / 1.055) ** 2.4)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def fresnel(at_right_angles: float, cosine: float) -> float:
    """Schlick's share of light that is thrown back without entering."""
    return at_right_angles + (1 - at_right_angles) * (1 - min(max(cosine, 0.0), 1.0)) ** 5


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def ggx(look: Array, to_lamp: Array) -> float:
    """The gloss' reflectance from a lamp's direction back along the ray."""
    hx, hy, hz = to_lamp[0] + look[9], to_lamp[1] + look[10], to_lamp[2] + look[11]
    length = np.sqrt(hx * hx + hy * hy + hz * hz)
    if length < 1e-9:
        return 0.0
    hx, hy, hz = hx / length, hy / length, hz / length
    up = hx * look[3] + hy * look[4] + hz * look[5]
    seen = max(look[3] * look[9] + look[4] * look[10] + look[5] * look[11], 1e-3)
    lit = max(look[3] * to_lamp[0] + look[4] * to_lamp[1] + look[5] * to_lamp[2], 1e-3)
    alpha2 = look[15] ** 4
    spread = alpha2 / (np.pi * (up * up * (alpha2 - 1) + 1) ** 2)
    k2 = alpha2 / 2
    shade = (lit / (lit * (1 - k2) + k2)) * (seen / (seen * (1 - k2) + k2))
    return fresnel(look[17], hx * look[9] + hy * look[10] + hz * look[11]) * spread * shade / (4 * seen * lit)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def toward_sky(sky: Floats, direction: Array, radiance: Array) -> None:
    """Fill the sky's radiance in a direction, between four of its cells."""
    height, width = sky.shape[0], sky.shape[1]
    y = np.arccos(min(max(direction[2], -1.0), 1.0)) / np.pi * height - 0.5
    x = (np.arctan2(direction[1], direction[0]) / (2 * np.pi)) % 1.0 * width - 0.5
    i, j = int(np.floor(y)), int(np.floor(x))
    t, s = y - i, x - j
    top, bottom = min(max(i, 0), height - 1), min(max(i + 1, 0), height - 1)
    left, right = j % width, (j + 1) % width
    for k in range(3):
        above = sky[top, left, k] * (1 - s) + sky[top, right, k] * s
        below = sky[bottom, left, k] * (1 - s) + sky[bottom, right, k] * s
        radiance[k] = above * (1 - t) + below * t


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def surface_at(
    arrays: Arrays,
    hit: int,
    origin: Array,
    direction: Array,
    distance: float,
    bu: float,
    bv: float,
    footprint: float,
    look: Array,
    off_mm: float,
) -> None:
    """Fill `look` for the place where a ray meets a triangle, or the floor (hit -1)."""
    for k in range(3):
        look[k] = origin[k] + distance * direction[k]
        look[9 + k] = -direction[k]
    if hit < 0:
        material = arrays.materials[arrays.materials.shape[0] - 1]
        wide = footprint / max(-direction[2], 0.08)
        _floor_look(arrays.ground, arrays.ground_slope, arrays.ground_place, material, wide, look)
        look[2] = off_mm
    else:
        _triangle_look(arrays, hit, bu, bv, look)
        for k in range(3):
            look[k] += off_mm * look[6 + k]
    facing = look[3] * look[9] + look[4] * look[10] + look[5] * look[11]
    if facing < 0.02:  # a bent normal never looks away from the eye
        for k in range(3):
            look[3 + k] += (0.02 - facing) * look[9 + k]
        _unit(look, 3)
        facing = 0.02
    look[16] = fresnel(look[17], facing)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _unit(look: Array, at: int) -> None:
    length = np.sqrt(look[at] ** 2 + look[at + 1] ** 2 + look[at + 2] ** 2)
    for k in range(3):
        look[at + k] /= max(length, 1e-12)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _triangle_look(arrays: Arrays, hit: int, bu: float, bv: float, look: Array) -> None:
    corners = arrays.tree.corners
    e1, e2 = corners[hit, 1], corners[hit, 2]
    look[6] = e1[1] * e2[2] - e1[2] * e2[1]
    look[7] = e1[2] * e2[0] - e1[0] * e2[2]
    look[8] = e1[0] * e2[1] - e1[1] * e2[0]
    _unit(look, 6)
    bw = 1 - bu - bv
    for k in range(3):
        smooth = arrays.normals
        look[3 + k] = bw * smooth[hit, 0, k] + bu * smooth[hit, 1, k] + bv * smooth[hit, 2, k]
    _unit(look, 3)
    number = arrays.solid[hit]
    material = arrays.materials[number]
    if arrays.textures[number, 2]:
        uvs = arrays.uvs
        u = bw * uvs[hit, 0, 0] + bu * uvs[hit, 1, 0] + bv * uvs[hit, 2, 0]
        v = bw * uvs[hit, 0, 1] + bu * uvs[hit, 1, 1] + bv * uvs[hit, 2, 1]
        _texel_look(arrays, hit, number, u, v, look)
    else:
        for k in range(3):
            look[12 + k] = material[4 + k]
    if material[3] > 0:
        _woven(material[3], look)
    look[15], look[17] = material[0], material[1]
    if look[6] * look[9] + look[7] * look[10] + look[8] * look[11] < 0:  # the inside of something open
        for k in range(6):
            look[3 + k] = -look[3 + k]


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _texel(arrays: Arrays, offset: int, width: int, row: int, column: int, k: int) -> float:
    return _LINEAR[arrays.texels[offset + (row * width + column) * 3 + k]]


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _texel_look(arrays: Arrays, hit: int, number: int, u: float, v: float, look: Array) -> None:
    """The colour between four texels, and the normal tilted by how the texture's brightness changes there."""
    offset, height, width = arrays.textures[number]
    material = arrays.materials[number]
    x = min(max(u * width - 0.5, 0.0), width - 1.001)
    y = min(max((1 - v) * height - 0.5, 0.0), height - 1.001)
    j, i = int(x), int(y)
    s, t = x - j, y - i
    du, dv = 0.0, 0.0
    for k in range(3):
        a, b = _texel(arrays, offset, width, i, j, k), _texel(arrays, offset, width, i, j + 1, k)
        c, d = _texel(arrays, offset, width, i + 1, j, k), _texel(arrays, offset, width, i + 1, j + 1, k)
        look[12 + k] = ((a * (1 - s) + b * s) * (1 - t) + (c * (1 - s) + d * s) * t) * material[4 + k]
        du += (b - a) * (1 - t) + (d - c) * t
        dv -= (c - a) * (1 - s) + (d - b) * s
    if material[2] > 0:
        steep = material[2] / 3
        slopes = arrays.slopes
        for k in range(3):
            tilt = steep * (du * width * slopes[hit, 0, k] + dv * height * slopes[hit, 1, k])
            look[3 + k] -= min(max(tilt, -0.6), 0.6)
        _unit(look, 3)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _woven(grain_mm: float, look: Array) -> None:
    """Tilt the normal, and vary the colour a little, by a noise in space of about the grain of a cloth."""
    x, y, z = look[0] / grain_mm, look[1] / grain_mm, look[2] / grain_mm
    here = _noise(x, y, z)
    gx, gy, gz = _noise(x + 0.5, y, z) - here, _noise(x, y + 0.5, z) - here, _noise(x, y, z + 0.5) - here
    look[3] -= 0.22 * gx
    look[4] -= 0.22 * gy
    look[5] -= 0.22 * gz
    _unit(look, 3)
    wide = _noise(x / 9.0 + 31.0, y / 9.0, z / 9.0)
    for k in range(3):
        look[12 + k] *= 0.93 + 0.08 * here + 0.06 * wide


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _chance(i: int, j: float, k: int) -> float:
    h = np.uint32(i) * np.uint32(374761393) + np.uint32(j) * np.uint32(668265263) + np.uint32(k) * np.uint32(1274126177)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(1103515245)
    return float((h ^ (h >> np.uint32(16))) & np.uint32(0xFFFF)) / 65535.0


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _noise(x: float, y: float, z: float) -> float:
    """Smooth noise 0..1 with a grain of one unit."""
    i, j, k = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
    a, b, c = x - i, y - j, z - k
    a, b, c = a * a * (3 - 2 * a), b * b * (3 - 2 * b), c * c * (3 - 2 * c)
    low = _between(_chance(i, j, k), _chance(i + 1, j, k), _chance(i, j + 1, k), _chance(i + 1, j + 1, k), a, b)
    k += 1
    high = _between(_chance(i, j, k), _chance(i + 1, j, k), _chance(i, j + 1, k), _chance(i + 1, j + 1, k), a, b)
    return low * (1 - c) + high * c


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _between(p: float, q: float, r: float, s: float, a: float, b: float) -> float:
    return (p * (1 - a) + q * a) * (1 - b) + (r * (1 - a) + s * a) * b


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _floor_look(
    ground: NDArray[np.uint8], slope: NDArray[np.int8], place: Array, material: Array, footprint: float, look: Array
) -> None:
    """The floor's pattern at the level that fits how much of it the ray covers, and that reaches so far."""
    levels, side = ground.shape[0], ground.shape[1]
    x, y, texel = look[0] - place[0], look[1] - place[1], place[2]
    covered, reach = footprint / texel, max(abs(x), abs(y)) / (0.48 * side * texel)
    lower, wide = 0, 1.0
    while (covered >= 2 * wide or reach >= wide) and lower < levels - 1:
        lower += 1
        wide *= 2
    # Over into the next level as more is covered, and before this one ends.
    share = max(covered / wide - 1.0, reach / wide * 4.0 - 3.0)
    share = min(max(share, 0.0), 1.0) if lower < levels - 1 else 0.0
    look[3], look[4], look[5] = 0.0, 0.0, 1.0
    look[6], look[7], look[8] = 0.0, 0.0, 1.0
    look[12], look[13], look[14] = 0.0, 0.0, 0.0
    look[15], look[17] = material[0], material[1]
    _add_level(ground, slope, lower, x / (texel * wide), y / (texel * wide), 1 - share, look)
    if share > 0:
        _add_level(ground, slope, lower + 1, x / (2 * texel * wide), y / (2 * texel * wide), share, look)
    _unit(look, 3)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _add_level(
    ground: NDArray[np.uint8], slope: NDArray[np.int8], level: int, x: float, y: float, share: float, look: Array
) -> None:
    side = ground.shape[1]
    column = min(max(x + side / 2 - 0.5, 0.0), side - 1.001)
    row = min(max(y + side / 2 - 0.5, 0.0), side - 1.001)
    j, i = int(column), int(row)
    s, t = column - j, row - i
    for corner in range(4):
        di, dj = corner // 2, corner % 2
        weight = share * (t if di else 1 - t) * (s if dj else 1 - s)
        colour, steep = ground[level, i + di, j + dj], slope[level, i + di, j + dj]
        for k in range(3):
            value = colour[k] * (1 / 255.0)
            look[12 + k] += weight * value * value
        look[3] -= weight * steep[0] * (1 / 64.0)
        look[4] -= weight * steep[1] * (1 / 64.0)
