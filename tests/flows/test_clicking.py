"""Landmarks clicked in the real window: a pose from four of them, taken or refused, and every way back."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from open_window import ALT, OpenWindow
from open_window import LEFT as LEFT_BUTTON
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QTabBar, QWidget

from core.document.edit import Edit
from core.geometry.pose import Pose, rotation_angle_deg
from core.labels.instance import Instance, Keypoint, PoseEstimate, Provenance, Side, Source, Visibility
from core.labels.shoe_model import LANDMARK_NAMES, ShoeModel
from gui.canvas.loupe import Loupe
from gui.canvas.turned_model import TurnedModel
from gui.panels.landmark_rows import LandmarkRows

POSE = Pose.exp([1.7, 0.35, -0.25, 5.0, 8.0, 520.0])
FOUR = ("toe tip", "heel top", "forefoot lateral", "instep")


def outline(place: OpenWindow, side: Side = Side.RIGHT) -> Instance:
    """An outlined sneaker, chosen, with the keypoint tool in the hand."""
    instance = place.add_outlined(side=side)
    place.key("Alt+3")
    assert place.session.tool == "keypoints"
    return instance


def model(place: OpenWindow) -> ShoeModel:
    (only,) = place.session.project.models.values()
    return only


def landmark_px(place: OpenWindow, name: str, side: Side = Side.RIGHT) -> tuple[float, float]:
    at_mm = model(place).sized_landmarks(None, side)[name]
    x, y = place.photo.camera.project(POSE.apply(at_mm))
    return float(x), float(y)


def click(place: OpenWindow, name: str, *, dx: float = 0.0, side: Side = Side.RIGHT) -> None:
    """Take a landmark to hand by its key and click where it is."""
    place.key(str(model(place).landmark_names.index(name) + 1))
    x, y = landmark_px(place, name, side)
    place.click((x + dx, y))


def words(place: OpenWindow) -> str:
    place.settle()
    label = place.window.findChild(QLabel, "keypointWords")
    assert label is not None
    return label.text()


def at_hand(place: OpenWindow) -> str | None:
    return place.place.panels.keypoints.watch.choice.name


def test_a_tab_a_key_and_a_panel(on_photo: OpenWindow) -> None:
    outline(on_photo)
    tabs = on_photo.window.findChild(QTabBar, "modes")
    assert tabs is not None and tabs.tabText(tabs.currentIndex()) == "Keypoints"
    rows = on_photo.window.findChild(LandmarkRows, "keypointRows")
    assert rows is not None and rows.isVisible() and len(rows.rows) == 8
    assert on_photo.window.findChild(QWidget, "keypointModel").isVisible()


def test_four_clicks_offer_a_pose_and_enter_takes_it(on_photo: OpenWindow) -> None:
    outline(on_photo)
    for name in FOUR[:3]:
        click(on_photo, name)
    assert on_photo.place.proposals.shown == () and "one more gives a pose" in words(on_photo)
    click(on_photo, FOUR[3])
    (offer,) = on_photo.place.proposals.shown
    assert offer.is_pose and offer.label == "Pose from clicks"
    assert on_photo.only.pose is None
    on_photo.key("Return")
    estimate = on_photo.only.pose_estimate
    assert estimate is not None and estimate.provenance.source is Source.PNP
    assert rotation_angle_deg(estimate.pose, POSE) < 6.0
    assert on_photo.only.model_id == model(on_photo).id and on_photo.place.proposals.shown == ()
    assert on_photo.history[-1] == "Pose from clicks"
    on_photo.key("Ctrl+Z")
    assert on_photo.only.pose is None and len(on_photo.only.keypoints) == 4


def test_the_place_is_where_the_click_was(on_photo: OpenWindow) -> None:
    outline(on_photo)
    on_photo.click((101.0, 77.0))
    (keypoint,) = on_photo.only.keypoints
    assert keypoint.name == "heel bottom" and keypoint.at_px == pytest.approx(on_photo.seen((101.0, 77.0)))
    assert keypoint.sigma_px == 2.0 and at_hand(on_photo) == "toe tip"
    assert on_photo.history == ["Outline", "Click heel bottom"]


def test_undo_takes_clicks_back_and_the_offer_with_them(on_photo: OpenWindow) -> None:
    outline(on_photo)
    for name in FOUR:
        click(on_photo, name)
    assert on_photo.place.proposals.shown
    on_photo.key("Ctrl+Z")
    assert on_photo.place.proposals.shown == () and at_hand(on_photo) == "instep"
    assert [k.name for k in on_photo.only.keypoints] == list(FOUR[:3])
    on_photo.key("Ctrl+Shift+Z")
    assert len(on_photo.place.proposals.shown) == 1 and len(on_photo.only.keypoints) == 4


def test_a_keypoint_is_dragged_nudged_and_taken_away(on_photo: OpenWindow) -> None:
    outline(on_photo)
    on_photo.click((100.0, 80.0))
    x, y = on_photo.only.keypoints[0].at_px
    for _ in range(3):
        on_photo.key("Left")  # the keypoint just placed, though the next landmark is at hand
    on_photo.key("Shift+Down")
    assert on_photo.only.keypoints[0].at_px == pytest.approx((x - 0.75, y + 2.5))
    x, y = on_photo.only.keypoints[0].at_px
    on_photo.drag((x, y), (x + 30.0, y + 10.0))
    moved = on_photo.only.keypoints[0].at_px
    assert moved == pytest.approx((x + 30.0, y + 10.0), abs=1.0) and at_hand(on_photo) == "heel bottom"
    on_photo.key("Delete")
    assert on_photo.only.keypoints == () and len(on_photo.photo.instances) == 1
    on_photo.key("Ctrl+Z")
    on_photo.click(on_photo.only.keypoints[0].at_px, ALT)
    assert on_photo.only.keypoints == ()
    on_photo.key("Ctrl+Z")
    assert on_photo.only.keypoints[0].at_px == moved


def test_escape_puts_a_dragged_keypoint_back(on_photo: OpenWindow) -> None:
    outline(on_photo)
    on_photo.click((100.0, 80.0))
    before = on_photo.only
    on_photo.press(before.keypoints[0].at_px)
    on_photo.move((140.0, 90.0))
    assert on_photo.session.preview is not None
    on_photo.key("Escape")
    on_photo.release((140.0, 90.0))
    assert on_photo.only is before


def test_numbers_and_n_choose_landmarks_here_and_categories_elsewhere(on_photo: OpenWindow) -> None:
    outline(on_photo)
    on_photo.key("4")
    assert at_hand(on_photo) == "forefoot lateral" and on_photo.only.category == "sneaker"
    on_photo.key("N")
    assert at_hand(on_photo) == "forefoot medial"
    on_photo.key("Shift+N")
    on_photo.key("Shift+N")
    assert at_hand(on_photo) == "heel top"
    on_photo.key("Alt+1")
    on_photo.key("2")
    assert on_photo.only.category != "sneaker" and at_hand(on_photo) is None


def test_a_landmark_is_chosen_on_the_model_and_in_the_list(on_photo: OpenWindow) -> None:
    outline(on_photo)
    view = on_photo.window.findChild(TurnedModel, "keypointModel")
    assert view is not None
    on_photo.settle()
    at = view.screen_point(model(on_photo).sized_landmarks(None, Side.RIGHT)["instep"]).toPoint()
    QTest.mouseClick(on_photo.window.windowHandle(), LEFT_BUTTON, pos=view.mapTo(on_photo.window, at))
    assert at_hand(on_photo) == "instep"
    rows = on_photo.window.findChild(LandmarkRows, "keypointRows")
    assert rows is not None
    place = rows.viewport().mapTo(on_photo.window, rows.visualItemRect(rows.item(2)).center())
    QTest.mouseClick(on_photo.window.windowHandle(), LEFT_BUTTON, pos=QPoint(place))
    assert at_hand(on_photo) == "heel top"
    on_photo.click((100.0, 80.0))
    assert on_photo.only.keypoints[0].name == "heel top"


def test_keys_alone_place_a_keypoint(on_photo: OpenWindow) -> None:
    outline(on_photo)
    on_photo.key("2")
    on_photo.key("Insert")
    (keypoint,) = on_photo.only.keypoints
    middle = on_photo.place.canvas.seen_px.center()
    at_px = on_photo.place.canvas.hand.at_px or (middle.x(), middle.y())
    assert keypoint.name == "toe tip" and keypoint.at_px == pytest.approx(at_px)
    on_photo.key("Shift+Right")
    assert on_photo.only.keypoints[0].at_px == pytest.approx((at_px[0] + 2.5, at_px[1]))
    for name in FOUR[1:]:
        click(on_photo, name)
    on_photo.drag(on_photo.only.keypoints[0].at_px, landmark_px(on_photo, "toe tip"))
    on_photo.key("1")
    on_photo.key("Insert")  # a pose is offered: it says where
    at_px = on_photo.only.keypoints[-1].at_px
    assert np.hypot(*np.subtract(at_px, landmark_px(on_photo, "heel bottom"))) < 8.0


def test_a_hidden_keypoint_says_nothing_of_the_pose(on_photo: OpenWindow) -> None:
    outline(on_photo)
    for name in FOUR:
        click(on_photo, name)
    on_photo.key("Y")
    assert on_photo.only.keypoints[3].visibility is Visibility.HIDDEN
    assert on_photo.place.proposals.shown == ()
    on_photo.key("Y")
    assert on_photo.only.keypoints[3].visibility is Visibility.VISIBLE and on_photo.place.proposals.shown


def test_sigma_is_entered_in_the_panel(on_photo: OpenWindow) -> None:
    outline(on_photo)
    on_photo.click((100.0, 80.0))
    on_photo.settle()
    on_photo.click_widget("keypointSigma")
    on_photo.key("Ctrl+A")
    on_photo.type_text("3.5")
    on_photo.key("Return")
    assert on_photo.only.keypoints[0].sigma_px == 3.5 and on_photo.history[-1] == "Sigma of a click"


def test_the_click_that_is_off_is_named(on_photo: OpenWindow) -> None:
    outline(on_photo)
    for name in (*FOUR, "heel bottom", "rearfoot lateral"):
        click(on_photo, name)
    assert "rms" in words(on_photo)
    x, y = landmark_px(on_photo, "heel top")
    on_photo.drag((x, y), (x + 25.0, y - 15.0))
    assert "“heel top” looks wrong" in words(on_photo)
    rows = on_photo.window.findChild(LandmarkRows, "keypointRows")
    assert rows is not None and [row.name for row in rows.rows if row.is_suspect] == ["heel top"]
    assert any(note.startswith("warning") and "looks wrong" in note for note in on_photo.notices)


def test_the_other_foot_is_named_and_its_key_makes_it_one(on_photo: OpenWindow) -> None:
    outline(on_photo, Side.LEFT)
    for name in model(on_photo).landmark_names:
        click(on_photo, name)
    assert "right foot explains them much better" in words(on_photo)
    on_photo.key("R")
    assert "better" not in words(on_photo)
    on_photo.key("Return")
    assert on_photo.only.side is Side.RIGHT and rotation_angle_deg(on_photo.only.pose, POSE) < 5.0


def test_an_unknown_foot_is_taken_with_the_pose_in_one_step(on_photo: OpenWindow) -> None:
    outline(on_photo, Side.UNKNOWN)
    for name in model(on_photo).landmark_names:
        click(on_photo, name, side=Side.LEFT)
    on_photo.key("Return")
    assert on_photo.only.side is Side.LEFT and on_photo.only.pose is not None
    assert on_photo.place.proposals.shown == ()
    on_photo.key("Ctrl+Z")
    assert on_photo.only.side is Side.UNKNOWN and on_photo.only.pose is None


def test_clicks_in_a_plane_offer_both_poses(on_photo: OpenWindow) -> None:
    outline(on_photo)
    sole = ("heel bottom", "forefoot lateral", "forefoot medial", "rearfoot lateral")
    flat = {name: (x, y, -50.0) for name, (x, y, _) in model(on_photo).landmarks.items() if name in sole}
    flat_model = replace(model(on_photo), landmarks=MappingProxyType(flat))
    on_photo.session.commit(Edit.of("Flat", model(on_photo), flat_model))
    far = on_photo.photo.camera.with_vertical_fov(8.0)
    on_photo.session.commit(Edit.of("Far", on_photo.photo, on_photo.photo.with_camera(far)))
    pose = Pose.exp([2.2, 0.3, -0.2, 0.0, 0.0, 4500.0])
    for name in sole:
        x, y = far.project(pose.apply(np.array(flat[name])))
        on_photo.key(str(LANDMARK_NAMES.index(name) + 1))
        on_photo.click((float(x), float(y)))
    assert "exchanged" in words(on_photo)
    first = on_photo.place.proposals.shown[0].instance.pose
    on_photo.key("Tab")
    (offer,) = on_photo.place.proposals.shown
    assert rotation_angle_deg(offer.instance.pose, first) > 10.0
    on_photo.key("Return")
    assert rotation_angle_deg(on_photo.only.pose, first) > 10.0


def test_a_refused_pose_is_offered_again_by_key(on_photo: OpenWindow) -> None:
    outline(on_photo)
    for name in FOUR:
        click(on_photo, name)
    on_photo.key("Escape")
    assert on_photo.place.proposals.shown == () and on_photo.session.tool == "keypoints"
    on_photo.key("Alt+Q")
    assert len(on_photo.place.proposals.shown) == 1


def test_clicks_that_agree_leave_a_fitted_pose_alone(on_photo: OpenWindow) -> None:
    instance = outline(on_photo)
    estimate = PoseEstimate(POSE, provenance=Provenance(Source.FIT))
    posed = instance.with_model(model(on_photo).id, model(on_photo).size).with_pose_estimate(estimate)
    on_photo.session.commit(Edit.of("Pose", on_photo.photo, on_photo.photo.with_instance(posed)))
    for name in (*FOUR, "rearfoot lateral"):
        click(on_photo, name)
    assert on_photo.place.proposals.shown == () and on_photo.only.pose_estimate is estimate
    report = on_photo.place.panels.keypoints.watch.report
    assert report is not None and report.rms_px < 1.0


def test_the_loupe_follows_the_pointer_in_this_tool_alone(on_photo: OpenWindow) -> None:
    outline(on_photo)
    loupe = on_photo.place.canvas.viewport().findChild(Loupe, "loupe")
    assert loupe is not None
    on_photo.move((120.0, 90.0))
    assert loupe.isVisible() and loupe.spot.name == "heel bottom"
    assert loupe.spot.at_px == pytest.approx(on_photo.seen((120.0, 90.0)))
    on_photo.key("Alt+1")
    on_photo.move((121.0, 90.0))
    assert not loupe.isVisible()


def test_the_loupe_that_a_nudge_holds_goes_with_the_tool(on_photo: OpenWindow) -> None:
    outline(on_photo)
    click(on_photo, "toe tip")
    loupe = on_photo.place.canvas.viewport().findChild(Loupe, "loupe")
    on_photo.key("Right")
    assert loupe is not None and loupe.isVisible()
    on_photo.key("Alt+1")
    assert not loupe.isVisible()


def test_a_model_without_landmarks_says_how_to_place_them(on_photo: OpenWindow) -> None:
    bare = replace(model(on_photo), landmarks=MappingProxyType({}))
    on_photo.session.commit(Edit.of("Bare", model(on_photo), bare))
    outline(on_photo)
    on_photo.move((120.0, 90.0))
    assert "Place landmarks" in on_photo.place.canvas.hand.hover.hint
    on_photo.click((120.0, 90.0))
    assert on_photo.only.keypoints == ()
    on_photo.settle()
    on_photo.click_widget("keypointPanelEmpty_act")
    on_photo.wait(lambda: on_photo.window.findChild(QWidget, "landmarksDialog") is not None)
    on_photo.window.findChild(QWidget, "landmarksDialog").close()


def test_clicks_in_a_line_say_so_and_offer_nothing(on_photo: OpenWindow) -> None:
    names = model(on_photo).landmark_names
    line = MappingProxyType({name: (30.0 * at - 100.0, 0.0, 0.0) for at, name in enumerate(names)})
    on_photo.session.commit(Edit.of("Line", model(on_photo), replace(model(on_photo), landmarks=line)))
    outline(on_photo)
    for x in (80.0, 120.0, 160.0, 200.0):
        on_photo.click((x, 100.0))
    assert "in a line" in words(on_photo) and on_photo.place.proposals.shown == ()


def test_a_click_chooses_the_sneaker_when_nothing_is_chosen(on_photo: OpenWindow) -> None:
    instance = outline(on_photo)
    on_photo.session.select()
    on_photo.click((100.0, 100.0))
    assert on_photo.session.selection == (instance.id,) and on_photo.only.keypoints == ()


def test_a_locked_sneaker_keeps_its_keypoints(on_photo: OpenWindow) -> None:
    instance = outline(on_photo)
    locked = replace(instance, keypoints=(Keypoint("toe tip", (100.0, 80.0)),)).with_flag("locked", True)
    on_photo.session.commit(Edit.of("Lock", on_photo.photo, on_photo.photo.with_instance(locked)))
    on_photo.click((130.0, 90.0))
    on_photo.click((100.0, 80.0), ALT)
    on_photo.key("Delete")
    on_photo.key("Left")
    assert on_photo.only is locked


def test_clicks_survive_a_new_outline_and_a_move(on_photo: OpenWindow) -> None:
    outline(on_photo)
    on_photo.click((100.0, 80.0))
    keypoints = on_photo.only.keypoints
    on_photo.key("Alt+1")
    on_photo.drag((110.0, 100.0), (125.0, 105.0))
    assert on_photo.history[-1] == "Move instance" and on_photo.only.keypoints == keypoints
    assert np.isfinite(on_photo.only.keypoints[0].at_px).all()
