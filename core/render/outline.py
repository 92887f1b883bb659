"""The outline of a mesh without rendering it: where the number of its layers over the picture changes from or to none.

Every triangle is a layer, whichever way it faces. Walking its edges the right way round, an edge adds
w = sum of s·d to the layers on one side of it, s = ±1 being the way a triangle faces and d = ±1 the way it runs along
the edge. w is 0 except on folds (±2) and open borders (±1), so that only these few edges are looked at; on a line
across the picture the running sum of their w is the number of layers, and each change from or to 0 is an exact point of
the outline, with its place on the mesh.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from core.geometry.frozen import frozen_array
from core.geometry.mesh import Mesh

Array = NDArray[np.float64]
Ints = NDArray[np.int32]

_MOST_A_LINE = 32


@dataclass(frozen=True, slots=True, eq=False)
class OutlineMesh:
    """Any triangles, with their unique edges.

    vertices_mm (V, 3) float64 in the shoe frame; faces (F, 3) int32; edges (E, 4) int32: two vertices and the one or
    two faces along it (-1: none; an edge of more faces is listed once per pair); turns (E, 2) int8: the way each face
    runs along it, +1 from the first vertex to the second.
    """

    vertices_mm: Array
    faces: Ints
    edges: Ints
    turns: NDArray[np.int8]

    @staticmethod
    def of(mesh: Mesh) -> OutlineMesh:
        """The edges of a mesh whose vertices are taken as they are; weld them first where parts should be closed."""
        edges, turns = _unique_edges(mesh.faces)
        return OutlineMesh(mesh.vertices_mm, mesh.faces, frozen_array(edges, np.int32), frozen_array(turns, np.int8))

    def scaled(self, factors: ArrayLike) -> OutlineMesh:
        """With x, y, z times (3,) factors; a negative one mirrors, which changes nothing in an outline's rules."""
        return replace(self, vertices_mm=frozen_array(self.vertices_mm * np.asarray(factors, dtype=np.float64)))


@dataclass(frozen=True, slots=True, eq=False)
class OutlinePoints:
    """N points of an outline: points_mm (N, 3) and outward surface normals (N, 3) in the shoe frame; spacing_px."""

    points_mm: Array
    normals: Array
    spacing_px: float

    def __len__(self) -> int:
        return len(self.points_mm)


@njit(cache=True, nogil=True)
def project(vertices: Array, rotation: Array, translation: Array, focal_centre: Array) -> tuple[Array, Array, Array]:
    """(V, 2) px, (V, 3) camera-frame mm, and bounds (x0, y0, x1, y1, smallest z); focal_centre is (fx, fy, cx, cy)."""
    count = vertices.shape[0]
    bounds = np.array([np.inf, np.inf, -np.inf, -np.inf, np.inf])
    pixels = np.empty((count, 2))
    points = np.empty((count, 3))
    fx, fy, cx, cy = focal_centre[0], focal_centre[1], focal_centre[2], focal_centre[3]
    for i in range(count):
        a, b, c = vertices[i, 0], vertices[i, 1], vertices[i, 2]
        x = rotation[0, 0] * a + rotation[0, 1] * b + rotation[0, 2] * c + translation[0]
        y = rotation[1, 0] * a + rotation[1, 1] * b + rotation[1, 2] * c + translation[1]
        z = rotation[2, 0] * a + rotation[2, 1] * b + rotation[2, 2] * c + translation[2]
        points[i, 0], points[i, 1], points[i, 2] = x, y, z
        u, v = fx * x / z + cx, fy * y / z + cy
        pixels[i, 0], pixels[i, 1] = u, v
        bounds[0], bounds[1] = min(bounds[0], u), min(bounds[1], v)
        bounds[2], bounds[3] = max(bounds[2], u), max(bounds[3], v)
        bounds[4] = min(bounds[4], z)
    return pixels, points, bounds


