"""How far a projected outline is from a drawn one, both ways, and how that changes with the pose.

Two families of residuals, each averaged over its own count: (M) the signed distance field of the region at each point
of the model's outline; (I) for each sample of the region's outline the distance along the normal of the nearest point
of the model's outline. A pose is stepped on the left, R' = exp(w)·R and t' = t + v, so with n the direction on the
screen, X the point turned but not moved, and x, y = X/Z, Y/Z of the moved point:
    j = (n_x·fx, n_y·fy, -(n_x·fx·x + n_y·fy·y)) / Z,  de/dv = j,  de/dw = X × j.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

CAUCHY, TUKEY = 0, 1
_SAME_WAY = np.float32(0.3)
_OTHER_WAY = np.float32(1e12)
_INDICES = 8192
_NO_MATCH = int(_OTHER_WAY.view(np.int32)) & ~(_INDICES - 1)
_BEHIND_MM = 1e-3
_RIM = 3.0
_ROOT_2, _LOG_2 = 1.4142135623730951, 0.6931471805599453


class Field(NamedTuple):
    """A region as the kernels read it: everything in px of the undistorted photo, corner origin.

    distance_px: (h, w) float32, positive outside, at grid node centres; valid: (h, w) bool, False where a leg or an
    ignored region hides the evidence or the photo ends; grid: (x0, y0, nodes per px); frame: (x0, y0, x1, y1).
    """

    distance_px: NDArray[np.float32]
    valid: NDArray[np.bool_]
    grid: Array
    frame: Array


class Samples(NamedTuple):
    """Points on the region's outline: at_px (M, 2), outward unit normals (M, 2), weights (M,) of mean 1."""

    at_px: Array
    normals: Array
    weights: Array


class Equations(NamedTuple):
    """One step's normal equations: hessian (6, 6), gradient (6,), cost; inf where the shoe is not in front."""

    hessian: Array
    gradient: Array
    cost: float


@njit(cache=True, nogil=True)
def normal_equations(
    rotation: Array,
    translation: Array,
    focal_centre: Array,
    points: Array,
    normals: Array,
    field: Field,
    samples: Samples,
    robust: tuple[int, float, float, float],
) -> Equations:
    """Weighted J^T J, J^T e and cost of both families; robust: (kernel, its scale px, weight of (I), tangential px)."""
    screen = np.empty((7, points.shape[0]))
    in_front = projected(rotation, translation, focal_centre, points, normals, screen)
    return summed(screen, in_front, translation, focal_centre, field, samples, matched(samples, screen), robust)


@njit(cache=True, nogil=True)
def summed(
    screen: Array,
    in_front: bool,
    translation: Array,
    focal_centre: Array,
    field: Field,
    samples: Samples,
    matches: Ints,
    robust: tuple[int, float, float, float],
) -> Equations:
    """`normal_equations` of points that are on the `projected` screen, and samples `matched` with them, already."""
    if not in_front or screen.shape[1] == 0:
        return Equations(np.zeros((6, 6)), np.zeros(6), np.inf)
    which, listed, lost = listed_residuals(screen, field, samples, matches, robust)
    if which.shape[0] == 0:
        return Equations(np.zeros((6, 6)), np.zeros(6), np.inf)
    return weighted_equations(screen, translation, focal_centre, which, listed, robust[0], robust[1], lost)


@njit(cache=True, nogil=True)
def listed_residuals(
    screen: Array, field: Field, samples: Samples, matches: Ints, robust: tuple[int, float, float, float]
) -> tuple[Ints, Array, float]:
    """Both families: (N,) which point, (5, N) direction on the screen (2), error, its robust size squared and share in

    the sum, and the cost of the samples that have no match; N = 0 where no point of the model is on evidence.
    """
    kind, scale, image_weight, tangential = robust
    count = screen.shape[1] + samples.at_px.shape[0]
    listed = np.empty((5, count))
    which = np.empty(count, dtype=np.int64)
    model = _listed_model(screen, field, which, listed)
    if model == 0:
        return which[:0], listed[:, :0], 0.0
    listed[4, :model] = 1.0 / model
    image_share = image_weight / max(samples.at_px.shape[0], 1)
    found, lost = _listed_image(screen, samples, matches, tangential, which[model:], listed[:, model:])
    listed[4, model : model + found] *= image_share
    cost = image_share * lost * _robust_cost(1e4, kind) * scale * scale
    return which[: model + found], listed[:, : model + found], cost


@njit(cache=True, nogil=True)
def _listed_model(screen: Array, field: Field, which: Ints, listed: Array) -> int:
    """List the residuals of the model's outline; how many there are."""
    count = 0
    for i in range(screen.shape[1]):
        u, v = screen[0, i], screen[1, i]
        if not evidence_at(u, v, field):
            continue
        e, gx, gy = distance_at(u, v, field)
        which[count] = i
        listed[0, count], listed[1, count] = gx, gy
        listed[2, count], listed[3, count] = e, e * e
        count += 1
    return count


