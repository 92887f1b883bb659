"""Unity's seven numbers against cases worked out by hand, a Unity of its own, values computed apart, and both ways."""

from __future__ import annotations

import json
from dataclasses import astuple, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from label_strategies import poses

from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.geometry.unity import (
    AXES,
    UnityError,
    UnityScene,
    UnityView,
    camera_from_unity,
    pose_from_unity,
    unity_view,
    unity_view_from_json,
    unity_view_to_json,
)

GOLDEN: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("golden_conventions.json").read_text(encoding="utf-8")
)["unity"]
SCENES = [UnityScene(toe, up) for toe, up in product(AXES, AXES) if toe[1] != up[1]]

scenes = st.builds(replace, st.sampled_from(SCENES), unit_mm=st.sampled_from([1.0, 10.0, 100.0, 1000.0]))
turns = st.floats(-179.9, 179.9) | st.sampled_from([0.0, 90.0, -90.0])
places = st.floats(-50, 50)
fovs = st.floats(1, 175)
views = st.builds(UnityView, places, places, places, turns, turns, turns, fovs)
sizes = st.tuples(st.integers(1, 4000), st.integers(1, 4000))


def golden_scene(case: dict[str, Any]) -> UnityScene:
    """The scene whose reflection is the case's M."""
    found = [one for one in SCENES if np.array_equal(one.unity_from_shoe, case["M"])]
    assert len(found) == 1
    return replace(found[0], unit_mm=case["unit_mm"])


def about(axis: int, degrees: float) -> np.ndarray:
    """A turn about an axis of Unity's by Rodrigues' formula; its left hand and its mirrored axes cancel."""
    angle, k = np.radians(degrees), np.zeros((3, 3))
    a, b = (axis + 1) % 3, (axis + 2) % 3
    k[a, b], k[b, a] = -1.0, 1.0
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * (k @ k)


def pixels_of_unity(view: UnityView, points_unity: np.ndarray, width: int, height: int) -> np.ndarray:
    """What Unity draws: into the camera's axes by undoing y, then x, then z, and up is up."""
    points = points_unity - [view.tx, view.ty, view.tz]
    for axis, degrees in ((1, view.ry_deg), (0, view.rx_deg), (2, view.rz_deg)):
        points = points @ about(axis, -degrees).T
    focal = (height / 2) / np.tan(np.radians(view.fov_deg / 2))
    u = width / 2 + focal * points[:, 0] / points[:, 2]
    v = height / 2 - focal * points[:, 1] / points[:, 2]
    return np.stack([u, v], axis=1)


def assert_same_pose(a: Pose, b: Pose, *, atol_mm: float = 1e-6) -> None:
    np.testing.assert_allclose(a.rotation, b.rotation, atol=1e-12)
    np.testing.assert_allclose(a.translation_mm, b.translation_mm, atol=atol_mm)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: f"fov {case['fieldOfView']:.0f}")
def test_values_computed_apart_from_this_program(case: dict[str, Any]) -> None:
    view, scene = unity_view_from_json(case), golden_scene(case)
    pose, camera = pose_from_unity(view, scene), camera_from_unity(view, case["width"], height_px=case["height"])
    assert_same_pose(pose, Pose(np.array(case["rotation_wxyz"]), np.array(case["translation_mm"])))
    np.testing.assert_allclose(camera.project(pose.apply(case["points_shoe_mm"])), case["pixels"], atol=1e-7)
    assert astuple(unity_view(pose, camera, scene=scene)) == pytest.approx(astuple(view), abs=1e-9)


def test_a_camera_behind_the_heel_that_looks_at_the_toe() -> None:
    view = UnityView(0, 0, -5, 0, 0, 0, 90)
    pose, camera = pose_from_unity(view), camera_from_unity(view, 200, height_px=100)
    np.testing.assert_allclose(pose.rotation, [[0, -1, 0], [0, 0, -1], [1, 0, 0]], atol=1e-15)
    np.testing.assert_allclose(pose.translation_mm, [0, 0, 500])
    assert (camera.fx_px, camera.fy_px) == pytest.approx((50, 50))
    # The toe is straight ahead, the wearer's left is on the left, what is high is high up in the picture.
    pixels = camera.project(pose.apply([[100.0, 0, 0], [0, 100, 0], [0, 0, 100]]))
    np.testing.assert_allclose(pixels, [[100, 50], [90, 50], [100, 40]])


