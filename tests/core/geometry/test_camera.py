"""The pinhole and its lens: projection and back, crops, scales, and the borders to OpenCV and VTK."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.geometry.camera import Camera, CameraSource

focals = st.floats(300, 6000)
sizes = st.integers(64, 6000)


@st.composite
def plain_cameras(draw: st.DrawFn) -> Camera:
    width, height = draw(sizes), draw(sizes)
    centre = draw(st.floats(0, 1)) * width, draw(st.floats(0, 1)) * height
    return Camera(draw(focals), draw(focals), *centre, width, height, np.zeros(5))


# A telephone's lens, seen no wider than its field: the model is monotone there.
lenses = st.tuples(
    st.floats(-0.15, 0.15),
    st.floats(-0.05, 0.05),
    st.floats(-2e-3, 2e-3),
    st.floats(-2e-3, 2e-3),
    st.floats(-0.01, 0.01),
)
rays = hnp.arrays(np.float64, (6, 2), elements=st.floats(-0.6, 0.6))
depths = hnp.arrays(np.float64, 6, elements=st.floats(50, 5000))


def lens_camera(camera: Camera, lens: tuple[float, ...]) -> Camera:
    return Camera(
        camera.fx_px, camera.fy_px, camera.cx_px, camera.cy_px, camera.width_px, camera.height_px, np.array(lens)
    )


@given(plain_cameras(), rays, depths)
def test_unproject_undoes_project(camera: Camera, xy: np.ndarray, z: np.ndarray) -> None:
    points = np.column_stack([xy * z[:, None], z])
    np.testing.assert_allclose(camera.unproject(camera.project(points), z), points, atol=1e-7)


@given(plain_cameras(), lenses, rays, depths)
def test_unproject_undoes_project_behind_a_lens(
    camera: Camera, lens: tuple[float, ...], xy: np.ndarray, z: np.ndarray
) -> None:
    bent = lens_camera(camera, lens)
    points = np.column_stack([xy * z[:, None], z])
    np.testing.assert_allclose(bent.unproject(bent.project(points), z), points, atol=1e-5)


@given(plain_cameras(), lenses, rays)
def test_undistorted_pixels_are_what_a_perfect_lens_sees(
    camera: Camera, lens: tuple[float, ...], xy: np.ndarray
) -> None:
    bent = lens_camera(camera, lens)
    points = np.column_stack([xy, np.ones(6)])
    seen = bent.undistorted_pixels(bent.project(points))
    np.testing.assert_allclose(seen, bent.without_distortion().project(points), atol=1e-4)


@given(plain_cameras(), lenses, rays)
def test_the_lens_is_opencvs(camera: Camera, lens: tuple[float, ...], xy: np.ndarray) -> None:
    cv2 = pytest.importorskip("cv2")
    bent = lens_camera(camera, lens)
    points = np.column_stack([xy, np.ones(6)])
    theirs, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), bent.opencv_matrix, bent.distortion)
    np.testing.assert_allclose(bent.project(points), theirs.reshape(-1, 2) + 0.5, atol=1e-6)


@given(plain_cameras(), lenses, rays, st.integers(-500, 500), st.integers(-500, 500))
def test_a_crop_shifts_pixels_and_nothing_else(
    camera: Camera, lens: tuple[float, ...], xy: np.ndarray, x: int, y: int
) -> None:
    bent = lens_camera(camera, lens)
    points = np.column_stack([xy, np.ones(6)]) * 700
    cropped = bent.cropped(x, y, width_px=100, height_px=80)
    assert (cropped.width_px, cropped.height_px) == (100, 80)
    np.testing.assert_allclose(cropped.project(points), bent.project(points) - [x, y], atol=1e-7)


@given(plain_cameras(), lenses, rays, sizes, sizes)
def test_a_resize_scales_pixels_from_the_corner(
    camera: Camera, lens: tuple[float, ...], xy: np.ndarray, width: int, height: int
) -> None:
    bent = lens_camera(camera, lens)
    points = np.column_stack([xy, np.ones(6)])
    scale = [width / bent.width_px, height / bent.height_px]
    np.testing.assert_allclose(
        bent.resized(width, height).project(points), bent.project(points) * scale, rtol=1e-9, atol=1e-9
    )


@given(plain_cameras(), st.integers(0, 50), st.integers(0, 50))
def test_crops_add_up(camera: Camera, x: int, y: int) -> None:
    twice = camera.cropped(x, y, width_px=60, height_px=60).cropped(y, x, width_px=40, height_px=40)
    once = camera.cropped(x + y, y + x, width_px=40, height_px=40)
    assert (twice.cx_px, twice.cy_px) == pytest.approx((once.cx_px, once.cy_px))


@given(plain_cameras())
def test_opencvs_pixels_are_half_a_pixel_less(camera: Camera) -> None:
    np.testing.assert_allclose(camera.matrix - camera.opencv_matrix, [[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]], atol=1e-9)


@given(st.floats(5, 150), sizes, sizes)
def test_a_field_of_view_spans_the_height(fov: float, width: int, height: int) -> None:
    camera = Camera.from_vertical_fov(fov, width, height_px=height)
    assert camera.vertical_fov_deg == pytest.approx(fov)
    edge = math.tan(math.radians(fov) / 2)
    np.testing.assert_allclose(camera.project([0, edge, 1.0]), [width / 2, height], rtol=1e-9)


@given(plain_cameras(), st.floats(5, 150))
def test_another_field_of_view_keeps_the_pixels_proportions(camera: Camera, fov: float) -> None:
    other = camera.with_vertical_fov(fov)
    assert other.vertical_fov_deg == pytest.approx(fov)
    assert other.fx_px / other.fy_px == pytest.approx(camera.fx_px / camera.fy_px)
    assert other.source is CameraSource.HAND


def test_what_is_behind_the_camera_has_no_pixel() -> None:
    camera = Camera.from_vertical_fov(60, 640, height_px=480)
    seen = camera.project([[1, 2, -5], [1, 2, 0], [0, 0, 5]])
    assert np.isnan(seen[:2]).all()
    np.testing.assert_array_equal(seen[2], [320, 240])


@pytest.mark.parametrize("fov", [0.0, 180.0, -3.0])
def test_an_impossible_field_of_view_is_refused(fov: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 180"):
        Camera.from_vertical_fov(fov, 640, height_px=480)


@pytest.mark.parametrize(
    ("fx", "width", "sentence"), [(0.0, 640, "above 0"), (math.nan, 640, "finite"), (500.0, 0, "at least 1 x 1")]
)
def test_an_impossible_camera_is_refused(fx: float, width: int, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Camera(fx, 500.0, 320, 240, width, 480, np.zeros(5))


def test_equal_cameras_are_equal_and_hash_alike() -> None:
    one, two = (Camera.from_vertical_fov(60, 640, height_px=480) for _ in range(2))
    assert one == two and hash(one) == hash(two)
    assert one != one.resized(320, 240)
