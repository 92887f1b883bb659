"""Small pictures of a mesh without a graphics card: its surface as a cloud of points, drawn nearest first.

For lists and dialogs, from any side, in parallel projection; every pixel knows the point of the surface it shows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry.frozen import frozen_array
from core.geometry.mesh import Mesh

Array = NDArray[np.float64]
_PLAIN_RGB = (186, 194, 206)
_LIGHT = np.array([-0.35, -0.75, -0.56])  # from the upper left, in view axes (x right, y down, z away)
_AMBIENT, _KEY, _FILL = 0.25, 0.55, 0.35
_HOLE_MM = 0.7
_NOTHING_MM = 1e9
_TEXELS = 512


def view_rotation(yaw_deg: float, pitch_deg: float) -> Array:
    """(3, 3) view_from_shoe (x right, y down, z away): yaw turns the shoe about its up axis, pitch looks from above.

    Both zero: seen from its right side, toe to the right.
    """
    yaw, pitch = np.radians([yaw_deg, pitch_deg])
    side = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
    turn = np.array([[np.cos(yaw), -np.sin(yaw), 0.0], [np.sin(yaw), np.cos(yaw), 0.0], [0.0, 0.0, 1.0]])
    tilt = np.array([[1.0, 0.0, 0.0], [0.0, np.cos(pitch), -np.sin(pitch)], [0.0, np.sin(pitch), np.cos(pitch)]])
    return np.asarray(tilt @ side @ turn)


@dataclass(frozen=True, slots=True, eq=False)
class SurfacePoints:
    """Points spread evenly over a mesh, in random order so that a first part of them is spread evenly too.

    points_mm, normals (N, 3) float64 in the shoe frame; colours (N, 3) float64 in 0..255.
    """

    points_mm: Array
    normals: Array
    colours: Array

    @staticmethod
    def of(mesh: Mesh, count: int = 800_000, *, seed: int = 0) -> SurfacePoints:
        """`count` points of a mesh, coloured by its texture or its vertex colours where it has them."""
        corners = mesh.vertices_mm[mesh.faces]
        cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        double_areas = np.linalg.norm(cross, axis=1)
        rng = np.random.default_rng(seed)
        face = rng.choice(len(corners), size=count, p=double_areas / double_areas.sum())
        r1, r2 = np.sqrt(rng.random(count)), rng.random(count)
        weights = np.stack([1 - r1, r1 * (1 - r2), r1 * r2], axis=1)
        points = _weighted(corners[face], weights)
        normals = cross[face] / np.maximum(double_areas[face], 1e-12)[:, None]
        return SurfacePoints(frozen_array(points), frozen_array(normals), frozen_array(_colours(mesh, face, weights)))


@dataclass(frozen=True, slots=True, eq=False)
class PointPicture:
    """A drawn view: pixels (H, W, 4) uint8 RGBA, and at_mm (H, W, 3) the surface point a pixel shows, else nan."""

    pixels: NDArray[np.uint8]
    at_mm: Array
    depth_mm: Array


def fitting_scale(surface: SurfacePoints, rotation: Array, *, width_px: int, height_px: int, margin: float) -> float:
    """px per mm at which the surface fills the picture but for a `margin` (0.1 is a tenth on each side)."""
    seen = surface.points_mm[:5000] @ rotation[:2].T
    extent = np.maximum(seen.max(axis=0) - seen.min(axis=0), 1e-6)
    return float((np.array([width_px, height_px]) * (1 - 2 * margin) / extent).min())


def drawn(
    surface: SurfacePoints, rotation: Array, *, width_px: int, height_px: int, px_per_mm: float, most: int | None = None
) -> PointPicture:
    """The surface seen along `rotation` (view_from_shoe), its origin in the picture's middle.

    most: draw only that many of the points, and pixels as large as needed to close the gaps (for a view that turns).
    """
    block = 1 if most is None or most >= len(surface.points_mm) else 2
    width, height = -(-width_px // block), -(-height_px // block)
    points, normals, colours = (a[:most] for a in (surface.points_mm, surface.normals, surface.colours))
    seen = points @ rotation.T
    x = np.floor(seen[:, 0] * px_per_mm / block + width / 2).astype(int)
    y = np.floor(seen[:, 1] * px_per_mm / block + height / 2).astype(int)
    inside = np.flatnonzero((x >= 0) & (x < width) & (y >= 0) & (y < height))
    far_first = inside[np.argsort(-seen[inside, 2])]
    place = y[far_first] * width + x[far_first]
    nearest = np.full(width * height, -1)
    nearest[place] = far_first  # of several points in a pixel the last written, the nearest, stays
    depth = np.where(nearest >= 0, seen[nearest, 2], _NOTHING_MM)
    nearest = _closed(nearest.reshape(height, width), depth.reshape(height, width)).ravel()
    shown = nearest >= 0
    chosen = nearest[shown]
    facing = normals[chosen] @ rotation.T
    facing *= -np.sign(facing[:, 2:] + 1e-12)
    key = np.clip(facing @ (_LIGHT / np.linalg.norm(_LIGHT)), 0.0, 1.0)
    light = _AMBIENT + _KEY * key + _FILL * np.clip(-facing[:, 2], 0.0, 1.0)
    pixels = np.zeros((width * height, 4), np.uint8)
    pixels[shown, :3] = np.clip(colours[chosen] * light[:, None], 0, 255).astype(np.uint8)
    pixels[shown, 3] = 255
    at_mm, depth = np.full((width * height, 3), np.nan), np.full(width * height, np.inf)
    at_mm[shown], depth[shown] = points[chosen], seen[chosen, 2]
    shape = (height, width)
    planes = (pixels.reshape(*shape, 4), at_mm.reshape(*shape, 3), depth.reshape(shape))
    if block > 1:
        planes = tuple(p.repeat(block, 0).repeat(block, 1)[:height_px, :width_px] for p in planes)  # type: ignore[assignment]
    return PointPicture(np.ascontiguousarray(planes[0]), planes[1], planes[2])


def _closed(nearest: NDArray[np.int64], depth: Array) -> NDArray[np.int64]:
    """The drawing without pinholes: a pixel well behind four of its eight neighbours takes what the nearest shows."""
    shifts = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
    for _ in range(2):
        around = np.stack([np.roll(depth, shift, (0, 1)) for shift in shifts])
        hole = depth - np.partition(around, 3, axis=0)[3] > _HOLE_MM
        y, x = np.nonzero(hole)
        which = np.argmin(around[:, y, x], axis=0)
        steps = np.array(shifts)[which]
        from_y, from_x = (y - steps[:, 0]) % depth.shape[0], (x - steps[:, 1]) % depth.shape[1]
        nearest[y, x], depth[y, x] = nearest[from_y, from_x], depth[from_y, from_x]
    return nearest


def _colours(mesh: Mesh, face: NDArray[np.int64], weights: Array) -> Array:
    """(N, 3) colours of points given by face and (N, 3) weights of its corners."""
    corner = mesh.faces[face]
    if mesh.texture is not None and mesh.uv is not None:
        texture = _coarse(mesh.texture)
        height, width = texture.shape[:2]
        uv = _weighted(mesh.uv[corner], weights) % 1.0
        column = np.minimum((uv[:, 0] * width).astype(int), width - 1)
        row = np.minimum(((1 - uv[:, 1]) * height).astype(int), height - 1)
        return np.asarray(texture[row, column], dtype=np.float64)
    if mesh.colours is not None:
        return _weighted(mesh.colours[corner].astype(np.float64), weights)
    return np.broadcast_to(np.array(_PLAIN_RGB, dtype=np.float64), (len(face), 3))


def _weighted(of_corners: Array, weights: Array) -> Array:
    """(N, K) means of what the three corners have, (N, 3, K), by weights (N, 3)."""
    return np.asarray(np.einsum("nij,ni->nj", of_corners, weights), dtype=np.float64)


def _coarse(texture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The texture in means of blocks, some _TEXELS a side: a point stands for a spot, not for one thread of a seam."""
    block = max(1, min(texture.shape[:2]) // _TEXELS)
    height, width = (side // block for side in texture.shape[:2])
    blocks = texture[: height * block, : width * block].reshape(height, block, width, block, 3)
    return blocks.mean(axis=(1, 3)).astype(np.uint8) if block > 1 else texture
