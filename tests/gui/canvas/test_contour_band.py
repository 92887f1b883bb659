from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.labels.contour_profile import ContourProfile
from gui.canvas.contour_band import EVEN, INSIDE, OUTSIDE, SHADES, Band, band_of, color_of_shade, limit_of, shade_of


def profile(errors: list[float], *, hidden: slice | None = None, rings: int = 1, tolerance_px: float = 2.0):
    """Rings of places 1 px apart, one after another on lines of their own."""
    count = len(errors)
    at = np.arange(count, dtype=float)
    ring = (np.arange(count) * rings // count).astype(np.int64)
    none = np.zeros(count, dtype=bool)
    judged = none.copy()
    if hidden is not None:
        judged[hidden] = True
    points = np.stack([at, ring * 10.0], axis=1)
    return ContourProfile(at + 0.5, points, np.array(errors), ring, none, judged, 0.0, 0.0, 1.0, tolerance_px, 1.0)


def covered(band: Band) -> float:
    """Length of all lines, px."""
    lines = [line for _, line in band.runs] + list(band.hidden)
    return float(sum(np.hypot(*np.diff(line, axis=0).T).sum() for line in lines))


def test_colours_are_symmetric_about_none_and_end_at_the_limit() -> None:
    assert shade_of(np.array([0.0]), 4.0)[0] == (SHADES - 1) // 2
    assert shade_of(np.array([-4.0, -90.0, 4.0, 90.0]), 4.0).tolist() == [0, 0, SHADES - 1, SHADES - 1]
    for shade, color in ((0, INSIDE), ((SHADES - 1) // 2, EVEN), (SHADES - 1, OUTSIDE)):
        assert color_of_shade(shade) == "#{:02x}{:02x}{:02x}".format(*color)


@given(st.floats(-10, 10), st.floats(-10, 10))
def test_a_larger_error_is_never_a_lower_shade(one: float, other: float) -> None:
    low, high = sorted((one, other))
    shades = shade_of(np.array([low, high, -low]), 4.0)
    assert shades[0] <= shades[1] and shades[2] == SHADES - 1 - shades[0]


def test_the_scale_grows_with_the_shoe() -> None:
    assert [limit_of(profile([0.0] * 9, tolerance_px=t)) for t in (2.0, 5.0, 12.0, 70.0)] == [4.0, 8.0, 16.0, 32.0]


def test_a_ring_is_covered_once_and_closed() -> None:
    band = band_of(profile([3.0] * 10 + [-3.0] * 10), 1.0)
    assert len(band.runs) == 2 and not band.hidden and len(band.seen) == 1
    first, second = band.runs
    assert first[0] > second[0]
    assert (first[1][-1] == second[1][0]).all() and (second[1][-1] == first[1][0]).all()
    assert covered(band) == pytest.approx(19 + 19)


def test_hidden_arcs_have_no_colour() -> None:
    band = band_of(profile([3.0] * 20, hidden=slice(5, 9)), 1.0)
    (arc,) = band.hidden
    assert arc[0].tolist() == [5.0, 0.0] and arc[-1].tolist() == [9.0, 0.0]
    assert len(band.seen) == 2 and len(band.runs) == 2


def test_rings_are_not_joined() -> None:
    band = band_of(profile([1.0] * 20, rings=2), 1.0)
    assert len(band.runs) == 2
    assert all(len(set(line[:, 1])) == 1 for _, line in band.runs)


@given(
    st.lists(st.floats(-8, 8), min_size=4, max_size=60),
    st.integers(0, 30),
    st.integers(0, 30),
    st.sampled_from([0.5, 1.0, 3.0, 200.0]),
)
def test_every_place_is_in_some_line(errors: list[float], start: int, length: int, finest_px: float) -> None:
    known = profile(errors, hidden=slice(start, start + length))
    band = band_of(known, finest_px)
    assert all(len(line) >= 2 for _, line in band.runs) and all(len(line) >= 2 for line in (*band.hidden, *band.seen))
    step = max(1, round(finest_px))
    around = 2.0 * (len(range(0, len(errors), step)) - 1) * step
    assert covered(band) == pytest.approx(around)
