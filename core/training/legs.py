"""Simple legs: tapered tubes of skin, socks and trousers that rise from the collars of sneakers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry.mesh import Mesh
from core.sneaker.curves import smooth_path, smoothstep
from core.training.shoe_paint import pattern, random_colour

Array = NDArray[np.float64]
Pixels = NDArray[np.uint8]

_AROUND, _ALONG = 20, 22
_CLOTH_PX = 128
_CLOTH_MM = 260.0
# Radius of a leg over its height above the ankle, mm.
_HEIGHTS = np.array([0.0, 60.0, 150.0, 260.0, 380.0, 460.0, 700.0, 900.0])
_RADII = np.array([35.0, 34.0, 43.0, 53.0, 52.0, 56.0, 72.0, 84.0])


@dataclass(frozen=True, slots=True, eq=False)
class Ankle:
    """Where a leg starts, in the world (z up, mm): a place inside the shoe, the middle of its opening, the way to the
    toe (3,) unit, and the opening's half sides."""

    inside: Array
    opening: Array
    forward: Array
    half_length_mm: float
    half_width_mm: float


@dataclass(frozen=True, slots=True)
class Outfit:
    """How both legs of a person are dressed. hem_mm: the trousers' lower edge above the opening (below when negative);
    None: bare. ease_mm, flare_mm: how much wider than the leg the trousers are, above and at the hem.
    sock_mm: how far the socks reach above the opening. skirt_mm: lower edge of a skirt above the floor, or None."""

    hem_mm: float | None
    ease_mm: float
    flare_mm: float
    sock_mm: float
    skirt_mm: float | None
    thickness: float

    @staticmethod
    def drawn(rng: np.random.Generator) -> Outfit:
        """A random outfit."""
        kind = rng.choice(("long", "cropped", "shorts", "skirt"), p=(0.5, 0.24, 0.16, 0.10))
        hem = {
            "long": rng.uniform(-45, 35),
            "cropped": rng.uniform(30, 220),
            "shorts": rng.uniform(330, 520),
            "skirt": None,
        }[str(kind)]
        skirt = float(rng.uniform(220, 560)) if kind == "skirt" else None
        sock = float(rng.choice((0.0, rng.uniform(5, 60), rng.uniform(60, 220)), p=(0.3, 0.45, 0.25)))
        flare = float(rng.choice((rng.uniform(2, 14), rng.uniform(10, 60)), p=(0.6, 0.4)))
        ease = float(rng.uniform(3, 40))
        return Outfit(None if hem is None else float(hem), ease, flare, sock, skirt, float(rng.uniform(0.85, 1.2)))


@dataclass(frozen=True, slots=True, eq=False)
class Garment:
    """A textured tube in the world."""

    mesh: Mesh


def person_legs(ankles: list[Ankle], outfit: Outfit, rng: np.random.Generator) -> list[Garment]:
    """Tubes for the legs over one or two ankles, in the same skin and cloth."""
    skin = _skin(rng)
    sock = _woven(random_colour(rng, bright=0.35), rng)
    cloth = _cloth(rng)
    middle = np.mean([ankle.opening for ankle in ankles], axis=0)
    hips = np.array([middle[0], middle[1], 0.0]) + np.array([*rng.normal(0, 60, 2), 950.0])
    garments = []
    for ankle in ankles:
        aside = (ankle.opening - middle) * [0.45, 0.45, 0.0]
        path = _leg_path(ankle, hips + aside, rng)
        garments += _leg(ankle, path, outfit, rng, skin=skin, sock=sock, cloth=cloth)
    if outfit.skirt_mm is not None:
        garments.append(Garment(_skirt(hips, ankles, outfit.skirt_mm, cloth, rng)))
    garments.append(Garment(_torso(hips, ankles, rng)))
    return garments


