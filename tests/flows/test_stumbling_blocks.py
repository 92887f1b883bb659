"""What a newcomer would stumble over in the pose workbench: keys pressed too early, with nothing chosen, twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fake_net import FakeNet, FakeSneaker, use_net
from job_builders import lofted_shoe
from open_window import HeldCore, OpenWindow
from PySide6.QtCore import QRect
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLineEdit, QListView, QToolButton
from test_auto_pose import bare_shoe, find, lofted_outline, offered, with_options
from test_segmenting_many import add_photos

from core.document.edit import Edit
from core.jobs.messages import Failed, SearchRequest, SegmentRequest
from core.labels.instance import Side, new_id
from core.labels.photo import Status
from gui import theme
from gui.panels.hypothesis_card import CardText, sigma_chips
from gui.panels.model_choice import ModelChoice
from gui.pose_edits import with_fov
from gui.proposals import MOST_CARDS, MOST_POSES, PoseOffer, PoseOption
from gui.widgets.number_field import NumberField

Opened = Callable[..., OpenWindow]


def outlining(opened: Opened, monkeypatch: pytest.MonkeyPatch, *sneakers: FakeSneaker) -> tuple[OpenWindow, HeldCore]:
    """A window in which S has been pressed and not answered; a lofted shoe's outline is what it will find."""
    core = HeldCore()
    place = opened(core)
    use_net(monkeypatch, FakeNet((FakeSneaker(lofted_outline(place), 0.98, Side.RIGHT, 0.9), *sneakers)))
    place.place.canvas.hand.leave()
    place.key("S")
    assert [type(request) for request in core.held] == [SegmentRequest]
    return place, core


