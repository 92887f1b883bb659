"""The house's own sneaker: a right low-top shoe made from a few measures, with its landmarks."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from core.geometry.mesh import Mesh
from core.labels.shoe_model import ShoeModel
from core.sneaker.form import Form, SneakerShape
from core.sneaker.paint import NAVY, Colourway, sneaker_texture
from core.sneaker.parts import laces, outer_surface, sole, sole_side, tongue, tongue_rings, upper
from core.sneaker.patches import mesh_of

Array = NDArray[np.float64]
Point = tuple[float, float, float]

MODEL_ID = "outsole-sneaker"
MODEL_NAME = "Outsole sneaker"
MODEL_FILE = "outsole_sneaker"
LICENCE = "CC0-1.0"

_GRAIN_MM = 1e-4  # coordinates are rounded: the same shoe on every machine, and smaller files
_BOTTOM_RING, _WALL_RING = 2, 7  # of SOLE_PROFILE: the lower edge, and the widest line of the side
_REARFOOT = 0.22  # of the length, from the heel
_INSTEP = 0.80  # of the tongue, from the vamp: above the laces


def sneaker_mesh(shape: SneakerShape | None = None, colourway: Colourway = NAVY) -> Mesh:
    """The sneaker as a right shoe in the shoe frame (+X toe, +Y wearer's left, +Z up, centred), mm, textured."""
    mesh, _ = _standing(shape or SneakerShape())
    return replace(mesh, texture=sneaker_texture(shape or SneakerShape(), colourway))


def sneaker_landmarks(shape: SneakerShape | None = None) -> dict[str, Point]:
    """The eight landmarks by name, on the surface of `sneaker_mesh(shape)`, in its frame; lateral is -Y."""
    shape = shape or SneakerShape()
    _, centre = _standing(shape)
    form = Form.of(shape)
    side = sole_side(form)
    wall = side[_WALL_RING]
    half = len(wall) // 2
    rear = np.abs(wall[:, 0] - _REARFOOT * shape.length_mm)
    rings = tongue_rings(form)
    ring = rings[round(_INSTEP * (len(rings) - 1))]
    points = {
        "heel bottom": side[_BOTTOM_RING, 0],
        "toe tip": wall[np.argmax(wall[:, 0])],
        "heel top": outer_surface(form, np.array([0.98, 0.99, 1.0]))[-1, 0],
        "forefoot lateral": wall[np.argmin(wall[:, 1])],
        "forefoot medial": wall[np.argmax(wall[:, 1])],
        "rearfoot lateral": wall[np.argmin(rear[:half])],
        "rearfoot medial": wall[half + np.argmin(rear[half:])],
        "instep": ring[np.argmax(ring[:, 2])],
    }
    return {name: _rounded(point - centre) for name, point in points.items()}


def sneaker_model(shape: SneakerShape | None = None, colourway: Colourway = NAVY) -> tuple[ShoeModel, Mesh]:
    """The sneaker as a ShoeModel with landmarks, and its mesh."""
    mesh = sneaker_mesh(shape, colourway)
    length, width, height = (float(side) for side in mesh.extent_mm)
    model = ShoeModel(
        MODEL_ID,
        MODEL_NAME,
        mesh.sha256,
        (length, width, height),
        mesh.diameter_mm(),
        mesh_file=f"{MODEL_FILE}.npz",
        landmarks=MappingProxyType(sneaker_landmarks(shape)),
        licence=LICENCE,
    )
    return model, mesh


def _standing(shape: SneakerShape) -> tuple[Mesh, Array]:
    """The centred mesh without its colours, and (3,) what was its centre in the last's frame."""
    form = Form.of(shape)
    mesh = mesh_of([sole(form), upper(form), tongue(form), laces(form)])
    low, high = mesh.bounds_mm
    centre = (low + high) / 2
    centred = mesh.with_vertices(np.round((mesh.vertices_mm - centre) / _GRAIN_MM) * _GRAIN_MM)
    return centred, centre


def _rounded(point: Array) -> Point:
    x, y, z = (round(float(value), 4) for value in point)
    return x, y, z
