"""Seeded division of photos into train, validation and test sets, the same for the same files and seed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SET_NAMES = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class Split:
    """Shares of train, validation and test; they are made to sum to 1."""

    shares: tuple[float, float, float] = (0.8, 0.1, 0.1)

    def __post_init__(self) -> None:
        if len(self.shares) != len(SET_NAMES) or not np.isfinite(self.shares).all():
            raise ValueError(f"a split needs three shares (train, val, test), not {self.shares}")
        if min(self.shares) < 0 or sum(self.shares) <= 0:
            raise ValueError(f"the shares of a split must not be negative, and not all zero: {self.shares}")

    def counts(self, total: int) -> tuple[int, int, int]:
        """How many of `total` go to each set, by the largest remainder."""
        exact = np.array(self.shares) / sum(self.shares) * total
        counts = np.floor(exact + 1e-9).astype(int)
        order = np.argsort(counts - exact, kind="stable")
        counts[order[: total - int(counts.sum())]] += 1
        return int(counts[0]), int(counts[1]), int(counts[2])

    def sets(self, names: Sequence[str], seed: int) -> dict[str, str]:
        """Name to "train", "val" or "test". The order comes from a hash of seed and name, not from the list's order."""
        ordered = sorted(names, key=lambda name: (hashlib.sha256(f"{seed}:{name}".encode()).digest(), name))
        chosen: dict[str, str] = {}
        start = 0
        for set_name, count in zip(SET_NAMES, self.counts(len(ordered)), strict=True):
            chosen.update(dict.fromkeys(ordered[start : start + count], set_name))
            start += count
        return chosen


def split_from_text(text: str) -> Split:
    """The split of "0.8,0.1,0.1"; raises ValueError with a sentence."""
    try:
        shares = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise ValueError(f"a split is three numbers such as 0.8,0.1,0.1, not {text!r}") from error
    if len(shares) != len(SET_NAMES):
        raise ValueError(f"a split is three numbers (train, val, test) such as 0.8,0.1,0.1, not {text!r}")
    return Split((shares[0], shares[1], shares[2]))
