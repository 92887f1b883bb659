"""What else stands in the sample scenes: a dressed leg, a shoe box, and a studio's curved paper."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry.mesh import Mesh
from core.render.traced_scene import Material, Solid
from core.sneaker.curves import smooth_path, smoothstep
from core.sneaker.patches import grid_faces

Array = NDArray[np.float64]
Bytes = NDArray[np.uint8]

_AROUND, _ALONG = 128, 150


def dressed_leg(ankle: Array, forward: Array, *, lean: tuple[float, float], seed: int) -> list[Solid]:
    """Jeans and a sock over an ankle (3,) mm that points forward (3,) unit; the knee leans by so much (mm) ahead and
    to the left of it."""
    left = np.cross([0.0, 0.0, 1.0], forward)
    knee = ankle + np.array([0.0, 0.0, 430.0]) + lean[0] * forward + lean[1] * left
    sock = _tube(
        smooth_path(
            np.array([ankle - [0, 0, 30.0] + 12.0 * forward, ankle + 8.0 * forward, ankle + 0.3 * (knee - ankle)]), 40
        ),
        np.full((40, 1), 27.0) * (1 + 0.25 * np.abs(np.cos(np.arange(49) / 48 * 2 * np.pi))),
        forward,
    )
    return [
        Solid(_jeans(ankle, knee, forward, seed=seed), Material(0.85, 0.02, relief_mm=0.25, weave_mm=1.1)),
        Solid(sock, Material(0.9, 0.01, weave_mm=1.6, tint=(0.72, 0.72, 0.70))),
    ]


def shoe_box(middle_mm: tuple[float, float], *, turned_deg: float, sides_mm: tuple[float, float, float]) -> list[Solid]:
    """A closed cardboard box with its lid, standing on the floor."""
    length, width, height = sides_mm
    lid = 0.36 * height
    c, s = np.cos(np.radians(turned_deg)), np.sin(np.radians(turned_deg))
    turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    body = _block(length, width, height - 3.0, 0.0, _board(np.array([176, 139, 98]), seed=3))
    cover = _block(length + 5.0, width + 5.0, lid, height - lid, _board(np.array([36, 58, 66]), seed=5))
    name = _block(length + 4.8, width + 4.8, 1.0, height - 0.7, _board(np.array([36, 58, 66]), seed=5, printed=True))
    at = np.array([*middle_mm, 0.0])
    return [
        Solid(part.with_vertices(part.vertices_mm @ turn.T + at), Material(0.62, 0.035, weave_mm=2.5))
        for part in (body, cover, name)
    ]


def paper_sweep(away: Array, *, starts_mm: float, colour: tuple[float, float, float]) -> Solid:
    """Seamless paper that rises in a curve behind the scene, `starts_mm` from the origin towards `away` (2,) unit."""
    radius, turns = 420.0, np.linspace(0, np.pi / 2, 40)
    profile = [(starts_mm + radius * np.sin(t), radius * (1 - np.cos(t)) - 0.2) for t in turns]
    profile.append((starts_mm + radius, 3200.0))
    wide = np.linspace(-4000, 4000, 3)
    side = np.array([-away[1], away[0]])
    grid = np.array([[[*(d * away + w * side), z] for w in wide] for d, z in profile])
    faces = grid_faces(len(profile), len(wide)).astype(np.int32)
    return Solid(Mesh(grid.reshape(-1, 3), faces), Material(0.9, 0.01, tint=colour))


def _jeans(ankle: Array, knee: Array, forward: Array, *, seed: int) -> Mesh:
    """A straight trouser leg that breaks over the shoe: folds that run round it, deeper towards the hem."""
    rng = np.random.default_rng(seed)
    start = ankle + np.array([0.0, 0.0, -42.0]) + 7.0 * forward
    path = smooth_path(np.array([start, ankle + [0, 0, 70.0] + 5.0 * forward, knee]), _ALONG)
    along = np.linspace(0, 1, _ALONG)[:, None]
    turn = np.linspace(0, 2 * np.pi, _AROUND + 1)[None]
    ahead = np.cos(turn)
    radius = 59.0 + 16.0 * ahead**2 * (1 - along) + 13.0 * along
    run_mm = along * 470.0
    folds = np.zeros((_ALONG, _AROUND + 1))
    for size, depth in ((74.0, 4.6), (41.0, 3.1), (23.0, 1.4)):
        bend = sum(rng.uniform(-1, 1) * np.cos(k * turn + rng.uniform(0, 6.3)) / k for k in (1, 2, 3))
        strength = 0.55 + 0.45 * np.cos(turn + rng.uniform(0, 6.3) - 1.6 * along)
        wave = np.sin(2 * np.pi * run_mm / size + 2.3 * bend + rng.uniform(0, 6.3))
        folds += depth * strength * np.sign(wave) * np.abs(wave) ** 1.2 * np.exp(-run_mm / 190.0)
    creases = sum(
        3.5
        * np.exp(-((((turn - rng.uniform(0, 2 * np.pi) + 0.5 * along * rng.normal()) % (2 * np.pi) - 3.1) / 0.35) ** 2))
        for _ in range(4)
    )
    radius = radius + folds * smoothstep(along, 0.0, 0.10) + creases * along
    path = np.repeat(path[:, None], _AROUND + 1, axis=1)
    # The hem lies on the laces in front and hangs lower behind.
    path[..., 2] += 17.0 * ahead * np.exp(-run_mm / 70.0)
    outer = _tube(path, radius, forward, folds=2.2)
    return Mesh(outer.vertices_mm, outer.faces, outer.uv, _denim(seed))


def _tube(path: Array, radius: Array, forward: Array, *, folds: float = 0.0) -> Mesh:
    """A tube of (T, N) radii in mm around a path (T, 3) or (T, N, 3), its first column forward; open at both ends.

    folds: mm that the lower end is turned in by.
    """
    rows, columns = radius.shape
    path = path if path.ndim == 3 else np.repeat(path[:, None], columns, axis=1)
    turn = np.linspace(0, 2 * np.pi, columns)[None, :, None]
    left = np.cross([0.0, 0.0, 1.0], forward)
    outward = np.cos(turn) * forward + np.sin(turn) * left
    points = path + radius[..., None] * outward
    if folds:
        inner = points[:6][::-1] - folds * outward
        points = np.concatenate([inner, points])
        rows += 6
    u, v = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
    return Mesh(
        points.reshape(-1, 3), grid_faces(rows, columns).astype(np.int32), np.stack([u, v], axis=-1).reshape(-1, 2)
    )


def _denim(seed: int) -> Bytes:
    """(2048, 2048, 3): washed indigo twill; a double seam down one side and along the hem."""
    side = 2048
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side].astype(np.float64)
    twill = 0.5 + 0.5 * np.sin((x * 1.0 + y * 0.8) * 2 * np.pi / 7.0)
    yarn = rng.normal(size=(side, side))
    yarn = (yarn + np.roll(yarn, 1, axis=0) + np.roll(yarn, 2, axis=0) + np.roll(yarn, 3, axis=0)) / 2
    slub = np.repeat(rng.normal(size=(1, side)), side, axis=0)
    worn = _clouds(rng, side)
    up = 1 - y / side
    fade = 0.35 * np.exp(-((((x / side - 0.02) % 1.0 - 0.0) / 0.10) ** 2)) * smoothstep(up, 0.15, 0.5)
    level = 0.62 + 0.16 * (twill - 0.5) + 0.045 * yarn + 0.03 * slub + 0.28 * (worn - 0.5) + fade
    dark, light = np.array([32.0, 40.0, 58.0]), np.array([122.0, 136.0, 158.0])
    colour = dark + (light - dark) * np.clip(level - 0.18, 0, 1)[..., None] ** 1.4
    for seam in (0.243, 0.257):
        near = smoothstep(np.abs(x / side - seam), 0.0022, 0.0010) * ((y // 9) % 3 != 0)
        colour = colour * (1 - near[..., None]) + np.array([178.0, 118.0, 58.0]) * near[..., None]
    ridge = np.exp(-(((x / side - 0.25) / 0.006) ** 2))
    hem = smoothstep(np.abs(up - 0.085), 0.0016, 0.0008) * ((x // 9) % 3 != 0)
    colour = colour * (1 - hem[..., None]) + np.array([178.0, 118.0, 58.0]) * hem[..., None]
    edge = (
        1 - 0.30 * np.exp(-(((up - 0.094) / 0.006) ** 2)) + 0.12 * np.exp(-(((up - 0.045) / 0.012) ** 2)) + 0.12 * ridge
    )
    return np.clip(colour * edge[..., None], 0, 255).astype(np.uint8)


def _clouds(rng: np.random.Generator, side: int) -> Array:
    """(side, side) 0..1 soft patches."""
    from scipy.ndimage import zoom  # heavy, and only who makes the samples needs it

    total = sum(
        zoom(rng.random((n + 1, n + 1)), side / (n + 1), order=1)[:side, :side] / k for k, n in ((1, 8), (2, 24))
    )
    return np.asarray(total / 1.5)


def _board(colour: Array, *, seed: int, printed: bool = False) -> Bytes:
    """(1024, 1024, 3) cardboard; printed: a pale band with the maker's name on it."""
    import cv2  # drawing is needed only where the samples are made

    rng = np.random.default_rng(seed)
    base = colour * (1 + 0.05 * (_clouds(rng, 1024) - 0.5) + 0.02 * rng.normal(size=(1024, 1024)))[..., None]
    picture = np.ascontiguousarray(np.clip(base, 0, 255).astype(np.uint8))
    if printed:
        cv2.rectangle(picture, (150, 700), (873, 712), (214, 120, 62), -1)
        cv2.putText(picture, "OUTSOLE", (255, 560), cv2.FONT_HERSHEY_DUPLEX, 4.0, (232, 228, 216), 12, cv2.LINE_AA)
    return picture


def _block(length: float, width: float, height: float, above: float, texture: Bytes) -> Mesh:
    """A box of (length, width, height) from `above` the floor, its edges a little rounded; every side has the whole

    texture."""
    half = np.array([length / 2, width / 2, height / 2])
    vertices: list[Array] = []
    uvs: list[tuple[float, float]] = []
    faces: list[tuple[int, int, int]] = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            n = np.eye(3)[axis] * sign
            across = np.array([-n[1], n[0], 0.0]) if axis < 2 else np.array([1.0, 0.0, 0.0])
            up = np.cross(n, across)
            corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
            start = len(vertices)
            for a, b in corners:
                vertices.append((n + a * across + b * up) * half + [0, 0, above + height / 2])
                uvs.append(((a + 1) / 2, (b + 1) / 2))
            faces += [(start, start + 1, start + 2), (start, start + 2, start + 3)]
    return Mesh(np.array(vertices), np.array(faces), np.array(uvs), texture)
