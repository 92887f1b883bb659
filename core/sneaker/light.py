"""Light on posed shoes and their floor: what each pixel sees, and how much of a window and a room reaches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.render.raster import mesh_depth

Array = NDArray[np.float64]

_LAMP_AWAY_MM = 5000.0
_MAP_PX = 900
_BIAS_MM = 2.2
_GLOSS, _SHEEN = 36.0, 0.10


@dataclass(frozen=True, slots=True)
class Lamp:
    """A far light: (3,) direction towards it in the world, and (3,) linear strength."""

    direction: Array
    strength: Array


@dataclass(frozen=True, slots=True)
class Surface:
    """The visible points of meshes in a picture: index (N,) of the pixel, place and normal (N, 3) in the world, and
    colour (N, 3) linear."""

    index: NDArray[np.int64]
    points: Array
    normals: Array
    colour: Array


def window_and_room(window: Array, *, wide_deg: float, seed: int) -> list[Lamp]:
    """Eighty lamps over a window in direction (3,), and a hundred over the whole sky of a bright room."""
    rng = np.random.default_rng(seed)
    towards = window / np.linalg.norm(window)
    side = np.cross(towards, [0.0, 0.0, 1.0])
    side /= np.linalg.norm(side)
    above = np.cross(side, towards)
    lamps = []
    across, up = 10, 8
    for i in range(across * up):
        a = ((i % across + rng.random()) / across - 0.5) * 2 * np.tan(np.radians(wide_deg))
        b = ((i // across + rng.random()) / up - 0.5) * 2 * np.tan(np.radians(0.7 * wide_deg))
        direction = towards + a * side + b * above
        lamps.append(Lamp(direction / np.linalg.norm(direction), np.array([2.15, 2.00, 1.76]) / (across * up)))
    count = 100
    for i in range(count):  # a Fibonacci half sphere
        z = (i + 0.5) / count
        angle = i * np.pi * (3 - np.sqrt(5)) + 0.3 * rng.random()
        flat = np.sqrt(1 - z * z)
        direction = np.array([flat * np.cos(angle), flat * np.sin(angle), z])
        lamps.append(Lamp(direction, np.array([0.66, 0.71, 0.80]) * (0.70 + 0.6 * (direction @ towards)) / count))
    return lamps


def visible_surface(meshes: Sequence[Mesh], camera_from_world: Pose, camera: Camera) -> Surface:
    """What the camera sees of meshes in the world, sampled at pixel centres with their textures."""
    nearest = np.full(camera.width_px * camera.height_px, np.inf)
    pieces = [_drawn(mesh, camera_from_world, camera, nearest=nearest) for mesh in meshes]
    kept = []
    for piece, depth in pieces:
        seen = depth <= nearest[piece.index] + 1e-9
        kept.append(Surface(piece.index[seen], piece.points[seen], piece.normals[seen], piece.colour[seen]))
    return Surface(*(np.concatenate([getattr(p, n) for p in kept]) for n in ("index", "points", "normals", "colour")))


def lit(
    points: Array, normals: Array, *, lamps: Sequence[Lamp], blocker: Mesh, eye: Array, sheen: float = _SHEEN
) -> tuple[Array, Array]:
    """(N, 3) light falling on points, and (N, 3) light glancing off them to the eye; shaded by the blocker."""
    fallen, glanced = np.zeros((len(points), 3), np.float32), np.zeros((len(points), 3), np.float32)
    points32, normals32 = points.astype(np.float32), normals.astype(np.float32)
    to_eye = eye - points
    to_eye = (to_eye / np.linalg.norm(to_eye, axis=1, keepdims=True)).astype(np.float32)
    low, high = blocker.bounds_mm
    middle, radius = (low + high) / 2, float(np.linalg.norm(high - low)) / 2 * 1.05
    for lamp in lamps:
        facing = np.maximum(normals32 @ lamp.direction.astype(np.float32), 0)
        facing *= _unblocked(points32, lamp.direction, blocker, middle=middle, radius=radius)
        fallen += facing[:, None] * lamp.strength.astype(np.float32)
        half = to_eye + lamp.direction.astype(np.float32)
        half /= np.linalg.norm(half, axis=1, keepdims=True)
        glint = np.maximum((normals32 * half).sum(axis=1), 0) ** np.float32(_GLOSS) * np.sqrt(facing)
        glanced += (sheen * glint)[:, None] * lamp.strength.astype(np.float32)
    return fallen.astype(np.float64), glanced.astype(np.float64)


def look_at(eye: Array, target: Array) -> Pose:
    """camera_from_world of a camera at `eye` that sees `target` in its middle, the world's z being up."""
    forward = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(forward, [0.0, 0.0, 1.0] if abs(forward[2]) < 0.999 else [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    return Pose.from_matrix(rotation, -rotation @ eye)


def _unblocked(
    points: NDArray[np.float32], direction: Array, blocker: Mesh, *, middle: Array, radius: float
) -> NDArray[np.bool_]:
    """(N,) bool: the points that the lamp in a direction reaches, looked up in a depth picture taken from it."""
    pose = look_at(middle + _LAMP_AWAY_MM * direction, middle)
    focal = _MAP_PX / 2 / (radius / (_LAMP_AWAY_MM - radius))
    camera = Camera(focal, focal, _MAP_PX / 2, _MAP_PX / 2, _MAP_PX, _MAP_PX, np.zeros(5))
    depth = mesh_depth(blocker, pose, camera)
    seen = points @ pose.rotation.T.astype(np.float32) + pose.translation_mm.astype(np.float32)
    columns = (seen[:, 0] / seen[:, 2] * np.float32(focal) + _MAP_PX / 2).astype(np.int32)
    rows = (seen[:, 1] / seen[:, 2] * np.float32(focal) + _MAP_PX / 2).astype(np.int32)
    inside = (columns >= 0) & (columns < _MAP_PX) & (rows >= 0) & (rows < _MAP_PX)
    nearest = depth[np.where(inside, rows, 0), np.where(inside, columns, 0)]
    return ~inside | (seen[:, 2] < nearest + _BIAS_MM)


def _drawn(mesh: Mesh, camera_from_world: Pose, camera: Camera, *, nearest: Array) -> tuple[Surface, Array]:
    """One mesh's nearest points; `nearest` (H·W,) holds the depths so far and is brought up to date."""
    seen = camera_from_world.apply(mesh.vertices_mm)
    pixels, inverse = camera.project(seen), 1 / seen[:, 2]
    width, height = camera.width_px, camera.height_px
    face_at = np.full(width * height, -1, np.int64)
    shares_at = np.zeros((width * height, 3))
    for number, face in enumerate(mesh.faces):
        (ax, ay), (bx, by), (cx, cy) = pixels[face]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area >= 0:  # y points down: what is wound counter-clockwise in the world is below zero here
            continue
        left, right = max(int(min(ax, bx, cx) - 0.5), 0), min(int(max(ax, bx, cx) + 0.5), width - 1)
        top, bottom = max(int(min(ay, by, cy) - 0.5), 0), min(int(max(ay, by, cy) + 0.5), height - 1)
        x, y = np.arange(left, right + 1) + 0.5, (np.arange(top, bottom + 1) + 0.5)[:, None]
        second = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area
        third = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area
        first = 1 - second - third
        inside = (first >= 0) & (second >= 0) & (third >= 0)
        if not inside.any():
            continue
        rows, columns = np.nonzero(inside)
        index = (rows + top) * width + columns + left
        shares = np.stack([first[inside], second[inside], third[inside]], axis=1) * inverse[face]
        depth = 1 / shares.sum(axis=1)
        nearer = depth < nearest[index]
        index = index[nearer]
        nearest[index] = depth[nearer]
        face_at[index], shares_at[index] = number, (shares * depth[:, None])[nearer]
    index = np.flatnonzero(face_at >= 0)
    faces, shares = mesh.faces[face_at[index]], shares_at[index][..., None]
    points = (mesh.vertices_mm[faces] * shares).sum(axis=1)
    normals = (_smooth_normals(mesh)[face_at[index]] * shares).sum(axis=1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    depth = camera_from_world.apply(points)[:, 2]
    assert mesh.uv is not None
    colour = _texels(mesh, (mesh.uv[faces] * shares).sum(axis=1))
    return Surface(index, points, normals, colour), depth


def _smooth_normals(mesh: Mesh) -> Array:
    """(F, 3, 3) unit normal of every corner, smooth where faces meet at less than 40 degrees."""
    from core.render.normals import FEATURE_ANGLE_DEG, shading_mesh

    shading = shading_mesh(mesh.vertices_mm, mesh.faces, feature_angle_deg=FEATURE_ANGLE_DEG)
    return np.asarray(shading.normals[shading.faces])


def _texels(mesh: Mesh, uv: Array) -> Array:
    """(N, 3) linear colours of the texture, between four texels."""
    assert mesh.texture is not None
    height, width = mesh.texture.shape[:2]
    texture = linear_from_srgb(np.arange(256) / 255.0)[mesh.texture]
    x = np.clip(uv[:, 0] * width - 0.5, 0, width - 1.001)
    y = np.clip((1 - uv[:, 1]) * height - 0.5, 0, height - 1.001)
    i, j = x.astype(int), y.astype(int)
    s, t = (x - i)[:, None], (y - j)[:, None]
    above = texture[j, i] * (1 - s) + texture[j, i + 1] * s
    below = texture[j + 1, i] * (1 - s) + texture[j + 1, i + 1] * s
    return np.asarray(above * (1 - t) + below * t)


def linear_from_srgb(value: Array) -> Array:
    """sRGB 0..1 to linear light (IEC 61966-2-1)."""
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def srgb_from_linear(value: Array) -> Array:
    """Linear light 0..1 to sRGB (IEC 61966-2-1)."""
    return np.where(value <= 0.0031308, 12.92 * value, 1.055 * np.maximum(value, 0.0031308) ** (1 / 2.4) - 0.055)
