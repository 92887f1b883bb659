"""The parts of the sneaker as surfaces: sole, upper with its lining and insole, tongue and laces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.sneaker.curves import grid_normals, periodic_linear, smooth_path, smoothstep, swept, taut_path
from core.sneaker.form import STATIONS, Form, is_throat
from core.sneaker.overlays import EYELET_STATIONS, EYELETS_IN_MM, UpperField
from core.sneaker.patches import Patch, TextureBox, cap, merged, tube, wall

Array = NDArray[np.float64]

UPPER_BOX = TextureBox(0.0, 0.5, 1.0, 1.0)
WALL_BOX = TextureBox(0.0, 0.37, 1.0, 0.49)
BOTTOM_BOX = TextureBox(0.01, 0.01, 0.66, 0.35)
LINING_BOX = TextureBox(0.69, 0.19, 0.99, 0.35)
TONGUE_BOX = TextureBox(0.69, 0.11, 0.83, 0.17)
LACE_BOX = TextureBox(0.86, 0.11, 0.99, 0.17)
INSOLE_BOX = TextureBox(0.69, 0.01, 0.99, 0.09)

UPPER_ROWS = 23
# The side of the sole from its underside up: mm out from the outline, and the height as a share from ground to top.
SOLE_PROFILE = np.array(
    [
        (-6.0, 0.00),
        (-2.6, 0.01),
        (-1.0, 0.06),
        (-0.5, 0.18),
        (-0.4, 0.25),
        (-1.5, 0.275),
        (-0.3, 0.31),
        (0.0, 0.50),
        (-0.5, 0.78),
        (-1.2, 0.93),
        (-2.4, 0.995),
        (-4.0, 1.00),
        (-9.0, 0.97),
    ]
)
_INSOLE_ABOVE_MM = 1.5
_RIM_STEPS = 5
_OVER_EDGE_MM = 2.6
_LACE_MM = (3.7, 1.3)  # half width, half height


def sole(form: Form) -> Patch:
    """The outsole and midsole: one closed body with rounded edges and a groove between the two."""
    side = sole_side(form)
    steps = np.linalg.norm(np.diff(side, axis=0), axis=2).mean(axis=1)
    up = np.concatenate([[0], np.cumsum(steps)]) / steps.sum()
    under = cap(_on_ground(form, side[0]), 8, BOTTOM_BOX).flipped()
    return merged([wall(side, WALL_BOX, up=up), under, cap(side[-1], 4, INSOLE_BOX)])


def sole_side(form: Form) -> Array:
    """(P, N, 3) rings of the side of the sole, one for each line of SOLE_PROFILE."""
    rings = []
    for out, share in SOLE_PROFILE:
        flat = form.inset(-out)
        low, high = form.ground(flat[:, 0]), form.sole_top(flat[:, 0])
        rings.append(np.concatenate([flat, (low + share * (high - low))[:, None]], axis=1))
    return np.stack(rings)


def upper(form: Form) -> Patch:
    """The upper, turned in over a rounded rim into its lining, down to the insole: one closed body."""
    up = 1 - (1 - np.linspace(0, 1, UPPER_ROWS)) ** 1.2  # finer rows towards the top line
    outer = outer_surface(form, up)
    thickness = _thickness(form, up)
    inner = outer - thickness[..., None] * grid_normals(outer)
    first = int(np.argmax((inner[:, :, 2] - form.sole_top(inner[:, :, 0]) > _INSOLE_ABOVE_MM).all(axis=1)))
    rim = _rim(outer, thickness[-1])
    inside = np.concatenate([outer[-1:], rim, inner[::-1][1 : len(inner) - first : 2]])
    floor = inside[-1].copy()
    floor[:, 2] = form.sole_top(floor[:, 0]) + _INSOLE_ABOVE_MM
    inside = np.concatenate([inside, floor[None]])
    base = cap(outer[0], 4, INSOLE_BOX).flipped()
    insole = cap(floor, 8, INSOLE_BOX, sag_mm=1.5)
    return merged([wall(outer, UPPER_BOX, up=up), wall(inside, LINING_BOX), insole, base])


def outer_surface(form: Form, up: Array) -> Array:
    """(T, N, 3) the upper's outside with everything sewn onto it."""
    field = UpperField.of(form, up)
    return np.asarray(field.points + field.relief()[..., None] * grid_normals(field.points))


def tongue(form: Form) -> Patch:
    """The padded tongue, from under the vamp to above the eyestays."""
    return tube(tongue_rings(form), TONGUE_BOX)


def tongue_rings(form: Form) -> Array:
    """(P, S, 3) cross-sections of the tongue from the vamp up; place S/4 or 3S/4 of each is its crest."""
    middle = tongue_line(form, 20)
    along = np.linspace(0, 1, len(middle))
    half_width = form.shape.scale[1] * np.interp(along, [0, 0.3, 0.8, 0.93, 1.0], [17, 21, 27, 26, 19])
    half_height = np.interp(along, [0, 0.5, 0.85, 0.96, 1.0], [1.8, 2.2, 3.6, 3.2, 1.6])
    across = np.broadcast_to([0.0, 1.0, 0.0], middle.shape)
    rings = swept(middle, across, half_width=half_width, half_height=half_height, sides=14)
    side = (rings[..., 1] - middle[:, None, 1]) / half_width[:, None]
    rings[..., 2] -= np.interp(along, [0, 0.3, 1.0], [6.0, 9.0, 8.0])[:, None] * side**2
    return rings


