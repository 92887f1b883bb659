"""How hard each stage of a fit looks, by the length of the shoe on the screen and by whether parts of it are hidden."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.fit.residuals import CAUCHY, TUKEY
from core.fit.solver import Stage

Array = NDArray[np.float64]

COARSE_SAMPLES = 80
_FEWEST_LINES, _MOST_LINES = 60, 320


def coarse_scales(length_px: float, steps: int) -> Array:
    """(steps,) px of Cauchy's cost, wide at first."""
    wide = steps // 2
    return np.array([0.04 * length_px] * wide + [0.015 * length_px] * (steps - wide))


def middle_stage(length_px: float) -> Stage:
    """With exact outlines of the search mesh."""
    scale_px = max(1.0, 0.006 * length_px)
    return Stage(50, 160, rounds=2, steps=3, image_weight=2.0, kernel=CAUCHY, scale_px=scale_px, stop=1e-3)


def hidden_stages(length_px: float) -> tuple[Stage, Stage, Stage]:
    """The same where what hides a part of the shoe is not marked: gently, then ever more set on the parts that fit.

    The region's outline leads: most of it is the shoe's, while of the shoe's any part may be hidden.
    """
    gentle_px, strict_px, strictest_px = 0.015 * length_px, 0.05 * length_px, 0.03 * length_px
    return (
        Stage(50, 160, rounds=2, steps=3, image_weight=4.0, kernel=CAUCHY, scale_px=max(1.5, gentle_px), stop=1e-3),
        Stage(60, 200, rounds=2, steps=3, image_weight=4.0, kernel=TUKEY, scale_px=max(4.0, strict_px), stop=1e-3),
        Stage(80, 300, rounds=3, steps=4, image_weight=4.0, kernel=TUKEY, scale_px=max(3.0, strictest_px), stop=1e-4),
    )


def last_stage(length_px: float) -> Stage:
    """With the polish mesh: Tukey's cost at three times the spread of what is left."""
    lines = int(np.clip(length_px / 2, _FEWEST_LINES, _MOST_LINES))
    return Stage(lines, 500, rounds=4, steps=4, image_weight=4.0, kernel=TUKEY, scale_px=0.0, stop=1e-4)
