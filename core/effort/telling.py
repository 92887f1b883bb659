"""Statistics in words, as lines of text, as CSV, and as one JSON object."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from core.effort.meter import IDLE_SECONDS
from core.effort.pace import CONFIDENCE, Cost, Estimate, HowMade, spoken
from core.effort.statistics import Day, Spread, Statistics, spread_of
from core.labels.photo import Status
from core.labels.words import counted

Row = tuple[str, str, str]  # section, name, value
RULE = f"Breaks of more than {IDLE_SECONDS:.0f} s do not count."
KEPT_HERE = "Times are kept on this computer only: not in the project, and never sent."
STATUS_WORDS = {
    Status.TODO: "to do",
    Status.LABELLED: "labelled",
    Status.CHECKED: "checked",
    Status.REJECTED: "rejected",
}
PART_WORDS = {"outline": "outline", "pose": "pose", "whole": "whole shoe"}
WAY_WORDS = {
    HowMade.OFFER: "offer taken",
    HowMade.CORRECTED: "offer corrected",
    HowMade.CLICKS: "clicks",
    HowMade.HAND: "by hand",
    HowMade.UNKNOWN: "other",
}


def estimate_words(estimate: Estimate) -> str:
    """ "About 2 h 10 min for 40 shoes, at your pace of the last 50." and its range, or why nothing can be said."""
    if estimate.shoes == 0:
        return "No shoe is left to do."
    if estimate.seconds is None or estimate.low is None or estimate.high is None:
        return estimate.why_not
    shoes = counted(estimate.shoes, "shoe")
    low, high = spoken(estimate.low), spoken(estimate.high)
    bounds = "" if low == high else f" Likely between {low} and {high}."
    return f"About {spoken(estimate.seconds)} for {shoes}, at your pace of the last {estimate.pace_of}.{bounds}"


def statistics_to_text(told: Statistics) -> str:
    """Every fact, a line each, under headings."""
    lines = [told.name]
    last = ""
    for section, name, value in statistics_rows(told):
        if section != last:
            lines += ["", section]
            last = section
        lines.append(f"  {name}: {value}" if name else f"  {value}")
    return "\n".join(lines)


def statistics_to_csv(told: Statistics) -> str:
    """Every fact as a row: section, name, value."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("section", "name", "value"))
    writer.writerows(statistics_rows(told))
    for day, one in told.days.items():
        writer.writerow(("Days", day.isoformat(), _day_words(one)))
    return buffer.getvalue()


def statistics_rows(told: Statistics) -> Iterator[Row]:
    """Section, name and value of every fact."""
    progress = told.progress
    yield from (("Photos", STATUS_WORDS[status], str(count)) for status, count in progress.statuses.items())
    shoes = progress.shoes
    yield "Shoes", "in all", str(shoes.total)
    yield "Shoes", "outlined", str(shoes.outlined)
    yield "Shoes", "with a pose", str(shoes.posed)
    yield "Shoes", "finished", f"{len(shoes.finished)} ({'outline and pose' if progress.needs_pose else 'outline'})"
    yield "Shoes", "left, about", str(shoes.left)
    yield "Time left", "", estimate_words(told.estimate)
    yield from _time_rows(told)
    yield from _quality_rows(told)


def statistics_to_json(told: Statistics) -> dict[str, Any]:
    """Every fact as one object; null for what is not known."""
    progress, shoes, estimate = told.progress, told.progress.shoes, told.estimate
    quality = progress.quality
    return {
        "project": told.name,
        "photos": {status.value: count for status, count in progress.statuses.items()},
        "shoes": {
            "total": shoes.total,
            "outlined": shoes.outlined,
            "posed": shoes.posed,
            "finished": len(shoes.finished),
            "left": shoes.left,
            "doubted": shoes.doubted,
            "finished_means": "outline and pose" if progress.needs_pose else "outline",
        },
        "other_instances": progress.others,
        "time_left": {
            "seconds": estimate.seconds,
            "low": estimate.low,
            "high": estimate.high,
            "confidence": CONFIDENCE,
            "pace_of": estimate.pace_of,
            "text": estimate_words(estimate),
        },
        "measured": {
            "seconds": told.spent.seconds,
            "gestures": told.spent.gestures,
            "by_part": {name: _cost_json(cost) for name, cost in told.costs.items()},
            "by_way": {how.value: _cost_json(cost) for how, cost in told.by_way.items()},
            "rule": RULE,
            "problem": told.problem,
        },
        "quality": {
            "iou": _spread_json(spread_of(quality.iou, high_is_good=True)),
            "contour_px": _spread_json(spread_of(quality.contour_px, high_is_good=False)),
            "doubts": dict(quality.doubts.most_common()),
        },
        "days": {
            day.isoformat(): {"shoes": one.shoes, "seconds": one.seconds, "edits": one.edits}
            for day, one in told.days.items()
        },
    }


def cost_words(cost: Cost) -> str:
    """ "42 s and 7 gestures, median of 31"; "–" for none."""
    if cost.median_seconds is None or cost.median_gestures is None:
        return "–"
    gestures = "1 gesture" if cost.median_gestures == 1 else f"{cost.median_gestures:.3g} gestures"
    return f"{seconds_words(cost.median_seconds)} and {gestures}, median of {len(cost)}"


def seconds_words(seconds: float) -> str:
    """ "8.4 s", "42 s", "3 min 5 s"."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{rest} s" if minutes == 0 else f"{minutes} min {rest} s"


def _day_words(day: Day) -> str:
    return f"{counted(day.shoes, 'shoe')}, {day.seconds / 60:.1f} min, {counted(day.edits, 'edit')}"


def _time_rows(told: Statistics) -> Iterator[Row]:
    section = "Time and gestures"
    if told.problem:
        yield section, "", told.problem
    if not told.is_measured:
        yield section, "", "Nothing was measured on this computer yet."
        return
    yield section, "in all", f"{spoken(told.spent.seconds)} and {told.spent.gestures:.0f} gestures"
    for name, cost in told.costs.items():
        yield section, PART_WORDS[name], cost_words(cost)
    for how, cost in told.by_way.items():
        yield section, WAY_WORDS[how], cost_words(cost)
    yield section, "", f"{RULE} {KEPT_HERE}"


def _quality_rows(told: Statistics) -> Iterator[Row]:
    quality, shoes = told.progress.quality, told.progress.shoes
    section = "Quality of the poses"
    if not shoes.posed:
        yield section, "", "No shoe has a pose yet."
        return
    iou = spread_of(quality.iou, high_is_good=True)
    contour = spread_of(quality.contour_px, high_is_good=False)
    yield section, "measured", f"{shoes.measured} of {shoes.posed}"
    if iou.median is not None:
        yield section, "IoU", f"{iou.median:.3f} median, {iou.worst:.3f} or more in nine of ten"
    if contour.median is not None:
        yield section, "outline off", f"{contour.median:.2f} px median, {contour.worst:.2f} px or less in nine of ten"
    yield section, "in doubt", f"{shoes.doubted} of {shoes.posed}"
    for kind, count in quality.doubts.most_common():
        yield section, f"doubt: {kind}", str(count)


def _cost_json(cost: Cost) -> dict[str, Any]:
    return {"shoes": len(cost), "seconds": cost.median_seconds, "gestures": cost.median_gestures}


def _spread_json(spread: Spread) -> dict[str, Any]:
    return {"median": spread.median, "worst_tenth": spread.worst, "count": spread.count}
