"""The floor under rendered shoes: where it is in the picture, and that shadows fall where the light is kept away."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from core.geometry.camera import Camera
from core.geometry.looking import look_at
from core.geometry.mesh import Mesh
from core.training.camera_look import developed
from core.training.ground import Patch, above_horizon, floor_light, photo_crop, seen_on_floor, visible_patch
from core.training.legs import Ankle, Outfit, person_legs
from core.training.render_stage import Lamp
from core.training.scene_plan import random_light
from core.training.shoe_paint import PictureCoats, SwatchCoats, painted

CAMERA = Camera.from_vertical_fov(40.0, 120, height_px=90)
POSE = look_at(np.array([600.0, -900.0, 700.0]), np.array([0.0, 0.0, 0.0]))
CORNERS = np.array([[-1, -1, -1], [1, -1, -1], [1, 1, -1], [-1, 1, -1], [-1, -1, 1], [1, -1, 1], [1, 1, 1], [-1, 1, 1]])
SIDES = [(0, 2, 1), (0, 3, 2), (4, 5, 6), (4, 6, 7), (0, 1, 5), (0, 5, 4), (2, 3, 7), (2, 7, 6), (1, 2, 6), (1, 6, 5)]


def box_over(height_mm: float) -> Mesh:
    return Mesh(CORNERS * 50.0 + [0, 0, height_mm], np.array([*SIDES, (0, 4, 7), (0, 7, 3)]))


def test_a_mark_on_the_floor_is_seen_where_the_camera_projects_it() -> None:
    picture = np.zeros((400, 400, 1), np.float32)
    cv2.circle(picture, (260, 180), 6, 1.0, -1)
    patch = Patch(0.0, 0.0, 800.0)
    seen = np.asarray(seen_on_floor(picture, patch, CAMERA, POSE, mirrored=False)).reshape(90, 120)
    rows, columns = np.nonzero(seen > 0.5)
    floor = np.array([(260.5 - 200) * 2, (180.5 - 200) * 2, 0.0])
    expected = CAMERA.project(POSE.apply(floor))
    assert np.allclose([columns.mean() + 0.5, rows.mean() + 0.5], expected, atol=0.4)


def test_the_horizon_is_where_rays_leave_the_floor() -> None:
    pose = look_at(np.array([0.0, -2000.0, 1000.0]), np.array([0.0, 2000.0, 1000.0 - 400.0]))
    behind = above_horizon(CAMERA, pose)
    horizon = CAMERA.project(pose.apply(np.array([0.0, 1e9, 0.0])))[1]
    assert behind[: int(horizon) - 1].min() == 1.0 and behind[int(horizon) + 2 :].max() == 0.0


def test_a_shadow_falls_away_from_the_lamp() -> None:
    towards = np.array([0.6, 0.0, 0.8])
    light = floor_light(Patch(0, 0, 800.0), [box_over(150.0)], [Lamp(towards, np.full(3, 1.0))], np.full(3, 0.2))
    size = light.shape[0]

    def at(x_mm: float, y_mm: float) -> float:
        return float(light[int((y_mm / 800 + 0.5) * size), int((x_mm / 800 + 0.5) * size), 0])

    assert abs(at(-150 * 0.75, 0) - 0.2) < 0.01
    assert abs(at(150.0, 0) - 1.0) < 0.01 and abs(at(-300, 200) - 1.0) < 0.01


def test_the_patch_holds_the_floor_that_is_seen() -> None:
    patch = visible_patch(CAMERA, POSE, np.zeros(3))
    corner = CAMERA.unproject([0.5, 89.5]) @ POSE.inverse().rotation.T
    eye = POSE.inverse().translation_mm
    place = eye - corner * (eye[2] / corner[2])
    assert np.abs(place[:2]).max() <= patch.side_mm / 2


def test_photos_are_cropped_to_size_and_what_is_no_picture_is_left_out(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    cv2.imwrite(str(tmp_path / "a.png"), rng.integers(0, 255, (50, 30, 3)).astype(np.uint8))
    crop = photo_crop(tmp_path / "a.png", (64, 48), rng)
    assert crop is not None and crop.shape == (48, 64, 3) and 0 <= crop.min() <= crop.max() <= 1
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    assert photo_crop(tmp_path / "b.jpg", (64, 48), rng) is None


def test_light_on_the_floor_is_about_one() -> None:
    for seed in range(20):
        plan = random_light(np.random.default_rng(seed))
        total = plan.ambient + sum(lamp.rgb * lamp.towards[2] for lamp in plan.floor_lamps)
        assert 0.6 < float(total.mean()) < 1.4
        assert all(lamp.towards[2] > 0 for lamp in (*plan.lamps, *plan.floor_lamps))


def test_legs_rise_from_the_opening_and_are_repeatable() -> None:
    ankle = Ankle(np.array([0.0, 0, 30]), np.array([0.0, 0, 100]), np.array([1.0, 0, 0]), 36.0, 30.0)
    for seed in range(6):
        tubes = [
            person_legs([ankle], Outfit.drawn(np.random.default_rng(seed)), np.random.default_rng(seed))
            for _ in range(2)
        ]
        for first, second in zip(*tubes, strict=True):
            assert np.array_equal(first.mesh.vertices_mm, second.mesh.vertices_mm)
        heights = np.concatenate([tube.mesh.vertices_mm[:, 2] for tube in tubes[0]])
        assert heights.min() > 0 and heights.max() > 900


def test_paint_follows_the_generator() -> None:
    texture = np.random.default_rng(0).integers(0, 255, (16, 16, 3)).astype(np.uint8)
    for coats in (PictureCoats(texture), SwatchCoats(3, (0.6, 0.3, 0.1))):
        first, second, third = (painted(coats, np.random.default_rng(seed)) for seed in (1, 1, 2))
        assert np.array_equal(first, second) and not np.array_equal(first, third)


def test_a_developed_picture_keeps_its_size() -> None:
    for seed in range(12):
        shown = developed(np.full((20, 30, 3), 0.5, np.float32), np.random.default_rng(seed))
        assert shown.shape == (20, 30, 3) and shown.dtype == np.uint8 and 40 < shown.mean() < 230