def test_a_positive_rx_looks_down() -> None:
    view = UnityView(0, 3, 0, 90, 0, 0, 90)
    pixels = camera_from_unity(view, 100, height_px=100).project(
        pose_from_unity(view).apply([[0.0, 0, 0], [150, 0, 0], [0, 150, 0]])
    )
    np.testing.assert_allclose(pixels, [[50, 50], [50, 25], [25, 50]])  # from above: toe up, left left


def test_a_positive_ry_looks_right() -> None:
    view = UnityView(-4, 0, 0, 0, 90, 0, 90)  # from the wearer's left, with the toe on the left
    pixels = camera_from_unity(view, 100, height_px=100).project(
        pose_from_unity(view).apply([[0.0, 0, 0], [100, 0, 0]])
    )
    np.testing.assert_allclose(pixels, [[50, 50], [37.5, 50]])


def test_a_positive_rz_leans_the_camera_to_the_left() -> None:
    view = UnityView(0, 0, -5, 0, 0, 90, 90)  # its top points to -x now, so what is above lies right in the picture
    pixels = camera_from_unity(view, 100, height_px=100).project(pose_from_unity(view).apply([[0.0, 0, 100]]))
    np.testing.assert_allclose(pixels, [[60, 50]])


def test_z_is_turned_first_then_x_then_y() -> None:
    # z leans the camera's top to -x, which x leaves alone and y swings to the front (+z); forward has gone down and
    # stays there under y.
    rotation = UnityView(0, 0, 0, 90, 90, 90, 60).rotation
    np.testing.assert_allclose(rotation @ [0, 1, 0], [0, 0, 1], atol=1e-15)
    np.testing.assert_allclose(rotation @ [0, 0, 1], [0, -1, 0], atol=1e-15)


def test_a_unit_scales_the_way_and_not_the_turn() -> None:
    view = UnityView(0.3, 2, -4, 20, 30, 40, 60)
    metres, decimetres = (pose_from_unity(view, UnityScene(unit_mm=unit)) for unit in (1000, 100))
    np.testing.assert_allclose(metres.translation_mm, 10 * decimetres.translation_mm)
    np.testing.assert_array_equal(metres.rotation_wxyz, decimetres.rotation_wxyz)


def test_an_imported_mesh_has_its_x_reversed() -> None:
    assert UnityScene.imported("+X", "-Z") == UnityScene("-X", "-Z")
    # Vertices as the file has them (toe +X, up +Z: our own axes) stand in Unity with X negated and nothing else.
    np.testing.assert_array_equal(UnityScene.imported("+X", "+Z").unity_from_shoe, np.diag([-1, 1, 1]))


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.toe + scene.up)
def test_every_scene_is_a_reflection(scene: UnityScene) -> None:
    matrix = scene.unity_from_shoe
    np.testing.assert_array_equal(matrix @ matrix.T, np.eye(3))
    assert np.linalg.det(matrix) == pytest.approx(-1)


@given(views, scenes, sizes)
def test_our_camera_sees_what_unitys_does(view: UnityView, scene: UnityScene, size: tuple[int, int]) -> None:
    points_mm = np.array([[140.0, 20, -30], [-140, -20, 60], [10, 45, 0], [0, 0, 0]])
    pose = pose_from_unity(view, scene)
    in_front = pose.apply(points_mm)[:, 2] > 1e-3 * scene.unit_mm
    pixels = camera_from_unity(view, size[0], height_px=size[1]).project(pose.apply(points_mm[in_front]))
    points_unity = points_mm[in_front] @ scene.unity_from_shoe.T / scene.unit_mm
    np.testing.assert_allclose(pixels, pixels_of_unity(view, points_unity, *size), rtol=1e-6, atol=1e-6)


@given(views, scenes, sizes)
@example(UnityView(1, 2, 3, 90, 20, 30, 60), UnityScene(), (640, 480))
@example(UnityView(1, 2, 3, -90, -170, 160, 60), UnityScene(), (640, 480))
@example(UnityView(1, 2, 3, 90 - 1e-7, 20, 30, 60), UnityScene(), (640, 480))
@example(UnityView(1, 2, 3, 90 - 1e-5, 20, 30, 60), UnityScene(), (640, 480))
def test_there_and_back_is_the_same_view(view: UnityView, scene: UnityScene, size: tuple[int, int]) -> None:
    pose, camera = pose_from_unity(view, scene), camera_from_unity(view, size[0], height_px=size[1])
    back = unity_view(pose, camera, scene=scene)
    np.testing.assert_allclose(back.position, view.position, atol=1e-9)
    np.testing.assert_allclose(back.rotation, view.rotation, atol=1e-12)
    assert back.fov_deg == pytest.approx(view.fov_deg, rel=1e-9)
    assert -90.0 <= back.rx_deg <= 90.0
    if abs(view.rx_deg) < 89.0:  # beyond, the same turn has other angles too
        assert (back.rx_deg, back.ry_deg, back.rz_deg) == pytest.approx(
            (view.rx_deg, view.ry_deg, view.rz_deg), abs=1e-7
        )


