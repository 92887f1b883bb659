"""How far a posed shoe's outline lies off the drawn one at each place along it: the value behind band, plot and dot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry.frozen import frozen_array

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class ContourProfile:
    """S places along the rings of a drawn region, one ring after another, each ring closed.

    arc_px (S,): length from the first ring's start. points_px (S, 2): in the photo, behind the lens. error_px (S,):
    signed, positive where the shoe's outline lies outside the drawn one; nan where nothing of the shoe faces that way.
    rings (S,) int64. dropped (S,): no evidence there (the photo's border, a region that hides the shoe). judged (S,):
    a run that stands out from the rest as if something unmarked hid the shoe. mean_px and p95_px of |error| over what
    is not hidden, nan if all is; explained: of what is not dropped, the share within tolerance_px; iou in 0..1.
    """

    arc_px: Array
    points_px: Array
    error_px: Array
    rings: NDArray[np.int64]
    dropped: Mask
    judged: Mask
    mean_px: float
    p95_px: float
    explained: float
    tolerance_px: float
    iou: float

    def __post_init__(self) -> None:
        for name in ("arc_px", "points_px", "error_px"):
            object.__setattr__(self, name, frozen_array(getattr(self, name)))
        object.__setattr__(self, "rings", frozen_array(self.rings, np.int64))
        for name in ("dropped", "judged"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), np.bool_))

    def __len__(self) -> int:
        return len(self.arc_px)

    @property
    def hidden(self) -> Mask:
        """(S,) what says nothing about the pose: dropped, judged occluded, or without a counterpart."""
        return np.asarray(self.dropped | self.judged | ~np.isfinite(self.error_px))

    @property
    def length_px(self) -> float:
        """Of all rings together."""
        return float(self.arc_px[-1] + self.step_px) if len(self) else 0.0

    @property
    def step_px(self) -> float:
        """Between neighbours."""
        return float(np.median(np.diff(self.arc_px))) if len(self) > 1 else 0.0

    def nearest(self, at_px: tuple[float, float], within_px: float) -> int | None:
        """The place nearest to a point of the photo, if one is that near."""
        if not len(self):
            return None
        offsets = self.points_px - np.asarray(at_px)
        squared = np.einsum("ij,ij->i", offsets, offsets)
        found = int(squared.argmin())
        return found if squared[found] <= within_px * within_px else None

    def index_at(self, arc_px: float) -> int | None:
        """The place nearest to a length along the outline; None for an empty profile."""
        if not len(self):
            return None
        after = int(np.clip(np.searchsorted(self.arc_px, arc_px), 1, max(len(self) - 1, 1)))
        before = after - 1
        if after >= len(self):
            return before
        return before if arc_px - self.arc_px[before] <= self.arc_px[after] - arc_px else after


def runs_of(mask: Mask, rings: NDArray[np.int64] | None = None) -> list[tuple[int, int]]:
    """[start, end) of each run of True; a run ends where the ring does."""
    flags = np.asarray(mask, dtype=np.bool_)
    if not flags.any():
        return []
    begins = flags & ~np.concatenate([[False], flags[:-1]])
    if rings is not None:
        begins |= flags & np.concatenate([[True], rings[1:] != rings[:-1]])
    starts = np.flatnonzero(begins)
    ends = []
    for start, following in zip(starts, [*starts[1:], len(flags)], strict=True):
        gaps = np.flatnonzero(~flags[start:following])
        ends.append(int(start + gaps[0]) if len(gaps) else int(following))
    return [(int(start), end) for start, end in zip(starts, ends, strict=True)]
