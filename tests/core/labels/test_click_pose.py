"""What clicks say: the pose, the click that looks wrong, the other foot, and which landmark comes next."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.geometry.camera import Camera
from core.geometry.pose import Pose, rotation_angle_deg
from core.labels.click_pose import (
    ClickPose,
    clickable_names,
    counted_clicks,
    keypoint_of,
    misses_of,
    neighbour_landmark,
    next_landmark,
    pose_from_clicks,
    posed_from_clicks,
    suspect_of,
    with_keypoint,
    without_keypoint,
    words_of,
)
from core.labels.instance import Instance, Keypoint, ShoeSize, Side, Source, Visibility
from core.labels.photo import Photo
from core.labels.shoe_model import LANDMARK_NAMES, ShoeModel

PLACES = (
    (-144.0, 0.0, -55.0),
    (145.0, 9.0, -34.0),
    (-137.0, 0.0, 42.0),
    (54.0, -52.0, -49.0),
    (76.0, 52.0, -48.0),
    (-82.0, -37.0, -45.0),
    (-82.0, 33.0, -45.0),
    (-26.0, -8.0, 53.0),
)
MODEL = ShoeModel(
    "m",
    "Shoe",
    "sha",
    (290.0, 104.0, 110.0),
    300.0,
    landmarks=MappingProxyType(dict(zip(LANDMARK_NAMES, PLACES, strict=True))),
)
CAMERA = Camera.from_vertical_fov(45.0, 1600, height_px=1200)
POSE = Pose.exp([1.9, 0.4, -0.3, 20.0, 30.0, 900.0])
SEEN = ("heel bottom", "toe tip", "heel top", "forefoot lateral", "rearfoot lateral", "instep")


def clicked(names=SEEN, *, side: Side = Side.RIGHT, size: ShoeSize | None = None, noise_px: float = 1.0) -> Instance:
    """A sneaker with clicks on where its landmarks are, up to a little noise."""
    rng = np.random.default_rng(2)
    landmarks = MODEL.sized_landmarks(size, side)
    places = {name: CAMERA.project(POSE.apply(landmarks[name])) + rng.normal(0, noise_px, 2) for name in names}
    keypoints = tuple(Keypoint(name, (float(x), float(y))) for name, (x, y) in places.items())
    return Instance("i", "sneaker", side, keypoints=keypoints, model_id="m", size=size)


def moved(instance: Instance, name: str, dx: float, dy: float) -> Instance:
    """With one click somewhere else."""
    old = keypoint_of(instance, name)
    assert old is not None
    return with_keypoint(instance, replace(old, at_px=(old.at_px[0] + dx, old.at_px[1] + dy)))


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
@pytest.mark.parametrize("size", [None, ShoeSize(250.0, 0.95, 1.1)])
def test_clicks_give_the_pose_of_either_foot_and_any_size(side: Side, size: ShoeSize | None) -> None:
    found = pose_from_clicks(clicked(side=side, size=size), MODEL, CAMERA)
    assert rotation_angle_deg(found.solution.pose, POSE) < 2.0
    assert found.suspect is None and found.side is side and not words_of(found)[1]


@given(st.sampled_from(SEEN), st.floats(0, 2 * np.pi), st.floats(30.0, 80.0))
def test_the_click_that_is_off_is_named(name: str, direction: float, off_px: float) -> None:
    wrong = moved(clicked(), name, off_px * np.cos(direction), off_px * np.sin(direction))
    found = pose_from_clicks(wrong, MODEL, CAMERA)
    assert found.suspect in (name, None)
    words, is_warning = words_of(found)
    if found.suspect == name:
        assert found.without_px[name] < found.rms_px / 2 and name in words and is_warning


def test_two_swapped_clicks_are_no_single_ones_fault() -> None:
    instance = clicked()
    a, b = keypoint_of(instance, "toe tip"), keypoint_of(instance, "heel top")
    assert a is not None and b is not None
    swapped = with_keypoint(with_keypoint(instance, replace(a, at_px=b.at_px)), replace(b, at_px=a.at_px))
    words, is_warning = words_of(pose_from_clicks(swapped, MODEL, CAMERA))
    assert is_warning and "focal length, scale or foot side?" in words


def test_the_other_foot_is_named_when_it_explains_the_clicks() -> None:
    as_left = clicked(LANDMARK_NAMES).with_side(Side.LEFT)
    found = pose_from_clicks(as_left, MODEL, CAMERA)
    words, is_warning = words_of(found)
    assert found.side is Side.LEFT and found.other_foot_is_better
    assert is_warning and "right foot explains them much better" in words and "R makes it one" in words


@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_an_unknown_foot_is_found(side: Side) -> None:
    unknown = clicked(LANDMARK_NAMES, side=side).with_side(Side.UNKNOWN)
    assert pose_from_clicks(unknown, MODEL, CAMERA).side is side


def test_an_unknown_foot_stays_unknown_where_the_clicks_do_not_tell() -> None:
    unknown = clicked(("heel bottom", "toe tip", "heel top", "instep"), noise_px=0.0).with_side(Side.UNKNOWN)
    found = pose_from_clicks(moved(unknown, "toe tip", 3.0, 0.0), MODEL, CAMERA)
    assert found.side in (Side.UNKNOWN, Side.RIGHT)


def test_four_clicks_leave_none_out_and_say_so() -> None:
    found = pose_from_clicks(clicked(SEEN[:4]), MODEL, CAMERA)
    assert not found.without_px and found.suspect is None
    assert "only just enough" in words_of(found)[0] or "exchanged" in words_of(found)[0]


def test_hidden_and_foreign_clicks_do_not_count() -> None:
    instance = with_keypoint(clicked(), Keypoint("toe tip", (5.0, 5.0), Visibility.HIDDEN))
    instance = with_keypoint(instance, Keypoint("lace", (9.0, 9.0)))
    assert {k.name for k in counted_clicks(instance, MODEL)} == set(SEEN) - {"toe tip"}
    assert counted_clicks(instance, None) == ()
    assert rotation_angle_deg(pose_from_clicks(instance, MODEL, CAMERA).solution.pose, POSE) < 3.0


def test_too_few_clicks_are_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="at least four"):
        pose_from_clicks(clicked(SEEN[:3]), MODEL, CAMERA)


def test_clicks_through_a_lens() -> None:
    bent = replace(CAMERA, distortion=np.array([-0.15, 0.05, 0.0, 0.001, 0.0]))
    places = {name: bent.project(POSE.apply(at)) for name, at in MODEL.sized_landmarks(None, Side.RIGHT).items()}
    keypoints = tuple(Keypoint(name, (float(x), float(y))) for name, (x, y) in places.items())
    found = pose_from_clicks(Instance("i", "s", Side.RIGHT, keypoints=keypoints, model_id="m"), MODEL, bent)
    assert rotation_angle_deg(found.solution.pose, POSE) < 1e-3 and found.rms_px < 1e-4


def test_the_pose_is_written_as_made_from_clicks() -> None:
    instance = clicked().with_side(Side.UNKNOWN)
    photo = Photo("p", "a.jpg", (1600, 1200), CAMERA, instances=(instance,))
    found = pose_from_clicks(replace(instance, side=Side.RIGHT), MODEL, CAMERA)
    made = posed_from_clicks(instance, photo, MODEL, found=found)
    assert made.pose_estimate is not None and made.pose_estimate.provenance.source is Source.PNP
    assert made.pose_estimate.provenance.residuals["clicks"] == 6
    assert made.pose_estimate.covariance is not None and made.size == MODEL.size and made.side is Side.RIGHT
    assert made.keypoints == instance.keypoints and made.region is instance.region


def test_misses_point_from_the_click_to_the_landmark() -> None:
    off = moved(clicked(noise_px=0.0), "toe tip", -3.0, 4.0)
    misses = misses_of(off, MODEL, CAMERA, pose=POSE, side=Side.RIGHT)
    assert misses["toe tip"] == pytest.approx([3.0, -4.0], abs=1e-6)
    assert misses["instep"] == pytest.approx([0.0, 0.0], abs=1e-6)


def test_nobody_is_suspected_without_a_better_rest() -> None:
    residuals = np.array([9.0, 9.0, 9.0, 9.0, 9.0])
    even = dict.fromkeys(SEEN[:5], 8.0)
    assert suspect_of(SEEN[:5], residuals, without_px=even, sigma_px=2.0) is None
    assert suspect_of(SEEN[:5], residuals, without_px=even | {SEEN[1]: 0.4}, sigma_px=2.0) == SEEN[1]
    assert suspect_of(SEEN[:5], residuals * 0.1, without_px=even | {SEEN[1]: 0.1}, sigma_px=2.0) is None
    assert suspect_of(SEEN[:4], residuals[:4], without_px={}, sigma_px=2.0) is None


def test_the_next_landmark_is_the_next_not_clicked() -> None:
    names = ("a", "b", "c", "d")
    assert next_landmark(names, ("a",), after="a") == "b"
    assert next_landmark(names, ("a", "d"), after="d") == "b"
    assert next_landmark(names, (), after=None) == "a"
    assert next_landmark(names, names, after="c") == "c"
    assert next_landmark(names, names, after=None) is None
    assert next_landmark((), (), after=None) is None


def test_steps_go_round() -> None:
    assert neighbour_landmark(("a", "b"), "b", step=1) == "a"
    assert neighbour_landmark(("a", "b"), "a", step=-1) == "b"
    assert neighbour_landmark(("a", "b"), None, step=-1) == "b"
    assert neighbour_landmark((), "b", step=1) is None


def test_a_model_is_clicked_where_it_has_landmarks() -> None:
    partial = MODEL.with_landmark("toe tip", None)
    assert clickable_names(partial) == tuple(name for name in LANDMARK_NAMES if name != "toe tip")


def test_keypoints_keep_their_order_and_come_and_go_by_name() -> None:
    instance = clicked()
    again = with_keypoint(instance, Keypoint("toe tip", (1.0, 2.0)))
    assert [k.name for k in again.keypoints] == list(SEEN) and keypoint_of(again, "toe tip").at_px == (1.0, 2.0)
    assert keypoint_of(without_keypoint(again, "toe tip"), "toe tip") is None


def test_words_of_a_second_pose() -> None:
    found = pose_from_clicks(clicked(), MODEL, CAMERA)
    words, is_warning = words_of(replace(found, second=POSE))
    assert is_warning and "exchanged" in words
    assert isinstance(found, ClickPose)
