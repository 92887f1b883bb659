from __future__ import annotations

import numpy as np
from fit_builders import problem, rendered, view

from core.fit.occluders import without_occluders
from core.fit.search import HIDDEN, search_pose
from core.fit.solver import Stand
from core.geometry.pose import Pose, rotation_angle_deg
from core.geometry.region import Region

TRUE = view(35, 25)


def stand_of(pose: Pose) -> Stand:
    return Stand(np.ascontiguousarray(pose.rotation), pose.translation_mm.copy())


def blob(region: Region) -> Region:
    """An ellipse over the region's highest point."""
    points = np.concatenate([ring.points_px for ring in region.rings])
    x0, _, x1, _ = region.bounds_px
    turn = np.arange(40) * (2 * np.pi / 40)
    radii = (x1 - x0) * np.array([0.24, 0.17])
    return Region.from_points(points[np.argmin(points[:, 1])] + radii * np.stack([np.cos(turn), np.sin(turn)], axis=1))


def test_nothing_is_supposed_where_the_shoe_shows_whole() -> None:
    asked = problem(rendered(TRUE))
    assert without_occluders(asked, stand_of(TRUE)) is None
    assert without_occluders(asked, stand_of(TRUE.moved([0.01, 0, 0.01, 1.0, 0, 5.0]))) is None


def test_what_hides_a_part_is_taken_out_of_the_evidence() -> None:
    whole = rendered(TRUE)
    leg = blob(whole)
    seen = whole.difference(leg)
    assert 0.75 < seen.area_px2 / whole.area_px2 < 0.97
    asked = problem(seen)
    contour = without_occluders(asked, stand_of(TRUE))
    assert contour is not None
    at, true_outline = asked.contour.samples.at_px, problem(whole).contour.samples.at_px
    false = np.linalg.norm(at[:, None] - true_outline[None], axis=2).min(axis=1) > 3.0
    kept = {tuple(point) for point in contour.samples.at_px}
    dropped = np.array([tuple(point) not in kept for point in at])
    assert false.mean() > 0.05 and dropped[false].mean() > 0.9
    assert dropped.mean() < 2.5 * false.mean()
    assert contour.pixels.valid.sum() < asked.contour.pixels.valid.sum()
    assert contour.hidden_share > asked.contour.hidden_share


def test_an_unmarked_blob_costs_little_accuracy() -> None:
    for true in (TRUE, view(215, 40, at=(60, 30))):
        whole = rendered(true)
        found = search_pose(problem(whole.difference(blob(whole))), effort=HIDDEN).hypotheses[0]
        assert rotation_angle_deg(true, found.pose) < 1.0
        assert found.iou < 0.97
        assert found.covariance is not None
