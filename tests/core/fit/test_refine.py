from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fit_builders import CAMERA, LENGTH_MM, lofted_shoe, problem, rendered, rough, view

from core.fit.errors import FitCancelled, FitError
from core.fit.overlap import overlap
from core.fit.refine import refine_pose
from core.geometry.camera import Camera
from core.geometry.pose import Pose, rotation_angle_deg
from core.geometry.region import EMPTY_REGION, Region
from core.labels.instance import ShoeSize, Side
from core.metrics.pose_error import add_mm

DIAMETER_MM = lofted_shoe().diameter_mm()
POINTS_MM = lofted_shoe().surface_points(500)
VIEWS = [view(30, 25), view(110, 40, at=(120, 40)), view(200, 5, distance_mm=1200), view(300, 60, at=(-150, -60))]


def share_of_diameter(true: Pose, found: Pose) -> float:
    return add_mm(true, found, points_mm=POINTS_MM) / DIAMETER_MM


@pytest.mark.parametrize("true", VIEWS)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_rough_start_is_brought_onto_a_rendered_outline(true: Pose, seed: int) -> None:
    found = refine_pose(problem(rendered(true)), rough(true, seed))
    assert share_of_diameter(true, found.pose) < 0.03
    assert found.iou > 0.985
    assert found.contour_px < 0.5
    assert found.start_iou < found.iou
    assert found.cpu_ms > 0


def test_twenty_degrees_and_a_tenth_of_the_distance_are_near_enough() -> None:
    found = [
        share_of_diameter(true, refine_pose(problem(rendered(true)), rough(true, seed, turn_deg=20, share=0.1)).pose)
        for seed, true in enumerate(VIEWS * 2)
    ]
    assert np.mean(np.array(found) < 0.05) >= 0.85


def test_a_polygon_drawn_by_hand_is_enough() -> None:
    for seed, true in enumerate(VIEWS):
        region = rendered(true).simplified(1.0)
        assert sum(len(ring) for ring in region.rings) < 60
        assert share_of_diameter(true, refine_pose(problem(region), rough(true, seed)).pose) < 0.1


def test_a_left_shoe_of_another_size_is_the_mirrored_scaled_mesh() -> None:
    size = ShoeSize(LENGTH_MM * 0.9, width_ratio=1.1, height_ratio=0.95)
    mesh = lofted_shoe().scaled(size.factors(LENGTH_MM)).mirrored()
    true = view(40, 35)
    found = refine_pose(problem(rendered(true, mesh=mesh), side=Side.LEFT, size=size), rough(true, 3))
    assert rotation_angle_deg(true, found.pose) < 1.0
    assert found.iou > 0.985


def test_the_lens_is_undone_before_the_fit() -> None:
    bent = replace(CAMERA, distortion=np.array([-0.25, 0.05, 0.002, -0.001, 0.0]))
    true = view(60, 30, at=(160, 90))
    region = rendered(true, bent)
    found = refine_pose(problem(region, bent), rough(true, 4))
    assert share_of_diameter(true, found.pose) < 0.03
    assert found.iou > 0.98


def test_pixels_need_not_be_square() -> None:
    camera = Camera(500.0, 620.0, 300.0, 260.0, 640, 480, np.zeros(5))
    true = view(140, 30)
    found = refine_pose(problem(rendered(true, camera), camera), rough(true, 5))
    assert share_of_diameter(true, found.pose) < 0.03


def test_a_shoe_cut_by_the_photos_border_is_fitted_by_the_rest() -> None:
    true = view(30, 30, at=(540.0, 0.0))
    region = rendered(true)
    assert region.bounds_px[2] == pytest.approx(640)
    found = refine_pose(problem(region), rough(true, 6, turn_deg=10, share=0.04))
    assert share_of_diameter(true, found.pose) < 0.05


