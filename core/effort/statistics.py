"""The facts of a project in one value: its progress, what its shoes cost, how good they are, and the time left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import numpy as np

from core.document.store import History, Store
from core.effort.effort_log import read_effort
from core.effort.meter import NOTHING, Spent
from core.effort.pace import (
    Cost,
    Estimate,
    HowMade,
    InstanceEffort,
    cost_by_way,
    cost_of_parts,
    effort_by_instance,
    time_left,
)
from core.effort.progress import Progress, ProjectProgress, progress_of
from core.effort.record import EffortRecord


@dataclass(slots=True)
class Day:
    """One day of work. shoes: how many were last worked on then and are finished; edits: of everybody."""

    shoes: int = 0
    seconds: float = 0.0
    edits: int = 0


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a project's statistics show. problem: a sentence about times that could not be read, "" for none.

    costs: by "outline", "pose" and "whole". by_way: of whole shoes. days: oldest first, those with work alone.
    """

    name: str
    progress: ProjectProgress
    spent: Spent
    costs: Mapping[str, Cost]
    by_way: Mapping[HowMade, Cost]
    estimate: Estimate
    days: Mapping[date, Day] = field(default_factory=dict)
    problem: str = ""

    @property
    def is_measured(self) -> bool:
        """Whether this computer knows of any work on the project."""
        return not self.spent.is_nothing


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some numbers and where the worst tenth begins, None when there are none."""

    median: float | None
    worst: float | None
    count: int


def statistics_of(
    store: Store, name: str, *, folder: Path | None = None, progress: Progress | None = None
) -> Statistics:
    """Read a project and this computer's log of the work on it. Raises StorageError."""
    project = store.load_project()
    effort = read_effort(store, folder)
    told = progress_of(map(store.load_photo, project.entries), project, progress=progress)
    return statistics_from(name, told, effort.records, history=store.history(), problem=effort.problem)


def statistics_from(
    name: str,
    progress: ProjectProgress,
    records: Sequence[EffortRecord],
    *,
    history: History | None = None,
    problem: str = "",
) -> Statistics:
    """The facts of a project that was looked at, and of the work on it."""
    efforts = effort_by_instance(records)
    done = [one for one in efforts.values() if one.instance_id in progress.shoes.finished]
    total = sum((record.spent for record in records), NOTHING)
    on_shoes = sum(one.whole.seconds for one in efforts.values())
    beside = (total.seconds - on_shoes) / on_shoes if on_shoes > 0 else 0.0
    return Statistics(
        name,
        progress,
        total,
        cost_of_parts(done),
        cost_by_way(done),
        time_left(progress.shoes.left, done, beside),
        _days(records, done, history),
        problem,
    )


def spread_of(values: Sequence[float], *, high_is_good: bool) -> Spread:
    """The median, and the value that nine of ten keep to."""
    if not values:
        return Spread(None, None, 0)
    worst = np.quantile(values, 0.1 if high_is_good else 0.9)
    return Spread(float(np.median(values)), float(worst), len(values))


def _days(records: Sequence[EffortRecord], done: Sequence[InstanceEffort], history: History | None) -> dict[date, Day]:
    days: dict[date, Day] = {}
    for record in records:
        _day(days, record.at).seconds += record.spent.seconds
    for one in done:
        _day(days, one.last).shoes += 1
    edits = Counter(line.at for line in history.done) if history is not None else Counter()
    for at, count in edits.items():
        _day(days, at).edits += count
    return {day: days[day] for day in sorted(days) if day is not date.min}


def _day(days: dict[date, Day], at: str) -> Day:
    """The day, where one lives, of a moment in UTC; moments that cannot be read share one that is never shown."""
    try:
        when = datetime.fromisoformat(at).astimezone().date()
    except (ValueError, OverflowError, OSError):
        when = date.min
    return days.setdefault(when, Day())
