"""The colours of the sneaker: a small texture drawn in numpy, crisp where the mesh is coarse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.sneaker.curves import smoothstep
from core.sneaker.form import STATIONS, Form, SneakerShape
from core.sneaker.overlays import EYELET_STATIONS, EYELETS_IN_MM, UpperField
from core.sneaker.parts import (
    BOTTOM_BOX,
    INSOLE_BOX,
    LACE_BOX,
    LINING_BOX,
    TONGUE_BOX,
    UPPER_BOX,
    WALL_BOX,
)
from core.sneaker.patches import TextureBox

Array = NDArray[np.float64]
Rgb = tuple[int, int, int]

TEXTURE_PX = 1024
_BLEED_PX = 8  # boxes are painted a little beyond their edge: smaller copies of the texture mix neighbours


@dataclass(frozen=True, slots=True)
class Colourway:
    """The sneaker's colours, sRGB 0..255."""

    base: Rgb = (231, 228, 220)
    overlay: Rgb = (38, 66, 92)
    accent: Rgb = (214, 96, 52)
    midsole: Rgb = (238, 234, 224)
    outsole: Rgb = (170, 116, 70)
    lining: Rgb = (58, 72, 88)
    lace: Rgb = (244, 242, 236)
    tongue: Rgb = (220, 216, 206)
    stitch: Rgb = (205, 205, 198)


NAVY = Colourway()
EMBER = Colourway(
    base=(62, 64, 68),
    overlay=(150, 44, 38),
    accent=(226, 214, 190),
    midsole=(236, 232, 222),
    outsole=(48, 46, 46),
    lining=(40, 40, 42),
    lace=(226, 214, 190),
    tongue=(74, 76, 80),
    stitch=(200, 170, 150),
)


def sneaker_texture(shape: SneakerShape, colourway: Colourway, *, side_px: int = TEXTURE_PX) -> NDArray[np.uint8]:
    """(side, side, 3) uint8 RGB with the boxes of `parts` painted."""
    pixels = np.full((side_px, side_px, 3), 128.0)

    def size(box: TextureBox) -> tuple[int, int]:
        return round((box.top - box.bottom) * side_px), round((box.right - box.left) * side_px)

    _fill(pixels, LINING_BOX, _cloth(size(LINING_BOX), colourway.lining, grain=0.06))
    _fill(pixels, TONGUE_BOX, _cloth(size(TONGUE_BOX), colourway.tongue, grain=0.04))
    _fill(pixels, LACE_BOX, _lace(size(LACE_BOX), colourway.lace))
    _fill(pixels, INSOLE_BOX, _cloth(size(INSOLE_BOX), colourway.lining, grain=0.06))
    _fill(pixels, BOTTOM_BOX, _tread(size(BOTTOM_BOX), colourway.outsole))
    _fill(pixels, WALL_BOX, _side(size(WALL_BOX), colourway))
    _fill(pixels, UPPER_BOX, _upper(size(UPPER_BOX), shape, colours=colourway))
    return np.clip(np.round(pixels / 2) * 2, 0, 254).astype(np.uint8)  # even values: nobody sees it, and PNG packs them


def _fill(pixels: Array, box: TextureBox, picture: Array) -> None:
    """Paint a box whose picture's first row is its top, and bleed its border outwards."""
    height, width = picture.shape[:2]
    top, left = round((1 - box.top) * len(pixels)), round(box.left * len(pixels))
    rows = np.arange(max(top - _BLEED_PX, 0), min(top + height + _BLEED_PX, len(pixels)))
    columns = np.arange(max(left - _BLEED_PX, 0), min(left + width + _BLEED_PX, len(pixels)))
    inner_rows, inner_columns = np.clip(rows - top, 0, height - 1), np.clip(columns - left, 0, width - 1)
    pixels[rows[:, None], columns[None, :]] = picture[inner_rows[:, None], inner_columns[None, :]]


