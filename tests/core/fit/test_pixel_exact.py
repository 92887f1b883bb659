from __future__ import annotations

import numpy as np
import pytest
from fit_builders import lofted_shoe, problem, rendered, view

from core.fit.pixel_exact import is_pixel_mask, sharpened
from core.fit.solver import Stand
from core.geometry.pose import Pose, rotation_angle_deg
from core.geometry.region import Part, Region, Ring
from core.metrics.pose_error import add_mm

POINTS_MM = lofted_shoe().surface_points(300)
VIEWS = [view(30, 25), view(110, 40, at=(120, 40)), view(200, 5, distance_mm=1200), view(300, 60, at=(-150, -60))]


def stand_of(pose: Pose) -> Stand:
    return Stand(np.ascontiguousarray(pose.rotation), pose.translation_mm.copy(), 0.1)


def shaken(region: Region, px: float) -> Region:
    rng = np.random.default_rng(3)
    return Region(
        tuple(Part(Ring(p.outer.points_px + px * rng.normal(size=p.outer.points_px.shape)), ()) for p in region.parts)
    )


def test_a_pixel_mask_is_told_from_a_drawing() -> None:
    whole = rendered(VIEWS[0])
    assert is_pixel_mask(problem(whole))
    assert not is_pixel_mask(problem(whole.simplified(1.0)))
    assert not is_pixel_mask(problem(whole.moved([0.5, 0.0])))


def test_what_is_off_by_a_fraction_of_a_pixel_comes_nearer() -> None:
    rng = np.random.default_rng(5)
    before, after = [], []
    for true in VIEWS * 3:
        asked = problem(rendered(true))
        turn, move = rng.normal(size=(2, 3))
        pose = true.moved(np.concatenate([0.004 * turn, 0.3 * move]))
        found = sharpened(asked, stand_of(pose))
        end = Pose.from_matrix(found.rotation, found.translation)
        before.append(add_mm(true, pose, points_mm=POINTS_MM))
        after.append(add_mm(true, end, points_mm=POINTS_MM))
        assert found.cost == 0.1
    assert np.median(after) < 0.7 * np.median(before)


@pytest.mark.parametrize("px", [1.0, 2.0])
def test_a_drawing_or_a_pose_far_off_changes_nothing(px: float) -> None:
    true = VIEWS[0]
    stand = stand_of(true)
    assert sharpened(problem(shaken(rendered(true), px)), stand) is stand
    off = stand_of(true.moved([0.05 * px, 0, 0, 8, 0, 0]))
    assert sharpened(problem(rendered(true)), off) is off
    assert rotation_angle_deg(true, Pose.from_matrix(off.rotation, off.translation)) > 2
