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

CAUCHY, TUKEY = 0, 1
_SAME_WAY = 0.3
_BEHIND_MM = 1e-3
_RIM = 3.0


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
    kind, scale, image_weight, tangential = robust
    hessian = np.zeros((6, 6))
    gradient = np.zeros(6)
    count = points.shape[0]
    pixels, directions, jacobians, in_front = _projected(rotation, translation, focal_centre, points, normals)
    if not in_front or count == 0:
        return Equations(hessian, gradient, np.inf)
    model_cost, model_count = 0.0, 0
    row = np.empty(6)
    for i in range(count):
        u, v = pixels[i, 0], pixels[i, 1]
        if not _counts(u, v, field):
            continue
        e, gx, gy = distance_at(u, v, field)
        rho, weight = _robust(e * e, kind, scale)
        model_cost += rho
        model_count += 1
        _jacobian(rotation, translation, focal_centre, points[i], gx, gy, row)
        _accumulate(hessian, gradient, row, e, weight)
    if model_count == 0:
        return Equations(hessian, gradient, np.inf)
    share = 1.0 / model_count
    hessian *= share
    gradient *= share
    image_share = image_weight / max(samples.at_px.shape[0], 1)
    image_cost = 0.0
    for i in range(samples.at_px.shape[0]):
        k, squared, e = _nearest(samples.at_px[i], samples.normals[i], pixels, directions)
        if k < 0:
            image_cost += samples.weights[i] * _robust(1e4 * scale * scale, kind, scale)[0]
            continue
        off = squared - e * e
        rho, weight = _robust(squared if off > tangential * tangential else e * e, kind, scale)
        image_cost += samples.weights[i] * rho
        for c in range(6):
            row[c] = -jacobians[k, c]
        _accumulate(hessian, gradient, row, e, weight * image_share * samples.weights[i])
    for r in range(6):
        for c in range(r):
            hessian[r, c] = hessian[c, r]
    return Equations(hessian, gradient, model_cost * share + image_cost * image_share)


@njit(cache=True, nogil=True)
def image_residuals(
    rotation: Array, translation: Array, focal_centre: Array, points: Array, normals: Array, samples: Samples
) -> tuple[Array, Array, Array]:
    """(M,) distance along the nearest normal, (M,) whole distance (nan: none faces the same way), (M, 6) Jacobian."""
    pixels, directions, jacobians, _ = _projected(rotation, translation, focal_centre, points, normals)
    count = samples.at_px.shape[0]
    along, whole, rows = np.full(count, np.nan), np.full(count, np.nan), np.zeros((count, 6))
    for i in range(count):
        k, squared, e = _nearest(samples.at_px[i], samples.normals[i], pixels, directions)
        if k >= 0:
            along[i], whole[i] = e, np.sqrt(squared)
            for c in range(6):
                rows[i, c] = -jacobians[k, c]
    return along, whole, rows


