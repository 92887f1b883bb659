from __future__ import annotations

import numpy as np
from fit_builders import lofted_shoe, problem, rendered, rough, view

from core.fit.refine import refine_pose
from core.geometry.pose import Pose
from core.geometry.region import Region, Ring

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
