"""Outline, clicks, floor and focal length in one least squares: each helps a poor outline and harms no clean one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fit_builders import CAMERA, LENGTH_MM, lofted_shoe, problem, rendered, rough, view

from core.fit.knowledge import Click
from core.fit.problem import FOCAL_SIGMA
from core.fit.refine import refine_pose
from core.fit.search import search_pose
from core.geometry.camera import Camera
from core.geometry.floor import floor_under
from core.geometry.pose import Pose, rotation_angle_deg
from core.geometry.region import Region
from core.labels.instance import ShoeSize, Side

VIEWS = [view(30, 25), view(110, 40, at=(120, 40)), view(200, 5, distance_mm=1200), view(300, 60, at=(-150, -60))]
SOLE_MM = float(lofted_shoe().vertices_mm[:, 2].min())
TOE, HEEL, TOP, SIDE = (
    tuple(float(x) for x in lofted_shoe().vertices_mm[int(np.argmax(lofted_shoe().vertices_mm @ np.array(way)))])
    for way in ((1.0, 0, 0), (-1.0, 0, 0), (-0.5, 0, 1.0), (0.3, 1.0, 0))
)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTSOLE_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "fit-cache"))


def clicks_on(true: Pose, *, seed: int = 0, sigma_px: float = 2.0, camera: Camera = CAMERA) -> list[Click]:
    rng = np.random.default_rng(seed)
    at = camera.project(true.apply([TOE, HEEL, TOP, SIDE])) + rng.normal(0, sigma_px, (4, 2))
    return [Click(mm, (float(u), float(v)), 2.0) for mm, (u, v) in zip((TOE, HEEL, TOP, SIDE), at, strict=True)]


def turned_deg(true: Pose, found: Pose) -> float:
    return rotation_angle_deg(true, found)


@pytest.mark.parametrize("true", VIEWS)
def test_clicks_leave_a_clean_outline_alone(true: Pose) -> None:
    region = rendered(true)
    plain = refine_pose(problem(region), rough(true, 1)).pose
    clicked = refine_pose(problem(region, clicks=clicks_on(true)), rough(true, 1)).pose
    assert turned_deg(plain, clicked) < 0.2
    wrong = clicks_on(true)
    u, v = wrong[1].at_px
    wrong[1] = replace(wrong[1], at_px=(u, v - 60.0))
    assert turned_deg(plain, refine_pose(problem(region, clicks=wrong), rough(true, 1)).pose) < 0.2
    assert turned_deg(true, search_pose(problem(region, clicks=wrong)).hypotheses[0].pose) < 1.0


def test_exact_clicks_lead_where_the_outline_says_little() -> None:
    true = VIEWS[0]
    x0, y0, x1, y1 = rendered(true).bounds_px
    blob = Region.from_points(
        [
            ((x0 + x1) / 2 + (x1 - x0) / 2 * np.cos(a), (y0 + y1) / 2 + (y1 - y0) / 2 * np.sin(a))
            for a in np.arange(24) * np.pi / 12
        ]
    )
    clicks = [replace(click, sigma_px=0.5) for click in clicks_on(true, sigma_px=0.0)]
    alone = min(turned_deg(true, one.pose) for one in search_pose(problem(blob)).hypotheses[:1])
    first = search_pose(problem(blob, clicks=clicks)).hypotheses[0]
    assert alone > 8.0 > turned_deg(true, first.pose)


def test_a_click_decides_between_twins() -> None:
    """A thing that is its own mirror image seen from afar: toe and heel may be exchanged."""
    from core.fit.problem import problem_of
    from core.fit.proxy import chosen_proxies
    from core.fit.warm import _blob
    from core.render.contours import region_from_mask
    from core.render.raster import mesh_mask

    mesh = _blob()
    far = Camera.from_vertical_fov(8.0, 640, height_px=480)
    true = view(80, 12, distance_mm=4000)
    region = region_from_mask(mesh_mask(mesh, true, far), tolerance_px=0.0).simplified(1.5)
    asked = problem_of(chosen_proxies(mesh), camera=far, region=region)
    at_mm = (140.0, 0.0, 0.0)
    u, v = far.project(true.apply(at_mm))
    found = search_pose(replace(asked, clicks=(Click(at_mm, (float(u), float(v))),))).hypotheses
    miss = np.linalg.norm(far.project(found[0].pose.apply(at_mm)) - [u, v])
    assert miss < 10.0


def test_the_covariance_shrinks_with_what_is_known() -> None:
    true = VIEWS[1]
    region = rendered(true).simplified(2.0)
    start = rough(true, 2, turn_deg=6, share=0.03)
    alone = refine_pose(problem(region), start).covariance
    clicks = [replace(click, sigma_px=0.3) for click in clicks_on(true, sigma_px=0.0)]
    more = refine_pose(problem(region, clicks=clicks), start).covariance
    assert alone is not None and more is not None
    assert np.linalg.eigvalsh(more).min() > 0
    assert np.trace(more[:3, :3]) < np.trace(alone[:3, :3])


def test_a_floor_rights_a_shoe_that_a_poor_outline_tilts() -> None:
    errors = {False: [], True: []}  # type: dict[bool, list[float]]
    for seed, true in enumerate(VIEWS):
        rng = np.random.default_rng(seed)
        ring = rendered(true).simplified(2.0).parts[0].outer.points_px
        region = Region.from_points(ring + rng.normal(0, 1.5, ring.shape))
        for known in errors:
            floor = replace(floor_under(true, SOLE_MM), tilt_deg=1.0) if known else None
            found = search_pose(problem(region, floor=floor)).hypotheses[0].pose
            errors[known].append(
                float(np.degrees(np.arccos(np.clip(found.rotation[:, 2] @ true.rotation[:, 2], -1, 1))))
            )
    assert np.mean(errors[True]) < np.mean(errors[False])
    assert max(errors[True]) < 4.0


def test_a_wrong_floor_does_not_ruin_a_clean_outline() -> None:
    true = VIEWS[0]
    wrong = floor_under(true.moved([0.6, 0.0, 0.3, 0, 150, 0]), SOLE_MM)
    found = search_pose(problem(rendered(true), floor=wrong)).hypotheses[0]
    assert turned_deg(true, found.pose) < 1.0


@pytest.mark.parametrize("factor", [0.8, 1.2])
@pytest.mark.parametrize("true", [view(30, 25, distance_mm=600), view(150, 45, distance_mm=550)])
def test_a_wrong_focal_length_is_found_with_the_pose(true: Pose, factor: float) -> None:
    region = rendered(true)
    guess = CAMERA.with_vertical_fov(factor * CAMERA.vertical_fov_deg)
    asked = problem(region, guess, focal_sigma=FOCAL_SIGMA)
    best = search_pose(asked).hypotheses[0]
    assert best.focal_px is not None and best.focal_sigma_px is not None
    assert best.focal_px == pytest.approx(CAMERA.fx_px, rel=0.04)
    assert 0 < best.focal_sigma_px < 0.13 * guess.fx_px
    assert turned_deg(true, best.pose) < 1.0 and best.iou > 0.985
    depth = best.pose.translation_mm[2] / best.focal_px / (true.translation_mm[2] / CAMERA.fx_px)
    assert depth == pytest.approx(1.0, abs=0.01)
    refined = refine_pose(asked, best.pose)
    assert refined.focal_px == pytest.approx(best.focal_px, rel=0.02)
    assert turned_deg(true, refined.pose) < 1.0


def test_a_known_camera_gives_no_focal_length() -> None:
    true = VIEWS[0]
    found = search_pose(problem(rendered(true))).hypotheses[0]
    assert found.focal_px is None and found.focal_sigma_px is None
    assert refine_pose(problem(rendered(true)), true).focal_px is None


def test_the_lens_of_a_camera_with_a_free_focal_length_stays_undone() -> None:
    bent = replace(CAMERA, distortion=np.array([-0.25, 0.05, 0.002, -0.001, 0.0]))
    true = view(60, 30, at=(90, 60), distance_mm=600)
    found = search_pose(problem(rendered(true, bent), bent, focal_sigma=FOCAL_SIGMA)).hypotheses[0]
    assert turned_deg(true, found.pose) < 1.5 and found.iou > 0.97


@pytest.mark.parametrize("more", [{}, {"clicks": True}, {"focal_sigma": FOCAL_SIGMA}])
def test_the_same_question_has_the_same_answer_to_the_bit(more: dict[str, object]) -> None:
    true = VIEWS[1]
    region = rendered(true).simplified(1.0)
    given = {**more, "clicks": clicks_on(true)} if more.get("clicks") else more

    def asked() -> list[bytes]:
        hypotheses = search_pose(problem(region, **given)).hypotheses
        parts = [np.concatenate([h.pose.rotation_wxyz, h.pose.translation_mm]).tobytes() for h in hypotheses]
        covariances = [b"" if h.covariance is None else h.covariance.tobytes() for h in hypotheses]
        return [*parts, *covariances, *(repr((h.iou, h.contour_px, h.cost, h.focal_px)).encode() for h in hypotheses)]

    first = asked()
    assert all(asked() == first for _ in range(2))
    size = {"size": ShoeSize(LENGTH_MM), "side": Side.RIGHT}
    one, two = (refine_pose(problem(region, **given, **size), rough(true, 5)).pose for _ in range(2))
    assert one == two
