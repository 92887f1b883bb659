"""Numbers computed apart from this program: projection, VTK's and OpenCV's view of a camera, angles, diameters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose, rotation_angle_deg
from core.labels.photo import camera_from_focal_35mm

GOLDEN: dict[str, Any] = json.loads(Path(__file__).with_name("golden_conventions.json").read_text(encoding="utf-8"))
PROJECTIONS, UNITY, POSE_ERRORS = GOLDEN["projection"], GOLDEN["unity"], GOLDEN["pose_errors"]


def camera_of(case: dict[str, Any]) -> Camera:
    fy = case.get("fy", case["fx"])
    return Camera(case["fx"], fy, case["cx"], case["cy"], case["width"], case["height"], np.zeros(5))


def pose_of(case: dict[str, Any]) -> Pose:
    return Pose(np.array(case["rotation_wxyz"]), np.array(case["translation_mm"]))


@pytest.mark.parametrize("case", [*PROJECTIONS, *UNITY], ids=lambda case: f"{case['width']}x{case['height']}")
def test_projection(case: dict[str, Any]) -> None:
    pixels = camera_of(case).project(pose_of(case).apply(case["points_shoe_mm"]))
    np.testing.assert_allclose(pixels, case["pixels"], atol=1e-7)


@pytest.mark.parametrize("case", PROJECTIONS, ids=lambda case: f"{case['width']}x{case['height']}")
def test_opencvs_matrix(case: dict[str, Any]) -> None:
    np.testing.assert_allclose(camera_of(case).opencv_matrix, case["opencv_K"], atol=1e-9)


@pytest.mark.parametrize("case", PROJECTIONS, ids=lambda case: f"{case['width']}x{case['height']}")
def test_vtks_view(case: dict[str, Any]) -> None:
    view, expected = camera_of(case).vtk_view(), case["vtk"]
    assert view.view_angle_deg == pytest.approx(expected["view_angle_deg"], abs=1e-9)
    assert view.window_center == pytest.approx(expected["window_center"], abs=1e-9)
    assert view.explicit_aspect == pytest.approx(expected["explicit_aspect"], abs=1e-9)


@pytest.mark.parametrize("case", PROJECTIONS, ids=lambda case: f"{case['width']}x{case['height']}")
def test_vtk_itself_makes_the_expected_projection_of_that_view(case: dict[str, Any]) -> None:
    rendering = pytest.importorskip("vtkmodules.vtkRenderingCore")
    view, camera = camera_of(case).vtk_view(), rendering.vtkCamera()
    camera.SetViewAngle(view.view_angle_deg)
    camera.SetWindowCenter(*view.window_center)
    camera.UseExplicitAspectRatioOn()
    camera.SetExplicitAspectRatio(view.explicit_aspect)
    matrix = camera.GetProjectionTransformMatrix(view.explicit_aspect, -1, 1)
    rows = [[matrix.GetElement(row, column) for column in range(4)] for row in range(2)]
    np.testing.assert_allclose(rows, case["vtk"]["projection_rows01"], atol=1e-9)


@pytest.mark.parametrize("case", UNITY, ids=lambda case: f"fov {case['fieldOfView']:.0f}")
def test_a_field_of_view_is_the_vertical_one(case: dict[str, Any]) -> None:
    camera = Camera.from_vertical_fov(case["fieldOfView"], case["width"], height_px=case["height"])
    assert (camera.fx_px, camera.fy_px, camera.cx_px, camera.cy_px) == pytest.approx(
        (case["fx"], case["fx"], case["cx"], case["cy"])
    )


@pytest.mark.parametrize("case", POSE_ERRORS["cases"], ids=lambda case: f"{case['rotation_error_deg']:.1f} deg")
def test_the_angle_between_poses(case: dict[str, Any]) -> None:
    true = Pose.from_matrix(case["R_true"], case["t_true_mm"])
    estimated = Pose.from_matrix(case["R_est"], case["t_est_mm"])
    assert rotation_angle_deg(true, estimated) == pytest.approx(case["rotation_error_deg"], abs=1e-6)
    points = np.array(POSE_ERRORS["points_mm"])
    distances = np.linalg.norm(true.apply(points) - estimated.apply(points), axis=1)
    assert distances.mean() == pytest.approx(case["add_mm"], abs=1e-6)
    assert distances.max() == pytest.approx(case["mssd_mm"], abs=1e-6)


def test_the_diameter() -> None:
    points = np.array(POSE_ERRORS["points_mm"])
    mesh = Mesh(points, np.array([[0, 1, 2]]))
    assert mesh.diameter_mm() == pytest.approx(POSE_ERRORS["diameter_mm"], abs=1e-9)


@pytest.mark.parametrize("case", GOLDEN["exif_focal"], ids=lambda case: f"{case['focal_35mm']} mm")
def test_the_focal_length_of_exif(case: dict[str, Any]) -> None:
    camera = camera_from_focal_35mm(case["focal_35mm"], case["width"], height_px=case["height"])
    assert (camera.fx_px, camera.fy_px) == pytest.approx((case["fx_px"], case["fx_px"]))
