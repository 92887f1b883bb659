"""Rings, parts and regions: measures, what is inside, and the laws of their booleans."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from shapely import Point, Polygon

from core.geometry.region import EMPTY_REGION, Part, Region, Ring, region_from_shapely, union_of

# Multiples of 1/8: areas of such polygons are exact in float64, and no two vertices are almost the same.
grid = st.integers(0, 800).map(lambda eighths: eighths / 8)
free_points = hnp.arrays(np.float64, st.tuples(st.integers(3, 12), st.just(2)), elements=grid)
probes = hnp.arrays(np.float64, 2, elements=st.floats(-5, 105))


@st.composite
def stars(draw: st.DrawFn) -> Ring:
    """A ring that does not cross itself: corners at rising angles about a centre."""
    count = draw(st.integers(3, 10))
    radii = np.array(draw(st.lists(st.floats(5, 40), min_size=count, max_size=count)))
    angles = 2 * np.pi * (np.arange(count) + draw(st.floats(0, 0.9))) / count
    centre = np.array([draw(st.floats(20, 80)), draw(st.floats(20, 80))])
    return Ring(centre + radii[:, None] * np.column_stack([np.cos(angles), np.sin(angles)]))


@st.composite
def regions(draw: st.DrawFn) -> Region:
    """Several pieces with holes, as the brush and the scissors leave them."""
    region = EMPTY_REGION
    for ring in draw(st.lists(stars(), max_size=3)):
        region = region.union(Region((Part(ring),)))
    for ring in draw(st.lists(stars(), max_size=2)):
        region = region.difference(Region((Part(ring),)))
    return region


@given(stars())
def test_area_and_bounds_are_shapelys(ring: Ring) -> None:
    polygon = Polygon(ring.points_px)
    assert abs(ring.signed_area_px2) == pytest.approx(polygon.area)
    assert ring.bounds_px == pytest.approx(polygon.bounds)


@given(free_points)
def test_turning_a_ring_round_turns_the_sign_of_its_area(points: np.ndarray) -> None:
    assert Ring(points[::-1]).signed_area_px2 == -Ring(points).signed_area_px2


def test_a_ring_that_turns_clockwise_on_the_screen_has_a_positive_area() -> None:
    assert Ring(np.array([(0, 0), (4, 0), (4, 2), (0, 2)])).signed_area_px2 == 8.0


@given(stars(), probes)
def test_contains_is_shapelys(ring: Ring, probe: np.ndarray) -> None:
    polygon = Polygon(ring.points_px)
    assume(polygon.boundary.distance(Point(probe)) > 1e-9)
    assert ring.contains(probe) == polygon.contains(Point(probe))


@given(free_points, probes)
def test_a_ring_that_crosses_itself_contains_by_the_even_odd_rule(points: np.ndarray, probe: np.ndarray) -> None:
    region = Region.from_points(points)
    repaired = region.to_shapely()
    assume(Polygon(points).exterior.distance(Point(probe)) > 1e-6)
    assert region.contains(probe) == repaired.contains(Point(probe))


@given(stars())
def test_pixel_centres_are_inside_or_outside_never_both(ring: Ring) -> None:
    turned = Ring(np.roll(ring.points_px, 1, axis=0))
    centres = [(x + 0.5, y + 0.5) for x in range(0, 100, 9) for y in range(0, 100, 9)]
    assert [ring.contains(centre) for centre in centres] == [turned.contains(centre) for centre in centres]


@given(regions(), regions())
def test_areas_of_union_and_intersection_add_up(a: Region, b: Region) -> None:
    together = a.union(b).area_px2 + a.intersection(b).area_px2
    assert a.area_px2 + b.area_px2 == pytest.approx(together, rel=1e-9, abs=1e-6)


@given(regions(), regions())
def test_a_difference_and_the_intersection_make_the_whole(a: Region, b: Region) -> None:
    assert a.difference(b).area_px2 + a.intersection(b).area_px2 == pytest.approx(a.area_px2, rel=1e-9, abs=1e-6)
    assert a.difference(b).intersection(b).area_px2 == pytest.approx(0.0, abs=1e-6)


@given(regions(), regions(), probes)
def test_booleans_say_of_every_point_what_logic_says(a: Region, b: Region, probe: np.ndarray) -> None:
    edges = [region.to_shapely().boundary for region in (a, b)]
    assume(all(edge.is_empty or edge.distance(Point(probe)) > 1e-6 for edge in edges))
    in_a, in_b = a.contains(probe), b.contains(probe)
    assert a.union(b).contains(probe) == (in_a or in_b)
    assert a.intersection(b).contains(probe) == (in_a and in_b)
    assert a.difference(b).contains(probe) == (in_a and not in_b)


@given(regions())
def test_a_region_with_itself(region: Region) -> None:
    assert region.union(region).area_px2 == pytest.approx(region.area_px2)
    assert region.intersection(region).area_px2 == pytest.approx(region.area_px2)
    assert region.difference(region).is_empty
    assert region.union(EMPTY_REGION).area_px2 == pytest.approx(region.area_px2)


def test_cutting_the_middle_out_leaves_a_hole() -> None:
    square = Region.from_box(0, 0, x1_px=10, y1_px=10)
    ring = square.difference(Region.from_box(2, 2, x1_px=4, y1_px=5))
    assert len(ring.parts) == 1 and len(ring.parts[0].holes) == 1
    assert ring.area_px2 == 94.0
    assert ring.contains((1, 1)) and not ring.contains((3, 3))
    assert ring.bounds_px == (0, 0, 10, 10)


def test_cutting_through_leaves_two_parts() -> None:
    square = Region.from_box(0, 0, x1_px=10, y1_px=10)
    assert len(square.difference(Region.from_box(4, -1, x1_px=6, y1_px=11)).parts) == 2


@given(regions(), st.floats(0.01, 5))
def test_simplifying_drops_vertices_and_stays_within_its_tolerance(region: Region, tolerance: float) -> None:
    simple = region.simplified(tolerance)
    assert sum(map(len, simple.rings)) <= sum(map(len, region.rings))
    assume(not region.is_empty and not simple.is_empty)
    for ring in simple.rings:
        edge = region.to_shapely().boundary
        assert all(edge.distance(Point(point)) <= tolerance + 1e-9 for point in ring.points_px)


def test_simplifying_drops_a_vertex_on_a_straight_line() -> None:
    ring = Region.from_points([(0, 0), (5, 0), (10, 0), (10, 10), (0, 10)])
    assert len(ring.simplified(0.1).rings[0]) == 4


@given(regions(), st.floats(-50, 50), st.floats(-50, 50))
def test_moving_keeps_the_area_and_moves_the_box(region: Region, dx: float, dy: float) -> None:
    moved = region.moved((dx, dy))
    assert moved.area_px2 == pytest.approx(region.area_px2, abs=1e-6)
    if not region.is_empty:
        assert moved.bounds_px == pytest.approx(np.add(region.bounds_px, [dx, dy, dx, dy]))


@given(regions(), st.floats(0.1, 4), st.floats(0.1, 4))
def test_scaling_scales_the_area(region: Region, sx: float, sy: float) -> None:
    assert region.scaled(sx, sy).area_px2 == pytest.approx(region.area_px2 * sx * sy, abs=1e-6)


def test_clipping_keeps_what_lies_in_the_photo() -> None:
    assert Region.from_box(-5, -5, x1_px=5, y1_px=5).clipped(100, 100).bounds_px == (0, 0, 5, 5)
    assert Region.from_box(-5, -5, x1_px=-1, y1_px=5).clipped(100, 100).is_empty


@given(regions())
def test_shapely_and_back(region: Region) -> None:
    assert region_from_shapely(region.to_shapely()).area_px2 == pytest.approx(region.area_px2, abs=1e-6)


@given(st.lists(stars(), max_size=4))
def test_a_union_of_many_covers_each(rings: list[Ring]) -> None:
    together = union_of([Region((Part(ring),)) for ring in rings])
    for ring in rings:
        assert Region((Part(ring),)).difference(together).area_px2 == pytest.approx(0, abs=1e-6)


@given(free_points, st.integers(0, 2), st.floats(0, 50), st.floats(0, 50))
def test_vertices_are_moved_put_in_and_taken_out(points: np.ndarray, index: int, x: float, y: float) -> None:
    ring = Ring(points)
    moved = ring.with_vertex(index, (x, y))
    np.testing.assert_array_equal(moved.points_px[index], (x, y))
    np.testing.assert_array_equal(ring.points_px, points)
    assert ring.with_inserted(index, (x, y)).without_vertex(index) == ring
    assert ring.with_inserted(len(ring), (x, y)).without_vertex(len(ring)) == ring
    assert hash(Ring(points.copy())) == hash(ring) and Ring(points.copy()) == ring


def test_a_triangle_keeps_its_three_corners() -> None:
    with pytest.raises(ValueError, match="at least three"):
        Ring(np.array([(0, 0), (1, 0), (0, 1)])).without_vertex(0)


@pytest.mark.parametrize("points", [[(0, 0), (1, 1)], [(0, 0, 0)] * 3, [(0, 0), (1, 0), (np.nan, 1)]])
def test_what_is_no_ring_is_refused(points: list[tuple[float, ...]]) -> None:
    with pytest.raises(ValueError, match="ring"):
        Ring(np.array(points))


def test_replacing_rings_and_parts() -> None:
    hole = Ring(np.array([(2, 2), (4, 2), (4, 4)]))
    part = Part(Ring(np.array([(0, 0), (10, 0), (10, 10), (0, 10)])), (hole,))
    region = Region((part, part))
    bigger = Ring(np.array([(1, 1), (5, 1), (5, 5)]))
    changed = region.with_ring(1, 1, ring=bigger)
    assert changed.parts[0] is part and changed.parts[1].holes == (bigger,) and changed.parts[1].outer is part.outer
    assert region.with_ring(0, 0, ring=bigger).parts[0].outer is bigger
    assert region.without_part(0).parts == (part,)
    assert len(region.rings) == 4


def test_an_empty_region_has_no_bounds() -> None:
    with pytest.raises(ValueError, match="no bounds"):
        _ = EMPTY_REGION.bounds_px
