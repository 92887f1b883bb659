"""The meter: what counts as a gesture, which seconds count, and whom an edit charges them to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.edit import Edit
from core.effort.charges import Charge, charges_of
from core.effort.meter import IDLE_SECONDS, EffortMeter, Spent
from core.effort.record import EffortRecord, Part, Way, record_from_json, record_to_json
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import Instance, Keypoint, PoseEstimate, Provenance, Source
from core.labels.photo import Photo, Status, guessed_camera
from core.labels.project import Category

SQUARE = Region.from_points([(10.0, 10.0), (60.0, 10.0), (60.0, 50.0)])
POSE = Pose.from_matrix(np.eye(3), [0.0, 0.0, 900.0])
BY_FIT, BY_NET = Provenance(Source.FIT), Provenance(Source.SEGMENTER)


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_breaks_count_nothing(clock: Clock) -> None:
    meter = EffortMeter(clock)
    for now in (100.0, 104.0, 104.0 + IDLE_SECONDS + 0.1, 136.1):
        clock.now = now
        meter.press()
    spent = meter.take()
    assert spent.gestures == 4
    assert spent.seconds == pytest.approx(4.0 + 2.0, abs=0.01)
    assert meter.take().is_nothing


def test_a_turn_of_the_wheel_is_one_gesture(clock: Clock) -> None:
    meter = EffortMeter(clock)
    for now in (100.0, 100.2, 100.4, 100.8, 101.0):
        clock.now = now
        meter.wheel()
    assert meter.take().gestures == 2


def test_a_pointer_that_moves_is_at_work_and_no_gesture(clock: Clock) -> None:
    meter = EffortMeter(clock)
    for now in range(100, 111):
        clock.now = float(now)
        meter.move()
    assert meter.take() == Spent(10.0, 0.0)


@given(st.lists(st.floats(0.0, 100.0), max_size=40))
def test_seconds_never_exceed_the_clock(gaps: list[float]) -> None:
    clock = Clock()
    meter = EffortMeter(clock)
    meter.move()
    for gap in gaps:
        clock.now += gap
        meter.move()
    spent = meter.take()
    assert -1e-9 <= spent.seconds <= sum(gap for gap in gaps if gap <= IDLE_SECONDS + 1e-6) + 1e-6


def a_photo(*instances: Instance) -> Photo:
    return Photo("p", "a.png", (100, 80), guessed_camera(100, 80), instances=instances)


def charged(before: Photo, after: Photo, chosen: str | None = None) -> tuple[Charge, ...]:
    return charges_of(Edit.of("x", before, after), "p", chosen)


def test_an_outline_is_charged_to_its_instance() -> None:
    drawn = a_photo(Instance("i", "sneaker", region=SQUARE))
    assert charged(a_photo(), drawn) == (Charge("i", Part.OUTLINE, Way.HAND),)
    offered = a_photo(Instance("i", "sneaker", region=SQUARE, provenance=BY_NET))
    assert charged(a_photo(), offered) == (Charge("i", Part.OUTLINE, Way.OFFER),)


def test_a_pose_is_charged_by_how_it_was_found() -> None:
    bare = Instance("i", "sneaker", region=SQUARE)
    for source, way in ((Source.FIT, Way.OFFER), (Source.PNP, Way.CLICKS), (Source.HAND, Way.HAND)):
        posed = bare.with_pose_estimate(PoseEstimate(POSE, provenance=Provenance(source)))
        assert charged(a_photo(bare), a_photo(posed)) == (Charge("i", Part.POSE, way),)


def test_outline_and_pose_in_one_are_both() -> None:
    both = Instance("i", "sneaker", region=SQUARE, provenance=BY_NET)
    both = both.with_pose_estimate(PoseEstimate(POSE, provenance=BY_FIT))
    assert charged(a_photo(), a_photo(both)) == (Charge("i", Part.BOTH, Way.OFFER),)


def test_a_clicked_landmark_is_work_on_the_pose() -> None:
    bare = Instance("i", "sneaker", region=SQUARE)
    clicked = replace(bare, keypoints=(Keypoint("toe tip", (20.0, 20.0)),))
    assert charged(a_photo(bare), a_photo(clicked)) == (Charge("i", Part.POSE, Way.CLICKS),)


def test_a_pose_that_is_only_measured_is_other_work() -> None:
    bare = Instance("i", "sneaker", region=SQUARE).with_pose_estimate(PoseEstimate(POSE))
    measured = bare.with_pose_estimate(replace(bare.pose_estimate, iou=0.97))
    assert charged(a_photo(bare), a_photo(measured)) == (Charge("i", Part.OTHER, Way.NONE),)


def test_several_instances_share_and_the_photo_takes_the_rest() -> None:
    one, two = Instance("i", "sneaker", region=SQUARE), Instance("k", "sneaker", region=SQUARE)
    assert [charge.instance_id for charge in charged(a_photo(), a_photo(one, two))] == ["i", "k"]
    photo = a_photo(one)
    assert charged(photo, photo.with_status(Status.CHECKED), "i") == (Charge("", Part.OTHER, Way.NONE),)
    camera = photo.with_camera(guessed_camera(101, 80))
    assert charged(photo, camera, "i") == (Charge("i", Part.OTHER, Way.NONE),)
    assert charged(photo, camera) == (Charge("", Part.OTHER, Way.NONE),)
    assert charged(photo, a_photo(), "i") == (Charge("", Part.OTHER, Way.NONE),)


def test_other_photos_and_values_are_nobodys() -> None:
    other = replace(a_photo(), id="q")
    assert charges_of(Edit.of("x", other, other.with_notes("n")), "p", None) == ()
    assert charges_of(Edit.of("x", None, Category("c", "c", "#000000")), "p", None) == ()


@given(
    st.builds(
        EffortRecord,
        st.just("2026-01-02T03:04:05+00:00"),
        st.text(max_size=8),
        st.text(max_size=8),
        st.sampled_from(Part),
        st.sampled_from(Way),
        st.builds(Spent, st.integers(0, 10**6).map(lambda ms: ms / 1000), st.integers(0, 1000).map(float)),
    )
)
def test_records_are_read_as_written(record: EffortRecord) -> None:
    assert record_from_json(record_to_json(record)) == record


@pytest.mark.parametrize("key", ["at", "photo", "instance", "part", "way", "seconds", "gestures"])
@pytest.mark.parametrize("value", [None, [], "x", float("nan"), -1.0])
def test_a_record_with_a_wrong_value_is_none(key: str, value: object) -> None:
    content = record_to_json(EffortRecord("a", "p", "i", Part.POSE, Way.HAND, Spent(1.0, 2.0)))
    if isinstance(value, str) and key in ("at", "photo", "instance"):
        return
    with pytest.raises((ValueError, TypeError, KeyError)):
        record_from_json({**content, key: value})
