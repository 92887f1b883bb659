from __future__ import annotations

import numpy as np
import pytest

from core.render.mask_outline import outlines_of_mask

Y, X = np.mgrid[:300, :300] + 0.5


def area(ring: np.ndarray) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return 0.5 * abs(float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)))


@pytest.mark.parametrize("radius", [10.0, 40.0, 120.0])
def test_rings_run_along_the_edge_of_a_disc_and_of_its_hole(radius: float) -> None:
    from_centre = np.hypot(X - 150.3, Y - 149.6)
    rings = outlines_of_mask((from_centre < radius) & (from_centre >= radius / 2))
    distances = [float(np.hypot(*(ring - [150.3, 149.6]).T).mean()) for ring in rings]
    assert sorted(distances) == pytest.approx([radius / 2, radius], abs=0.25)


@pytest.mark.parametrize("angle", [0.0, 0.3, np.pi / 4])
def test_a_rectangle_keeps_its_area(angle: float) -> None:
    along = (X - 150) * np.cos(angle) + (Y - 150) * np.sin(angle)
    across = -(X - 150) * np.sin(angle) + (Y - 150) * np.cos(angle)
    mask = (np.abs(along) < 100) & (np.abs(across) < 30)
    (ring,) = outlines_of_mask(mask)
    assert area(ring) == pytest.approx(mask.sum(), rel=0.005)


def test_a_box_of_pixels_reaches_to_its_outer_edges() -> None:
    mask = np.zeros((300, 300), dtype=bool)
    mask[50:100, 60:200] = True
    (ring,) = outlines_of_mask(mask)
    assert np.concatenate([ring.min(axis=0), ring.max(axis=0)]) == pytest.approx([60, 50, 200, 100], abs=0.05)


def test_specks_and_nothing_have_no_outline() -> None:
    mask = np.zeros((20, 20), dtype=bool)
    assert outlines_of_mask(mask) == ()
    mask[5, 5] = True
    assert outlines_of_mask(mask) == ()
