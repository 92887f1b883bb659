"""Segment in the real window: proposals of a network, picked, corrected by clicks, taken and refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fake_net import FakeNet, FakeSneaker, ellipse, use_net
from open_window import ALT, CTRL, SHIFT, HeldCore, OpenWindow, photo_of
from PySide6.QtWidgets import QLabel

from core.document.edit import Edit
from core.geometry.region import Region
from core.jobs.client import ProcessCore
from core.jobs.outlines import corner_count
from core.labels.instance import Side, Source
from core.sneaker.shipped import SAMPLE_FOLDER

# The painted photo is 320 × 220 with one ellipse of 64 × 36.7 about its middle.
MIDDLE, BESIDE = (160.0, 110.0), (50.0, 40.0)
FOUND = FakeSneaker(ellipse(MIDDLE, (64.0, 36.7)), 0.98, Side.LEFT, 0.9)
OTHER = FakeSneaker(ellipse(BESIDE, (30.0, 20.0)), 0.61, Side.RIGHT, 0.8)


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> FakeNet:
    made = FakeNet((FOUND, OTHER))
    use_net(monkeypatch, made)
    return made


def segment(place: OpenWindow, key: str = "S") -> None:
    place.key(key)
    place.wait(lambda: bool(place.place.proposals.outlines))


def notice(place: OpenWindow) -> str:
    label = place.window.findChild(QLabel, "noticeText")
    assert label is not None
    return label.text()


def test_s_proposes_every_sneaker_and_enter_takes_all_in_one_step(on_photo: OpenWindow, net: FakeNet) -> None:
    segment(on_photo)
    assert on_photo.photo.instances == () and len(on_photo.place.proposals.outlines) == 2
    assert "2 sneakers by fake-net: left 98 %, right 61 %" in notice(on_photo) and "px" in notice(on_photo)
    assert "Check the one marked with ?" in notice(on_photo)
    on_photo.key("Return")
    first, second = on_photo.photo.instances
    assert (first.side, second.side) == (Side.LEFT, Side.RIGHT)
    assert first.provenance.source is Source.SEGMENTER and first.provenance.residuals["score"] == 0.98
    assert 10 <= corner_count(first.region) <= 60
    assert first.region.intersection(FOUND.outline).area_px2 == pytest.approx(FOUND.outline.area_px2, rel=0.01)
    on_photo.key("Ctrl+Z")
    assert on_photo.photo.instances == ()


def test_a_click_picks_one_that_delete_throws_away_and_enter_takes(on_photo: OpenWindow, net: FakeNet) -> None:
    segment(on_photo)
    on_photo.click(BESIDE)
    assert on_photo.place.proposals.chosen is not None
    on_photo.key("Delete")
    (left,) = on_photo.place.proposals.outlines
    assert left.instance.side is Side.LEFT
    on_photo.key("Return")
    assert on_photo.only.side is Side.LEFT and on_photo.session.selection == (on_photo.only.id,)


def test_delete_throws_away_the_one_under_the_pointer(on_photo: OpenWindow, net: FakeNet) -> None:
    segment(on_photo)
    on_photo.move((300.0, 200.0))
    on_photo.key("Delete")
    assert len(on_photo.place.proposals.outlines) == 2 and "Point at a proposal" in notice(on_photo)
    on_photo.move(BESIDE)
    on_photo.key("Delete")
    (left,) = on_photo.place.proposals.outlines
    assert left.instance.side is Side.LEFT
    on_photo.key("Return")
    on_photo.move(MIDDLE)
    on_photo.key("Delete")  # nothing is offered any more: what is chosen goes
    assert on_photo.photo.instances == ()


def test_of_a_pair_a_click_means_the_outline_that_is_nearer(
    on_photo: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    slanted = Region.from_points([(20.0, 20.0), (40.0, 20.0), (180.0, 200.0), (20.0, 200.0)])
    half = FOUND.outline.intersection(Region.from_box(150, 0, x1_px=320, y1_px=220))
    use_net(monkeypatch, FakeNet((FakeSneaker(slanted, 0.9), FakeSneaker(half, 0.8))))
    segment(on_photo)
    on_photo.click((146.0, 100.0), CTRL)  # in the box of the one, a few px from the other
    on_photo.wait(lambda: on_photo.place.proposals.chosen is not None)
    chosen = on_photo.place.proposals.chosen
    assert chosen is not None and chosen.instance.region.bounds_px[2] > 200.0


def test_enter_takes_the_picked_one_alone_and_escape_refuses_the_rest(on_photo: OpenWindow, net: FakeNet) -> None:
    segment(on_photo)
    on_photo.click(MIDDLE)
    on_photo.key("Return")
    assert on_photo.only.side is Side.LEFT and len(on_photo.place.proposals.outlines) == 1
    on_photo.key("Escape")
    assert on_photo.place.proposals.outlines == () and len(on_photo.photo.instances) == 1


def test_the_foot_of_an_offer_is_said_before_it_is_taken(on_photo: OpenWindow, net: FakeNet) -> None:
    segment(on_photo)
    on_photo.key("L")  # two are offered: which is meant?
    assert {p.instance.side for p in on_photo.place.proposals.outlines} == {Side.LEFT, Side.RIGHT}
    on_photo.click(BESIDE)
    assert "Outlined by fake-net: right 61 %" in notice(on_photo) and "Check it" in notice(on_photo)
    on_photo.key("L")
    on_photo.key(",")
    on_photo.key("Return")
    assert on_photo.only.side is Side.LEFT and on_photo.only.provenance.source is Source.SEGMENTER
    on_photo.session.select()
    on_photo.key("R")  # the one that is left
    on_photo.key("Return")
    assert [i.side for i in on_photo.photo.instances] == [Side.LEFT, Side.RIGHT]
    assert on_photo.history == ["Outline by fake-net", "Outline by fake-net"]


def test_what_is_put_back_by_redo_is_offered_no_more(on_photo: OpenWindow, net: FakeNet) -> None:
    segment(on_photo)
    on_photo.key("Return")
    on_photo.key("Ctrl+Z")
    segment(on_photo)
    on_photo.key("Ctrl+Shift+Z")
    assert on_photo.place.proposals.outlines == () and len(on_photo.photo.instances) == 2


def test_a_newer_request_is_not_answered_by_the_end_of_the_older(opened, net: FakeNet) -> None:
    core = HeldCore()
    place = opened(core)
    place.key("S")
    place.key("S")
    core.answer()
    place.wait(lambda: bool(place.place.proposals.outlines))
    assert not any("ancel" in said for said in place.notices)


def test_what_is_outlined_is_not_proposed_again(on_photo: OpenWindow, net: FakeNet) -> None:
    on_photo.add_outlined([(100.0, 80.0), (220.0, 80.0), (220.0, 140.0), (100.0, 140.0)])
    segment(on_photo)
    (offer,) = on_photo.place.proposals.outlines
    assert offer.instance.side is Side.RIGHT
    on_photo.key("Return")
    on_photo.key("S")
    on_photo.wait(lambda: "outlined already" in notice(on_photo))
    assert on_photo.place.proposals.outlines == ()


def test_the_chosen_instance_gets_a_new_outline_and_keeps_the_rest(on_photo: OpenWindow, net: FakeNet) -> None:
    drawn = on_photo.add_outlined([(100.0, 80.0), (220.0, 80.0), (220.0, 140.0), (100.0, 140.0)], Side.RIGHT)
    segment(on_photo, "Shift+S")
    on_photo.key("Return")
    assert on_photo.only.id == drawn.id and on_photo.only.side is Side.RIGHT
    assert on_photo.only.region != drawn.region and on_photo.only.provenance.source is Source.SEGMENTER
    box = net.boxes[-1]
    assert box is not None and box[0] < 100.0 and box[2] > 220.0


def test_a_chosen_leg_is_no_business_of_the_network(on_photo: OpenWindow, net: FakeNet) -> None:
    on_photo.add_outlined([(100.0, 80.0), (220.0, 80.0), (220.0, 140.0), (100.0, 140.0)])
    on_photo.key("2")
    assert on_photo.only.category == "leg"
    segment(on_photo, "Shift+S")
    on_photo.key("Return")
    assert net.boxes == [] and on_photo.only.provenance.version == "GrabCut" and on_photo.only.category == "leg"


def test_a_locked_instance_is_left_alone(on_photo: OpenWindow, net: FakeNet) -> None:
    on_photo.add_outlined()
    on_photo.key("K")
    on_photo.key("Shift+S")
    on_photo.click(MIDDLE, CTRL)
    on_photo.settle()
    assert net.boxes == [] and on_photo.place.proposals.outlines == ()


def test_what_is_seen_is_looked_at_closer_and_the_pointer_says_which(on_photo: OpenWindow, net: FakeNet) -> None:
    on_photo.move(MIDDLE)  # the pointer may still lie where a test before has left it, which is no move
    on_photo.move(BESIDE)
    segment(on_photo, "Shift+S")
    (offer,) = on_photo.place.proposals.outlines
    assert offer.instance.side is Side.RIGHT and net.boxes == [(0.0, 0.0, 320.0, 220.0)]


def test_keys_change_the_tolerance_without_another_look(on_photo: OpenWindow, net: FakeNet) -> None:
    segment(on_photo)
    before = [corner_count(p.instance.region) for p in on_photo.place.proposals.outlines]
    for _ in range(4):
        on_photo.key(",")
    fewer = [corner_count(p.instance.region) for p in on_photo.place.proposals.outlines]
    for _ in range(8):
        on_photo.key(".")
    more = [corner_count(p.instance.region) for p in on_photo.place.proposals.outlines]
    assert fewer[0] < before[0] < more[0] and fewer[1] < before[1] < more[1]
    assert len(net.boxes) == 1 and "tolerance" in notice(on_photo)


def test_clicks_correct_a_proposal_and_backspace_takes_them_back(
    on_photo: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = FOUND.outline.intersection(Region.from_box(0, 0, x1_px=150, y1_px=220))
    use_net(monkeypatch, FakeNet((FakeSneaker(half),)))
    segment(on_photo)
    proposals = on_photo.place.proposals
    first = proposals.outlines[0].instance.region
    on_photo.click((190.0, 110.0), CTRL)
    on_photo.wait(lambda: proposals.outlines[0].instance.region.contains((190.0, 110.0)))
    wider = proposals.outlines[0].instance.region
    assert shared(wider, FOUND.outline) > shared(first, FOUND.outline) + 0.2
    assert proposals.chosen is not None and on_photo.photo.instances == ()
    on_photo.click((120.0, 110.0), CTRL | SHIFT)
    on_photo.wait(lambda: not proposals.outlines[0].instance.region.contains((120.0, 110.0)))
    on_photo.key("Backspace")
    on_photo.wait(lambda: proposals.outlines[0].instance.region.contains((120.0, 110.0)))
    assert proposals.outlines[0].instance.region.contains((190.0, 110.0))
    on_photo.key("Backspace")
    on_photo.wait(lambda: not proposals.outlines[0].instance.region.contains((190.0, 110.0)))
    assert proposals.outlines[0].outline is not None and proposals.outlines[0].outline.clicks == ()


def test_alt_says_that_a_point_does_not_belong(on_photo: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    use_net(monkeypatch, FakeNet((FakeSneaker(FOUND.outline.union(ellipse((225.0, 110.0), (24.0, 20.0)))),)))
    segment(on_photo)
    on_photo.click((238.0, 110.0), ALT)
    proposals = on_photo.place.proposals
    on_photo.wait(lambda: not proposals.outlines[0].instance.region.contains((238.0, 110.0)))
    assert shared(proposals.outlines[0].instance.region, FOUND.outline) > 0.93


def test_a_click_that_leaves_nothing_is_taken_back(on_photo: OpenWindow, net: FakeNet) -> None:
    segment(on_photo)
    on_photo.click(BESIDE, CTRL | SHIFT)  # plain ground all around: nothing there is a sneaker
    on_photo.wait(lambda: "Nothing would be left" in notice(on_photo))
    assert all(p.outline is not None and not p.outline.clicks for p in on_photo.place.proposals.outlines)


def test_clicks_correct_an_outline_that_is_there(on_photo: OpenWindow) -> None:
    half = FOUND.outline.intersection(Region.from_box(0, 0, x1_px=150, y1_px=220))
    drawn = on_photo.add_outlined(half.rings[0].points_px[::20], Side.LEFT)
    on_photo.click((185.0, 110.0), CTRL)
    on_photo.wait(lambda: any(p.instance.region.contains((185.0, 110.0)) for p in on_photo.place.proposals.outlines))
    assert on_photo.only is drawn
    on_photo.key("Return")
    assert on_photo.only.id == drawn.id and on_photo.only.side is Side.LEFT
    assert on_photo.history[-1] == "Correct outline" and on_photo.only.region.contains((185.0, 110.0))
    far_left = [point for point in drawn.region.rings[0].points_px if point[0] < 110]
    kept = on_photo.only.region.rings[0].points_px
    assert far_left and all(np.hypot(*(kept - point).T).min() < 1e-8 for point in far_left)


def test_a_box_falls_back_to_grabcut_and_says_why(on_photo: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    on_photo.preferences.set("box_method", "network first")
    use_net(monkeypatch, ValueError("There are no weights here; train a net."))
    on_photo.key("G")
    on_photo.drag((85.0, 65.0), (235.0, 155.0))
    on_photo.wait(lambda: bool(on_photo.place.proposals.outlines))
    assert "GrabCut" in notice(on_photo) and "no weights" in notice(on_photo)
    on_photo.key("Return")
    assert on_photo.only.provenance.version == "GrabCut" and on_photo.only.region.contains(MIDDLE)


def test_a_box_is_looked_at_by_the_network_first(on_photo: OpenWindow, net: FakeNet) -> None:
    on_photo.preferences.set("box_method", "network first")
    on_photo.key("G")
    on_photo.drag((85.0, 65.0), (235.0, 155.0))
    on_photo.wait(lambda: bool(on_photo.place.proposals.outlines))
    on_photo.key("Return")
    assert on_photo.only.provenance.version == "fake-net" and on_photo.only.side is Side.LEFT


def test_without_weights_the_photo_cannot_be_segmented(on_photo: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    use_net(monkeypatch, ValueError("There are no weights here; train a net."))
    on_photo.key("S")
    on_photo.wait(lambda: "no weights" in notice(on_photo))
    assert on_photo.place.proposals.shown == () and on_photo.notices[-1].startswith("danger")


@pytest.mark.timeout(120)
def test_the_network_that_comes_along_answers_in_the_real_core(opened, tmp_path: Path) -> None:
    if not any((Path(__file__).parents[2] / "resources" / "weights").glob("*.safetensors")):
        pytest.skip("needs a trained network in resources/weights")
    place = opened(ProcessCore(log_file=tmp_path / "core.log"))
    file = tmp_path / "pair.jpg"
    file.write_bytes((SAMPLE_FOLDER / "pair_on_concrete.jpg").read_bytes())
    photo = photo_of(file, tmp_path)
    place.session.commit(Edit.of("Add photo", None, photo))
    place.session.open_photo(photo.id)
    place.key("S")
    place.wait(lambda: not place.place.inference.jobs)
    said = notice(place)
    assert place.place.proposals.outlines or "found no sneaker" in said, said


def test_a_late_answer_waits_on_its_own_photo(opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_net(monkeypatch, FakeNet((FOUND,)))
    core = HeldCore()
    place = opened(core)
    photo_id = place.session.photo_id
    place.key("S")
    place.session.open_photo(None)
    core.answer()
    place.wait(lambda: not place.place.inference.jobs)
    assert place.place.proposals.shown == ()
    place.session.open_photo(photo_id)
    place.wait(lambda: len(place.place.proposals.outlines) == 1)
    assert "Outlined by fake-net" in place.notices[-1]


def shared(one: Region, other: Region) -> float:
    return one.intersection(other).area_px2 / one.union(other).area_px2