def test_q_waits_for_the_outlines_that_s_asked_for(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    place, core = outlining(opened, monkeypatch)
    place.key("Q")
    assert len(core.held) == 1 and len(place.place.inference.jobs) == 2
    core.answer()
    place.wait(lambda: any(isinstance(request, SearchRequest) for request in core.held))
    core.answer()
    offer = offered(place)
    place.key("Return")
    assert place.only.pose == offer.instance.pose and place.only.region == offer.instance.region


def test_escape_gives_up_both(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    place, core = outlining(opened, monkeypatch)
    place.key("Q")
    place.key("Escape")
    core.answer()
    place.settle()
    assert place.place.proposals.shown == () and place.place.inference.jobs == () and core.held == ()


def test_s_again_does_not_lose_q(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    place, core = outlining(opened, monkeypatch)
    place.key("Q")
    place.key("S")
    core.answer()
    place.wait(lambda: any(isinstance(request, SearchRequest) for request in core.held))


def test_q_asks_which_where_several_are_found(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    from test_segmenting import OTHER

    place, core = outlining(opened, monkeypatch, OTHER)
    place.key("Q")
    core.answer()
    place.wait(lambda: not place.place.inference.jobs)
    assert len(place.place.proposals.outlines) == 2 and "choose one" in place.notices[-1] and core.held == ()


def test_q_of_a_photo_one_has_left_is_not_asked_of_the_next(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place, core = outlining(opened, monkeypatch)
    (second,) = add_photos(place, tmp_path, 1)
    place.key("Q")
    place.session.open_photo(second.id)
    core.answer()
    place.wait(lambda: not place.place.inference.jobs)
    assert core.held == () and "Press Q there" in place.notices[-1]


def test_the_strip_names_the_model_and_looks_with_another(on_photo: OpenWindow) -> None:
    bare_shoe(on_photo)
    lofted = next(iter(on_photo.session.project.models.values()))
    second = other_model(on_photo)
    first = find(on_photo)
    choice = on_photo.window.findChild(ModelChoice, "stripModel")
    assert choice is not None and choice.isVisible() and choice.text().startswith(lofted.name)
    assert first.instance.model_id == lofted.id
    choice.chosen.emit(second)
    on_photo.wait(lambda: on_photo.place.proposals.pose is not None and not on_photo.place.inference.jobs)
    offer = offered(on_photo)
    assert offer.instance.model_id == second and choice.text().startswith("Other")
    on_photo.key("Shift+Return")
    assert on_photo.only.model_id == second


def test_a_shoe_keeps_its_model_and_a_bare_one_gets_the_one_used_last(on_photo: OpenWindow) -> None:
    second = other_model(on_photo)
    on_photo.window.commands._poses.models.use(second)
    bare = on_photo.add_outlined()
    assert on_photo.window.commands._poses.models.of(bare).id == second
    lofted = on_photo.add_shoe()
    assert on_photo.window.commands._poses.models.of(lofted).id == lofted.model_id


def test_the_project_remembers_the_model_used_last(opened: Opened, tmp_path: Path) -> None:
    place = opened()
    second = other_model(place)
    place.window.commands._poses.models.use(second)
    path = place.place.desk.path
    assert path is not None
    place.place.desk.close()
    assert place.place.desk.open(path)
    place.session.open_photo(next(iter(place.session.project.entries)))
    assert place.window.commands._poses.models.of(place.add_outlined()).id == second


def other_model(place: OpenWindow) -> str:
    """One more ShoeModel in the project."""
    model = next(iter(place.session.project.models.values()))
    assert place.session.document is not None
    mesh = lofted_shoe().scaled([1.0, 1.05, 1.05])
    stored = place.session.document.store.add_mesh(mesh)
    extent = tuple(float(e) for e in mesh.extent_mm)
    made = replace(model, id=new_id(), name="Other shoe", mesh_sha256=stored, extent_mm=extent)
    place.session.commit(Edit.of("Add model", None, made))
    return made.id


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("E", "Choose a sneaker first"),
        ("Shift+M", "Pose one shoe of the pair first"),
        ("Left", "Take the align tool first"),
        ("Tab", "No poses are offered"),
        ("Return", "Nothing is offered"),
        ("Shift+Q", "Choose"),
        ("Ctrl+Shift+Z", "redo"),
    ],
)
def test_a_key_that_can_do_nothing_says_why(on_photo: OpenWindow, keys: str, words: str) -> None:
    on_photo.place.canvas.setFocus()
    on_photo.settle()
    before = len(on_photo.notices)
    on_photo.key(keys)
    said = on_photo.notices[before:]
    assert len(said) == 1 and words in said[0], said


def test_a_key_says_why_from_a_list_too_and_not_from_a_field(on_photo: OpenWindow) -> None:
    on_photo.window.findChild(QListView, "photoRows").setFocus()
    before = len(on_photo.notices)
    on_photo.key("E")
    assert "Choose a sneaker first" in on_photo.notices[-1] and len(on_photo.notices) == before + 1
    field = on_photo.place.panels.photos.findChild(QLineEdit)
    assert field is not None
    field.setFocus()
    on_photo.key("E")
    assert field.text() == "e" and len(on_photo.notices) == before + 1


def test_an_offer_goes_when_the_camera_is_changed(on_photo: OpenWindow) -> None:
    bare_shoe(on_photo)
    find(on_photo)
    photo = on_photo.photo
    on_photo.session.commit(Edit.of("Field of view", photo, with_fov(photo, 40.0)))
    assert on_photo.place.proposals.shown == () and "its camera was changed" in on_photo.notices[-1]


def test_an_answer_for_the_camera_of_before_is_not_offered(opened: Opened) -> None:
    core = HeldCore()
    place = opened(core)
    bare_shoe(place)
    place.key("Q")
    photo = place.photo
    place.session.commit(Edit.of("Field of view", photo, with_fov(photo, 40.0)))
    while core.held:
        core.answer()
        place.settle()
    place.wait(lambda: not place.place.inference.jobs)
    assert place.place.proposals.shown == () and any("came too late" in words for words in place.notices)


def test_the_pose_panel_comes_forward_with_a_pose(on_photo: OpenWindow) -> None:
    bare_shoe(on_photo)
    on_photo.key("F11")
    camera, pose = on_photo.place.panels.camera, on_photo.place.panels.pose
    on_photo.wait(lambda: not camera.visibleRegion().isEmpty())
    find(on_photo)
    on_photo.wait(lambda: not pose.visibleRegion().isEmpty())
    on_photo.key("F11")
    on_photo.wait(lambda: not camera.visibleRegion().isEmpty())
    on_photo.key("T")  # another pose of the same offer: the panel stays where it was put
    on_photo.settle()
    assert not camera.visibleRegion().isEmpty()


def test_the_shoe_stays_in_sight_above_the_strip(on_photo: OpenWindow) -> None:
    shoe, canvas = on_photo.add_shoe(), on_photo.place.canvas
    on_photo.key("Z")
    before = canvas.looked
    with_options(on_photo)
    on_photo.settle()
    strip = on_photo.place.shoe.strip
    lowest = canvas.screen_point((0.0, shoe.region.bounds_px[3])).y()
    assert strip.isVisible() and lowest <= canvas.viewport().height() - strip.height()
    on_photo.key("Escape")
    assert canvas.looked == before


def test_a_view_that_was_moved_meanwhile_stays_where_it_is(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    on_photo.key("Z")
    with_options(on_photo)
    on_photo.key("+")
    moved = on_photo.place.canvas.looked
    on_photo.key("Escape")
    assert on_photo.place.canvas.looked == moved


def test_a_twin_never_pushes_a_card_out_unsaid(on_photo: OpenWindow) -> None:
    shoe = on_photo.add_shoe()
    poses = PoseOffer(tuple(PoseOption(shoe) for _ in range(MOST_POSES)))
    assert len(poses.with_option(PoseOption(shoe)).options) == MOST_POSES + 1
    full = PoseOffer(tuple(PoseOption(shoe) for _ in range(MOST_CARDS)))
    assert len(full.with_option(PoseOption(shoe)).options) == MOST_CARDS


def test_all_cards_are_chosen_and_what_is_checked_is_said(on_photo: OpenWindow, tmp_path: Path) -> None:
    shoe = on_photo.add_shoe()
    other = replace(shoe, id="other", side=Side.LEFT)
    on_photo.session.commit(Edit.of("Other shoe", on_photo.photo, on_photo.photo.with_instance(other)))
    on_photo.key("Alt+4")
    grid = on_photo.place.panels.poses
    on_photo.wait(lambda: grid.isVisible() and len(grid.chosen_photos) == 1)
    on_photo.key("Ctrl+A")
    assert len(grid.findChildren(QListView, "poseCards")[0].selectedIndexes()) == 2
    on_photo.key("Ctrl+Return")
    assert on_photo.photo.status is Status.CHECKED
    assert "checked as a whole, with all 2 shoes in it" in on_photo.notices[-1]


def test_a_late_failure_names_its_photo(opened: Opened, tmp_path: Path) -> None:
    core = HeldCore()
    place = opened(core)
    shoe = place.add_shoe()
    first = place.photo
    (second,) = add_photos(place, tmp_path, 1)
    place.session.select(shoe.id)
    place.key("E")
    assert core.held
    place.session.open_photo(second.id)
    place.place.machine._on_failed(first, Failed(1, "No fit."))
    assert place.notices[-1] == f"danger: {Path(first.file).name}: No fit."


def test_the_spread_never_covers_the_foot_s_letter(on_photo: OpenWindow) -> None:
    text = CardText("0.981", "2.1 px", "± 7.2° · 4 % far", "R")
    metrics = QFontMetrics(theme.font(theme.SMALL, bold=True))
    for width in (52, 68, 112, 200):
        picture = QRect(4, 4, width, 72)
        letter = QRect(7, 7, 16, 16)
        chips = sigma_chips(text, picture, metrics)
        assert [words for _, words in chips] in (["± 7.2° · 4 % far"], ["± 7.2°", "4 % far"])
        assert not any(place.intersects(letter) for place, _ in chips)


def test_offered_numbers_are_as_plain_to_read_as_any(on_photo: OpenWindow) -> None:
    bare_shoe(on_photo)
    panel = on_photo.place.panels.pose
    yaw = panel.findChild(NumberField, "poseAngles_yaw")
    assert yaw is not None
    on_photo.wait(lambda: not yaw.isEnabled())
    find(on_photo)
    on_photo.wait(lambda: yaw.property("role") == "offered")
    assert yaw.isEnabled() and yaw.isReadOnly()
    length = panel.findChild(NumberField, "poseSize_length")
    assert length is not None and length.isEnabled() and length.isReadOnly()
    on_photo.key("Escape")
    on_photo.wait(lambda: not yaw.isEnabled() and not length.isEnabled())


@pytest.mark.parametrize("mode", ["Alt+1", "Alt+2", "Alt+3", "Alt+4"])
def test_a_small_window_stays_small(on_photo: OpenWindow, mode: str) -> None:
    on_photo.add_shoe()
    on_photo.window.resize(1000, 660)
    on_photo.key(mode)
    with_options(on_photo)
    on_photo.key("F9")
    on_photo.settle()
    assert (on_photo.window.width(), on_photo.window.height()) == (1000, 660)
    palette = on_photo.window.commands.palette
    shown = [button for button in palette.findChildren(QToolButton) if button.objectName().startswith("palette_")]
    assert all(palette.rect().contains(button.geometry()) for button in shown)
