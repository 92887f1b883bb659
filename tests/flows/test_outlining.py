"""Outlines drawn and changed by mouse and keys in the real window."""

from __future__ import annotations

import numpy as np
import pytest
from open_window import ALT, SQUARE, OpenWindow
from PySide6.QtWidgets import QLineEdit, QListView

from core.labels.instance import Side


def draw(on_photo: OpenWindow, corners=SQUARE) -> None:
    on_photo.key("P")
    for corner in corners:
        on_photo.click(corner)


def test_an_outline_closes_on_its_first_corner_and_is_one_edit(on_photo: OpenWindow) -> None:
    draw(on_photo)
    assert on_photo.photo.instances == ()
    on_photo.click(SQUARE[0])
    assert on_photo.history == ["Outline sneaker"]
    expected = [on_photo.seen(corner) for corner in SQUARE]
    np.testing.assert_allclose(on_photo.only.region.rings[0].points_px, expected, atol=1e-6)
    assert on_photo.session.selection == (on_photo.only.id,)


def test_what_was_just_drawn_takes_the_next_key(on_photo: OpenWindow) -> None:
    draw(on_photo)
    on_photo.key("Return")
    on_photo.key("R")
    assert on_photo.only.side is Side.RIGHT


@pytest.mark.parametrize("keys", ["Backspace", "Ctrl+Z"])
def test_a_corner_is_taken_back_while_drawing(on_photo: OpenWindow, keys: str) -> None:
    draw(on_photo, (*SQUARE, (20.0, 20.0)))
    on_photo.key(keys)
    on_photo.key("Return")
    assert len(on_photo.only.region.rings[0]) == 4


def test_backspace_on_the_first_corner_gives_up(on_photo: OpenWindow) -> None:
    draw(on_photo, SQUARE[:2])
    on_photo.key("Backspace")
    on_photo.key("Backspace")
    assert on_photo.session.drag is None and on_photo.photo.instances == () and on_photo.history == []


def test_escape_leaves_nothing_of_a_half_drawn_outline(on_photo: OpenWindow) -> None:
    before = on_photo.photo
    draw(on_photo)
    on_photo.key("Escape")
    assert on_photo.photo is before and on_photo.session.preview is None and on_photo.history == []


def test_undo_and_redo_bring_back_the_same_objects(on_photo: OpenWindow) -> None:
    draw(on_photo)
    on_photo.key("Return")
    after = on_photo.photo
    on_photo.key("Ctrl+Z")
    assert on_photo.photo.instances == ()
    on_photo.key("Ctrl+Shift+Z")
    assert on_photo.photo is after


def test_a_dragged_corner_is_one_edit(on_photo: OpenWindow) -> None:
    on_photo.add_outlined()
    on_photo.drag(SQUARE[0], (30.0, 40.0))
    assert on_photo.history == ["Outline", "Move vertex"]
    ring = on_photo.only.region.rings[0].points_px
    moved = np.subtract(on_photo.seen((30.0, 40.0)), on_photo.seen(SQUARE[0]))
    np.testing.assert_allclose(ring[0], SQUARE[0] + moved, atol=1e-6)
    np.testing.assert_array_equal(ring[1:], SQUARE[1:])


def test_escape_in_a_drag_leaves_no_trace(on_photo: OpenWindow) -> None:
    on_photo.add_outlined()
    before = on_photo.photo
    on_photo.press(SQUARE[0])
    on_photo.move((30.0, 40.0))
    assert on_photo.session.shown is not before
    on_photo.key("Escape")
    on_photo.move((20.0, 20.0))
    on_photo.release((20.0, 20.0))
    assert on_photo.photo is before and on_photo.session.shown is before and on_photo.history == ["Outline"]


def test_a_click_on_an_edge_adds_a_corner_and_alt_click_takes_it_away(on_photo: OpenWindow) -> None:
    on_photo.add_outlined()
    on_photo.click((110.0, 60.0))
    assert len(on_photo.only.region.rings[0]) == 5 and on_photo.history[-1] == "Add vertex"
    on_photo.click((110.0, 60.0), ALT)
    np.testing.assert_array_equal(on_photo.only.region.rings[0].points_px, SQUARE)


def test_a_hole_is_cut_into_what_is_chosen(on_photo: OpenWindow) -> None:
    on_photo.add_outlined()
    area = on_photo.only.region.area_px2
    on_photo.key("X")
    for corner in ((90.0, 80.0), (130.0, 80.0), (130.0, 120.0)):
        on_photo.click(corner)
    on_photo.key("Return")
    assert len(on_photo.only.region.parts[0].holes) == 1
    assert on_photo.only.region.area_px2 == pytest.approx(area - 800, abs=40)


def test_hidden_is_hidden_even_while_chosen(on_photo: OpenWindow) -> None:
    on_photo.add_outlined()
    on_photo.settle()
    pixels = on_photo.place.canvas.grab().toImage()
    corner = on_photo.place.canvas.screen_point(SQUARE[2]).toPoint()
    drawn = pixels.pixelColor(corner)
    on_photo.key("H")
    on_photo.settle()
    hidden = on_photo.place.canvas.grab().toImage().pixelColor(corner)
    assert hidden != drawn and on_photo.photo.instances


def test_a_locked_instance_stays_where_it_is(on_photo: OpenWindow) -> None:
    on_photo.add_outlined()
    on_photo.key("K")
    before = on_photo.photo
    on_photo.drag(SQUARE[0], (30.0, 40.0))
    on_photo.key("Delete")
    assert on_photo.photo is before


def test_letters_typed_into_a_field_are_no_commands(on_photo: OpenWindow) -> None:
    on_photo.add_outlined()
    before = on_photo.photo
    on_photo.click_widget("photoFilter")
    on_photo.type_text("pgr1")
    field = on_photo.window.findChild(QLineEdit, "photoFilter")
    assert field is not None and field.text() == "pgr1"
    on_photo.key("Backspace")
    assert field.text() == "pgr"
    assert on_photo.session.tool == "select" and on_photo.photo is before


def test_letters_over_a_list_are_commands(on_photo: OpenWindow) -> None:
    on_photo.add_outlined()
    rows = on_photo.window.findChild(QListView, "instanceRows")
    assert rows is not None
    on_photo.settle()
    on_photo.click_widget("instanceRows")
    on_photo.session.select(on_photo.only.id)
    on_photo.key("L")
    assert on_photo.only.side is Side.LEFT
