"""The measures a sneaker is made from, the range each may lie in, and the two shoes the house ships."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DRAWN_LENGTH_MM, DRAWN_WIDTH_MM = 290.0, 105.0
LOW_COLLAR_MM, HIGH_COLLAR_MM = 103.0, 152.0  # the two collars that are drawn; others lie on the way between

RANGES = MappingProxyType(
    {
        "length_mm": (160.0, 360.0),
        "width_mm": (64.0, 140.0),
        "collar_height_mm": (75.0, 190.0),
        "sole_thickness_mm": (12.0, 60.0),
        "heel_drop_mm": (0.0, 16.0),
        "toe_spring_mm": (0.0, 30.0),
        "toe_box_mm": (16.0, 45.0),
        "toe_roundness": (0.0, 1.0),
        "lining_mm": (3.0, 12.0),
        "padding_mm": (0.0, 6.0),
        "eyelets": (3, 10),
    }
)
_LEAST_WALL_MM = 28.0  # of the upper at the heel, above the sole
_LEAST_FOREFOOT_MM = 6.0


@dataclass(frozen=True, slots=True)
class SneakerShape:
    """The measures of a sneaker, in mm.

    length_mm, width_mm: of the outsole. collar_height_mm: the heel's top above the ground; from low-top to high-top.
    sole_thickness_mm: at the heel; heel_drop_mm: how much less it is at the ball. toe_spring_mm: how far the toe is
    lifted off the ground. toe_box_mm: height of the toe box above the sole. toe_roundness: 0 pointed to 1 broad.
    lining_mm: thickness of the collar; padding_mm: how far it stands out. eyelets: on either side.

    Raises ValueError, naming measure and range, for a shoe that cannot be.
    """

    length_mm: float = DRAWN_LENGTH_MM
    width_mm: float = DRAWN_WIDTH_MM
    collar_height_mm: float = LOW_COLLAR_MM
    sole_thickness_mm: float = 29.5
    toe_spring_mm: float = 11.0
    lining_mm: float = 8.0
    heel_drop_mm: float = 6.0
    toe_box_mm: float = 29.0
    toe_roundness: float = 0.5
    padding_mm: float = 2.6
    eyelets: int = 6

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:  # nan is refused too
                raise ValueError(f"a sneaker's {name} lies between {low:g} and {high:g}, not {value:g}")
        if self.eyelets != int(self.eyelets):
            raise ValueError(f"a sneaker's eyelets are a whole number, not {self.eyelets:g}")
        least = self.sole_thickness_mm + _LEAST_WALL_MM
        if self.collar_height_mm < least:
            raise ValueError(
                f"over a sole of {self.sole_thickness_mm:g} mm a sneaker's collar_height_mm is {least:g} or more, "
                f"not {self.collar_height_mm:g}"
            )
        most = self.sole_thickness_mm - _LEAST_FOREFOOT_MM
        if self.heel_drop_mm > most:
            raise ValueError(
                f"on a sole of {self.sole_thickness_mm:g} mm a sneaker's heel_drop_mm is at most {most:g}, "
                f"not {self.heel_drop_mm:g}"
            )

    @property
    def scale(self) -> Array:
        """(2,) factors from the drawing's x and y to this shoe's."""
        return np.array([self.length_mm / DRAWN_LENGTH_MM, self.width_mm / DRAWN_WIDTH_MM])

    @property
    def highness(self) -> float:
        """0 for the low-top's collar, 1 for the high-top's."""
        return (self.collar_height_mm - LOW_COLLAR_MM) / (HIGH_COLLAR_MM - LOW_COLLAR_MM)


LOW_TOP = SneakerShape()
HIGH_TOP = SneakerShape(collar_height_mm=HIGH_COLLAR_MM, sole_thickness_mm=30.5, eyelets=8, padding_mm=3.0)
