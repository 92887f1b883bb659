"""Bridged rings come apart again, splits are stable, reports tell, files are whole or not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.formats.bridges import bridged_ring, unbridged_part
from core.formats.json_file import FormatError, read_json_object, write_json
from core.formats.merging import distinct_color
from core.formats.report import Report, changed, refused, report_to_json, taken
from core.formats.split import Split, split_from_text
from core.geometry.region import Part, Region, Ring
from core.render.region_raster import region_mask


def circle(x: float, y: float, radius: float, *, corners: int, turns: int) -> Ring:
    angles = turns * 2 * np.pi * np.arange(corners) / corners
    return Ring(np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1))


@st.composite
def holed_parts(draw: st.DrawFn) -> Part:
    turns = st.sampled_from([-1, 1])
    outer = circle(50, 50, 45, corners=draw(st.integers(5, 30)), turns=draw(turns))
    spots = draw(st.lists(st.sampled_from([(40, 40), (60, 40), (40, 60), (60, 60)]), unique=True, max_size=4))
    shift = draw(st.floats(-2, 2))
    holes = [
        circle(x + shift, y, draw(st.floats(2, 8)), corners=draw(st.integers(3, 9)), turns=draw(turns))
        for x, y in spots
    ]
    return Part(outer, tuple(holes))


@given(holed_parts())
def test_bridge_there_and_back(part: Part) -> None:
    ring = bridged_ring(part)
    back = unbridged_part(ring.points_px)
    assert abs(ring.signed_area_px2) == pytest.approx(part.area_px2)
    assert len(back.holes) == len(part.holes)
    assert {frozenset(map(tuple, hole.points_px)) for hole in back.holes} == {
        frozenset(map(tuple, hole.points_px)) for hole in part.holes
    }
    assert back.outer == part.outer
    assert np.array_equal(region_mask(Region((back,)), 100, 100), region_mask(Region((part,)), 100, 100))


def test_ring_without_bridge_is_left_alone() -> None:
    eight = np.array([(0.0, 0.0), (10.0, 10.0), (20.0, 0.0), (20.0, 20.0), (10.0, 10.0), (0.0, 20.0)])
    assert unbridged_part(eight).outer.points_px.tolist() == eight.tolist()
    spike = np.array([(0.0, 0.0), (10.0, 0.0), (5.0, 5.0), (10.0, 0.0), (10.0, 10.0)])
    assert not unbridged_part(spike).holes


@given(st.lists(st.text("abc", min_size=1), unique=True), st.integers(0, 5), st.tuples(*[st.floats(0.01, 10)] * 3))
def test_split_covers_everything_once_whatever_the_order(
    names: list[str], seed: int, shares: tuple[float, float, float]
) -> None:
    split = Split(shares)
    sets = split.sets(names, seed)
    assert sets == split.sets(names[::-1], seed) and set(sets) == set(names)
    counts = tuple(list(sets.values()).count(name) for name in ("train", "val", "test"))
    assert counts == split.counts(len(names))
    exact = np.array(shares) / sum(shares) * len(names)
    assert np.abs(np.array(counts) - exact).max() < 1


def test_splits_that_make_no_sense_are_refused_with_a_sentence() -> None:
    assert split_from_text("0.8,0.1,0.1").shares == (0.8, 0.1, 0.1)
    for text in ("0.8", "a,b,c", "1,-1,1", "0,0,0", "nan,1,1"):
        with pytest.raises(ValueError, match="split"):
            split_from_text(text)


def test_report_counts_and_tells_all_but_successes() -> None:
    report = Report("Import", (taken("a", "", reason="fine"), changed("a", "k", reason="so"))).with_lines(
        [refused("b", "", reason="no")]
    )
    assert report.text() == "Import: 1 taken, 1 changed, 1 refused.\nchanged: a k: so\nrefused: b: no"
    content = report_to_json(report)
    assert (content["taken"], content["changed"], content["refused"], len(content["lines"])) == (1, 1, 1, 3)


def test_json_files(tmp_path: Path) -> None:
    path = tmp_path / "new" / "x.json"
    write_json(path, {"ä": [1.5]}, indent=2)
    assert read_json_object(path) == {"ä": [1.5]}
    path.write_bytes(b"\xef\xbb\xbf{}")
    assert read_json_object(path) == {}
    with pytest.raises(FormatError, match="cannot be read"):
        read_json_object(tmp_path / "none.json")


def test_colours_do_not_repeat() -> None:
    used: list[str] = []
    for _ in range(200):
        used.append(distinct_color(used))
    assert len(set(used)) == 200