def _torso(hips: Array, ankles: list[Ankle], rng: np.random.Generator) -> Mesh:
    """A shirt or coat from the hips, or lower, up to where no picture reaches."""
    up = np.array([0.0, 0.0, 1.0])
    hem = float(rng.choice((-160.0, -340.0, -540.0), p=(0.7, 0.2, 0.1)))
    path = np.linspace(hips + hem * up, hips + 800.0 * up, _ALONG)
    half = np.interp(np.linspace(0, 1, _ALONG), [0, 0.3, 0.6, 1], [205, 190, 180, 230])
    forward = np.mean([ankle.forward for ankle in ankles], axis=0)
    cloth = _woven(random_colour(rng, bright=0.5), rng)
    run = _run(path)
    return _tube(path, run, run, 0.7 * half, half, forward, cloth, folds=_folds(_ALONG, rng, strength=0.04))


def _leg_path(ankle: Ankle, hip: Array, rng: np.random.Generator) -> Array:
    rising = ankle.opening - ankle.inside
    rising = rising / np.linalg.norm(rising)
    up = np.array([0.0, 0.0, 1.0])
    above = ankle.opening + 70.0 * (0.6 * rising + 0.4 * up)
    knee = 0.5 * (above + hip) + ankle.forward * rng.uniform(-10, 70)
    shin = 0.55 * above + 0.45 * knee
    return smooth_path(np.array([ankle.inside, ankle.opening, above, shin, knee, hip]), 6 * _ALONG)


def _leg(
    ankle: Ankle,
    path: Array,
    outfit: Outfit,
    rng: np.random.Generator,
    *,
    skin: Pixels,
    sock: Pixels,
    cloth: Pixels,
) -> list[Garment]:
    run = _run(path)
    opening = float(run[np.argmin(np.linalg.norm(path - ankle.opening, axis=1))])
    span = float(run[-1])

    def radii(at: Array) -> tuple[Array, Array]:
        body = np.interp(at - opening, _HEIGHTS, _RADII * outfit.thickness)
        low = smoothstep(at - opening, 70.0, 0.0)
        wide = body * (1 - low) + min(ankle.half_width_mm, 38.0) * low
        return wide * (1 + 0.22 * low), wide  # an ankle is longer than wide

    garments = []
    sock_end = opening + max(outfit.sock_mm, 0.0)
    if sock_end > opening:
        at = np.linspace(0, sock_end, _ALONG)
        long, wide = radii(at)
        garments.append(Garment(_tube(path, run, at, long + 1.5, wide + 1.5, ankle.forward, sock)))
    at = np.linspace(0, span, 2 * _ALONG)
    long, wide = radii(at)
    garments.append(Garment(_tube(path, run, at, long, wide, ankle.forward, skin)))
    if outfit.hem_mm is not None:
        start = max(opening + outfit.hem_mm, 0.3 * opening)
        at = np.linspace(start, span, 2 * _ALONG)
        long, wide = radii(at)
        ease = outfit.ease_mm + (outfit.flare_mm - outfit.ease_mm) * smoothstep(at - start, 320.0, 0.0)
        if outfit.hem_mm < 8.0:  # over the collar: it must be wider than the shoe there
            over = smoothstep(at - opening, 40.0, 0.0)
            room = np.maximum(ankle.half_width_mm + 13.0 - wide, 0.0)
            ease = np.maximum(ease, over * room)
            long = long + over * 12.0
        folds = _folds(len(at), rng, strength=0.02 + 0.0011 * outfit.ease_mm)
        garments.append(Garment(_tube(path, run, at, long + ease, wide + ease, ankle.forward, cloth, folds=folds)))
    return garments


def _skirt(hips: Array, ankles: list[Ankle], hem_mm: float, cloth: Pixels, rng: np.random.Generator) -> Mesh:
    feet = np.mean([ankle.opening for ankle in ankles], axis=0)
    bottom = np.array([0.6 * hips[0] + 0.4 * feet[0], 0.6 * hips[1] + 0.4 * feet[1], hem_mm])
    path = smooth_path(np.array([bottom, 0.5 * (bottom + hips), hips]), _ALONG)
    run = _run(path)
    spread = max(float(np.linalg.norm(ankles[0].opening - ankles[-1].opening)) / 2, 60.0)
    half = np.linspace(spread + rng.uniform(90, 170), 175.0, _ALONG)
    forward = np.mean([ankle.forward for ankle in ankles], axis=0)
    folds = _folds(_ALONG, rng, strength=0.07)
    return _tube(path, run, run, np.maximum(0.8 * half, 165.0), half, forward, cloth, folds=folds)