@njit(cache=True, nogil=True)
def folds(pixels: Array, faces: Ints, edges: Ints, turns: NDArray[np.int8]) -> tuple[Ints, NDArray[np.int8]]:
    """Indices (K,) of the edges whose w is not 0, and w, for vertices at (V, 2) px."""
    facing = np.empty(faces.shape[0], dtype=np.int8)
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux, uy = pixels[b, 0] - pixels[a, 0], pixels[b, 1] - pixels[a, 1]
        vx, vy = pixels[c, 0] - pixels[a, 0], pixels[c, 1] - pixels[a, 1]
        area = ux * vy - uy * vx
        facing[f] = np.int8(area > 0.0) - np.int8(area < 0.0)
    kept = np.empty(edges.shape[0], dtype=np.int32)
    weights = np.empty(edges.shape[0], dtype=np.int8)
    count = 0
    for e in range(edges.shape[0]):
        weight = facing[edges[e, 2]] * turns[e, 0]
        if edges[e, 3] >= 0:
            weight += facing[edges[e, 3]] * turns[e, 1]
        if weight != 0:
            kept[count] = e
            weights[count] = weight
            count += 1
    return kept[:count].copy(), weights[:count].copy()


@njit(cache=True, nogil=True)
def winding_mask(pixels: Array, edges: Ints, kept: Ints, weights: NDArray[np.int8], mask: NDArray[np.bool_]) -> None:
    """Set the pixels of an (H, W) mask whose centre any triangle covers; pixels has the mask's corner as origin."""
    height, width = mask.shape
    change = layer_changes(pixels, edges, kept, weights, height, width)
    for row in range(height):
        layers = 0
        for column in range(width):
            layers += change[row, column]
            mask[row, column] = layers != 0


@njit(cache=True, nogil=True)
def layer_changes(
    pixels: Array, edges: Ints, kept: Ints, weights: NDArray[np.int8], height: int, width: int
) -> NDArray[np.int16]:
    """(H, W + 1) what the number of layers changes by at each pixel centre, against the one left of it."""
    change = np.zeros((height, width + 1), dtype=np.int16)
    for k in range(kept.shape[0]):
        a, b = edges[kept[k], 0], edges[kept[k], 1]
        sign = weights[k]
        if pixels[a, 1] > pixels[b, 1]:
            a, b, sign = b, a, -sign
        top, bottom = pixels[a, 1], pixels[b, 1]
        first = int(max(np.ceil(top - 0.5), 0.0))
        last = int(min(np.ceil(bottom - 0.5), float(height)))
        for row in range(first, last):
            x = pixels[a, 0] + (row + 0.5 - top) * (pixels[b, 0] - pixels[a, 0]) / (bottom - top)
            column = int(min(max(np.ceil(x - 0.5), 0.0), float(width)))
            change[row, column] += sign
    return change


@njit(cache=True, nogil=True)
def outline_points(
    projected: tuple[Array, Array],
    edges: Ints,
    kept: Ints,
    weights: NDArray[np.int8],
    window: Array,
    gap_px: float,
    rotation: Array,
    translation: Array,
    focal_centre: Array,
) -> tuple[Array, Array]:
    """(N, 3) mm and (N, 3) outward unit normals in the shoe frame of the outline's points on a set of lines.

    window: (x0, y0, x1, y1, step) px: rows and columns every `step` inside it; rows give the points of steep edges,
    columns those of shallow ones. Gaps between layers narrower than gap_px are cracks of the mesh, not its outline.
    """
    pixels, points = projected
    on_rows = _transitions(pixels, edges, kept, weights, window, gap_px, 0)
    on_columns = _transitions(pixels, edges, kept, weights, window, gap_px, 1)
    count = on_rows.shape[0]
    places = np.empty((count + on_columns.shape[0], 3))
    normals = np.empty((count + on_columns.shape[0], 3))
    for i in range(places.shape[0]):
        axis, end = (0, on_rows[i]) if i < count else (1, on_columns[i - count])
        edge = edges[int(end[0])]
        _lift(points, edge, end, axis, rotation, translation, focal_centre, places[i], normals[i])
    return places, normals


