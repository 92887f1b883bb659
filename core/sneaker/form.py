"""The form of the sneaker: the outline of its sole, the line of its collar and throat, and the surface between.

Everything is in the last's frame: x from the heel (0) to the toe, y to the wearer's left (medial of a right shoe),
z up from the ground, mm. Rings run from the heel along the lateral side to the toe and back along the medial side.
A place on the upper is (around, up): the station around the shoe, and 0 at the sole to 1 at the top line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.geometry.frozen import frozen_array
from core.sneaker.curves import outward_2d, periodic_linear, periodic_spline, smoothstep
from core.sneaker.shape import HIGH_COLLAR_MM, LOW_COLLAR_MM, LOW_TOP, SneakerShape

__all__ = ["AROUND", "STATIONS", "Form", "SneakerShape", "is_throat"]

Array = NDArray[np.float64]

STATIONS = 20
AROUND = 90
_FEATHER_INSET_MM, _FEATHER_SUNK_MM = 4.6, 4.0
_TABLE = (200, 49)  # places around and up at which lengths along the surface are measured
_PUFF_MM = 25.0  # how far down from the collar's edge its padding reaches

# Twenty stations around the shoe: sole (x, y); top line (x, y, z); rise of the side, its bulge, and how the surface
# meets the top line (share of the way out, share of the way down).
_LOW = np.array(
    [
        # sole x, y | top x, y, z         | rise, bulge, out, down
        (0, 0, 14, 0, 103, 0.42, 6.5, -0.85, 0.36),
        (8, -24, 21, -18, 101, 0.42, 6.5, -0.30, 0.36),
        (40, -36, 42, -28, 88, 0.45, 4.0, 0.10, 0.40),
        (85, -38, 70, -31, 77, 0.45, 2.5, 0.15, 0.40),
        (130, -42, 96, -29, 86, 0.45, 1.0, 0.25, 0.34),
        (165, -48, 119, -24, 104, 0.46, 0.5, 0.36, 0.27),
        (195, -52, 146, -20, 97, 0.48, 0.5, 0.46, 0.22),
        (226, -49, 170, -17, 87, 0.50, 0.5, 0.50, 0.20),
        (256, -37, 188, -13, 79, 0.56, 0.5, 0.50, 0.22),
        (280, -15, 198, -6, 74, 0.60, 0.5, 0.48, 0.24),
        (290, 9, 200, 3, 73, 0.60, 0.5, 0.48, 0.24),
        (283, 30, 198, 11, 74, 0.60, 0.5, 0.48, 0.24),
        (262, 44, 188, 17, 79, 0.56, 0.5, 0.50, 0.22),
        (230, 51, 170, 21, 87, 0.50, 0.5, 0.50, 0.20),
        (200, 49, 146, 23, 97, 0.48, 0.5, 0.46, 0.22),
        (165, 40, 119, 26, 104, 0.46, 1.0, 0.36, 0.27),
        (130, 32, 96, 30, 87, 0.45, 2.0, 0.25, 0.34),
        (85, 31, 70, 31, 79, 0.45, 3.0, 0.15, 0.40),
        (40, 33, 42, 28, 89, 0.45, 4.0, 0.10, 0.40),
        (8, 23, 21, 18, 101, 0.42, 6.5, -0.30, 0.36),
    ],
    dtype=np.float64,
)
# The top line and the surface's habit of the high-top; its sole is the low-top's.
_HIGH = np.array(
    [
        (14, 0, 152, 0.36, 7.0, -1.05, 0.42),
        (20, -18, 151, 0.36, 7.0, -0.55, 0.42),
        (41, -29, 146, 0.38, 5.0, 0.30, 0.42),
        (65, -32, 141, 0.38, 3.0, 0.25, 0.42),
        (87, -30, 143, 0.38, 1.0, 0.20, 0.40),
        (104, -24, 150, 0.37, 0.5, 0.22, 0.42),
        (123, -20, 127, 0.38, 0.5, 0.36, 0.36),
        (149, -18, 103, 0.44, 0.5, 0.46, 0.28),
        (178, -14, 84, 0.54, 0.5, 0.50, 0.24),
        (196, -6, 75, 0.60, 0.5, 0.48, 0.24),
        (200, 3, 73, 0.60, 0.5, 0.48, 0.24),
        (196, 11, 75, 0.60, 0.5, 0.48, 0.24),
        (178, 18, 84, 0.54, 0.5, 0.50, 0.24),
        (149, 22, 103, 0.44, 0.5, 0.46, 0.28),
        (123, 23, 127, 0.38, 0.5, 0.36, 0.36),
        (104, 26, 150, 0.37, 1.0, 0.22, 0.42),
        (87, 31, 143, 0.38, 2.0, 0.20, 0.40),
        (65, 32, 142, 0.38, 3.5, 0.25, 0.42),
        (41, 29, 146, 0.38, 5.0, 0.30, 0.42),
        (20, 18, 151, 0.36, 7.0, -0.55, 0.42),
    ],
    dtype=np.float64,
)


@dataclass(frozen=True, slots=True)
class Form:
    """A shape with its curves: around (N,), the stations that rings are taken at; outline (N, 2) of the sole there.

    sole, top: (20, 2) and (20, 3) knots. habit: (20, 4) as drawn. lengths: (200, 49) mm from the sole, along the
    surface, at evenly spread (around, up).
    """

    shape: SneakerShape
    around: Array
    outline: Array
    sole: Array
    top: Array
    habit: Array
    lengths: Array

    @staticmethod
    def of(shape: SneakerShape, count: int = AROUND) -> Form:
        """The form sampled at `count` places around (even, so that one is the very toe)."""
        around = np.arange(count) / count * STATIONS
        sole = _sole_knots(shape)
        habit = _blended(shape, _LOW[:, 5:], _HIGH[:, 3:])
        toe = smoothstep(np.abs(np.arange(STATIONS) - STATIONS / 2), 5.0, 1.0)
        habit[:, 0] *= 1 + toe * 0.5 * (shape.toe_box_mm / LOW_TOP.toe_box_mm - 1)
        bare = Form(shape, around, periodic_spline(sole, around), sole, _top_knots(shape), habit, np.zeros(_TABLE))
        per_station = _TABLE[0] // STATIONS
        places = bare._base(np.arange(_TABLE[0])[:, None] / per_station, np.linspace(0, 1, _TABLE[1])[None, :])
        steps = np.linalg.norm(np.diff(places, axis=1), axis=2)
        lengths = np.concatenate([np.zeros((_TABLE[0], 1)), np.cumsum(steps, axis=1)], axis=1)
        return replace(bare, lengths=frozen_array(lengths))

    def ground(self, x: ArrayLike) -> Array:
        """Height of the sole's underside above the ground: toe spring, and the heel's bevel."""
        along = np.asarray(x) / self.shape.length_mm
        toe = self.shape.toe_spring_mm * np.clip((along - 0.70) / 0.30, 0, None) ** 2
        heel = 3.5 * np.clip((0.10 - along) / 0.10, 0, 1) ** 2
        return np.asarray(toe + heel)

    def sole_top(self, x: ArrayLike) -> Array:
        """Height of the sole's upper edge: thicker under the heel, and drawn up a little at toe and heel."""
        return np.asarray(_sole_top(self.shape, x) + 0.85 * self.ground(x))

    def inset(self, by_mm: float) -> Array:
        """(N, 2) the outline moved in by so much."""
        return np.asarray(self.outline - by_mm * outward_2d(self.outline))

    def top_at(self, around: ArrayLike) -> Array:
        """(..., 3) the edge of the upper, collar and throat, at stations (...)."""
        around = np.asarray(around, dtype=np.float64)
        return periodic_spline(self.top, around.ravel()).reshape(*around.shape, 3)

    def at(self, around: ArrayLike, up: ArrayLike) -> Array:
        """(..., 3) the upper's outer surface, its collar padded."""
        around, up = np.asarray(around, float), np.asarray(up, float)
        puff = self.shape.padding_mm * _bulge(self.below_top(around, up) / _PUFF_MM) * (1 - is_throat(around))
        return np.asarray(self._base(around, up) + puff[..., None] * self.normal(around, up))

    def normal(self, around: ArrayLike, up: ArrayLike) -> Array:
        """(..., 3) unit normals of the surface without its padding, pointing out."""
        around, up = np.asarray(around, float), np.asarray(up, float)
        along = self._base(around + 0.02, up) - self._base(around - 0.02, up)
        rising = self._base(around, np.minimum(up + 0.01, 1)) - self._base(around, np.maximum(up - 0.01, 0))
        normal = np.cross(along, rising)
        return np.asarray(normal / np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-12))

    def below_top(self, around: ArrayLike, up: ArrayLike) -> Array:
        """(...) mm along the surface down from the top line."""
        around, up = np.broadcast_arrays(np.asarray(around, float), np.asarray(up, float))
        return np.asarray(self._length(around, np.ones_like(up)) - self._length(around, up))

    def up_from_sole(self, around: ArrayLike, mm: ArrayLike) -> Array:
        """(N,) the `up` that lies so many mm along the surface from where it leaves the sole, 0..1."""
        around, mm = np.broadcast_arrays(np.asarray(around, float), np.asarray(mm, float))
        fine = np.linspace(0, 1, 241)
        runs = self._length(around[:, None], fine[None, :])
        return np.array([np.interp(want, run, fine) for want, run in zip(mm, runs, strict=True)])

    def up_below_top(self, around: ArrayLike, mm: ArrayLike) -> Array:
        """(N,) the `up` that lies so many mm along the surface down from the top line, 0..1."""
        around = np.asarray(around, float)
        return self.up_from_sole(around, self._length(around, np.ones_like(around)) - np.asarray(mm, float))

    def _length(self, around: Array, up: Array) -> Array:
        around, up = np.broadcast_arrays(around, up)
        a, b = (around * _TABLE[0] / STATIONS) % _TABLE[0], np.clip(up, 0, 1) * (_TABLE[1] - 1)
        i, j = np.floor(a).astype(int) % _TABLE[0], np.minimum(np.floor(b).astype(int), _TABLE[1] - 2)
        s, t = a - np.floor(a), b - j
        following = (i + 1) % _TABLE[0]
        left = self.lengths[i, j] * (1 - t) + self.lengths[i, j + 1] * t
        right = self.lengths[following, j] * (1 - t) + self.lengths[following, j + 1] * t
        return np.asarray(left * (1 - s) + right * s)

    def _base(self, around: ArrayLike, up: ArrayLike) -> Array:
        """(..., 3) the surface without its padding: a cubic Bezier curve from the feather line to the top line."""
        around, up = np.asarray(around, float), np.asarray(up, float)
        flat = around.reshape(-1)  # one curve for each station given, not for each point
        a, b, c, d = (points.reshape(*around.shape, 3) for points in self._controls(flat))
        t = up[..., None]
        s = 1 - t
        return np.asarray(s**3 * a + 3 * s**2 * t * b + 3 * s * t**2 * c + t**3 * d)

    def _controls(self, around: Array) -> tuple[Array, Array, Array, Array]:
        outline = periodic_spline(self.sole, around)
        along = periodic_spline(self.sole, around + 0.05) - periodic_spline(self.sole, around - 0.05)
        away = np.stack([along[:, 1], -along[:, 0]], axis=1)
        away /= np.linalg.norm(away, axis=1, keepdims=True)
        flat = outline - _FEATHER_INSET_MM * away
        feather = np.concatenate([flat, (self.sole_top(flat[:, 0]) - _FEATHER_SUNK_MM)[:, None]], axis=1)
        top = self.top_at(around)
        rise, bulge, out, down = periodic_linear(self.habit, around).T[:, :, None]
        height = np.array([0.0, 0.0, 1.0]) * (top - feather)[:, 2:]
        reach = (feather - top) * [1.0, 1.0, 0.0]
        above = feather + rise * height + bulge * np.concatenate([away, np.zeros((len(away), 1))], axis=1)
        return feather, above, top + out * reach - down * height, top


