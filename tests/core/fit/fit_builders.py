"""Shoes, views and rough starts for the tests of the fit."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from core.fit.problem import FitProblem, fit_problem
from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import ShoeSize, Side
from core.render.contours import region_from_mask
from core.render.raster import mesh_mask

LENGTH_MM = 290.0
CAMERA = Camera.from_vertical_fov(50.0, 640, height_px=480)


@lru_cache(maxsize=1)
def lofted_shoe(rings: int = 60, around: int = 72) -> Mesh:
    """A closed, bent, lopsided loft of a shoe's proportions: a toe, a waist, a high collar."""
    x = np.linspace(-0.5, 0.5, rings)
    end = np.sqrt(np.clip(1 - (2 * x) ** 10, 1e-4, None))
    half_width = (0.14 + 0.05 * np.sin(4 * x + 1.2) - 0.02 * np.cos(9 * x)) * end
    height = (0.17 + 0.20 / (1 + np.exp(14 * (x + 0.05)))) * end
    bend = 0.05 * (2 * x) ** 2 - 0.02 * x
    angle = np.arange(around) * (2 * np.pi / around)
    across = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.7
    up = np.where(np.sin(angle) < 0, 0.12, 1.0) * np.sin(angle)
    points = np.stack(
        [
            np.broadcast_to(x[:, None], (rings, around)),
            bend[:, None] + half_width[:, None] * across,
            height[:, None] * up,
        ],
        axis=-1,
    )
    at = np.arange(rings * around).reshape(rings, around)
    a, b, c, d = at[:-1], np.roll(at, -1, axis=1)[:-1], at[1:], np.roll(at, -1, axis=1)[1:]
    faces = [np.stack([a, b, c], axis=-1).reshape(-1, 3), np.stack([b, d, c], axis=-1).reshape(-1, 3)]
    for ring, turn in ((at[0], 1), (at[-1], -1)):
        cap = np.stack([np.full(around, ring[0]), np.roll(ring, -1), ring], axis=-1)[1:-1]
        faces.append(cap[:, ::turn])
    mesh = Mesh(points.reshape(-1, 3), np.concatenate(faces)).centred()
    return mesh.scaled(np.full(3, LENGTH_MM / mesh.extent_mm[0]))


def view(azimuth_deg: float, elevation_deg: float, *, distance_mm: float = 900.0, at: Any = (0.0, 0.0)) -> Pose:
    """The shoe seen from there, its centre moved across by `at` mm."""
    azimuth, elevation = np.radians([azimuth_deg, elevation_deg])
    across = np.cos(elevation)
    forward = -np.array([across * np.cos(azimuth), across * np.sin(azimuth), np.sin(elevation)])
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    return Pose.from_matrix(np.stack([right, np.cross(forward, right), forward]), [*at, distance_mm])


def rough(pose: Pose, seed: int, *, turn_deg: float = 15.0, share: float = 0.08) -> Pose:
    """The pose off by an angle and a share of its distance, in random directions."""
    rng = np.random.default_rng(seed)
    turn, move = rng.normal(size=(2, 3))
    turn *= np.radians(turn_deg) / np.linalg.norm(turn)
    move *= share * np.linalg.norm(pose.translation_mm) / np.linalg.norm(move)
    return pose.moved(np.concatenate([turn, move]))


def rendered(pose: Pose, camera: Camera = CAMERA, mesh: Mesh | None = None) -> Region:
    """The shoe's outline at a pose, pixel for pixel."""
    return region_from_mask(mesh_mask(mesh or lofted_shoe(), pose, camera), tolerance_px=0.0)


def problem(region: Region, camera: Camera = CAMERA, **other: Any) -> FitProblem:
    """The problem of the lofted shoe as it is, unless said otherwise."""
    given = {"side": Side.RIGHT, "size": ShoeSize(LENGTH_MM), "ignored": (), **other}
    return fit_problem(lofted_shoe(), model_length_mm=LENGTH_MM, camera=camera, region=region, **given)
