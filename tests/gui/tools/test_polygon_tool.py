"""Drawing outlines as a stream of corners: closing, taking back, giving up, degenerate ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tool_scene import SQUARE, PlainScene, move, outlined, photo_with, play, press, release

from core.labels.photo import Photo
from gui.tools.drag import Key, Phase, Pointer
from gui.tools.polygon import CLOSING_TOLERANCE, BoxTool, HoleTool, PartTool, PolygonTool

EMPTY = photo_with()

# Corners on a grid wide enough that none lies within the closing distance of another.
cells = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 20)), min_size=1, max_size=12, unique=True)
corners_of_cells = cells.map(lambda found: [(20.0 * x, 20.0 * y) for x, y in found])


def goes_round(corners) -> bool:
    """Whether the corners have an inside: three, and not all on a line."""
    x, y = np.array(corners).reshape(-1, 2).T
    return len(corners) >= 3 and abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) > 1e-6


def clicks(corners):
    return [event for corner in corners for event in (press(corner), release(corner))]


def drawn(corners, *more):
    drag = PolygonTool().press(EMPTY, press(corners[0]), PlainScene())
    return play(drag, [release(corners[0]), *clicks(corners[1:]), *more])


@given(corners_of_cells)
def test_the_ring_has_exactly_the_clicked_corners(corners) -> None:
    _, edit, ended = drawn(corners, Key.FINISH)
    assert ended == goes_round(corners)
    if ended:
        ((before, after),) = edit.changes
        assert before is EMPTY and edit.label == "Outline sneaker"
        np.testing.assert_array_equal(after.instances[0].region.rings[0].points_px, corners)


@given(corners_of_cells.filter(goes_round), st.floats(0, 6.28), st.floats(0, 0.99))
def test_a_click_near_the_first_corner_closes(corners, angle: float, share: float) -> None:
    away = share * CLOSING_TOLERANCE * np.array([np.cos(angle), np.sin(angle)])
    at = tuple(corners[0] + away)
    _, edit, ended = drawn(corners, press(at))
    assert ended and len(edit.changes[0][1].instances[0].region.rings[0]) == len(corners)


@given(corners_of_cells, st.integers(0, 14))
def test_backspace_takes_corners_back_and_at_last_gives_up(corners, count: int) -> None:
    _, edit, ended = drawn(corners, *[Key.BACK] * count)
    assert edit is None and ended == (count >= len(corners))


@given(corners_of_cells.filter(lambda corners: goes_round(corners[:-1])))
def test_what_was_taken_back_was_never_there(corners) -> None:
    _, edit, _ = drawn(corners, Key.BACK, Key.FINISH)
    np.testing.assert_array_equal(edit.changes[0][1].instances[0].region.rings[0].points_px, corners[:-1])


def test_closing_tolerance_is_on_the_screen() -> None:
    near = (SQUARE[0][0] + 2 * CLOSING_TOLERANCE, SQUARE[0][1])
    assert not drawn(SQUARE, press(near))[2]
    assert drawn(SQUARE, press(near, px_per_screen_px=4.0))[2]


def test_a_double_click_closes_and_a_jittery_click_adds_no_corner() -> None:
    _, edit, ended = drawn(SQUARE, press((10.4, 50.0)), Pointer((10.4, 50.0), Phase.DOUBLE))
    assert ended and len(edit.changes[0][1].instances[0].region.rings[0]) == 4


def test_giving_up_leaves_nothing_to_restore() -> None:
    drag = PolygonTool().press(EMPTY, press(SQUARE[0]), PlainScene())
    preview = next(drag)
    drag.close()
    assert preview is not EMPTY and EMPTY.instances == ()


def test_shift_draws_freehand() -> None:
    drag = PolygonTool().press(EMPTY, press((0.0, 0.0), shift=True), PlainScene())
    path = [(float(x), 0.0) for x in range(0, 100, 3)] + [(99.0, float(y)) for y in range(0, 90, 3)]
    _, edit, ended = play(drag, [*(move(at) for at in path), release(path[-1]), Key.FINISH])
    ring = edit.changes[0][1].instances[0].region.rings[0].points_px
    assert ended and len(ring) > 10
    assert np.hypot(*np.diff(ring, axis=0).T).min() >= 6.0


def test_holes_and_parts_change_what_is_chosen() -> None:
    photo = photo_with(outlined("a"))
    scene = PlainScene(selected_id="a")
    inner = ((20.0, 20.0), (40.0, 20.0), (40.0, 40.0))
    _, edit, _ = play(HoleTool().press(photo, press(inner[0]), scene), [*clicks(inner[1:]), Key.FINISH])
    assert edit.changes[0][1].instances[0].region.area_px2 == pytest.approx(2000 - 200)
    outer = ((100.0, 100.0), (140.0, 100.0), (140.0, 140.0))
    _, edit, _ = play(PartTool().press(photo, press(outer[0]), scene), [*clicks(outer[1:]), Key.FINISH])
    assert len(edit.changes[0][1].instances[0].region.parts) == 2


@pytest.mark.parametrize("tool", [HoleTool(), PartTool()])
def test_without_a_choice_they_mean_nothing(tool: PolygonTool) -> None:
    assert tool.press(photo_with(outlined("a")), press((20.0, 20.0)), PlainScene()) is None
    assert tool.hover(photo_with(), press((20.0, 20.0)), PlainScene()).cursor == "forbidden"


@given(st.tuples(*[st.floats(0, 600)] * 4))
def test_a_box_is_handed_over_sorted_and_commits_nothing(ends) -> None:
    asked: list[tuple[Photo, tuple[float, float, float, float]]] = []
    tool = BoxTool(lambda photo, box: asked.append((photo, box)))
    start, end = ends[:2], ends[2:]
    _, edit, ended = play(tool.press(EMPTY, press(start), PlainScene()), [move(end), release(end)])
    assert ended and edit is None
    wide, high = abs(end[0] - start[0]), abs(end[1] - start[1])
    assert bool(asked) == (wide >= 6 and high >= 6)
    for photo, (x0, y0, x1, y1) in asked:
        assert photo is EMPTY and (x1 - x0, y1 - y0) == (wide, high) and x0 <= x1 and y0 <= y1
