"""Random views of a shoe whose pose is known exactly, and the pixels a full mesh covers in them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.geometry.camera import Camera
from core.geometry.frozen import frozen_array
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose, quaternion_from_rotation_vector
from core.render.raster import mesh_mask

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

LEAST_CUT, MOST_CUT = 0.10, 0.40
_MEASURED_POINTS = 2000
_INSET_PX = 4.0
_NEAREST_MM = 1.0
_COLLAR_SHARE = 0.1  # of the height, from the top
_BEYOND = 0.5  # of the photo's size: how far past its border a shoe that it cuts may reach


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A right shoe to draw cases of.

    corners_mm: (K, 3) the corners of its convex hull. collar_mm: (3,) the middle of its top. points_mm: (2000, 3) on
    the surface, over which ADD is taken; diameter_mm: what ADD is compared with.
    """

    name: str
    mesh: Mesh
    corners_mm: Array
    collar_mm: Array
    points_mm: Array
    diameter_mm: float

    @staticmethod
    def of(mesh: Mesh, name: str) -> Subject:
        """What the cases need to know of a full mesh in the shoe frame."""
        from scipy.spatial import ConvexHull

        vertices = mesh.vertices_mm
        top = vertices[vertices[:, 2] > vertices[:, 2].max() - _COLLAR_SHARE * float(mesh.extent_mm[2])]
        return Subject(
            name,
            mesh,
            frozen_array(vertices[ConvexHull(vertices).vertices]),
            frozen_array((top.min(axis=0) + top.max(axis=0)) / 2),
            frozen_array(mesh.surface_points(_MEASURED_POINTS)),
            mesh.diameter_mm(),
        )

    @property
    def length_mm(self) -> float:
        """From heel to toe."""
        return float(self.mesh.extent_mm[0])

    def mirrored(self) -> Subject:
        """The left shoe."""
        left = np.array([1.0, -1.0, 1.0])
        return replace(
            self,
            mesh=self.mesh.mirrored(),
            corners_mm=frozen_array(self.corners_mm * left),
            collar_mm=frozen_array(self.collar_mm * left),
            points_mm=frozen_array(self.points_mm * left),
        )


@dataclass(frozen=True, slots=True)
class Range:
    """Where a view may come from: the photo's size in px, the distance in shoe lengths, and whether the photo's border

    cuts the shoe (by 10 to 40 % of its area) or the shoe lies wholly inside.
    """

    width_px: int
    height_px: int
    nearest_lengths: float = 2.0
    farthest_lengths: float = 6.0
    is_cut: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A camera, the true camera_from_shoe, the pixels (H, W) whose centre the shoe covers, and how many views were

    drawn and thrown away before.
    """

    camera: Camera
    pose: Pose
    mask: Mask
    rejected: int


def draw_view(rng: Generator, subject: Subject, within: Range) -> View:
    """A view of the protocol.

    Vertical fov 40..70 degrees, azimuth all round, elevation -10..80, roll -30..30; the shoe's centre at a random
    pixel, the camera turned towards it by the smallest turn. Thrown away unless every vertex is more than 4 px inside
    the photo; of a cut shoe, unless the border takes 10..40 % of its area.
    """
    for rejected in range(100_000):
        camera = Camera.from_vertical_fov(rng.uniform(40, 70), within.width_px, height_px=within.height_px)
        distance = rng.uniform(within.nearest_lengths, within.farthest_lengths) * subject.length_mm
        azimuth, elevation, roll = np.radians([rng.uniform(0, 360), rng.uniform(-10, 80), rng.uniform(-30, 30)])
        beyond = _BEYOND / 2 if within.is_cut else 0.0
        target = rng.uniform(-beyond, 1 + beyond, 2) * [within.width_px, within.height_px]
        pose = _posed(camera, target, distance_mm=distance, facing=_facing(azimuth, elevation, roll=roll))
        mask = _cut_mask(subject, pose, camera) if within.is_cut else _whole_mask(subject, pose, camera)
        if mask is not None:
            return View(camera, pose, mask, rejected)
    raise ValueError(f"No view of {subject.name} fits into {within.width_px} x {within.height_px} px.")


def _whole_mask(subject: Subject, pose: Pose, camera: Camera) -> Mask | None:
    low, high = _box(subject, pose, camera)
    size = np.array([camera.width_px, camera.height_px])
    inside = (low > _INSET_PX).all() and (high < size - _INSET_PX).all()
    return mesh_mask(subject.mesh, pose, camera) if inside else None


def _cut_mask(subject: Subject, pose: Pose, camera: Camera) -> Mask | None:
    """The pixels inside the photo, when enough and not too many lie outside."""
    low, high = _box(subject, pose, camera)
    size = np.array([camera.width_px, camera.height_px])
    margin = (_BEYOND * size).astype(int)
    reaches_out = (low < 0).any() or (high > size).any()
    if not reaches_out or (high < 0).any() or (low > size).any():
        return None
    if not ((low > -margin).all() and (high < size + margin).all()):
        return None
    x, y = int(margin[0]), int(margin[1])
    around = camera.cropped(-x, -y, width_px=int(size[0]) + 2 * x, height_px=int(size[1]) + 2 * y)
    whole = mesh_mask(subject.mesh, pose, around)
    seen = whole[y : y + int(size[1]), x : x + int(size[0])]
    cut = 1 - float(seen.sum()) / max(float(whole.sum()), 1.0)
    return np.ascontiguousarray(seen) if LEAST_CUT <= cut <= MOST_CUT else None


def _box(subject: Subject, pose: Pose, camera: Camera) -> tuple[Array, Array]:
    """Lowest and highest (2,) px of the shoe; infinitely large when a part is not in front of the camera."""
    points = pose.apply(subject.corners_mm)
    if points[:, 2].min() < _NEAREST_MM:
        return np.full(2, -np.inf), np.full(2, np.inf)
    pixels = camera.project(points)
    return pixels.min(axis=0), pixels.max(axis=0)


def _posed(camera: Camera, target_px: Array, *, distance_mm: float, facing: Array) -> Pose:
    ray = camera.unproject(target_px)
    ray /= np.linalg.norm(ray)
    axis = np.cross([0.0, 0.0, 1.0], ray)
    sine = float(np.linalg.norm(axis))
    turn = quaternion_from_rotation_vector(axis * (np.arctan2(sine, ray[2]) / max(sine, 1e-12)))
    return Pose.from_matrix(Pose(turn, np.zeros(3)).rotation @ facing, ray * distance_mm)


def _facing(azimuth: float, elevation: float, *, roll: float) -> Array:
    """(3, 3) camera_from_shoe rotation of a camera that looks at the shoe from there, turned by roll."""
    across = np.cos(elevation)
    forward = -np.array([across * np.cos(azimuth), across * np.sin(azimuth), np.sin(elevation)])
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    c, s = np.cos(roll), np.sin(roll)
    rolled = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    return np.asarray(rolled @ np.stack([right, np.cross(forward, right), forward]))