def _cloth(size: tuple[int, int], colour: Rgb, *, grain: float) -> Array:
    height, width = size
    y, x = np.mgrid[:height, :width]
    weave = 1 + grain * (((x // 2 + y // 2) % 2) - 0.5)
    return np.asarray(np.array(colour, float) * weave[..., None])


def _lace(size: tuple[int, int], colour: Rgb) -> Array:
    height, width = size
    y, x = np.mgrid[:height, :width]
    twill = 1 - 0.10 * (((x + y) // 3) % 2)
    return np.asarray(np.array(colour, float) * twill[..., None])


def _tread(size: tuple[int, int], colour: Rgb) -> Array:
    """Herringbone with a smooth waist and a pivot circle under the ball of the foot."""
    height, width = size
    y, x = np.mgrid[:height, :width] / np.array([height, width]).reshape(2, 1, 1)
    zigzag = np.abs((y * 10) % 1 - 0.5) * 0.05
    ridges = smoothstep(np.abs(((x + zigzag) * 34) % 1 - 0.5), 0.14, 0.24)
    waist = smoothstep(np.abs(x - 0.44), 0.11, 0.10)
    pivot = np.hypot((x - 0.72) * 2.75, y - 0.52)
    rings = smoothstep(np.abs((pivot * 18) % 1 - 0.5), 0.14, 0.24)
    pattern = np.where(pivot < 0.22, rings, ridges) * (1 - waist) + 0.85 * waist
    return np.asarray(np.array(colour, float) * (0.62 + 0.38 * pattern)[..., None])


def _side(size: tuple[int, int], colours: Colourway) -> Array:
    """The side of the sole: rubber below, a groove, then the midsole with a line of the accent's colour."""
    height, width = size
    up = 1 - (np.arange(height) + 0.5) / height
    midsole, outsole = np.array(colours.midsole, float), np.array(colours.outsole, float)
    rubber = smoothstep(up, 0.405, 0.395)[:, None]
    column = midsole * (1 - rubber) + outsole * rubber
    line = (smoothstep(np.abs(up - 0.66), 0.016, 0.008))[:, None]
    column = column * (1 - line) + np.array(colours.accent, float) * line
    groove = 1 - 0.45 * np.exp(-(((up - 0.415) / 0.018) ** 2)) - 0.35 * smoothstep(up, 0.86, 0.95)
    column = column * groove[:, None]
    ribs = 1 - 0.10 * ((np.arange(width) * 256 // width) % 2) * ((up > 0.10) & (up < 0.36))[:, None]
    return np.asarray(column[:, None] * ribs[..., None])


def _upper(size: tuple[int, int], shape: SneakerShape, *, colours: Colourway) -> Array:
    height, width = size
    form = Form.of(shape, width)
    field = UpperField.of(form, 1 - (np.arange(height) + 0.5) / height)
    y, x = np.mgrid[:height, :width]
    grain = 1 + 0.018 * np.sin(x * 1.7 + 3 * np.sin(y * 0.31)) * np.sin(y * 1.3 + 2 * np.sin(x * 0.23))
    picture = np.array(colours.base, float) * np.ones((height, width, 1))
    overlays = field.overlays()
    picture = _perforated(picture, field, overlays["mudguard"], overlays["eyestay"])
    coats = {
        "stripe": colours.accent,
        "counter": colours.overlay,
        "mudguard": colours.overlay,
        "eyestay": colours.overlay,
        "collar": colours.lining,
        "heel strip": colours.accent,
    }
    for name, colour in coats.items():
        picture = _sewn_on(picture, overlays[name], np.array(colour, float), stitch=np.array(colours.stitch, float))
    picture = picture * grain[..., None]
    near_sole = 1 - 0.38 * np.exp(-np.clip(field.above_sole - 2.0, 0, None) / 2.5)
    return np.asarray(_eyelets(picture, field) * near_sole[..., None])


def _sewn_on(picture: Array, inside_mm: Array, colour: Array, *, stitch: Array) -> Array:
    """One overlay over what is there: its shade around it, its colour, its cut edge, its row of stitches."""
    shade = 1 - 0.30 * np.exp(-np.clip(-inside_mm, 0, None) / 1.4)
    cover = smoothstep(inside_mm, -0.25, 0.25)[..., None]
    picture = picture * shade[..., None] * (1 - cover) + colour * cover
    edge = np.exp(-(((inside_mm - 0.5) / 0.5) ** 2))[..., None]
    picture = picture * (1 - 0.22 * edge)
    columns = picture.shape[1]
    dashes = (np.arange(columns) * 256 // columns) % 3 != 0
    seam = smoothstep(np.abs(inside_mm - 2.4), 0.5, 0.3) * dashes[None, :]
    return np.asarray(picture * (1 - 0.55 * seam[..., None]) + 0.55 * stitch * seam[..., None])


def _perforated(picture: Array, field: UpperField, guard_mm: Array, eyestay_mm: Array) -> Array:
    """Small holes in rows over the toe box."""
    x, y = field.drawn[..., 0], field.drawn[..., 1]
    row = np.floor(x / 6.5)
    across = (y + 3.25 * (row % 2)) % 6.5 - 3.25
    distance = np.hypot(x - (row + 0.5) * 6.5, across)
    on_box = (x > 206) & (guard_mm < -5) & (eyestay_mm < -5) & (np.abs(y - 6) < 27)
    hole = smoothstep(distance, 1.25, 0.8) * on_box
    return np.asarray(picture * (1 - 0.72 * hole[..., None]))


def _eyelets(picture: Array, field: UpperField) -> Array:
    """Dark holes where the laces go in."""
    width = picture.shape[1]
    stations = (np.arange(width) + 0.5) / width * STATIONS
    rows = np.concatenate([EYELET_STATIONS, STATIONS - np.array(EYELET_STATIONS)])
    nearest = np.abs(stations[None, :] - rows[:, None]).min(axis=0) * 24.0  # a station is about 24 mm long there
    distance = np.hypot(nearest[None, :], field.to_top - EYELETS_IN_MM)
    hole = smoothstep(distance, 2.8, 2.0)
    ring = smoothstep(np.abs(distance - 3.2), 0.9, 0.4)
    picture = picture * (1 - 0.35 * ring[..., None])
    return np.asarray(picture * (1 - 0.85 * hole[..., None]))
