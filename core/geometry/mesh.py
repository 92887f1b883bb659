"""Triangle meshes in the shoe frame: sizes, mirroring, measures; no file formats here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.frozen import frozen_array

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Triangles: vertices_mm (V, 3) float64, faces (F, 3) int32, counter-clockwise seen from outside.

    uv (V, 2) float64 in [0, 1] with v up, or None; texture (H, W, 3) uint8 RGB, or None;
    colours (V, 3) uint8 RGB a vertex, or None.
    """

    vertices_mm: Array
    faces: NDArray[np.int32]
    uv: Array | None = None
    texture: NDArray[np.uint8] | None = None
    colours: NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        vertices = np.asarray(self.vertices_mm, dtype=np.float64)
        faces = np.asarray(self.faces)
        if vertices.ndim != 2 or vertices.shape[1] != 3 or not len(vertices):
            raise ValueError("a mesh needs vertices with three coordinates")
        if not np.isfinite(vertices).all():
            raise ValueError("a mesh's vertices must be finite numbers; this one has NaN or infinity")
        if faces.ndim != 2 or faces.shape[1] != 3 or not len(faces):
            raise ValueError("a mesh needs triangular faces; this one has none")
        if faces.min() < 0 or faces.max() >= len(vertices):
            raise ValueError("a face of the mesh names a vertex that does not exist")
        object.__setattr__(self, "vertices_mm", frozen_array(vertices))
        object.__setattr__(self, "faces", frozen_array(faces, np.int32))
        if self.uv is not None:
            object.__setattr__(self, "uv", frozen_array(self.uv))
        if self.texture is not None:
            object.__setattr__(self, "texture", frozen_array(self.texture, np.uint8))
        if self.colours is not None:
            object.__setattr__(self, "colours", frozen_array(self.colours, np.uint8))

    @property
    def bounds_mm(self) -> tuple[Array, Array]:
        """(3,) lowest and (3,) highest corner of the axis-aligned box."""
        return self.vertices_mm.min(axis=0), self.vertices_mm.max(axis=0)

    @property
    def extent_mm(self) -> Array:
        """(3,) length, width, height of the axis-aligned box."""
        low, high = self.bounds_mm
        return high - low

    @property
    def sha256(self) -> str:
        """Hex digest of the geometry and its colours: the name under which proxies and fits are cached."""
        digest = hashlib.sha256()
        for array in (self.vertices_mm, self.faces, self.uv, self.texture, self.colours):
            digest.update(b"-" if array is None else np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def vertex_colours(self) -> NDArray[np.uint8] | None:
        """(V, 3) uint8 RGB of every vertex: its own, or its texture's there; None for a plain mesh."""
        if self.colours is not None or self.texture is None or self.uv is None:
            return self.colours
        height, width = self.texture.shape[:2]
        columns = np.clip((self.uv[:, 0] * width).astype(int), 0, width - 1)
        rows = np.clip(((1 - self.uv[:, 1]) * height).astype(int), 0, height - 1)
        return self.texture[rows, columns]

    def centred(self) -> Mesh:
        """The mesh with the centre of its box at the origin."""
        low, high = self.bounds_mm
        return self.with_vertices(self.vertices_mm - (low + high) / 2)

    def scaled(self, factors: ArrayLike) -> Mesh:
        """The mesh with x, y, z times (3,) positive factors, about the origin."""
        factors = np.asarray(factors, dtype=np.float64)
        if np.all(factors == 1.0):
            return self
        if not (factors > 0).all():
            raise ValueError("a size must be above zero")
        return self.with_vertices(self.vertices_mm * factors)

    def mirrored(self) -> Mesh:
        """The left shoe of a right one: y negated and the winding flipped, so that outsides stay outside."""
        return replace(self, vertices_mm=self.vertices_mm * [1.0, -1.0, 1.0], faces=self.faces[:, ::-1])

    def with_vertices(self, vertices_mm: ArrayLike) -> Mesh:
        """The same triangles over (V, 3) other vertices."""
        return replace(self, vertices_mm=np.asarray(vertices_mm, dtype=np.float64))

    def diameter_mm(self) -> float:
        """Largest distance between two vertices (BOP's diameter), exact."""
        points = _extreme_points(self.vertices_mm)
        squares = np.einsum("ij,ij->i", points, points)
        best = 0.0
        for start in range(0, len(points), 512):
            block = points[start : start + 512]
            distances = squares[start : start + 512, None] + squares[None] - 2 * block @ points.T
            best = max(best, float(distances.max()))
        return float(np.sqrt(max(best, 0.0)))

    def surface_points(self, count: int, *, seed: int = 0) -> Array:
        """(count, 3) points in mm spread evenly over the surface, the same for the same seed."""
        corners = self.vertices_mm[self.faces]
        areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
        rng = np.random.default_rng(seed)
        chosen = corners[rng.choice(len(corners), size=count, p=areas / areas.sum())]
        r1, r2 = np.sqrt(rng.random((count, 1))), rng.random((count, 1))
        return np.asarray((1 - r1) * chosen[:, 0] + r1 * (1 - r2) * chosen[:, 1] + r1 * r2 * chosen[:, 2])


def _extreme_points(vertices: Array) -> Array:
    """Vertices that can be an end of the diameter: those no nearer to the centre than diameter/2 allows.

    With r the largest distance from the centre and d >= the widest box side, an end lies at least d - r from it.
    """
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    from_centre = np.linalg.norm(vertices - (low + high) / 2, axis=1)
    at_least = float((high - low).max()) - float(from_centre.max())
    return np.unique(vertices[from_centre >= at_least - 1e-9], axis=0)
