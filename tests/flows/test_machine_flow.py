"""The machine's offers in the real window: taken with Enter, refused with Escape, and late ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from job_builders import ELLIPSE_BOX_PX, true_pose
from open_window import SHIFT, HeldCore, OpenWindow, aside
from PySide6.QtWidgets import QLabel, QWidget

from core.geometry.pose import rotation_angle_deg
from core.jobs.client import ProcessCore
from core.labels.instance import Source
from gui.widgets.number_field import NumberField

X0, Y0, X1, Y1 = ELLIPSE_BOX_PX


def box_and_wait(place: OpenWindow) -> None:
    place.key("G")
    place.drag((X0, Y0), (X1, Y1))
    place.wait(lambda: any(p.finished for p in place.place.proposals.shown))


def test_a_box_becomes_an_outline_with_enter(on_photo: OpenWindow) -> None:
    box_and_wait(on_photo)
    assert on_photo.photo.instances == ()
    on_photo.key("Return")
    assert on_photo.only.provenance.source is Source.SEGMENTER
    assert on_photo.only.region.contains((160.0, 110.0))
    assert on_photo.session.selection == (on_photo.only.id,)
    on_photo.key("Ctrl+Z")
    assert on_photo.photo.instances == ()


def test_a_refused_outline_leaves_nothing(on_photo: OpenWindow) -> None:
    before = on_photo.photo
    box_and_wait(on_photo)
    on_photo.key("Escape")
    on_photo.key("Return")
    assert on_photo.photo is before and on_photo.place.proposals.shown == ()


def test_the_real_core_outlines_too(opened, tmp_path: Path) -> None:
    place = opened(ProcessCore(log_file=tmp_path / "core.log"))
    box_and_wait(place)
    place.key("Return")
    assert place.only.region.contains((160.0, 110.0))


def test_a_drag_turns_the_shoe_and_its_figures_follow(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    on_photo.key("Alt+2")
    figures = on_photo.window.findChild(QWidget, "poseOverlap")
    assert figures is not None

    def words() -> list[str]:
        return [label.text() for label in figures.findChildren(QLabel)]

    on_photo.wait(lambda: "–" not in words())
    known, before = words(), on_photo.only.pose
    middle = on_photo.photo.camera.project(before.translation_mm)
    on_photo.press(middle)
    on_photo.move(aside(middle, 30.0, 10.0))
    on_photo.wait(lambda: words() != known)
    assert on_photo.only.pose is before
    on_photo.release(aside(middle, 30.0, 10.0))
    assert on_photo.history[-1] == "Turn shoe"
    assert rotation_angle_deg(on_photo.only.pose, before) > 5
    assert on_photo.only.pose.translation_mm == pytest.approx(before.translation_mm)


def test_shift_slides_the_shoe_along_with_the_hand(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    on_photo.key("Alt+2")
    camera, before = on_photo.photo.camera, on_photo.only.pose
    middle = camera.project(before.translation_mm)
    on_photo.drag(middle, aside(middle, 20.0, -12.0), SHIFT)
    moved = camera.project(on_photo.only.pose.translation_mm) - middle
    expected = [a - b for a, b in zip(on_photo.seen(aside(middle, 20.0, -12.0)), on_photo.seen(middle), strict=True)]
    assert on_photo.history[-1] == "Slide shoe" and moved == pytest.approx(expected, abs=1e-6)


def test_a_fit_is_offered_and_taken(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    before = on_photo.photo
    on_photo.key("E")
    on_photo.wait(lambda: any(p.finished for p in on_photo.place.proposals.shown))
    assert on_photo.photo is before
    on_photo.key("Return")
    estimate = on_photo.only.pose_estimate
    assert estimate is not None and estimate.provenance.source is Source.FIT and estimate.covariance is not None
    assert rotation_angle_deg(estimate.pose, true_pose()) < 3
    assert on_photo.history[-1] == "Fit pose"


def test_a_refused_fit_leaves_the_very_same_pose(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    before = on_photo.photo
    on_photo.key("E")
    on_photo.wait(lambda: any(p.finished for p in on_photo.place.proposals.shown))
    on_photo.key("Escape")
    assert on_photo.photo is before and on_photo.place.proposals.shown == ()


def test_the_panel_shows_what_is_offered_and_answers_for_it(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    z = on_photo.window.findChild(NumberField, "posePlace_z")
    assert z is not None
    for key in ("Escape", "Return"):
        own = on_photo.only.pose.translation_mm[2]
        on_photo.wait(lambda own=own: z.value() == pytest.approx(own, abs=0.06))
        on_photo.key("E")
        on_photo.wait(lambda: any(p.finished for p in on_photo.place.proposals.shown) and z.isReadOnly())
        offered = on_photo.place.proposals.shown[-1].instance.pose.translation_mm[2]
        on_photo.wait(lambda offered=offered: z.value() == pytest.approx(offered, abs=0.06))
        assert abs(offered - own) > 5
        z.setFocus()
        on_photo.key(key)
        assert on_photo.place.proposals.shown == () and on_photo.place.canvas.hasFocus()
        on_photo.wait(lambda: not z.isReadOnly())
        assert on_photo.only.pose.translation_mm[2] == (own if key == "Escape" else offered)
    assert z.value() == pytest.approx(on_photo.only.pose.translation_mm[2], abs=0.06)


def test_a_late_fit_brings_its_own_part_only(opened) -> None:
    core = HeldCore()
    place = opened(core)
    place.add_shoe()
    pose = place.only.pose
    place.key("E")
    place.key("Alt+1")
    corner = place.only.region.rings[0].points_px[0]
    place.drag(corner, aside(corner, 9.0, 9.0))
    changed = place.only
    assert place.history[-1] == "Move vertex"
    core.answer()
    place.wait(lambda: any(p.finished for p in place.place.proposals.shown))
    assert place.only is changed
    place.key("Return")
    assert place.only.region is changed.region
    assert place.only.pose != pose


def test_an_answer_waits_for_the_hand(opened) -> None:
    core = HeldCore()
    place = opened(core)
    place.add_shoe()
    place.key("E")
    corner = place.only.region.rings[0].points_px[0]
    place.press(corner)
    place.move(aside(corner, 9.0, 9.0))
    answers = []
    place.place.inference.result.connect(answers.append)
    core.answer()
    place.wait(lambda: bool(answers))
    assert place.place.proposals.shown == ()
    place.release(aside(corner, 9.0, 9.0))
    place.wait(lambda: bool(place.place.proposals.shown))


def test_an_answer_to_a_deleted_instance_is_no_trap(opened) -> None:
    core = HeldCore()
    place = opened(core)
    place.add_shoe()
    place.key("E")
    place.key("Delete")
    core.answer()
    place.wait(lambda: not place.place.inference.jobs)
    place.key("Escape")
    assert place.photo.instances == ()


def test_a_fit_for_a_project_that_was_closed_offers_nothing_when_it_is_opened_again(opened, tmp_path: Path) -> None:
    core = HeldCore()
    place = opened(core)
    before, path = place.add_shoe(), place.place.desk.path
    place.key("E")
    place.wait(lambda: bool(core.held))
    place.place.desk.close()
    assert core.cancelled and place.place.desk.open(path)
    core.answer()
    place.wait(lambda: not place.place.inference.jobs)
    place.settle()
    assert place.place.proposals.shown == () and place.only == before
