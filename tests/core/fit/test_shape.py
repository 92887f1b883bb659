from __future__ import annotations

import numpy as np
import pytest
from fit_builders import LENGTH_MM, lofted_shoe, problem, rendered, rough, view

from core.fit.errors import FitCancelled
from core.fit.knowledge import Click
from core.fit.proportions import shaped_equations
from core.fit.refine import refine_pose, stand_of
from core.fit.residuals import CAUCHY, stepped
from core.fit.search import search_pose
from core.fit.shape import refine_shape, resized, search_shapes
from core.fit.silhouette import visible_outline
from core.fit.warps import SHAPE, fields_at, half_of, moved_points, unmoved_points
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose, rotation_angle_deg
from core.labels.instance import ShoeSize, Side

RATIOS = (1.12, 0.88)
VIEWS = [view(40, 30), view(120, 20, at=(80, 30)), view(230, 35), view(330, 40, distance_mm=800)]
POINTS_MM = lofted_shoe().surface_points(200)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTSOLE_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "fit-cache"))


def wider_and_lower() -> Mesh:
    return lofted_shoe().scaled([1.0, *RATIOS])


@pytest.mark.parametrize("true", VIEWS)
def test_proportions_are_found_with_the_pose(true: Pose) -> None:
    asked = problem(rendered(true, mesh=wider_and_lower()))
    found = search_shapes([asked]).hypotheses[0]
    assert found.proportions is not None
    assert (found.proportions.width, found.proportions.height) == pytest.approx(RATIOS, abs=0.03)
    assert rotation_angle_deg(found.pose, true) < 1.5
    assert rotation_angle_deg(found.pose, true) < rotation_angle_deg(search_pose(asked).hypotheses[0].pose, true)
    assert found.iou > 0.98 and found.doubt == ""
    assert found.covariance is not None and np.linalg.eigvalsh(found.covariance).min() > 0


def test_a_shoe_of_its_models_proportions_keeps_them() -> None:
    found = search_shapes([problem(rendered(VIEWS[0]))]).hypotheses[0]
    assert found.proportions is not None
    assert (found.proportions.width, found.proportions.height) == pytest.approx((1.0, 1.0), abs=0.02)
    assert rotation_angle_deg(found.pose, VIEWS[0]) < 1.0


def test_the_left_shoe_has_proportions_too() -> None:
    true = VIEWS[1]
    region = rendered(true, mesh=wider_and_lower().mirrored())
    sides = [problem(region, side=side) for side in (Side.RIGHT, Side.LEFT)]
    found = search_shapes(sides).hypotheses[0]
    assert found.side is Side.LEFT and found.proportions is not None
    assert (found.proportions.width, found.proportions.height) == pytest.approx(RATIOS, abs=0.03)


def test_proportions_multiply_the_size_that_was_given() -> None:
    true = VIEWS[0]
    given = ShoeSize(LENGTH_MM, *RATIOS)
    found = search_shapes([problem(rendered(true, mesh=wider_and_lower()), size=given)]).hypotheses[0]
    assert found.proportions is not None
    assert (found.proportions.width, found.proportions.height) == pytest.approx((1.0, 1.0), abs=0.02)


def test_what_cannot_be_seen_stays_with_the_model_and_is_said_to_be_unsure() -> None:
    """From above, height is distance."""
    found = search_shapes([problem(rendered(view(60, 80), mesh=wider_and_lower()))]).hypotheses[0]
    assert found.proportions is not None
    assert found.proportions.width == pytest.approx(RATIOS[0], abs=0.04)
    assert found.proportions.height_sigma > 3 * found.proportions.width_sigma


def test_a_refined_pose_takes_the_proportions_along() -> None:
    true = VIEWS[2]
    asked = problem(rendered(true, mesh=wider_and_lower()))
    start = rough(true, 3, turn_deg=8.0, share=0.04)
    found, rigid = refine_shape(asked, start), refine_pose(asked, start)
    assert found.proportions is not None
    assert (found.proportions.width, found.proportions.height) == pytest.approx(RATIOS, abs=0.03)
    assert abs(found.proportions.width - RATIOS[0]) < 3 * found.proportions.width_sigma
    assert found.iou > rigid.iou and found.start_iou == rigid.start_iou
    assert rotation_angle_deg(found.pose, true) < 1.5


def test_a_search_stops_when_told() -> None:
    with pytest.raises(FitCancelled):
        search_shapes([problem(rendered(VIEWS[0]))], on_step=lambda pose, fraction: fraction < 0.55)


def test_clicked_landmarks_go_with_the_size() -> None:
    click = Click((100.0, 20.0, -10.0), (300.0, 200.0))
    sized = resized(problem(rendered(VIEWS[0]), clicks=(click,)), np.array([1.0, 1.5, 0.5]))
    assert sized.clicks[0].at_mm == (100.0, 30.0, -5.0)
    assert sized.factors == (1.0, 1.5, 0.5)
    assert np.ptp(sized.proxies.polish.vertices_mm[:, 1]) == pytest.approx(1.5 * lofted_shoe().extent_mm[1], rel=0.01)


def test_points_find_back_to_the_unchanged_model() -> None:
    half = np.abs(POINTS_MM).max(axis=0)
    amounts = 0.1 * np.random.default_rng(1).normal(size=SHAPE.count)
    back = unmoved_points(moved_points(POINTS_MM, half, amounts), half, amounts)
    assert np.abs(back - POINTS_MM).max() < 0.2


def test_the_left_shoe_changes_as_the_mirrored_right_one() -> None:
    mirror = np.array([1.0, -1.0, 1.0])
    mesh = problem(rendered(VIEWS[0])).proxies.search
    right, left = half_of(mesh, mirrored=False), half_of(mesh, mirrored=True)
    ours = fields_at(POINTS_MM, right, SHAPE.count)
    theirs = fields_at(np.ascontiguousarray(POINTS_MM * mirror), left, SHAPE.count)
    np.testing.assert_allclose(theirs * mirror, ours, atol=1e-9)


def test_the_gradient_is_that_of_the_cost() -> None:
    true = VIEWS[0]
    asked = problem(rendered(true, mesh=wider_and_lower()))
    mesh, scene, stand = asked.proxies.search, asked.scene, stand_of(true)
    outline = visible_outline(mesh, stand.rotation, translation=stand.translation, lens=scene.lens, lines=80)
    assert outline is not None
    half = half_of(mesh, mirrored=False)
    fields = fields_at(outline.points_mm, half, SHAPE.count)
    # Only the field of the region's distance is smooth: samples are matched with other points at every step.
    rest = (scene.lens, scene.contour.field, scene.contour.thinned(60), (CAUCHY, 10.0, 0.0, 3.0))

    def cost(tangent: np.ndarray) -> float:
        rotation, translation = stepped(stand.rotation, stand.translation, tangent[:6])
        points = outline.points_mm + np.tensordot(tangent[6:], fields, axes=1)
        return shaped_equations(points, outline.normals, fields, rotation, translation, *rest).cost

    found = shaped_equations(outline.points_mm, outline.normals, fields, stand.rotation, stand.translation, *rest)
    scale = np.array([1e-5] * 3 + [1e-2] * 3 + [1e-5] * SHAPE.count)
    for index in range(6 + SHAPE.count):
        step = np.zeros(6 + SHAPE.count)
        step[index] = scale[index]
        slope = (cost(step) - cost(-step)) / (2 * scale[index])
        assert slope == pytest.approx(found.gradient[index], rel=0.05, abs=0.02 * np.sqrt(found.hessian[index, index]))
