from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fit_builders import CAMERA, LENGTH_MM, lofted_shoe, problem, rendered, view

from core.fit.errors import FitCancelled, FitError
from core.fit.problem import FitProblem
from core.fit.search import FULL, HIDDEN, LEAN, Effort, SearchOutcome, Upright, search_pose, search_sides
from core.geometry.camera import Camera
from core.geometry.pose import Pose, rotation_angle_deg
from core.geometry.region import Region
from core.labels.instance import ShoeSize, Side
from core.metrics.pose_error import add_mm

DIAMETER_MM = lofted_shoe().diameter_mm()
POINTS_MM = lofted_shoe().surface_points(500)
VIEWS = [
    view(30, 25),
    view(110, 40, at=(120, 40)),
    view(200, 5, distance_mm=1200),
    view(300, 60, at=(-150, -60)),
    view(75, -8, distance_mm=1600, at=(300, -200)),
    view(160, 75, distance_mm=700),
]


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTSOLE_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "fit-cache"))


def rolled(pose: Pose, degrees: float) -> Pose:
    """The camera rolled about its axis."""
    return Pose.exp([0, 0, np.radians(degrees), 0, 0, 0]) @ pose


def share_of_diameter(true: Pose, found: Pose) -> float:
    return add_mm(true, found, points_mm=POINTS_MM) / DIAMETER_MM


def first_share(true: Pose, outcome: SearchOutcome) -> float:
    return share_of_diameter(true, outcome.hypotheses[0].pose)


@pytest.mark.parametrize("true", VIEWS)
@pytest.mark.parametrize("effort", [FULL, LEAN])
def test_a_rendered_outline_gives_its_pose(true: Pose, effort: Effort) -> None:
    found = search_pose(problem(rendered(true)), effort=effort)
    best = found.hypotheses[0]
    assert share_of_diameter(true, best.pose) < 0.02
    assert best.iou > 0.985 and best.contour_px < 0.5 and best.cost < 1.0
    assert best.side is Side.RIGHT
    assert best.covariance is not None and np.linalg.eigvalsh(best.covariance).min() > 0
    assert found.cpu_ms > 0


@pytest.mark.parametrize(("true", "degrees"), [(VIEWS[0], 180.0), (VIEWS[1], 100.0), (view(40, -70), -75.0)])
def test_without_a_prior_it_may_lie_or_hang_anyhow(true: Pose, degrees: float) -> None:
    true = rolled(true, degrees)
    assert first_share(true, search_pose(problem(rendered(true)), upright=None)) < 0.02


def test_the_prior_rules_out_what_it_says() -> None:
    asked = problem(rendered(rolled(VIEWS[0], 90.0)))
    upright = Upright(lowest_deg=0.0, highest_deg=60.0, roll_deg=30.0)
    for hypothesis in search_pose(asked, upright=upright).hypotheses:
        pose = hypothesis.pose
        toward = -pose.rotation.T @ pose.translation_mm / np.linalg.norm(pose.translation_mm)
        assert -4.0 < np.degrees(np.arcsin(toward[2])) < 64.0
        assert abs(np.degrees(np.arctan2(pose.rotation[0, 2], -pose.rotation[1, 2]))) < 40.0


def test_hypotheses_are_distinct_and_ranked() -> None:
    coarse = rendered(VIEWS[2]).simplified(2.0)
    hypotheses = search_pose(problem(coarse)).hypotheses
    assert 2 <= len(hypotheses) <= 10
    ious = [hypothesis.iou for hypothesis in hypotheses]
    assert ious == sorted(ious, reverse=True)
    for index, a in enumerate(hypotheses):
        assert all(rotation_angle_deg(a.pose, b.pose) > 6.0 for b in hypotheses[:index])


def test_a_polygon_drawn_by_hand_is_enough() -> None:
    shares = [first_share(true, search_pose(problem(rendered(true).simplified(1.0)))) for true in VIEWS]
    assert max(shares) < 0.1


@pytest.mark.parametrize("size", [ShoeSize(LENGTH_MM * 0.8), ShoeSize(LENGTH_MM * 0.9, 1.12, 0.93)])
def test_a_left_shoe_of_another_size(size: ShoeSize) -> None:
    mesh = lofted_shoe().scaled(size.factors(LENGTH_MM)).mirrored()
    for true in (VIEWS[0], VIEWS[3]):
        asked = problem(rendered(true, mesh=mesh), side=Side.LEFT, size=size)
        assert asked.side is Side.LEFT
        best = search_pose(asked).hypotheses[0]
        assert best.side is Side.LEFT
        assert rotation_angle_deg(true, best.pose) < 1.0 and best.iou > 0.985


def sides(region: Region) -> list[FitProblem]:
    return [problem(region, side=side) for side in (Side.RIGHT, Side.LEFT)]


