"""The tongue: padded, from under the vamp to above the throat, with a label sewn on below its upper edge."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.sneaker import atlas
from core.sneaker.curves import grid_normals, smooth_path, swept
from core.sneaker.form import STATIONS, Form
from core.sneaker.patches import Patch, band, tube

Array = NDArray[np.float64]

_ROWS, _SIDES = 24, 20
_STATIONS = (9.3, 8.6, 7.8, 7.0, 6.2, 5.5, 5.05)
_LABEL = (0.83, 0.965)  # of the tongue's length
INSTEP = 0.72  # of the tongue's length, from the vamp: above the laces' last crossing


def tongue(form: Form) -> Patch:
    """The tongue as a closed body."""
    return tube(tongue_rings(form), atlas.TONGUE)


def label(form: Form) -> Patch:
    """The label on the tongue as a closed sheet."""
    rings = tongue_rings(form, 60)
    normals = grid_normals(rings)
    along = np.unique(np.round(np.linspace(*_LABEL, 7) * (len(rings) - 1)).astype(int))
    places = np.arange(3, _SIDES // 2 - 2)
    points, outward = rings[along][:, places], normals[along][:, places]
    outward = outward * np.sign((outward * [-0.3, 0.0, 1.0]).sum(axis=2, keepdims=True))
    over, under = points + 0.9 * outward, points - 0.8 * outward
    u = np.broadcast_to(np.linspace(0, 1, len(places))[None, :], over.shape[:2])
    v = np.broadcast_to(np.linspace(0, 1, len(along))[:, None], over.shape[:2])
    return band(over, under, atlas.LABEL.place(u, v))


def tongue_rings(form: Form, rows: int = _ROWS) -> Array:
    """(P, S, 3) cross-sections of the tongue from the vamp up; place S/4 of each is its crest."""
    middle, half_gap = tongue_line(form, rows)
    along = np.linspace(0, 1, len(middle))
    half_width = (half_gap + 5.0) * np.interp(along, [0, 0.9, 0.965, 1.0], [1.0, 1.0, 0.93, 0.72])
    half_height = np.interp(along, [0, 0.5, 0.78, 0.93, 0.98, 1.0], [1.6, 2.4, 4.0, 5.0, 4.2, 2.0])
    across = np.broadcast_to([0.0, -1.0, 0.0], middle.shape)
    rings = swept(middle, across, half_width=half_width, half_height=half_height, sides=_SIDES)
    side = (rings[..., 1] - middle[:, None, 1]) / (half_gap + 5.0)[:, None]
    rings[..., 2] -= np.interp(along, [0, 0.2, 0.75, 1.0], [14.0, 18.0, 15.0, 7.0])[:, None] * side**2
    return rings


def tongue_line(form: Form, count: int) -> tuple[Array, Array]:
    """(count, 3) the middle of the tongue from under the vamp to its top, and (count,) half the throat's width."""
    stations = np.array(_STATIONS)
    lateral, medial = form.top_at(stations), form.top_at(STATIONS - stations)
    middle = (lateral + medial) / 2
    half = np.linalg.norm(medial - lateral, axis=1) / 2
    rising = np.gradient(middle, axis=0)
    above = np.cross(rising, [0.0, 1.0, 0.0])
    above *= np.sign(above[:, 2:]) / np.linalg.norm(above, axis=1, keepdims=True)
    middle = middle + above * np.interp(half, [4, 20], [0.5, 4.0])[:, None]
    front = form.top_at(np.array([10.0])) + np.array([5.0, 0.0, -8.0])
    onward = middle[-1] - middle[-2]
    onward = onward / np.linalg.norm(onward) + np.array([0.0, 0.0, 0.75])
    onward /= np.linalg.norm(onward)
    tip = [middle[-1] + reach * onward + [bend, 0.0, 0.0] for reach, bend in ((12.0, -1.0), (25.0, 0.5))]
    knots = np.concatenate([front, middle, tip])
    widths = np.concatenate([[half[0] + 3.0], half, [half[-1], half[-1] - 1.0]])
    path = smooth_path(np.concatenate([knots, widths[:, None]], axis=1), count * 4)
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path[:, :3], axis=0), axis=1))])
    even = np.linspace(0, run[-1], count)
    spread = np.stack([np.interp(even, run, column) for column in path.T], axis=1)
    return spread[:, :3], spread[:, 3]
