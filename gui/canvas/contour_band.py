"""The contour error as a colour band: which colour an error has, and the runs of one colour along an outline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.labels.contour_profile import ContourProfile, runs_of

Array = NDArray[np.float64]

SHADES = 17
_NO_SHADE = -1
INSIDE, EVEN, OUTSIDE = (0x1F, 0x78, 0xD1), (0xFF, 0xFF, 0xFF), (0xF2, 0x7B, 0x0A)
HIDDEN_COLOR = "#9a9da3"
_LIMITS_PX = (4.0, 8.0, 16.0, 32.0)
_BENT = 0.75  # small errors are told from none more easily than large ones from larger ones


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """runs: (shade, (N, 2) photo px) in order along the outline; seen and hidden: (N, 2) of each arc that is, and is
    not, evidence; limit_px: where colours end."""

    runs: tuple[tuple[int, Array], ...]
    seen: tuple[Array, ...]
    hidden: tuple[Array, ...]
    limit_px: float


def limit_of(profile: ContourProfile) -> float:
    """The error, px, at which the colours end: 4 px, more for a shoe that is large in its photo."""
    return next((limit for limit in _LIMITS_PX if limit >= profile.tolerance_px), _LIMITS_PX[-1])


def shade_of(error_px: Array, limit_px: float) -> NDArray[np.int64]:
    """0 (the shoe ends inside the outline) to SHADES - 1 (it stands over it); the middle one is none."""
    share = np.clip(np.nan_to_num(error_px) / limit_px, -1.0, 1.0)
    bent = np.sign(share) * np.abs(share) ** _BENT
    return np.rint((bent + 1.0) / 2.0 * (SHADES - 1)).astype(np.int64)


def color_of_shade(shade: int) -> str:
    """ "#rrggbb" of a shade."""
    share = 2.0 * shade / (SHADES - 1) - 1.0
    end = INSIDE if share < 0 else OUTSIDE
    mixed = (round(a + (b - a) * abs(share)) for a, b in zip(EVEN, end, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def band_of(profile: ContourProfile, finest_px: float) -> Band:
    """The band of a profile; what lies closer together than finest_px (photo px) is taken as one place."""
    limit = limit_of(profile)
    runs: list[tuple[int, Array]] = []
    seen: list[Array] = []
    hidden: list[Array] = []
    stride = max(1, round(finest_px / max(profile.step_px, 1e-6)))
    for start, end in runs_of(np.ones(len(profile), dtype=np.bool_), profile.rings):
        starts = np.arange(start, end, stride)
        sizes = np.diff([*starts, end])
        within = starts - start
        means = np.add.reduceat(np.nan_to_num(profile.error_px[start:end]), within) / sizes
        covered = np.add.reduceat(profile.hidden[start:end].astype(np.int64), within) * 2 > sizes
        points = profile.points_px[starts]
        closed = np.concatenate([points, points[:1]])
        shades = np.where(covered, _NO_SHADE, shade_of(means, limit))
        runs += [(shade, line) for shade, line in _lines(closed, shades) if shade != _NO_SHADE]
        for is_hidden, line in _lines(closed, covered.astype(np.int64)):
            (hidden if is_hidden else seen).append(line)
    return Band(tuple(runs), tuple(seen), tuple(hidden), limit)


def _lines(closed: Array, values: NDArray[np.int64]) -> list[tuple[int, Array]]:
    """(value, points) of each run of equal values; a run begins where the last one ended."""
    begins = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    ends = [*begins[1:], len(values)]
    return [(int(values[begin]), closed[begin : end + 1]) for begin, end in zip(begins, ends, strict=True)]
