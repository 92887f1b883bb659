"""Where sneakers stand in a composite: how large, turned how, alone or as a pair, and the legs they are worn on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.labels.instance import Side
from core.training.cutout import Cutout
from core.training.layers import SEEN, Layer, placed, softened
from core.training.limbs import Clothing, Stance, clothing, leg
from core.training.recolouring import recoloured
from core.training.textures import Random

Size = tuple[int, int]
Cutouts = tuple[Cutout, ...]
Point = NDArray[np.floating]

_LEAST, _MOST = 0.06, 0.7
_LARGEST_ZOOM = 2.2
# Somebody who faces the camera has the left shoe on the right of the picture; so do nine in ten of those in photos.
_FACING = 0.9
_OTHER = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, Side.UNKNOWN: Side.UNKNOWN}


@dataclass(frozen=True, slots=True)
class ShownShoe:
    """A sneaker in its place, the side it is for after mirroring, and the leg it is worn on, if any."""

    layer: Layer
    side: Side
    leg: Layer | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Sneakers that belong together: one, or the two of a pair, the further one first."""

    shoes: tuple[ShownShoe, ...]


@dataclass(frozen=True, slots=True)
class _Stand:
    """How one cut-out is to stand. long_px: its long side; paint: a seed, the same for both shoes of a pair."""

    cutout: Cutout
    long_px: float
    turn_deg: float
    flip: bool
    paint: int
    shear: float = 0.0


def groups_of(random: Random, cutouts: Cutouts, size_px: Size, *, from_front: bool, few: bool) -> list[Group]:
    """Sneakers for one picture of (width, height) px, the furthest first; few: others are in the picture already."""
    count = int(random.choice([1, 2, 3, 4], p=[0.62, 0.23, 0.1, 0.05]))
    if few:
        count = int(random.choice([0, 1, 2], p=[0.45, 0.45, 0.1]))
    longest = max(size_px)
    most = _MOST if count == 1 else 0.45
    size = float(np.exp(random.uniform(np.log(_LEAST), np.log(most)))) * longest
    chosen = [one for one in cutouts if one.upright == from_front] or list(cutouts)
    if random.uniform() < 0.15:
        chosen = list(cutouts)
    places = _places(random, count, size_px, size, from_front=from_front)
    if from_front:
        places = places[np.argsort(places[:, 1])]
    wears = clothing(random)
    groups = []
    for place in places:
        cutout = chosen[int(random.integers(len(chosen)))]
        # What is further up stands further off, seen from the front.
        nearness = 0.75 + 0.5 * place[1] / size_px[1] if from_front else float(np.exp(random.normal(0, 0.1)))
        long_px = min(size * nearness, _LARGEST_ZOOM * cutout.long_side_px)
        stand = _stand(random, cutout, long_px=long_px, from_front=from_front)
        if random.uniform() < 0.3:
            wears = clothing(random)
        groups.append(_group(random, stand, place, size_px, wears=wears, from_front=from_front))
    return groups


def _places(random: Random, count: int, size_px: Size, size: float, *, from_front: bool) -> Point:
    """(count, 2) px: where groups have their middles, mostly apart; lower in the picture when seen from the front."""
    low, high = (0.3, 1.0) if from_front else (0.02, 0.98)
    found: list[Point] = []
    for _ in range(count):
        tries = random.uniform((0.02, low), (0.98, high), (6, 2)) * size_px
        if not found or random.uniform() < 0.2:
            found.append(tries[0])
            continue
        gaps = np.linalg.norm(tries[:, None] - np.array(found)[None], axis=2).min(axis=1)
        far = np.flatnonzero(gaps > 1.5 * size)
        found.append(tries[far[0] if len(far) else int(gaps.argmax())])
    return np.array(found).reshape(-1, 2)


def _stand(random: Random, cutout: Cutout, *, long_px: float, from_front: bool) -> _Stand:
    upright = cutout.upright if random.uniform() < 0.9 else from_front
    turn = random.normal(0, 10) if upright else random.uniform(0, 360)
    flip = bool(random.uniform() < 0.5)
    return _Stand(cutout, long_px, turn, flip, int(random.integers(2**31)), float(random.normal(0, 0.07)))


def _group(random: Random, stand: _Stand, place: Point, size_px: Size, *, wears: Clothing, from_front: bool) -> Group:
    shoes = [stand]
    layers = [_layer(random, stand, place)]
    if random.uniform() < (0.65 if from_front else 0.45):
        other = _partner(random, stand)
        second = _layer(random, other, place)
        across, along = _beside(random, stand, layers[0], second, from_front=from_front)
        if from_front and _shown_side(other) is not Side.UNKNOWN:
            is_right_of = (_shown_side(other) is Side.LEFT) == (random.uniform() < _FACING)
            across = abs(across) if is_right_of else -abs(across)
        layers.append(second.moved(across, along))
        shoes.append(other)
    if from_front:
        order = np.argsort([one.corner_px[1] + one.alpha.shape[0] for one in layers])
    else:
        order = random.permutation(len(layers))
    worn = random.uniform() < (0.7 if from_front else 0.15)
    up = _up(random, layers[0], from_front=from_front)
    # What tells the feet of a pair apart, their places, would say otherwise of one of them than its shape does.
    is_same_twice = len(shoes) == 2 and shoes[0].flip == shoes[1].flip
    shown = []
    for index in order:
        layer, one = layers[index], shoes[index]
        side = Side.UNKNOWN if is_same_twice else _shown_side(one)
        limb = _worn(random, layer, size_px, up=up, wears=wears) if worn else None
        shown.append(ShownShoe(layer, side, limb))
    return Group(tuple(shown))


