"""Outlines of another shoe than the fit is told: what it makes of them, and whether it says so.

There is no true pose of a model on another's outline. What is taken for it is the other shoe's own pose, both shoes
centred at their boxes and brought to one length: shoes whose soles or collars differ are a few degrees apart by that
alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.bench.fit_cases import KINDS, Kind, Way, fit_case, fit_cases
from core.bench.fit_measures import Row, Share, area_under_curve, row_of, usual_numbers, usual_shares
from core.bench.fit_views import Subject
from core.bench.fit_ways import answered, problem_of_case
from core.fit.doubt import DOUBTFUL, misfit
from core.fit.errors import FitError

_REFUSED = 1e3  # no pose at all is the surest sign of another shoe


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """rows of the cases with another shoe's outlines, views thrown away, and what the line says of them."""

    rows: list[Row]
    rejected: int
    shares: dict[str, Share]
    numbers: dict[str, float]


def with_outlines_of(
    subject: Subject, kind: Kind, *, other: Subject, size: tuple[int, int], count: int, seed: int
) -> Figures:
    """Another shoe's clean outlines, as long as the subject.

    warned: cases with a doubt, also of hand-drawn outlines of the other shoe and, falsely, of the subject's own. auc_*:
    how well the misfit behind it tells the subject's own outlines, clean or drawn, from the other's clean ones, and
    auc_drawn own drawn ones from the other's drawn ones; iou_auc_*: how well the IoU would. With proportions left free
    only the poses are measured.
    """
    wrong = Subject.of(other.mesh.scaled([subject.length_mm / other.length_mm] * 3).centred(), other.name)
    answered(subject, fit_case(wrong, kind, size=size, seed=seed, index=count), kind.way)
    rows, scores, rejected = _asked(subject, kind, of=wrong, way=kind.way, size=size, count=count, seed=seed)
    shares, numbers = usual_shares(rows), usual_numbers(rows)
    if kind.way is Way.SEARCH_OTHER:
        _, drawn_scores, _ = _asked(
            subject, KINDS["poly40"], of=wrong, way=Way.SEARCH, size=size, count=count, seed=seed
        )
        shares["warned"] = _warned(scores)
        shares["warned_poly40"] = _warned(drawn_scores)
        for name in ("clean", "poly40"):
            own, own_scores, _ = _asked(
                subject, KINDS[name], of=subject, way=Way.SEARCH, size=size, count=count, seed=seed
            )
            shares[f"warned_own_{name}"] = _warned(own_scores)
            numbers[f"auc_{name}"] = area_under_curve(scores, own_scores)
            if name == "poly40":
                numbers["auc_drawn"] = area_under_curve(drawn_scores, own_scores)
            numbers[f"iou_auc_{name}"] = area_under_curve((row.iou for row in own), (row.iou for row in rows))
    return Figures(rows, rejected, shares, numbers)


def _asked(
    subject: Subject, kind: Kind, *, of: Subject, way: Way, size: tuple[int, int], count: int, seed: int
) -> tuple[list[Row], list[float], int]:
    """Rows, misfits and thrown away views of the cases of a kind with that shoe's outlines."""
    rows, scores, rejected = [], [], 0
    for case in fit_cases(of, kind, size=size, count=count, seed=seed):
        answer = answered(subject, case, way)
        rows.append(row_of(subject, case, answer))
        rejected += case.rejected
        try:
            problem = problem_of_case(subject, case, case.side)
            scores.append(misfit(problem, answer.offers[0].pose).score if answer.offers else _REFUSED)
        except FitError:
            scores.append(_REFUSED)
    return rows, scores, rejected


def _warned(scores: list[float]) -> Share:
    return Share(sum(score > DOUBTFUL for score in scores), len(scores))
