from __future__ import annotations

import numpy as np
import pytest
from fit_builders import CAMERA, LENGTH_MM, lofted_shoe, problem, rendered, view

from core.fit.hypotheses import ANYHOW, Silhouette, Upright, allowed, suggestions
from core.fit.polar import ANGLES, RINGS, angle_basis, correlated, mean_direction, spectra_of, turn_between
from core.fit.viewpoints import POINTS, VIEWS, made_viewpoints, sized_viewpoints
from core.geometry.pose import Pose
from core.labels.instance import Side


def test_correlation_over_the_angle_is_that_of_the_sums() -> None:
    rng = np.random.default_rng(1)
    entries, query = rng.random((3, RINGS, ANGLES)), rng.random((RINGS, ANGLES))
    spectra, asked = spectra_of(entries.astype(np.float32)), spectra_of(query.astype(np.float32))
    parts = [np.ascontiguousarray(part) for part in (spectra.real, spectra.imag)]
    given = [np.ascontiguousarray(part) for part in (asked.real, asked.imag)]
    which = np.array([2, 0])
    found = correlated(*parts, which, *given, angle_basis())
    for row, entry in zip(found, entries[which], strict=True):
        expected = [(entry * np.roll(query, -at, axis=1)).sum() for at in range(ANGLES)]
        assert np.allclose(row, expected, rtol=1e-4)


def test_a_small_disc_has_its_solid_angle_and_direction_anywhere_in_the_photo() -> None:
    lens = np.array([400.0, 500.0, 320.0, 240.0])
    rows, columns = np.mgrid[:480, :640] + 0.5
    rays = np.stack([(columns - 320) / 400, (rows - 240) / 500, np.ones_like(rows)], axis=-1)
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    for target in ((0.0, 0.0, 1.0), (0.5, -0.3, 1.0)):
        axis = np.array(target) / np.linalg.norm(target)
        disc = rays @ axis > np.cos(0.06)
        solid_angle, ray = mean_direction(disc, np.ones_like(disc), lens)
        assert solid_angle == pytest.approx(2 * np.pi * (1 - np.cos(0.06)), rel=0.01)
        assert np.degrees(np.arccos(min(ray @ axis, 1.0))) < 0.02


def test_the_smallest_turn_brings_one_direction_to_another() -> None:
    rng = np.random.default_rng(2)
    for a, b in rng.normal(size=(20, 2, 3)):
        a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
        turn = turn_between(a, b)
        assert np.allclose(turn @ a, b) and np.allclose(turn @ turn.T, np.eye(3))
        assert np.trace(turn) == pytest.approx(1 + 2 * (a @ b))


@pytest.mark.parametrize("side", [Side.RIGHT, Side.LEFT])
def test_the_first_suggestions_hold_the_pose(side: Side) -> None:
    mesh = lofted_shoe() if side is Side.RIGHT else lofted_shoe().mirrored()
    for true in (view(30, 25), view(200, 50, at=(250, 150)), view(300, 5, distance_mm=1800, at=(-500, 200))):
        asked = problem(rendered(true, mesh=mesh), side=side)
        assert asked.right is not None
        views = sized_viewpoints(asked.right.search, asked.factors)
        mirrored = side is Side.LEFT
        silhouette = Silhouette.of(asked.contour.pixels, asked.scene.lens, mirrored=mirrored)
        limits = Upright().limits(7.0)
        found = suggestions(views, [silhouette.query()], mirrored=mirrored, limits=limits, count=8, apart_deg=8.0)
        assert (np.diff(found.scores) <= 0).all() and found.scores[0] > 0.8
        poses = [Pose.from_matrix(r, t) for r, t in zip(found.rotations, found.translations, strict=True)]
        turns = np.einsum("nij,ij->n", found.rotations, true.rotation)
        best = int(np.argmax(turns))
        assert np.degrees(np.arccos(0.5 * (turns[best] - 1))) < 15.0
        missed = np.linalg.norm(poses[best].translation_mm - true.translation_mm)
        assert missed < 0.06 * np.linalg.norm(true.translation_mm)


def test_another_size_is_seen_from_another_distance_and_other_proportions_anew() -> None:
    from core.fit.proxy import chosen_proxies

    search = chosen_proxies(lofted_shoe()).search
    own = made_viewpoints(search)
    assert own.points.shape == (len(own.solid_angle), POINTS, 3) and len(own.toward) == VIEWS
    larger = own.sized(1.2, mirrored=False)
    remade = made_viewpoints(search.scaled([1.2, 1.2, 1.2]))
    assert np.allclose(larger.distances, remade.distances)
    assert np.allclose(larger.solid_angle, remade.solid_angle, rtol=0.01)
    assert np.allclose(larger.translations, remade.translations, atol=0.02 * LENGTH_MM)
    wider = sized_viewpoints(search, (1.0, 1.3, 1.0))
    assert wider.solid_angle.mean() > 1.05 * own.solid_angle.mean()
    left = own.sized(1.0, mirrored=True)
    assert np.array_equal(left.points * [1, -1, 1], own.points)


def test_limits_of_the_view() -> None:
    limits = Upright(lowest_deg=-10.0, highest_deg=60.0, roll_deg=30.0).limits(0.0)
    for elevation, roll, expected in ((20, 0, True), (-15, 0, False), (65, 0, False), (20, 25, True), (20, -35, False)):
        pose = Pose.exp([0, 0, np.radians(roll), 0, 0, 0]) @ view(40, elevation)
        args = np.ascontiguousarray(pose.rotation), pose.translation_mm.copy()
        assert allowed(*args, limits) is expected
        assert allowed(*args, ANYHOW)
    aside = CAMERA.unproject([[600.0, 400.0]])[0] * 900.0
    turn = turn_between(np.array([0.0, 0.0, 1.0]), aside / np.linalg.norm(aside))
    level = view(40, 20)
    seen = Pose.from_matrix(turn @ level.rotation, turn @ level.translation_mm)
    assert allowed(np.ascontiguousarray(seen.rotation), seen.translation_mm.copy(), limits)