def is_throat(around: ArrayLike) -> Array:
    """1 along the throat and its eyestays, 0 along the collar, smooth between; (...) of stations."""
    return smoothstep(np.abs(np.asarray(around) % STATIONS - STATIONS / 2), 5.6, 5.0)


def _bulge(share: Array) -> Array:
    return np.asarray(np.sin(np.pi * np.clip(share, 0, 1) ** 0.8) ** 1.4)


def _sole_top(shape: SneakerShape, x: ArrayLike) -> Array:
    along = np.asarray(x) / shape.length_mm
    cup = 0.06 * shape.sole_thickness_mm * (smoothstep(along, 0.84, 1.0) + 0.6 * smoothstep(along, 0.16, 0.0))
    return np.asarray(shape.sole_thickness_mm - shape.heel_drop_mm * smoothstep(along, 0.25, 0.66) + cup)


def _sole_knots(shape: SneakerShape) -> Array:
    """(20, 2) the sole's outline; toes less or more round than drawn."""
    x, y = _LOW[:, 0], _LOW[:, 1]
    toe = smoothstep(x, 215.0, 285.0)
    y = y + toe * 0.44 * (shape.toe_roundness - LOW_TOP.toe_roundness) * (y - 8.0)
    return np.stack([x, y], axis=1) * shape.scale


def _top_knots(shape: SneakerShape) -> Array:
    """(20, 3) the top line: the collar at its height, the throat's front carried by the sole and the toe box."""
    knots = _blended(shape, _LOW[:, 2:5], _HIGH[:, :3])
    front = smoothstep(knots[:, 0], 104.0, 190.0)
    beyond = shape.highness - np.clip(shape.highness, 0.0, 1.0)
    sole = _sole_top(shape, 0.68 * shape.length_mm) - _sole_top(LOW_TOP, 0.68 * LOW_TOP.length_mm)
    box = 0.6 * (shape.toe_box_mm - LOW_TOP.toe_box_mm)
    knots[:, 2] += (1 - front) * beyond * (HIGH_COLLAR_MM - LOW_COLLAR_MM) + front * (sole + box)
    knots[:, :2] *= shape.scale
    return knots


def _blended(shape: SneakerShape, low: Array, high: Array) -> Array:
    share = float(np.clip(shape.highness, 0.0, 1.0))
    return np.asarray(low * (1 - share) + high * share)
