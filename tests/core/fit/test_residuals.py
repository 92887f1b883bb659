from __future__ import annotations

import numpy as np
import pytest
from fit_builders import CAMERA, problem, rendered, view
from hypothesis import given, settings
from hypothesis import strategies as st

from core.fit.residuals import CAUCHY, TUKEY, distances_at, image_residuals, model_residuals, stepped
from core.fit.silhouette import focal_centre, visible_outline
from core.fit.solver import Stage, Stand, equations_at
from core.geometry.pose import Pose
from core.geometry.region import Region


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-2, 2), min_size=6, max_size=6))
def test_a_step_is_the_poses_own(tangent: list[float]) -> None:
    pose = view(30, 20)
    rotation, translation = stepped(pose.rotation, pose.translation_mm, np.array(tangent))
    moved = pose.moved(tangent)
    assert np.allclose(rotation, moved.rotation, atol=1e-12)
    assert np.allclose(translation, moved.translation_mm)


def test_the_field_is_the_distance_from_the_outline() -> None:
    contour = problem(Region.from_box(200, 150, x1_px=400, y1_px=330)).contour
    at = np.array([[300.0, 140.0], [300.0, 160.0], [190.0, 240.0], [300.0, 150.0], [410.0, 240.0], [300.0, 345.0]])
    assert np.allclose(distances_at(at, contour.field)[:, 0], [10, -10, 10, 0, 10, 15], atol=0.02)
    far = distances_at(np.array([[0.0, 240.0], [300.0, 470.0]]), contour.field)
    assert np.allclose(far[:, 0], [200, 140], atol=1.0)
    assert np.allclose(far[:, 1:], [[-1, 0], [0, 1]], atol=0.05)


@pytest.mark.parametrize("kernel", [CAUCHY, TUKEY])
def test_the_gradient_is_that_of_the_cost(kernel: int) -> None:
    true = view(35, 30)
    asked = problem(rendered(true))
    pose = true.moved([0.01, -0.02, 0.015, 2.0, -1.5, 6.0])
    mesh, scene = asked.proxies.search, asked.scene
    start = Stand(np.ascontiguousarray(pose.rotation), pose.translation_mm.copy())
    outline = visible_outline(mesh, start.rotation, translation=start.translation, lens=scene.lens, lines=100)
    assert outline is not None
    samples = scene.contour.thinned(300)
    stage = Stage(100, 300, 1, 1, 2.0, kernel, 8.0)
    found = equations_at(outline, scene, stand=start, samples=samples, stage=stage)
    numeric = np.zeros(6)
    for k, step in enumerate([1e-5] * 3 + [1e-3] * 3):
        costs = []
        for sign in (1, -1):
            tangent = np.zeros(6)
            tangent[k] = sign * step
            there = Stand(*stepped(start.rotation, start.translation, tangent))
            costs.append(equations_at(outline, scene, stand=there, samples=samples, stage=stage).cost)
        numeric[k] = (costs[0] - costs[1]) / (2 * step)
    # The normals of the field's and the outline's lines are held still in a step: a few percent of the gradient.
    scale = np.abs(numeric).max()
    assert np.allclose(found.gradient / scale, numeric / scale, atol=0.06)
    assert np.allclose(found.hessian, found.hessian.T)
    assert np.linalg.eigvalsh(found.hessian).min() >= -1e-9


def test_residuals_vanish_at_the_true_pose_and_are_hidden_under_ignored_regions() -> None:
    true = view(35, 30)
    region = rendered(true)
    x0, y0, x1, y1 = region.bounds_px
    leg = Region.from_box(x0 - 5, y0 - 5, x1_px=(x0 + x1) / 2, y1_px=y1 + 5)
    lens = focal_centre(CAMERA)
    for ignored, expected in (((), 0.0), ((leg,), 0.4)):
        asked = problem(region, ignored=ignored)
        rotation, translation = np.ascontiguousarray(true.rotation), true.translation_mm.copy()
        outline = visible_outline(asked.proxies.polish, rotation, translation=translation, lens=lens, lines=200)
        assert outline is not None
        view_of = (rotation, translation, lens, outline.points_mm, outline.normals)
        errors = model_residuals(*view_of, asked.contour.field)
        assert np.isnan(errors).mean() >= expected
        assert np.nanmean(np.abs(errors)) < 0.4 and abs(np.nanmean(errors)) < 0.1
        along, _, _ = image_residuals(*view_of, asked.contour.samples)
        assert np.nanmean(np.abs(along)) < 0.5 and abs(np.nanmean(along)) < 0.1
        assert asked.contour.hidden_share >= expected


def test_the_start_is_aligned_by_the_hull() -> None:
    from core.fit.starts import aligned

    true = view(35, 30)
    asked = problem(rendered(true))
    far = Pose(true.rotation_wxyz, true.translation_mm * 1.6 + [200, -100, 0])
    stand = Stand(np.ascontiguousarray(far.rotation), far.translation_mm.copy())
    contour = asked.contour
    found = aligned(
        asked.proxies.corners_mm, stand, lens=asked.scene.lens, hull_px=contour.hull_px, frame=contour.field.frame
    )
    assert np.linalg.norm(found.translation - true.translation_mm) < 0.1 * 900
