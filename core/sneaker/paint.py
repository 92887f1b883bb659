"""The sneaker's texture: every part's box painted with its material, seams, stitches, holes and letters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.sneaker import atlas
from core.sneaker.coats import bottom_coat, lace_coat, panel_coat, small_coats, sole_coat, upper_coat
from core.sneaker.colourway import CHALK, COAL, COLOURWAYS, EMBER, FLARE, NAVY, Colourway
from core.sneaker.form import Form, SneakerShape
from core.sneaker.materials import COLOURS, Coat
from core.sneaker.panels import panels
from core.sneaker.patches import TextureBox

__all__ = ["CHALK", "COAL", "COLOURWAYS", "EMBER", "FLARE", "NAVY", "TEXTURE_PX", "Colourway", "sneaker_texture"]

Array = NDArray[np.float64]

TEXTURE_PX = 2048
_BLEED_PX = 4  # boxes are painted a little beyond their edge: smaller copies of the texture mix neighbours


def sneaker_texture(
    shape: SneakerShape, colourway: Colourway, *, side_px: int = TEXTURE_PX, daylight: Array | None = None
) -> NDArray[np.uint8]:
    """(side, side, 3) uint8 RGB. daylight: (side, side) 0..1, how much of the sky each texel sees (`occlusion`)."""
    palette = np.array([getattr(colourway, name) for name in COLOURS], np.float32)
    pixels = np.full((side_px, side_px, 3), 128.0, np.float32)
    for box, coat in _coats(shape, side_px):
        _fill(pixels, box, coat.shares @ palette)
    if daylight is not None:
        pixels *= daylight[..., None].astype(np.float32)
    return np.clip(np.round(pixels / 2) * 2, 0, 254).astype(np.uint8)  # even values: nobody sees it, and PNG packs them


def texture_shares(shape: SneakerShape, *, side_px: int) -> NDArray[np.float32]:
    """(side, side, 9) how much of each of COLOURS is in each texel, its shade included; a texture is their sum."""
    shares = np.zeros((side_px, side_px, len(COLOURS)), np.float32)
    for box, coat in _coats(shape, side_px):
        _fill(shares, box, coat.shares)
    return shares


def _coats(shape: SneakerShape, side_px: int) -> Iterator[tuple[TextureBox, Coat]]:
    def size(box: TextureBox) -> tuple[int, int]:
        return max(round((box.top - box.bottom) * side_px), 1), max(round((box.right - box.left) * side_px), 1)

    form = Form.of(shape)
    yield atlas.UPPER, upper_coat(size(atlas.UPPER), form)
    yield atlas.WALL, sole_coat(size(atlas.WALL), form)
    yield atlas.BOTTOM, bottom_coat(size(atlas.BOTTOM), form)
    for panel in panels(form):
        yield panel.box, panel_coat(size(panel.box), panel, form)
    for number in range(atlas.LACE_PLACES):
        box = atlas.lace_box(number)
        yield box, lace_coat(size(box), number, form)
    for box, paint in small_coats():
        yield box, paint(size(box))


def _fill(pixels: NDArray[np.float32], box: TextureBox, picture: NDArray[np.float32]) -> None:
    """Paint a box whose picture's first row is its top, and bleed its border outwards."""
    height, width = picture.shape[:2]
    top, left = round((1 - box.top) * len(pixels)), round(box.left * len(pixels))
    bleed = max(round(_BLEED_PX * len(pixels) / TEXTURE_PX), 1)
    rows = np.arange(max(top - bleed, 0), min(top + height + bleed, len(pixels)))
    columns = np.arange(max(left - bleed, 0), min(left + width + bleed, len(pixels)))
    inner_rows, inner_columns = np.clip(rows - top, 0, height - 1), np.clip(columns - left, 0, width - 1)
    pixels[rows[:, None], columns[None, :]] = picture[inner_rows[:, None], inner_columns[None, :]]
