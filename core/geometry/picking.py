"""Where a click on the photo meets a posed mesh."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose

Array = NDArray[np.float64]

_EDGE_SLACK = 1e-9  # barycentric: a ray through the edge between two triangles must not slip through both


def pick_point(mesh: Mesh, camera_from_shoe: Pose, *, camera: Camera, at_px: ArrayLike) -> Array | None:
    """(3,) mm in the mesh's frame where the ray through (2,) px first meets the mesh from either side, or None.

    The mesh is taken as it is (size it and mirror it first); the camera's lens is undone.
    """
    shoe_from_camera = camera_from_shoe.inverse()
    ray = np.append(camera.rays(at_px), 1.0)
    direction = shoe_from_camera.rotation @ ray
    origin = shoe_from_camera.translation_mm
    distance = first_hit(mesh, origin, direction=direction)
    return None if distance is None else origin + distance * direction


def first_hit(mesh: Mesh, origin_mm: Array, *, direction: Array) -> float | None:
    """Smallest s > 0 for which origin + s·direction lies on a triangle, or None.

    Source: Möller and Trumbore, "Fast, minimum storage ray/triangle intersection", 1997, without culling.
    """
    corners = mesh.vertices_mm[mesh.faces]
    edge1, edge2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    across = np.cross(direction, edge2)
    determinant = np.einsum("ij,ij->i", edge1, across)
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = 1.0 / determinant
        from_corner = origin_mm - corners[:, 0]
        u = np.einsum("ij,ij->i", from_corner, across) * inverse
        turned = np.cross(from_corner, edge1)
        v = turned @ direction * inverse
        distance = np.einsum("ij,ij->i", edge2, turned) * inverse
        inside = (u >= -_EDGE_SLACK) & (v >= -_EDGE_SLACK) & (u + v <= 1 + _EDGE_SLACK)
        hit = inside & (distance > 0) & np.isfinite(distance)
    return float(distance[hit].min()) if hit.any() else None
