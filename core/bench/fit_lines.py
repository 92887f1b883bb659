"""One kind of case asked and measured: a line of the table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.bench.fit_cases import KINDS, FitCase, Kind, Way, fit_case, fit_cases
from core.bench.fit_measures import (
    ACCEPTED,
    Line,
    Row,
    Share,
    accepted_shares,
    add_share,
    area_under_curve,
    coverage,
    row_of,
    share_of,
    usual_numbers,
    usual_shares,
)
from core.bench.fit_views import Subject
from core.bench.fit_ways import Answer, answered, from_the_truth, step_ms, true_iou

WARNING_IOU = 0.93  # below it a clean outline is rather another shoe's


def measured(
    subject: Subject, kind: Kind, *, size: tuple[int, int], count: int, seed: int, other: Subject | None = None
) -> Line:
    """`count` cases of a kind. other: the shoe whose outlines are taken for the subject's, for that kind alone.

    The first case after the last is asked before all, unmeasured: it compiles, builds and caches what is kept.
    """
    if kind.way is Way.SEARCH_OTHER:
        if other is None:
            raise ValueError("wrong_mesh needs another shoe; give its mesh with --other.")
        return _measured_other(subject, kind, other=other, size=size, count=count, seed=seed)
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
    shares = usual_shares(rows) | coverage(rows)[0]
    if kind.has_oracle:
        shares |= accepted_shares(oracle_adds, prefix="oracle_")
        shares |= _failures(rows)
    if kind.way is Way.SEARCH_SIDES:
        shares |= {name: share_of(rows, lambda row, name=name: row.flags[name]) for name in _SIDE_FLAGS}  # type: ignore[misc]
    numbers = usual_numbers(rows) | coverage(rows)[1]
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
    """Another shoe's clean outlines, as long as the subject; and how well the IoU tells them from the subject's own."""
    wrong = Subject.of(other.mesh.scaled([subject.length_mm / other.length_mm] * 3).centred(), other.name)
    answered(subject, fit_case(wrong, kind, size=size, seed=seed, index=count), kind.way)
    rows, rejected = [], 0
    for case in fit_cases(wrong, kind, size=size, count=count, seed=seed):
        rows.append(row_of(subject, case, answered(subject, case, kind.way)))
        rejected += case.rejected
    shares = usual_shares(rows)
    numbers = usual_numbers(rows)
    shares["warned"] = share_of(rows, lambda row: row.iou < WARNING_IOU)
    for name in ("clean", "poly40"):
        own = [
            row_of(subject, case, answered(subject, case, Way.SEARCH))
            for case in fit_cases(subject, KINDS[name], size=size, count=count, seed=seed)
        ]
        shares[f"warned_own_{name}"] = share_of(own, lambda row: row.iou < WARNING_IOU)
        numbers[f"auc_{name}"] = area_under_curve((row.iou for row in own), (row.iou for row in rows))
    name = f"{subject.name} on {other.name}"
    named = replace(subject, name=name)
    return _line(named, kind, size=size, seed=seed, rows=rows, rejected=rejected, shares=shares, numbers=numbers)


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
