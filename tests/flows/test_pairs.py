"""Pairs and sequences in the real window: the other shoe from this one, both together, poses carried on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from job_builders import lofted_shoe, painted_photo
from open_window import HeldCore, OpenWindow, photo_of
from PySide6.QtWidgets import QWidget

from core.document.edit import Edit
from core.geometry.camera import Camera
from core.geometry.on_floor import apart_on_the_floor
from core.geometry.pose import Pose, rotation_angle_deg
from core.geometry.region import Region
from core.geometry.tracing import region_from_mask
from core.jobs.messages import SearchRequest
from core.labels.instance import Instance, PoseEstimate, ShoeSize, Side, new_id
from core.labels.photo import Photo
from core.labels.shoe_model import ShoeModel
from core.render.raster import mesh_mask
from gui.proposals import PoseOffer, PoseOption, Proposal
from gui.widgets.pieces import ElidedLabel

Opened = Callable[..., OpenWindow]
CAMERA = Camera.from_vertical_fov(26.0, 320, height_px=220)
RIGHT = Pose.exp([0.0, 0.0, -0.0, -60.0, 20.0, 1100.0]) @ Pose.from_matrix(
    np.array([[1.0, 0, 0], [0, -np.sin(0.6), -np.cos(0.6)], [0, np.cos(0.6), -np.sin(0.6)]]), np.zeros(3)
)
RIGHT = RIGHT @ Pose.exp([0.0, 0.0, 0.6, 0.0, 0.0, 0.0])
LEFT = RIGHT @ Pose.exp([0.0, 0.0, 0.2, 20.0, 190.0, 0.0])
TRUE = {Side.RIGHT: RIGHT, Side.LEFT: LEFT}
SOLE_MM = -0.5 * float(lofted_shoe().extent_mm[2])


def outline(side: Side, pose: Pose | None = None) -> Region:
    mesh = lofted_shoe() if side is Side.RIGHT else lofted_shoe().mirrored()
    return region_from_mask(mesh_mask(mesh, pose or TRUE[side], CAMERA))


def shoe(
    side: Side, model: ShoeModel | None, *, off: tuple[float, ...] | None = None, at: Pose | None = None
) -> Instance:
    """Outlined; with a pose that far from the truth when `off` says so."""
    made = Instance(new_id(), "sneaker", side, outline(side, at))
    if model is None or off is None:
        return made
    estimate = PoseEstimate((at or TRUE[side]).moved(off), camera_source=CAMERA.source)
    return made.with_model(model.id, model.size).with_pose_estimate(estimate)


def with_model(place: OpenWindow) -> ShoeModel:
    """The lofted shoe alone is in the project, and the photo has the camera of these tests."""
    mesh, store = lofted_shoe(), place.place.desk.store
    assert store is not None
    length, width, height = (float(e) for e in mesh.extent_mm)
    for old in list(place.session.project.models.values()):
        place.session.commit(Edit.of("Remove model", old, None))
    model = ShoeModel(new_id(), "Lofted", store.add_mesh(mesh), (length, width, height), 300.0)
    place.session.commit(Edit.of("Add model", None, model))
    place.session.commit(Edit.of("Camera", place.photo, place.photo.with_camera(CAMERA)))
    return model


def put(place: OpenWindow, *shoes: Instance) -> None:
    after = place.photo
    for one in shoes:
        after = after.with_instance(one)
    place.session.commit(Edit.of("Put", place.photo, after))


def offers(place: OpenWindow, count: int = 1) -> tuple[Proposal, ...]:
    place.wait(lambda: len(place.place.proposals.shown) == count)
    return place.place.proposals.shown


def why_not(place: OpenWindow, action: str) -> str:
    place.settle()
    made = place.window.findChild(type(place.window.actions()[0]), action)
    assert made is not None and not made.isEnabled()
    return made.toolTip().split("\n")[1]


def turned(a: Pose | None, b: Pose) -> float:
    assert a is not None
    return rotation_angle_deg(a, b)


@pytest.mark.parametrize("side", [Side.LEFT, Side.UNKNOWN])
def test_the_other_shoe_is_posed_from_this_one(on_photo: OpenWindow, side: Side) -> None:
    model = with_model(on_photo)
    size = ShoeSize(model.size.length_mm, 1.0, 1.0)
    right = shoe(Side.RIGHT, model, off=(0.0,) * 6).with_size(size)
    left = replace(shoe(Side.LEFT, None), side=side)
    put(on_photo, right, left)
    on_photo.session.select(right.id)
    on_photo.key("Shift+M")
    (offer,) = offers(on_photo)
    assert offer.instance.id == left.id and offer.instance.side is Side.LEFT and offer.instance.model_id == model.id
    assert turned(offer.instance.pose, LEFT) < 4.0 and on_photo.place.shoe.strip.isVisible()
    on_photo.key("Return")
    taken = on_photo.photo.instance(left.id)
    assert taken.pose is not None and taken.size == size and taken.side is Side.LEFT
    tilt_deg, height_mm = apart_on_the_floor(RIGHT, taken.pose, sole_mm=SOLE_MM)
    assert tilt_deg < 5.0 and height_mm < 15.0
    assert on_photo.history[-1] == "Pose the other shoe"
    on_photo.key("Ctrl+Z")
    assert on_photo.photo.instance(left.id) == left


def test_the_other_shoe_may_be_the_chosen_one(on_photo: OpenWindow) -> None:
    model = with_model(on_photo)
    right, left = shoe(Side.RIGHT, model, off=(0.0,) * 6), shoe(Side.LEFT, None)
    put(on_photo, right, left)
    on_photo.session.select(left.id)
    on_photo.key("Shift+M")
    (offer,) = offers(on_photo)
    assert offer.instance.id == left.id
    on_photo.key("Escape")
    assert on_photo.photo.instance(left.id) is left and not on_photo.place.proposals.shown


def test_what_is_missing_for_the_other_shoe_is_said(on_photo: OpenWindow) -> None:
    model = with_model(on_photo)
    left = shoe(Side.LEFT, None)
    put(on_photo, left)
    assert "Pose one shoe" in why_not(on_photo, "pose_other")
    right = shoe(Side.RIGHT, model, off=(0.0,) * 6)
    put(on_photo, replace(right, side=Side.UNKNOWN))
    on_photo.session.commit(
        Edit.of("x", on_photo.photo, on_photo.photo.with_instance(replace(left, side=Side.UNKNOWN)))
    )
    assert "L, R" in why_not(on_photo, "pose_other")
    on_photo.session.commit(Edit.of("x", on_photo.photo, on_photo.photo.without_instance(left.id)))
    assert "Outline the other" in why_not(on_photo, "pose_other")
    on_photo.key("M")
    assert on_photo.history[-1] != "Mirror shoe"  # nothing is chosen
    on_photo.session.select(right.id)
    on_photo.key("M")
    assert on_photo.history[-1] == "Mirror shoe"


def test_asked_twice_it_is_offered_once(opened: Opened) -> None:
    core = HeldCore()
    place = opened(core)
    model = with_model(place)
    put(place, shoe(Side.RIGHT, model, off=(0.0,) * 6), shoe(Side.LEFT, None))
    for count in (1, 2):
        place.key("Shift+M")
        place.wait(lambda count=count: sum(isinstance(request, SearchRequest) for request in core.held) == count)
    core.answer()
    place.wait(lambda: not place.place.inference.jobs)
    offers(place, 1)


def test_a_pair_is_fitted_together_and_taken_by_one_key(on_photo: OpenWindow) -> None:
    model = with_model(on_photo)
    right = shoe(Side.RIGHT, model, off=(0.05, -0.04, 0.05, 5, -5, 20))
    left = shoe(Side.LEFT, model, off=(-0.05, 0.05, 0.03, -4, 3, -25))
    put(on_photo, right, left)
    on_photo.key("Shift+E")
    two = offers(on_photo, 2)
    assert {offer.instance.id for offer in two} == {right.id, left.id} and all(offer.together for offer in two)
    assert "soles" in on_photo.notices[-1]
    head = on_photo.window.findChild(QWidget, "hypothesisHead")
    assert isinstance(head, ElidedLabel) and "together with 1 other shoe" in (head.toolTip() or head.text())
    before = on_photo.photo
    on_photo.key("Return")
    poses = {i.side: i.pose for i in on_photo.photo.instances}
    assert all(turned(poses[side], TRUE[side]) < 2.5 for side in TRUE)
    assert on_photo.history[-1] == "Fit the pair" and not on_photo.place.proposals.shown
    assert all(i.pose_estimate is not None and i.pose_estimate.covariance is not None for i in on_photo.photo.instances)
    on_photo.key("Ctrl+Z")
    assert on_photo.photo.instances == before.instances
    on_photo.key("Ctrl+Shift+Z")
    assert on_photo.photo.instance(right.id).pose == poses[Side.RIGHT]


def test_escape_refuses_both_of_a_pair(on_photo: OpenWindow) -> None:
    model = with_model(on_photo)
    put(on_photo, *(shoe(side, model, off=(0.03,) * 3 + (2,) * 3) for side in TRUE))
    before = on_photo.photo
    on_photo.key("Shift+E")
    offers(on_photo, 2)
    on_photo.key("Escape")
    assert on_photo.photo is before and not on_photo.place.proposals.shown


def test_a_doubt_of_one_is_a_doubt_of_both(on_photo: OpenWindow) -> None:
    model = with_model(on_photo)
    put(on_photo, *(shoe(side, model, off=(0.0,) * 6) for side in TRUE))
    on_photo.key("Shift+E")
    before = on_photo.photo
    for offer in offers(on_photo, 2):
        doubted = PoseOffer((PoseOption(offer.instance, "Another model?"),))
        on_photo.place.proposals.put(replace(offer, poses=doubted))
    on_photo.key("Return")
    assert on_photo.photo is before and "Not taken" in on_photo.notices[-1]
    on_photo.key("Shift+Return")
    assert on_photo.history[-1] == "Fit the pair" and not on_photo.place.proposals.shown


def test_a_pair_takes_one_size(on_photo: OpenWindow) -> None:
    model = with_model(on_photo)
    right = shoe(Side.RIGHT, model, off=(0.0,) * 6)
    assert right.pose_estimate is not None
    right = right.with_pose_estimate(replace(right.pose_estimate, iou=0.99))
    left = shoe(Side.LEFT, model, off=(0.0,) * 6).with_size(ShoeSize(1.1 * model.size.length_mm))
    put(on_photo, right, left)
    on_photo.key("Shift+E")
    made = {offer.instance.id: offer.instance for offer in offers(on_photo, 2)}
    assert made[left.id].size == made[right.id].size == right.size
    assert turned(made[left.id].pose, LEFT) < 2.5


def test_a_shoe_in_the_hand_is_said_to_be_off_the_floor(on_photo: OpenWindow) -> None:
    model = with_model(on_photo)
    held = LEFT.moved([0.5, 0.1, 0.2, 0.0, -30.0, -50.0])
    put(on_photo, shoe(Side.RIGHT, model, off=(0.0,) * 6), shoe(Side.LEFT, model, off=(0.0,) * 6, at=held))
    on_photo.key("Shift+E")
    offers(on_photo, 2)
    assert "one floor" in on_photo.notices[-1]


def test_a_pair_needs_two_posed_shoes(on_photo: OpenWindow) -> None:
    model = with_model(on_photo)
    put(on_photo, shoe(Side.RIGHT, model, off=(0.0,) * 6), shoe(Side.LEFT, None))
    assert "Two posed" in why_not(on_photo, "fit_pair")
    locked = shoe(Side.LEFT, model, off=(0.0,) * 6).with_flag("locked", True)
    put(on_photo, locked)
    assert "locked" in why_not(on_photo, "fit_pair")


def test_escape_stops_what_has_not_answered(opened: Opened) -> None:
    core = HeldCore()
    place = opened(core)
    model = with_model(place)
    put(place, shoe(Side.RIGHT, model, off=(0.0,) * 6), shoe(Side.LEFT, None))
    place.key("Shift+M")
    place.wait(lambda: any(isinstance(request, SearchRequest) for request in core.held))
    place.session.select()
    place.key("Escape")
    assert core.cancelled
    core.answer()
    place.settle()
    assert not place.place.proposals.shown


# ---- from photo to photo


def next_photo(place: OpenWindow, folder: Path, name: str, *shoes: Instance) -> Photo:
    """One photo more, after those there are."""
    file = folder / f"{name}.png"
    file.write_bytes(Path(painted_photo(folder).file).read_bytes())
    made = replace(photo_of(file, folder), position=len(place.session.project.entries), camera=CAMERA)
    assert place.session.commit(Edit.of("Add photo", None, made.with_instances(shoes)))
    place.settle()
    return made


STEP = [0.05, 0.12, 0.04, 14.0, -6.0, 25.0]


def test_poses_go_on_to_the_next_photo_and_one_enter_takes_them(on_photo: OpenWindow, tmp_path: Path) -> None:
    model = with_model(on_photo)
    put(on_photo, *(shoe(side, model, off=(0.0,) * 6) for side in TRUE))
    moved = {side: pose.moved(STEP) for side, pose in TRUE.items()}
    bare = [replace(shoe(side, None, at=moved[side]), side=Side.UNKNOWN) for side in TRUE]
    second = next_photo(on_photo, tmp_path, "2", *bare[::-1])
    on_photo.key("Alt+D")
    two = offers(on_photo, 2)
    assert on_photo.photo.id == second.id and all(offer.together for offer in two)
    on_photo.key("Return")
    for instance, side in zip(on_photo.photo.instances, (Side.LEFT, Side.RIGHT), strict=True):
        assert instance.side is side and turned(instance.pose, moved[side]) < 4.0
    assert on_photo.session.document is not None and on_photo.history[-1] == "Copy poses"
    on_photo.key("Ctrl+Z")
    assert all(instance.pose is None for instance in on_photo.photo.instances)


def test_a_shoe_without_an_outline_is_carried_as_it_would_move_on(on_photo: OpenWindow, tmp_path: Path) -> None:
    model = with_model(on_photo)
    put(on_photo, shoe(Side.RIGHT, model, off=(0.0,) * 6))
    one = RIGHT.moved(STEP)
    next_photo(on_photo, tmp_path, "2", shoe(Side.RIGHT, model, off=(0.0,) * 6, at=one))
    third = next_photo(on_photo, tmp_path, "3")
    on_photo.key("D")
    on_photo.key("Alt+D")
    (offer,) = offers(on_photo)
    assert on_photo.photo.id == third.id and offer.instance.region.is_empty
    assert turned(offer.instance.pose, one.moved(STEP)) < 0.01
    assert "without an outline" in on_photo.notices[-1]
    on_photo.key("Return")
    assert on_photo.only.pose == offer.instance.pose and on_photo.only.model_id == model.id


def test_what_is_carried_twice_is_offered_once(on_photo: OpenWindow, tmp_path: Path) -> None:
    model = with_model(on_photo)
    put(on_photo, shoe(Side.RIGHT, model, off=(0.0,) * 6))
    next_photo(on_photo, tmp_path, "2")
    on_photo.key("Alt+D")
    offers(on_photo, 1)
    on_photo.key("A")
    on_photo.key("Alt+D")
    offers(on_photo, 1)
    on_photo.key("Return")
    assert len(on_photo.photo.instances) == 1 and not on_photo.place.proposals.shown


def test_a_pose_that_is_there_stays_and_the_last_photo_says_so(on_photo: OpenWindow, tmp_path: Path) -> None:
    model = with_model(on_photo)
    assert "Pose a sneaker" in why_not(on_photo, "copy_on")
    put(on_photo, shoe(Side.RIGHT, model, off=(0.0,) * 6))
    assert "last photo" in why_not(on_photo, "copy_on")
    there = shoe(Side.RIGHT, model, off=(0.1,) * 6)
    next_photo(on_photo, tmp_path, "2", there)
    on_photo.key("Alt+D")
    on_photo.wait(lambda: "has a pose already" in on_photo.notices[-1])
    assert on_photo.only == there and not on_photo.place.proposals.shown


def test_a_pose_in_doubt_waits_for_an_enter_of_its_own(on_photo: OpenWindow, tmp_path: Path) -> None:
    model = with_model(on_photo)
    put(on_photo, *(shoe(side, model, off=(0.0,) * 6) for side in TRUE))
    x0, y0, x1, y1 = outline(Side.LEFT).bounds_px
    box = replace(shoe(Side.LEFT, None), region=Region.from_box(x0, y0, x1_px=x1, y1_px=y1))
    right = shoe(Side.RIGHT, None)
    next_photo(on_photo, tmp_path, "2", box, right)
    on_photo.key("Alt+D")
    two = {offer.instance.id: offer for offer in offers(on_photo, 2)}
    assert two[right.id].together and not two[box.id].together
    assert "1 in doubt" in on_photo.notices[-1] and on_photo.session.selected_id == right.id
    on_photo.key("Return")
    assert on_photo.photo.instance(right.id).pose is not None and on_photo.photo.instance(box.id).pose is None
    (left,) = on_photo.place.proposals.shown
    assert left.instance.id == box.id
