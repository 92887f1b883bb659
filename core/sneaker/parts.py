"""The body of the sneaker as surfaces: the sole with its edge and tread, and the upper with its lining and insole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.sneaker import atlas
from core.sneaker.curves import grid_normals, outward_2d, smoothstep
from core.sneaker.form import Form, is_throat
from core.sneaker.patches import Patch, cap, merged, wall

Array = NDArray[np.float64]

UPPER_ROWS = 15
TREAD_MM = 2.6
RIM_MM = 6.5  # the smooth edge of the sole's underside, around the tread
# The side of the sole from its underside up: mm out from the outline, and the height as a share from ground to top.
SOLE_PROFILE = np.array(
    [
        (-RIM_MM, 0.00),
        (-1.8, 0.00),
        (-0.5, 0.04),
        (0.0, 0.14),
        (0.0, 0.255),
        (-1.3, 0.275),
        (-1.3, 0.305),
        (-0.1, 0.325),
        (0.0, 0.55),
        (-0.3, 0.80),
        (-1.3, 0.815),
        (-1.3, 0.835),
        (-0.2, 0.85),
        (-0.4, 0.955),
        (-1.0, 1.00),
        (-4.4, 1.00),
        (-6.0, 0.70),
    ]
)
BOTTOM_RING, WALL_RING = 1, 8  # of SOLE_PROFILE: the lower edge, and the widest line of the side
FOXING = (0.255, 0.305, 0.90)  # shares of the height: top of the rubber, foot of the midsole, the welt's line
_INSOLE_UNDER_MM = 5.5  # below the sole's edge
_RIM_STEPS = 4
_LINING_ROWS = 6


def sole(form: Form) -> Patch:
    """The outsole and midsole: one closed body with a welt, a groove between the two, and a sunk tread below."""
    side = sole_side(form)
    run = np.concatenate([[0.0], np.cumsum(profile_steps(form))])
    sunk = side[0].copy()
    sunk[:, :2] -= 0.8 * outward_2d(form.outline)
    sunk[:, 2] = form.ground(sunk[:, 0]) + TREAD_MM
    step = wall(np.stack([sunk, side[0]]), atlas.BOTTOM)
    edge = np.stack([sunk, side[0], side[1]])
    body = wall(side, atlas.WALL, up=run / run[-1])
    return merged([body, _flat_uv(step, edge), cap(sunk, 6, atlas.BOTTOM).flipped(), cap(side[-1], 1, atlas.HIDDEN)])


def profile_steps(form: Form) -> Array:
    """(P-1,) mean mm between the lines of SOLE_PROFILE: how the side's texture is shared out."""
    return np.asarray(np.linalg.norm(np.diff(sole_side(form), axis=0), axis=2).mean(axis=1))


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
    up = _heights()
    outer = outer_surface(form, up)
    thickness = _thickness(form, up)
    inner = outer - thickness[..., None] * grid_normals(outer)
    floor_z = insole_height(form, inner[:, :, 0])
    first = int(np.argmax((inner[:, :, 2] - floor_z > 1.0).all(axis=1)))
    rows = np.unique(np.round(np.linspace(first, len(inner) - 2, _LINING_ROWS)).astype(int))
    inside = np.concatenate([outer[-1:], _rim(outer, thickness[-1]), inner[rows[::-1]]])
    floor = inside[-1].copy()
    floor[:, 2] = insole_height(form, floor[:, 0])
    inside = np.concatenate([inside, floor[None]])
    base = cap(outer[0], 1, atlas.HIDDEN).flipped()
    insole = cap(floor, 6, atlas.INSOLE, sag_mm=1.5)
    lengths = np.linalg.norm(np.diff(inside, axis=0), axis=2).mean(axis=1)
    down = np.concatenate([[0.0], np.cumsum(lengths)]) / lengths.sum()
    return merged([wall(outer, atlas.UPPER, up=up), wall(inside, atlas.LINING, up=down), insole, base])


def heel_top(form: Form) -> Array:
    """(3,) the highest place of the collar's rounded rim at the very heel."""
    rim = _rim(outer_surface(form, _heights()), _thickness(form, np.ones(1))[0])[:, 0]
    return np.asarray(rim[np.argmax(rim[:, 2])])


def insole_height(form: Form, x: Array) -> Array:
    """Height of the insole's edge."""
    return np.asarray(form.sole_top(x) - _INSOLE_UNDER_MM * 0.5)


def outer_surface(form: Form, up: Array) -> Array:
    """(T, N, 3) the upper's outside at heights `up` (T,) from 0 at the sole to 1 at the top line."""
    return form.at(form.around[None, :], up[:, None])


def _heights() -> Array:
    """(UPPER_ROWS,) where the upper's rings lie, 0..1: closer to each other towards the top line."""
    return np.asarray(1 - (1 - np.linspace(0, 1, UPPER_ROWS)) ** 1.2)


def _flat_uv(step: Patch, edge: Array) -> Patch:
    """The step down from the tread to the rim, placed in the texture as it is seen from below."""
    low, high = edge[0, :, :2].min(axis=0), edge[0, :, :2].max(axis=0)
    inside = np.clip((step.vertices[:, :2] - low) / (high - low), 0, 1)
    return Patch(step.vertices, atlas.BOTTOM.place(inside[:, 0], inside[:, 1]), step.faces)


def _thickness(form: Form, up: Array) -> Array:
    """(T, N) mm of the wall: padded at the collar, thin at the throat and towards the sole."""
    thin = min(3.0, form.shape.lining_mm)
    at_top = thin + (form.shape.lining_mm + form.shape.padding_mm * 0.5 - thin) * (1 - is_throat(form.around))
    return np.asarray(3.2 + (at_top - 3.2)[None, :] * smoothstep(up, 0.25, 0.9)[:, None])


def _rim(outer: Array, thickness: Array) -> Array:
    """(steps, N, 3) half rings from the outer edge over the top to the inner one."""
    normal = grid_normals(outer)[-1]
    rising = outer[-1] - outer[-2]
    rising -= (rising * normal).sum(axis=1, keepdims=True) * normal
    rising /= np.linalg.norm(rising, axis=1, keepdims=True)
    middle = outer[-1] - thickness[:, None] / 2 * normal
    angles = np.linspace(0, np.pi, _RIM_STEPS + 2)[1:]
    half = thickness[None, :, None] / 2
    return np.asarray(
        middle + half * (np.cos(angles)[:, None, None] * normal + 0.85 * np.sin(angles)[:, None, None] * rising)
    )
