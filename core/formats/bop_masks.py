"""What posed shoes cover in a photo, whole and where they are seen, counted as BOP counts it: rendered, not drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.render.raster import NEAREST_MM, mesh_depth

Mask = NDArray[np.bool_]
NO_BOX = [-1, -1, -1, -1]


@dataclass(frozen=True, slots=True)
class Silhouette:
    """A posed mesh as pixels of an undistorted photo.

    corner: (column, row) of the top-left pixel of `depth_mm`, which may lie outside the photo. depth_mm (h, w) float32,
    inf where the mesh is not: the whole silhouette as far as one photo's width and height beyond each edge, or within
    the photo alone for a shoe that reaches behind the camera.
    """

    corner: tuple[int, int]
    depth_mm: NDArray[np.float32]
    size_px: tuple[int, int]

    def mask(self) -> Mask:
        """(H, W) bool of the photo: the pixels whose centre the whole mesh covers."""
        return np.isfinite(self.depth_in_photo())

    def depth_in_photo(self) -> NDArray[np.float32]:
        """(H, W) float32 mm, inf where the mesh is not."""
        width, height = self.size_px
        whole = np.full((height, width), np.inf, dtype=np.float32)
        (x0, y0), (rows, columns) = self.corner, self.depth_mm.shape
        left, top = max(x0, 0), max(y0, 0)
        right, bottom = min(x0 + columns, width), min(y0 + rows, height)
        if left < right and top < bottom:
            whole[top:bottom, left:right] = self.depth_mm[top - y0 : bottom - y0, left - x0 : right - x0]
        return whole


def silhouette(mesh: Mesh, pose: Pose, camera: Camera) -> Silhouette:
    """Render a mesh (sized, mirrored) through a camera without distortion."""
    width, height = camera.width_px, camera.height_px
    points_mm = pose.apply(mesh.vertices_mm)
    low, high = np.array([-width, -height]), np.array([2 * width, 2 * height])
    if (points_mm[:, 2] > NEAREST_MM).all():
        points_px = camera.project(points_mm)
        # Clipped both ways: a shoe beside the canvas leaves an empty box at its edge.
        first = np.clip(np.floor(points_px.min(axis=0)).astype(np.int64), low, high)
        last = np.clip(np.ceil(points_px.max(axis=0)).astype(np.int64), low, high)
    else:
        # It reaches behind the camera, where corners have no place: no more than the photo is looked at.
        first, last = np.zeros(2, np.int64), np.array([width, height])
    columns, rows = (int(side) for side in np.maximum(last - first, 1))
    crop = camera.cropped(float(first[0]), float(first[1]), width_px=columns, height_px=rows)
    return Silhouette((int(first[0]), int(first[1])), mesh_depth(mesh, pose, crop), (width, height))


def visible_masks(shoes: Sequence[tuple[Silhouette, Mask, Mask]]) -> list[Mask]:
    """The (H, W) pixels of each shoe that are seen, from its silhouette, its drawn outline and what hides it.

    Where two shoes meet, the one whose outline alone was drawn there is seen, for eyes know better; else the one that
    is nearer by its pose. So visible masks never overlap.
    """
    depths = [whole.depth_in_photo() for whole, _, _ in shoes]
    visible = []
    for index, (_, drawn, hidden) in enumerate(shoes):
        seen = np.isfinite(depths[index]) & ~hidden
        for other, (_, others_drawn, _) in enumerate(shoes):
            if other != index:
                # Of two at one depth the first is seen.
                nearer = depths[other] < depths[index] if other > index else depths[other] <= depths[index]
                wins = (others_drawn & ~drawn) | (nearer & (drawn == others_drawn))
                seen &= ~(np.isfinite(depths[other]) & wins)
        visible.append(seen)
    return visible


def gt_info(whole: Silhouette, visible: Mask) -> dict[str, Any]:
    """An instance's entry of scene_gt_info.json.

    As BOP's own program counts: px_count_all and bbox_obj include what lies outside of the photo; a box is (x, y,
    width, height) with width = last column - first column; without depth there is no valid pixel.
    """
    covered = np.isfinite(whole.depth_mm)
    count_all, count_visible = int(covered.sum()), int(visible.sum())
    return {
        "bbox_obj": _box(covered, whole.corner) if count_visible else list(NO_BOX),
        "bbox_visib": _box(visible, (0, 0)),
        "px_count_all": count_all,
        "px_count_valid": 0,
        "px_count_visib": count_visible,
        "visib_fract": count_visible / count_all if count_all else 0.0,
    }


def _box(mask: Mask, corner: tuple[int, int]) -> list[int]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return list(NO_BOX)
    x, y = int(columns[0]) + corner[0], int(rows[0]) + corner[1]
    return [x, y, int(columns[-1] - columns[0]), int(rows[-1] - rows[0])]