def _run(path: Array) -> Array:
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])


def _folds(count: int, rng: np.random.Generator, *, strength: float) -> Array:
    """(count, _AROUND) factors on a tube's radius: creases that run slanting around it."""
    import cv2

    rough = rng.normal(0, 1, (max(3, count // int(rng.integers(3, 9))), 7)).astype(np.float32)
    rough = np.concatenate([rough, rough[:, :1]], axis=1)  # closed around
    smooth = cv2.resize(rough, (_AROUND + 1, count), interpolation=cv2.INTER_CUBIC)[:, :_AROUND]
    return 1 + strength * smooth.astype(np.float64)


def _tube(
    path: Array,
    run: Array,
    at: Array,
    half_long: Array,
    half_wide: Array,
    forward: Array,
    texture: Pixels,
    *,
    folds: Array | None = None,
) -> Mesh:
    """An open tube around a path at lengths `at`; `forward` is the direction of its long half axis."""
    middle = np.stack([np.interp(at, run, column) for column in path.T], axis=1)
    along = np.gradient(middle, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    ahead = forward - (along @ forward)[:, None] * along
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
    aside = np.cross(along, ahead)
    angles = np.arange(_AROUND) / _AROUND * 2 * np.pi
    shape = np.ones((len(at), _AROUND)) if folds is None else folds
    x = half_long[:, None] * np.cos(angles) * shape
    y = half_wide[:, None] * np.sin(angles) * shape
    points = middle[:, None] + x[..., None] * ahead[:, None] + y[..., None] * aside[:, None]
    points = np.concatenate([points, points[:, :1]], axis=1)  # a seam, so that uv can run around
    columns = np.linspace(0, 2, _AROUND + 1)
    u, v = np.broadcast_to(columns, points.shape[:2]), np.broadcast_to((at / _CLOTH_MM)[:, None], points.shape[:2])
    index = np.arange(points.shape[0] * points.shape[1]).reshape(points.shape[:2])
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    return Mesh(points.reshape(-1, 3), faces, np.stack([u, v], -1).reshape(-1, 2), texture)


def _skin(rng: np.random.Generator) -> Pixels:
    tone = rng.random()
    light, dark = np.array([236.0, 196.0, 172.0]), np.array([82.0, 52.0, 40.0])
    colour = light * (1 - tone) + dark * tone + rng.normal(0, 5, 3)
    return _woven(colour, rng, grain=2.0)


def _woven(colour: Array, rng: np.random.Generator, *, grain: float = 6.0) -> Pixels:
    picture = colour + rng.normal(0, grain, (_CLOTH_PX, _CLOTH_PX, 1))
    return np.clip(picture, 0, 255).astype(np.uint8)


def _cloth(rng: np.random.Generator) -> Pixels:
    """Trousers: dark mostly, jeans often, now and then light, bright or patterned."""
    kind = rng.choice(("dark", "jeans", "any"), p=(0.38, 0.27, 0.35))
    if kind == "dark":
        colour = rng.uniform(12, 60) + rng.normal(0, 6, 3)
    elif kind == "jeans":
        share = rng.random()
        colour = np.array([28.0, 36.0, 58.0]) * (1 - share) + np.array([138.0, 162.0, 190.0]) * share
    else:
        colour = random_colour(rng, bright=0.55)
    picture = pattern(_CLOTH_PX, np.asarray(colour), rng) if rng.random() < 0.4 else np.asarray(colour)
    picture = picture + rng.normal(0, 7 if kind == "jeans" else 4, (_CLOTH_PX, _CLOTH_PX, 1))
    return np.clip(picture, 0, 255).astype(np.uint8)
