from __future__ import annotations

import numpy as np
import pytest

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import Visibility
from core.render.contours import region_from_mask
from core.render.outline import OutlineMesh, folds, outline_points, project, winding_mask
from core.render.raster import landmark_visibility, mesh_depth, mesh_mask
from core.render.region_raster import mask_iou, region_mask

CAMERA = Camera.from_vertical_fov(50.0, 96, height_px=72)


def soup(seed: int, *, triangles: int = 60) -> Mesh:
    """Triangles of all sizes that share no more than some vertices."""
    rng = np.random.default_rng(seed)
    vertices = rng.normal(size=(triangles, 3)) * [120, 60, 50]
    return Mesh(vertices, rng.integers(0, triangles, (triangles, 3)))


def sphere(radius_mm: float = 60.0, *, around: int = 48) -> Mesh:
    v, u = np.meshgrid(np.linspace(0.0, np.pi, around), np.arange(around) * (2 * np.pi / around), indexing="ij")
    points = radius_mm * np.stack([np.sin(v) * np.cos(u), np.sin(v) * np.sin(u), np.cos(v)], axis=-1)
    at = np.arange(around * around).reshape(around, around)
    a, b, c, d = at[:-1], np.roll(at, -1, axis=1)[:-1], at[1:], np.roll(at, -1, axis=1)[1:]
    faces = np.concatenate([np.stack([a, c, b], axis=-1), np.stack([b, c, d], axis=-1)])
    return Mesh(points.reshape(-1, 3), faces.reshape(-1, 3))


def random_pose(seed: int, *, depth_mm: float = 420.0) -> Pose:
    rng = np.random.default_rng(seed)
    return Pose(rng.normal(size=4), [*rng.normal(size=2) * 30, depth_mm])


