"""The pixels a mesh covers and how far away it is there: exact, at pixel centres, for machines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import Visibility
from core.render.contours import region_from_mask
from core.render.region_raster import mask_iou, region_mask

__all__ = [
    "NEAREST_MM",
    "landmark_visibility",
    "mask_iou",
    "mesh_depth",
    "mesh_mask",
    "nearest_mm",
    "region_from_mask",
    "region_mask",
]

Array = NDArray[np.float64]

NEAREST_MM = 1.0
HIDDEN_BEHIND_MM = 2.0
HIDDEN_BEHIND_DIAMETERS = 0.01


def mesh_mask(mesh: Mesh, pose: Pose, camera: Camera) -> NDArray[np.bool_]:
    """(H, W) bool: the pixels whose centre the mesh covers at `camera_from_shoe`.

    Both sides of a triangle count, and triangles that share an edge leave no gap; what is nearer than 1 mm in front of
    the camera is cut off. With lens distortion the corners of triangles are bent and their edges stay straight.
    """
    points_px, _, faces = _projected(mesh, pose, camera)
    mask = np.zeros((camera.height_px, camera.width_px), dtype=np.bool_)
    _fill_mask(points_px, faces, mask)
    return mask


def mesh_depth(mesh: Mesh, pose: Pose, camera: Camera) -> NDArray[np.float32]:
    """(H, W) float32: z in mm of the nearest surface at each pixel's centre, inf where there is none."""
    points_px, inverse_depth, faces = _projected(mesh, pose, camera)
    inverse = np.zeros((camera.height_px, camera.width_px))
    _fill_inverse_depth(points_px, inverse_depth, faces, inverse)
    with np.errstate(divide="ignore"):
        return (1.0 / inverse).astype(np.float32)


def hidden_behind_mm(diameter_mm: float) -> float:
    """By how much a surface must be nearer than a point of a shoe of that diameter to hide it."""
    return max(HIDDEN_BEHIND_DIAMETERS * diameter_mm, HIDDEN_BEHIND_MM)


def nearest_mm(mesh: Mesh, pose: Pose, camera: Camera, *, points_px: Array) -> Array:
    """(N,) z in mm of the nearest surface over each of (N, 2) px, inf where there is none or the point is nan."""
    corners_px, inverse_depth, faces = _projected(mesh, pose, camera)
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / _inverse_depth_at(corners_px, inverse_depth, faces, points_px))


def landmark_visibility(
    points_shoe_mm: ArrayLike,
    mesh: Mesh,
    pose: Pose,
    camera: Camera,
    diameter_mm: float,
    hiding: Sequence[Region] = (),
) -> tuple[Visibility, ...]:
    """How each of (N, 3) points of the shoe is seen.

    ABSENT outside the photo or behind the camera; HIDDEN inside one of the `hiding` regions (px, photo), or where the
    mesh is nearer on the point's own ray by more than 1 % of the diameter and 2 mm; VISIBLE otherwise.
    """
    points_mm = pose.apply(np.asarray(points_shoe_mm, dtype=np.float64).reshape(-1, 3))
    points_px = camera.project(points_mm)
    depth_mm = nearest_mm(mesh, pose, camera, points_px=points_px)
    slack_mm = hidden_behind_mm(diameter_mm)
    seen = []
    for (u, v), z, nearest in zip(points_px, points_mm[:, 2], depth_mm, strict=True):
        if not (0 <= u <= camera.width_px and 0 <= v <= camera.height_px):
            seen.append(Visibility.ABSENT)
        elif z - nearest > slack_mm or any(region.contains((u, v)) for region in hiding):
            seen.append(Visibility.HIDDEN)
        else:
            seen.append(Visibility.VISIBLE)
    return tuple(seen)


def _projected(mesh: Mesh, pose: Pose, camera: Camera) -> tuple[Array, Array, NDArray[np.int32]]:
    """(V, 2) px, (V,) 1/z and (F, 3) faces of what lies in front of the camera."""
    points_mm, faces = _cut_at_near_plane(pose.apply(mesh.vertices_mm), mesh.faces)
    points_px = camera.project(points_mm)
    if camera.is_distorted:
        faces = faces[_round_trips(points_mm, points_px, camera)[faces].all(axis=1)]
    with np.errstate(divide="ignore"):
        return points_px, 1.0 / points_mm[:, 2], np.array(faces, dtype=np.int32)


def _round_trips(points_mm: Array, points_px: Array, camera: Camera) -> NDArray[np.bool_]:
    """Which points the lens model maps back to themselves: far outside the photo its polynomial folds over."""
    with np.errstate(all="ignore"):
        back = camera.rays(points_px)
        return np.asarray(np.abs(back - points_mm[:, :2] / points_mm[:, 2:]).max(axis=1) < 1e-3)


def _cut_at_near_plane(points_mm: Array, faces: NDArray[np.int32]) -> tuple[Array, NDArray[np.int32]]:
    """Camera-frame points and faces without what is nearer than NEAREST_MM; triangles across it are cut."""
    behind = points_mm[:, 2] < NEAREST_MM
    if not behind.any():
        return points_mm, faces
    count = behind[faces].sum(axis=1)
    points, kept = [points_mm], [faces[count == 0]]
    next_index = len(points_mm)
    for face in faces[(count == 1) | (count == 2)]:
        odd_is_behind = int(behind[face].sum()) == 1
        turn = int(np.argmax(behind[face] == odd_is_behind))
        odd, second, third = np.roll(face, -turn)
        a, b = _near_point(points_mm[odd], points_mm[second]), _near_point(points_mm[odd], points_mm[third])
        points.append(np.stack([a, b]))
        ia, ib = next_index, next_index + 1
        next_index += 2
        if odd_is_behind:
            kept.append(np.array([[ia, second, third], [ia, third, ib]], dtype=np.int32))
        else:
            kept.append(np.array([[odd, ia, ib]], dtype=np.int32))
    return np.concatenate(points), np.concatenate(kept).astype(np.int32)


