"""The floor of a rendered scene: what it is painted with, where shoes and legs keep the light from it, what is behind.

World: z up, the floor at z = 0, mm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.render.raster import mesh_mask
from core.training.render_stage import Lamp

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

_MAP_PX = 320
_TEXTURE_PX = 640
_LARGEST_SIDE_MM = 3200.0
_FINE = 3.0  # texels a pixel above which the floor's picture is sampled from a blurred copy
_LEAST_ELEVATION = 0.12


@dataclass(frozen=True, slots=True)
class Patch:
    """A square of the floor: its middle (x, y) mm and its side in mm."""

    x_mm: float
    y_mm: float
    side_mm: float

    def pixels_from_floor(self, side_px: int) -> Array:
        """(3, 3) homogeneous: floor (x, y, 1) in mm to a picture of side_px x side_px, corner origin."""
        scale = side_px / self.side_mm
        half = side_px / 2
        return np.array([[scale, 0, half - scale * self.x_mm], [0, scale, half - scale * self.y_mm], [0, 0, 1]])


def visible_patch(camera: Camera, camera_from_world: Pose, target_mm: Array) -> Patch:
    """A square of floor around a place that holds what of the floor the camera sees near it."""
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.5]]) * [camera.width_px, camera.height_px]
    back = camera_from_world.inverse()
    rays = camera.unproject(corners) @ back.rotation.T
    reach = [300.0]
    for ray in rays:
        if ray[2] < -1e-6:
            at = back.translation_mm - ray * (back.translation_mm[2] / ray[2])
            reach.append(float(np.abs(at[:2] - target_mm[:2]).max()))
        else:
            reach.append(_LARGEST_SIDE_MM / 2)
    return Patch(float(target_mm[0]), float(target_mm[1]), min(2 * max(reach), _LARGEST_SIDE_MM))


def floor_light(patch: Patch, shades: Sequence[Mesh], lamps: Sequence[Lamp], ambient: Array) -> Floats:
    """(S, S, 3) light on the floor, 1 being white, shaded by meshes in the world; many lamps make the penumbra."""
    import cv2

    light = np.broadcast_to(ambient, (_MAP_PX, _MAP_PX, 3)).astype(np.float32)
    focal = 1000.0
    camera = Camera(focal, focal, 0.0, 0.0, _MAP_PX, _MAP_PX, np.zeros(5))
    matrix = patch.pixels_from_floor(_MAP_PX)
    for lamp in lamps:
        towards = lamp.towards / max(lamp.towards[2], _LEAST_ELEVATION)
        blocked = np.zeros((_MAP_PX, _MAP_PX), bool)
        for mesh in shades:
            flat = mesh.vertices_mm[:, :2] - mesh.vertices_mm[:, 2:] * towards[:2]
            # A flat picture at 1000 mm before a camera of 1000 px: millimetres are pixels.
            placed = np.concatenate([flat @ matrix[:2, :2].T + matrix[:2, 2], np.full((len(flat), 1), focal)], axis=1)
            blocked |= mesh_mask(Mesh(placed, mesh.faces), Pose.identity(), camera)
        light += (~blocked)[..., None] * (lamp.rgb * max(lamp.towards[2], 0.0)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(light, (0, 0), 0.9), np.float32)


def seen_on_floor(picture: Floats, patch: Patch, camera: Camera, camera_from_world: Pose, *, mirrored: bool) -> Floats:
    """(H, W, C) float32: a picture that lies on a patch of the floor as the camera sees it.

    Beyond the patch it goes on mirrored, or with its border's values. Above the horizon the values mean nothing.
    """
    import cv2

    rotation, translation = camera_from_world.rotation, camera_from_world.translation_mm
    image_from_floor = camera.matrix @ np.stack([rotation[:, 0], rotation[:, 1], translation], axis=1)
    floor_from_image = np.linalg.inv(image_from_floor)
    matrix = patch.pixels_from_floor(picture.shape[1]) @ floor_from_image
    rows, columns = np.mgrid[: camera.height_px, : camera.width_px].astype(np.float32) + np.float32(0.5)
    places = np.stack([columns, rows, np.ones_like(rows)], axis=-1) @ matrix.T.astype(np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = places[..., 0] / places[..., 2] - 0.5, places[..., 1] / places[..., 2] - 0.5
    x, y = np.nan_to_num(np.clip(x, -2e4, 2e4)), np.nan_to_num(np.clip(y, -2e4, 2e4))
    border = cv2.BORDER_REFLECT if mirrored else cv2.BORDER_REPLICATE
    sharp = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=border)
    if not mirrored:
        return np.asarray(sharp)
    coarse = cv2.remap(cv2.blur(picture, (9, 9)), x, y, cv2.INTER_LINEAR, borderMode=border)
    step = np.abs(np.gradient(y, axis=0)) + np.abs(np.gradient(x, axis=1))
    share = np.clip((step - _FINE) / (2 * _FINE), 0, 1)[..., None].astype(np.float32)
    return np.asarray(sharp * (1 - share) + coarse * share)


def above_horizon(camera: Camera, camera_from_world: Pose) -> Floats:
    """(H, W) 0..1: 1 where the ray through a pixel's centre never meets the floor, soft over a pixel or two."""
    up = camera_from_world.rotation[:, 2]
    rows, columns = np.mgrid[: camera.height_px, : camera.width_px] + 0.5
    rising = up[0] * (columns - camera.cx_px) / camera.fx_px + up[1] * (rows - camera.cy_px) / camera.fy_px + up[2]
    return np.clip(rising * camera.fy_px + 0.5, 0, 1).astype(np.float32)


