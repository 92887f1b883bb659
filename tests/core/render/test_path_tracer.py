"""The path tracer: its light agrees with what can be worked out by hand, and its edges with the exact rasteriser."""

from __future__ import annotations

import numpy as np
import pytest

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose, quaternion_from_rotation_vector
from core.render.bvh import nearest_hit, tree_of
from core.render.denoise import denoised
from core.render.path_tracer import Lens, Traced, seen_solids, traced
from core.render.raster import mesh_mask
from core.render.traced_scene import Arrays, Ground, Lamp, Lighting, Material, Solid, arrays_of

UP = np.array([0.0, 0.0, 1.0])
NONE = np.zeros(3)
GREY = 0.25
DULL = Material(1.0, 0.0)


def camera(width: int = 64, height: int = 48) -> Camera:
    return Camera(1.2 * width, 1.2 * width, width / 2, height / 2, width, height, np.zeros(5))


def from_above(height_mm: float = 500.0) -> Pose:
    """A camera that looks straight down on the origin."""
    return Pose(quaternion_from_rotation_vector([np.pi, 0.0, 0.0]), np.array([0.0, 0.0, height_mm]))


def flat_ground(value: float = GREY) -> Ground:
    colour = np.full((1, 8, 8, 3), round(255 * value**0.5), np.uint8)
    return Ground(colour, np.zeros((1, 8, 8, 2), np.int8), (0.0, 0.0), 1.0, DULL)


def lit(solids: list[Solid], lamps: tuple[Lamp, ...] = (), sky: float = 0.0, sun: np.ndarray = NONE) -> Arrays:
    lighting = Lighting(lamps, np.full((8, 16, 3), sky), UP, sun, 0.005)
    return arrays_of(solids, flat_ground(), lighting)


def ball(radius_mm: float = 60.0, at: tuple[float, float, float] = (0.0, 0.0, 60.0)) -> Mesh:
    rows, columns = 40, 80
    polar = np.linspace(0, np.pi, rows + 1)[:, None]
    turn = np.linspace(0, 2 * np.pi, columns + 1)[None]
    flat = np.sin(polar)
    points = np.stack([flat * np.cos(turn), flat * np.sin(turn), np.cos(polar) + 0 * turn], axis=-1)
    index = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)[None]).ravel()
    upper = np.stack([index, index + columns + 1, index + columns + 2], axis=1)
    lower = np.stack([index, index + columns + 2, index + 1], axis=1)
    return Mesh(radius_mm * points.reshape(-1, 3) + at, np.concatenate([upper, lower]).astype(np.int32))


FAR_AWAY = Solid(ball(1.0, (9000.0, 9000.0, 5.0)), DULL)


def taken(arrays: Arrays, rays: int = 16, *, seed: int = 1, threads: int = 1) -> Traced:
    return traced(arrays, camera(), from_above(), lens=Lens(), rays=rays, seed=seed, threads=threads)


def test_the_tree_finds_what_trying_every_triangle_finds() -> None:
    rng = np.random.default_rng(3)
    triangles = rng.normal(size=(400, 1, 3)) * 50 + rng.normal(size=(400, 3, 3)) * 12
    tree = tree_of(triangles)
    for _ in range(200):
        origin, direction = rng.normal(size=3) * 150, rng.normal(size=3)
        direction /= np.linalg.norm(direction)
        found, distance, _, _ = nearest_hit(tree, origin, direction, 1e9)
        edges = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
        matrices = np.stack([-np.broadcast_to(direction, (400, 3)), *edges], axis=-1)
        t, u, v = np.linalg.solve(matrices, (origin - triangles[:, 0])[..., None])[..., 0].T
        inside = (u >= 0) & (v >= 0) & (u + v <= 1) & (t > 0)
        assert (found >= 0) == inside.any()
        if found >= 0:
            assert distance == pytest.approx(t[inside].min())
            assert tree.order[found] == np.flatnonzero(inside)[np.argmin(t[inside])]


