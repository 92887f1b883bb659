"""The form of the sneaker: the outline of its sole, the line of its collar and throat, and the surface between.

Everything is in the last's frame: x from the heel (0) to the toe, y to the wearer's left (medial of a right shoe),
z up from the ground, mm. Rings run from the heel along the lateral side to the toe and back along the medial side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.sneaker.curves import bezier, grid_normals, outward_2d, periodic_linear, periodic_spline, smoothstep

Array = NDArray[np.float64]

STATIONS = 20
AROUND = 134
_DRAWN_LENGTH_MM, _DRAWN_WIDTH_MM, _DRAWN_COLLAR_MM = 290.0, 105.0, 103.0
_FEATHER_INSET_MM, _FEATHER_SUNK_MM = 4.5, 3.0

# Twenty stations around the shoe: sole (x, y); top line (x, y, z); rise of the side, its bulge, and how the surface
# meets the top line (share of the way out, share of the way down).
_DRAWING = np.array(
    [
        # sole x, y | top x, y, z         | rise, bulge, out, down
        (0, 0, 9, 0, 103, 0.40, 5.0, -0.10, 0.35),
        (8, -24, 17, -18, 100, 0.40, 5.0, 0.05, 0.35),
        (40, -36, 45, -29, 85, 0.45, 4.0, 0.12, 0.40),
        (85, -38, 78, -32, 79, 0.45, 3.5, 0.15, 0.40),
        (130, -42, 106, -30, 88, 0.45, 3.0, 0.25, 0.32),
        (165, -48, 127, -24, 102, 0.50, 2.5, 0.38, 0.24),
        (195, -52, 150, -19, 97, 0.50, 2.0, 0.48, 0.18),
        (226, -49, 172, -16, 87, 0.55, 1.5, 0.50, 0.17),
        (256, -37, 189, -12, 79, 0.70, 1.0, 0.48, 0.18),
        (280, -15, 197, -5, 75, 0.80, 0.5, 0.46, 0.20),
        (290, 9, 199, 3, 74, 0.82, 0.5, 0.46, 0.20),
        (283, 30, 197, 10, 75, 0.80, 0.5, 0.46, 0.20),
        (262, 44, 189, 17, 79, 0.70, 1.0, 0.48, 0.18),
        (230, 51, 172, 21, 87, 0.55, 1.5, 0.50, 0.17),
        (200, 49, 150, 23, 97, 0.50, 2.0, 0.48, 0.18),
        (165, 40, 127, 27, 102, 0.50, 2.5, 0.38, 0.24),
        (130, 32, 106, 31, 90, 0.45, 3.0, 0.25, 0.32),
        (85, 31, 78, 32, 81, 0.45, 3.5, 0.15, 0.40),
        (40, 33, 45, 29, 86, 0.45, 4.0, 0.12, 0.40),
        (8, 23, 17, 18, 100, 0.40, 5.0, 0.05, 0.35),
    ],
    dtype=np.float64,
)


@dataclass(frozen=True, slots=True)
class SneakerShape:
    """The measures of a low-top sneaker, in mm.

    length_mm, width_mm: of the outsole. collar_height_mm: the heel's top above the ground. sole_thickness_mm: at the
    heel. toe_spring_mm: how far the toe is lifted off the ground. lining_mm: thickness of the padded collar.
    """

    length_mm: float = 290.0
    width_mm: float = 105.0
    collar_height_mm: float = 103.0
    sole_thickness_mm: float = 31.0
    toe_spring_mm: float = 13.0
    lining_mm: float = 8.0

    def __post_init__(self) -> None:
        ranges = {
            "length_mm": (100.0, 400.0),
            "width_mm": (40.0, 180.0),
            "collar_height_mm": (60.0, 200.0),
            "sole_thickness_mm": (12.0, 60.0),
            "toe_spring_mm": (0.0, 40.0),
            "lining_mm": (2.0, 14.0),
        }
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"a sneaker's {name} lies between {low:g} and {high:g}, not {value:g}")

    @property
    def scale(self) -> Array:
        """(3,) factors from the drawing's measures to these."""
        return np.array(
            [
                self.length_mm / _DRAWN_LENGTH_MM,
                self.width_mm / _DRAWN_WIDTH_MM,
                self.collar_height_mm / _DRAWN_COLLAR_MM,
            ]
        )