@njit(cache=True, nogil=True)
def model_residuals(
    rotation: Array, translation: Array, focal_centre: Array, points: Array, normals: Array, field: Field
) -> Array:
    """(N,) the region's signed distance at each point of the model's outline, nan where the evidence is hidden."""
    pixels, _, _, _ = _projected(rotation, translation, focal_centre, points, normals)
    found = np.full(points.shape[0], np.nan)
    for i in range(points.shape[0]):
        if _counts(pixels[i, 0], pixels[i, 1], field):
            found[i] = distance_at(pixels[i, 0], pixels[i, 1], field)[0]
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
def _projected(
    rotation: Array, translation: Array, focal_centre: Array, points: Array, normals: Array
) -> tuple[Array, Array, Array, bool]:
    """Pixels, outward directions on the screen, Jacobians along them, and whether all is in front of the camera."""
    count = points.shape[0]
    pixels, directions, jacobians = np.empty((count, 2)), np.empty((count, 2)), np.empty((count, 6))
    fx, fy, cx, cy = focal_centre[0], focal_centre[1], focal_centre[2], focal_centre[3]
    in_front = True
    for i in range(count):
        p, n = points[i], normals[i]
        x = rotation[0, 0] * p[0] + rotation[0, 1] * p[1] + rotation[0, 2] * p[2] + translation[0]
        y = rotation[1, 0] * p[0] + rotation[1, 1] * p[1] + rotation[1, 2] * p[2] + translation[1]
        z = rotation[2, 0] * p[0] + rotation[2, 1] * p[1] + rotation[2, 2] * p[2] + translation[2]
        if z < _BEHIND_MM:
            in_front = False
            z = _BEHIND_MM
        pixels[i, 0], pixels[i, 1] = fx * x / z + cx, fy * y / z + cy
        nx = (rotation[0, 0] * n[0] + rotation[0, 1] * n[1] + rotation[0, 2] * n[2]) / fx
        ny = (rotation[1, 0] * n[0] + rotation[1, 1] * n[1] + rotation[1, 2] * n[2]) / fy
        length = max(np.sqrt(nx * nx + ny * ny), 1e-300)
        directions[i, 0], directions[i, 1] = nx / length, ny / length
        _jacobian(rotation, translation, focal_centre, p, nx / length, ny / length, jacobians[i])
    return pixels, directions, jacobians, in_front


@njit(cache=True, nogil=True)
def _jacobian(
    rotation: Array, translation: Array, focal_centre: Array, p: Array, nx: float, ny: float, row: Array
) -> None:
    """Write the (6,) derivative of a point's place along (nx, ny) on the screen."""
    x = rotation[0, 0] * p[0] + rotation[0, 1] * p[1] + rotation[0, 2] * p[2]
    y = rotation[1, 0] * p[0] + rotation[1, 1] * p[1] + rotation[1, 2] * p[2]
    z = rotation[2, 0] * p[0] + rotation[2, 1] * p[1] + rotation[2, 2] * p[2]
    depth = z + translation[2]
    jx, jy = nx * focal_centre[0] / depth, ny * focal_centre[1] / depth
    jz = -(jx * (x + translation[0]) + jy * (y + translation[1])) / depth
    row[0], row[1], row[2] = y * jz - z * jy, z * jx - x * jz, x * jy - y * jx
    row[3], row[4], row[5] = jx, jy, jz


@njit(cache=True, nogil=True)
def _accumulate(hessian: Array, gradient: Array, row: Array, e: float, weight: float) -> None:
    """Add one residual to the upper triangle."""
    for r in range(6):
        scaled = weight * row[r]
        gradient[r] += scaled * e
        for c in range(r, 6):
            hessian[r, c] += scaled * row[c]


@njit(cache=True, nogil=True)
def _robust(squared: float, kind: int, scale: float) -> tuple[float, float]:
    """Cost and weight of a residual whose robust size is `squared`; Tukey's scale is where it stops counting."""
    ratio = squared / (scale * scale)
    if kind == 0:
        return 0.5 * scale * scale * np.log1p(ratio), 1.0 / (1.0 + ratio)
    if ratio >= 1.0:
        return scale * scale / 6.0, 0.0
    rest = 1.0 - ratio
    return scale * scale / 6.0 * (1.0 - rest * rest * rest), rest * rest


@njit(cache=True, nogil=True)
def _counts(u: float, v: float, field: Field) -> bool:
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
def _nearest(at: Array, normal: Array, pixels: Array, directions: Array) -> tuple[int, float, float]:
    """The nearest outline point that faces the same way (-1: none), its squared distance, and that along its normal."""
    best, found = 1e300, -1
    for k in range(pixels.shape[0]):
        dx, dy = at[0] - pixels[k, 0], at[1] - pixels[k, 1]
        squared = dx * dx + dy * dy
        if squared < best and normal[0] * directions[k, 0] + normal[1] * directions[k, 1] > _SAME_WAY:
            best, found = squared, k
    if found < 0:
        return found, best, 0.0
    e = (at[0] - pixels[found, 0]) * directions[found, 0] + (at[1] - pixels[found, 1]) * directions[found, 1]
    return found, best, e