@njit(cache=True, nogil=True)
def _lift(
    points: Array,
    edge: Ints,
    end: Array,
    axis: int,
    rotation: Array,
    translation: Array,
    focal_centre: Array,
    place: Array,
    normal: Array,
) -> None:
    """Write the point at a fraction of an edge on the screen, and the normal of the surface that ends there."""
    a, b = edge[0], edge[1]
    fraction, sign = end[1], end[2]
    near_a, near_b = (1.0 - fraction) / points[a, 2], fraction / points[b, 2]
    q = near_b / (near_a + near_b)
    # The surface at its outline contains the edge and the ray: its normal is the cross product of two of its points.
    nx = points[a, 1] * points[b, 2] - points[a, 2] * points[b, 1]
    ny = points[a, 2] * points[b, 0] - points[a, 0] * points[b, 2]
    nz = points[a, 0] * points[b, 1] - points[a, 1] * points[b, 0]
    across = nx / focal_centre[0] if axis == 0 else ny / focal_centre[1]
    scale = 1.0 / max(np.sqrt(nx * nx + ny * ny + nz * nz), 1e-300)
    if across * sign < 0.0:
        scale = -scale
    for k in range(3):
        place[k] = 0.0
        normal[k] = scale * (rotation[0, k] * nx + rotation[1, k] * ny + rotation[2, k] * nz)
        for j in range(3):
            place[k] += rotation[j, k] * (points[a, j] + q * (points[b, j] - points[a, j]) - translation[j])


@njit(cache=True, nogil=True)
def _crossings(
    pixels: Array, edges: Ints, kept: Ints, window: Array, axis: int
) -> tuple[NDArray[np.int64], Array, Ints]:
    """Where the kept edges cross rows (axis 0) or columns (1): starts (L + 1,) of each line, place along it, and k."""
    across, along = 1 - axis, axis
    origin, step = window[across], window[4]
    lines = max(int((window[across + 2] - origin) / step), 1)
    starts = np.zeros(lines + 1, dtype=np.int64)
    for k in range(kept.shape[0]):
        a, b = edges[kept[k], 0], edges[kept[k], 1]
        first, last = _line_range(pixels[a, across], pixels[b, across], origin, step, lines)
        for line in range(first, last):
            starts[line + 1] += 1
    for line in range(lines):
        starts[line + 1] += starts[line]
    at = np.empty(starts[lines])
    which = np.empty(starts[lines], dtype=np.int32)
    fill = starts[:lines].copy()
    for k in range(kept.shape[0]):
        a, b = edges[kept[k], 0], edges[kept[k], 1]
        va, vb = pixels[a, across], pixels[b, across]
        first, last = _line_range(va, vb, origin, step, lines)
        for line in range(first, last):
            fraction = (origin + (line + 0.5) * step - va) / (vb - va)
            at[fill[line]] = pixels[a, along] + fraction * (pixels[b, along] - pixels[a, along])
            which[fill[line]] = k
            fill[line] += 1
    for line in range(lines):
        _sort(at, which, starts[line], starts[line + 1])
    return starts, at, which


@njit(cache=True, nogil=True)
def _transitions(
    pixels: Array, edges: Ints, kept: Ints, weights: NDArray[np.int8], window: Array, gap_px: float, axis: int
) -> Array:
    """(N, 3) where the layers change from or to none on rows or columns, on edges that run rather across the lines:

    edge, fraction along it on the screen, outward sign (-1 where the shoe begins, +1 where it ends).
    """
    across = 1 - axis
    starts, at, which = _crossings(pixels, edges, kept, window, axis)
    ends = np.empty((min(at.shape[0], _MOST_A_LINE * starts.shape[0]) + 1, 3))
    count = 0
    for line in range(starts.shape[0] - 1):
        line_at = window[across] + (line + 0.5) * window[4]
        layers = 0
        ended = -1
        for i in range(starts[line], starts[line + 1]):
            k = which[i]
            before = layers
            upwards = pixels[edges[kept[k], 0], across] < pixels[edges[kept[k], 1], across]
            layers += weights[k] if upwards else -weights[k]
            if before != 0 and layers == 0:
                ended = i
            elif before == 0 and layers != 0:
                closed = ended >= 0 and at[i] - at[ended] < gap_px
                if not closed:
                    if ended >= 0:
                        count = _keep(ends, count, pixels, edges, kept[which[ended]], line_at, 1, axis)
                    count = _keep(ends, count, pixels, edges, kept[k], line_at, -1, axis)
                ended = -1
        if ended >= 0:
            count = _keep(ends, count, pixels, edges, kept[which[ended]], line_at, 1, axis)
    return ends[:count]


