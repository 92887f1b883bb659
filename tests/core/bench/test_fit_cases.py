from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from core.bench.fit_cases import DEFAULT_KINDS, KINDS, SIZES, FitCase, Kind, fit_cases
from core.bench.fit_noise import POLYGON_VERTICES
from core.bench.fit_views import LEAST_CUT, MOST_CUT, Subject
from core.geometry.pose import rotation_angle_deg
from core.labels.instance import Side
from core.render.raster import mesh_mask
from core.render.region_raster import mask_iou, region_mask
from core.sneaker.sneaker import sneaker_mesh

SIZE = SIZES[0]


@lru_cache(maxsize=1)
def subject() -> Subject:
    return Subject.of(sneaker_mesh(), "sneaker")


def cases(name: str, count: int = 3, seed: int = 5) -> list[FitCase]:
    return list(fit_cases(subject(), KINDS[name], size=SIZE, count=count, seed=seed))


def given(case: FitCase) -> np.ndarray:
    return region_mask(case.region, *SIZE)


def truth(case: FitCase) -> np.ndarray:
    shoe = subject().mirrored() if case.side is Side.LEFT else subject()
    return mesh_mask(shoe.mesh, case.true, case.camera)


def test_every_name_of_the_protocol_is_there() -> None:
    names = [kind.name for kind in DEFAULT_KINDS]
    assert names == [
        "clean",
        "noprior",
        "close",
        "jitter1",
        "jitter2",
        "jitter3",
        "poly40",
        "close_poly40",
        "blob20_marked",
        "blob20_unmarked",
        "half20_marked",
        "half20_unmarked",
        "truncated",
        "fov_wrong",
        "fov_free",
        "wrong_mesh",
        "wrong_mesh_shaped",
        "side_unknown",
        "refine",
        "pair",
        "lean",
    ]
    assert {"clean_clicks4", "poly40_clicks2", "poly40_misclick", "fov_free_poly40"} < set(KINDS)


def test_clicks_lie_on_what_is_seen_and_one_may_be_wrong() -> None:
    for right, wrong in zip(cases("clean_clicks4", 3), cases("clean_misclick", 3), strict=True):
        assert right.true == wrong.true and len(right.clicks) == 4
        for case, expected in ((right, 12.0), (wrong, 80.0)):
            misses = [
                float(np.hypot(*(case.camera.project(case.true.apply(np.array(c.at_mm))) - c.at_px)))
                for c in case.clicks
            ]
            assert max(misses) < expected
        assert max(misses) > 40.0


def test_fewer_cases_are_the_first_of_more_and_kinds_share_their_views() -> None:
    few, more = cases("poly40", 2), cases("poly40", 3)
    assert [case.true for case in few] == [case.true for case in more[:2]]
    assert [case.region for case in few] == [case.region for case in more[:2]]
    assert [case.true for case in more] == [case.true for case in cases("clean")]
    assert cases("clean", 1, seed=6)[0].true != few[0].true


def test_whole_shoes_lie_inside_and_their_outline_is_their_pixels() -> None:
    for case in cases("clean"):
        pixels = case.camera.project(case.true.apply(subject().mesh.vertices_mm))
        assert pixels.min() > 4 and (pixels < np.array(SIZE) - 4).all()
        assert (given(case) == truth(case)).all()
        length = np.linalg.norm(case.true.translation_mm) / subject().length_mm
        assert 2 <= length <= 6 and 40 <= case.camera.vertical_fov_deg <= 70


def test_close_ups_are_close() -> None:
    for case in fit_cases(subject(), KINDS["close"], size=SIZES[1], count=3, seed=1):
        assert 1.5 <= np.linalg.norm(case.true.translation_mm) / subject().length_mm <= 2.5


def test_starts_are_twenty_degrees_and_a_tenth_off() -> None:
    for case in cases("refine"):
        assert rotation_angle_deg(case.true, case.start) == pytest.approx(20.0)
        moved = np.linalg.norm(case.start.translation_mm - case.true.translation_mm)
        assert moved == pytest.approx(0.1 * np.linalg.norm(case.true.translation_mm))


def test_drawn_outlines_have_few_corners() -> None:
    for case in cases("poly40"):
        assert sum(len(ring) for ring in case.region.rings) <= POLYGON_VERTICES
        assert 0.8 < mask_iou(given(case), truth(case)) < 1.0


def test_jitter_is_as_large_as_it_says() -> None:
    for name, sigma in (("jitter1", 1.0), ("jitter3", 3.0)):
        for case in cases(name):
            around = np.count_nonzero(truth(case) ^ np.roll(truth(case), 1, axis=1)) * 1.2
            changed = np.count_nonzero(given(case) ^ truth(case))
            # The mean of |noise| is 0.8 sigma, over a length that the columns' crossings tell roughly.
            assert 0.3 * sigma < changed / around < 3.0 * sigma


@pytest.mark.parametrize("name", ["blob20", "half20", "half10"])
def test_hidden_shares_of_the_area(name: str) -> None:
    marked, unmarked = cases(f"{name}_marked"), cases(f"{name}_unmarked")
    for with_mark, without in zip(marked, unmarked, strict=True):
        whole = truth(with_mark)
        left = given(with_mark)
        assert not (left & ~whole).any()
        assert left.sum() / whole.sum() == pytest.approx(1 - int(name[-2:]) / 100, abs=0.01)
        assert (given(without) == left).all() and not without.ignored
        (occluder,) = with_mark.ignored
        assert (whole & ~region_mask(occluder, *SIZE) == left).all()


def test_the_border_cuts_shoes() -> None:
    for case in cases("truncated"):
        width, height = SIZE
        around = case.camera.cropped(-width, -height, width_px=3 * width, height_px=3 * height)
        whole = mesh_mask(subject().mesh, case.true, around).sum()
        assert LEAST_CUT <= 1 - given(case).sum() / whole <= MOST_CUT
        assert (given(case) == truth(case)).all()


def test_a_wrong_field_of_view_is_given_and_not_drawn() -> None:
    for case in cases("fov_wrong"):
        off = case.given_camera.vertical_fov_deg / case.camera.vertical_fov_deg
        assert 0.8 <= off <= 1.2 and off != 1.0
    assert all(case.given_camera == case.camera for case in cases("clean"))


def test_left_shoes_come_when_the_side_is_unknown() -> None:
    drawn = cases("side_unknown", 8)
    assert {case.side for case in drawn} == {Side.LEFT, Side.RIGHT}
    assert all(mask_iou(given(case), truth(case)) > 0.8 for case in drawn)
    assert all(case.side is Side.RIGHT for case in cases("poly40"))


def test_rejected_views_are_counted() -> None:
    assert sum(case.rejected for case in cases("clean", 10)) > 0


def test_only_what_is_less_than_the_outline_has_an_oracle() -> None:
    assert KINDS["poly40"].has_oracle and KINDS["half20_unmarked"].has_oracle and KINDS["truncated"].has_oracle
    assert not Kind("clean").has_oracle and not KINDS["side_unknown"].has_oracle
