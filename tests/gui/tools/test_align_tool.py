"""Steering a shoe by hand: every pose is computed from where the drag began."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tool_scene import PlainScene, move, outlined, photo_with, play, press, release

from core.geometry.pose import Pose
from core.labels.instance import PoseEstimate
from gui.tools.align import AlignTool

POSE = Pose.exp([1.7, 0.3, -0.2, 30.0, -20.0, 900.0])
SCENE = PlainScene(selected_id="a")
INSTANCE = replace(outlined("a"), pose_estimate=PoseEstimate(POSE, iou=0.9, contour_px=2.0))
PHOTO = photo_with(INSTANCE, outlined("b"))
MIDDLE = tuple(PHOTO.camera.project(POSE.translation_mm))
places = st.tuples(st.floats(0, 640), st.floats(0, 480))
paths = st.lists(places, min_size=1, max_size=5)


def dragged(path, **held):
    drag = AlignTool().press(PHOTO, press(MIDDLE, **held), SCENE)
    return play(drag, [*(move(at, **held) for at in path), release(path[-1], **held)])


def pose_after(edit):
    return edit.changes[0][1].instance("a").pose


@given(paths, st.sampled_from([{}, {"shift": True}, {"ctrl": True}]))
def test_only_the_last_place_counts(path, held) -> None:
    _, edit, ended = dragged(path, **held)
    _, direct, _ = dragged(path[-1:], **held)
    assert ended and edit.label == direct.label
    assert pose_after(edit) == pose_after(direct)


@given(places)
def test_a_slide_keeps_rotation_and_depth_and_follows_the_hand(to) -> None:
    _, edit, _ = dragged([to], shift=True)
    after = pose_after(edit)
    np.testing.assert_array_equal(after.rotation_wxyz, POSE.rotation_wxyz)
    assert after.translation_mm[2] == pytest.approx(POSE.translation_mm[2])
    assert PHOTO.camera.project(after.translation_mm) == pytest.approx(to, abs=1e-6)


@given(places)
def test_a_turn_keeps_the_shoe_where_it_is(to) -> None:
    _, edit, _ = dragged([to])
    assert pose_after(edit).translation_mm == pytest.approx(POSE.translation_mm)


@given(places)
def test_a_push_goes_along_the_ray_away_when_dragged_up(to) -> None:
    _, edit, _ = dragged([to], ctrl=True)
    after = pose_after(edit)
    assert PHOTO.camera.project(after.translation_mm) == pytest.approx(MIDDLE, abs=1e-6)
    up = MIDDLE[1] - to[1]
    if abs(up) > 1e-6:
        assert (after.translation_mm[2] > POSE.translation_mm[2]) == (up > 0)


def test_a_press_alone_is_no_edit() -> None:
    _, edit, _ = dragged([MIDDLE])
    assert edit.is_empty


def test_what_was_measured_of_the_old_pose_is_forgotten_and_others_are_untouched() -> None:
    previews, edit, _ = dragged([(200.0, 200.0)])
    after = edit.changes[0][1]
    assert after.instance("a").pose_estimate.iou is None
    assert all(preview.instance("b") is PHOTO.instance("b") for preview in (*previews, after))


def test_without_a_pose_or_locked_a_press_means_nothing() -> None:
    assert AlignTool().press(photo_with(outlined("a")), press(MIDDLE), SCENE) is None
    locked = photo_with(INSTANCE.with_flag("locked", True))
    assert AlignTool().press(locked, press(MIDDLE), SCENE) is None
    assert AlignTool().press(PHOTO, press(MIDDLE), PlainScene()) is None


@pytest.mark.parametrize(("held", "words"), [({}, "turns"), ({"shift": True}, "slides"), ({"ctrl": True}, "pushes")])
def test_the_hint_says_what_a_drag_would_do(held, words: str) -> None:
    assert words in AlignTool().hover(PHOTO, move(MIDDLE, **held), SCENE).hint
