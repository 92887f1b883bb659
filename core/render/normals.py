"""Normals for shading: smooth over curved parts, sharp at edges, blind to the seams of a texture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

FEATURE_ANGLE_DEG = 40.0
_WELD_FRACTION = 1e-6  # of the box's diagonal: exporters write a seam's two vertices to within rounding
_MOST_PAIRS = 30_000_000  # corners that meet at one vertex are compared pairwise; a fan of thousands would not end


@dataclass(frozen=True, slots=True)
class ShadingMesh:
    """Vertices split where the normal breaks: source (N,) is the mesh's vertex each one stands for.

    faces (F, 3) index the split vertices; normals (N, 3) are unit vectors. is_closed: every edge has a face on both
    sides, wound alike, so that an inside is never seen.
    """

    source: Indices
    faces: Indices
    normals: Array
    is_closed: bool


def welded_vertices(vertices_mm: Array) -> tuple[Indices, Indices]:
    """(W,) one vertex for each distinct place, and (V,) the place every vertex stands at."""
    diagonal = float(np.linalg.norm(vertices_mm.max(axis=0) - vertices_mm.min(axis=0)))
    grid = np.round(vertices_mm / max(diagonal * _WELD_FRACTION, 1e-12)).astype(np.int64)
    grid -= grid.min(axis=0)
    keys = (grid[:, 0] << 42) | (grid[:, 1] << 21) | grid[:, 2]  # a million steps a side fit in 21 bits
    _, first, place = np.unique(keys, return_index=True, return_inverse=True)
    return first, place


def shading_mesh(vertices_mm: Array, faces: NDArray[np.int32], *, feature_angle_deg: float) -> ShadingMesh:
    """Normals of (V, 3) vertices and (F, 3) faces, averaged over the faces that meet at less than the angle.

    A face counts by the angle it spans at the vertex (Thürmer and Wüthrich, "Computing vertex normals from polygonal
    facets", 1998). Vertices at one place count as one: a texture's seam stays smooth.
    """
    _, place = welded_vertices(vertices_mm)
    welded_faces = place[faces]
    directions, weights = _face_normals_and_angles(vertices_mm, faces)
    corner_normals = _corner_normals(welded_faces, directions, weights=weights, angle_deg=feature_angle_deg)
    steps = np.round(corner_normals * 127).astype(np.int64) + 128
    keys = (faces.ravel().astype(np.int64) << 24) | (steps[:, 0] << 16) | (steps[:, 1] << 8) | steps[:, 2]
    _, first, split = np.unique(keys, return_index=True, return_inverse=True)
    source = faces.ravel()[first].astype(np.int64)
    return ShadingMesh(source, split.reshape(-1, 3), corner_normals[first], _is_closed(welded_faces))


def _face_normals_and_angles(vertices: Array, faces: NDArray[np.int32]) -> tuple[Array, Array]:
    """(F, 3) unit normals (zero for a face without area) and (F, 3) angles at the corners, in rad."""
    corners = vertices[faces]
    crossed = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(crossed, axis=1, keepdims=True)
    normals = np.divide(crossed, lengths, out=np.zeros_like(crossed), where=lengths > 0)
    forward = np.roll(corners, -1, axis=1) - corners
    backward = np.roll(corners, 1, axis=1) - corners
    cosines = np.einsum("ijk,ijk->ij", forward, backward)
    angles = np.arctan2(np.broadcast_to(lengths, cosines.shape), cosines)
    return normals, angles


def _corner_normals(welded_faces: Indices, normals: Array, *, weights: Array, angle_deg: float) -> Array:
    """(3F, 3) unit normal of every corner of every face, in the faces' order."""
    places = welded_faces.ravel()
    order = np.argsort(places, kind="stable")
    _, starts, counts = np.unique(places[order], return_index=True, return_counts=True)
    own = np.repeat(normals, 3, axis=0)[order]
    weighted = own * weights.ravel()[order, None]
    if float((counts.astype(np.float64) ** 2).sum()) > _MOST_PAIRS:
        sums = np.repeat(np.add.reduceat(weighted, starts), counts, axis=0)
    else:
        partners = np.repeat(counts, counts)
        ends = np.cumsum(partners)
        first = ends - partners
        left = np.repeat(np.arange(len(places)), partners)
        right = np.repeat(np.repeat(starts, counts) - first, partners) + np.arange(ends[-1])
        near = np.einsum("ij,ij->i", own[left], own[right]) >= np.cos(np.radians(angle_deg))
        sums = np.add.reduceat(weighted[right] * near[:, None], first)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    unit = np.where(lengths > 1e-12, sums / np.maximum(lengths, 1e-12), own)
    result = np.empty_like(unit)
    result[order] = unit
    return result


def _is_closed(welded_faces: Indices) -> bool:
    """Whether every directed edge occurs once and is met once the other way."""
    count = int(welded_faces.max()) + 1
    heads, tails = welded_faces.ravel(), np.roll(welded_faces, -1, axis=1).ravel()
    forward, backward = np.sort(heads * count + tails), np.sort(tails * count + heads)
    return bool(np.array_equal(forward, backward) and (np.diff(forward) > 0).all())