@given(poses, scenes, fovs, sizes)
@example(Pose.exp([0, 1.6e-12, 6e-7, 0, 0, 0]), UnityScene("+X", "+Y"), 60.0, (640, 480))
@example(Pose.exp([0, 1e-9, 6e-7, 0, 0, 0]), UnityScene("+X", "+Y"), 60.0, (640, 480))
def test_back_and_there_is_the_same_pose(pose: Pose, scene: UnityScene, fov: float, size: tuple[int, int]) -> None:
    camera = Camera.from_vertical_fov(fov, size[0], height_px=size[1])
    view = unity_view(pose, camera, scene=scene)
    assert_same_pose(pose_from_unity(view, scene), pose)
    assert camera_from_unity(view, size[0], height_px=size[1]).fx_px == pytest.approx(camera.fx_px, rel=1e-9)


def test_looking_straight_down_has_no_rz() -> None:
    view = UnityView(0, 3, 0, 90, 50, 20, 60)
    back = unity_view(pose_from_unity(view), camera_from_unity(view, 640, height_px=480))
    assert astuple(back) == pytest.approx((0, 3, 0, 90, 30, 0, 60), abs=1e-9)


@given(views)
def test_text_and_json_bring_a_view_back(view: UnityView) -> None:
    assert astuple(UnityView.from_text(view.text)) == pytest.approx(astuple(view), rel=1e-9, abs=1e-300)
    assert unity_view_from_json(json.loads(json.dumps(unity_view_to_json(view)))) == view


@pytest.mark.parametrize(
    "text", ["0 2.05 -2.28 22.957 0 0 60", "0,2.05,-2.28, 22.957,0,0,60", " 0;2.05;-2.28;22.957;0;0;6e1 "]
)
def test_numbers_as_people_write_them(text: str) -> None:
    assert UnityView.from_text(text) == UnityView(0, 2.05, -2.28, 22.957, 0, 0, 60)
    assert UnityView.from_text(text).text == "0 2.05 -2.28 22.957 0 0 60"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not 0"),
        ("1 2 3 4 5 6", "not 6"),
        ("1 2 3 4 5 6 7 8", "not 8"),
        ("1 2 3 4 five 6 60", "Ry is 'five'"),
        ("1 2 nan 4 5 6 60", "Tz is nan"),
        ("1 2 3 inf 5 6 60", "Rx is inf"),
        ("1 1e9 3 4 5 6 60", "no farther"),
        ("1 2 3 4 5 6 0", "fieldOfView"),
        ("1 2 3 4 5 6 180", "fieldOfView"),
    ],
)
def test_wrong_numbers_are_a_sentence(text: str, words: str) -> None:
    with pytest.raises(UnityError, match=words) as caught:
        UnityView.from_text(text)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("value", [None, True, [1], {}, "", 10**400])
def test_values_that_are_no_numbers_are_a_sentence(value: Any) -> None:
    content = unity_view_to_json(UnityView(0, 0, 0, 0, 0, 0, 60)) | {"Ty": value}
    with pytest.raises(UnityError, match="Ty is"):
        unity_view_from_json(content)


def test_missing_numbers_are_named() -> None:
    with pytest.raises(UnityError, match="Rz, fieldOfView is missing"):
        unity_view_from_json({"Tx": 0, "Ty": 0, "Tz": 0, "Rx": 0, "Ry": 0})


@pytest.mark.parametrize("values", [("+Z", "-Z"), ("Z", "+Y"), ("+Z", "+W"), ("+Z", "+Y", 0.0), ("+Z", "+Y", np.nan)])
def test_impossible_scenes_are_a_sentence(values: tuple[Any, ...]) -> None:
    with pytest.raises(UnityError):
        UnityScene(*values)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cx_px": 321.0}, "1 px off"),
        ({"cy_px": 239.5}, "0.5 px off"),
        ({"fx_px": 510.0}, "square pixels"),
        ({"distortion": np.array([0.1, 0, 0, 0, 0])}, "bends"),
    ],
)
def test_cameras_unity_has_none_for_are_a_sentence(change: dict[str, Any], words: str) -> None:
    camera = replace(Camera(500.0, 500.0, 320.0, 240.0, 640, 480, np.zeros(5)), **change)
    with pytest.raises(UnityError, match=words):
        unity_view(Pose.identity(), camera)
