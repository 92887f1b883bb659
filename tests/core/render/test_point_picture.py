"""Point pictures: what is drawn is the surface, the nearest of it, and every pixel knows where it is."""

from __future__ import annotations

import numpy as np
import pytest

from core.geometry.mesh import Mesh
from core.render.point_picture import SurfacePoints, drawn, fitting_scale, view_rotation


def box(length: float = 200.0, width: float = 80.0, height: float = 100.0) -> Mesh:
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * [length, width, height] / 2
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return Mesh(corners, np.array([f for a, b, c, d in quads for f in ((a, b, c), (a, c, d))]))


SURFACE = SurfacePoints.of(box(), 60_000)


def test_a_side_view_shows_the_right_side_with_the_toe_to_the_right() -> None:
    picture = drawn(SURFACE, view_rotation(0.0, 0.0), width_px=120, height_px=80, px_per_mm=0.5)
    rows, columns = np.nonzero(picture.pixels[..., 3])
    # A point on the very edge may fall into the pixel beyond it.
    assert (columns.min(), columns.max()) == pytest.approx((10, 109), abs=1)
    assert (rows.min(), rows.max()) == pytest.approx((15, 64), abs=1)
    seen = picture.pixels[15:65, 10:110, 3]
    assert (seen == 255).all()
    at = picture.at_mm[40, 100]
    assert at == pytest.approx([81.0, -40.0, -1.0], abs=1.5)  # the right side of the shoe is at -y


def test_the_top_view_shows_the_top() -> None:
    picture = drawn(SURFACE, view_rotation(0.0, 90.0), width_px=120, height_px=80, px_per_mm=0.5)
    shown = picture.at_mm[np.isfinite(picture.at_mm[..., 0])]
    assert np.median(shown[:, 2]) == pytest.approx(50.0, abs=0.1)


def test_nothing_is_drawn_beside_the_surface() -> None:
    picture = drawn(SURFACE, view_rotation(0.0, 0.0), width_px=120, height_px=80, px_per_mm=0.5)
    assert np.isnan(picture.at_mm[0, 0]).all()
    assert np.isinf(picture.depth_mm[0, 0])
    assert picture.pixels[0, 0, 3] == 0


def test_the_quick_picture_has_the_same_size() -> None:
    picture = drawn(SURFACE, view_rotation(30.0, 20.0), width_px=121, height_px=81, px_per_mm=0.5, most=5000)
    assert picture.pixels.shape == (81, 121, 4)
    assert picture.at_mm.shape == (81, 121, 3)


def test_the_scale_fills_the_picture() -> None:
    scale = fitting_scale(SURFACE, view_rotation(0.0, 0.0), width_px=400, height_px=400, margin=0.1)
    assert scale == pytest.approx(320 / 200, rel=0.01)


def test_a_texture_is_sampled_with_v_up() -> None:
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    corners = np.array([[0.0, 0, 0], [100, 0, 0], [100, 0, 100], [0, 0, 100]])
    texture = np.zeros((2, 2, 3), np.uint8)
    texture[0, 0] = (200, 0, 0)  # the upper left pixel: u small, v large
    mesh = Mesh(corners, faces, uv=np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]]) * 0.999, texture=texture)
    surface = SurfacePoints.of(mesh, 4000)
    red = surface.points_mm[surface.colours[:, 0] > 100]
    assert red[:, 0].max() <= 50.1
    assert red[:, 2].min() >= 49.9
