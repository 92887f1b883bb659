"""One kind of case asked and measured: a line of the table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.bench.fit_cases import FitCase, Kind, Way, fit_case, fit_cases
from core.bench.fit_measures import (
    ACCEPTED,
    Line,
    Row,
    Share,
    accepted_shares,
    add_share,
    coverage,
    flagged,
    focal_figures,
    row_of,
    share_of,
    usual_numbers,
    usual_shares,
)
from core.bench.fit_other import with_outlines_of
from core.bench.fit_pairs import with_pairs
from core.bench.fit_views import Subject
from core.bench.fit_ways import Answer, answered, from_the_truth, step_ms, true_iou


def measured(
    subject: Subject, kind: Kind, *, size: tuple[int, int], count: int, seed: int, other: Subject | None = None
) -> Line:
    """`count` cases of a kind. other: the shoe whose outlines are taken for the subject's, for that kind alone.

    The first case after the last is asked before all, unmeasured: it compiles, builds and caches what is kept.
    """
    if kind.is_of_another:
        if other is None:
            raise ValueError(f"{kind.name} needs another shoe; give its mesh with --other.")
        return _measured_other(subject, kind, other=other, size=size, count=count, seed=seed)
    if kind.way is Way.PAIR:
        pairs = with_pairs(subject, kind, size=size, count=count, seed=seed)
        figures = {"rows": pairs.rows, "rejected": pairs.rejected, "shares": pairs.shares, "numbers": pairs.numbers}
        return _line(subject, kind, size=size, seed=seed, **figures)  # type: ignore[arg-type]
    answered(subject, fit_case(subject, kind, size=size, seed=seed, index=count), kind.way)
    rows, oracle_adds, step_times, rejected = [], [], [], 0
    for case in fit_cases(subject, kind, size=size, count=count, seed=seed):
        answer = answered(subject, case, kind.way)
        rows.append(_with_flags(row_of(subject, case, answer), subject, case=case, answer=answer, kind=kind))
        rejected += case.rejected
        if kind.has_oracle:
            oracle_adds.append(add_share(subject, case.true, from_the_truth(subject, case)))
        if kind.way is Way.REFINE:
            step_times.append(step_ms(subject, case))
    shares = usual_shares(rows) | coverage(rows)[0] | focal_figures(rows)[0]
    if kind.has_oracle:
        shares |= accepted_shares(oracle_adds, prefix="oracle_")
        shares |= _failures(rows) | flagged(rows)
    if kind.way is Way.SEARCH_SIDES:
        shares |= {name: share_of(rows, lambda row, name=name: row.flags[name]) for name in _SIDE_FLAGS}  # type: ignore[misc]
    numbers = usual_numbers(rows) | coverage(rows)[1] | focal_figures(rows)[1]
    if step_times:
        numbers["step_ms_median"] = float(np.median(step_times))
    return _line(subject, kind, size=size, seed=seed, rows=rows, rejected=rejected, shares=shares, numbers=numbers)


_SIDE_FLAGS = ("side_first", "both_sides")


def _with_flags(row: Row, subject: Subject, *, case: FitCase, answer: Answer, kind: Kind) -> Row:
    if kind.way is Way.SEARCH_SIDES:
        sides = [offer.side for offer in answer.offers]
        return replace(row, flags={"side_first": sides[:1] == [case.side], "both_sides": len(set(sides)) == 2})
    if kind.has_oracle and row.add >= ACCEPTED["add_01"]:
        return replace(row, flags={"as_good_as_truth": row.iou >= true_iou(subject, case)})
    return row


def _failures(rows: list[Row]) -> dict[str, Share]:
    """Of the failures, how many explain the outline at least as well as the true pose: no search could tell."""
    failures = [row for row in rows if "as_good_as_truth" in row.flags]
    if not failures:
        return {}
    return {"failures_as_good_as_truth": share_of(failures, lambda row: row.flags["as_good_as_truth"])}


def _measured_other(
    subject: Subject, kind: Kind, *, other: Subject, size: tuple[int, int], count: int, seed: int
) -> Line:
    found = with_outlines_of(subject, kind, other=other, size=size, count=count, seed=seed)
    named = replace(subject, name=f"{subject.name} on {other.name}")
    figures = {"rows": found.rows, "rejected": found.rejected, "shares": found.shares, "numbers": found.numbers}
    return _line(named, kind, size=size, seed=seed, **figures)  # type: ignore[arg-type]


def _line(
    subject: Subject,
    kind: Kind,
    *,
    size: tuple[int, int],
    seed: int,
    rows: list[Row],
    rejected: int,
    shares: dict[str, Share],
    numbers: dict[str, float],
) -> Line:
    count = len(rows)
    named = f"{size[0]}x{size[1]}"
    return Line(kind.name, named, subject.name, count, seed, count + rejected, rejected, shares, numbers)
