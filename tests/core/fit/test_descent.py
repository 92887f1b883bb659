from __future__ import annotations

import numpy as np
import pytest
from fit_builders import CAMERA, problem, rendered, view

from core.fit.descent import coarsely_descended, nearest_entry, tangent_of
from core.fit.residuals import CAUCHY, Equations, Samples, matched, projected
from core.fit.silhouette import focal_centre, visible_outline
from core.fit.viewpoints import sized_viewpoints
from core.geometry.pose import Pose, rotation_angle_deg


def test_a_tangent_solves_the_damped_equations() -> None:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(40, 6)) * [300, 300, 300, 1, 1, 1]
    errors = 0.01 * rng.normal(size=40)
    hessian, gradient = rows.T @ rows, rows.T @ errors
    for damping in (0.0, 1e-2, 10.0):
        tangent = tangent_of(Equations(hessian, gradient, 1.0), damping, 900.0)
        damped = hessian + damping * np.diag(np.diag(hessian))
        assert np.allclose(damped @ tangent, -gradient, rtol=1e-4, atol=1e-5 * np.abs(gradient).max())


def test_a_tangent_is_cut_short_and_is_none_where_nothing_is_known() -> None:
    hessian = np.diag([1e-6] * 6)
    far = tangent_of(Equations(hessian, np.ones(6), 1.0), 0.0, 900.0)
    assert np.linalg.norm(far[:3]) <= 0.3501 and np.linalg.norm(far[3:]) <= 0.3 * 900 * 1.001
    assert np.isnan(tangent_of(Equations(np.zeros((6, 6)), np.zeros(6), 1.0), 0.0, 900.0)).all()
    assert np.isnan(tangent_of(Equations(hessian, np.ones(6), np.inf), 0.0, 900.0)).all()


def test_the_nearest_point_that_faces_the_same_way_is_matched() -> None:
    true = view(35, 30)
    asked = problem(rendered(true))
    lens = focal_centre(CAMERA)
    rotation, translation = np.ascontiguousarray(true.rotation), true.translation_mm.copy()
    outline = visible_outline(asked.proxies.search, rotation, translation=translation, lens=lens, lines=90)
    assert outline is not None
    screen = np.empty((7, len(outline)))
    assert projected(rotation, translation, lens, outline.points_mm, outline.normals, screen)
    samples = asked.contour.thinned(150)
    away = np.linalg.norm(samples.at_px[:, None] - screen[:2].T[None], axis=2)
    away[samples.normals @ screen[2:4] <= 0.3] = np.inf
    found = matched(samples, screen)
    chosen = away[np.arange(len(found)), found]
    assert np.allclose(chosen, away.min(axis=1), rtol=2e-3, atol=1e-3)
    backwards = Samples(samples.at_px, np.full_like(samples.normals, 0.0), samples.weights)
    assert (matched(backwards, screen) == -1).all()


@pytest.mark.parametrize("azimuth", [30, 160, 290])
def test_many_starts_are_brought_nearer_at_once(azimuth: int) -> None:
    true = view(azimuth, 35)
    asked = problem(rendered(true))
    assert asked.right is not None
    views = sized_viewpoints(asked.right.search, asked.factors)
    starts = [true.moved([0.15 * s, -0.12, 0.1 * s, 15.0 * s, 10.0, -60.0 * s]) for s in (-1.0, 1.0)]
    rotations, translations, costs = coarsely_descended(
        views,
        np.stack([start.rotation for start in starts]),
        np.stack([start.translation_mm for start in starts]),
        asked.scene.lens,
        asked.contour.field,
        asked.contour.thinned(80),
        np.array([8.0, 8.0, 8.0, 3.0, 3.0, 3.0]),
        CAUCHY,
        1.0,
    )
    assert np.isfinite(costs).all()
    for start, rotation, translation in zip(starts, rotations, translations, strict=True):
        found = Pose.from_matrix(rotation, translation)
        assert rotation_angle_deg(true, found) < 0.6 * rotation_angle_deg(true, start)


def test_the_nearest_view_is_the_one_that_looks_from_there() -> None:
    asked = problem(rendered(view(30, 25)))
    assert asked.right is not None
    views = sized_viewpoints(asked.right.search, asked.factors)
    for entry in (3, 120, 333, 580):
        found = nearest_entry(views, views.rotations[entry].copy(), views.translations[entry].copy())
        assert found == entry