def _near_point(a: Array, b: Array) -> Array:
    if tuple(b) < tuple(a):  # the same order from both triangles of an edge, so that their cuts meet exactly
        a, b = b, a
    point = a + (b - a) * ((NEAREST_MM - a[2]) / (b[2] - a[2]))
    point[2] = NEAREST_MM
    return np.asarray(point)


@njit(cache=True, nogil=True)
def _crossing(ax: float, ay: float, bx: float, by: float, y: float) -> float:
    """x where an edge meets a row; computed from its upper end, so that both triangles of the edge agree."""
    if ay <= by:
        return ax + (y - ay) * (bx - ax) / (by - ay)
    return bx + (y - by) * (ax - bx) / (ay - by)


@njit(cache=True, nogil=True)
def _row_span(points: Array, face: NDArray[np.int32], y: float) -> tuple[float, float]:
    """Lowest and highest x of a triangle on a row; (1, 0) when it does not cross it."""
    low, high = 1.0, 0.0
    found = False
    for k in range(3):
        a, b = face[k], face[(k + 1) % 3]
        if (points[a, 1] <= y) != (points[b, 1] <= y):
            x = _crossing(points[a, 0], points[a, 1], points[b, 0], points[b, 1], y)
            if not found:
                low, high, found = x, x, True
            elif x < low:
                low = x
            else:
                high = max(high, x)
    return low, high


@njit(cache=True, nogil=True)
def _row_range(points: Array, face: NDArray[np.int32], height: int) -> tuple[int, int]:
    """First row and the one after the last whose centres a triangle can cover."""
    ya, yb, yc = points[face[0], 1], points[face[1], 1], points[face[2], 1]
    top, bottom = min(ya, yb, yc), max(ya, yb, yc)
    if not (top < height and bottom > 0):  # also true for nan
        return 0, 0
    return int(max(np.ceil(top - 0.5), 0.0)), int(min(np.ceil(bottom - 0.5), float(height)))


@njit(cache=True, nogil=True)
def _fill_mask(points: Array, faces: NDArray[np.int32], mask: NDArray[np.bool_]) -> None:
    height, width = mask.shape
    for f in range(faces.shape[0]):
        first, last = _row_range(points, faces[f], height)
        for row in range(first, last):
            low, high = _row_span(points, faces[f], row + 0.5)
            if high < 0.5 or low > width:
                continue
            for column in range(int(max(np.ceil(low - 0.5), 0.0)), int(min(np.ceil(high - 0.5), float(width)))):
                mask[row, column] = True


@njit(cache=True, nogil=True)
def _fill_inverse_depth(points: Array, inverse_z: Array, faces: NDArray[np.int32], image: Array) -> None:
    height, width = image.shape
    for f in range(faces.shape[0]):
        first, last = _row_range(points, faces[f], height)
        if first >= last:
            continue
        nearest, farthest, slope_x, slope_y = _depth_plane(points, inverse_z, faces[f])
        a = faces[f, 0]
        for row in range(first, last):
            low, high = _row_span(points, faces[f], row + 0.5)
            if high < 0.5 or low > width:
                continue
            for column in range(int(max(np.ceil(low - 0.5), 0.0)), int(min(np.ceil(high - 0.5), float(width)))):
                dx, dy = column + 0.5 - points[a, 0], row + 0.5 - points[a, 1]
                value = min(max(inverse_z[a] + slope_x * dx + slope_y * dy, farthest), nearest)
                if value > image[row, column]:
                    image[row, column] = value


@njit(cache=True, nogil=True)
def _depth_plane(points: Array, inverse_z: Array, face: NDArray[np.int32]) -> tuple[float, float, float, float]:
    """Largest and smallest 1/z of a triangle and the slopes of 1/z, which is linear on the screen."""
    a, b, c = face[0], face[1], face[2]
    ux, uy = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1]
    vx, vy = points[c, 0] - points[a, 0], points[c, 1] - points[a, 1]
    du, dv = inverse_z[b] - inverse_z[a], inverse_z[c] - inverse_z[a]
    area = ux * vy - uy * vx
    nearest = max(inverse_z[a], inverse_z[b], inverse_z[c])
    farthest = min(inverse_z[a], inverse_z[b], inverse_z[c])
    if area == 0.0:
        return nearest, farthest, 0.0, 0.0
    return nearest, farthest, (du * vy - dv * uy) / area, (dv * ux - du * vx) / area


@njit(cache=True, nogil=True)
def _inverse_depth_at(points: Array, inverse_z: Array, faces: NDArray[np.int32], at: Array) -> Array:
    """(N,) largest 1/z of the triangles over each of (N, 2) px; 0 where there is none."""
    found = np.zeros(at.shape[0])
    for f in range(faces.shape[0]):
        for k in range(at.shape[0]):
            low, high = _row_span(points, faces[f], at[k, 1])
            if not (low <= at[k, 0] < high):
                continue
            nearest, farthest, slope_x, slope_y = _depth_plane(points, inverse_z, faces[f])
            a = faces[f, 0]
            value = inverse_z[a] + slope_x * (at[k, 0] - points[a, 0]) + slope_y * (at[k, 1] - points[a, 1])
            found[k] = max(found[k], min(max(value, farthest), nearest))
    return found