def test_an_ignored_leg_hides_its_part_of_the_evidence() -> None:
    true = view(35, 20)
    whole = rendered(true)
    x0, y0, x1, y1 = whole.bounds_px
    leg = Region.from_box(x0 + 0.55 * (x1 - x0), y0 - 60, x1_px=x1 + 30, y1_px=y0 + 0.45 * (y1 - y0))
    seen = whole.difference(leg)
    assert seen.area_px2 < 0.93 * whole.area_px2
    start = rough(true, 7, turn_deg=10, share=0.05)
    with_leg = share_of_diameter(true, refine_pose(problem(seen, ignored=(leg,)), start).pose)
    assert with_leg < 0.03
    assert refine_pose(problem(seen, ignored=(leg,)), start).iou > 0.98


def test_steps_are_shown_and_can_stop_the_fit() -> None:
    true = VIEWS[0]
    shown: list[tuple[Pose, float]] = []

    def watch(pose: Pose, fraction: float) -> bool:
        shown.append((pose, fraction))
        return True

    asked = problem(rendered(true))
    found = refine_pose(asked, rough(true, 1), on_step=watch)
    assert len(shown) > 5
    fractions = [fraction for _, fraction in shown]
    assert fractions == sorted(fractions) and fractions[0] > 0 and fractions[-1] <= 1
    assert rotation_angle_deg(shown[-1][0], found.pose) < 0.5
    with pytest.raises(FitCancelled):
        refine_pose(asked, rough(true, 1), on_step=lambda pose, fraction: fraction < 0.1)


@pytest.mark.parametrize(
    ("region", "word"),
    [
        (EMPTY_REGION, "no outline"),
        (Region.from_box(-90, -80, x1_px=-10, y1_px=-5), "outside the photo"),
        (Region.from_box(700, 10, x1_px=800, y1_px=60), "outside the photo"),
        (Region.from_box(50, 50, x1_px=54, y1_px=53), "few pixels"),
        (Region.from_points([(10, 10), (200, 10.001), (100, 10.0)]), "few pixels"),
    ],
)
def test_what_cannot_be_fitted_is_said_in_a_sentence(region: Region, word: str) -> None:
    with pytest.raises(FitError, match=word):
        problem(region)


def test_a_shoe_behind_the_camera_is_said_in_a_sentence() -> None:
    asked = problem(rendered(VIEWS[0]))
    for depth in (-900.0, 20.0):
        with pytest.raises(FitError, match="behind the camera"):
            refine_pose(asked, VIEWS[0].with_translation([0, 0, depth]))
    assert overlap(asked, VIEWS[0].with_translation([0, 0, -900.0])).iou == 0.0


def test_an_outline_that_is_all_hidden_is_said_in_a_sentence() -> None:
    region = rendered(VIEWS[0])
    with pytest.raises(FitError, match="nothing left to fit"):
        problem(region, ignored=(Region.from_box(0, 0, x1_px=640, y1_px=480),))


def test_a_start_far_away_still_ends_in_an_answer_or_a_sentence() -> None:
    asked = problem(rendered(VIEWS[0]))
    for seed in range(6):
        rng = np.random.default_rng(seed)
        start = Pose(rng.normal(size=4), [*rng.uniform(-2000, 2000, 2), rng.uniform(300, 9000)])
        try:
            found = refine_pose(asked, start)
        except FitError:
            continue
        assert np.isfinite(found.pose.log()).all() and 0 <= found.iou <= 1


def test_live_overlap_is_that_of_the_rendered_masks() -> None:
    true = VIEWS[1]
    asked = problem(rendered(true))
    moved = true.moved([0.05, -0.02, 0.04, 9.0, -6.0, 10.0])
    from core.render.raster import mesh_mask
    from core.render.region_raster import mask_iou

    truth = mask_iou(mesh_mask(lofted_shoe(), true, CAMERA), mesh_mask(lofted_shoe(), moved, CAMERA))
    measured = overlap(asked, moved)
    assert measured.iou == pytest.approx(truth, abs=0.004)
    assert overlap(asked, true).iou > 0.99
    assert overlap(asked, true).contour_px < 0.4 < measured.contour_px
    far = overlap(asked, true.moved([0, 0, 0, 500, 0, 0]))
    assert far.iou < 0.05 and far.contour_px > 50