@njit(cache=True, nogil=True)
def _line_range(va: float, vb: float, origin: float, step: float, lines: int) -> tuple[int, int]:
    """First line and the one after the last that an edge crosses; by its ends alone, so that edges meet exactly."""
    low, high = min(va, vb), max(va, vb)
    first = int(min(max(np.ceil((low - origin) / step - 0.5), 0.0), float(lines)))
    last = int(min(max(np.ceil((high - origin) / step - 0.5), 0.0), float(lines)))
    return first, last


@njit(cache=True, nogil=True)
def _keep(ends: Array, count: int, pixels: Array, edges: Ints, edge: int, line_at: float, sign: int, axis: int) -> int:
    """Keep a transition if its edge runs rather across the lines than along them; the new count."""
    a, b = edges[edge, 0], edges[edge, 1]
    dx, dy = pixels[b, 0] - pixels[a, 0], pixels[b, 1] - pixels[a, 1]
    steep = abs(dy) >= abs(dx)
    if steep != (axis == 0) or count >= ends.shape[0]:
        return count
    start, length = (pixels[a, 1], dy) if axis == 0 else (pixels[a, 0], dx)
    ends[count, 0] = edge
    ends[count, 1] = min(max((line_at - start) / length, 0.0), 1.0)
    ends[count, 2] = sign
    return count + 1


@njit(cache=True, nogil=True)
def _sort(at: Array, which: Ints, low: int, high: int) -> None:
    """Sort crossings by place in low..high (Shell 1959): a line has a handful, or a hundred of a messy mesh."""
    gap = 1
    while 3 * gap + 1 < (high - low) // 2:
        gap = 3 * gap + 1
    while gap >= 1:
        for i in range(low + gap, high):
            value, index = at[i], which[i]
            j = i - gap
            while j >= low and at[j] > value:
                at[j + gap], which[j + gap] = at[j], which[j]
                j -= gap
            at[j + gap], which[j + gap] = value, index
        gap //= 3


def _unique_edges(faces: Ints) -> tuple[Ints, NDArray[np.int8]]:
    """(E, 4) edges with their faces in pairs, and (E, 2) turns."""
    count = len(faces)
    start = faces.T.reshape(-1).astype(np.int64)
    end = np.roll(faces, -1, axis=1).T.reshape(-1).astype(np.int64)
    owner = np.tile(np.arange(count), 3)
    low, high = np.minimum(start, end), np.maximum(start, end)
    turn = np.where(start < end, 1, -1)
    order = np.argsort(low * (int(faces.max()) + 1) + high, kind="stable")
    low, high, owner, turn = low[order], high[order], owner[order], turn[order]
    same = np.concatenate([[False], (low[1:] == low[:-1]) & (high[1:] == high[:-1])])
    group_start = np.maximum.accumulate(np.where(same, 0, np.arange(len(low))))
    leads = (np.arange(len(low)) - group_start) % 2 == 0
    lead = np.flatnonzero(leads)
    partner = np.minimum(lead + 1, len(low) - 1)
    paired = (lead + 1 < len(low)) & same[partner]
    edges = np.stack([low[lead], high[lead], owner[lead], np.where(paired, owner[partner], -1)], axis=1)
    turns = np.stack([turn[lead], np.where(paired, turn[partner], 0)], axis=1)
    return edges.astype(np.int32), turns.astype(np.int8)
