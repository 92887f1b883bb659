"""A tree of boxes over triangles, and the rays that are shot at it: nearest hit, and whether anything is in the way."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int32]

FAR = 1e30  # no infinity: fast arithmetic does not know it
_BINS = 12
_LEAF = 4
_DEPTH = 64


class Tree(NamedTuple):
    """boxes (N, 6): low and high corner of each node; links (N, 2): (first child, 0), or (first triangle, how many).

    corners (F, 3, 3): the triangles' corner, and its two edges, in the tree's order; order (F,): which face each was.
    """

    boxes: Array
    links: Ints
    corners: Array
    order: Ints


def tree_of(triangles: Array) -> Tree:
    """The tree of (F, 3, 3) triangles, split where the surface-area heuristic is least (Wald 2007, binned)."""
    lows, highs = triangles.min(axis=1), triangles.max(axis=1)
    order = np.arange(len(triangles), dtype=np.int32)
    boxes, links = _grown(lows, highs, (lows + highs) / 2, order)
    sorted_triangles = triangles[order]
    corners = np.stack(
        [
            sorted_triangles[:, 0],
            sorted_triangles[:, 1] - sorted_triangles[:, 0],
            sorted_triangles[:, 2] - sorted_triangles[:, 0],
        ],
        axis=1,
    )
    return Tree(boxes, links, np.ascontiguousarray(corners), order)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def nearest_hit(tree: Tree, origin: Array, direction: Array, farthest: float) -> tuple[int, float, float, float]:
    """(triangle in the tree's order or -1, distance, share of the second corner, of the third)."""
    found, best, at_u, at_v = -1, farthest, 0.0, 0.0
    boxes, links, corners = tree.boxes, tree.links, tree.corners
    ix, iy, iz = _inverse(direction[0]), _inverse(direction[1]), _inverse(direction[2])
    ox, oy, oz = origin[0], origin[1], origin[2]
    if _entry(boxes[0], ox, oy, oz, ix, iy, iz, best) >= best:
        return found, best, at_u, at_v
    stack = np.empty(_DEPTH, np.int32)
    stack[0] = 0
    depth = 1
    while depth > 0:
        depth -= 1
        node = stack[depth]
        first, count = links[node, 0], links[node, 1]
        if count == 0:
            left = _entry(boxes[first], ox, oy, oz, ix, iy, iz, best)
            right = _entry(boxes[first + 1], ox, oy, oz, ix, iy, iz, best)
            near, far = (first, first + 1) if left <= right else (first + 1, first)
            if max(left, right) < best:
                stack[depth] = far
                depth += 1
            if min(left, right) < best:
                stack[depth] = near
                depth += 1
            continue
        if _entry(boxes[node], ox, oy, oz, ix, iy, iz, best) >= best:
            continue
        for k in range(first, first + count):
            distance, u, v = _crossed(corners[k], origin, direction)
            if 0.0 < distance < best:
                found, best, at_u, at_v = k, distance, u, v
    return found, best, at_u, at_v


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def is_blocked(tree: Tree, origin: Array, direction: Array, farthest: float) -> bool:
    """Whether any triangle lies on the ray before `farthest`."""
    boxes, links, corners = tree.boxes, tree.links, tree.corners
    ix, iy, iz = _inverse(direction[0]), _inverse(direction[1]), _inverse(direction[2])
    ox, oy, oz = origin[0], origin[1], origin[2]
    if _entry(boxes[0], ox, oy, oz, ix, iy, iz, farthest) >= farthest:
        return False
    stack = np.empty(_DEPTH, np.int32)
    stack[0] = 0
    depth = 1
    while depth > 0:
        depth -= 1
        node = stack[depth]
        first, count = links[node, 0], links[node, 1]
        if count == 0:
            for child in range(first, first + 2):
                if _entry(boxes[child], ox, oy, oz, ix, iy, iz, farthest) < farthest:
                    stack[depth] = child
                    depth += 1
            continue
        for k in range(first, first + count):
            distance, _, _ = _crossed(corners[k], origin, direction)
            if 0.0 < distance < farthest:
                return True
    return False


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _inverse(step: float) -> float:
    return 1.0 / step if abs(step) > 1e-12 else 1e12


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _entry(box: Array, ox: float, oy: float, oz: float, ix: float, iy: float, iz: float, farthest: float) -> float:
    """Where a ray enters a box; FAR when it does not before `farthest`."""
    a, b = (box[0] - ox) * ix, (box[3] - ox) * ix
    near, far = max(0.0, min(a, b)), min(farthest, max(a, b))
    a, b = (box[1] - oy) * iy, (box[4] - oy) * iy
    near, far = max(near, min(a, b)), min(far, max(a, b))
    a, b = (box[2] - oz) * iz, (box[5] - oz) * iz
    near, far = max(near, min(a, b)), min(far, max(a, b))
    return near if near <= far else FAR


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _crossed(corners: Array, origin: Array, direction: Array) -> tuple[float, float, float]:
    """Distance and shares where a ray crosses a triangle (Moeller and Trumbore 1997); a distance of -1 for none."""
    e1x, e1y, e1z = corners[1, 0], corners[1, 1], corners[1, 2]
    e2x, e2y, e2z = corners[2, 0], corners[2, 1], corners[2, 2]
    px = direction[1] * e2z - direction[2] * e2y
    py = direction[2] * e2x - direction[0] * e2z
    pz = direction[0] * e2y - direction[1] * e2x
    det = e1x * px + e1y * py + e1z * pz
    if abs(det) < 1e-14:
        return -1.0, 0.0, 0.0
    sx, sy, sz = origin[0] - corners[0, 0], origin[1] - corners[0, 1], origin[2] - corners[0, 2]
    u = (sx * px + sy * py + sz * pz) / det
    if u < 0.0 or u > 1.0:
        return -1.0, 0.0, 0.0
    qx, qy, qz = sy * e1z - sz * e1y, sz * e1x - sx * e1z, sx * e1y - sy * e1x
    v = (direction[0] * qx + direction[1] * qy + direction[2] * qz) / det
    if v < 0.0 or u + v > 1.0:
        return -1.0, 0.0, 0.0
    return (e2x * qx + e2y * qy + e2z * qz) / det, u, v


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _grown(lows: Array, highs: Array, centres: Array, order: Ints) -> tuple[Array, Ints]:
    """Boxes and links of the whole tree; `order` is sorted so that every leaf's triangles lie together."""
    count = order.shape[0]
    boxes, links = np.empty((2 * count + 1, 6)), np.zeros((2 * count + 1, 2), np.int32)
    spans = np.zeros((2 * count + 1, 2), np.int32)
    spans[0, 1] = count
    made, node = 1, 0
    while node < made:
        begin, end = spans[node, 0], spans[node, 1]
        for axis in range(3):
            boxes[node, axis], boxes[node, axis + 3] = FAR, -FAR
        for i in range(begin, end):
            for axis in range(3):
                boxes[node, axis] = min(boxes[node, axis], lows[order[i], axis])
                boxes[node, axis + 3] = max(boxes[node, axis + 3], highs[order[i], axis])
        middle = _split(lows, highs, centres, order, begin, end)
        if middle <= begin or middle >= end:
            links[node, 0], links[node, 1] = begin, end - begin
        else:
            links[node, 0] = made
            spans[made, 0], spans[made, 1] = begin, middle
            spans[made + 1, 0], spans[made + 1, 1] = middle, end
            made += 2
        node += 1
    return boxes[:made].copy(), links[:made].copy()


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _split(lows: Array, highs: Array, centres: Array, order: Ints, begin: int, end: int) -> int:
    """Sort a span in two and return where the second begins; `begin` when it stays one leaf."""
    if end - begin <= _LEAF:
        return begin
    axis, low, high = 0, 0.0, -1.0
    for a in range(3):
        least, most = FAR, -FAR
        for i in range(begin, end):
            least, most = min(least, centres[order[i], a]), max(most, centres[order[i], a])
        if most - least > high - low:
            axis, low, high = a, least, most
    if high - low < 1e-9:
        return begin if end - begin <= 4 * _LEAF else (begin + end) // 2
    cut = _best_bin(lows, highs, centres, order[begin:end], axis, low, high)
    left, right = begin, end - 1
    while left <= right:
        if _bin(centres[order[left], axis], low, high) < cut:
            left += 1
        else:
            order[left], order[right] = order[right], order[left]
            right -= 1
    return left if begin < left < end else (begin + end) // 2


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _bin(value: float, low: float, high: float) -> int:
    return min(int((value - low) / (high - low) * _BINS), _BINS - 1)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _best_bin(lows: Array, highs: Array, centres: Array, span: Ints, axis: int, low: float, high: float) -> int:
    """The first bin of the right side that makes area times count the least."""
    boxes, counts = np.empty((_BINS, 6)), np.zeros(_BINS)
    boxes[:, :3], boxes[:, 3:] = FAR, -FAR
    for face in span:
        b = _bin(centres[face, axis], low, high)
        counts[b] += 1
        for a in range(3):
            boxes[b, a] = min(boxes[b, a], lows[face, a])
            boxes[b, a + 3] = max(boxes[b, a + 3], highs[face, a])
    best, cut = FAR, _BINS // 2
    for candidate in range(1, _BINS):
        cost = _cost(boxes[:candidate], counts[:candidate]) + _cost(boxes[candidate:], counts[candidate:])
        if cost < best:
            best, cut = cost, candidate
    return cut


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _cost(boxes: Array, counts: Array) -> float:
    if counts.sum() == 0:
        return FAR
    sides = np.empty(3)
    for a in range(3):
        sides[a] = boxes[:, a + 3].max() - boxes[:, a].min()
    return float((sides[0] * sides[1] + sides[1] * sides[2] + sides[2] * sides[0]) * counts.sum())
