"""Calibration files: every writer's camera is read, scaled and turned, and a bad file is named with its key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from core.formats.calibration import read_calibration
from core.formats.json_file import FormatError
from core.geometry.camera import Camera, CameraSource

K = np.array([[600.0, 0.0, 322.5], [0.0, 606.0, 238.5], [0.0, 0.0, 1.0]])
BENT = np.array([0.11, -0.21, 0.001, -0.002, 0.03])
SIZE = (640, 480)
EXPECTED = Camera(600.0, 606.0, 323.0, 239.0, *SIZE, BENT, CameraSource.CALIBRATION)


def opencv_file(folder: Path, name: str, **more: Any) -> Path:
    file = folder / name
    storage = cv2.FileStorage(str(file), cv2.FILE_STORAGE_WRITE)
    content = {"image_width": 640, "image_height": 480, "camera_matrix": K, "distortion_coefficients": BENT} | more
    for key, value in content.items():
        if value is not None:
            storage.write(key, value)
    storage.release()
    return file


def json_file(folder: Path, content: Any) -> Path:
    file = folder / "camera.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def camera_of(file: Path, size_px: tuple[int, int] = SIZE, *, orientation: int = 1) -> Camera:
    return read_calibration(file).camera_for(size_px, orientation=orientation)


def alike(a: Camera, b: Camera) -> bool:
    return a.matrix == pytest.approx(b.matrix) and a.distortion == pytest.approx(b.distortion)


@pytest.mark.parametrize("name", ["camera.yml", "camera.yaml", "camera.xml", "camera.json"])
def test_what_opencv_writes_is_read_with_its_half_pixel(tmp_path: Path, name: str) -> None:
    camera = camera_of(opencv_file(tmp_path, name))
    assert alike(camera, EXPECTED) and camera.opencv_matrix == pytest.approx(K)
    assert (camera.source, camera.source_name) == (CameraSource.CALIBRATION, name)
    # OpenCV's own projection, at integer pixel centres, is where ours is less half a pixel.
    point = np.array([[30.0, -40.0, 500.0]])
    seen, _ = cv2.projectPoints(point, np.zeros(3), np.zeros(3), K, BENT)
    assert camera.project(point)[0] == pytest.approx(seen.ravel() + 0.5, abs=1e-9)


def test_ros_and_plain_json_are_read(tmp_path: Path) -> None:
    ros = tmp_path / "ost.yaml"
    numbers = ", ".join(map(str, K.ravel()))
    bent = ", ".join(map(str, BENT))
    ros.write_text(
        f"image_width: 640\nimage_height: 480\ncamera_name: left\ncamera_matrix:\n  rows: 3\n  cols: 3\n"
        f"  data: [{numbers}]\ndistortion_model: plumb_bob\ndistortion_coefficients:\n  rows: 1\n  cols: 5\n"
        f"  data: [{bent}]\n"
    )
    assert alike(camera_of(ros), EXPECTED)
    lists = {"K": K.tolist(), "dist": [BENT.tolist()], "image_size": [640, 480]}
    assert alike(camera_of(json_file(tmp_path, lists)), EXPECTED)
    flat = {"cam_K": K.ravel().tolist(), "width": 640, "height": 480}
    assert not camera_of(json_file(tmp_path, flat)).is_distorted
    named = {"fx": 600, "fy": 606, "cx": 322.5, "cy": 238.5, "D": BENT.tolist()}
    assert alike(camera_of(json_file(tmp_path, named)), EXPECTED)


def test_colmap_counts_from_the_corner(tmp_path: Path) -> None:
    file = tmp_path / "cameras.txt"
    file.write_text(
        "# Camera list\n1 PINHOLE 1000 500 700 702 500.5 250.25\n"
        "2 OPENCV 640 480 600 606 323 239 0.11 -0.21 0.001 -0.002\n"
        "3 SIMPLE_RADIAL 300 300 280 150 150 0.05\n"
    )
    second = camera_of(file)
    assert alike(second, Camera(600, 606, 323, 239, *SIZE, np.array([0.11, -0.21, 0.001, -0.002, 0.0])))
    assert camera_of(file, (1000, 500)).cx_px == 500.5
    assert camera_of(file, (600, 600)).fx_px == 560.0 and camera_of(file, (600, 600)).distortion[0] == 0.05
    with pytest.raises(FormatError, match="for pictures of 300 × 300, 640 × 480, 1000 × 500 px"):
        camera_of(file, (900, 1000))


def test_another_size_of_the_same_shape_is_scaled(tmp_path: Path) -> None:
    file = opencv_file(tmp_path, "camera.yml")
    half = camera_of(file, (320, 240))
    assert half.matrix == pytest.approx(EXPECTED.resized(320, 240).matrix) and half.cx_px == 161.5
    assert camera_of(file, (1000, 750)).fx_px == pytest.approx(937.5)
    assert camera_of(file, (213, 160)).width_px == 213  # a side rounded by whoever scaled it
    with pytest.raises(FormatError, match=r"camera\.yml is a calibration for pictures of 640 × 480 px.*640 × 640"):
        camera_of(file, (640, 640))


@pytest.mark.parametrize(("orientation", "turn"), [(6, cv2.ROTATE_90_CLOCKWISE), (8, cv2.ROTATE_90_COUNTERCLOCKWISE)])
def test_a_photo_that_is_turned_has_the_turned_camera(tmp_path: Path, orientation: int, turn: int) -> None:
    file = opencv_file(tmp_path, "camera.yml")
    upright, camera = camera_of(file), camera_of(file, (480, 640), orientation=orientation)
    point = np.array([60.0, -90.0, 500.0])
    x, y, z = point
    seen = camera.project([-y, x, z] if orientation == 6 else [y, -x, z])
    u, v = upright.project(point)
    assert seen == pytest.approx([480 - v, u] if orientation == 6 else [v, 640 - u], abs=1e-9)
    picture = np.zeros((480, 640), np.uint8)
    picture[int(v), int(u)] = 1  # the same by OpenCV's turn of the pixels
    assert cv2.rotate(picture, turn)[int(seen[1]), int(seen[0])] == 1
    with pytest.raises(FormatError, match="another shape"):
        camera_of(file, (480, 640))


def test_without_a_size_the_middle_must_fit(tmp_path: Path) -> None:
    file = json_file(tmp_path, {"K": K.tolist()})
    assert camera_of(file).cx_px == 323.0
    with pytest.raises(FormatError, match="does not say how large"):
        camera_of(file, (4000, 3000))


BAD_JSON: tuple[tuple[Any, str], ...] = (
    ({"foo": 1}, "holds no camera: none of its keys is camera_matrix"),
    ({"K": [[1, 0], [0, 1]]}, "“K” must be a 3 × 3 matrix, and has 4 numbers"),
    ({"K": "wide"}, "“K” is no list of numbers"),
    ({"K": [[1, 0, 2], [0, 1]]}, "“K” is no list of numbers"),
    ({"K": None}, "“K” must hold finite numbers"),
    ({"camera_matrix": {"rows": 3}}, "“camera_matrix” must hold finite numbers"),
    ({"K": [[-1, 0, 2], [0, 1, 2], [0, 0, 1]]}, "focal lengths -1 and 1 px"),
    ({"K": [[600, 9, 320], [0, 600, 240], [0, 0, 1]]}, "a skew of 9 px"),
    ({"K": [[600, 0, 320], [0, 600, 240], [0, 0, 2]]}, "“K” is no camera matrix"),
    ({"K": K.tolist(), "dist": [0, 0, 0, 0, 0, 0.4, 0, 0]}, "“dist” has 8 coefficients"),
    ({"K": K.tolist(), "dist": ["a"]}, "“dist” is no list of numbers"),
    ({"K": K.tolist(), "distortion_model": "equidistant"}, "“distortion_model” is equidistant"),
    ({"K": K.tolist(), "image_size": [640]}, "“image_size” must be width and height"),
    ({"K": K.tolist(), "width": "wide", "height": 3}, "“width” is wide"),
    ({"K": K.tolist(), "width": 640, "height": 0}, "“height” is 0"),
    ([1, 2], "holds no JSON object"),
)


@pytest.mark.parametrize(("content", "words"), BAD_JSON)
def test_a_bad_file_is_named_with_its_key(tmp_path: Path, content: Any, words: str) -> None:
    with pytest.raises(FormatError, match=r"camera\.json") as raised:
        camera_of(json_file(tmp_path, content))
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.yml", "rubbish: [1, 2", "is no YAML that OpenCV can read"),
        ("a.xml", "<opencv_storage><camera_matrix>", "is no XML that OpenCV can read"),
        ("a.yml", "", "is no YAML that OpenCV can read"),
        ("a.json", "{", "is no valid JSON"),
        ("cameras.txt", "# nothing\n", "holds no camera"),
        ("cameras.txt", "1 FISHEYE 640 480 1 2 3", "line 1: the camera model “FISHEYE”"),
        ("cameras.txt", "1 PINHOLE 640 480 1 2 3", "PARAMS[] of PINHOLE are 4 finite numbers, and here are 3"),
        ("cameras.txt", "1 PINHOLE 640 480 1 2 3 x", "must be numbers"),
        ("cameras.txt", "1 PINHOLE 640 480 0 0 3 3", "must be above 0"),
        ("cameras.txt", "1", "the camera model “”"),
    ],
)
def test_a_file_of_no_kind_is_named(tmp_path: Path, name: str, text: str, words: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError) as raised:
        read_calibration(file)
    assert words in str(raised.value) and name in str(raised.value)


def test_what_is_no_text_or_not_there_is_said(tmp_path: Path) -> None:
    for name in ("a.yml", "cameras.txt", "a.json"):
        with pytest.raises(FormatError, match="cannot be read"):
            read_calibration(tmp_path / name)
    for name in ("b.yml", "cameras.txt"):
        (tmp_path / name).write_bytes(b"\xff\xfe\x00\x80")
        with pytest.raises(FormatError, match="is no text file"):
            read_calibration(tmp_path / name)
