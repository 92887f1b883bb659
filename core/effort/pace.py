"""What a shoe costs: seconds and gestures of each, apart by part and by way, and what is left at that pace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.effort.meter import NOTHING, Spent
from core.effort.record import EffortRecord, Part, Way

Array = NDArray[np.float64]
RECENT = 50  # so many of the last shoes are the pace of now
FEWEST = 5  # with fewer there is no pace
CONFIDENCE = 0.9
_ROUNDS = 2000
_MOST_DRAWN = 400  # beyond so many shoes their own scatter is nothing beside that of the mean


class HowMade(StrEnum):
    """How a whole shoe came about."""

    OFFER = "offer"
    CORRECTED = "corrected"
    CLICKS = "clicks"
    HAND = "hand"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class InstanceEffort:
    """All that one instance has cost so far. by_part: of each part; last: when it was last worked on."""

    instance_id: str
    photo_id: str
    by_part: dict[Part, Spent] = field(default_factory=dict)
    ways: set[Way] = field(default_factory=set)
    first: str = ""
    last: str = ""

    @property
    def whole(self) -> Spent:
        """Everything."""
        return sum(self.by_part.values(), NOTHING)

    @property
    def how(self) -> HowMade:
        """How it came about, by all that was done to it."""
        if Way.CLICKS in self.ways:
            return HowMade.CLICKS
        if Way.OFFER in self.ways:
            return HowMade.CORRECTED if Way.HAND in self.ways else HowMade.OFFER
        return HowMade.HAND if Way.HAND in self.ways else HowMade.UNKNOWN


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds and gestures of some shoes, a number each."""

    seconds: tuple[float, ...] = ()
    gestures: tuple[float, ...] = ()

    @staticmethod
    def of(spent: Iterable[Spent]) -> Cost:
        """The cost of shoes that this was spent on."""
        known = tuple(spent)
        return Cost(tuple(one.seconds for one in known), tuple(one.gestures for one in known))

    def __len__(self) -> int:
        return len(self.seconds)

    @property
    def median_seconds(self) -> float | None:
        """None when there is no shoe."""
        return float(np.median(self.seconds)) if self.seconds else None

    @property
    def median_gestures(self) -> float | None:
        """None when there is no shoe."""
        return float(np.median(self.gestures)) if self.gestures else None


@dataclass(frozen=True, slots=True)
class Estimate:
    """The time left. seconds, low and high are None while nothing can be said, and `why_not` is a sentence then.

    low, high: the 90 % range. shoes: how many are left. pace_of: of how many of the last shoes the pace is.
    """

    shoes: int
    seconds: float | None = None
    low: float | None = None
    high: float | None = None
    pace_of: int = 0
    why_not: str = ""


def effort_by_instance(records: Iterable[EffortRecord]) -> dict[str, InstanceEffort]:
    """What each instance cost, in the order in which they were last worked on."""
    found: dict[str, InstanceEffort] = {}
    for record in records:
        if not record.instance_id:
            continue
        one = found.pop(record.instance_id, None) or InstanceEffort(record.instance_id, record.photo_id)
        found[record.instance_id] = one
        one.by_part[record.part] = one.by_part.get(record.part, NOTHING) + record.spent
        one.ways |= {record.way} - {Way.NONE}
        one.first, one.last = one.first or record.at, record.at
    return found


def cost_of_parts(efforts: Iterable[InstanceEffort]) -> Mapping[str, Cost]:
    """The cost of outlines, of poses and of whole shoes; a shoe whose parts came in one counts as a whole only."""
    every = tuple(efforts)
    apart = [one for one in every if Part.BOTH not in one.by_part]
    parts = {
        part.value: Cost.of(one.by_part[part] for one in apart if part in one.by_part)
        for part in (Part.OUTLINE, Part.POSE)
    }
    return {**parts, "whole": Cost.of(one.whole for one in every)}


def cost_by_way(efforts: Iterable[InstanceEffort]) -> Mapping[HowMade, Cost]:
    """The cost of whole shoes by how they came about; ways nobody went are left out."""
    every = tuple(efforts)
    ways = ((how, [one.whole for one in every if one.how is how]) for how in HowMade)
    return {how: Cost.of(spent) for how, spent in ways if spent}


def time_left(shoes: int, done: Sequence[InstanceEffort], beside: float, *, seed: int = 0) -> Estimate:
    """How long `shoes` more take at the pace of the last of `done` (in the order of their last work).

    beside: seconds spent on photos as such, for each second spent on shoes. The range is a percentile bootstrap
    (Efron 1979) of the mean, and of as many draws as shoes are left.
    """
    recent = [one.whole.seconds for one in done[-RECENT:]]
    if shoes <= 0:
        return Estimate(0, 0.0, 0.0, 0.0, len(recent))
    if len(recent) < FEWEST:
        have = {0: "none so far", 1: "1 so far"}.get(len(recent), f"{len(recent)} so far")
        return Estimate(shoes, why_not=f"An estimate needs {FEWEST} finished shoes with measured time; {have}.")
    values: Array = np.array(recent) * (1.0 + max(beside, 0.0))
    rng = np.random.default_rng(seed)
    count = min(shoes, _MOST_DRAWN)
    totals = np.empty(_ROUNDS)
    for at in range(_ROUNDS):
        drawn = rng.choice(values, len(values))
        totals[at] = rng.choice(drawn, count).mean() * shoes if shoes <= _MOST_DRAWN else drawn.mean() * shoes
    low, high = np.quantile(totals, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Estimate(shoes, float(values.mean() * shoes), float(low), float(high), len(recent))


def spoken(seconds: float) -> str:
    """ "under a minute", "7 min", "2 h 10 min", "31 h": as exactly as one would say it."""
    minutes = seconds / 60.0
    if minutes < 1.0:
        return "under a minute"
    if minutes < 59.5:
        return f"{round(minutes)} min"
    tens = int(round(minutes / 5.0) * 5)
    hours, rest = divmod(tens, 60)
    if hours >= 10 or rest == 0:
        return f"{round(minutes / 60.0)} h"
    return f"{hours} h {rest} min"
