"""Progress, pace and the time left, of photos and records that were made up."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cli import main
from core.document.document import Document
from core.document.edit import Edit
from core.effort.effort_log import EffortLog, project_id
from core.effort.meter import Spent
from core.effort.pace import FEWEST, HowMade, effort_by_instance, spoken, time_left
from core.effort.progress import kind_of_doubt, progress_of
from core.effort.record import EffortRecord, Part, Way
from core.effort.statistics import spread_of, statistics_from
from core.effort.telling import (
    estimate_words,
    seconds_words,
    statistics_to_csv,
    statistics_to_json,
    statistics_to_text,
)
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import Instance, PoseEstimate, Provenance, Source
from core.labels.photo import Photo, Status, guessed_camera
from core.labels.project import Project
from core.storage.database import create_project

SQUARE = Region.from_points([(10.0, 10.0), (60.0, 10.0), (60.0, 50.0)])
POSE = Pose.from_matrix(np.eye(3), [0.0, 0.0, 900.0])
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def shoe(name: str, *, posed: bool = True, iou: float | None = 0.97) -> Instance:
    made = Instance(name, "sneaker", region=SQUARE)
    estimate = PoseEstimate(POSE, iou=iou, contour_px=0.8, provenance=Provenance(Source.FIT))
    return made.with_pose_estimate(estimate) if posed else made


def photo(name: str, *instances: Instance, status: Status = Status.TODO) -> Photo:
    made = Photo(name, f"{name}.png", (100, 80), guessed_camera(100, 80), instances=instances)
    return made.with_status(status)


def record(
    instance: str, seconds: float, part: Part = Part.POSE, way: Way = Way.OFFER, *, days: int = 0
) -> EffortRecord:
    return EffortRecord((NOON + timedelta(days=days)).isoformat(), "p", instance, part, way, Spent(seconds, 4.0))


def test_photos_and_shoes_are_counted() -> None:
    photos = [
        photo("a", shoe("1"), shoe("2"), Instance("leg", "leg", region=SQUARE), status=Status.CHECKED),
        photo("b", shoe("3"), shoe("4", posed=False), status=Status.LABELLED),
        photo("c"),
        photo("d", shoe("5", iou=0.5), status=Status.REJECTED),
    ]
    told = progress_of(photos, Project())
    assert [told.statuses[status] for status in Status] == [1, 1, 1, 1]
    assert (told.shoes.total, told.shoes.outlined, told.shoes.posed, told.others) == (4, 4, 3, 1)
    assert told.needs_pose
    assert told.shoes.finished == {"1", "2", "3"}
    # One shoe waits for its pose, and an untouched photo has as many as the finished one.
    assert told.shoes.left == 1 + 2


def test_a_project_of_outlines_alone_wants_no_poses() -> None:
    told = progress_of([photo("a", shoe("1", posed=False), status=Status.LABELLED), photo("b")], Project())
    assert not told.needs_pose
    assert told.shoes.finished == {"1"}
    assert told.shoes.left == 1


def test_an_empty_project_has_statistics_too() -> None:
    told = statistics_from("p.outsole", progress_of([], Project()), [])
    assert told.estimate.shoes == 0
    assert "No shoe is left to do." in statistics_to_text(told)
    assert "Nothing was measured on this computer yet." in statistics_to_text(told)
    assert "No shoe has a pose yet." in statistics_to_text(told)
    json.dumps(statistics_to_json(told))


def test_doubts_are_counted_by_kind() -> None:
    told = progress_of([photo("a", shoe("1", iou=0.8), shoe("2", iou=0.7), shoe("3"))], Project())
    assert told.shoes.doubted == 3  # all are seen from below
    assert told.quality.doubts["low IoU"] == 2
    assert kind_of_doubt("outline 3.1 px off") == "outline off"
    assert kind_of_doubt("rotation ± 9°") == "rotation unsure"
    assert kind_of_doubt("seen from below") == "seen from below"


def test_work_is_added_up_by_instance() -> None:
    records = [
        record("1", 10.0, Part.OUTLINE, Way.HAND),
        record("2", 5.0),
        record("1", 7.0),
        record("", 9.0, Part.OTHER, Way.NONE),
    ]
    efforts = effort_by_instance(records)
    assert list(efforts) == ["2", "1"]  # by when they were last worked on
    assert efforts["1"].whole == Spent(17.0, 8.0)
    assert efforts["1"].how is HowMade.CORRECTED
    assert efforts["2"].how is HowMade.OFFER


def test_costs_are_apart_by_part_and_by_way() -> None:
    photos = [photo("a", *(shoe(str(number)) for number in range(6)), status=Status.LABELLED)]
    records = []
    for number in range(6):
        records += [record(str(number), 10.0 + number, Part.OUTLINE, Way.HAND), record(str(number), 4.0)]
    records.append(record("gone", 1000.0))
    told = statistics_from("p", progress_of(photos, Project()), records)
    assert told.costs["outline"].median_seconds == 12.5
    assert told.costs["pose"].median_seconds == 4.0
    assert told.costs["whole"].median_seconds == 16.5
    assert told.costs["whole"].median_gestures == 8.0
    assert list(told.by_way) == [HowMade.CORRECTED]
    assert "16.5" not in seconds_words(16.5)  # whole seconds from ten on
    assert sum(day.shoes for day in told.days.values()) == 6


def test_an_estimate_needs_five_shoes() -> None:
    efforts = list(effort_by_instance([record(str(n), 60.0) for n in range(FEWEST - 1)]).values())
    told = time_left(10, efforts, 0.0)
    assert told.seconds is None
    assert "needs 5 finished shoes" in estimate_words(told)
    assert "4 so far" in estimate_words(told)


def test_an_estimate_is_of_the_last_fifty() -> None:
    records = [record(f"slow{n}", 600.0) for n in range(40)] + [record(f"s{n}", 60.0) for n in range(50)]
    told = time_left(130, list(effort_by_instance(records).values()), 0.0)
    assert told.seconds == pytest.approx(130 * 60.0)
    assert told.low == told.high == pytest.approx(130 * 60.0)
    assert estimate_words(told) == "About 2 h 10 min for 130 shoes, at your pace of the last 50."


def test_photos_cost_time_beside_their_shoes() -> None:
    records = [record(f"s{n}", 60.0) for n in range(5)] + [record("", 30.0, Part.OTHER, Way.NONE) for _ in range(5)]
    photos = [photo("a", *(shoe(f"s{n}") for n in range(5)), status=Status.LABELLED), photo("b"), photo("c")]
    told = statistics_from("p", progress_of(photos, Project()), records)
    assert told.estimate.shoes == 10
    assert told.estimate.seconds == pytest.approx(10 * 90.0)


@given(st.lists(st.floats(0.5, 900.0), min_size=FEWEST, max_size=80), st.integers(1, 3000))
def test_the_range_holds_the_estimate_within_what_was_seen(seconds: list[float], left: int) -> None:
    efforts = list(effort_by_instance([record(str(n), s) for n, s in enumerate(seconds)]).values())
    told = time_left(left, efforts, 0.0)
    assert told.seconds is not None
    assert told.low is not None
    assert told.high is not None
    recent = seconds[-50:]
    assert left * min(recent) - 1e-6 <= told.low <= told.high <= left * max(recent) * (1 + 1e-9) + 1e-6
    assert told == time_left(left, efforts, 0.0)  # the same each time it is asked


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(12, "under a minute"), (400, "7 min"), (3590, "1 h"), (7800, "2 h 10 min"), (35_900, "10 h"), (110_000, "31 h")],
)
def test_times_are_said_as_one_would(seconds: float, words: str) -> None:
    assert spoken(seconds) == words


def test_the_worst_tenth_is_told() -> None:
    values = [float(n) for n in range(101)]
    assert spread_of(values, high_is_good=True).worst == pytest.approx(10.0)
    assert spread_of(values, high_is_good=False).worst == pytest.approx(90.0)
    assert spread_of([], high_is_good=True).median is None


def test_the_csv_has_every_fact() -> None:
    told = statistics_from("p", progress_of([photo("a", shoe("1, 2"))], Project()), [record("1, 2", 3.0)])
    rows = list(csv.reader(statistics_to_csv(told).splitlines()))
    assert rows[0] == ["section", "name", "value"]
    assert all(len(row) == 3 for row in rows)
    assert ["Photos", "to do", "1"] in rows


def test_the_command_tells_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSOLE_DATA_DIR", str(tmp_path / "data"))
    store = create_project(tmp_path / "p.outsole")
    document = Document(store)
    document.commit(Edit.of("Add", None, photo("a", shoe("1"), status=Status.LABELLED)))
    EffortLog(project_id(store)).append([record("1", 42.0)])
    # The project is open for writing meanwhile, as in a window.
    assert main(["stats", str(tmp_path / "p"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["photos"]["labelled"] == 1
    assert told["measured"]["by_part"]["whole"] == {"shoes": 1, "seconds": 42.0, "gestures": 4.0}
    assert main(["stats", str(tmp_path / "p")]) == 0
    assert "42 s and 4 gestures" in capsys.readouterr().out
    assert main(["stats", str(tmp_path / "p"), "--csv"]) == 0
    assert capsys.readouterr().out.startswith("section,name,value")
    store.close()
    assert main(["stats", str(tmp_path / "nothing")]) == 2


def test_a_distance_that_could_not_be_measured_is_no_number() -> None:
    """A pose that was measured outside of its outline has a contour of nan: one of them spoilt all the figures."""
    lost = shoe("1").with_pose_estimate(PoseEstimate(POSE, iou=0.0, contour_px=float("nan")))
    told = statistics_from("p", progress_of([photo("a", lost, shoe("2"))], Project()), [])
    quality = json.loads(json.dumps(statistics_to_json(told), allow_nan=False))["quality"]
    assert quality["contour_px"] == {"median": 0.8, "worst_tenth": 0.8, "count": 1}
    assert "nan" not in statistics_to_text(told)
