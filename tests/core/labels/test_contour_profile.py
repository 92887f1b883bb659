from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.labels.contour_profile import ContourProfile, runs_of


def profile(count: int = 8) -> ContourProfile:
    """A straight line of places 2 px apart."""
    points = np.stack([np.arange(count) * 2.0, np.zeros(count)], axis=1)
    none = np.zeros(count, dtype=bool)
    errors = np.linspace(-1, 1, count)
    arcs = np.arange(count) * 2.0 + 1.0
    return ContourProfile(arcs, points, errors, none.astype(np.int64), none, none, 0.5, 1.0, 1.0, 2.0, 0.9)


def test_the_place_nearest_to_a_point_or_a_length() -> None:
    known = profile()
    assert known.nearest((6.4, 1.0), 5.0) == 3
    assert known.nearest((6.4, 9.0), 5.0) is None
    assert [known.index_at(arc) for arc in (-5.0, 1.9, 2.1, 400.0)] == [0, 0, 1, 7]
    assert known.length_px == pytest.approx(17.0) and known.step_px == pytest.approx(2.0)


def test_what_nothing_faces_is_hidden() -> None:
    known = profile()
    errors = np.array(known.error_px)
    errors[2] = np.nan
    dropped = np.arange(8) == 5
    other = ContourProfile(known.arc_px, known.points_px, errors, known.rings, dropped, known.judged, 0, 0, 0, 1, 0)
    assert np.flatnonzero(other.hidden).tolist() == [2, 5]
    with pytest.raises(ValueError, match="read-only"):
        other.error_px[0] = 1.0


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 1)), max_size=40))
def test_runs_cover_just_what_is_true_and_stay_in_their_ring(pairs: list[tuple[bool, int]]) -> None:
    mask = np.array([flag for flag, _ in pairs], dtype=bool)
    rings = np.cumsum([step for _, step in pairs]) if pairs else np.zeros(0, dtype=np.int64)
    covered = np.zeros(len(mask), dtype=bool)
    for start, end in runs_of(mask, rings):
        assert end > start and mask[start:end].all() and len(set(rings[start:end])) == 1
        assert not covered[start:end].any()
        covered[start:end] = True
    assert (covered == mask).all()
