"""The sneaker's colours, and the colourways the house knows."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

Rgb = tuple[int, int, int]


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
CHALK = Colourway(
    base=(240, 238, 232),
    overlay=(232, 230, 224),
    accent=(34, 104, 78),
    midsole=(238, 236, 228),
    outsole=(232, 228, 216),
    lining=(214, 208, 194),
    lace=(246, 245, 240),
    tongue=(240, 238, 232),
    stitch=(206, 202, 192),
)
COAL = Colourway(
    base=(70, 72, 76),
    overlay=(48, 49, 53),
    accent=(204, 204, 202),
    midsole=(234, 231, 222),
    outsole=(168, 112, 64),
    lining=(58, 58, 63),
    lace=(62, 62, 67),
    tongue=(74, 76, 80),
    stitch=(132, 134, 138),
)
FLARE = Colourway(
    base=(238, 235, 226),
    overlay=(186, 36, 40),
    accent=(24, 54, 112),
    midsole=(240, 237, 228),
    outsole=(186, 36, 40),
    lining=(24, 54, 112),
    lace=(240, 238, 230),
    tongue=(238, 235, 226),
    stitch=(236, 218, 204),
)

COLOURWAYS = MappingProxyType({"navy": NAVY, "chalk": CHALK, "coal": COAL, "flare": FLARE, "ember": EMBER})
