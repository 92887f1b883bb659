from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.render.vtk_scene import ShoeScene, ShoeStyle
from gui.bench.overlay_bench import blob
from gui.canvas.shoe_drawing import RenderedShoe, RenderRequest, ViewWindow, draw_shoe, frame_of
from gui.canvas.shoe_meshes import Detail, Level

MESH = blob(3_000)
LEVEL = Level("blob#full", Detail.FULL, MESH, MESH.vertices_mm)
CAMERA = Camera.from_vertical_fov(40.0, 800, height_px=600)
BENT = replace(CAMERA, distortion=np.array([-0.2, 0.05, 0.001, -0.001, 0.0]))
VIEW = ViewWindow(0.0, 0.0, 800.0, 600.0, 1.0)
POSE = Pose.exp([1.9, 0.4, 0.3, 20.0, -10.0, 700.0])
REQUEST = RenderRequest("canvas", 7, "blob", np.ones(3), POSE, CAMERA, VIEW)


@pytest.fixture(scope="module")
def scene() -> Iterator[ShoeScene]:
    scene = ShoeScene()
    yield scene
    scene.close()


def draw(scene: ShoeScene, request: RenderRequest) -> RenderedShoe:
    return draw_shoe(request, scene, level=LEVEL)


def extremes_px(camera: Camera, mesh: Mesh = MESH) -> np.ndarray:
    pixels = camera.project(POSE.apply(mesh.vertices_mm))
    return np.concatenate([pixels.min(axis=0), pixels.max(axis=0)])


def area(ring: np.ndarray) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return 0.5 * abs(float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)))


@pytest.mark.parametrize("camera", [CAMERA, BENT], ids=["pinhole", "lens"])
@pytest.mark.parametrize("scale", [0.4, 1.0, 2.7])
def test_the_outline_lies_on_the_projected_shoe(scene: ShoeScene, camera: Camera, scale: float) -> None:
    shoe = draw(scene, replace(REQUEST, camera=camera, view=replace(VIEW, scale=scale)))
    (ring,) = shoe.outline
    seen = np.concatenate([ring.min(axis=0), ring.max(axis=0)])
    assert seen == pytest.approx(extremes_px(camera), abs=0.8 / scale)


def test_only_the_shoes_box_is_drawn_on_the_screens_own_pixels(scene: ShoeScene) -> None:
    view = ViewWindow(10.3, 20.7, 790.3, 590.7, 1.7)
    shoe = draw(scene, replace(REQUEST, view=view))
    assert shoe.rgba is not None
    x0, y0, x1, y1 = shoe.box_px
    assert shoe.rgba.shape == (round((y1 - y0) * 1.7), round((x1 - x0) * 1.7), 4)
    device = (np.array([x0, y0]) - [10.3, 20.7]) * 1.7
    assert device == pytest.approx(np.round(device), abs=1e-6)
    assert np.array(shoe.box_px) == pytest.approx(extremes_px(CAMERA), abs=4.0)


def test_a_zoomed_view_draws_just_what_it_shows(scene: ShoeScene) -> None:
    shoe = draw(scene, replace(REQUEST, view=ViewWindow(400.0, 280.0, 440.0, 310.0, 20.0)))
    assert shoe.rgba is not None
    assert shoe.rgba.shape[:2] == pytest.approx((600, 800), abs=16)
    assert (shoe.rgba[..., 3] == 255).all()
    x0, y0, x1, y1 = shoe.box_px
    assert x0 < 400 and y0 < 280 and x1 > 440 and y1 > 310  # the outline along the cut is out of sight


def test_a_zoom_shows_the_same_edge(scene: ShoeScene) -> None:
    whole = draw(scene, replace(REQUEST, view=replace(VIEW, scale=8.0), device_limit=8_000)).outline[0]
    left = whole[whole[:, 0].argmin()]
    x, y = left
    close = draw(scene, replace(REQUEST, view=ViewWindow(x - 10, y - 8, x + 10, y + 8, 40.0)))
    assert close.outline[0][:, 0].min() == pytest.approx(left[0], abs=0.1)


def test_a_large_picture_is_drawn_coarser(scene: ShoeScene) -> None:
    shoe = draw(scene, replace(REQUEST, view=replace(VIEW, scale=10.0), device_limit=300))
    assert shoe.rgba is not None
    assert max(shoe.rgba.shape) == 300
    (ring,) = shoe.outline
    assert np.concatenate([ring.min(axis=0), ring.max(axis=0)]) == pytest.approx(extremes_px(CAMERA), abs=1.5)


@pytest.mark.parametrize(
    "request_", [
        replace(REQUEST, view=ViewWindow(0.0, 0.0, 50.0, 50.0, 3.0)),
        replace(REQUEST, pose=POSE.with_translation([0, 0, -700])),
        replace(REQUEST, pose=POSE.with_translation([9_000, 0, 700])),
    ], ids=["out of view", "behind", "beside"],
)  # fmt: skip
def test_a_shoe_out_of_view_is_no_picture(scene: ShoeScene, request_: RenderRequest) -> None:
    shoe = draw(scene, request_)
    assert shoe.rgba is None
    assert shoe.outline == ()


def test_a_shoe_around_the_camera_fills_the_view() -> None:
    frame = frame_of(replace(REQUEST, pose=POSE.with_translation([0, 0, 20])), MESH.vertices_mm)
    assert frame is not None
    assert (frame.width, frame.height) == (812, 612)


def test_outline_only_draws_nothing_inside(scene: ShoeScene) -> None:
    solid, bare = (draw(scene, replace(REQUEST, style=style)) for style in (ShoeStyle.SOLID, ShoeStyle.OUTLINE))
    assert bare.rgba is None
    assert np.array_equal(bare.outline[0], solid.outline[0])


def test_wires_may_be_coarser_than_the_outline(scene: ShoeScene) -> None:
    few = blob(300)
    wire = Level("few#wire", Detail.WIRE, few, few.vertices_mm)
    solid = draw(scene, REQUEST)
    shoe = draw_shoe(replace(REQUEST, style=ShoeStyle.WIREFRAME), scene, level=LEVEL, wire=wire)
    assert np.array_equal(shoe.outline[0], solid.outline[0])
    assert shoe.rgba is not None and solid.rgba is not None
    assert not np.array_equal(shoe.rgba, solid.rgba)


def test_a_lens_bends_the_picture_with_its_outline(scene: ShoeScene) -> None:
    shoe = draw(scene, replace(REQUEST, camera=BENT))
    assert shoe.rgba is not None
    covered = (shoe.rgba[..., 3] >= 128).sum()
    assert area(shoe.outline[0]) == pytest.approx(covered, rel=0.005)
    undone = BENT.undistorted_pixels(shoe.outline[0])
    assert area(undone) == pytest.approx(area(draw(scene, REQUEST).outline[0]), rel=0.003)
    assert area(undone) != pytest.approx(area(shoe.outline[0]), rel=0.006)
