"""What an import or export took, changed and refused, line by line, with file, key and reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What became of one thing: in as it was, in but not as it was, or not in; or in, and to be looked at."""

    TAKEN = "taken"
    CHANGED = "changed"
    REFUSED = "refused"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One thing that was taken, changed or refused. key: where in the file ("shapes[3].points"), "" for all of it."""

    outcome: Outcome
    file: str
    key: str
    reason: str

    def __str__(self) -> str:
        place = f"{self.file} {self.key}".strip()
        return f"{self.outcome.value}: {place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Report:
    """Every line of one import or export, in the order it happened."""

    title: str
    lines: tuple[ReportLine, ...] = ()

    @property
    def taken(self) -> tuple[ReportLine, ...]:
        """What went in as it was."""
        return self._of(Outcome.TAKEN)

    @property
    def changed(self) -> tuple[ReportLine, ...]:
        """What went in, but not as it was."""
        return self._of(Outcome.CHANGED)

    @property
    def refused(self) -> tuple[ReportLine, ...]:
        """What did not go in."""
        return self._of(Outcome.REFUSED)

    @property
    def noted(self) -> tuple[ReportLine, ...]:
        """What went in and should be looked at."""
        return self._of(Outcome.NOTED)

    @property
    def summary(self) -> str:
        """One sentence with the counts."""
        counts = f"{len(self.taken)} taken, {len(self.changed)} changed, {len(self.refused)} refused"
        if self.noted:
            counts += f", {len(self.noted)} to look at"
        return f"{self.title}: {counts}."

    def with_lines(self, lines: Iterable[ReportLine]) -> Report:
        """The report with more lines."""
        return Report(self.title, (*self.lines, *lines))

    def text(self) -> str:
        """The summary, then every line that is no mere success."""
        told = [str(line) for line in self.lines if line.outcome is not Outcome.TAKEN]
        return "\n".join([self.summary, *told])

    def _of(self, outcome: Outcome) -> tuple[ReportLine, ...]:
        return tuple(line for line in self.lines if line.outcome is outcome)


def taken(file: str, key: str, *, reason: str) -> ReportLine:
    """A line about what went in as it was."""
    return ReportLine(Outcome.TAKEN, file, key, reason)


def changed(file: str, key: str, *, reason: str) -> ReportLine:
    """A line about what went in, but not as it was."""
    return ReportLine(Outcome.CHANGED, file, key, reason)


def refused(file: str, key: str, *, reason: str) -> ReportLine:
    """A line about what did not go in."""
    return ReportLine(Outcome.REFUSED, file, key, reason)


def noted(file: str, key: str, *, reason: str) -> ReportLine:
    """A line about what went in and should be looked at."""
    return ReportLine(Outcome.NOTED, file, key, reason)


def report_to_json(report: Report) -> dict[str, Any]:
    """The counts, and every line as an object."""
    counts = {outcome.value: sum(line.outcome is outcome for line in report.lines) for outcome in Outcome}
    lines = [
        {"outcome": line.outcome.value, "file": line.file, "key": line.key, "reason": line.reason}
        for line in report.lines
    ]
    return {"title": report.title, **counts, "lines": lines}
