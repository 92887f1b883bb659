"""One composite picture: cut-out sneakers, alone or in pairs, under legs and among things, laid over a background.

Each picture depends on its random generator alone. What is labelled is what is seen: the pixels at which a sneaker
covers at least half of what lies there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from core.labels.instance import Side
from core.training.backdrops import FROM_ABOVE, painted_by, seen_from_above, seen_from_the_front
from core.training.coco_writer import WrittenInstance
from core.training.exposure import exposed, lit, taken
from core.training.ingredients import Ingredients, Scene
from core.training.layers import Layer, Shadow, cast, lay
from core.training.limbs import Stance, clothing, foot, leg
from core.training.occluders import thing
from core.training.shoe_groups import Group, ShownShoe, groups_of
from core.training.textures import Floats, Random, colour

Pixels = NDArray[np.uint8]

LEAST_SEEN = 0.15
LEAST_PX = 24
_IGNORED = 255
_NOBODY = 0


@dataclass(frozen=True, slots=True)
class Shares:
    """How often something happens, each 0..1. empty: a picture without a sneaker; photos: a background that is a photo,
    where there are some; scenes: a labelled photo that goes on with its own sneakers, where there are some."""

    empty: float = 0.1
    photos: float = 0.45
    scenes: float = 0.3


USUAL = Shares()


@dataclass(frozen=True, slots=True)
class Composite:
    """A picture and its sneakers. pixels: (H, W, 3) uint8 RGB; quality: of the JPEG it is to be stored as, 1..100."""

    pixels: Pixels
    instances: tuple[WrittenInstance, ...]
    quality: int


@dataclass(slots=True)
class _Canvas:
    """The picture while it is built. owners: (H, W), 0 nobody, else the number of the sneaker that is seen there.

    areas, sides: by number, the area that a sneaker has by itself in px, and its side.
    """

    picture: Floats
    owners: Pixels
    areas: dict[int, float]
    sides: dict[int, Side]


def compose(random: Random, ingredients: Ingredients, size_px: tuple[int, int], shares: Shares = USUAL) -> Composite:
    """A picture of (width, height) px from ingredients; the same generator state gives the same picture.

    A sneaker that shows less than 15 % of itself, or fewer than 24 px, becomes an ignore region.
    """
    from_front = random.uniform() < 0.5
    is_empty = not ingredients.cutouts or random.uniform() < shares.empty
    canvas = _background(random, ingredients, size_px, shares=shares, from_front=from_front, is_empty=is_empty)
    shadow = _shadow(random, flat=from_front)
    has_own = bool(canvas.areas)
    groups = [] if is_empty else groups_of(random, ingredients.cutouts, size_px, from_front=from_front, few=has_own)
    behind = 0 if has_own else int(random.integers(0, 5))
    _lay_things(random, canvas, ingredients, shadow, count=behind)
    if from_front and not has_own and random.uniform() < 0.25:
        _lay_feet(random, canvas, shadow)
    for group in groups:
        _lay_group(canvas, group, shadow)
    if random.uniform() < (0.4 if groups else 0.2):
        _lay_things(random, canvas, ingredients, shadow, count=int(random.integers(1, 3)), near=_middles(groups))
    picture = taken(random, exposed(random, lit(random, canvas.picture)))
    pixels = np.clip(picture * 255 + 0.5, 0, 255).astype(np.uint8)
    return Composite(pixels, _instances(canvas), int(random.integers(45, 97)))


def _background(
    random: Random,
    ingredients: Ingredients,
    size_px: tuple[int, int],
    *,
    shares: Shares,
    from_front: bool,
    is_empty: bool,
) -> _Canvas:
    owners = np.zeros((size_px[1], size_px[0]), dtype=np.uint8)
    if ingredients.scenes and not is_empty and random.uniform() < shares.scenes:
        return _scene(random, ingredients.scenes[int(random.integers(len(ingredients.scenes)))], size_px)
    if ingredients.photos and random.uniform() < shares.photos:
        photo = ingredients.photos[int(random.integers(len(ingredients.photos)))]
        picture = _crop(random, photo, size_px)
    else:
        picture = (seen_from_the_front if from_front else seen_from_above)(random, size_px)
    if random.uniform() < 0.3:
        picture = cv2.GaussianBlur(picture, (0, 0), random.uniform(0.5, 5))
    return _Canvas(np.clip(picture, 0, 1).astype(np.float32), owners, {}, {})


def _crop(random: Random, photo: Pixels, size_px: tuple[int, int]) -> Floats:
    """A random part of a photo, perhaps mirrored, at the size asked for."""
    window = _window(random, photo.shape[:2], size_px, least=0.25)
    part = cv2.resize(photo[window], size_px, interpolation=cv2.INTER_AREA)
    if random.uniform() < 0.5:
        part = part[:, ::-1]
    return part.astype(np.float32) / 255


def _window(random: Random, shape: tuple[int, ...], size_px: tuple[int, int], *, least: float) -> tuple[slice, slice]:
    height, width = shape[:2]
    whole = min(width / size_px[0], height / size_px[1])
    scale = whole * np.exp(random.uniform(np.log(least), 0))
    columns = max(2, min(width, round(size_px[0] * scale)))
    rows = max(2, min(height, round(size_px[1] * scale)))
    x, y = int(random.integers(0, width - columns + 1)), int(random.integers(0, height - rows + 1))
    return slice(y, y + rows), slice(x, x + columns)


def _scene(random: Random, scene: Scene, size_px: tuple[int, int]) -> _Canvas:
    """A part of a labelled photo, with those of its sneakers that are in it."""
    window = _window(random, scene.labels.shape, size_px, least=0.35)
    picture = cv2.resize(scene.pixels[window], size_px, interpolation=cv2.INTER_LINEAR).astype(np.float32) / 255
    labels = scene.labels[window]
    mirrored = random.uniform() < 0.5
    zoom = size_px[0] * size_px[1] / labels.size
    owners = np.zeros((size_px[1], size_px[0]), dtype=np.uint8)
    areas: dict[int, float] = {}
    sides: dict[int, Side] = {}
    for number in np.unique(labels[labels > 0]).tolist():
        cover = cv2.resize((labels == number).astype(np.uint8) * 255, size_px, interpolation=cv2.INTER_LINEAR)
        owners[cover >= 128] = number
        if number != _IGNORED:
            areas[number] = float((scene.labels == number).sum()) * zoom
            sides[number] = _mirrored(scene.sides[number - 1]) if mirrored else scene.sides[number - 1]
    if mirrored:
        picture, owners = picture[:, ::-1], owners[:, ::-1]
    return _Canvas(np.ascontiguousarray(picture), np.ascontiguousarray(owners), areas, sides)


def _mirrored(side: Side) -> Side:
    return _OTHER[side]


_OTHER: Mapping[Side, Side] = MappingProxyType(
    {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, Side.UNKNOWN: Side.UNKNOWN}
)


def _shadow(random: Random, *, flat: bool) -> Shadow:
    angle, length = random.uniform(0, 2 * np.pi), abs(random.normal(0, 0.22))
    offset = (float(np.cos(angle) * length), float(np.sin(angle) * length))
    if flat and random.uniform() < 0.7:
        lean, strength, softness = random.normal(0, 0.8), random.uniform(0.1, 0.75), random.uniform(0.02, 0.25)
        return Shadow((float(lean), 0.0), strength, softness, flat=True)
    return Shadow(offset, random.uniform(0.0, 0.8), random.uniform(0.01, 0.3))


def _lay_group(canvas: _Canvas, group: Group, shadow: Shadow) -> None:
    """A shoe or a pair, back to front, each leg before its shoe."""
    for shown in group.shoes:
        cast(canvas.picture, shown.layer, shadow)
        contact = Shadow((0.0, 0.03), 0.5 * shadow.strength, 0.05)
        cast(canvas.picture, shown.layer, contact)
    for shown in group.shoes:
        _lay_shoe(canvas, shown)
        if shown.leg is not None:
            cast(canvas.picture, shown.leg, Shadow((0.0, 0.05), 0.3 * shadow.strength, 0.05))
            lay(canvas.picture, canvas.owners, shown.leg, _NOBODY)


def _lay_shoe(canvas: _Canvas, shown: ShownShoe) -> None:
    number = next(n for n in range(1, _IGNORED) if n not in canvas.areas)
    canvas.areas[number] = float(shown.layer.area_px)
    canvas.sides[number] = shown.side
    lay(canvas.picture, canvas.owners, shown.layer, number)


def _lay_feet(random: Random, canvas: _Canvas, shadow: Shadow) -> None:
    """Somebody's legs without sneakers, so that what ends a leg is not taken for one."""
    height, width = canvas.owners.shape
    wears = clothing(random)
    if random.uniform() < 0.5:
        wears = replace(wears, ankle=colour(random, saturation=(0, 0.6), value=(0.03, 0.4)), hem=random.uniform(1, 4))
    across = width * float(np.exp(random.uniform(np.log(0.04), np.log(0.2))))
    start = random.uniform((0.05, 0.4), (0.95, 1.0)) * (width, height)
    for step in range(int(random.integers(1, 3))):
        at = start + step * across * np.array([random.uniform(1.1, 2.5), random.normal(0, 0.15)])
        angle = -np.pi / 2 + random.normal(0, 0.12)
        up = (float(np.cos(angle)), float(np.sin(angle)))
        stance = Stance((float(at[0]), float(at[1])), across, up)
        limb = leg(random, (width, height), stance, wears)
        sole = foot(random, stance, wears)
        cast(canvas.picture, sole, shadow)
        lay(canvas.picture, canvas.owners, sole, _NOBODY)
        lay(canvas.picture, canvas.owners, limb, _NOBODY)


