"""Texels know their triangle, and where on it they lie."""

from __future__ import annotations

import numpy as np
import pytest

from core.render.texels import faces_of_texels

LOWER = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]
UPPER = [(1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]


def test_two_triangles_share_a_square() -> None:
    faces, shares = faces_of_texels(np.array([LOWER, UPPER]), 8)
    assert faces[7, 0] == 0 and faces[0, 7] == 1 and faces.min() == 0
    assert shares.sum(axis=2) == pytest.approx(1.0)
    corners = np.array([LOWER, UPPER])[faces]
    places = (corners * shares[..., None]).sum(axis=2)
    assert places[7, 0] == pytest.approx([0.5 / 8, 0.5 / 8])
    assert places[2, 5] == pytest.approx([5.5 / 8, 1 - 2.5 / 8])


def test_what_no_triangle_covers_has_none_and_slivers_count_for_nothing() -> None:
    half = np.array([[(0.0, 0.0), (0.5, 0.0), (0.0, 0.5)], [(0.9, 0.1), (0.9, 0.5), (0.9, 0.9)]])
    faces, _ = faces_of_texels(half, 8)
    assert set(np.unique(faces)) == {-1, 0}
    assert (faces[:, 5:] == -1).all()
