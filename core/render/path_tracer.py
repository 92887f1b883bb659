"""Pictures by path tracing: what each pixel of a pinhole camera gets of lamps, sun and sky, directly and thrown back.

Rays go through the corner-origin pixels of core.geometry.camera, so that a rendered outline lies where `mesh_mask` has
it. Diffuse light and a GGX gloss (Walter et al. 2007, Schlick's Fresnel) come from every surface; lamps are sampled by
their area, the sky by the surface's own directions. The same seed gives the same picture.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.render.bvh import FAR, is_blocked, nearest_hit
from core.render.surface_look import fresnel, ggx, surface_at, toward_sky
from core.render.traced_scene import Arrays

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

_BAND_ROWS = 12
_SCRAMBLES = 64
_OFF_MM = 2e-3
_BRIGHTEST = 4.0  # of what one indirect ray may bring: rare paths would be seen as sparks
_FOOTPRINT_GROWS = 4.0  # a thrown-back ray sees the floor's pattern coarsely


@dataclass(frozen=True, slots=True)
class Lens:
    """The opening's radius in mm (0 for a pinhole), the distance that is sharp, and how far a pixel's light reaches.

    reach_px: half width of the tent that a pixel weighs its light with; 0.5 px is about the pixel itself.
    """

    radius_mm: float = 0.0
    focus_mm: float = 500.0
    reach_px: float = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """What a camera got of a scene, and what it saw first; every plane is weighed alike.

    light (H, W, 3) linear, and half: what every other ray alone would have given. albedo (H, W, 3), normal (H, W, 3)
    and distance (H, W) mm of what is first seen; cover (H, W, S): the share of the rays that meet each solid first.
    """

    light: NDArray[np.float32]
    half: NDArray[np.float32]
    albedo: NDArray[np.float32]
    normal: NDArray[np.float32]
    distance: NDArray[np.float32]
    cover: NDArray[np.float32]


def traced(
    arrays: Arrays,
    camera: Camera,
    camera_from_world: Pose,
    *,
    lens: Lens,
    rays: int,
    seed: int,
    threads: int = 1,
    progress: Callable[[float], object] = lambda share: None,
) -> Traced:
    """The picture a camera takes of a scene with so many rays a pixel. The camera's lens must be free of distortion."""
    height, width = camera.height_px, camera.width_px
    solids = len(arrays.materials) - 1
    shapes = ((3,), (3,), (3,), (3,), (), (solids,))
    out = Traced(*(np.zeros((height, width, *shape), np.float32) for shape in shapes))
    view = _view_numbers(camera, camera_from_world, lens)
    points, scrambles = _point_set(rays, seed)
    bands = range(0, height, _BAND_ROWS)
    done = 0

    def work(first: int) -> None:
        last = min(first + _BAND_ROWS, height)
        planes = (out.light, out.half, out.albedo, out.normal, out.distance, out.cover)
        _trace_rows(arrays, view, points, scrambles, seed, first, last, planes)

    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, bands):
            done += 1
            progress(done / len(bands))
    return out


def seen_solids(arrays: Arrays, camera: Camera, camera_from_world: Pose) -> NDArray[np.int32]:
    """(H, W) the solid on the ray through each pixel's centre, -1 for the floor and -2 for the sky."""
    out = np.empty((camera.height_px, camera.width_px), np.int32)
    _seen_rows(arrays, _view_numbers(camera, camera_from_world, Lens()), out)
    return out


def _view_numbers(camera: Camera, camera_from_world: Pose, lens: Lens) -> Array:
    """(21,): focal lengths, principal point, where the camera is, world-from-camera rotation, lens, size."""
    if camera.is_distorted:
        raise ValueError("the path tracer knows no lens distortion; give it camera.without_distortion()")
    back = camera_from_world.inverse()
    return np.array(
        [
            *(camera.fx_px, camera.fy_px, camera.cx_px, camera.cy_px),
            *back.translation_mm,
            *back.rotation.ravel(),
            *(lens.radius_mm, lens.focus_mm, lens.reach_px),
            *(camera.width_px, camera.height_px),
        ]
    )