def _shown_side(stand: _Stand) -> Side:
    return _OTHER[stand.cutout.side] if stand.flip else stand.cutout.side


def _layer(random: Random, stand: _Stand, place: Point) -> Layer:
    scale = stand.long_px / stand.cutout.long_side_px
    layer = placed(
        stand.cutout.pixels,
        stand.cutout.alpha,
        scale=scale,
        turn_deg=stand.turn_deg,
        flip=stand.flip,
        centre_px=(float(place[0]), float(place[1])),
        shear=stand.shear,
    )
    return softened(random, recoloured(np.random.default_rng(stand.paint), layer))


def _partner(random: Random, stand: _Stand) -> _Stand:
    """The other shoe of the pair: mirrored, pointing about the same way; from the front, sometimes not mirrored."""
    long_px = stand.long_px * float(np.exp(random.normal(0, 0.05)))
    spread = random.normal(0, 14)
    if stand.cutout.upright:
        flip = stand.flip if random.uniform() < 0.5 else not stand.flip
        return _Stand(stand.cutout, long_px, -stand.turn_deg + 0.4 * spread, flip, stand.paint, stand.shear)
    # Mirroring turns an axis at a degrees into one at 180 - a; turned back so, toes point the same way again.
    axis = np.rad2deg(_axis(stand.cutout.alpha))
    axis = 180 - axis if stand.flip else axis
    pointing = stand.turn_deg + axis
    turn = pointing - (180 - axis) + spread
    if random.uniform() < 0.15:
        turn += 180
    return _Stand(stand.cutout, long_px, turn, not stand.flip, stand.paint, -stand.shear)


def _beside(random: Random, stand: _Stand, first: Layer, second: Layer, *, from_front: bool) -> tuple[float, float]:
    """By how much the second shoe of a pair stands beside the first, in px: overlapping, touching or a little apart."""
    gap = random.uniform(0.65, 1.0) if random.uniform() < 0.6 else random.uniform(1.0, 1.9)
    if from_front:
        width = 0.5 * (first.alpha.shape[1] + second.alpha.shape[1])
        sign = random.choice([-1.0, 1.0])
        return sign * width * gap * random.uniform(0.6, 1.0), random.normal(0, 0.12) * first.alpha.shape[0]
    angle = _axis((first.alpha * 255).astype(np.uint8))
    across = np.array([-np.sin(angle), np.cos(angle)])
    along = np.array([np.cos(angle), np.sin(angle)])
    width = 0.5 * (_extent(first, across) + _extent(second, across))
    step = random.choice([-1.0, 1.0]) * across * width * gap + along * random.normal(0, 0.12) * stand.long_px
    return float(step[0]), float(step[1])


def _axis(alpha: NDArray[np.uint8]) -> float:
    """Radians: the direction, up to 180 degrees, in which a shape is longest."""
    rows, columns = np.nonzero(alpha >= 128)
    if len(rows) < 3:
        return 0.0
    points = np.stack([columns - columns.mean(), rows - rows.mean()])
    _, vectors = np.linalg.eigh(points @ points.T)
    return float(np.arctan2(vectors[1, 1], vectors[0, 1]))


def _extent(layer: Layer, direction: Point) -> float:
    """How far a layer reaches along a unit direction, in px."""
    rows, columns = np.nonzero(layer.alpha[::3, ::3] >= SEEN)
    if not len(rows):
        return 1.0
    along = 3 * (columns * direction[0] + rows * direction[1])
    return float(along.max() - along.min())


def _up(random: Random, layer: Layer, *, from_front: bool) -> tuple[float, float]:
    """Unit direction in which legs leave: up, or, seen from above, along the shoe, as from one who looks down."""
    angle = -np.pi / 2 + random.normal(0, 0.16)
    if not from_front:
        angle = _axis((layer.alpha * 255).astype(np.uint8)) + random.choice([0, np.pi]) + random.normal(0, 0.4)
    return float(np.cos(angle)), float(np.sin(angle))


def _worn(random: Random, layer: Layer, size_px: Size, *, up: tuple[float, float], wears: Clothing) -> Layer:
    """The leg of a shoe: it ends inside the outline, at the end that lies in the direction `up`."""
    rows, columns = np.nonzero(layer.alpha >= SEEN)
    if not len(rows):
        rows, columns = np.array([0]), np.array([0])
    along = columns * up[0] + rows * up[1]
    reach = float(along.max() - along.min())
    end = along >= np.quantile(along, 0.86)
    end_px = np.array([columns[end].mean() + layer.corner_px[0], rows[end].mean() + layer.corner_px[1]])
    across = np.array([-up[1], up[0]])
    broad = min(_extent(layer, across), 1.3 * reach)
    width = float(np.clip(broad * random.uniform(0.3, 0.62), 4, 0.5 * max(size_px)))
    end_px = end_px - np.array(up) * reach * random.uniform(-0.05, 0.16)
    return leg(random, size_px, Stance((float(end_px[0]), float(end_px[1])), width, up), wears)