def test_the_right_side_is_told_from_the_left() -> None:
    for true in VIEWS[:4]:
        left = rendered(true, mesh=lofted_shoe().mirrored())
        for region, side in ((rendered(true), Side.RIGHT), (left, Side.LEFT)):
            hypotheses = search_sides(sides(region)).hypotheses
            assert hypotheses[0].side is side
            assert {hypothesis.side for hypothesis in hypotheses} == {Side.RIGHT, Side.LEFT}


def test_pixels_need_not_be_square() -> None:
    camera = Camera(500.0, 620.0, 300.0, 260.0, 640, 480, np.zeros(5))
    true = view(140, 30)
    assert first_share(true, search_pose(problem(rendered(true, camera), camera))) < 0.03


def test_the_lens_is_undone_before_the_search() -> None:
    bent = replace(CAMERA, distortion=np.array([-0.25, 0.05, 0.002, -0.001, 0.0]))
    true = view(60, 30, at=(160, 90))
    assert first_share(true, search_pose(problem(rendered(true, bent), bent))) < 0.03


def test_a_shoe_cut_by_the_photos_border_is_found_by_the_rest() -> None:
    true = view(30, 30, at=(-545.0, 0.0))
    region = rendered(true)
    assert region.bounds_px[0] == pytest.approx(0)
    assert first_share(true, search_pose(problem(region))) < 0.03


def occluded(true: Pose) -> tuple[Region, Region]:
    """The shoe without what a leg hides of it, about a sixth, and the leg."""
    whole = rendered(true)
    x0, y0, x1, y1 = whole.bounds_px
    left, right, low = x0 + 0.55 * (x1 - x0), x1 + 30, y0 + 0.35 * (y1 - y0)
    leg = Region.from_points([(left, y0 - 60), (right, y0 - 60), (right, low), (left + 10, low + 12)])
    seen = whole.difference(leg)
    assert 0.7 < seen.area_px2 / whole.area_px2 < 0.93
    return seen, leg


@pytest.mark.parametrize("true", [view(35, 20), view(215, 35, at=(60, 30))])
def test_a_leg_hides_a_part_whether_it_is_marked_or_not(true: Pose) -> None:
    seen, leg = occluded(true)
    marked = search_pose(problem(seen, ignored=(leg,)))
    assert first_share(true, marked) < 0.03
    assert marked.hypotheses[0].iou > 0.98
    unmarked = search_pose(problem(seen), effort=HIDDEN)
    assert first_share(true, unmarked) < 0.05
    costs = [hypothesis.cost for hypothesis in unmarked.hypotheses]
    assert costs[0] == min(costs)


def test_progress_is_told_and_can_stop_the_search() -> None:
    asked = problem(rendered(VIEWS[0]))
    shown: list[tuple[Pose, float]] = []

    def watch(pose: Pose, fraction: float) -> bool:
        shown.append((pose, fraction))
        return True

    found = search_pose(asked, on_step=watch)
    fractions = [fraction for _, fraction in shown]
    assert len(shown) > 4 and fractions == sorted(fractions) and fractions[0] > 0 and fractions[-1] <= 1
    assert rotation_angle_deg(shown[-1][0], found.hypotheses[0].pose) < 1.0
    with pytest.raises(FitCancelled):
        search_pose(asked, on_step=lambda pose, fraction: fraction < 0.3)


def test_the_same_outline_gives_the_same_answer() -> None:
    asked = problem(rendered(VIEWS[1]).simplified(1.0))
    first, second = search_pose(asked), search_pose(asked)
    assert [h.pose for h in first.hypotheses] == [h.pose for h in second.hypotheses]


def test_what_no_pose_explains_is_said_in_a_sentence_or_shown_to_fit_badly() -> None:
    for region in (Region.from_box(0, 0, x1_px=640, y1_px=480), Region.from_box(20, 20, x1_px=40, y1_px=30)):
        try:
            found = search_pose(problem(region))
        except FitError as error:
            assert str(error).endswith(".")
        else:
            assert all(0 <= h.iou <= 1 and np.isfinite(h.pose.log()).all() for h in found.hypotheses)


def test_a_damaged_library_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.fit.proxy import chosen_proxies
    from core.fit.viewpoints import viewpoints_of

    monkeypatch.setenv("OUTSOLE_CACHE_DIR", str(tmp_path))
    search = chosen_proxies(lofted_shoe()).search
    viewpoints_of.cache_clear()
    made = viewpoints_of(search)
    (file,) = (tmp_path / "viewpoints").iterdir()
    whole = file.read_bytes()
    for damaged in (b"PK\x03\x04 not a zip", whole[: len(whole) // 2], b""):
        file.write_bytes(damaged)
        viewpoints_of.cache_clear()
        again = viewpoints_of(search)
        assert all(np.array_equal(a, b) for a, b in zip(made, again, strict=True))
    viewpoints_of.cache_clear()
    assert np.array_equal(viewpoints_of(search).real, made.real)
    viewpoints_of.cache_clear()