def test_a_grey_floor_under_an_even_sky_is_grey() -> None:
    picture = taken(lit([FAR_AWAY], sky=2.0))
    assert picture.light.mean() == pytest.approx(2.0 * GREY, rel=0.01)
    assert picture.albedo.mean() == pytest.approx(GREY, rel=0.01)


def test_a_lamp_lights_the_floor_by_its_solid_angle() -> None:
    side, height, radiance = 20.0, 2000.0, 1000.0
    lamp = Lamp(np.array([0, 0, height]), np.array([-side, 0, 0]), np.array([0, side, 0]), np.full(3, radiance))
    picture = taken(lit([FAR_AWAY], (lamp,)))
    middle = picture.light[20:28, 28:36].mean()
    assert middle == pytest.approx(GREY / np.pi * radiance * (2 * side) ** 2 / height**2, rel=0.02)


def test_the_sun_lights_the_floor_and_a_ball_takes_it_away() -> None:
    aslant = np.array([0.6, 0.0, 0.8])
    hung = Solid(ball(at=(0.0, 0.0, 160.0)), DULL)
    arrays = arrays_of([hung], flat_ground(), Lighting((), np.zeros((8, 16, 3)), aslant, np.full(3, 4.0), 0.005))
    picture = taken(arrays)
    in_the_sun = GREY * 4.0 * aslant[2] / np.pi
    assert picture.light[:4, 50:].mean() == pytest.approx(in_the_sun, rel=0.03)
    assert picture.cover[24, 12, 0] == 0 and picture.light[24, 12].mean() < 0.3 * in_the_sun


def test_the_same_seed_gives_the_same_picture_on_any_number_of_threads() -> None:
    arrays = lit([Solid(ball(), DULL)], sky=1.0)
    one, two = taken(arrays, 4), taken(arrays, 4, threads=2)
    assert np.array_equal(one.light, two.light)
    assert not np.array_equal(one.light, taken(arrays, 4, seed=2).light)


def test_what_is_seen_is_what_the_rasteriser_covers() -> None:
    mesh, view = ball(), from_above()
    seen = seen_solids(lit([Solid(mesh, DULL)]), camera(320, 240), view)
    assert np.count_nonzero((seen == 0) != mesh_mask(mesh, view, camera(320, 240))) == 0


def test_edges_lie_where_the_rasteriser_has_them_to_a_fiftieth_of_a_pixel() -> None:
    mesh, fine = ball(60.0, (23.0, -11.0, 60.0)), 16
    view, own = from_above(), camera(96, 72)
    arrays = lit([Solid(mesh, DULL)])
    cover = traced(arrays, own, view, lens=Lens(), rays=256, seed=5).cover[..., 0].astype(np.float64)
    exact = mesh_mask(mesh, view, own.resized(96 * fine, 72 * fine)).reshape(72, fine, 96, fine).mean(axis=(1, 3))
    rows, columns = np.mgrid[:72, :96] + 0.5
    for places in (rows, columns):
        centre, true = ((places * shares).sum() / shares.sum() for shares in (cover, exact))
        assert abs(centre - true) < 0.02
    edge_px = 2 * np.sqrt(np.pi * exact.sum())
    assert abs(cover.sum() - exact.sum()) / edge_px < 0.02


def test_the_filter_takes_noise_away_and_leaves_edges() -> None:
    arrays = lit([Solid(ball(), Material(1.0, 0.0, tint=(0.8, 0.1, 0.1)))], sky=1.0, sun=np.full(3, 3.0))
    rough, clean = taken(arrays, 8), taken(arrays, 512, seed=9).light
    smooth = denoised(rough)
    inside = (slice(4, 44), slice(4, 60))
    error = [float(np.sqrt(((light - clean)[inside] ** 2).mean())) for light in (rough.light, smooth)]
    assert error[1] < 0.75 * error[0]
    assert smooth.mean() == pytest.approx(rough.light.mean(), rel=0.02)


def test_a_bent_lens_is_refused() -> None:
    bent = Camera(60.0, 60.0, 32.0, 24.0, 64, 48, np.array([0.1, 0, 0, 0, 0]))
    with pytest.raises(ValueError, match="distortion"):
        seen_solids(lit([FAR_AWAY]), bent, from_above())
