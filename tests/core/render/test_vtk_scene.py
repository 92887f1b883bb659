from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.render.vtk_scene import ShoeScene, ShoeStyle, Shot

CAMERA = Camera.from_vertical_fov(40.0, 320, height_px=240)
ONE = np.ones(3)


def box(colours: bool = False) -> Mesh:
    """A box of 100 x 40 x 20 mm, each wall with vertices of its own; +y red, -y blue, the others grey."""
    walls, faces, shades = [], [], []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            u, v = (axis + 1) % 3, (axis + 2) % 3
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                corner = np.zeros(3)
                corner[axis], corner[u], corner[v] = sign, a, b
                walls.append(corner)
                shades.append(((220, 30, 30) if sign > 0 else (30, 30, 220)) if axis == 1 else (128, 128, 128))
            i = len(walls) - 4
            faces += [[i, i + 1, i + 2], [i, i + 2, i + 3]] if sign > 0 else [[i, i + 2, i + 1], [i, i + 3, i + 2]]
    vertices = np.array(walls) * [50.0, 20.0, 10.0]
    return Mesh(vertices, np.array(faces), colours=np.array(shades, np.uint8) if colours else None)


@pytest.fixture(scope="module")
def scene() -> Iterator[ShoeScene]:
    scene = ShoeScene()
    scene.set_mesh(box(), "box")
    scene.set_mesh(box(colours=True), "coloured")
    yield scene
    scene.close()


def seen_along(axis: int, *, sign: float = 1.0) -> Pose:
    """The shoe 300 mm away, seen along an axis of its own: its +axis wall (or -axis) faces the camera."""
    forward = np.zeros(3)
    forward[axis] = -sign
    down = np.array([0.0, 0.0, -1.0]) if axis != 2 else np.array([0.0, -1.0, 0.0])
    return Pose.from_matrix(np.stack([np.cross(down, forward), down, forward]), [0, 0, 300])


def test_a_picture_is_premultiplied_and_contiguous(scene: ShoeScene) -> None:
    pixels = scene.render(Shot("box", ONE, seen_along(1), CAMERA))
    assert pixels.shape == (240, 320, 4)
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert (pixels[..., :3] <= pixels[..., 3:]).all()
    assert pixels[0, 0].tolist() == [0, 0, 0, 0]
    assert pixels[120, 160, 3] == 255


def test_rows_go_down(scene: ShoeScene) -> None:
    mask = scene.render_mask(Shot("box", ONE, seen_along(1).with_translation([0, -40, 300]), CAMERA))
    rows = np.flatnonzero(mask.any(axis=1))
    assert rows.mean() < 100


@pytest.mark.parametrize("style", ShoeStyle)
def test_every_style_covers_the_same_pixels(scene: ShoeScene, style: ShoeStyle) -> None:
    pose = Pose.exp([0.4, 0.7, 0.2, 0, 0, 260])
    drawing = scene.draw(Shot("box", ONE, pose, CAMERA, style))
    assert np.array_equal(drawing.mask, scene.render_mask(Shot("box", ONE, pose, CAMERA)))
    outside = drawing.rgba[~drawing.mask]
    assert not outside.any()
    assert drawing.rgba.any() == (style is not ShoeStyle.OUTLINE)


def test_wires_let_the_photo_through(scene: ShoeScene) -> None:
    alpha = scene.render(Shot("box", ONE, seen_along(1), CAMERA, ShoeStyle.WIREFRAME))[..., 3]
    inside = alpha[scene.render_mask(Shot("box", ONE, seen_along(1), CAMERA))]
    assert np.median(inside) < 100
    assert inside.max() > 200


def test_a_left_shoe_shows_its_outside(scene: ShoeScene) -> None:
    """Mirroring swaps the red (+y) and the blue (-y) wall; the wall that faces the camera is seen, not the far one."""
    left = np.array([1.0, -1.0, 1.0])
    for factors, sign, red in ((ONE, 1.0, True), (ONE, -1.0, False), (left, 1.0, False), (left, -1.0, True)):
        shot = Shot("coloured", factors, seen_along(1, sign=sign), CAMERA, ShoeStyle.TEXTURE)
        r, _, b, _ = scene.render(shot)[120, 160].tolist()
        assert (r > b) == red


def test_a_left_shoe_is_lit_like_a_right_one(scene: ShoeScene) -> None:
    pose = Pose.exp([0.4, 0.7, 0.2, 0, 0, 260])
    right = scene.render(Shot("box", ONE, pose, CAMERA))
    left = scene.render(Shot("box", np.array([1.0, -1.0, 1.0]), pose, CAMERA))
    assert np.abs(right.astype(int) - left).max() <= 2  # a box is its own mirror image


def test_an_open_shell_is_seen_from_inside(scene: ShoeScene) -> None:
    lid = Mesh(box().vertices_mm, box().faces[:-2])  # without its +z wall
    scene.set_mesh(lid, "lid")
    down_into = scene.render(Shot("lid", ONE, seen_along(2), CAMERA))
    assert down_into[120, 160, 3] == 255
    assert down_into[120, 160, :3].min() > 60


@pytest.mark.parametrize("distance_mm", [22.0, 60.0, 5_000.0, 60_000.0])
def test_near_and_far_shoes_are_not_clipped(scene: ShoeScene, distance_mm: float) -> None:
    camera = replace(CAMERA, fx_px=CAMERA.fx_px * distance_mm / 300, fy_px=CAMERA.fy_px * distance_mm / 300)
    pose = seen_along(1).with_translation([0, 0, distance_mm])
    near_wall = box().vertices_mm[box().vertices_mm[:, 1] > 0]
    corners = np.clip(camera.project(pose.apply(near_wall)), 0, [320, 240])
    mask = scene.render_mask(Shot("box", ONE, pose, camera))
    seen = [np.count_nonzero(mask.any(axis=0)), np.count_nonzero(mask.any(axis=1))]
    assert seen == pytest.approx(np.ptp(corners, axis=0), abs=1.0)
    assert mask.sum() == seen[0] * seen[1]


def test_behind_the_camera_nothing_is_drawn(scene: ShoeScene) -> None:
    assert not scene.render_mask(Shot("box", ONE, seen_along(1).with_translation([0, 0, -300]), CAMERA)).any()


def test_sizes_that_change_do_not_disturb_the_picture(scene: ShoeScene) -> None:
    shot = Shot("box", ONE, Pose.exp([0.4, 0.7, 0.2, 0, 0, 260]), CAMERA)
    before = scene.render(shot)
    scene.render(replace(shot, camera=CAMERA.resized(1000, 700)))
    scene.render(replace(shot, camera=CAMERA.resized(17, 5)))
    assert np.array_equal(scene.render(shot), before)


def test_an_unknown_mesh_is_refused(scene: ShoeScene) -> None:
    with pytest.raises(KeyError):
        scene.render(Shot("nobody", ONE, seen_along(1), CAMERA))


def test_the_least_used_mesh_is_forgotten() -> None:
    scene = ShoeScene(meshes_kept=2)
    for key in ("a", "b"):
        scene.set_mesh(box(), key)
    scene.render_mask(Shot("a", ONE, seen_along(1), CAMERA))
    scene.set_mesh(box(), "c")
    assert [scene.has_mesh(key) for key in "abc"] == [True, False, True]
    scene.close()


def test_another_thread_is_refused(scene: ShoeScene) -> None:
    refused = []

    def use() -> None:
        try:
            scene.set_mesh(box(), "other")
        except RuntimeError as error:
            refused.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert refused
