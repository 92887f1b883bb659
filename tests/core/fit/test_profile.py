from __future__ import annotations

import time

import numpy as np
import pytest
from fit_builders import CAMERA, problem, rendered, view

from core.fit.profile import MOST_SAMPLES, contour_profile
from core.geometry.camera import Camera
from core.geometry.region import Region

TRUE = view(35, 25, distance_mm=700)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTSOLE_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "fit-cache"))


def blob(region: Region, share: float = 0.24) -> Region:
    """An ellipse over the region's highest point."""
    points = np.concatenate([ring.points_px for ring in region.rings])
    x0, _, x1, _ = region.bounds_px
    turn = np.arange(40) * (2 * np.pi / 40)
    radii = (x1 - x0) * share * np.array([1.0, 0.7])
    return Region.from_points(points[np.argmin(points[:, 1])] + radii * np.stack([np.cos(turn), np.sin(turn)], axis=1))


def test_a_shoe_on_its_outline_is_off_by_less_than_a_pixel() -> None:
    profile = contour_profile(problem(rendered(TRUE)), TRUE, camera=CAMERA)
    assert profile.mean_px < 0.4 and profile.p95_px < 1.0 and profile.explained == 1.0 and profile.iou > 0.99
    assert not profile.hidden.any()
    assert len(profile) == len(profile.points_px) == len(profile.rings)
    assert (np.diff(profile.arc_px) > 0).all() and profile.length_px == pytest.approx(profile.arc_px[-1], abs=2.0)


def test_the_error_is_positive_where_the_shoe_stands_over_the_drawn_outline() -> None:
    x_px = 3.0
    aside = TRUE.moved([0, 0, 0, x_px * 700 / CAMERA.fx_px, 0, 0])
    region = rendered(TRUE)
    profile = contour_profile(problem(region), aside, camera=CAMERA)
    along = np.roll(profile.points_px, -6, axis=0) - np.roll(profile.points_px, 6, axis=0)
    outwards = along[:, 1] / np.hypot(*along.T) * np.sign(region.rings[0].signed_area_px2)
    assert outwards.max() > 0.9 and outwards.min() < -0.9
    assert np.abs(profile.error_px - outwards * x_px).mean() < 0.35
    nearer = TRUE.moved([0, 0, 0, 0, 0, -30.0])
    larger = contour_profile(problem(region), nearer, camera=CAMERA)
    assert (larger.error_px > 0).mean() > 0.97


def test_a_marked_occluder_is_dropped() -> None:
    whole = rendered(TRUE)
    leg = blob(whole)
    seen = whole.difference(leg)
    profile = contour_profile(problem(seen, ignored=(leg,)), TRUE, camera=CAMERA)
    assert 0.05 < profile.dropped.mean() < 0.5 and not profile.judged.any()
    assert profile.explained == 1.0 and profile.p95_px < 1.0
    cut = np.array([leg.contains(tuple(point)) for point in profile.points_px])
    assert profile.hidden[cut].all()


def test_an_unmarked_occluder_is_judged_one() -> None:
    whole = rendered(TRUE)
    seen = whole.difference(blob(whole))
    profile = contour_profile(problem(seen), TRUE, camera=CAMERA)
    true_outline = contour_profile(problem(whole), TRUE, camera=CAMERA).points_px
    false = np.linalg.norm(profile.points_px[:, None] - true_outline[None], axis=2).min(axis=1) > 3.0
    assert not profile.dropped.any()
    assert profile.judged[false].mean() > 0.9 and profile.judged[~false].mean() < 0.05
    assert profile.p95_px < 2.0 and profile.explained < 0.95


def test_what_is_drawn_too_much_is_no_occluder() -> None:
    whole = rendered(TRUE)
    sock = whole.union(blob(whole, 0.12))
    profile = contour_profile(problem(sock), TRUE, camera=CAMERA)
    assert not profile.hidden.any() and profile.error_px.min() < -8.0


def test_a_shoe_far_off_its_outline_judges_nothing() -> None:
    off = TRUE.moved([0.2, 0.1, 0.15, 20, 10, 0])
    profile = contour_profile(problem(rendered(TRUE)), off, camera=CAMERA)
    assert not profile.judged.any() and profile.explained < 0.5


def test_the_border_of_the_photo_is_no_evidence() -> None:
    outside = TRUE.moved([0, 0, 0, 420.0, 0, 0])
    profile = contour_profile(problem(rendered(outside)), outside, camera=CAMERA)
    at_border = profile.points_px[:, 0] > 639
    assert at_border.any() and profile.dropped[at_border].all()
    assert profile.p95_px < 1.0


def test_behind_a_lens_the_places_are_those_of_the_photo() -> None:
    lens = Camera(
        CAMERA.fx_px, CAMERA.fy_px, CAMERA.cx_px, CAMERA.cy_px, 640, 480, np.array([-0.2, 0.05, 0.001, -0.001, 0.0])
    )
    straight = rendered(TRUE)
    # Where the lens shows the same rays: rays of the pinhole, projected through the lens.
    rays = CAMERA.unproject(straight.rings[0].points_px, np.ones(len(straight.rings[0])))
    bent = Region.from_points(lens.project(rays))
    profile = contour_profile(problem(bent, lens), TRUE, camera=lens)
    x0, y0, x1, y1 = bent.bounds_px
    low, high = profile.points_px.min(axis=0), profile.points_px.max(axis=0)
    assert low == pytest.approx([x0, y0], abs=1.0) and high == pytest.approx([x1, y1], abs=1.0)
    assert profile.mean_px < 0.5


def test_behind_the_camera_nothing_is_known() -> None:
    profile = contour_profile(problem(rendered(TRUE)), TRUE.moved([0, 0, 0, 0, 0, -2000.0]), camera=CAMERA)
    assert profile.hidden.all() and np.isnan(profile.mean_px) and profile.iou == 0.0


def test_a_finely_drawn_large_outline_takes_a_moment() -> None:
    camera = Camera.from_vertical_fov(50.0, 2560, height_px=1920)
    near = view(35, 25, distance_mm=500)
    asked = problem(rendered(near, camera), camera)
    contour_profile(asked, near, camera=camera)
    times = []
    for _ in range(5):
        begun = time.thread_time()
        profile = contour_profile(asked, near, camera=camera)
        times.append(time.thread_time() - begun)
    assert abs(len(profile) - MOST_SAMPLES) <= 2
    assert min(times) < 0.010
