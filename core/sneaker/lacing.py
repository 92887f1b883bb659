"""The laces: flat, out of their eyelets, crossing over the tongue, and tied in a bow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.sneaker import atlas
from core.sneaker.curves import grid_normals, smooth_path, swept, taut_path
from core.sneaker.form import Form
from core.sneaker.panels import EYELETS_IN_MM, eyelet_stations
from core.sneaker.patches import Patch, merged, tube, wall
from core.sneaker.tongue import tongue_rings

Array = NDArray[np.float64]

_WIDE_MM, _THICK_MM = 3.5, 0.8  # half
_EYESTAY_MM = 1.5
_RING_MM, _WIRE_MM = 2.9, 0.75
_POINTS, _SIDES = 11, 6
# The bow from its knot: mm sideways, towards the toe, and away from the shoe.
_LOOP = ((0, 0, 0), (9, -3, 4), (24, -4, 5), (38, 1, 2), (42, 8, -1), (33, 13, 0), (18, 8, 2), (5, 3, 1), (0, 0, 0))
_TAIL = ((0, 0, 0), (7, 7, 4), (15, 17, 3), (21, 29, 1), (24, 42, 1), (24, 54, 1))
_UPRIGHT = np.array([0.25, 0.0, 1.0])  # how the broad side of a loop stands: seen from before the shoe
_AGLET = 0.80  # of a tail: from here on it is a stiff tip


@dataclass(frozen=True, slots=True)
class Eyelet:
    """A hole in the eyestay: its place on top, the normal there, places over and under the edge, and one below."""

    at: Array
    out: Array
    over: Array
    under: Array
    below: Array


@dataclass(frozen=True, slots=True)
class Ground:
    """What laces lie on: (N, 3) places and their normals."""

    points: Array
    normals: Array

    @staticmethod
    def of(form: Form) -> Ground:
        """The upper's outside with its eyestay, and the tongue."""
        around, up = np.linspace(2.5, 17.5, 150)[:, None], np.linspace(0.25, 1.0, 30)[None, :]
        normals = form.normal(around, up)
        upper = form.at(around, up) + _EYESTAY_MM * normals
        rings = tongue_rings(form, 70)
        outward = grid_normals(rings)
        outward *= np.sign((outward * (rings - rings.mean(axis=1, keepdims=True))).sum(axis=2, keepdims=True))
        crest = slice(1, rings.shape[1] // 2)
        return Ground(
            np.concatenate([upper.reshape(-1, 3), rings[:, crest].reshape(-1, 3)]),
            np.concatenate([normals.reshape(-1, 3), outward[:, crest].reshape(-1, 3)]),
        )

    def lifted(self, path: Array, clearance_mm: Array) -> Array:
        """(P, 3) a path, none of its places nearer than so many mm above the ground."""
        away = ((path[:, None] - self.points[None]) ** 2).sum(axis=2)
        nearest = np.argmin(away, axis=1)
        height = ((path - self.points[nearest]) * self.normals[nearest]).sum(axis=1)
        short = np.maximum(clearance_mm - height, 0.0) * (away.min(axis=1) < 400.0)
        return np.asarray(path + short[:, None] * self.normals[nearest])


def laces(form: Form) -> Patch:
    """All laces: a straight one at the toe's end, crossings, and the bow."""
    ground = Ground.of(form)
    pairs = [[_eyelet(form, float(at)) for at in row] for row in eyelet_stations(form)]
    strands = [_bar(pairs[0][0], pairs[0][1], ground)]
    for row in range(len(pairs) - 1):
        for side in (0, 1):
            lift = 1.9 if (row + side) % 2 else 0.0
            strands.append(_crossing(pairs[row][side], pairs[row + 1][1 - side], ground, lift_mm=lift))
    strands += _bow(pairs[-1], pairs[-2], ground, scale=float(form.shape.scale[1]))
    return merged([tube(rings, atlas.lace_box(number)) for number, rings in enumerate(strands)])


def eyelet_rings(form: Form) -> Patch:
    """A metal ring around every hole."""
    return merged([_ring(_eyelet(form, float(at))) for at in eyelet_stations(form).ravel()])


def _eyelet(form: Form, station: float) -> Eyelet:
    around = np.array([station])
    up = form.up_below_top(around, np.array([EYELETS_IN_MM]))
    at, out = form.at(around, up)[0], form.normal(around, up)[0]
    top, edge_out = form.at(around, np.ones(1))[0], form.normal(around, np.ones(1))[0]
    thick = min(3.0, form.shape.lining_mm)
    inward = (top - at) / np.linalg.norm(top - at)
    return Eyelet(
        at + _EYESTAY_MM * out,
        out,
        top + (_EYESTAY_MM + _THICK_MM + 0.5) * edge_out + 1.5 * inward,
        top - (thick + 0.6) * edge_out + 2.0 * inward,
        top - (thick + 0.2) * edge_out - 2.5 * inward,
    )


def _bar(start: Eyelet, end: Eyelet, ground: Ground) -> Array:
    """Into the holes at both ends, from above."""
    points = [start.at - 2.0 * start.out, start.at + 0.9 * start.out, start.over]
    points += [start.over * (1 - share) + end.over * share for share in (0.25, 0.5, 0.75)]
    points += [end.over, end.at + 0.9 * end.out, end.at - 2.0 * end.out]
    return _flat(points, ground, clearance_mm=1.0, buried=(1, 1))


def _crossing(start: Eyelet, end: Eyelet, ground: Ground, *, lift_mm: float) -> Array:
    """Out of one hole, over the tongue, and under the other side's edge."""
    points = [start.at - 2.0 * start.out, start.at + 0.9 * start.out, start.over]
    points += [start.over * (1 - share) + end.under * share for share in (0.2, 0.4, 0.6, 0.8)]
    return _flat([*points, end.under, end.below], ground, clearance_mm=1.0 + lift_mm, buried=(1, 3))


def _flat(points: list[Array], ground: Ground, *, clearance_mm: float, buried: tuple[int, int]) -> Array:
    """(P, S, 3) rings of a lace pulled taut through the points; so many places at its ends may lie in the shoe."""
    path = taut_path(np.array(points), _POINTS)
    share = np.linspace(0, 1, _POINTS)
    bump = 1.0 + (clearance_mm - 1.0) * np.sin(np.pi * share) ** 2
    lifted = ground.lifted(path, bump)
    free = np.zeros(_POINTS, bool)
    free[buried[0] : _POINTS - buried[1]] = True
    path = np.where(free[:, None], lifted, path)
    path[1:-1] = 0.25 * path[:-2] + 0.5 * path[1:-1] + 0.25 * path[2:]
    return _ribbon(path, ground)


def _ribbon(path: Array, ground: Ground, *, standing: Array | None = None, taper: Array | None = None) -> Array:
    """Rings of a flat lace along a path, its flat side to the shoe, or along `standing` (3,) where given."""
    nearest = np.argmin(((path[:, None] - ground.points[None]) ** 2).sum(axis=2), axis=1)
    normal = ground.normals[nearest]
    normal = np.concatenate([normal[:1], (normal[:-2] + normal[1:-1] + normal[2:]) / 3, normal[-1:]])
    across = np.cross(normal, np.gradient(path, axis=0))
    if standing is not None:
        across = np.broadcast_to(standing, path.shape)
    wide = _WIDE_MM * (np.ones(len(path)) if taper is None else taper)
    high = np.where(wide < 0.6 * _WIDE_MM, wide, _THICK_MM)
    return swept(path, across, half_width=wide, half_height=high, sides=_SIDES)


def _bow(last: list[Eyelet], lower: list[Eyelet], ground: Ground, *, scale: float) -> list[Array]:
    """The two strands to the knot, the knot, two loops and two tails with their tips."""
    middle = (last[0].over + last[1].over) / 2
    across = last[1].over - last[0].over
    across = across / np.linalg.norm(across)
    ahead = (lower[0].over + lower[1].over) / 2 - middle
    ahead -= (ahead @ across) * across
    ahead /= np.linalg.norm(ahead)
    above = np.cross(ahead, across)
    knot = ground.lifted(middle[None], np.array([3.2]))[0] + 9.0 * ahead
    knot = ground.lifted(knot[None], np.array([3.2]))[0]
    found = []
    for eyelet in last:
        points = [eyelet.at - 2.0 * eyelet.out, eyelet.at + 0.9 * eyelet.out, eyelet.over]
        points += [eyelet.over * (1 - share) + knot * share for share in (0.35, 0.7, 1.0)]
        found.append(_flat(points, ground, clearance_mm=1.0, buried=(1, 0)))
    frame = np.stack([across, ahead, above]) * np.clip(scale, 0.6, 1.1)
    for sign in (-1.0, 1.0):
        mirror = np.array([sign, 1.0, 1.0])
        loop = smooth_path(knot + np.array(_LOOP) * mirror @ frame, 24)
        loop = _settled(loop, ground, is_loop=True)
        found.append(_ribbon(loop, ground, standing=_UPRIGHT))
        tail = _settled(smooth_path(knot + np.array(_TAIL) * mirror @ frame, 16), ground, is_loop=False)
        share = np.linspace(0, 1, len(tail))
        found.append(_ribbon(tail, ground, taper=np.where(share > _AGLET, 0.36, 1.0)))
    path = knot + np.linspace(-5.2, 5.2, 7)[:, None] * across
    round_off = np.array([0.55, 0.9, 1.0, 1.0, 1.0, 0.9, 0.55])
    found.append(
        swept(
            path, np.broadcast_to(ahead, path.shape), half_width=4.3 * round_off, half_height=2.9 * round_off, sides=8
        )
    )
    return found


def _settled(path: Array, ground: Ground, *, is_loop: bool) -> Array:
    """A bow's lace sunk down onto the shoe and kept above it."""
    share = np.linspace(0, 1, len(path))
    hang = np.sin(np.pi * share) if is_loop else share
    path = path - np.array([0.0, 0.0, 8.0 if is_loop else 14.0]) * hang[:, None]
    for _ in range(3):
        path = ground.lifted(path, np.full(len(path), 1.8))
        path[1:-1] = 0.25 * path[:-2] + 0.5 * path[1:-1] + 0.25 * path[2:]
    return ground.lifted(path, np.full(len(path), 1.2))


def _ring(eyelet: Eyelet) -> Patch:
    """A torus lying on the eyestay."""
    one = np.cross(eyelet.out, [0.0, 0.0, 1.0])
    one /= np.linalg.norm(one)
    other = np.cross(eyelet.out, one)
    angles = np.arange(8) / 8 * 2 * np.pi
    spokes = np.cos(angles)[:, None] * one + np.sin(angles)[:, None] * other
    rows = []
    for turn in np.arange(5) / 4 * 2 * np.pi:
        middle = eyelet.at + (_RING_MM + _WIRE_MM * np.cos(turn)) * spokes
        rows.append(middle + _WIRE_MM * np.sin(turn) * eyelet.out)
    grid = np.stack(rows)
    grid[-1] = grid[0]
    patch = wall(grid, atlas.METAL)
    outward = np.cross(grid[0, 1] - grid[0, 0], grid[1, 0] - grid[0, 0]) @ (grid[0, 0] - eyelet.at)
    return patch if outward > 0 else patch.flipped()
