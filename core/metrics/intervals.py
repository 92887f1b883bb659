"""How sure a figure over photos is: percentile bootstrap (Efron 1979) that draws whole photos anew."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

ROUNDS = 1000
CONFIDENCE = 0.95
_AT_ONCE = 4_000_000


class Statistic(StrEnum):
    """What is made of the values."""

    MEAN = "mean"
    MEDIAN = "median"


def bootstrap_interval(
    values: Array, group_of: Indices, *, statistic: Statistic, rounds: int = ROUNDS, seed: int = 0
) -> tuple[float, float] | None:
    """(low, high) of 95 % for the statistic of (N,) values; group_of: (N,) the photo that each value is from.

    Photos without a value are not drawn. None below two photos: nothing is known then of how they differ.
    """
    groups, photo = np.unique(group_of, return_inverse=True)
    if len(groups) < 2:
        return None
    order = np.argsort(values, kind="stable")
    sorted_values, photo = values[order], photo[order]
    rng = np.random.default_rng(seed)
    drawn: list[Array] = []
    at_once = max(1, _AT_ONCE // len(values))
    for first in range(0, rounds, at_once):
        count = min(at_once, rounds - first)
        times = rng.multinomial(len(groups), np.full(len(groups), 1 / len(groups)), size=count)
        weights = times[:, photo].astype(np.float64)
        drawn.append(
            _means(sorted_values, weights) if statistic is Statistic.MEAN else _medians(sorted_values, weights)
        )
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(np.concatenate(drawn), [tail, 100 - tail])
    return float(low), float(high)


def _means(values: Array, weights: Array) -> Array:
    """(R,) weighted means of (N,) values by (R, N) weights."""
    return np.asarray(weights @ values / weights.sum(axis=1))


def _medians(values: Array, weights: Array) -> Array:
    """(R,) medians of sorted (N,) values, each repeated as often as its whole-numbered (R, N) weight."""
    cumulated = weights.cumsum(axis=1)
    half = cumulated[:, -1:] / 2
    below = (cumulated < half).sum(axis=1)
    above = (cumulated <= half).sum(axis=1)
    return np.asarray((values[below] + values[np.minimum(above, len(values) - 1)]) / 2)
