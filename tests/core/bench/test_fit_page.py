"""The page of `outsole bench fit`: tables of what was measured, under what a hand wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.bench.fit_bench import run
from core.bench.fit_page import TABLES

LINE = {
    "case": "clean",
    "size": "640x480",
    "model": "sneaker",
    "n": 10,
    "seed": 1,
    "drawn": 12,
    "rejected": 2,
    "add_01": 1.0,
    "add_01_low": 0.72,
    "add_01_high": 1.0,
    "add_005": 0.9,
    "add_002": 0.8,
    "rot_median_deg": 0.1,
    "rot_p90_deg": 0.3,
    "depth_per_focal_median_pct": 0.04,
    "cpu_ms_median": 15.0,
    "cpu_ms_p95": 22.0,
    "coverage_95": 0.96,
    "coverage_1sigma": 0.7,
}


def _told(file: Path, **more: object) -> Path:
    file.write_text(json.dumps({"lines": [LINE | more], "baselines": [], "masks": []}), encoding="utf-8")
    return file


def test_tables_of_several_runs_stand_under_what_a_hand_wrote(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    page = tmp_path / "page.md"
    page.write_text(f"# Ours\n\nWords.\n\n{TABLES}\n\nold tables\n", encoding="utf-8")
    runs = [_told(tmp_path / "a.json"), _told(tmp_path / "b.json", model="other")]
    assert run(["--page", str(page), "--runs", *map(str, runs)]) == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Ours\n\nWords.") and "old tables" not in text
    assert "## sneaker" in text and "## other" in text and "1.00 [0.72, 1.00]" in text and "0.10° / 0.3°" in text
    assert (tmp_path / "page.png").stat().st_size > 1000


def test_a_file_of_something_else_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[]", encoding="utf-8")
    with pytest.raises(ValueError, match=r"wrong\.json is not what"):
        run(["--page", str(tmp_path / "page.md"), "--runs", str(wrong)])