@dataclass(frozen=True, slots=True)
class Form:
    """A shape with its curves sampled: outline (N, 2) of the sole and around (N,), the stations they are taken at."""

    shape: SneakerShape
    around: Array
    outline: Array

    @staticmethod
    def of(shape: SneakerShape, count: int = AROUND) -> Form:
        """The form sampled at `count` places around (even, so that one is the very toe)."""
        around = np.arange(count) / count * STATIONS
        return Form(shape, around, periodic_spline(_DRAWING[:, :2] * shape.scale[:2], around))

    def ground(self, x: Array) -> Array:
        """Height of the sole's underside above the ground: toe spring, and the heel's bevel."""
        along = x / self.shape.length_mm
        toe = self.shape.toe_spring_mm * np.clip((along - 0.68) / 0.32, 0, None) ** 2
        heel = 4.0 * np.clip((0.09 - along) / 0.09, 0, 1) ** 2
        return np.asarray(toe + heel)

    def sole_top(self, x: Array) -> Array:
        """Height of the sole's upper edge: thicker under the heel, and drawn up over the toe."""
        along = x / self.shape.length_mm
        thick = self.shape.sole_thickness_mm
        body = thick - 0.24 * thick * smoothstep(along, 0.25, 0.62)
        bumper = 0.17 * thick * smoothstep(along, 0.82, 1.0)
        return np.asarray(0.85 * self.ground(x) + body + bumper)

    def inset(self, by_mm: float) -> Array:
        """(N, 2) the outline moved in by so much."""
        return np.asarray(self.outline - by_mm * outward_2d(self.outline))

    def feather(self) -> Array:
        """(N, 3) the line where the upper disappears into the sole."""
        flat = self.inset(_FEATHER_INSET_MM)
        return np.concatenate([flat, (self.sole_top(flat[:, 0]) - _FEATHER_SUNK_MM)[:, None]], axis=1)

    def top_line(self) -> Array:
        """(N, 3) the edge of the upper: collar and throat."""
        return periodic_spline(_DRAWING[:, 2:5] * self.shape.scale, self.around)

    def upper(self, up: Array) -> Array:
        """(T, N, 3) the upper's outer surface without its overlays; up (T,) is 0 at the sole, 1 at the top line."""
        feather, top = self.feather(), self.top_line()
        rise, bulge, out, down = periodic_linear(_DRAWING[:, 5:], self.around).T[:, :, None]
        away = np.concatenate([outward_2d(self.outline), np.zeros((len(self.around), 1))], axis=1)
        height = np.array([0.0, 0.0, 1.0]) * (top - feather)[:, 2:]
        reach = (feather - top) * [1.0, 1.0, 0.0]
        above = feather + rise * height + bulge * away
        beside = top + out * reach - down * height
        return bezier(feather, above, beside, top, up)

    def distance_to_top(self, up: Array) -> Array:
        """(T, N) length in mm along the surface from each point of `upper` to the top line."""
        fine = np.linspace(0, 1, 65)
        points = self.upper(fine)
        steps = np.linalg.norm(np.diff(points, axis=0), axis=2)
        run = np.concatenate([np.zeros((1, len(self.around))), np.cumsum(steps, axis=0)])
        left = run[-1] - run
        return np.stack([np.interp(up, fine, left[:, i]) for i in range(len(self.around))], axis=1)


def is_throat(around: Array) -> Array:
    """1 along the throat and its eyestays, 0 along the collar, smooth between; (N,) of stations."""
    return smoothstep(np.abs(np.asarray(around) - STATIONS / 2), 5.6, 5.1)


def lining(outer: Array, thickness: Array) -> Array:
    """(T, N, 3) the inside of an outer surface, (T, N) mm further in."""
    return np.asarray(outer - thickness[..., None] * grid_normals(outer))
