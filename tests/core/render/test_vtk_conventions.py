"""Three independent rasters of one pose, and VTK's picture against projected points: no half pixel is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.render.vtk_scene import ShoeScene, ShoeStyle, Shot

ONE = np.ones(3)
CELLS = (10, 6)
CELL_MM = 20.0
TEXELS = 32


def checker_box() -> Mesh:
    """A slab, 200 x 120 x 8 mm, with a checker of 10 x 6 cells on its top (+z)."""
    half = np.array(CELLS) * CELL_MM / 2
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=float)
    top = np.c_[corners * half, np.full(4, 4.0)]
    bottom = np.c_[corners * half, np.full(4, -4.0)]
    uv = np.concatenate([(corners + 1) / 2, np.zeros((4, 2))])
    sides = [[i, i + 4, (i + 1) % 4 + 4] for i in range(4)] + [[i, (i + 1) % 4 + 4, (i + 1) % 4] for i in range(4)]
    faces = np.array([[0, 1, 2], [0, 2, 3], [4, 6, 5], [4, 7, 6], *sides])
    row, column = np.mgrid[: CELLS[1] * TEXELS, : CELLS[0] * TEXELS] // TEXELS
    shade = np.where((row + column) % 2, 235, 20).astype(np.uint8)
    return Mesh(np.concatenate([top, bottom]), faces, uv=uv, texture=np.repeat(shade[..., None], 3, axis=2))


def checker_corners_mm() -> np.ndarray:
    x, y = np.meshgrid(np.arange(1, CELLS[0]), np.arange(1, CELLS[1]))
    flat = (np.stack([x, y], axis=-1).reshape(-1, 2) - np.array(CELLS) / 2) * CELL_MM
    return np.c_[flat, np.full(len(flat), 4.0)]


def ellipsoid(rings: int = 60) -> Mesh:
    turn, fall = np.meshgrid(np.linspace(0, 2 * np.pi, 2 * rings + 1), np.linspace(0, np.pi, rings + 1))
    unit = np.stack([np.sin(fall) * np.cos(turn), np.sin(fall) * np.sin(turn), np.cos(fall)], axis=-1)
    index = np.arange(unit[..., 0].size).reshape(turn.shape)
    here, right, below, corner = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    faces = np.concatenate(
        [np.stack(t, axis=-1).reshape(-1, 3) for t in ((here, below, corner), (here, corner, right))]
    )
    return Mesh(unit.reshape(-1, 3) * [145.0, 50.0, 60.0], faces)


PLAIN = Camera.from_vertical_fov(40.0, 640, height_px=480)
ODD = replace(PLAIN, fx_px=700.0, fy_px=640.0, cx_px=290.3, cy_px=262.7, width_px=641, height_px=477)
CAMERAS = {
    "centred": PLAIN,
    "off centre, fx is not fy": ODD,
    "crop": ODD.cropped(110.25, 70.75, width_px=333, height_px=301),
    "crop, enlarged": ODD.cropped(200.0, 150.0, width_px=240, height_px=180).resized(480, 360),
    "crop beyond the photo": ODD.cropped(-40.5, -30.0, width_px=500, height_px=400),
}
POSE = Pose.exp([2.4, 0.35, 0.3, 8.0, -6.0, 420.0])


@pytest.fixture(scope="module")
def scene() -> Iterator[ShoeScene]:
    scene = ShoeScene()
    scene.set_mesh(checker_box(), "checker")
    scene.set_mesh(ellipsoid(), "ellipsoid")
    yield scene
    scene.close()


def checker_errors_px(scene: ShoeScene, camera: Camera, pose: Pose) -> np.ndarray:
    """(N, 2) seen minus projected corner, in the camera's px, for the corners well inside the picture.

    The picture is drawn at twice the size, for the noise of finding a corner in it, and the search starts off the mark.
    """
    import cv2

    size = np.array([camera.width_px, camera.height_px])
    rgba = scene.render(Shot("checker", ONE, pose, camera.resized(*(2 * size)), ShoeStyle.TEXTURE))
    grey = cv2.cvtColor(rgba, cv2.COLOR_RGBA2GRAY)
    expected = camera.project(pose.apply(checker_corners_mm()))
    expected = expected[((expected > 10) & (expected < size - 10)).all(axis=1)]
    start = (2 * expected - 0.5 + [1.3, -0.9]).astype(np.float32)[:, None]  # OpenCV's pixel centres are integers
    until = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 100, 1e-4)
    found = cv2.cornerSubPix(grey, start.copy(), (7, 7), (-1, -1), until)[:, 0].astype(np.float64)
    assert (np.linalg.norm(found - start[:, 0], axis=1) > 0.5).all()  # none was left where it started
    return (found + 0.5) / 2 - expected


@pytest.mark.parametrize("name", CAMERAS)
def test_a_checker_is_seen_where_it_projects(scene: ShoeScene, name: str) -> None:
    errors = checker_errors_px(scene, CAMERAS[name], POSE)
    assert len(errors) >= 6
    assert np.linalg.norm(errors, axis=1).mean() <= 0.05
    assert np.abs(errors.mean(axis=0)).max() <= 0.03


def test_the_golden_cameras_see_the_checker_where_it_projects(scene: ShoeScene, shared_data: Path) -> None:
    golden = json.loads((shared_data / "golden" / "conventions.json").read_text(encoding="utf-8"))["projection"]
    for entry in golden[:4]:
        size = entry["width"], entry["height"]
        camera = Camera(entry["fx"], entry["fy"], entry["cx"], entry["cy"], *size, np.zeros(5))
        view = camera.vtk_view()
        assert view.view_angle_deg == pytest.approx(entry["vtk"]["view_angle_deg"], abs=1e-9)
        assert view.window_center == pytest.approx(entry["vtk"]["window_center"], abs=1e-12)
        assert view.explicit_aspect == pytest.approx(entry["vtk"]["explicit_aspect"], abs=1e-12)
        distance = camera.fy_px * 0.6  # some 30 px a cell
        errors = checker_errors_px(scene, camera, POSE.with_translation([3.0, -2.0, distance]))
        assert np.linalg.norm(errors, axis=1).mean() <= 0.05


def iou(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


@pytest.mark.parametrize("name", CAMERAS)
def test_three_rasters_of_one_pose_agree(scene: ShoeScene, name: str) -> None:
    import cv2
    from pycocotools import mask as coco

    raster = pytest.importorskip("core.render.raster")
    camera, pose, mesh = CAMERAS[name], Pose.exp([1.9, 0.5, 0.3, 6.0, -4.0, 480.0]), ellipsoid()
    vtk = scene.render_mask(Shot("ellipsoid", ONE, pose, camera))
    ours = raster.mesh_mask(mesh, pose, camera)
    hull = cv2.convexHull(camera.project(pose.apply(mesh.vertices_mm)).astype(np.float32))
    rle = coco.frPyObjects([hull.ravel().astype(float).tolist()], camera.height_px, camera.width_px)
    pycoco = coco.decode(coco.merge(rle)).astype(bool)
    assert vtk.sum() > 5_000
    assert iou(vtk, ours) >= 0.999
    assert iou(vtk, pycoco) >= 0.995
    assert iou(ours, pycoco) >= 0.995


def test_a_left_shoe_covers_what_its_mirrored_mesh_covers(scene: ShoeScene, shared_data: Path) -> None:
    raster = pytest.importorskip("core.render.raster")
    mesh = ellipsoid().with_vertices(ellipsoid().vertices_mm + [0, 8.0, 0] * (ellipsoid().vertices_mm[:, :1] > 0))
    scene.set_mesh(mesh, "bent")
    factors = np.array([1.05, -1.05 * 0.95, 1.05])
    vtk = scene.render_mask(Shot("bent", factors, POSE, PLAIN))
    ours = raster.mesh_mask(mesh.scaled(np.abs(factors)).mirrored(), POSE, PLAIN)
    assert iou(vtk, ours) >= 0.999
