"""What the first fit would otherwise wait for: the compiled kernels, called once on a small made-up shoe."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.fit.knowledge import Click
from core.fit.overlap import overlap
from core.fit.pair import refine_pair
from core.fit.problem import FOCAL_SIGMA, problem_of
from core.fit.proxy import chosen_proxies
from core.fit.refine import refine_pose
from core.fit.search import search_pose
from core.fit.shape import refine_shape
from core.geometry.camera import Camera
from core.geometry.floor import floor_under
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.render.contours import region_from_mask
from core.render.outline import OutlineMesh, folds, project, winding_mask
from core.render.raster import landmark_visibility, mesh_depth, mesh_mask

_RINGS, _AROUND = 16, 24


def warm_up() -> None:
    """Compile, or load from numba's cache, everything that rasterising and fitting call."""
    mesh = _blob()
    camera = Camera.from_vertical_fov(50.0, 160, height_px=120)
    pose = Pose(np.array([0.6, 0.5, -0.4, 0.3]), np.array([10.0, -5.0, 700.0]))
    mask = mesh_mask(mesh, pose, camera)
    mesh_depth(mesh, pose, camera)
    landmark_visibility(mesh.vertices_mm[:2], mesh, pose, camera, 300.0)
    outline = OutlineMesh.of(mesh)
    lens = np.array([camera.fx_px, camera.fy_px, camera.cx_px, camera.cy_px])
    pixels, _, _ = project(outline.vertices_mm, np.ascontiguousarray(pose.rotation), pose.translation_mm.copy(), lens)
    kept, weights = folds(pixels, outline.faces, outline.edges, outline.turns)
    winding_mask(pixels, outline.edges, kept, weights, np.zeros_like(mask))
    problem = problem_of(chosen_proxies(mesh), camera=camera, region=region_from_mask(mask))
    refine_pose(problem, pose.moved([0.2, -0.1, 0.1, 20.0, 10.0, 60.0]))
    search_pose(problem, upright=None)
    refine_pair(problem, problem, starts=(pose, pose))
    click, floor = Click((0.0, 0.0, 0.0), (80.0, 60.0)), floor_under(pose, -30.0)
    refine_pose(replace(problem, clicks=(click,), floor=floor, focal_sigma=FOCAL_SIGMA), pose)
    refine_shape(problem, pose)
    overlap(problem, pose)


def _blob() -> Mesh:
    """A closed, lopsided ellipsoid of a shoe's size."""
    v, u = np.meshgrid(
        np.linspace(0.02, np.pi - 0.02, _RINGS), np.arange(_AROUND) * (2 * np.pi / _AROUND), indexing="ij"
    )
    x, y, z = np.cos(v), np.sin(v) * np.cos(u), np.sin(v) * np.sin(u)
    vertices = np.stack([145 * x, (50 + 8 * x) * y, (55 - 25 * x) * z], axis=-1).reshape(-1, 3)
    at = np.arange(_RINGS * _AROUND).reshape(_RINGS, _AROUND)
    a, b = at[:-1], np.roll(at, -1, axis=1)[:-1]
    c, d = at[1:], np.roll(at, -1, axis=1)[1:]
    quads = [np.stack([a, c, b], axis=-1), np.stack([b, c, d], axis=-1)]
    ends = [np.stack([at[0], np.roll(at[0], -1), np.full(_AROUND, at[0, 0])], axis=-1)]
    ends.append(np.stack([np.roll(at[-1], -1), at[-1], np.full(_AROUND, at[-1, 0])], axis=-1))
    faces = np.concatenate([*(quad.reshape(-1, 3) for quad in quads), *(end[1:-1] for end in ends)])
    return Mesh(vertices, faces.astype(np.int32))


if __name__ == "__main__":
    warm_up()
