"""Answers that come when the hand is elsewhere, and work that must outlast what is begun beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fake_net import FakeNet, FakeSneaker, use_net
from open_window import HeldCore, OpenWindow
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot
from test_auto_pose import lofted_outline, with_options
from test_checking_pose import card_of, go_to, move, sample
from test_segmenting_many import add_photos
from test_stumbling_blocks import other_model, outlining

from core.document.edit import Edit
from core.jobs.messages import Failed, OverlapRequest, Request, SearchRequest, SegmentRequest
from core.labels.instance import Side
from gui.dialogs.begin_project import BeginProjectDialog, why_not
from gui.tutorial.coach import WENT_ON

Opened = Callable[..., OpenWindow]


def test_late_outlines_leave_those_of_the_photo_one_is_at(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place, core = outlining(opened, monkeypatch)
    first, proposals = place.session.photo_id, place.place.proposals
    core.answer()
    place.wait(lambda: len(proposals.outlines) == 1)
    (second,) = add_photos(place, tmp_path, 1)
    place.session.open_photo(second.id)
    place.key("S")
    place.session.open_photo(first)
    core.answer()
    place.wait(lambda: not place.place.inference.jobs)
    assert len(proposals.outlines) == 1
    place.session.open_photo(second.id)
    assert len(proposals.outlines) == 1  # in the same place as the other photo's, and yet not the same sneaker
    place.key("S")
    core.answer()
    place.wait(lambda: not place.place.inference.jobs)
    assert len(proposals.outlines) == 1


def test_q_pressed_twice_leaves_s_its_outlines(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    place, core = outlining(opened, monkeypatch)
    place.key("Q")
    place.key("Q")
    assert [type(request) for request in core.held] == [SegmentRequest] and not core.cancelled
    core.answer()
    place.wait(lambda: any(isinstance(request, SearchRequest) for request in core.held))


def test_q_in_the_next_photo_leaves_the_last_one_its_outlines(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place, core = outlining(opened, monkeypatch)
    first = place.session.photo_id
    place.key("Q")
    (second,) = add_photos(place, tmp_path, 1)
    place.session.open_photo(second.id)
    place.key("Q")
    assert not core.cancelled
    core.answer()
    place.session.open_photo(first)
    place.wait(lambda: len(place.place.proposals.outlines) == 1)


def test_several_found_in_a_photo_one_has_left_are_told_of_that_one(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from test_segmenting import OTHER

    core = HeldCore()
    place = opened(core)
    name = Path(place.photo.file).name
    use_net(monkeypatch, FakeNet((FakeSneaker(lofted_outline(place), 0.98, Side.RIGHT, 0.9), OTHER)))
    place.place.canvas.hand.leave()
    place.key("Q")
    (second,) = add_photos(place, tmp_path, 1)
    place.session.open_photo(second.id)
    core.answer()
    place.wait(lambda: not place.place.inference.jobs)
    assert place.notices[-1].startswith(f"info: {name}: 2 sneakers were found")


@pytest.mark.parametrize("key", ["Q", "E"])
@pytest.mark.parametrize("what", ["model", "side", "size"])
def test_a_pose_found_for_another_model_foot_or_size_is_not_offered(opened: Opened, key: str, what: str) -> None:
    core = HeldCore()
    place = opened(core)
    shoe = place.add_shoe()
    second = other_model(place)
    place.session.select(shoe.id)
    place.key(key)
    assert core.held and shoe.size is not None
    others = {"model_id": second, "side": Side.LEFT, "size": replace(shoe.size, length_mm=250.0)}
    name = "model_id" if what == "model" else what
    changed = replace(shoe, **{name: others[name]})
    place.session.commit(Edit.of("By hand", place.photo, place.photo.with_instance(changed)))
    while core.held:
        core.answer()
        place.settle()
    place.wait(lambda: not place.place.inference.jobs)
    assert place.place.proposals.shown == () and "came too late: its sneaker was changed" in place.notices[-1]
    place.key("Return")
    assert place.only == changed


def test_the_model_chosen_in_the_library_outlasts_the_shoe_that_is_still_chosen(on_photo: OpenWindow) -> None:
    shoe = on_photo.add_shoe()
    models = on_photo.window.commands._poses.models
    second = other_model(on_photo)
    on_photo.session.select(shoe.id)
    on_photo.window.commands._use_model(second)
    assert models.of(on_photo.add_outlined()).id == second  # outlined while the shoe was the chosen one
    on_photo.session.select(shoe.id)
    on_photo.key("K")  # a change of that shoe which is not about its model
    assert models.of(on_photo.add_outlined()).id == second


def test_a_photo_one_comes_back_to_makes_room_for_its_offer(on_photo: OpenWindow, tmp_path: Path) -> None:
    on_photo.add_shoe()
    first, canvas = on_photo.session.photo_id, on_photo.place.canvas
    (second,) = add_photos(on_photo, tmp_path, 1)
    with_options(on_photo)
    on_photo.session.open_photo(second.id)
    on_photo.key("+")
    told: list[object] = []
    on_photo.place.shoe.strip.laid_over.connect(lambda box, _: told.append((box, canvas.looked)))
    on_photo.session.open_photo(first)
    assert told[-1] == (on_photo.only.region.bounds_px, canvas.looked)  # told when the canvas shows it


def test_an_outline_that_is_being_drawn_is_not_lost_with_its_project(on_photo: OpenWindow, tmp_path: Path) -> None:
    on_photo.key("P")
    on_photo.click((60.0, 60.0))
    on_photo.click((160.0, 60.0))
    drawn = on_photo.session.drag
    assert drawn is not None
    on_photo.key("Ctrl+W")
    assert on_photo.session.drag is drawn and "Enter closes it" in on_photo.notices[-1]
    assert not on_photo.place.desk.create(tmp_path / "next.outsole")
    assert on_photo.session.drag is drawn and not (tmp_path / "next.outsole").exists()
    on_photo.click((160.0, 140.0))
    on_photo.key("Return")
    assert not on_photo.only.region.is_empty


@pytest.mark.parametrize("text", ["", ".", "/", "~no_such_user/x", f"/{'a' * 300}"])
def test_whatever_is_typed_as_a_project_s_name_is_answered(qtbot: QtBot, tmp_path: Path, text: str) -> None:
    asked: list[Path] = []
    dialog = BeginProjectDialog(tmp_path / "x.outsole", lambda path: asked.append(path), about="")
    qtbot.addWidget(dialog)
    path, begin = dialog.findChild(QLineEdit, "beginPath"), dialog.findChild(QPushButton, "beginDialog_accept")
    browse = dialog.findChild(QPushButton, "beginBrowse")
    assert path is not None and begin is not None and browse is not None
    with qtbot.captureExceptions() as faults:
        path.setText(text)
        browse.click()
    assert not faults and not begin.isEnabled() and why_not(text) and asked == [tmp_path / "x.outsole"]


def test_an_edge_that_cannot_be_measured_is_not_told_from_before(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = sample(opened, tmp_path)
    go_to(place, "sneaker_on_wood.jpg")
    card = card_of(place)
    place.window.commands.run("check_pose")
    place.wait(lambda: " px" in card.words)
    answered = place.place.inference.submit

    def submit(request: Request, **told: Callable[[object], None]) -> int:
        if isinstance(request, OverlapRequest) and "checked" in request.evidence.instance_id:
            told["on_failed"](Failed(1, "The core died."))
            return 1
        return answered(request, **told)

    monkeypatch.setattr(place.place.inference, "submit", submit)
    move(place, [0.3, 0.0, 0.0, 30.0, 0.0, 0.0])
    place.wait(lambda: card.verdict == "Not yet")
    place.wait(lambda: " px" not in card.words)


@pytest.fixture
def newcomer(opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenWindow:
    """A window without a project, whose data folder is its own."""
    monkeypatch.setenv("OUTSOLE_DATA_DIR", str(tmp_path / "data"))
    return opened(fresh=False)


@pytest.mark.parametrize("command", ["open_sample", "tutorial"])
def test_a_project_that_was_opened_meanwhile_stays(newcomer: OpenWindow, tmp_path: Path, command: str) -> None:
    newcomer.window.commands.run(command)
    newcomer.begin(tmp_path)
    newcomer.wait(lambda: any("another project was" in words for words in newcomer.notices))
    assert newcomer.place.desk.path == tmp_path / "shoes.outsole"
    newcomer.window.commands.run(command)
    newcomer.wait(lambda: newcomer.place.desk.path != tmp_path / "shoes.outsole")
    assert (tmp_path / "data") in newcomer.place.desk.path.parents


def test_the_tutorial_again_keeps_what_was_labelled_in_the_last_one(newcomer: OpenWindow, tmp_path: Path) -> None:
    coach = newcomer.place.panels.coach
    newcomer.window.commands.run("tutorial")
    newcomer.wait(lambda: coach.is_shown)
    first = newcomer.place.desk.path
    assert first is not None
    newcomer.session.open_photo(list(newcomer.session.project.entries)[3])
    mine = newcomer.add_outlined()
    newcomer.key("Ctrl+Z")
    assert newcomer.photo.instances == () and not newcomer.session.document.can_undo  # no labels nobody drew
    newcomer.key("Ctrl+Shift+Z")
    (first.parent / "export.json").write_text("{}")
    coach.start_again()
    newcomer.wait(lambda: newcomer.place.desk.path not in (None, first) and coach.is_shown)
    assert newcomer.photo.instances == () and WENT_ON not in " ".join(newcomer.notices)
    assert (first.parent / "export.json").is_file()
    assert newcomer.place.desk.open(first)
    newcomer.session.open_photo(list(newcomer.session.project.entries)[3])
    assert newcomer.only.region == mine.region