def tongue_line(form: Form, count: int) -> Array:
    """(count, 3) the middle of the tongue from under the vamp to its top."""
    knots = [(212, 3, 60), (199, 3, 69), (176, 2, 83), (150, 2, 95.5), (128, 1, 106), (114, 1, 114), (107, 1, 121)]
    return smooth_path(np.array(knots) * form.shape.scale, count)


def laces(form: Form) -> Patch:
    """Laces crossing over the tongue from eyelet to eyelet, the lowest one straight."""
    right = [_eyelet(form, station) for station in EYELET_STATIONS]
    left = [_eyelet(form, STATIONS - station) for station in EYELET_STATIONS]
    strands = [_strand(form, right[0], end=left[0], lift_mm=0.0)]
    for row in range(len(EYELET_STATIONS) - 1):
        over, under = (2.4, 0.2) if row % 2 else (0.2, 2.4)
        strands.append(_strand(form, right[row], end=left[row + 1], lift_mm=over))
        strands.append(_strand(form, left[row], end=right[row + 1], lift_mm=under))
    return merged(strands)


def _on_ground(form: Form, ring: Array) -> Array:
    flat = ring.copy()
    flat[:, 2] = form.ground(ring[:, 0])
    return flat


def _thickness(form: Form, up: Array) -> Array:
    """(T, N) mm of the wall: padded at the collar, thin at the throat and towards the sole."""
    at_top = 4.0 + (form.shape.lining_mm - 4.0) * (1 - is_throat(form.around))
    return np.asarray(3.5 + (at_top - 3.5)[None, :] * smoothstep(up, 0.25, 0.85)[:, None])


def _rim(outer: Array, thickness: Array) -> Array:
    """(steps, N, 3) half rings from the outer edge over the top to the inner one."""
    normal = grid_normals(outer)[-1]
    rising = outer[-1] - outer[-2]
    rising /= np.linalg.norm(rising, axis=1, keepdims=True)
    middle = outer[-1] - thickness[:, None] / 2 * normal
    angles = np.linspace(0, np.pi, _RIM_STEPS + 2)[1:]
    half = thickness[None, :, None] / 2
    return np.asarray(
        middle + half * (np.cos(angles)[:, None, None] * normal + 0.8 * np.sin(angles)[:, None, None] * rising)
    )


@dataclass(frozen=True, slots=True)
class Eyelet:
    """A hole in the eyestay: its place, the surface's normal there, and a place just over the eyestay's edge."""

    at: Array
    out: Array
    over: Array


def _eyelet(form: Form, station: float) -> Eyelet:
    up = np.linspace(0.5, 1.0, 40)
    outer = outer_surface(form, up)
    at = np.array([station / form.around[1]])
    line = np.stack([periodic_linear(row, at)[0] for row in outer])
    normal = np.stack([periodic_linear(row, at)[0] for row in grid_normals(outer)])
    left = np.linalg.norm(line - line[-1], axis=1)
    row = int(np.argmin(np.abs(left - EYELETS_IN_MM)))
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    return Eyelet(line[row], normal[row], line[-1] + _OVER_EDGE_MM * normal[-1])


def _strand(form: Form, start: Eyelet, *, end: Eyelet, lift_mm: float) -> Patch:
    """One lace, pulled tight from eyelet to eyelet: out of the hole, over the edge, across the tongue."""
    spine = tongue_line(form, 200)
    points = [start.at - 3.0 * start.out, start.at + 1.2 * start.out, start.over]
    for share in (0.36, 0.5, 0.64):
        flat = start.over * (1 - share) + end.over * share
        ridge = np.interp(-flat[0], -spine[:, 0], spine[:, 2])
        flat[2] = max(flat[2] + 0.5, ridge + 3.9 - 9.0 * (2 * share - 1) ** 2) + lift_mm
        points.append(flat)
    path = taut_path([*points, end.over, end.at + 1.2 * end.out, end.at - 3.0 * end.out], 22)
    along = np.linspace(0, 1, len(path))[:, None]
    near_end = (2 * along - 1) ** 4
    slope = spine[-1] - spine[0]
    across_tongue = np.cross(slope, [0.0, 1.0, 0.0])
    across_tongue *= np.sign(across_tongue[2]) / np.linalg.norm(across_tongue)
    above = (1 - near_end) * across_tongue + near_end * ((1 - along) * start.out + along * end.out)
    across = np.cross(above, np.gradient(path, axis=0))
    half_width, half_height = _LACE_MM
    return tube(swept(path, across, half_width=half_width, half_height=half_height, sides=6), LACE_BOX)
