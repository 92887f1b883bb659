"""Seeded cases for measuring the fit: random views of a shoe, their outlines clean and drawn by hand, rough starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose, quaternion_from_rotation_vector
from core.geometry.region import Part, Region, Ring
from core.render.contours import region_from_mask
from core.render.raster import mesh_mask

Array = NDArray[np.float64]

POLYGON_VERTICES = 40
POLYGON_NOISE_PX = 1.0
SMALLEST_DRAWN_PX2 = 40.0
_COARSEST_PX = 20.0
_INSET_PX = 4.0


@dataclass(frozen=True, slots=True)
class Protocol:
    """A kind of case. start_deg and start_share: how far off the start is; outline: "perfect" or "poly40"."""

    name: str
    start_deg: float
    start_share: float
    outline: str


PROTOCOLS = (
    Protocol("refine15_perfect", 15.0, 0.08, "perfect"),
    Protocol("refine15_poly40", 15.0, 0.08, "poly40"),
    Protocol("refine", 20.0, 0.10, "perfect"),
    Protocol("refine_poly40", 20.0, 0.10, "poly40"),
)


@dataclass(frozen=True, slots=True, eq=False)
class FitCase:
    """One view: camera, true pose, the outline given, and the start."""

    camera: Camera
    true: Pose
    region: Region
    start: Pose


def fit_cases(
    mesh: Mesh, protocol: Protocol, *, width_px: int, height_px: int, count: int, seed: int
) -> Iterator[FitCase]:
    """`count` cases, each of its own seed, so that fewer cases are the first of more.

    Vertical fov 40..70 degrees, distance 2..6 shoe lengths, azimuth all round, elevation -10..80, roll -30..30; the
    shoe's centre at a random pixel, the whole shoe at least 4 px inside. The outline comes from a raster of the full
    mesh at pixel centres.
    """
    for index in range(count):
        rng = np.random.default_rng([seed, index])
        camera, true = _view(rng, mesh, width_px, height_px=height_px)
        region = region_from_mask(mesh_mask(mesh, true, camera), tolerance_px=0.0)
        if protocol.outline == "poly40":
            region = hand_drawn(region, rng)
        yield FitCase(camera, true, region, _start(rng, true, protocol))


def hand_drawn(region: Region, rng: Generator) -> Region:
    """A region of at most 40 vertices, each off by N(0, 1 px) a coordinate; what is too small to draw is left out."""
    drawn = [part for part in region.parts if part.area_px2 >= SMALLEST_DRAWN_PX2]
    large = Region(
        tuple(
            Part(part.outer, tuple(h for h in part.holes if abs(h.signed_area_px2) >= SMALLEST_DRAWN_PX2))
            for part in drawn or region.parts
        )
    )
    tolerance = 0.1
    simple = large.simplified(tolerance)
    while sum(len(ring) for ring in simple.rings) > POLYGON_VERTICES and tolerance < _COARSEST_PX:
        tolerance *= 1.15
        simple = large.simplified(tolerance)

    def shaken(ring: Ring) -> Ring:
        return Ring(ring.points_px + POLYGON_NOISE_PX * rng.normal(size=ring.points_px.shape))

    return Region(tuple(Part(shaken(p.outer), tuple(shaken(hole) for hole in p.holes)) for p in simple.parts))


def _view(rng: Generator, mesh: Mesh, width_px: int, *, height_px: int) -> tuple[Camera, Pose]:
    size = np.array([width_px, height_px])
    while True:
        camera = Camera.from_vertical_fov(rng.uniform(40, 70), width_px, height_px=height_px)
        distance = rng.uniform(2, 6) * float(mesh.extent_mm[0])
        azimuth, elevation, roll = np.radians([rng.uniform(0, 360), rng.uniform(-10, 80), rng.uniform(-30, 30)])
        ray = camera.unproject(rng.uniform(0, 1, 2) * size)
        ray /= np.linalg.norm(ray)
        axis = np.cross([0.0, 0.0, 1.0], ray)
        turn = Pose(quaternion_from_rotation_vector(_angle_axis(axis, ray)), np.zeros(3)).rotation
        pose = Pose.from_matrix(turn @ _facing(azimuth, elevation, roll=roll), ray * distance)
        points = pose.apply(mesh.vertices_mm)
        if points[:, 2].min() < 1.0:
            continue
        pixels = camera.project(points)
        if (pixels > _INSET_PX).all() and (pixels < size - _INSET_PX).all():
            return camera, pose


def _facing(azimuth: float, elevation: float, *, roll: float) -> Array:
    """(3, 3) camera_from_shoe rotation of a camera that looks at the shoe from there, turned by roll."""
    across = np.cos(elevation)
    forward = -np.array([across * np.cos(azimuth), across * np.sin(azimuth), np.sin(elevation)])
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    c, s = np.cos(roll), np.sin(roll)
    rolled = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    return np.asarray(rolled @ np.stack([right, np.cross(forward, right), forward]))


def _angle_axis(axis: Array, ray: Array) -> Array:
    sine = float(np.linalg.norm(axis))
    return axis * (np.arctan2(sine, ray[2]) / max(sine, 1e-12))


def _start(rng: Generator, true: Pose, protocol: Protocol) -> Pose:
    turn, move = rng.normal(size=3), rng.normal(size=3)
    turn *= np.radians(protocol.start_deg) / np.linalg.norm(turn)
    move *= protocol.start_share * np.linalg.norm(true.translation_mm) / np.linalg.norm(move)
    return true.moved(np.concatenate([turn, move]))
