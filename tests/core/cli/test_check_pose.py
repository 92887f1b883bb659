"""The command check-pose, on the sample and elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.cli import main
from core.sneaker.sample_project import create_sample_project


def test_it_tells_of_every_shoe_that_is_labelled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    create_sample_project(tmp_path / "sample.outsole")
    assert main(["check-pose", str(tmp_path / "sample"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["in_all"] == 8 and told["done"] == 0
    wood, pair, worn = told["shoes"]
    for row in (wood, pair):
        assert row["given"] and row["verdict"] == "very good" and row["rotation_deg"] < 1e-4
        assert row["edge_px"] < 0.3 and row["outline_iou"] > 0.99
    assert worn["outline_iou"] > 0.99 and "verdict" not in worn
    assert main(["check-pose", str(tmp_path / "sample")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4 and "no pose" in lines[2] and lines[3] == "none of 8 shoes done yet."


def test_other_photos_have_no_truth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", str(tmp_path / "own")]) == 0
    assert main(["check-pose", str(tmp_path / "own")]) == 2
    assert "nobody knows" in capsys.readouterr().out
