"""A second, blind pass from the command line: begun, labelled a little differently, compared, its sigmas kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.cli import main
from core.document.document import Document
from core.document.edit import Edit
from core.formats.second_pass import kept_sigmas
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import Instance, PoseEstimate, Side, new_id
from core.labels.photo import Review, Status
from core.storage.database import open_project

PHOTOS = 9
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    def run(*words: Any) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def first(tmp_path: Path, say: Say) -> Path:
    for at in range(PHOTOS):
        Image.fromarray(np.full((60, 80, 3), 20 * at, dtype=np.uint8)).save(tmp_path / f"{at}.png")
    assert say("new", tmp_path / "shoes")[0] == 0
    assert say("add-photos", tmp_path / "shoes", tmp_path)[0] == 0
    label(tmp_path / "shoes.outsole", 0.0)
    return tmp_path / "shoes.outsole"


def label(file: Path, turn_deg: float) -> None:
    """A posed sneaker in every photo, turned by some degrees."""
    store = open_project(file)
    document = Document(store)
    model = next(iter(document.project.models.values()))
    pose = Pose.exp([1.9, 0.4, -0.3, 0.0, 0.0, 1100.0]).moved([0, 0, np.radians(turn_deg), 0, 0, 0])
    for photo_id in document.project.entries:
        photo = document.photo(photo_id)
        region = Region.from_box(20, 20, x1_px=60, y1_px=40)
        shoe = Instance(new_id(), "sneaker", Side.RIGHT, region, model_id=model.id, pose_estimate=PoseEstimate(pose))
        done = photo.with_status(Status.LABELLED, Review("Ann", "2026-01-01T00:00:00+00:00"))
        document.commit(Edit.of("Label", photo, replace(done, instances=(shoe,))))
    store.close()


def test_a_second_pass_is_begun_blind_and_compared(first: Path, say: Say) -> None:
    code, out, _ = say("second-pass", first, "--share", "1", "--json")
    second = Path(json.loads(out)["project"])
    assert code == 0 and second.parent == first.parent
    store = open_project(second)
    project = store.load_project()
    assert len(project.entries) == PHOTOS and all(not entry.instance_count for entry in project.entries.values())
    assert project.models == open_models(first)
    assert all(store.load_photo(photo_id).review is None for photo_id in project.entries)
    store.close()
    assert "no labelled photo in common" in say("agreement", first, second)[2]
    label(second, 2.0)
    code, out, _ = say("agreement", first, second, "--keep", "--json")
    told = json.loads(out)
    assert code == 0 and told["shoes"] == PHOTOS and told["only_first"] == []
    assert told["measures"]["rotation_deg"]["median"] == pytest.approx(2.0)
    assert len(told["sigmas"]) == 8
    store = open_project(first)
    assert kept_sigmas(store) == pytest.approx(told["sigmas"])
    store.close()
    assert "rotation: median 2" in say("agreement", first, second)[1]


def open_models(file: Path) -> Any:
    store = open_project(file)
    models = store.load_project().models
    store.close()
    return models


def test_what_cannot_be_compared_says_why(first: Path, say: Say, tmp_path: Path) -> None:
    assert "between 0 and 1" in say("second-pass", first, "--share", "7")[2]
    assert say("second-pass", first)[0] == 0
    assert say("second-pass", first)[0] == 2  # there is one already
    say("new", tmp_path / "empty")
    assert "No photo of the project is labelled" in say("second-pass", tmp_path / "empty")[2]
    assert "empty" in say("agreement", first, tmp_path / "gone empty")[2]
