"""The whole sneaker put together from its parts, where it stands, and in the shoe frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry.mesh import Mesh
from core.sneaker.form import Form
from core.sneaker.lacing import eyelet_rings, laces
from core.sneaker.panels import panels, sheet
from core.sneaker.parts import sole, upper
from core.sneaker.patches import mesh_of
from core.sneaker.tongue import label, tongue
from core.sneaker.tread import tread

Array = NDArray[np.float64]

_GRAIN_MM = 1e-4  # coordinates are rounded: the same shoe on every machine, and smaller files


def standing(form: Form) -> tuple[Mesh, Array]:
    """The centred mesh without its colours, and (3,) what was its centre in the last's frame."""
    sheets = [sheet(form, panel) for panel in panels(form)]
    parts = [sole(form), tread(form), upper(form), *sheets, tongue(form), label(form), laces(form), eyelet_rings(form)]
    mesh = mesh_of(parts)
    low, high = mesh.bounds_mm
    centre = (low + high) / 2
    return mesh.with_vertices(np.round((mesh.vertices_mm - centre) / _GRAIN_MM) * _GRAIN_MM), centre
