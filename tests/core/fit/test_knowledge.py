"""Clicks and the floor as residuals: their derivatives are those of their cost, and a wrong click loses its say."""

from __future__ import annotations

import numpy as np
import pytest
from fit_builders import CAMERA, problem, rendered, view
from hypothesis import given, settings
from hypothesis import strategies as st

from core.fit.joint import Evidence, State, joined, moved, outline_at, outline_equations
from core.fit.knowledge import Click, add_knowledge, knowledge_cost, knowledge_of
from core.fit.residuals import stepped
from core.fit.silhouette import focal_centre
from core.fit.solver import Stand
from core.geometry.floor import Floor, floor_under
from core.geometry.pose import Pose

LENS = focal_centre(CAMERA)
small = st.floats(-0.03, 0.03)


def clicked(pose: Pose, *points: tuple[float, float, float], off_px: tuple[float, float] = (0.0, 0.0)) -> list[Click]:
    found = []
    for point in points:
        u, v = CAMERA.project(pose.apply(point))
        found.append(Click(point, (float(u + off_px[0]), float(v + off_px[1]))))
    return found


def numeric_gradient(pose: Pose, known: object) -> np.ndarray:
    gradient = np.zeros(7)
    for k, step in enumerate([1e-6] * 3 + [1e-4] * 3 + [1e-6]):
        costs = []
        for sign in (1, -1):
            tangent, lens = np.zeros(7), LENS.copy()
            tangent[k] = sign * step
            lens[:2] *= np.exp(tangent[6])
            there = stepped(np.ascontiguousarray(pose.rotation), pose.translation_mm.copy(), tangent[:6])
            costs.append(knowledge_cost(*there, lens, known))  # type: ignore[arg-type]
        gradient[k] = (costs[0] - costs[1]) / (2 * step)
    return gradient


@settings(max_examples=40, deadline=None)
@given(st.tuples(*[small] * 3), st.tuples(*[st.floats(-20, 20)] * 3), st.floats(-15, 15))
def test_the_gradient_is_that_of_the_cost(turn: tuple[float, ...], move: tuple[float, ...], off: float) -> None:
    true = view(35, 30, at=(60, -30))
    clicks = clicked(true, (140.0, 10.0, -20.0), (-130.0, 5.0, 30.0), (20.0, -45.0, 10.0), off_px=(off, -off / 2))
    floor = floor_under(true, -50.0)
    pose = true.moved([*turn, *move])
    known = knowledge_of(tuple(clicks), floor, -50.0)
    hessian, gradient = np.zeros((7, 7)), np.zeros(7)
    rotation, translation = np.ascontiguousarray(pose.rotation), pose.translation_mm.copy()
    cost = add_knowledge(rotation, translation, LENS, known, hessian, gradient)
    numeric = numeric_gradient(pose, known)
    assert cost == pytest.approx(knowledge_cost(rotation, translation, LENS, known)) and cost >= 0
    assert np.allclose(gradient, numeric, rtol=1e-4, atol=1e-4 * max(1.0, float(np.abs(numeric).max())))
    assert np.allclose(hessian, hessian.T)
    scale = np.sqrt(np.maximum(np.diag(hessian), 1e-12))
    assert np.linalg.eigvalsh(hessian / np.outer(scale, scale)).min() >= -1e-9


def test_the_outlines_gradient_is_that_of_its_cost_in_the_focal_length_too() -> None:
    true = view(35, 30)
    asked = problem(rendered(true))
    pose = true.moved([0.01, -0.02, 0.015, 2.0, -1.5, 6.0])
    state = State(np.ascontiguousarray(pose.rotation), pose.translation_mm.copy(), LENS.copy(), 0.0)
    mesh = asked.proxies.search
    arrays = (mesh.vertices_mm, mesh.faces, mesh.edges, mesh.turns)
    points, normals, robust = outline_at(arrays, state, asked.contour.field, 100, 2.0)
    robust = (robust[0], 12.0, *robust[2:])
    evidence = Evidence(asked.contour.field, asked.contour.thinned(300), asked.knowledge)
    found = outline_equations(points, normals, state, evidence, robust)
    numeric, ours = np.zeros(7), found.gradient.copy()
    # A step of ln f takes t_z along.
    ours[6] += pose.translation_mm[2] * found.gradient[5]
    for k, step in enumerate([1e-5] * 3 + [1e-3] * 3 + [1e-4]):
        tangent = np.zeros(7)
        tangent[k] = step
        costs = [
            outline_equations(points, normals, moved(state, t), evidence, robust).cost for t in (tangent, -tangent)
        ]
        numeric[k] = (costs[0] - costs[1]) / (2 * step)
    # The normals of the field's and the outline's lines are held still in a step: a few percent of the gradient.
    for part in (slice(0, 3), slice(3, 6), slice(6, 7)):
        scale = np.abs(numeric[part]).max()
        assert np.allclose(ours[part] / scale, numeric[part] / scale, atol=0.08)
    assert np.allclose(found.hessian, found.hessian.T)


def test_a_landmark_behind_the_camera_costs_much_and_pulls_nowhere() -> None:
    known = knowledge_of((Click((0.0, 0.0, 0.0), (320.0, 240.0)),), None, -50.0)
    hessian, gradient = np.zeros((7, 7)), np.zeros(7)
    cost = add_knowledge(np.eye(3), np.array([0.0, 0.0, -500.0]), LENS, known, hessian, gradient)
    assert cost > 20 and not gradient.any()


def test_up_is_told_from_down() -> None:
    true = view(35, 30)
    floor = floor_under(true, -50.0)
    known = knowledge_of((), floor, -50.0)

    def cost(pose: Pose) -> float:
        return knowledge_cost(np.ascontiguousarray(pose.rotation), pose.translation_mm.copy(), LENS, known)

    turned = Pose.from_matrix(true.rotation @ np.diag([1.0, -1.0, -1.0]), true.translation_mm)
    around = Pose.from_matrix(true.rotation @ np.diag([-1.0, -1.0, 1.0]), true.translation_mm)
    assert cost(true) == pytest.approx(0, abs=1e-9) and cost(around) == pytest.approx(0, abs=1e-9)
    assert cost(turned) > 15


def test_what_is_not_known_changes_nothing() -> None:
    asked = problem(rendered(view(35, 30)))
    stand = Stand(np.eye(3), np.array([0.0, 0.0, 900.0]))
    same, there = joined(asked, stand)
    assert same is asked and there is stand


def test_a_floor_is_a_plane() -> None:
    for normal, offset, tilt in (((0, 0, 0), 0.0, 3.0), ((0, 1, 0), np.nan, 3.0), ((0, 1, 0), 0.0, 0.0)):
        with pytest.raises(ValueError, match=r"\.$"):
            Floor(np.array(normal, dtype=float), offset, tilt)
