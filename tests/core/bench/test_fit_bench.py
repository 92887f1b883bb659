from __future__ import annotations

import json

import numpy as np
import pytest

from core.bench.fit_bench import run, wilson
from core.bench.fit_cases import POLYGON_VERTICES, PROTOCOLS, fit_cases
from core.geometry.pose import rotation_angle_deg
from core.sneaker.sneaker import sneaker_mesh


def test_the_bench_prints_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--cases", "3", "--seed", "2", "--json", "--only", "refine15_perfect"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(line["case"], line["size"], line["n"]) for line in told["lines"]] == [
        ("refine15_perfect", "640x480", 3),
        ("refine15_perfect", "1280x960", 3),
    ]
    for line in told["lines"]:
        assert line["add_005"] == 1.0 and line["rot_median_deg"] < 1.0 and line["cpu_ms_median"] > 0
    (baseline,) = told["baselines"]
    assert baseline["n"] == 3 and baseline["cpu_ms_median"] > told["lines"][0]["cpu_ms_median"]


def test_cases_are_the_protocols_and_the_first_of_more() -> None:
    mesh = sneaker_mesh()
    few = list(fit_cases(mesh, PROTOCOLS[1], width_px=640, height_px=480, count=2, seed=5))
    more = list(fit_cases(mesh, PROTOCOLS[1], width_px=640, height_px=480, count=3, seed=5))
    assert [case.true for case in few] == [case.true for case in more[:2]]
    for case in more:
        assert sum(len(ring) for ring in case.region.rings) <= POLYGON_VERTICES
        assert rotation_angle_deg(case.true, case.start) == pytest.approx(15.0)
        moved = np.linalg.norm(case.start.translation_mm - case.true.translation_mm)
        assert moved == pytest.approx(0.08 * np.linalg.norm(case.true.translation_mm))
        pixels = case.camera.project(case.true.apply(mesh.vertices_mm))
        assert pixels.min() > 4 and (pixels < [636, 476]).all()


def test_wilson_bounds() -> None:
    low, high = wilson(95, 100)
    assert low == pytest.approx(0.8882, abs=2e-3) and high == pytest.approx(0.9785, abs=2e-3)
    assert wilson(10, 10)[1] == pytest.approx(1.0)
