"""Choosing and changing what is there: computed from where the drag began, one edit each, nothing when given up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tool_scene import SQUARE, PlainScene, move, outlined, photo_with, play, press, release

from core.geometry.region import Part, Region, Ring
from core.labels.instance import Instance
from gui.tools.drag import Handle, Key
from gui.tools.hit import HitIndex, edge_under, vertex_under
from gui.tools.select import SelectTool, without_vertex

CHOSEN = PlainScene(selected_id="a")
places = st.tuples(st.floats(0, 640), st.floats(0, 480))


def changed_ring(edit):
    ((_, after),) = edit.changes
    return after.instance("a").region.rings[0].points_px


@given(st.integers(0, 3), st.lists(places, min_size=1, max_size=6))
def test_a_dragged_vertex_depends_on_the_last_place_alone(index: int, path) -> None:
    photo = photo_with(outlined("b"), outlined("a"))
    grab = (SQUARE[index][0] + 1.5, SQUARE[index][1] - 2.0)
    drag = SelectTool().press(photo, press(grab), CHOSEN)
    previews, edit, ended = play(drag, [*(move(at) for at in path), release(path[-1])])
    assert ended and edit.label == "Move vertex" and edit.changes[0][0] is photo
    ring = changed_ring(edit)
    np.testing.assert_allclose(ring[index], np.add(SQUARE[index], np.subtract(path[-1], grab)), atol=1e-9)
    np.testing.assert_array_equal(np.delete(ring, index, axis=0), np.delete(SQUARE, index, axis=0))
    assert all(preview.instance("b") is photo.instance("b") for preview in previews)


def test_a_click_that_moves_nothing_is_no_change() -> None:
    photo = photo_with(outlined("a"))
    _, edit, _ = play(SelectTool().press(photo, press(SQUARE[0]), CHOSEN), [release(SQUARE[0])])
    assert edit.is_empty


def test_keys_in_a_drag_change_nothing() -> None:
    photo = photo_with(outlined("a"))
    drag = SelectTool().press(photo, press(SQUARE[0]), CHOSEN)
    previews, _, ended = play(drag, [move((0.0, 0.0)), Key.BACK, Key.FINISH])
    assert not ended and previews[1] is previews[2] is previews[3]


@given(st.floats(0.3, 0.7), places)
def test_an_edge_takes_a_vertex_and_drags_it(share: float, to) -> None:
    photo = photo_with(outlined("a"))
    at = tuple(np.add(SQUARE[1], share * np.subtract(SQUARE[2], SQUARE[1])))
    _, edit, _ = play(SelectTool().press(photo, press(at), CHOSEN), [move(to), release(to)])
    ring = changed_ring(edit)
    far = np.hypot(*np.subtract(to, at)) > 1.0
    assert edit.label == "Add vertex" and len(ring) == 5
    np.testing.assert_allclose(ring[2], to if far else at, atol=1e-9)


def test_alt_takes_vertices_away_down_to_nothing() -> None:
    photo = photo_with(outlined("a"))
    _, edit, _ = play(SelectTool().press(photo, press(SQUARE[0], alt=True), CHOSEN), [release(SQUARE[0])])
    assert edit.label == "Delete vertex" and len(changed_ring(edit)) == 3
    triangle = edit.changes[0][1]
    _, edit, _ = play(SelectTool().press(triangle, press(SQUARE[1], alt=True), CHOSEN), [release(SQUARE[1])])
    assert edit.label == "Delete instance" and edit.changes[0][1].instances == ()


def test_a_hole_left_with_two_corners_goes_and_its_part_stays() -> None:
    hole = Ring([(20.0, 20.0), (30.0, 20.0), (30.0, 30.0)])
    region = Region((Part(Ring(SQUARE), (hole,)),))
    assert without_vertex(region, Handle("a", "vertex", part=0, ring=1, index=0)) == Region.from_points(SQUARE)


@given(places)
def test_a_moved_instance_is_its_old_self_shifted(to) -> None:
    photo = photo_with(outlined("a"))
    start = (35.0, 30.0)
    _, edit, _ = play(SelectTool().press(photo, press(start), CHOSEN), [move(to), release(to)])
    shift = np.subtract(to, start)
    if np.hypot(*shift) > 3:
        assert edit.label == "Move instance"
        np.testing.assert_allclose(changed_ring(edit), SQUARE + shift, atol=1e-9)
    else:
        assert edit.is_empty


def test_locked_and_hidden_ones_are_out_of_reach() -> None:
    locked = photo_with(outlined("a").with_flag("locked", True))
    assert SelectTool().press(locked, press(SQUARE[0]), CHOSEN) is None
    hidden = PlainScene(hidden_ids=frozenset({"a"}))
    assert SelectTool().find(photo_with(outlined("a")), press((30.0, 30.0)), hidden) is None


def test_the_smaller_one_on_top_of_a_larger_is_meant() -> None:
    small = outlined("small", ((20.0, 20.0), (30.0, 20.0), (30.0, 30.0)))
    photo = photo_with(small, outlined("large", ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0))))
    handle = SelectTool().find(photo, press((27.0, 23.5)), PlainScene())
    assert handle is not None and handle.instance_id == "small"


def test_vertex_before_edge_before_body() -> None:
    photo = photo_with(outlined("a"))
    kinds = [
        SelectTool().hover(photo, move(at), CHOSEN).handle.kind for at in ((11.0, 11.0), (35.0, 11.0), (35.0, 30.0))
    ]
    assert kinds == ["vertex", "edge", "body"]


@given(st.lists(places, min_size=3, max_size=9), places)
def test_the_nearest_vertex_and_edge_are_found(points, at) -> None:
    instance = outlined("a", points)
    distances = np.hypot(*(np.asarray(points) - at).T)
    vertex = vertex_under(instance, at, tolerance_px=8.0)
    assert (vertex is None) == (distances.min() > 8.0)
    if vertex is not None:
        assert distances[vertex.index] == pytest.approx(distances.min())
    edge = edge_under(instance, at, tolerance_px=5.0)
    if edge is not None:
        assert np.hypot(*np.subtract(edge.at_px, at)) <= 5.0 + 1e-9 and 1 <= edge.index <= len(points)


@given(st.lists(st.tuples(places, st.booleans()), min_size=1, max_size=12), places)
def test_the_index_finds_what_looking_at_everything_finds(boxes, at) -> None:
    index = HitIndex()

    def made(number: int, corner, full: bool) -> Instance:
        x, y = corner
        points = ((x, y), (x + 40, y), (x + 40, y + 30))
        return outlined(str(number), points) if full else Instance(str(number), "sneaker")

    photo = photo_with(*(made(number, *box) for number, box in enumerate(boxes)))
    changed = photo.with_instance(made(0, at, True))
    for shown in (photo, changed, photo.without_instance("0"), photo):
        expected = [
            i.id
            for i in reversed(shown.instances)
            if not i.region.is_empty
            and i.region.bounds_px[0] - 8 <= at[0] <= i.region.bounds_px[2] + 8
            and i.region.bounds_px[1] - 8 <= at[1] <= i.region.bounds_px[3] + 8
        ]
        assert [i.id for i in index.near(shown, at, margin_px=8.0)] == expected
