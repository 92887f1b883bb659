"""How much of the sky each texel of a mesh sees: its own folds' shade, worked out once when a sneaker is built."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.render.raster import mesh_depth
from core.render.texels import faces_of_texels

Array = NDArray[np.float64]

DIRECTIONS = 192
_MAP_PX = 640
_AWAY_MM = 20000.0
_BIAS_MM = 1.0
_LIFT_MM = 0.25
_LEAST_SEEN = 0.2


def sky_seen(mesh: Mesh, side_px: int, *, directions: int = DIRECTIONS) -> Array:
    """(side, side) 0..1: the cosine-weighted share of all directions above a texel's surface that the mesh leaves open.

    Directions are spread evenly over the sphere (Fibonacci); what blocks is looked up in depth pictures taken from
    each. 1 where no triangle lies.
    """
    assert mesh.uv is not None
    corners = mesh.vertices_mm[mesh.faces]
    crossed = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = crossed / np.maximum(np.linalg.norm(crossed, axis=1, keepdims=True), 1e-12)
    face, shares = faces_of_texels(np.ascontiguousarray(mesh.uv[mesh.faces]), side_px)
    covered = face >= 0
    normal = normals[face[covered]].astype(np.float32)
    points = (corners[face[covered]] * shares[covered][..., None]).sum(axis=1).astype(np.float32) + _LIFT_MM * normal
    low, high = mesh.bounds_mm
    middle, radius = (low + high) / 2, float(np.linalg.norm(high - low)) / 2 * 1.02
    seen, whole = np.zeros(len(points), np.float32), np.zeros(len(points), np.float32)
    for direction in _spread(directions):
        facing = np.maximum(normal @ direction.astype(np.float32), 0)
        whole += facing
        lit = np.flatnonzero(facing > 0)
        seen[lit] += facing[lit] * _open(points[lit], direction, mesh, middle=middle, radius=radius)
    sky = np.ones((side_px, side_px))
    sky[covered] = seen / np.maximum(whole, 1e-6)
    return _bled(sky, covered)


def daylight_of(sky: Array, side_px: int, *, depth: float) -> Array:
    """(side, side) factors for a texture from `sky_seen` at another size: 1 in the open, less where little sky is seen.

    depth: 0 leaves all as it is, 1 makes what sees no sky black.
    """
    import cv2  # only who builds a sneaker makes its picture larger

    # Light that bounces between surfaces fills what the sky alone would leave black; and what is shut in is never
    # looked at, but a coarser copy of the mesh may show a corner of it.
    filled = 1 - depth * (1 - np.clip(sky, _LEAST_SEEN, 1)) ** 1.25
    soft = cv2.GaussianBlur(filled.astype(np.float32), (0, 0), 0.8)
    return np.asarray(cv2.resize(soft, (side_px, side_px), interpolation=cv2.INTER_LINEAR), dtype=np.float64)


def _spread(count: int) -> Array:
    z = 1 - (2 * np.arange(count) + 1) / count
    angle = np.arange(count) * np.pi * (3 - np.sqrt(5))
    flat = np.sqrt(1 - z * z)
    return np.stack([flat * np.cos(angle), flat * np.sin(angle), z], axis=1)


def _open(
    points: NDArray[np.float32], direction: Array, mesh: Mesh, *, middle: Array, radius: float
) -> NDArray[np.bool_]:
    """(N,) bool: whether nothing lies between each point and the far end of a direction."""
    forward = -direction
    right = np.cross(forward, [0.0, 0.0, 1.0] if abs(forward[2]) < 0.99 else [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    pose = Pose.from_matrix(rotation, -rotation @ (middle + _AWAY_MM * direction))
    focal = _MAP_PX / 2 / (radius / (_AWAY_MM - radius))
    camera = Camera(focal, focal, _MAP_PX / 2, _MAP_PX / 2, _MAP_PX, _MAP_PX, np.zeros(5))
    depth = mesh_depth(mesh, pose, camera)
    seen = points.astype(np.float64) @ rotation.T + pose.translation_mm
    columns = np.clip((seen[:, 0] / seen[:, 2] * focal + _MAP_PX / 2).astype(np.int32), 0, _MAP_PX - 1)
    rows = np.clip((seen[:, 1] / seen[:, 2] * focal + _MAP_PX / 2).astype(np.int32), 0, _MAP_PX - 1)
    return np.asarray(seen[:, 2] < depth[rows, columns] + _BIAS_MM)


def _bled(sky: Array, covered: NDArray[np.bool_]) -> Array:
    """What lies beside a covered texel takes its value: smaller copies of the texture mix neighbours."""
    known = covered.copy()
    for _ in range(4):
        total, count = np.zeros_like(sky), np.zeros_like(sky)
        for axis in (0, 1):
            for step in (-1, 1):
                near = np.roll(known, step, axis=axis)
                total += np.where(near, np.roll(sky, step, axis=axis), 0.0)
                count += near
        new = ~known & (count > 0)
        sky = np.where(new, total / np.maximum(count, 1), sky)
        known |= new
    return sky
