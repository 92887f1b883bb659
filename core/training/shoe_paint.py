"""Random colours for sneakers: colourways, patterns and the ways an imported texture is dyed."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

WEIGHTED_COLOURS = ("base", "overlay", "accent", "midsole", "outsole", "lining", "lace", "tongue", "stitch")
SWATCH_PX = 8
FULL_WEIGHT = 240
_WHITES = ((250, 250, 248), (238, 236, 228), (226, 221, 206), (244, 242, 246))
_BLACKS = ((18, 18, 20), (30, 30, 34), (44, 42, 42), (10, 12, 18))
_GREYS = ((96, 98, 102), (140, 140, 140), (176, 174, 170), (70, 74, 82))
_GUMS = ((168, 116, 70), (140, 92, 52), (190, 150, 100))


@dataclass(frozen=True, slots=True, eq=False)
class WeightCoats:
    """A texture as a sum of named colours: weights (H, W, 9) uint8, FULL_WEIGHT being 1, in the order
    of WEIGHTED_COLOURS."""

    weights: Pixels


@dataclass(frozen=True, slots=True, eq=False)
class PictureCoats:
    """A texture (H, W, 3) that came with a mesh and is dyed as a whole."""

    texture: Pixels


@dataclass(frozen=True, slots=True)
class SwatchCoats:
    """A mesh whose every connected surface has one colour: swatch i of `count`, side by side; areas: their shares."""

    count: int
    areas: tuple[float, ...]


Coats = WeightCoats | PictureCoats | SwatchCoats


def painted(coats: Coats, rng: np.random.Generator) -> Pixels:
    """A texture (H, W, 3) uint8 for one shoe, in colours drawn from the generator."""
    if isinstance(coats, WeightCoats):
        return _weighted(coats, rng)
    if isinstance(coats, PictureCoats):
        return _dyed(coats.texture, rng)
    return _swatches(coats, rng)


def random_colour(rng: np.random.Generator, *, bright: float = 0.5) -> NDArray[np.float64]:
    """(3,) sRGB 0..255: a white, a black, a grey or a hue; bright: the share of hues."""
    kind = rng.random()
    if kind < bright:
        rgb = colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.25, 1.0) ** 0.7, rng.uniform(0.15, 1.0) ** 0.7)
        return np.array(rgb) * 255
    family = (_WHITES, _BLACKS, _GREYS)[int(rng.choice(3, p=(0.42, 0.38, 0.20)))]
    return np.clip(np.array(family[int(rng.integers(len(family)))], float) + rng.normal(0, 5, 3), 0, 255)


def random_colours(rng: np.random.Generator) -> NDArray[np.float64]:
    """(9, 3) sRGB 0..255 for WEIGHTED_COLOURS, put together as makers do: plain, two-tone, canvas, bright, mixed."""
    kind = rng.choice(("white", "black", "plain", "two-tone", "canvas", "mixed"), p=(0.2, 0.22, 0.15, 0.18, 0.15, 0.1))
    white = np.array(_WHITES[int(rng.integers(len(_WHITES)))], float)
    black = np.array(_BLACKS[int(rng.integers(len(_BLACKS)))], float)
    hue = random_colour(rng, bright=0.85)
    base = {"white": white, "black": black}.get(str(kind), hue)
    overlay = base * rng.uniform(0.88, 1.06)
    accent = random_colour(rng, bright=0.6) if rng.random() < 0.65 else base
    if kind == "two-tone":
        overlay = random_colour(rng, bright=0.5)
    if kind == "canvas":
        overlay = white if rng.random() < 0.4 else base
        accent = base
    if kind == "mixed":
        return np.clip(np.stack([random_colour(rng, bright=0.6) for _ in WEIGHTED_COLOURS]), 0, 255)
    midsole = white if rng.random() < (0.95 if kind == "canvas" else 0.62) else (black if rng.random() < 0.6 else hue)
    gum = np.array(_GUMS[int(rng.integers(len(_GUMS)))], float)
    outsole = (midsole, black, gum, hue)[int(rng.choice(4, p=(0.5, 0.25, 0.15, 0.10)))]
    lining = (base * 0.9, white, black, hue)[int(rng.choice(4, p=(0.45, 0.2, 0.25, 0.1)))]
    lace = (base, white, black, accent)[int(rng.choice(4, p=(0.3, 0.42, 0.18, 0.1)))]
    tongue = (base, overlay, accent)[int(rng.choice(3, p=(0.6, 0.25, 0.15)))]
    stitch = (overlay * 0.85, white, accent)[int(rng.choice(3, p=(0.7, 0.2, 0.1)))]
    return np.clip(np.stack([base, overlay, accent, midsole, outsole, lining, lace, tongue, stitch]), 0, 255)


def pattern(size_px: int, colour: NDArray[np.float64], rng: np.random.Generator) -> Array:
    """(S, S, 3) float32 0..255: a cloth of that colour; plain, mottled, checked, striped or spotted."""
    import cv2

    kind = rng.choice(("plain", "mottled", "checked", "striped", "spotted", "knit"), p=(0.4, 0.2, 0.1, 0.1, 0.1, 0.1))
    cloth = np.broadcast_to(colour.astype(np.float32), (size_px, size_px, 3))
    if kind == "plain":
        return np.array(cloth)
    other = (colour * rng.uniform(0.55, 0.85) if rng.random() < 0.6 else random_colour(rng)).astype(np.float32)
    period = float(rng.uniform(6, 40)) * size_px / 512
    y, x = np.mgrid[:size_px, :size_px].astype(np.float32)
    if kind == "mottled" or kind == "spotted":
        cells = max(4, int(size_px / (period * (0.5 if kind == "mottled" else 1.0))))
        noise = cv2.resize(rng.random((cells, cells), np.float32), (size_px, size_px), interpolation=cv2.INTER_CUBIC)
        share = noise if kind == "mottled" else np.clip((noise - 0.55) * 12, 0, 1)
    elif kind == "checked":
        share = ((x // period + y // period) % 2).astype(np.float32)
    elif kind == "striped":
        angle = rng.uniform(0, np.pi)
        share = (np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / period) > 0).astype(np.float32)
    else:
        share = 0.5 + 0.5 * np.sin(x * 2.1) * np.sin(y * 1.4)
    return np.asarray(cloth * (1 - share[..., None]) + other * share[..., None], np.float32)


def _weighted(coats: WeightCoats, rng: np.random.Generator) -> Pixels:
    colours = random_colours(rng)
    weights = coats.weights.astype(np.float32) / FULL_WEIGHT
    texture = weights @ colours.astype(np.float32)
    if rng.random() < 0.35:  # a patterned cloth instead of the plain base
        base = np.float32(colours[0])
        texture = texture + weights[..., :1] * (pattern(texture.shape[0], colours[0], rng) - base)
    return np.clip(texture, 0, 255).astype(np.uint8)


def _dyed(texture: Pixels, rng: np.random.Generator) -> Pixels:
    """Another colourway of a picture: as it is, hues turned, greyed and tinted, lightened or darkened, or inverted."""
    import cv2

    kind = rng.choice(("as is", "hue", "tint", "invert"), p=(0.2, 0.35, 0.3, 0.15))
    picture = texture.astype(np.float32) / 255
    if kind == "hue":
        hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)
        hsv[..., 0] = (hsv[..., 0] + rng.uniform(0, 360)) % 360
        hsv[..., 1] = np.clip(hsv[..., 1] * rng.uniform(0.3, 1.8), 0, 1)
        picture = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    elif kind in ("tint", "invert"):
        grey = picture.mean(axis=2, keepdims=True)
        grey = 1 - grey if kind == "invert" else grey
        dark, light = random_colour(rng) / 255 * rng.uniform(0.1, 0.5), random_colour(rng, bright=0.4) / 255
        light = light if light.mean() > dark.mean() else np.clip(dark + 0.5, 0, 1)
        tinted = dark.astype(np.float32) * (1 - grey) + light.astype(np.float32) * grey
        keep = np.float32(rng.uniform(0, 0.35))
        picture = tinted * (1 - keep) + picture * keep
    picture = np.clip(picture, 0, 1) ** np.float32(np.exp(rng.normal(0, 0.35)))
    return np.clip(picture * 255 * rng.uniform(0.85, 1.1), 0, 255).astype(np.uint8)


def _swatches(coats: SwatchCoats, rng: np.random.Generator) -> Pixels:
    """A few colours handed out to the surfaces; large ones share the first, so that the shoe looks made."""
    colours = random_colours(rng)
    count = int(rng.integers(2, 6))
    palette = colours[rng.permutation(len(colours))[:count]]
    palette[0] = colours[0]
    chosen = rng.integers(0, count, coats.count)
    chosen[(np.array(coats.areas) > 0.12) & (rng.random(coats.count) < 0.6)] = 0
    row = np.clip(palette[chosen] * rng.uniform(0.92, 1.06, (coats.count, 1)), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.repeat(np.repeat(row[None], SWATCH_PX, axis=0), SWATCH_PX, axis=1))
