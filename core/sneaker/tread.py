"""The tread under the sole: bars in zigzag under heel and ball, rings to turn on, and ribs under the waist."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.sneaker import atlas
from core.sneaker.curves import outward_2d
from core.sneaker.form import Form
from core.sneaker.parts import RIM_MM, TREAD_MM
from core.sneaker.patches import Patch, TextureBox, band, merged

Array = NDArray[np.float64]

_GAP_MM, _ROOT_MM = 2.0, 0.5  # from the rim; sunk into the sole
_PITCH_MM, _BAR_MM = 10.0, 5.4
_ZIG_MM, _WAVE_MM = 4.2, 15.0  # how far a bar swings, and over how many mm across
PIVOT = (0.735, 0.045, 0.075)  # the rings' middle and outer radius, as shares of the length
_WAIST = (0.345, 0.545)  # shares of the length


def tread(form: Form) -> Patch:
    """Every lug of the tread as a closed body, from the sole's sunk underside to the ground."""
    low, high = _base_box(form)
    lugs = [_bar(form, *piece, box=(low, high)) for piece in _pieces(form)]
    return merged([*lugs, *_rings(form, box=(low, high))])


def half_widths(form: Form, x: Array) -> tuple[Array, Array]:
    """Lateral and medial y of the tread's edge at x (N,)."""
    inner = form.outline - (RIM_MM + 0.8 + _GAP_MM) * outward_2d(form.outline)
    heel, toe = int(np.argmin(inner[:, 0])), int(np.argmax(inner[:, 0]))
    lateral = inner[np.arange(heel, toe + 1)] if heel <= toe else inner[: toe + 1]
    medial = inner[np.arange(toe, len(inner) + heel + 1) % len(inner)][::-1]
    sides = []
    for side in (lateral, medial):
        order = np.argsort(side[:, 0], kind="stable")
        sides.append(np.interp(x, side[order, 0], side[order, 1]))
    return sides[0], sides[1]


def _pieces(form: Form) -> list[tuple[Array, Array, float]]:
    """The middle lines (K,) x, (K,) y of all bars, and their width."""
    length = form.shape.length_mm
    scale = length / 290.0
    centre = np.array([PIVOT[0] * length, PIVOT[1] * 105.0 * form.shape.scale[1]])
    radius = PIVOT[2] * length + _GAP_MM
    found = []
    for at in np.arange(0.026 * length, 0.975 * length, _PITCH_MM * scale):
        if _WAIST[0] * length < at < _WAIST[1] * length:
            continue
        lateral, medial = (float(side[0]) for side in half_widths(form, np.array([at])))
        if medial - lateral < 12.0 * form.shape.scale[1]:
            continue
        runs = [(lateral, medial)]
        near = abs(at - centre[0])
        if near < radius:
            half = np.sqrt(radius**2 - near**2)
            runs = [(lateral, centre[1] - half), (centre[1] + half, medial)]
        found += [(*_zigzag(at, run, scale), _BAR_MM * scale) for run in runs if run[1] - run[0] > 7.0]
    x = np.linspace(_WAIST[0] + 0.02, _WAIST[1] - 0.01, 7) * length
    one, other = half_widths(form, x)
    found += [(x, one + share * (other - one), 3.4 * scale) for share in np.linspace(0.06, 0.94, 6)]
    return found


def _zigzag(at: float, run: tuple[float, float], scale: float) -> tuple[Array, Array]:
    wave = _WAVE_MM * scale
    kinks = np.arange(np.ceil(run[0] / wave), np.floor(run[1] / wave) + 1) * wave
    y = np.unique(np.concatenate([[run[0]], kinks[(kinks > run[0] + 1.0) & (kinks < run[1] - 1.0)], [run[1]]]))
    return at + _ZIG_MM * scale * (2 * np.abs((y / wave / 2) % 1.0 - 0.5) * 2 - 1.0) * 0.5, y


def _bar(form: Form, x: Array, y: Array, wide: float, *, box: tuple[Array, Array]) -> Patch:
    path = np.stack([x, y], axis=1)
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) * wide / 2
    return _lug(form, path - across, path + across, box=box)


def _lug(form: Form, one: Array, other: Array, *, box: tuple[Array, Array]) -> Patch:
    """A bar between two (K, 2) edges, a little narrower at the ground."""
    middle = (one + other) / 2
    sides = []
    for share, height in ((0.84, 0.0), (1.0, TREAD_MM + _ROOT_MM)):
        flat = np.stack([middle + share * (one - middle), middle + share * (other - middle)], axis=1)
        z = form.ground(flat[..., 0]) + height
        sides.append(np.concatenate([flat, z[..., None]], axis=2))
    return band(sides[0], sides[1], _seen_from_below(sides[0], atlas.BOTTOM, *box))


def _rings(form: Form, *, box: tuple[Array, Array]) -> list[Patch]:
    """Two rings and a disc around the place under the ball that one turns on."""
    length = form.shape.length_mm
    centre = np.array([PIVOT[0] * length, PIVOT[1] * 105.0 * form.shape.scale[1]])
    reach = PIVOT[2] * length
    found = []
    for inner, outer in ((0.76, 1.0), (0.40, 0.62)):
        for first in (0.04, np.pi + 0.04):  # halves: a bar has two ends
            angles = np.linspace(first, first + np.pi - 0.08, 10)
            spokes = np.stack([np.cos(angles), np.sin(angles)], axis=1)
            found.append(_lug(form, centre + inner * reach * spokes, centre + outer * reach * spokes, box=box))
    return found


def _base_box(form: Form) -> tuple[Array, Array]:
    inner = form.outline - (RIM_MM + 0.8) * outward_2d(form.outline)
    return inner.min(axis=0), inner.max(axis=0)


def _seen_from_below(points: Array, box: TextureBox, low: Array, high: Array) -> Array:
    inside = np.clip((points[..., :2] - low) / (high - low), 0, 1)
    return box.place(inside[..., 0], inside[..., 1])
