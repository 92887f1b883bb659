"""Where every part of the sneaker lies in its texture."""

from __future__ import annotations

from collections.abc import Sequence

from core.sneaker.patches import TextureBox

UPPER = TextureBox(0.0, 0.745, 1.0, 0.995)
WALL = TextureBox(0.0, 0.665, 1.0, 0.735)
GUARD = TextureBox(0.005, 0.585, 0.495, 0.655)
EYESTAY = TextureBox(0.505, 0.585, 0.995, 0.655)
COUNTER = TextureBox(0.005, 0.455, 0.295, 0.575)
STRIPES = TextureBox(0.305, 0.455, 0.545, 0.575)
HEEL_TAB = TextureBox(0.555, 0.455, 0.655, 0.575)
TONGUE = TextureBox(0.665, 0.395, 0.995, 0.575)
LINING = TextureBox(0.005, 0.305, 0.655, 0.445)
LABEL = TextureBox(0.665, 0.305, 0.825, 0.385)
ANKLE = TextureBox(0.835, 0.305, 0.995, 0.385)
BOTTOM = TextureBox(0.005, 0.095, 0.495, 0.295)
INSOLE = TextureBox(0.505, 0.095, 0.985, 0.295)
LACES = TextureBox(0.005, 0.005, 0.915, 0.085)
METAL = TextureBox(0.925, 0.005, 0.955, 0.085)
HIDDEN = TextureBox(0.965, 0.005, 0.995, 0.085)

_LACE_COLUMNS, _LACE_ROWS = 28, 1
LACE_PLACES = _LACE_COLUMNS * _LACE_ROWS


def lace_box(number: int) -> TextureBox:
    """The place of one lace of LACE_PLACES; each has its own, for each has its own shadows."""
    column, row = number % _LACE_COLUMNS, number // _LACE_COLUMNS % _LACE_ROWS
    return _part(LACES, (column, _LACE_COLUMNS), (row, _LACE_ROWS))


def stripe_box(number: int) -> TextureBox:
    """The place of one of four stripes."""
    return _part(STRIPES, (0, 1), (number, 4))


def ankle_box(number: int) -> TextureBox:
    """The place of one of the two patches over the ankle."""
    return _part(ANKLE, (0, 1), (number, 2))


def _part(box: TextureBox, across: Sequence[int], up: Sequence[int]) -> TextureBox:
    margin = 0.002
    width, height = (box.right - box.left) / across[1], (box.top - box.bottom) / up[1]
    left, bottom = box.left + across[0] * width, box.bottom + up[0] * height
    return TextureBox(left + margin, bottom + margin, left + width - margin, bottom + height - margin)
