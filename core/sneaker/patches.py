"""Grids of points made triangles: walls, caps and tubes with their place in the texture, joined to one mesh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry.mesh import Mesh

Array = NDArray[np.float64]
Faces = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Patch:
    """A piece of surface: (V, 3) vertices in mm, (V, 2) texture places, (F, 3) faces seen counter-clockwise."""

    vertices: Array
    uv: Array
    faces: Faces

    def flipped(self) -> Patch:
        """The same surface seen from its other side."""
        return Patch(self.vertices, self.uv, self.faces[:, ::-1])


@dataclass(frozen=True, slots=True)
class TextureBox:
    """A rectangle of the texture, 0..1 from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    def place(self, across: Array, up: Array) -> Array:
        """(..., 2) texture coordinates of 0..1 positions within the box."""
        across, up = np.broadcast_arrays(across, up)
        return np.stack(
            [self.left + (self.right - self.left) * across, self.bottom + (self.top - self.bottom) * up], axis=-1
        )


def wall(points: Array, box: TextureBox, *, up: Array | None = None) -> Patch:
    """A (T, N, 3) grid closed along N as triangles facing along x up; the seam's column is doubled for the texture."""
    rows, columns = points.shape[:2]
    closed = np.concatenate([points, points[:, :1]], axis=1)
    up = np.linspace(0, 1, rows) if up is None else up
    uv = box.place(np.linspace(0, 1, columns + 1)[None, :], up[:, None])
    return Patch(closed.reshape(-1, 3), uv.reshape(-1, 2), grid_faces(rows, columns + 1))


def cap(ring: Array, steps: int, box: TextureBox, *, sag_mm: float = 0.0) -> Patch:
    """A (N, 3) ring that is heel first and toe in the middle, filled by strips from one side to the other, facing up.

    sag_mm: how far the middle lies below the rim.
    """
    count = len(ring)
    half = count // 2
    right, left = ring[: half + 1], ring[np.arange(count, half - 1, -1) % count]
    t = np.linspace(0, 1, steps + 1)
    grid = right[None] * (1 - t)[:, None, None] + left[None] * t[:, None, None]
    grid[..., 2] -= (sag_mm * 4 * t * (1 - t))[:, None]
    low, high = ring[:, :2].min(axis=0), ring[:, :2].max(axis=0)
    inside = (grid[..., :2] - low) / (high - low)
    return Patch(
        grid.reshape(-1, 3), box.place(inside[..., 0], inside[..., 1]).reshape(-1, 2), grid_faces(*grid.shape[:2])
    )


def tube(rings: Array, box: TextureBox) -> Patch:
    """(P, S, 3) rings as a tube closed at both ends."""
    body = wall(rings, box, up=np.linspace(0, 1, len(rings)))
    pieces = [body]
    for ring, is_first in ((rings[0], True), (rings[-1], False)):
        middle = ring.mean(axis=0)
        count = len(ring)
        index = np.arange(count)
        fan = np.stack([np.full(count, count), index, (index + 1) % count], axis=1)
        uv = np.broadcast_to(box.place(np.array(0.5), np.array(0.0 if is_first else 1.0)), (count + 1, 2))
        piece = Patch(np.concatenate([ring, middle[None]]), uv, fan)
        pieces.append(piece.flipped() if is_first else piece)
    return merged(pieces)


def merged(patches: Sequence[Patch]) -> Patch:
    """Several patches as one, their vertices kept apart."""
    offsets = np.cumsum([0, *(len(patch.vertices) for patch in patches)])
    faces = [patch.faces + offset for patch, offset in zip(patches, offsets[:-1], strict=True)]
    return Patch(
        np.concatenate([patch.vertices for patch in patches]),
        np.concatenate([patch.uv for patch in patches]),
        np.concatenate(faces),
    )


def band(over: Array, under: Array, uv: Array) -> Patch:
    """A closed sheet between (P, K, 3) points and (P, J, 3) below them; uv (P, K, 2) is the upper side's texture.

    The edges take the colour that the upper side has beside them, and the lower side that of one corner.
    """
    rows, above, below = over.shape[0], over.shape[1], under.shape[1]
    first, last = slice(0, 1), slice(-1, None)
    hidden = np.broadcast_to(uv[:1, :1], (*under.shape[:2], 2))
    # Where the colour changes a column stands twice, and the strip between the two has no area.
    grid = np.concatenate([over, under[:, last], under[:, ::-1], under[:, first], over[:, first]], axis=1)
    places = np.concatenate([uv, uv[:, last], hidden, uv[:, first], uv[:, first]], axis=1)
    pieces = [Patch(grid.reshape(-1, 3), places.reshape(-1, 2), grid_faces(rows, grid.shape[1]))]
    count = above + below
    fan = np.stack([np.full(count - 2, count - 1), np.arange(count - 2), np.arange(1, count - 1)], axis=1)
    for row, is_first in ((0, True), (rows - 1, False)):
        corner = np.broadcast_to(uv[row, :1], (below, 2))
        end = Patch(np.concatenate([over[row], under[row, ::-1]]), np.concatenate([uv[row], corner]), fan)
        pieces.append(end.flipped() if is_first else end)
    patch = merged(pieces)
    return patch if volume(patch) > 0 else patch.flipped()


def volume(patch: Patch) -> float:
    """Volume in mm³ of a closed patch; below zero when its outside is inside."""
    a, b, c = np.moveaxis(patch.vertices[patch.faces] - patch.vertices.mean(axis=0), 1, 0)
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum()) / 6.0


def mesh_of(patches: Sequence[Patch]) -> Mesh:
    """The patches as one mesh with texture coordinates, without the slivers of grids that close to a point."""
    whole = merged(patches)
    corners = whole.vertices[whole.faces]
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    return Mesh(whole.vertices, whole.faces[areas > 1e-6], np.asarray(np.round(np.clip(whole.uv, 0, 1), 5)))


def grid_faces(rows: int, columns: int) -> Faces:
    """(2·(rows-1)·(columns-1), 3) triangles of a grid of vertices stored row by row."""
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)[None, :]).ravel()
    lower = np.stack([corner, corner + 1, corner + columns + 1], axis=1)
    upper = np.stack([corner, corner + columns + 1, corner + columns], axis=1)
    return np.concatenate([lower, upper]).astype(np.int64)
