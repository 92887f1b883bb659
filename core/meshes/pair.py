"""Two shoes in one file: finding out, and telling them apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry.mesh import Mesh

Array = NDArray[np.float64]

_WELD = 1e-5
_LEAST_SHARE = 0.3  # of the surface: what a second shoe has at least
_MOST_UNLIKE = 0.25  # by which two shoes of a pair may differ in their sizes


def split_pair(mesh: Mesh) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """(F,), (F,) which triangles belong to either shoe, in no order; None where the file holds one shoe.

    A pair is two groups of connected surfaces of like area and size that a straight gap separates; the gap is looked
    for along the directions in which the surfaces are spread, since shown pairs are often splayed.
    """
    shells = _shells(mesh)
    count = int(shells.max()) + 1
    if count < 2:
        return None
    corners = mesh.vertices_mm[mesh.faces]
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    best = None
    for direction in _directions(corners.mean(axis=1), areas):
        gap, cut = _widest_gap(mesh.vertices_mm @ direction, mesh.faces, shells=shells, areas=areas)
        if cut is not None and (best is None or gap > best[0]):
            best = (gap, cut)
    if best is None:
        return None
    first = best[1][shells]
    return (first, ~first) if _alike(mesh, first) else None


def _shells(mesh: Mesh) -> NDArray[np.int64]:
    """(F,) number of the connected surface each triangle belongs to, vertices at one place being one."""
    from scipy.sparse import coo_matrix  # heavy, and only the core process imports meshes
    from scipy.sparse.csgraph import connected_components

    grain = float(mesh.extent_mm.max()) * _WELD
    keys = np.ascontiguousarray(np.round((mesh.vertices_mm - mesh.vertices_mm.mean(axis=0)) / grain) + 0.0)
    _, places = np.unique(keys.view(np.dtype((np.void, 24))).ravel(), return_inverse=True)
    faces = places[mesh.faces]
    edges = np.concatenate([faces[:, :2], faces[:, 1:]])
    size = int(places.max()) + 1
    graph = coo_matrix((np.ones(len(edges), np.int8), (edges[:, 0], edges[:, 1])), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    _, shells = np.unique(labels[faces[:, 0]], return_inverse=True)
    return shells.astype(np.int64)


def _directions(centres: Array, areas: Array) -> list[Array]:
    """The axes of the file, the principal axes of the surface, and twelve directions in each axis plane."""
    directions = list(np.eye(3))
    mean = np.average(centres, axis=0, weights=areas)
    directions += list(np.linalg.eigh(np.cov((centres - mean).T, aweights=areas))[1].T)
    for first, second in ((0, 1), (1, 2), (2, 0)):
        for angle in np.radians(np.arange(15, 180, 15)):
            direction = np.zeros(3)
            direction[[first, second]] = np.cos(angle), np.sin(angle)
            directions.append(direction)
    return directions


def _widest_gap(
    along: Array, faces: NDArray[np.int32], *, shells: NDArray[np.int64], areas: Array
) -> tuple[float, NDArray[np.bool_] | None]:
    """The widest empty slab across a direction with a fair share of the surface on both sides, and the shells below it.

    The gap is relative to the whole span; shells that touch or overlap along the direction leave none.
    """
    count = int(shells.max()) + 1
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, shells, along[faces].min(axis=1))
    np.maximum.at(high, shells, along[faces].max(axis=1))
    weights = np.bincount(shells, areas, minlength=count)
    order = np.argsort(low)
    reached = np.maximum.accumulate(high[order])[:-1]
    gaps = (low[order][1:] - reached) / max(float(np.ptp(along)), 1e-300)
    shares = np.cumsum(weights[order])[:-1] / weights.sum()
    gaps[(shares < _LEAST_SHARE) | (shares > 1 - _LEAST_SHARE)] = -1.0
    best = int(np.argmax(gaps))
    if gaps[best] <= 1e-4:
        return 0.0, None
    below = np.zeros(count, dtype=bool)
    below[order[: best + 1]] = True
    return float(gaps[best]), below


def _alike(mesh: Mesh, first: NDArray[np.bool_]) -> bool:
    """Whether the two halves have the same spread along their own principal axes, within a quarter."""
    spreads = []
    for chosen in (first, ~first):
        points = mesh.vertices_mm[np.unique(mesh.faces[chosen])]
        axes = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2]
        spreads.append(np.ptp(points @ axes.T, axis=0))
    one, other = (np.sort(spread) for spread in spreads)
    return bool(np.all(np.abs(one - other) <= _MOST_UNLIKE * np.maximum(one, other)))
