"""Pairs of the fit's bench: on one floor, apart in the photo, the same for the same seed."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.bench.fit_bench import run
from core.bench.fit_cases import KINDS
from core.bench.fit_pairs import pair_case
from core.bench.fit_views import Subject
from core.geometry.on_floor import apart_on_the_floor
from core.geometry.pose import rotation_angle_deg
from core.labels.instance import Side
from core.sneaker.sneaker import sneaker_mesh


def test_a_pair_stands_on_one_floor_and_is_the_same_again() -> None:
    subject = Subject.of(sneaker_mesh(), "sneaker")
    sole_mm = float(subject.mesh.vertices_mm[:, 2].min())
    for index in range(4):
        case = pair_case(subject, KINDS["pair"], size=(640, 480), seed=5, index=index)
        again = pair_case(subject, KINDS["pair"], size=(640, 480), seed=5, index=index)
        assert case.right.side is Side.RIGHT and case.left.side is Side.LEFT
        assert case.left.true == again.left.true and case.right.region == again.right.region
        tilt_deg, height_mm = apart_on_the_floor(case.right.true, case.left.true, sole_mm=sole_mm)
        assert tilt_deg < 3.0 and height_mm < 12.0  # a tilt over some decimetres is a height, too
        assert rotation_angle_deg(case.right.true, case.right.start) == pytest.approx(8.0)
        for one in (case.right, case.left):
            assert len(one.region.parts[0].outer.points_px) <= 40
            at = one.camera.project(one.true.translation_mm)
            assert np.all((at > 0) & (at < [640, 480]))


def test_the_line_sets_a_pair_beside_single_fits(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--cases", "2", "--only", "pair", "--size", "640x480", "--json"]) == 0
    (line,) = json.loads(capsys.readouterr().out)["lines"]
    assert line["case"] == "pair" and line["n"] == 4
    assert {"alone_rot_median_deg", "alone_rot_p90_deg", "alone_add_002", "coverage_95"} <= set(line)
