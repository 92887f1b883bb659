"""A pose by one key in the real window: found, flipped through, taken, refused; and a drag that snaps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fake_net import FakeNet, FakeSneaker, use_net
from job_builders import lofted_shoe, true_pose
from open_window import HeldCore, OpenWindow, aside
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from test_segmenting_many import add_photos

from core.document.edit import Edit
from core.geometry.pose import rotation_angle_deg
from core.geometry.region import Region
from core.jobs.messages import FitResult, Result
from core.labels.instance import Instance, Side
from gui.proposals import PoseOffer, PoseOption, Proposal

Opened = Callable[..., OpenWindow]


def bare_shoe(place: OpenWindow, side: Side = Side.RIGHT) -> Instance:
    """The outline of a shoe without model and pose, chosen."""
    shoe = place.add_shoe()
    bare = replace(shoe, side=side, model_id=None, size=None, pose_estimate=None)
    place.session.commit(Edit.of("Forget pose", place.photo, place.photo.with_instance(bare)))
    drop_other_models(place, shoe.model_id)
    return place.photo.instance(bare.id)


def drop_other_models(place: OpenWindow, model_id: str | None) -> None:
    """The lofted shoe alone is left in the project."""
    for model in list(place.session.project.models.values()):
        if model.id != model_id:
            place.session.commit(Edit.of("Remove model", model, None))


def offered(place: OpenWindow) -> Proposal:
    """The finished offer of poses."""
    place.wait(lambda: place.place.proposals.pose is not None and place.place.proposals.pose.finished)
    offer = place.place.proposals.pose
    assert offer is not None and offer.poses is not None
    return offer


def find(place: OpenWindow) -> Proposal:
    place.key("Q")
    return offered(place)


def strip(place: OpenWindow) -> QWidget:
    found = place.window.findChild(QWidget, "hypothesisStrip")
    assert found is not None
    return found


def with_options(place: OpenWindow, *, doubt: str = "") -> None:
    """Three poses offered for the chosen shoe, as a search would."""
    shoe = place.only
    assert shoe.pose_estimate is not None
    poses = [shoe.pose_estimate.pose.moved([0.0, 0.5 * k, 0.0, 0.0, 0.0, 0.0]) for k in range(3)]
    made = [shoe.with_pose_estimate(replace(shoe.pose_estimate, pose=pose, iou=0.99)) for pose in poses]
    options = (PoseOption(made[0], doubt, (2,)), PoseOption(made[1]), PoseOption(made[2], "", (0,)))
    offer = Proposal(-5, place.photo.id, "Find pose", made[0], shoe, finished=True, camera=place.photo.camera)
    place.place.proposals.put(replace(offer, poses=PoseOffer(options)))


def test_one_key_finds_the_pose_and_enter_takes_it_in_one_step(on_photo: OpenWindow) -> None:
    bare = bare_shoe(on_photo, Side.UNKNOWN)
    offer = find(on_photo)
    assert on_photo.only is bare and strip(on_photo).isVisible()
    assert not on_photo.place.inference.jobs
    on_photo.key("Return")
    taken = on_photo.only
    assert taken.side is Side.RIGHT and taken.model_id is not None and taken.pose is not None
    assert rotation_angle_deg(taken.pose, true_pose()) < 3 and taken.pose == offer.instance.pose
    assert on_photo.history[-1] == "Find pose" and not strip(on_photo).isVisible()
    on_photo.key("Ctrl+Z")
    assert on_photo.only == bare


def test_escape_refuses_and_leaves_the_very_same_photo(on_photo: OpenWindow) -> None:
    bare_shoe(on_photo)
    before = on_photo.photo
    find(on_photo)
    on_photo.key("Escape")
    assert on_photo.photo is before and on_photo.place.proposals.shown == () and not strip(on_photo).isVisible()


def test_tab_flips_through_the_poses_on_the_photo(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    with_options(on_photo)
    shown = []
    for keys in ("", "Tab", "Tab", "Tab", "Shift+Tab"):
        if keys:
            on_photo.key(keys)
        offer = on_photo.place.proposals.pose
        assert offer is not None and offer.poses is not None
        assert offer.instance is offer.poses.shown.instance
        shown.append(offer.poses.at)
    assert shown == [0, 1, 2, 0, 2]
    on_photo.click_widget("hypothesis_1")
    second = on_photo.place.proposals.pose
    assert second is not None and second.poses is not None and second.poses.at == 1
    on_photo.key("Return")
    assert on_photo.only.pose == second.instance.pose


def test_the_strip_leaves_the_photo_where_it_is(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    place, before = on_photo.place.canvas, on_photo.at((100.0, 100.0))
    size = place.size()
    with_options(on_photo)
    on_photo.settle()
    assert strip(on_photo).isVisible() and place.size() == size and on_photo.at((100.0, 100.0)) == before
    on_photo.wait(lambda: on_photo.place.shoe.strip.is_complete)
    assert len(on_photo.place.shoe.strip.cards) == 3
    assert [card.text_shown.badge for card in on_photo.place.shoe.strip.cards] == ["ambiguous", "", "ambiguous"]


def test_a_doubtful_pose_is_not_taken_by_one_enter(on_photo: OpenWindow) -> None:
    before = on_photo.add_shoe()
    with_options(on_photo, doubt="The outline differs from this shoe model by 9 % of its length.")
    on_photo.key("Return")
    label = on_photo.window.findChild(QLabel, "noticeText")
    assert on_photo.only is before and label is not None
    assert "Not taken" in label.text() and "Shift+Enter" in label.text()
    on_photo.key("Shift+Return")
    assert on_photo.only is not before and on_photo.place.proposals.shown == ()


def test_a_doubtful_pose_is_not_taken_behind_one_that_is_still_looked_for(on_photo: OpenWindow) -> None:
    before = on_photo.add_shoe()
    with_options(on_photo, doubt="The outline is another shoe's.")
    photo = on_photo.photo
    on_photo.place.proposals.put(Proposal(-6, photo.id, "Fit pose", before, before, camera=photo.camera))
    on_photo.key("Return")
    assert on_photo.only is before and "Not taken" in on_photo.notices[-1]


def test_a_half_offer_goes_with_its_search_from_whatever_photo(opened: Opened, tmp_path: Path) -> None:
    core = HeldCore()
    place = opened(core)
    shoe = bare_shoe(place, Side.UNKNOWN)
    box = shoe.with_region(Region.from_box(100, 60, x1_px=200, y1_px=160))
    place.session.commit(Edit.of("Box", place.photo, place.photo.with_instance(box)))
    first = place.photo.id
    (second,) = add_photos(place, tmp_path, 1)
    place.key("Q")
    place.wait(lambda: bool(core.held))
    core.answer()
    place.wait(lambda: bool(place.place.proposals.shown))
    assert not place.place.proposals.shown[0].finished
    place.session.open_photo(second.id)
    place.place.inference.cancel(place.place.inference.jobs[0].id)
    place.session.open_photo(first)
    assert place.place.proposals.shown == () and place.place.inference.jobs == ()


def test_the_wrong_foot_is_found_out_and_not_taken_by_one_enter(on_photo: OpenWindow) -> None:
    bare = bare_shoe(on_photo, Side.LEFT)
    offer = find(on_photo)
    assert offer.instance.side is Side.RIGHT and "right shoe" in offer.doubt
    on_photo.key("Return")
    assert on_photo.only is bare
    on_photo.key("Shift+Return")
    assert on_photo.only.side is Side.RIGHT and on_photo.only.pose is not None


def test_a_click_takes_a_doubtful_pose_anyway(on_photo: OpenWindow) -> None:
    before = on_photo.add_shoe()
    with_options(on_photo, doubt="The outline is another shoe's.")
    on_photo.settle()
    on_photo.click_widget("takeAnyway")
    assert on_photo.only is not before


def test_t_goes_to_the_twin(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    on_photo.key("T")
    first = offered(on_photo)
    assert first.poses is not None and len(first.poses.options) == 1
    assert on_photo.only.pose is not None and first.instance.pose is not None
    assert rotation_angle_deg(on_photo.only.pose, first.instance.pose) > 5


def test_an_outline_is_made_first_where_there_is_none(on_photo: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    outline = lofted_outline(on_photo)
    use_net(monkeypatch, FakeNet((FakeSneaker(outline, 0.98, Side.RIGHT, 0.9),)))
    offer = find(on_photo)
    assert on_photo.photo.instances == () and offer.has_outline
    on_photo.key("Return")
    taken = on_photo.only
    assert taken.pose is not None and rotation_angle_deg(taken.pose, true_pose()) < 3
    assert on_photo.history[-1] == "Find pose"
    on_photo.key("Ctrl+Z")
    assert on_photo.photo.instances == ()


def test_two_sneakers_found_ask_which(on_photo: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    outline = lofted_outline(on_photo)
    x0, y0, _, _ = outline.bounds_px
    other = Region.from_box(1.0, 1.0, x1_px=max(x0 - 4, 20.0), y1_px=max(y0 - 4, 20.0))
    use_net(monkeypatch, FakeNet((FakeSneaker(outline, 0.98), FakeSneaker(other, 0.9))))
    on_photo.place.canvas.hand.leave()
    on_photo.key("Q")
    on_photo.wait(lambda: len(on_photo.place.proposals.outlines) == 2)
    assert on_photo.place.proposals.pose is None
    on_photo.move(true_middle(on_photo))
    offer = find(on_photo)
    assert offer.instance.region == on_photo.place.proposals.outlines[0].instance.region
    on_photo.key("Return")
    assert on_photo.only.pose is not None and len(on_photo.place.proposals.outlines) == 1


def test_several_chosen_sneakers_come_one_after_another(on_photo: OpenWindow) -> None:
    from core.geometry.tracing import region_from_mask
    from core.render.raster import mesh_mask

    first = bare_shoe(on_photo)
    beside = true_pose().with_translation([-190.0, -70.0, 1500.0])
    outline = region_from_mask(mesh_mask(lofted_shoe(), beside, on_photo.photo.camera))
    other = on_photo.add_outlined(outline.rings[0].points_px, Side.RIGHT)
    on_photo.session.select(first.id, other.id)
    on_photo.key("Q")
    on_photo.wait(lambda: len(on_photo.place.proposals.shown) == 2 and not on_photo.place.inference.jobs)
    assert all(offer.finished for offer in on_photo.place.proposals.shown)
    on_photo.key("Return")
    assert on_photo.photo.instance(other.id).pose is not None and on_photo.photo.instance(first.id).pose is None
    assert on_photo.session.selection == (first.id,) and strip(on_photo).isVisible()
    on_photo.key("Return")
    assert on_photo.photo.instance(first.id).pose is not None and not strip(on_photo).isVisible()
    assert on_photo.history[-2:] == ["Find pose", "Find pose"]


def test_escape_stops_the_search(opened: Opened) -> None:
    core = HeldCore()
    place = opened(core)
    before = bare_shoe(place)
    place.key("Q")
    assert [job.title for job in place.place.inference.jobs] == ["Find the pose"]
    place.key("Escape")
    assert place.place.inference.jobs == () and core.cancelled
    core.answer()
    place.settle()
    assert place.only is before and place.place.proposals.shown == ()


def test_a_locked_sneaker_says_why_not(on_photo: OpenWindow) -> None:
    bare_shoe(on_photo)
    on_photo.key("K")
    on_photo.key("Q")
    assert on_photo.place.proposals.shown == () and not on_photo.place.inference.jobs
    assert "locked" in on_photo.window.commands.actions["find_pose"].toolTip()


def lofted_outline(place: OpenWindow) -> Region:
    """What a network would find: the lofted shoe's outline, with the shoe's model in the project."""
    shoe = place.add_shoe()
    drop_other_models(place, shoe.model_id)
    photo = place.photo
    place.session.commit(Edit.of("Forget shoe", photo, photo.with_instances(())))
    return shoe.region


def true_middle(place: OpenWindow) -> tuple[float, float]:
    x, y = place.photo.camera.project(true_pose().translation_mm)
    return float(x), float(y)


def press_key(place: OpenWindow, *, down: bool) -> None:
    handle = place.window.windowHandle()
    (QTest.keyPress if down else QTest.keyRelease)(handle, Qt.Key.Key_E)


def test_holding_e_during_a_drag_shows_and_keeps_the_snapped_pose(on_photo: OpenWindow) -> None:
    shoe = on_photo.add_shoe()
    on_photo.key("Alt+2")
    middle = true_middle(on_photo)
    on_photo.press(middle)
    on_photo.move(aside(middle, 6.0, 2.0))
    dragged = on_photo.session.shown.instance(shoe.id).pose
    assert rotation_angle_deg(dragged, true_pose()) > 3
    press_key(on_photo, down=True)
    on_photo.wait(lambda: rotation_angle_deg(on_photo.session.shown.instance(shoe.id).pose, true_pose()) < 3)
    assert on_photo.only is shoe and on_photo.place.proposals.shown == ()
    press_key(on_photo, down=False)
    assert on_photo.session.shown.instance(shoe.id).pose == dragged
    press_key(on_photo, down=True)
    on_photo.wait(lambda: rotation_angle_deg(on_photo.session.shown.instance(shoe.id).pose, true_pose()) < 3)
    on_photo.release(aside(middle, 6.0, 2.0))
    press_key(on_photo, down=False)
    assert on_photo.history[-1] == "Snap shoe" and rotation_angle_deg(on_photo.only.pose, true_pose()) < 3
    on_photo.key("Ctrl+Z")
    assert on_photo.only == shoe


def test_a_drag_given_up_leaves_nothing_held(on_photo: OpenWindow) -> None:
    shoe = on_photo.add_shoe()
    on_photo.key("Alt+2")
    middle = true_middle(on_photo)
    on_photo.press(middle)
    on_photo.move(aside(middle, 6.0, 2.0))
    press_key(on_photo, down=True)
    on_photo.key("Escape")
    press_key(on_photo, down=False)
    on_photo.release(middle)
    snapping = on_photo.place.machine.snapping
    assert on_photo.only is shoe and not snapping.is_dragging
    on_photo.key("Alt+1")
    corner = shoe.region.rings[0].points_px[0]
    on_photo.press(corner)
    on_photo.move(aside(corner, 9.0, 9.0))
    assert on_photo.session.drag is not None and not snapping.is_dragging
    on_photo.release(aside(corner, 9.0, 9.0))
    assert on_photo.history[-1] == "Move vertex"


def test_a_shoe_let_go_near_its_outline_is_pulled_in_where_wished(on_photo: OpenWindow) -> None:
    shoe = on_photo.add_shoe()
    on_photo.key("Alt+2")
    middle = true_middle(on_photo)
    on_photo.drag(middle, aside(middle, 1.0, 0.0))
    on_photo.settle()
    assert on_photo.history[-1] == "Turn shoe"
    on_photo.key("Ctrl+Z")
    on_photo.window.commands.run("snap")
    on_photo.drag(middle, aside(middle, 1.0, 0.0))
    on_photo.wait(lambda: on_photo.history[-1] == "Snap shoe")
    assert rotation_angle_deg(on_photo.only.pose, true_pose()) < 3
    on_photo.key("Ctrl+Z")
    assert on_photo.history[-1] == "Turn shoe"
    on_photo.key("Ctrl+Z")
    assert on_photo.only == shoe


def test_a_shoe_locked_meanwhile_is_not_pulled_in(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    on_photo.key("Alt+2")
    on_photo.window.commands.run("snap")
    answers: list[object] = []
    on_photo.place.inference.result.connect(answers.append)

    def lock(edit: Edit) -> None:
        if edit.label == "Turn shoe":
            locked = on_photo.only.with_flag("locked", True)
            on_photo.session.commit(Edit.of("Lock", on_photo.photo, on_photo.photo.with_instance(locked)))

    assert on_photo.session.document is not None
    on_photo.session.document.changed.connect(lock)
    middle = true_middle(on_photo)
    on_photo.drag(middle, aside(middle, 1.0, 0.0))
    on_photo.wait(lambda: any(isinstance(one.answer, FitResult) for one in answers if isinstance(one, Result)))
    on_photo.settle()
    assert on_photo.history[-1] == "Lock"


def test_a_shoe_let_go_far_away_stays_there(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    on_photo.key("Alt+2")
    on_photo.window.commands.run("snap")
    middle = true_middle(on_photo)
    answers: list[object] = []
    on_photo.place.inference.result.connect(answers.append)
    on_photo.drag(middle, aside(middle, 60.0, 0.0))
    on_photo.wait(lambda: bool(answers))
    on_photo.settle()
    assert on_photo.history[-1] == "Turn shoe"


def test_a_lower_shoe_than_its_model_is_found_with_its_height(on_photo: OpenWindow) -> None:
    bare = bare_shoe(on_photo)
    model = next(iter(on_photo.session.project.models.values()))
    taller = lofted_shoe().scaled([1.0, 1.0, 1.25])
    assert on_photo.session.document is not None
    stored = on_photo.session.document.store.add_mesh(taller)
    extent = (float(taller.extent_mm[0]), float(taller.extent_mm[1]), float(taller.extent_mm[2]))
    on_photo.session.commit(Edit.of("Taller", model, replace(model, mesh_sha256=stored, extent_mm=extent)))
    on_photo.key("Ctrl+Alt+Q")
    offer = offered(on_photo)
    assert offer.instance.size is not None and offer.instance.size.height_ratio == pytest.approx(0.8, abs=0.05)
    assert offer.instance.pose is not None
    assert rotation_angle_deg(offer.instance.pose, true_pose()) < 4
    on_photo.key("Shift+Return")
    assert on_photo.only.size == offer.instance.size
    on_photo.key("Ctrl+Z")
    assert on_photo.only == bare
