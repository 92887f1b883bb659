"""Shoe sizes: from the number on the box to the length of the outsole, and back.

A continental (EU) size counts the length of the last in Paris points of 2/3 cm (ISO/TS 19407): last mm = size · 20/3.
A last is longer than the foot it is for by the toe allowance, and an outsole is longer than its last by the thickness
of the upper and the rim of the sole.
"""

from __future__ import annotations

PARIS_POINT_MM = 20.0 / 3.0
TOE_ALLOWANCE_MM = 15.0
OUTSOLE_OVER_LAST_MM = 12.0  # sneakers that were measured have 10 to 15
DEFAULT_LENGTH_MM = 290.0


def length_mm_from_eu(size: float) -> float:
    """Length of the outsole in mm of an EU size (15 to 55); raises ValueError for a number that is no size."""
    if not 15.0 <= size <= 55.0:
        raise ValueError(f"{size:g} is not an EU shoe size; they run from 15 to 55")
    return size * PARIS_POINT_MM + OUTSOLE_OVER_LAST_MM


def eu_from_length_mm(length_mm: float) -> float:
    """EU size, to the half, of a shoe whose outsole is `length_mm` long."""
    return round((length_mm - OUTSOLE_OVER_LAST_MM) / PARIS_POINT_MM * 2) / 2


def foot_mm_from_eu(size: float) -> float:
    """Length in mm of the foot that an EU size is made for."""
    return size * PARIS_POINT_MM - TOE_ALLOWANCE_MM
