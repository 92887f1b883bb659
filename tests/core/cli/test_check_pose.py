"""The command check-pose, on the sample and elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.cli import main
from core.commands.console import opened
from core.document.edit import Edit
from core.geometry.pose import Pose
from core.labels.instance import Instance, Keypoint, PoseEstimate, Visibility, new_id
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


def with_shoe(path: Path, shoe: Instance) -> None:
    """Put a shoe into one of the photos nobody has touched."""
    with opened(str(path)) as document:
        photo = next(one for one in map(document.photo, document.project.entries) if one.file == "left_on_paper.jpg")
        document.commit(Edit("Add a shoe", ((photo, photo.with_instances((shoe,))),)))


def test_a_shoe_of_clicks_alone_is_told_to_have_no_pose(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    create_sample_project(tmp_path / "sample.outsole")
    clicked = Keypoint("toe tip", (100.0, 100.0), Visibility.VISIBLE)
    with_shoe(tmp_path / "sample", Instance(new_id(), "sneaker", keypoints=(clicked,)))
    assert main(["check-pose", str(tmp_path / "sample")]) == 0
    assert "left_on_paper.jpg, instance 1; no pose" in capsys.readouterr().out


@pytest.mark.parametrize("place_mm", [(9000.0, 0.0, 1000.0), (0.0, 0.0, -1000.0)])
def test_a_pose_that_no_photo_shows_is_no_nan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], place_mm: tuple[float, float, float]
) -> None:
    create_sample_project(tmp_path / "sample.outsole")
    away = PoseEstimate(Pose(np.array([1.0, 0.0, 0.0, 0.0]), np.array(place_mm)))
    with_shoe(tmp_path / "sample", Instance(new_id(), "sneaker", model_id="outsole-sneaker", pose_estimate=away))
    assert main(["check-pose", str(tmp_path / "sample"), "--json"]) == 0
    out = capsys.readouterr().out
    assert "NaN" not in out and json.loads(out)["shoes"][-1]["edge_px"] is None
    assert main(["check-pose", str(tmp_path / "sample")]) == 0
    assert "not in the photo" in capsys.readouterr().out
