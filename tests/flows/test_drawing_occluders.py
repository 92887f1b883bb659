"""Marking what stands before a shoe, in the real window: one key, one outline, and back to the shoe one was at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from open_window import OpenWindow
from PySide6.QtWidgets import QWidget

from core.document.edit import Edit
from core.labels.occlusion import hiding_regions
from core.labels.project import Role

LEG = ((140.0, 70.0), (165.0, 70.0), (165.0, 112.0), (140.0, 112.0))


def mark(place: OpenWindow, keys: str, points: Sequence[tuple[float, float]] = LEG) -> None:
    place.key(keys)
    for point in (*points, points[0]):
        place.click(point)
    place.settle()


def hiding_line(place: OpenWindow) -> QWidget:
    line = place.window.findChild(QWidget, "poseHiding")
    assert line is not None
    return line


def test_a_leg_is_marked_from_the_pose_tool_and_the_shoe_stays_chosen(on_photo: OpenWindow) -> None:
    place = on_photo
    shoe = place.add_shoe()
    place.session.use_tool("align")
    place.settle()
    assert not hiding_line(place).isVisible()
    mark(place, "O")
    assert (place.session.tool, place.session.selection) == ("align", (shoe.id,))
    leg = place.photo.instances[-1]
    assert leg.category == "leg" and place.session.category_id == "sneaker"
    assert place.history[-1:] == ["Outline leg"]
    place.wait(hiding_line(place).isVisible)
    assert "· leg" in hiding_line(place).toolTip() and "O marks another one" in hiding_line(place).toolTip()
    assert hiding_regions(place.photo.instance(shoe.id), place.photo, project=place.session.project) == (leg.region,)
    place.key("Ctrl+Z")
    place.wait(lambda: not hiding_line(place).isVisible())


def test_digits_choose_what_is_marked_and_nothing_else(on_photo: OpenWindow) -> None:
    place = on_photo
    shoe = place.add_outlined()
    place.key("O")
    place.key("4")
    assert place.notices[-1] == "info: What is marked now is “hand”."
    place.key("1")
    assert "“sneaker” is a shoe" in place.notices[-1]
    mark(place, "O")
    assert [i.category for i in place.photo.instances] == ["sneaker", "hand"]
    assert place.photo.find(shoe.id) is shoe and place.session.tool == "select"
    assert place.session.selection == (shoe.id,) and place.session.category_id == "sneaker"
    mark(place, "Shift+O", ((20.0, 20.0), (50.0, 20.0), (50.0, 40.0)))
    assert place.photo.instances[-1].category == "ignore"


def test_an_outline_given_up_leaves_the_tool_in_the_hand(on_photo: OpenWindow) -> None:
    place = on_photo
    place.add_outlined()
    place.key("O")
    place.click((30, 30))
    place.key("Escape")
    assert place.session.tool == "occluder" and len(place.photo.instances) == 1
    place.move((40, 40))
    assert "“leg” (1–9 choose another)" in place.place.canvas.hand.hover.hint


def test_with_nothing_chosen_what_was_marked_is(on_photo: OpenWindow) -> None:
    place = on_photo
    mark(place, "O")
    assert place.session.selection == (place.only.id,) and place.session.tool == "select"


def test_a_project_without_such_a_category_says_so(on_photo: OpenWindow) -> None:
    place = on_photo
    known = place.session.project.categories
    place.session.commit(Edit("Drop", tuple((one, None) for one in known.values() if one.role is Role.OCCLUDER)))
    place.settle()
    place.key("O")
    assert place.session.tool == "select"
    place.window.commands.actions.refresh()
    assert "Edit categories adds one" in place.window.commands.actions["tool_occluder"].toolTip()
    place.session.commit(Edit.of("Back", None, replace(known["leg"], name="shin")))
    mark(place, "O")
    assert place.only.category == "leg"