def brute_force(mesh: Mesh, pose: Pose, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """Mask and depth by asking of each pixel and each triangle; edges by their sign functions."""
    points = pose.apply(mesh.vertices_mm)
    pixels = camera.project(points)
    y, x = np.mgrid[: camera.height_px, : camera.width_px] + 0.5
    inverse = np.zeros((camera.height_px, camera.width_px))
    for face in mesh.faces:
        (ax, ay), (bx, by), (cx, cy) = pixels[face]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0:
            continue
        wa = ((bx - x) * (cy - y) - (by - y) * (cx - x)) / area
        wb = ((cx - x) * (ay - y) - (cy - y) * (ax - x)) / area
        wc = 1 - wa - wb
        inside = (wa > 0) & (wb > 0) & (wc > 0)
        here = wa / points[face[0], 2] + wb / points[face[1], 2] + wc / points[face[2], 2]
        inverse = np.where(inside, np.maximum(inverse, here), inverse)
    with np.errstate(divide="ignore"):
        return inverse > 0, 1 / inverse


@pytest.mark.parametrize("seed", range(6))
def test_mask_and_depth_are_those_of_a_brute_force_raster(seed: int) -> None:
    mesh, pose = soup(seed), random_pose(seed)
    mask, depth = brute_force(mesh, pose, CAMERA)
    assert np.array_equal(mesh_mask(mesh, pose, CAMERA), mask)
    ours = mesh_depth(mesh, pose, CAMERA)
    assert np.array_equal(np.isfinite(ours), mask)
    assert np.allclose(ours[mask], depth[mask], rtol=1e-5)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("closed", [True, False])
def test_the_winding_of_edges_gives_the_same_pixels(seed: int, closed: bool) -> None:
    mesh, pose = (sphere() if closed else soup(seed)), random_pose(seed)
    outline = OutlineMesh.of(mesh)
    lens = np.array([CAMERA.fx_px, CAMERA.fy_px, CAMERA.cx_px, CAMERA.cy_px])
    pixels, _, _ = project(outline.vertices_mm, pose.rotation, pose.translation_mm, lens)
    kept, weights = folds(pixels, outline.faces, outline.edges, outline.turns)
    mask = np.zeros((CAMERA.height_px, CAMERA.width_px), dtype=bool)
    winding_mask(pixels, outline.edges, kept, weights, mask)
    assert np.array_equal(mask, mesh_mask(mesh, pose, CAMERA))
    assert not closed or len(kept) < len(outline.edges) / 4


def test_a_mesh_has_each_edge_once_and_more_faces_in_pairs() -> None:
    fan = Mesh(np.eye(3).repeat(2, axis=0)[:5] + np.arange(5)[:, None], np.array([[0, 1, 2], [1, 0, 3], [0, 1, 4]]))
    outline = OutlineMesh.of(fan)
    shared = outline.edges[(outline.edges[:, 0] == 0) & (outline.edges[:, 1] == 1)]
    assert len(shared) == 2 and len(outline.edges) == 8
    assert sorted(shared[:, 3] >= 0) == [False, True]


def test_outline_points_lie_on_the_true_outline_of_a_sphere() -> None:
    mesh, pose = sphere(around=160), Pose([1.0, 0, 0, 0], [30.0, -20.0, 500.0])
    outline = OutlineMesh.of(mesh)
    lens = np.array([600.0, 620.0, 320.0, 240.0])
    pixels, points, bounds = project(outline.vertices_mm, pose.rotation, pose.translation_mm, lens)
    kept, weights = folds(pixels, outline.faces, outline.edges, outline.turns)
    window = np.array([*bounds[:4], 2.0])
    places, normals = outline_points(
        (pixels, points), outline.edges, kept, weights, window, 0.25, pose.rotation, pose.translation_mm, lens
    )
    assert len(places) > 100
    away = pose.apply(places)
    directions = normals @ pose.rotation.T
    # On its outline a sphere's surface holds the ray, and its normal points away from the centre.
    assert np.abs(np.einsum("ij,ij->i", directions, away)).max() < 1e-6 * 500
    radial = places / np.linalg.norm(places, axis=1, keepdims=True)
    assert np.einsum("ij,ij->i", normals, radial).min() > 0.999
    centre, radius = pose.translation_mm, 60.0
    tangent_cosine = np.sqrt(centre @ centre - radius**2) / np.linalg.norm(centre)
    cosines = away @ centre / np.linalg.norm(away, axis=1) / np.linalg.norm(centre)
    assert np.abs(np.arccos(cosines) - np.arccos(tangent_cosine)).max() < 2e-4


def test_a_mesh_that_reaches_behind_the_camera_is_cut() -> None:
    floor = Mesh(np.array([[-500.0, 50, -100], [500, 50, -100], [0, 50, 5000]]), np.array([[0, 1, 2]]))
    mask = mesh_mask(floor, Pose.identity(), CAMERA)
    below = np.zeros_like(mask)
    below[CAMERA.height_px // 2 + 2 :, CAMERA.width_px // 2] = True
    assert mask[below].all() and not mask[: CAMERA.height_px // 2].any()
    depth = mesh_depth(floor, Pose.identity(), CAMERA)
    assert depth[-1, 48] == pytest.approx(50 * CAMERA.fy_px / (71.5 - 36), rel=1e-4)
    behind = Pose([1.0, 0, 0, 0], [0, 0, -9000.0])
    assert not mesh_mask(floor, behind, CAMERA).any()


def test_the_traced_outline_of_a_rendered_mesh_covers_the_same_pixels() -> None:
    mask = mesh_mask(sphere(), random_pose(3), CAMERA)
    exact = region_from_mask(mask, tolerance_px=0.0)
    assert np.array_equal(region_mask(exact, CAMERA.width_px, CAMERA.height_px), mask)
    assert mask_iou(region_mask(region_from_mask(mask), 96, 72), mask) > 0.97


def test_a_lens_bends_the_mask() -> None:
    bent = Camera(100, 100, 48, 36, 96, 72, np.array([-0.2, 0.02, 0.001, -0.001, 0.0]))
    pose = Pose([1.0, 0, 0, 0], [100.0, 60.0, 420.0])
    mesh = sphere()
    seen = mesh_mask(mesh, pose, bent)
    rows, columns = np.nonzero(seen)
    rays = bent.rays(np.stack([columns + 0.5, rows + 0.5], axis=1))
    straight = Camera(400, 400, 400, 300, 800, 600, np.zeros(5))
    truth = mesh_mask(mesh, pose, straight)
    at = np.floor(rays * 400 + [400, 300]).astype(int)
    assert truth[at[:, 1], at[:, 0]].mean() > 0.98
    assert seen.sum() > 500


def test_landmarks_are_absent_hidden_or_visible() -> None:
    mesh, pose = sphere(), Pose([1.0, 0, 0, 0], [0.0, 0.0, 400.0])
    points = np.array([[0, 0, -60.0], [0, 0, 60.0], [0, 60.0, 0], [0, 0, -61.0], [4000.0, 0, 0], [0, 0, -900.0]])
    wanted = ["visible", "hidden", "visible", "visible", "absent", "absent"]
    found = landmark_visibility(points, mesh, pose, CAMERA, 120.0)
    assert [v.value for v in found[:2] + found[3:]] == wanted[:2] + wanted[3:]
    leg = Region.from_box(40, 30, x1_px=56, y1_px=42)
    assert landmark_visibility(points[:1], mesh, pose, CAMERA, 120.0, (leg,)) == (Visibility.HIDDEN,)
    # A point 1 mm under the surface is still seen; one 3 mm under it is not.
    under = landmark_visibility([[0, 0, -59.0], [0, 0, -57.0]], mesh, pose, CAMERA, 120.0)
    assert [v.value for v in under] == ["visible", "hidden"]