def _lay_things(
    random: Random,
    canvas: _Canvas,
    ingredients: Ingredients,
    shadow: Shadow,
    *,
    count: int,
    near: NDArray[np.floating] | None = None,
) -> None:
    """Objects that are no sneakers, anywhere, or near some of the places given, so that they cover a part."""
    height, width = canvas.owners.shape
    for _ in range(count):
        long_px = max(width, height) * float(np.exp(random.uniform(np.log(0.05), np.log(0.5))))
        centre = random.uniform(0, 1, 2) * (width, height)
        if near is not None and len(near) and random.uniform() < 0.7:
            x, y, reach = near[int(random.integers(len(near)))]
            angle = random.uniform(0, 2 * np.pi)
            long_px = min(long_px, 1.1 * reach)
            centre = np.array([x, y]) + np.array([np.cos(angle), np.sin(angle)]) * (0.3 * reach + 0.4 * long_px)
        layer = thing(random, long_px=long_px, centre_px=centre, patch=_patch(random, ingredients))
        cast(canvas.picture, layer, shadow)
        lay(canvas.picture, canvas.owners, layer, _NOBODY)


def _patch(random: Random, ingredients: Ingredients) -> Floats | None:
    if ingredients.photos and random.uniform() < 0.7:
        return _crop(random, ingredients.photos[int(random.integers(len(ingredients.photos)))], (128, 128))
    return painted_by(random, FROM_ABOVE, (128, 128))


def _middles(groups: list[Group]) -> NDArray[np.floating] | None:
    """(N, 3): x, y and long side, in px, of the sneakers laid."""
    layers: list[Layer] = [shown.layer for group in groups for shown in group.shoes]
    if not layers:
        return None
    return np.array(
        [
            (one.corner_px[0] + one.alpha.shape[1] / 2, one.corner_px[1] + one.alpha.shape[0] / 2, max(one.alpha.shape))
            for one in layers
        ]
    )


def _instances(canvas: _Canvas) -> tuple[WrittenInstance, ...]:
    found: list[WrittenInstance] = []
    for number, area in canvas.areas.items():
        mask = canvas.owners == number
        seen = int(mask.sum())
        if seen:
            crowd = seen < LEAST_PX or seen < LEAST_SEEN * area
            found.append(WrittenInstance(mask, Side.UNKNOWN if crowd else canvas.sides[number], crowd=crowd))
    ignored = canvas.owners == _IGNORED
    if ignored.any():
        found.append(WrittenInstance(ignored, crowd=True))
    return tuple(found)
