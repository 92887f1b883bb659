"""What is said of two shoes of one photo that are fitted together: a request and its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.jobs.messages import FitRequest, FitResult


@dataclass(frozen=True, slots=True)
class PairFitRequest:
    """Refine the poses of two shoes that stand on one floor together, each from its own start."""

    first: FitRequest
    second: FitRequest


@dataclass(frozen=True, slots=True)
class PairFitResult:
    """Both, in the order asked. tilt_deg, height_mm: between their up-axes and their soles, as they are now."""

    first: FitResult
    second: FitResult
    tilt_deg: float
    height_mm: float