def photo_crop(file: Path, size_px: tuple[int, int], rng: np.random.Generator) -> Floats | None:
    """(H, W, 3) float32 0..1: a random crop of a photo, flipped at times; None when the file is no picture."""
    import cv2

    # cv2.imread cannot open every name on Windows; bytes can be decoded anywhere.
    data = cv2.imdecode(np.frombuffer(file.read_bytes() or b"\0", np.uint8), cv2.IMREAD_COLOR)
    if data is None:
        return None
    width, height = size_px
    least = max(width / data.shape[1], height / data.shape[0])
    scale = least * float(np.exp(rng.uniform(0, 0.9)))
    grown = cv2.resize(
        data,
        (max(width, round(data.shape[1] * scale)), max(height, round(data.shape[0] * scale))),
        interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR,
    )
    x = int(rng.integers(grown.shape[1] - width + 1))
    y = int(rng.integers(grown.shape[0] - height + 1))
    crop = grown[y : y + height, x : x + width, ::-1]
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    return np.asarray(crop, dtype=np.float32) / np.float32(255)


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """What is behind the shoes before the light falls on it. albedo: (H, W, 3); lit: (H, W) 0..1, where the floor's
    light counts: not above the horizon."""

    albedo: Floats
    lit: Floats


def painted_backdrop(
    camera: Camera, camera_from_world: Pose, patch: Patch, photos: Sequence[Path], rng: np.random.Generator
) -> Backdrop:
    """A painted floor with a wall, a photo or nothing above its horizon, or a photo taken as the whole."""
    from core.training.backdrops import FLOORS, FROM_ABOVE, WALLS, painted_by

    size = (camera.width_px, camera.height_px)
    crop = photo_crop(photos[int(rng.integers(len(photos)))], size, rng) if photos else None
    if crop is not None and rng.random() < 0.22:
        return Backdrop(crop, np.ones(size[::-1], np.float32))
    steep = -camera_from_world.rotation[2, 2] > 0.5
    painters = FROM_ABOVE if steep and rng.random() < 0.6 else FLOORS
    painted = painted_by(rng, painters, (_TEXTURE_PX, _TEXTURE_PX))
    turned = Patch(patch.x_mm, patch.y_mm, patch.side_mm * float(np.exp(rng.uniform(-1.1, 0.15))))
    floor = seen_on_floor(np.clip(painted, 0, 1), turned, camera, camera_from_world, mirrored=True)
    behind = above_horizon(camera, camera_from_world)
    if behind.any():
        wall = crop if crop is not None and rng.random() < 0.6 else np.clip(painted_by(rng, WALLS, size), 0, 1)
        floor = floor * (1 - behind[..., None]) + wall * behind[..., None]
    return Backdrop(np.asarray(floor, np.float32), 1 - behind)
