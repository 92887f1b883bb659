"""Masks drawn by machines as regions for people: the sub-pixel outline that the pixels were sampled from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.geometry import tracing
from core.geometry.region import Region

DEFAULT_TOLERANCE_PX = 1.0


def region_from_mask(
    mask: NDArray[np.bool_], *, tolerance_px: float = DEFAULT_TOLERANCE_PX, min_area_px2: float = 0.0
) -> Region:
    """`core.geometry.tracing.region_from_mask`, smoothed by a px unless told otherwise."""
    return tracing.region_from_mask(mask, tolerance_px=tolerance_px, min_area_px2=min_area_px2)
