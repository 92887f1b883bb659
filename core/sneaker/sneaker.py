"""The house's own sneaker: a right shoe made from a few measures, low or high, with its landmarks."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from core.geometry.mesh import Mesh
from core.labels.shoe_model import ShoeModel
from core.sneaker.body import standing
from core.sneaker.form import Form
from core.sneaker.paint import CHALK, COLOURWAYS, NAVY, Colourway, sneaker_texture
from core.sneaker.parts import BOTTOM_RING, WALL_RING, heel_top, sole_side
from core.sneaker.shape import HIGH_TOP, LOW_TOP, SneakerShape
from core.sneaker.shipped import HIGH_MODEL_ID, MODEL_ID
from core.sneaker.tongue import INSTEP, tongue_rings

__all__ = [
    "CHALK",
    "COLOURWAYS",
    "HIGH_MODEL_ID",
    "HIGH_TOP",
    "LOW_TOP",
    "MODEL_ID",
    "NAVY",
    "Colourway",
    "SneakerShape",
    "bare_sneaker",
    "sneaker_landmarks",
    "sneaker_mesh",
    "sneaker_model",
]

Array = NDArray[np.float64]
Point = tuple[float, float, float]

MODEL_NAME, HIGH_MODEL_NAME = "Outsole sneaker", "Outsole high-top"
MODEL_FILE, HIGH_MODEL_FILE = "outsole_sneaker", "outsole_high_top"
LICENCE = "CC0-1.0"

_PLAIN_TEXTURE_PX = 1024
_REARFOOT = 0.22  # of the length, from the heel


def bare_sneaker(shape: SneakerShape | None = None) -> Mesh:
    """The sneaker as a right shoe in the shoe frame (+X toe, +Y wearer's left, +Z up, centred), mm; without colours.

    It has its places in the texture, for `sneaker_texture` and `baked_texture`.
    """
    return standing(Form.of(shape or LOW_TOP))[0]


def sneaker_mesh(shape: SneakerShape | None = None, colourway: Colourway = NAVY) -> Mesh:
    """The bare sneaker with a plain texture of its colourway: quick, without the shade of its own folds."""
    shape = shape or LOW_TOP
    return replace(bare_sneaker(shape), texture=sneaker_texture(shape, colourway, side_px=_PLAIN_TEXTURE_PX))


def baked_texture(shape: SneakerShape, colourway: Colourway, *, side_px: int, depth: float = 0.58) -> NDArray[np.uint8]:
    """(side, side, 3) uint8 RGB: the sneaker's texture with the shade of its own folds, as the shipped files have it.

    Takes some ten seconds: how much of the sky each place sees is worked out anew. depth: how dark the shade is, 0..1.
    """
    from core.sneaker.occlusion import daylight_of, sky_seen  # numba and OpenCV: only who bakes needs them

    sky = sky_seen(bare_sneaker(shape), side_px // 2)
    return sneaker_texture(shape, colourway, side_px=side_px, daylight=daylight_of(sky, side_px, depth=depth))


def sneaker_landmarks(shape: SneakerShape | None = None) -> dict[str, Point]:
    """The eight landmarks by name, on the surface of `sneaker_mesh(shape)`, in its frame; lateral is -Y."""
    shape = shape or LOW_TOP
    form = Form.of(shape)
    _, centre = standing(form)
    side = sole_side(form)
    wall = side[WALL_RING]
    half = len(wall) // 2
    rear = np.abs(wall[:, 0] - _REARFOOT * shape.length_mm)
    rings = tongue_rings(form)
    ring = rings[round(INSTEP * (len(rings) - 1))]
    points = {
        "heel bottom": side[BOTTOM_RING, 0],
        "toe tip": wall[np.argmax(wall[:, 0])],
        "heel top": heel_top(form),
        "forefoot lateral": wall[np.argmin(wall[:, 1])],
        "forefoot medial": wall[np.argmax(wall[:, 1])],
        "rearfoot lateral": wall[np.argmin(rear[:half])],
        "rearfoot medial": wall[half + np.argmin(rear[half:])],
        "instep": ring[np.argmax(ring[:, 2])],
    }
    return {name: _rounded(point - centre) for name, point in points.items()}


def sneaker_model(shape: SneakerShape | None = None, colourway: Colourway = NAVY) -> tuple[ShoeModel, Mesh]:
    """The sneaker as a ShoeModel with landmarks, and its mesh with the plain texture."""
    return model_of(shape or LOW_TOP, sneaker_mesh(shape, colourway))


def model_of(shape: SneakerShape, mesh: Mesh) -> tuple[ShoeModel, Mesh]:
    """The ShoeModel that goes with a shape's mesh; the high-top's for a collar nearer to the high one than the low."""
    high = shape.highness > 0.5
    length, width, height = (float(side) for side in mesh.extent_mm)
    model = ShoeModel(
        HIGH_MODEL_ID if high else MODEL_ID,
        HIGH_MODEL_NAME if high else MODEL_NAME,
        mesh.sha256,
        (length, width, height),
        mesh.diameter_mm(),
        mesh_file=f"{HIGH_MODEL_FILE if high else MODEL_FILE}.npz",
        landmarks=MappingProxyType(sneaker_landmarks(shape)),
        licence=LICENCE,
    )
    return model, mesh


def _rounded(point: Array) -> Point:
    x, y, z = (round(float(value), 4) for value in point)
    return x, y, z
