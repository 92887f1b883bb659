"""The fit's own mask of a decimated shoe against every pixel centre asked one by one: the same pixels, and how fast."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from core.bench.fit_measures import Line, Share
from core.bench.fit_views import Range, Subject, draw_view
from core.fit.proxy import welded
from core.fit.silhouette import focal_centre
from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.render.outline import OutlineMesh, folds, project, winding_mask

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

SIDE_PX = 256
TRIANGLES = 10_000
_FILLED = 0.85
_REPEATS = 20


def mask_line(subject: Subject, *, count: int, seed: int) -> Line:
    """The mask of at most 10,000 triangles, its longest side 85 % of 256 px, from `count` random sides.

    identical_views: views without a single other pixel; identical_pixels: of all pixels.
    """
    mesh = _decimated(subject.mesh)
    outline = OutlineMesh.of(mesh)
    same_views, same_pixels, times = 0, 0, []
    rejected = 0
    for index in range(count):
        view = draw_view(np.random.default_rng([seed, index]), subject, Range(SIDE_PX, SIDE_PX))
        rejected += view.rejected
        camera = _filling(view.camera, mesh, view.pose)
        truth = brute_force_mask(mesh, view.pose, camera)
        ours, milliseconds = _ours(outline, view.pose, camera)
        same_views += bool((ours == truth).all())
        same_pixels += int((ours == truth).sum())
        times.append(milliseconds)
    shares = {
        "identical_views": Share(same_views, count),
        "identical_pixels": Share(same_pixels, count * SIDE_PX**2),
    }
    numbers = {
        "cpu_ms_median": float(np.median(times)),
        "cpu_ms_p95": float(np.percentile(times, 95)),
        "triangles": float(len(mesh.faces)),
    }
    named = f"{SIDE_PX}x{SIDE_PX}"
    return Line("mask", named, subject.name, count, seed, count + rejected, rejected, shares, numbers)


def brute_force_mask(mesh: Mesh, pose: Pose, camera: Camera) -> Mask:
    """(H, W) bool: the pixel centres that lie on the same side of all three edges of some triangle."""
    pixels = camera.project(pose.apply(mesh.vertices_mm))
    mask = np.zeros((camera.height_px, camera.width_px), dtype=np.bool_)
    corners = pixels[mesh.faces]
    first = np.maximum(np.ceil(corners.min(axis=1) - 0.5).astype(int), 0)
    last = np.minimum(np.floor(corners.max(axis=1) - 0.5).astype(int), [camera.width_px - 1, camera.height_px - 1])
    for (a, b, c), (x0, y0), (x1, y1) in zip(corners, first, last, strict=True):
        if x0 > x1 or y0 > y1:
            continue
        x, y = np.arange(x0, x1 + 1) + 0.5, np.arange(y0, y1 + 1)[:, None] + 0.5
        turns = [(q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0]) for p, q in ((a, b), (b, c), (c, a))]
        inside = np.logical_and.reduce([t > 0 for t in turns]) | np.logical_and.reduce([t < 0 for t in turns])
        mask[y0 : y1 + 1, x0 : x1 + 1] |= inside
    return mask


def _ours(mesh: OutlineMesh, pose: Pose, camera: Camera) -> tuple[Mask, float]:
    """The mask, and the median CPU ms it takes from the pose on."""
    rotation, translation = np.ascontiguousarray(pose.rotation), pose.translation_mm.copy()
    lens = focal_centre(camera)
    mask = np.zeros((camera.height_px, camera.width_px), dtype=np.bool_)
    times = []
    for _ in range(_REPEATS):
        began = time.thread_time()
        pixels, _, _ = project(mesh.vertices_mm, rotation, translation, lens)
        kept, weights = folds(pixels, mesh.faces, mesh.edges, mesh.turns)
        winding_mask(pixels, mesh.edges, kept, weights, mask)
        times.append((time.thread_time() - began) * 1e3)
    return mask, float(np.median(times))


def _filling(camera: Camera, mesh: Mesh, pose: Pose) -> Camera:
    """The camera zoomed and moved until the shoe fills the square."""
    pixels = camera.project(pose.apply(mesh.vertices_mm))
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    factor = _FILLED * SIDE_PX / float((high - low).max())
    width, height = round(camera.width_px * factor), round(camera.height_px * factor)
    zoomed = camera.resized(width, height)
    pixels = zoomed.project(pose.apply(mesh.vertices_mm))
    x, y = (pixels.min(axis=0) + pixels.max(axis=0) - SIDE_PX) / 2
    return zoomed.cropped(float(x), float(y), width_px=SIDE_PX, height_px=SIDE_PX)


def _decimated(full: Mesh) -> Mesh:
    import fast_simplification

    mesh = welded(full)
    if len(mesh.faces) <= TRIANGLES:
        return mesh
    vertices, triangles = mesh.vertices_mm.copy(), mesh.faces.copy()
    points, faces = fast_simplification.simplify(vertices, triangles, target_count=TRIANGLES, agg=5.0)
    return Mesh(points, faces)