def _point_set(count: int, seed: int) -> tuple[Array, NDArray[np.int32]]:
    """(count, 2) evenly spread points of the unit square (Roberts' R2), and (64, count) orders to take them in."""
    number = np.arange(count)[:, None]
    points = (0.5 + number * np.array([0.7548776662466927, 0.5698402909980532])) % 1.0
    rng = np.random.default_rng(seed)
    return points, np.stack([rng.permutation(count) for _ in range(_SCRAMBLES)]).astype(np.int32)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _pair(points: Array, scrambles: NDArray[np.int32], key: int, i: int, which: int) -> tuple[float, float]:
    """The i-th of a pixel's points for one of its choices: even within the pixel, and unlike its neighbours'."""
    h = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(which + 1) * np.uint64(0xD1B54A32D192ED03)
    h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    h = h ^ (h >> np.uint64(31))
    j = scrambles[np.int64(h & np.uint64(63)), i]
    a = points[j, 0] + np.float64((h >> np.uint64(8)) & np.uint64(0xFFFFF)) / 1048576.0
    b = points[j, 1] + np.float64((h >> np.uint64(32)) & np.uint64(0xFFFFF)) / 1048576.0
    return a - np.floor(a), b - np.floor(b)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _tent(u: float) -> float:
    return np.sqrt(2 * u) - 1 if u < 0.5 else 1 - np.sqrt(2 - 2 * u)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _camera_ray(view: Array, x: float, y: float, lens_u: float, lens_v: float, origin: Array, direction: Array) -> None:
    """Fill `origin` and the unit `direction` of the ray of a place in the picture."""
    dx, dy, dz = (x - view[2]) / view[0], (y - view[3]) / view[1], 1.0
    ox, oy = 0.0, 0.0
    if view[16] > 0:
        r, turn = view[16] * np.sqrt(lens_u), 2 * np.pi * lens_v
        ox, oy = r * np.cos(turn), r * np.sin(turn)
        dx, dy = dx - ox / view[17], dy - oy / view[17]
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    dx, dy, dz = dx / length, dy / length, dz / length
    for k in range(3):
        r0, r1, r2 = view[7 + 3 * k], view[8 + 3 * k], view[9 + 3 * k]
        direction[k] = r0 * dx + r1 * dy + r2 * dz
        origin[k] = view[4 + k] + r0 * ox + r1 * oy


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _first_hit(arrays: Arrays, origin: Array, direction: Array) -> tuple[int, float, float, float]:
    """(triangle, distance, u, v): triangle -1 the floor, -2 the sky."""
    floor = -origin[2] / direction[2] if direction[2] < -1e-6 else FAR
    floor = floor if floor > 0 else FAR
    k, distance, u, v = nearest_hit(arrays.tree, origin, direction, min(floor, 1e9))
    if k >= 0:
        return k, distance, u, v
    return (-1, floor, 0.0, 0.0) if floor < 1e9 else (-2, 1e9, 0.0, 0.0)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _seen_rows(arrays: Arrays, view: Array, out: NDArray[np.int32]) -> None:
    origin, direction = np.empty(3), np.empty(3)
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            _camera_ray(view, column + 0.5, row + 0.5, 0.0, 0.0, origin, direction)
            k, _, _, _ = _first_hit(arrays, origin, direction)
            out[row, column] = arrays.solid[k] if k >= 0 else k


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _lamp_sample(
    shares: Array, lamps: Array, sun: Array, at: Array, u: float, v: float, to_lamp: Array, radiance: Array
) -> float:
    """Choose a place on a lamp or the sun: fill the direction and its light over its probability; distance, 0 dark."""
    if shares[-1] <= 0:
        return 0.0
    which = 0
    while which < shares.shape[0] - 1 and u >= shares[which]:
        which += 1
    before = shares[which - 1] if which else 0.0
    chance = shares[which] - before
    u = min(max((u - before) / max(chance, 1e-12), 0.0), 0.999999)
    if which == 0:
        return _sun_sample(sun, chance, u, v, to_lamp, radiance)
    lamp = lamps[which - 1]
    length2, facing = 0.0, 0.0
    for k in range(3):
        to_lamp[k] = lamp[k] + (2 * u - 1) * lamp[3 + k] + (2 * v - 1) * lamp[6 + k] - at[k]
        length2 += to_lamp[k] ** 2
    length = np.sqrt(length2)
    for k in range(3):
        to_lamp[k] /= length
        facing -= to_lamp[k] * lamp[12 + k]
    if facing <= 0:
        return 0.0
    cx = lamp[4] * lamp[8] - lamp[5] * lamp[7]
    cy = lamp[5] * lamp[6] - lamp[3] * lamp[8]
    cz = lamp[3] * lamp[7] - lamp[4] * lamp[6]
    area = 4 * np.sqrt(cx * cx + cy * cy + cz * cz)
    for k in range(3):
        radiance[k] = lamp[9 + k] * facing * area / (length2 * chance)
    return length


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _sun_sample(sun: Array, chance: float, u: float, v: float, to_lamp: Array, radiance: Array) -> float:
    r, turn = sun[6] * np.sqrt(u), 2 * np.pi * v
    side = 1.0 if abs(sun[2]) < 0.9 else 0.0
    ax, ay, az = sun[1] * side, -sun[0] * side + sun[2] * (1 - side), -sun[1] * (1 - side)
    length = np.sqrt(ax * ax + ay * ay + az * az)
    ax, ay, az = ax / length, ay / length, az / length
    bx, by, bz = sun[1] * az - sun[2] * ay, sun[2] * ax - sun[0] * az, sun[0] * ay - sun[1] * ax
    c, s = r * np.cos(turn), r * np.sin(turn)
    to_lamp[0], to_lamp[1], to_lamp[2] = sun[0] + c * ax + s * bx, sun[1] + c * ay + s * by, sun[2] + c * az + s * bz
    length = np.sqrt(to_lamp[0] ** 2 + to_lamp[1] ** 2 + to_lamp[2] ** 2)
    for k in range(3):
        to_lamp[k] /= length
        radiance[k] = sun[3 + k] / max(chance, 1e-12)
    return 1e9


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _direct(arrays: Arrays, look: Array, u: float, v: float, gathered: Array, scratch: Array) -> None:
    """Add to `gathered` what one lamp sends over a surface back along the ray it was seen by."""
    to_lamp, radiance = scratch[0], scratch[1]
    distance = _lamp_sample(arrays.lamp_share, arrays.lamps, arrays.sun, look, u, v, to_lamp, radiance)
    if distance == 0.0:
        return
    cosine = to_lamp[0] * look[3] + to_lamp[1] * look[4] + to_lamp[2] * look[5]
    if cosine <= 0 or to_lamp[0] * look[6] + to_lamp[1] * look[7] + to_lamp[2] * look[8] <= 0:
        return
    if is_blocked(arrays.tree, look[0:3], to_lamp, distance * 0.9999):
        return
    gloss = ggx(look, to_lamp)
    for k in range(3):
        gathered[k] += radiance[k] * cosine * (look[12 + k] / np.pi * (1 - look[16]) + gloss)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _onward(look: Array, u: float, v: float, choice: float, direction: Array, weight: Array) -> bool:
    """Fill the direction in which a path goes on and what its light counts for; whether it goes on at all."""
    nx, ny, nz = look[3], look[4], look[5]
    sign = 1.0 if nz >= 0 else -1.0
    a = -1.0 / (sign + nz)
    b = nx * ny * a
    tx, ty, tz = 1.0 + sign * nx * nx * a, sign * b, -sign * nx
    sx, sy, sz = b, sign + ny * ny * a, -ny
    turn = 2 * np.pi * v
    glossy = 0.25
    if choice >= glossy:
        r = np.sqrt(u)
        c, s, up = r * np.cos(turn), r * np.sin(turn), np.sqrt(max(0.0, 1 - u))
        for k, (t, w, n) in enumerate(((tx, sx, nx), (ty, sy, ny), (tz, sz, nz))):
            direction[k] = c * t + s * w + up * n
            weight[k] *= look[12 + k] * (1 - look[16]) / (1 - glossy)
    else:
        alpha2 = look[15] ** 4
        up = np.sqrt((1 - u) / (1 + (alpha2 - 1) * u))
        r = np.sqrt(max(0.0, 1 - up * up))
        c, s = r * np.cos(turn), r * np.sin(turn)
        hx, hy, hz = c * tx + s * sx + up * nx, c * ty + s * sy + up * ny, c * tz + s * sz + up * nz
        d = look[9] * hx + look[10] * hy + look[11] * hz
        direction[0], direction[1], direction[2] = 2 * d * hx - look[9], 2 * d * hy - look[10], 2 * d * hz - look[11]
        cosine = direction[0] * nx + direction[1] * ny + direction[2] * nz
        if d <= 0 or cosine <= 0:
            return False
        seen = max(look[9] * nx + look[10] * ny + look[11] * nz, 1e-3)
        k2 = look[15] ** 4 / 2
        shade = (cosine / (cosine * (1 - k2) + k2)) * (seen / (seen * (1 - k2) + k2))
        share = fresnel(look[17], d) * shade * d / (seen * up * glossy)
        for k in range(3):
            weight[k] *= share
    return direction[0] * look[6] + direction[1] * look[7] + direction[2] * look[8] > 0


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _path(
    arrays: Arrays,
    points: Array,
    scrambles: NDArray[np.int32],
    key: int,
    i: int,
    origin: Array,
    direction: Array,
    footprint: float,
    hit: int,
    look: Array,
    light: Array,
    scratch: Array,
) -> None:
    """Fill `light` with what comes along a ray whose first hit is known and described by `look`."""
    weight, gathered = scratch[2], scratch[3]
    for k in range(3):
        weight[k], light[k] = 1.0, 0.0
    for bounce in range(3):
        if hit < -1:
            toward_sky(arrays.sky, direction, gathered)
        else:
            gathered[0], gathered[1], gathered[2] = 0.0, 0.0, 0.0
            u, v = _pair(points, scrambles, key, i, 4 + 3 * bounce)
            _direct(arrays, look, u, v, gathered, scratch)
        for k in range(3):
            got = weight[k] * gathered[k]
            light[k] += got if bounce == 0 else min(got, _BRIGHTEST)
        if hit < -1 or bounce == 2:
            return
        u, v = _pair(points, scrambles, key, i, 5 + 3 * bounce)
        choice, _ = _pair(points, scrambles, key, i, 6 + 3 * bounce)
        for k in range(3):
            origin[k] = look[k]
        if not _onward(look, u, v, choice, direction, weight):
            return
        hit, distance, bu, bv = _first_hit(arrays, origin, direction)
        if hit >= -1:
            surface_at(arrays, hit, origin, direction, distance, bu, bv, footprint * _FOOTPRINT_GROWS, look, _OFF_MM)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _trace_rows(
    arrays: Arrays,
    view: Array,
    points: Array,
    scrambles: NDArray[np.int32],
    seed: int,
    first: int,
    last: int,
    planes: tuple[Floats, ...],
) -> None:
    light_plane, half_plane, albedo, normal, far, cover = planes
    rays = points.shape[0]
    enough = (rays + 1) // 2  # for a pixel that sees the floor alone
    origin, direction = np.empty(3), np.empty(3)
    look, light, scratch = np.empty(18), np.empty(3), np.empty((4, 3))
    width = int(view[19])
    for row in range(first, last):
        for column in range(width):
            key = (seed * 65536 + row) * 65536 + column
            on_solid, sent = False, 0
            for i in range(rays):
                if i == enough and not on_solid:
                    break
                sent += 1
                u, v = _pair(points, scrambles, key, i, 0)
                x = column + 0.5 + view[18] * _tent(u)
                y = row + 0.5 + view[18] * _tent(v)
                u, v = _pair(points, scrambles, key, i, 1)
                _camera_ray(view, x, y, u, v, origin, direction)
                hit, distance, bu, bv = _first_hit(arrays, origin, direction)
                footprint = min(distance, 1e6) / view[0]
                if hit >= -1:
                    surface_at(arrays, hit, origin, direction, distance, bu, bv, footprint, look, _OFF_MM)
                    far[row, column] += distance
                    for k in range(3):
                        albedo[row, column, k] += look[12 + k]
                        normal[row, column, k] += look[3 + k]
                if hit >= 0:
                    on_solid = True
                    cover[row, column, arrays.solid[hit]] += 1.0
                _path(arrays, points, scrambles, key, i, origin, direction, footprint, hit, look, light, scratch)
                for k in range(3):
                    light_plane[row, column, k] += light[k]
                    if i % 2 == 0:
                        half_plane[row, column, k] += light[k]
            far[row, column] /= sent
            for k in range(3):
                albedo[row, column, k] /= sent
                normal[row, column, k] /= sent
                light_plane[row, column, k] /= sent
                half_plane[row, column, k] /= (sent + 1) // 2
            for k in range(cover.shape[2]):
                cover[row, column, k] /= sent
