"""Clicking landmarks, without a window: what a press does, in photo px."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from tool_scene import PlainScene, move, outlined, photo_with, play, press, release

from core.geometry.pose import Pose
from core.labels.instance import Instance, Keypoint, PoseEstimate, Side, Visibility
from core.labels.shoe_model import LANDMARK_NAMES, ShoeModel
from gui.tools.clicks import SLOWLY, ClicksTool
from gui.tools.drag import Pointer
from gui.tools.landmark_choice import LandmarkChoice

PLACES = {name: (20.0 * at - 70.0, 5.0 * at, -3.0 * at) for at, name in enumerate(LANDMARK_NAMES)}
MODEL = ShoeModel("m", "Shoe", "sha", (290.0, 100.0, 110.0), 300.0, landmarks=MappingProxyType(PLACES))
SCENE = PlainScene(selected_id="a")


def shoe(*keypoints: Keypoint, **more: object) -> Instance:
    return replace(outlined("a"), keypoints=keypoints, model_id="m", side=Side.RIGHT, **more)


def tool_at(name: str | None = "toe tip", model: ShoeModel | None = MODEL) -> tuple[ClicksTool, LandmarkChoice]:
    choice = LandmarkChoice()
    choice.choose(name)
    return ClicksTool(choice, model_of=lambda _: model), choice


def test_a_click_places_the_landmark_at_hand_and_the_next_comes() -> None:
    tool, choice = tool_at()
    photo = photo_with(shoe())
    previews, edit, _ = play(tool.press(photo, press((30.25, 20.5)), SCENE), [release((30.25, 20.5))])
    assert edit is not None and edit.label == "Click toe tip"
    assert previews[-1].instance("a").keypoints == (Keypoint("toe tip", (30.25, 20.5)),)
    assert choice.name == "heel top" and choice.touched == "toe tip"
    assert choice.keypoint(previews[-1].instance("a")).name == "toe tip"


def test_held_the_click_is_carried_along() -> None:
    tool, _ = tool_at()
    events = [move((34.0, 22.0)), move((40.0, 30.0)), release((40.0, 30.0))]
    previews, edit, _ = play(tool.press(photo_with(shoe()), press((30.0, 20.0)), SCENE), events)
    assert edit is not None and previews[-1].instance("a").keypoints[0].at_px == (40.0, 30.0)


def test_with_shift_it_goes_slowly_from_where_it_is() -> None:
    tool, _ = tool_at()
    events = [move((40.0, 20.0)), move((40.0, 20.0), shift=True), move((48.0, 20.0), shift=True), release((48.0, 20.0))]
    previews, _, _ = play(tool.press(photo_with(shoe()), press((30.0, 20.0)), SCENE), events)
    assert previews[-1].instance("a").keypoints[0].at_px == pytest.approx((40.0 + 8 * SLOWLY, 20.0))


def test_a_press_on_a_keypoint_takes_it_up_where_it_was_grabbed() -> None:
    tool, choice = tool_at("instep")
    photo = photo_with(shoe(Keypoint("toe tip", (30.0, 20.0), sigma_px=1.0)))
    events = [move((35.0, 20.0)), release((35.0, 20.0))]
    previews, edit, _ = play(tool.press(photo, press((33.0, 20.0)), SCENE), events)
    assert edit is not None and edit.label == "Move toe tip"
    assert previews[-1].instance("a").keypoints == (Keypoint("toe tip", (32.0, 20.0), sigma_px=1.0),)
    assert choice.name == "toe tip"


def test_a_press_on_a_keypoint_that_moves_nothing_changes_nothing() -> None:
    tool, _ = tool_at()
    photo = photo_with(shoe(Keypoint("toe tip", (30.0, 20.0))))
    _, edit, _ = play(tool.press(photo, press((31.0, 20.0)), SCENE), [release((31.0, 20.0))])
    assert edit is not None and edit.is_empty


def test_alt_takes_it_away() -> None:
    tool, choice = tool_at("instep")
    photo = photo_with(shoe(Keypoint("toe tip", (30.0, 20.0)), Keypoint("heel top", (90.0, 20.0))))
    previews, edit, _ = play(tool.press(photo, press((30.0, 20.0), alt=True), SCENE), [release((30.0, 20.0))])
    assert edit is not None and [k.name for k in previews[-1].instance("a").keypoints] == ["heel top"]
    assert choice.name == "toe tip"


def test_a_landmark_clicked_already_moves_there() -> None:
    tool, choice = tool_at()
    old = Keypoint("toe tip", (30.0, 20.0), Visibility.HIDDEN, 3.0)
    previews, edit, _ = play(tool.press(photo_with(shoe(old)), press((90.0, 70.0)), SCENE), [release((90.0, 70.0))])
    assert edit is not None and edit.label == "Move toe tip"
    assert previews[-1].instance("a").keypoints == (replace(old, at_px=(90.0, 70.0)),)
    assert choice.name == "toe tip"


def test_ctrl_takes_the_landmark_to_hand_that_the_pose_has_there() -> None:
    pose = Pose.from_matrix(np.diag([1.0, -1.0, -1.0]), [0.0, 0.0, 700.0])
    instance = shoe(pose_estimate=PoseEstimate(pose))
    photo = photo_with(instance)
    tool, choice = tool_at("toe tip")
    at = photo.camera.project(pose.apply(PLACES["instep"]))
    pointer = press((float(at[0]) + 2, float(at[1])), ctrl=True)
    assert "“instep”" in tool.hover(photo, replace(pointer, ctrl=False), SCENE).hint
    assert tool.press(photo, pointer, SCENE) is None
    assert choice.name == "instep"


@pytest.mark.parametrize(
    ("instance", "model", "words"),
    [
        (shoe(), None, "Import a shoe model"),
        (shoe(), replace(MODEL, landmarks=MappingProxyType({})), "Place landmarks"),
        (shoe(flags=frozenset({"locked"})), MODEL, "locked"),
    ],
)
def test_what_is_missing_is_said_and_a_press_does_nothing(instance, model, words: str) -> None:
    tool, _ = tool_at(model=model)
    photo = photo_with(instance)
    hover = tool.hover(photo, Pointer((30.0, 20.0)), SCENE)
    assert words in hover.hint and hover.cursor == "forbidden"
    assert tool.press(photo, press((30.0, 20.0)), SCENE) is None


def test_with_nothing_chosen_a_press_chooses_the_sneaker() -> None:
    chosen: list[str] = []
    tool = ClicksTool(LandmarkChoice(), model_of=lambda _: MODEL, take_up=chosen.append)
    photo, nobody = photo_with(shoe()), PlainScene()
    assert "choose this sneaker" in tool.hover(photo, Pointer((30.0, 20.0)), nobody).hint
    assert "Choose a sneaker first" in tool.hover(photo, Pointer((300.0, 200.0)), nobody).hint
    assert tool.press(photo, press((30.0, 20.0)), nobody) is None and chosen == ["a"]


def test_far_outside_the_photo_a_click_is_a_slip() -> None:
    tool, _ = tool_at()
    photo = photo_with(shoe())
    assert tool.press(photo, press((-900.0, 20.0)), SCENE) is None
    assert tool.press(photo, press((-60.0, 20.0)), SCENE) is not None  # the photo may cut the toe off