@njit(cache=True, nogil=True)
def _listed_image(
    screen: Array, samples: Samples, matches: Ints, tangential: float, which: Ints, listed: Array
) -> tuple[int, float]:
    """List the residuals of the region's outline; how many there are, and the weight of those that have no match."""
    count, lost = 0, 0.0
    for i in range(samples.at_px.shape[0]):
        k = matches[i]
        if k < 0:
            lost += samples.weights[i]
            continue
        dx, dy = samples.at_px[i, 0] - screen[0, k], samples.at_px[i, 1] - screen[1, k]
        nx, ny = screen[2, k], screen[3, k]
        e = dx * nx + dy * ny
        squared = dx * dx + dy * dy
        which[count] = k
        listed[0, count], listed[1, count] = -nx, -ny
        listed[2, count] = e
        listed[3, count] = squared if squared - e * e > tangential * tangential else e * e
        listed[4, count] = samples.weights[i]
        count += 1
    return count, lost


@njit(cache=True, nogil=True, fastmath=True)
def weighted_equations(
    screen: Array,
    translation: Array,
    focal_centre: Array,
    which: Ints,
    listed: Array,
    kind: int,
    scale: float,
    lost: float,
) -> Equations:
    """Robust weights, Jacobians and their sums, one loop each over all residuals so that they run abreast."""
    count = which.shape[0]
    ratios, weights = np.empty(count), np.empty(count)
    for i in range(count):
        ratios[i] = listed[3, i] / (scale * scale)
    for i in range(count):
        rest = max(1.0 - ratios[i], 0.0)
        weights[i] = listed[4, i] * (1.0 / (1.0 + ratios[i]) if kind == CAUCHY else rest * rest)
    rows = np.empty((6, count))
    for i in range(count):
        k = which[i]
        x, y, z = screen[4, k], screen[5, k], screen[6, k]
        depth = z + translation[2]
        jx, jy = listed[0, i] * focal_centre[0] / depth, listed[1, i] * focal_centre[1] / depth
        jz = -(jx * (x + translation[0]) + jy * (y + translation[1])) / depth
        rows[0, i], rows[1, i], rows[2, i] = y * jz - z * jy, z * jx - x * jz, x * jy - y * jx
        rows[3, i], rows[4, i], rows[5, i] = jx, jy, jz
    hessian, gradient = np.empty((6, 6)), np.empty(6)
    weighted = np.empty(count)
    for r in range(6):
        total = 0.0
        for i in range(count):
            weighted[i] = weights[i] * rows[r, i]
            total += weighted[i] * listed[2, i]
        gradient[r] = total
        for c in range(r, 6):
            total = 0.0
            for i in range(count):
                total += weighted[i] * rows[c, i]
            hessian[r, c] = total
            hessian[c, r] = total
    return Equations(hessian, gradient, lost + _robust_sum(ratios, listed[4], kind) * scale * scale)


