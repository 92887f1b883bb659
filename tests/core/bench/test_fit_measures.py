from __future__ import annotations

import json
from functools import lru_cache

import numpy as np
import pytest

from core.bench.fit_baselines import adam_soft_silhouette, exact_least_squares
from core.bench.fit_cases import KINDS, SIZES, FitCase, fit_case
from core.bench.fit_masks import brute_force_mask
from core.bench.fit_measures import (
    Line,
    Row,
    Share,
    area_under_curve,
    coverage,
    flagged,
    row_of,
    usual_numbers,
    usual_shares,
)
from core.bench.fit_report import json_of, text_of
from core.bench.fit_views import Subject
from core.bench.fit_ways import Answer, Found, from_the_truth, true_iou
from core.geometry.pose import Pose, rotation_angle_deg
from core.labels.instance import Side
from core.render.raster import mesh_mask
from core.sneaker.sneaker import sneaker_mesh


@lru_cache(maxsize=1)
def subject() -> Subject:
    return Subject.of(sneaker_mesh(), "sneaker")


@lru_cache(maxsize=4)
def case(name: str = "clean", index: int = 0) -> FitCase:
    return fit_case(subject(), KINDS[name], size=SIZES[0], seed=3, index=index)


def offer(pose: Pose, *, side: Side = Side.RIGHT, covariance: np.ndarray | None = None) -> Found:
    return Found(pose, side, 0.9, covariance)


def test_wilson_bounds() -> None:
    low, high = Share(95, 100).bounds
    assert low == pytest.approx(0.8882, abs=2e-3) and high == pytest.approx(0.9785, abs=2e-3)
    assert Share(10, 10).bounds[1] == pytest.approx(1.0) and Share(0, 5).bounds[0] == 0.0
    assert Share(0, 0).bounds == (0.0, 1.0) and Share(0, 0).value == 0.0


def test_errors_of_an_answer() -> None:
    true = case().true
    off = true.moved([np.radians(3.0), 0, 0, *(0.02 * true.translation_mm)])
    row = row_of(subject(), case(), Answer((offer(off), offer(true)), 12.0))
    assert row.rotation_deg == pytest.approx(3.0) and row.translation_pct == pytest.approx(2.0)
    assert row.depth_per_focal_pct == pytest.approx(2.0) and row.cpu_ms == 12.0
    assert row.add > 0 and row.adds[1] == pytest.approx(0.0, abs=1e-12)
    shares = usual_shares([row])
    assert shares["top4_add_01"].value == 1.0 and shares["rot_below_5"].value == 1.0


def test_the_wrong_side_and_a_refusal_are_failures() -> None:
    wrong = row_of(subject(), case(), Answer((offer(case().true, side=Side.LEFT),), 1.0))
    refused = row_of(subject(), case(), Answer((), 1.0))
    shares = usual_shares([wrong, refused])
    assert shares["add_01"].successes == 0
    assert usual_numbers([refused])["rot_median_deg"] == 180.0


def test_a_fifth_offer_is_not_among_the_top_four() -> None:
    true = case().true
    off = [offer(true.moved([1.0 + 0.1 * k, 0, 0, 0, 0, 0])) for k in range(4)]
    shares = usual_shares([row_of(subject(), case(), Answer((*off, offer(true)), 1.0))])
    assert shares["top4_add_01"].value == 0.0 and shares["any_add_01"].value == 1.0


def test_the_truth_lies_in_its_ellipsoid_as_often_as_chi_square_says() -> None:
    rng = np.random.default_rng(0)
    root = rng.normal(size=(6, 6)) * [[0.01], [0.01], [0.01], [1.0], [1.0], [5.0]]
    covariance = root @ root.T
    rows = []
    for _ in range(400):
        # The found pose is off by what leads back to the truth; for small turns that is the same covariance.
        found = case().true.moved(-(root @ rng.normal(size=6)))
        rows.append(row_of(subject(), case(), Answer((offer(found, covariance=covariance),), 1.0)))
    shares, numbers = coverage(rows)
    assert shares["coverage_95"].value == pytest.approx(0.95, abs=0.035)
    assert shares["coverage_68"].value == pytest.approx(0.68, abs=0.07)
    assert numbers["coverage_1sigma"] == pytest.approx(0.683, abs=0.05)


def test_no_covariance_is_no_coverage() -> None:
    assert coverage([row_of(subject(), case(), Answer((offer(case().true),), 1.0))]) == ({}, {})


def test_area_under_the_curve() -> None:
    assert area_under_curve([3, 4], [1, 2]) == 1.0
    assert area_under_curve([1, 2], [1, 2]) == 0.5
    assert area_under_curve([1], [2, 1]) == 0.25


def test_a_start_at_the_truth_stays_there() -> None:
    found = from_the_truth(subject(), case())
    assert found is not None and rotation_angle_deg(case().true, found) < 1.5
    assert true_iou(subject(), case()) > 0.98


def test_a_start_at_the_truth_ignores_what_is_hidden() -> None:
    hidden = case("half20_unmarked", 1)
    found = from_the_truth(subject(), hidden)
    assert found is not None and rotation_angle_deg(hidden.true, found) < 3.0


def test_json_has_no_infinities_and_text_names_everything() -> None:
    shares = {"add_01": Share(1, 2), "add_005": Share(1, 2), "add_002": Share(0, 2), "side_first": Share(2, 2)}
    row = row_of(subject(), case(), Answer((offer(case().true),), 1.0))
    numbers = usual_numbers([row]) | {"strange": float("inf")}
    line = Line("clean", "640x480", "sneaker", 2, 7, 3, 1, shares, numbers)
    content = json_of(line)
    assert content["strange"] is None and content["add_01"] == 0.5 and content["seed"] == 7
    assert json.loads(json.dumps(content, allow_nan=False))["side_first_low"] == pytest.approx(0.342, abs=1e-3)
    assert list(content)[:4] == ["case", "size", "model", "n"]
    assert "side_first 1.000" in text_of(line) and "drawn 3, rejected 1" in text_of(line)


def test_brute_force_agrees_with_the_raster() -> None:
    seen = case()
    assert (
        brute_force_mask(subject().mesh, seen.true, seen.camera) == mesh_mask(subject().mesh, seen.true, seen.camera)
    ).all()


def test_baselines_come_nearer() -> None:
    rough = case("refine", 1)
    for baseline in (exact_least_squares, adam_soft_silhouette):
        reached = baseline(subject(), rough)
        before = np.linalg.norm(rough.start.translation_mm - rough.true.translation_mm)
        assert np.linalg.norm(reached.pose.translation_mm - rough.true.translation_mm) < before
        assert reached.looks > 10


def test_flags_are_counted_of_the_wrong_first_offers_that_could_be_put_right_and_of_the_right_ones() -> None:
    def row(*adds: float, is_ambiguous: bool) -> Row:
        return Row(adds, 1.0, 1.0, 1.0, 0.9, 1.0, is_ambiguous=is_ambiguous)

    rows = [
        row(0.5, 0.02, is_ambiguous=True),
        row(0.5, 0.02, is_ambiguous=False),
        row(0.5, 0.4, is_ambiguous=True),
        row(0.01, 0.5, is_ambiguous=False),
        row(0.01, is_ambiguous=False),
        row(0.02, is_ambiguous=True),
        Row((), 180.0, 100.0, 100.0, 0.0, 1.0),
    ]
    assert flagged(rows) == {"flagged_wrong": Share(1, 2), "flagged_right": Share(1, 3)}
    assert flagged(rows[2:3]) == {}
