from __future__ import annotations

import numpy as np
import pytest
from fit_builders import CAMERA, lofted_shoe, problem, rendered, rough, view

from core.bench.fit_noise import jittered
from core.fit.refine import refine_pose, stand_of
from core.fit.uncertainty import pose_covariance, pose_spread
from core.geometry.pose import Pose
from core.geometry.region import Region, Ring
from core.render.raster import mesh_mask

CHI2_95_OF_6 = 12.59


def tangent_between(found: Pose, true: Pose) -> np.ndarray:
    turned = Pose.from_matrix(true.rotation @ found.rotation.T, np.zeros(3)).log()[:3]
    return np.concatenate([turned, true.translation_mm - found.translation_mm])


def test_the_covariance_covers_most_true_poses() -> None:
    covered = []
    for seed in range(16):
        rng = np.random.default_rng(seed)
        true = view(rng.uniform(0, 360), rng.uniform(5, 70), distance_mm=rng.uniform(700, 1400))
        region = rendered(true).simplified(0.8)
        shaken = Region.from_points(region.parts[0].outer.points_px + rng.normal(size=(len(region.parts[0].outer), 2)))
        found = refine_pose(problem(shaken), rough(true, seed))
        assert found.covariance is not None
        assert np.linalg.eigvalsh(found.covariance).min() > 0
        error = tangent_between(found.pose, true)
        covered.append(error @ np.linalg.solve(found.covariance, error) < CHI2_95_OF_6)
    assert np.mean(covered) >= 0.7


def test_a_better_outline_gives_a_smaller_covariance() -> None:
    true = view(40, 30)
    clean = rendered(true)
    ring = clean.simplified(1.0).parts[0].outer
    shaken = Ring(ring.points_px + 2.0 * np.random.default_rng(0).normal(size=ring.points_px.shape))
    good = refine_pose(problem(clean), rough(true, 1)).covariance
    poor = refine_pose(problem(Region.from_points(shaken.points_px)), rough(true, 1)).covariance
    assert good is not None and poor is not None
    assert np.trace(poor[:3, :3]) > 4 * np.trace(good[:3, :3])
    assert np.degrees(np.sqrt(np.trace(good[:3, :3]))) < 3
    assert np.sqrt(good[5, 5]) < 0.02 * 900 and lofted_shoe().extent_mm[0] > 0


def test_errors_that_hang_together_count_as_few_and_are_covered() -> None:
    covered, independent = [], []
    for seed in range(16):
        rng = np.random.default_rng(seed)
        true = view(rng.uniform(0, 360), rng.uniform(5, 70), distance_mm=rng.uniform(600, 1200))
        asked = problem(jittered(mesh_mask(lofted_shoe(), true, CAMERA), 1.0, rng=rng))
        found = refine_pose(asked, rough(true, seed))
        spread = pose_spread(asked, stand_of(found.pose))
        assert spread is not None and found.covariance is not None
        assert spread.variance_px2 == pytest.approx(1.0, abs=0.6)
        independent.append(spread.independent)
        error = tangent_between(found.pose, true)
        covered.append(error @ np.linalg.solve(found.covariance, error) < CHI2_95_OF_6)
    assert np.mean(covered) >= 0.8
    assert 10 < np.median(independent) < 45  # of some 500 px, each off like its 20 neighbours


def test_a_smaller_part_of_the_outline_tells_less() -> None:
    true = view(40, 30)
    region = rendered(true)
    x0, y0, x1, y1 = region.bounds_px
    middle = (x0 + x1) / 2
    cover = Region.from_points([[middle, y0 - 9], [x1 + 9, y0 - 9], [x1 + 9, y1 + 9], [middle, y1 + 9]])
    whole = pose_covariance(problem(region), stand_of(true))
    half = pose_covariance(problem(region, ignored=(cover,)), stand_of(true))
    assert whole is not None and half is not None
    assert (np.diag(half) > np.diag(whole)).all()


def test_no_covariance_from_an_outline_that_fits_nowhere() -> None:
    away = view(40, 30).with_translation([0.0, 0.0, -500.0])
    assert pose_spread(problem(rendered(view(40, 30))), stand_of(away)) is None