@njit(cache=True, nogil=True, fastmath=True)
def _robust_sum(ratios: Array, shares: Array, kind: int) -> float:
    """Sum of share times robust cost in units of the scale squared; `ratios` is used up."""
    total = 0.0
    if kind != CAUCHY:
        for i in range(ratios.shape[0]):
            rest = max(1.0 - ratios[i], 0.0)
            total += shares[i] * (1.0 - rest * rest * rest)
        return total / 6.0
    bits = ratios.view(np.int64)
    for i in range(ratios.shape[0]):
        ratios[i] += 1.0
    # The logarithm by hand, because one of the library's would be called for each residual: x = m·2^n with 1 <= m < 2.
    for i in range(ratios.shape[0]):
        power = float((bits[i] >> 52) - 1023)
        bits[i] = (bits[i] & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000
        s = (ratios[i] - _ROOT_2) / (ratios[i] + _ROOT_2)
        t = s * s
        series = 1.0 + t * (1 / 3 + t * (1 / 5 + t * (1 / 7 + t * (1 / 9 + t * (1 / 11 + t * (1 / 13))))))
        total += shares[i] * ((power + 0.5) * _LOG_2 + 2.0 * s * series)
    return 0.5 * total


@njit(cache=True, nogil=True)
def _robust_cost(ratio: float, kind: int) -> float:
    """Cost in units of the scale squared of a residual whose robust size squared is `ratio` of it.

    Cauchy's, or Tukey's, whose scale is where a residual stops counting.
    """
    if kind == CAUCHY:
        return 0.5 * np.log1p(ratio)
    rest = max(1.0 - ratio, 0.0)
    return (1.0 - rest * rest * rest) / 6.0


@njit(cache=True, nogil=True)
def image_residuals(
    rotation: Array, translation: Array, focal_centre: Array, points: Array, normals: Array, samples: Samples
) -> tuple[Array, Array, Array]:
    """(M,) distance along the nearest normal, (M,) whole distance (nan: none faces the same way), (M, 6) Jacobian."""
    screen = np.empty((7, points.shape[0]))
    projected(rotation, translation, focal_centre, points, normals, screen)
    count = samples.at_px.shape[0]
    matches = matched(samples, screen)
    along, whole, rows = np.full(count, np.nan), np.full(count, np.nan), np.zeros((count, 6))
    for i in range(count):
        k = matches[i]
        if k >= 0:
            dx, dy = samples.at_px[i, 0] - screen[0, k], samples.at_px[i, 1] - screen[1, k]
            nx, ny = screen[2, k], screen[3, k]
            along[i], whole[i] = dx * nx + dy * ny, np.sqrt(dx * dx + dy * dy)
            x, y, z = screen[4, k], screen[5, k], screen[6, k]
            depth = z + translation[2]
            jx, jy = -nx * focal_centre[0] / depth, -ny * focal_centre[1] / depth
            jz = -(jx * (x + translation[0]) + jy * (y + translation[1])) / depth
            rows[i, 0], rows[i, 1], rows[i, 2] = y * jz - z * jy, z * jx - x * jz, x * jy - y * jx
            rows[i, 3], rows[i, 4], rows[i, 5] = jx, jy, jz
    return along, whole, rows


@njit(cache=True, nogil=True)
def model_residuals(
    rotation: Array, translation: Array, focal_centre: Array, points: Array, normals: Array, field: Field
) -> Array:
    """(N,) the region's signed distance at each point of the model's outline, nan where the evidence is hidden."""
    screen = np.empty((7, points.shape[0]))
    projected(rotation, translation, focal_centre, points, normals, screen)
    found = np.full(points.shape[0], np.nan)
    for i in range(points.shape[0]):
        if evidence_at(screen[0, i], screen[1, i], field):
            found[i] = distance_at(screen[0, i], screen[1, i], field)[0]
    return found


@njit(cache=True, nogil=True)
def distance_at(u: float, v: float, field: Field) -> tuple[float, float, float]:
    """The field and its gradient at (u, v) px, bilinear; beyond the grid it grows with the distance from it."""
    height, width = field.distance_px.shape
    density = field.grid[2]
    x, y = (u - field.grid[0]) * density - 0.5, (v - field.grid[1]) * density - 0.5
    # The last nodes are left out: smoothing has flattened the field there.
    cx, cy = min(max(x, _RIM), width - 1.0 - _RIM), min(max(y, _RIM), height - 1.0 - _RIM)
    c, r = int(cx), int(cy)
    fx, fy = cx - c, cy - r
    d00, d01 = field.distance_px[r, c], field.distance_px[r, c + 1]
    d10, d11 = field.distance_px[r + 1, c], field.distance_px[r + 1, c + 1]
    value = (d00 * (1 - fx) + d01 * fx) * (1 - fy) + (d10 * (1 - fx) + d11 * fx) * fy
    gx = ((d01 - d00) * (1 - fy) + (d11 - d10) * fy) * density
    gy = ((d10 - d00) * (1 - fx) + (d11 - d01) * fx) * density
    ox, oy = (x - cx) / density, (y - cy) / density
    beyond = np.sqrt(ox * ox + oy * oy)
    if beyond > 1e-3:
        outwards = max(value, 0.0) / max(np.sqrt(gx * gx + gy * gy), 1e-6)
        reach_x, reach_y = gx * outwards + ox, gy * outwards + oy
        reach = max(np.sqrt(reach_x * reach_x + reach_y * reach_y), 1e-9)
        return reach, reach_x / reach, reach_y / reach
    return value, gx, gy


@njit(cache=True, nogil=True)
def distances_at(at_px: Array, field: Field) -> Array:
    """(N, 3) the field and its gradient at (N, 2) px."""
    found = np.empty((at_px.shape[0], 3))
    for i in range(at_px.shape[0]):
        found[i, 0], found[i, 1], found[i, 2] = distance_at(at_px[i, 0], at_px[i, 1], field)
    return found


@njit(cache=True, nogil=True)
def stepped(rotation: Array, translation: Array, tangent: Array) -> tuple[Array, Array]:
    """R' = exp(w)·R and t' = t + v of a (6,) tangent (w rad, v mm), by Rodrigues' formula."""
    wx, wy, wz = tangent[0], tangent[1], tangent[2]
    angle = np.sqrt(wx * wx + wy * wy + wz * wz)
    if angle < 1e-8:
        a, b = 1.0, 0.5
    else:
        a, b = np.sin(angle) / angle, (1.0 - np.cos(angle)) / (angle * angle)
    turn = np.empty((3, 3))
    turn[0, 0], turn[0, 1], turn[0, 2] = 1 - b * (wy * wy + wz * wz), b * wx * wy - a * wz, b * wx * wz + a * wy
    turn[1, 0], turn[1, 1], turn[1, 2] = b * wx * wy + a * wz, 1 - b * (wx * wx + wz * wz), b * wy * wz - a * wx
    turn[2, 0], turn[2, 1], turn[2, 2] = b * wx * wz - a * wy, b * wy * wz + a * wx, 1 - b * (wx * wx + wy * wy)
    turned = np.zeros((3, 3))
    for r in range(3):
        for c in range(3):
            for k in range(3):
                turned[r, c] += turn[r, k] * rotation[k, c]
    return turned, translation + tangent[3:]


@njit(cache=True, nogil=True)
def projected(
    rotation: Array, translation: Array, focal_centre: Array, points: Array, normals: Array, screen: Array
) -> bool:
    """Write (7, N): pixels, outward directions on the screen, turned points; whether all is in front of the camera."""
    fx, fy, cx, cy = focal_centre[0], focal_centre[1], focal_centre[2], focal_centre[3]
    nearest = np.inf
    for i in range(points.shape[0]):
        a, b, c = points[i, 0], points[i, 1], points[i, 2]
        x = rotation[0, 0] * a + rotation[0, 1] * b + rotation[0, 2] * c
        y = rotation[1, 0] * a + rotation[1, 1] * b + rotation[1, 2] * c
        z = rotation[2, 0] * a + rotation[2, 1] * b + rotation[2, 2] * c
        depth = max(z + translation[2], _BEHIND_MM)
        nearest = min(nearest, depth)
        screen[0, i], screen[1, i] = fx * (x + translation[0]) / depth + cx, fy * (y + translation[1]) / depth + cy
        screen[4, i], screen[5, i], screen[6, i] = x, y, z
        a, b, c = normals[i, 0], normals[i, 1], normals[i, 2]
        nx = (rotation[0, 0] * a + rotation[0, 1] * b + rotation[0, 2] * c) / fx
        ny = (rotation[1, 0] * a + rotation[1, 1] * b + rotation[1, 2] * c) / fy
        scale = 1.0 / max(np.sqrt(nx * nx + ny * ny), 1e-300)
        screen[2, i], screen[3, i] = nx * scale, ny * scale
    return nearest > _BEHIND_MM


@njit(cache=True, nogil=True)
def evidence_at(u: float, v: float, field: Field) -> bool:
    """Whether there is evidence at (u, v): inside the photo and not under an ignored region."""
    if not (field.frame[0] < u < field.frame[2] and field.frame[1] < v < field.frame[3]):
        return False
    c = int(np.floor((u - field.grid[0]) * field.grid[2]))
    r = int(np.floor((v - field.grid[1]) * field.grid[2]))
    height, width = field.valid.shape
    if c < 0 or r < 0 or c >= width or r >= height:
        return True
    return field.valid[r, c]


@njit(cache=True, nogil=True, fastmath=True)
def matched(samples: Samples, screen: Array) -> Ints:
    """(M,) the nearest outline point that faces the same way as each sample, -1: none.

    Squared distances are compared as the bits of float32, the last of which hold the point's index, so that one minimum
    of whole numbers finds both; points that are nearer by less than a thousandth are taken as equally near.
    """
    count = min(screen.shape[1], _INDICES)
    x, y = screen[0, :count].astype(np.float32), screen[1, :count].astype(np.float32)
    nx, ny = screen[2, :count].astype(np.float32), screen[3, :count].astype(np.float32)
    keys = np.empty(count, dtype=np.float32)
    bits = keys.view(np.int32)
    found = np.empty(samples.at_px.shape[0], dtype=np.int64)
    for i in range(samples.at_px.shape[0]):
        u, v = np.float32(samples.at_px[i, 0]), np.float32(samples.at_px[i, 1])
        a, b = np.float32(samples.normals[i, 0]), np.float32(samples.normals[i, 1])
        for k in range(count):
            dx, dy = u - x[k], v - y[k]
            away = a * nx[k] + b * ny[k] <= _SAME_WAY
            keys[k] = dx * dx + dy * dy + (_OTHER_WAY if away else np.float32(0.0))
        nearest = _NO_MATCH
        for k in range(count):
            nearest = min(nearest, (bits[k] & ~(_INDICES - 1)) | k)
        found[i] = nearest & (_INDICES - 1) if nearest < _NO_MATCH else -1
    return found
