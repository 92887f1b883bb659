"""The study of the net: what a garment U-Net's makers asked of theirs, one factor changed at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.training.lesson import Method, Optimiser, Schedule, rate_share
from core.training.plan import TrainingPlan
from core.training.study import Arm, Outcome, Study
from core.training.study_figures import (
    DICE,
    IOU,
    PAIRS,
    PIXEL_ACCURACY,
    RECALL,
    Measure,
    difference_of,
    figure_of,
    figure_to_json,
    text_of,
    verdict_of,
)
from core.training.study_measure import Look, LookKind
from core.training.study_options import StudyOptions, StudySets, prepared, with_method
from core.training.study_page import PICTURES, Curve, Page, curves_of, draw_curves, made_lines, table
from core.training.study_sets import Parted
from core.vision.unet import Architecture

NAME = "unet"
SIZES_PX = (192, 256)
SECOND_LOOK_PX = 256
BASE = "base"
MEASURES = (DICE, PIXEL_ACCURACY, IOU, RECALL)
_LOWER_RATE = 0.1


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the table: an arm in a look, and what it is compared with. measure: what the comparison is of."""

    question: str
    title: str
    arm: Arm
    look: Look
    against: tuple[str, Look] | None
    measure: Measure = DICE


def unet_study(options: StudyOptions, photos: Parted, folder: Path, *, sizes_px: Sequence[int] = SIZES_PX) -> Study:
    """The study around a U-Net of the options' size, with other sizes and one other choice at a time."""
    sets = StudySets(folder, photos, options)

    def arm(key: str, title: str, change: Callable[[TrainingPlan], TrainingPlan], size_px: int = 0) -> Arm:
        own = replace(options, size_px=size_px or options.size_px)
        looks = _looks(own.size_px) if key == BASE or size_px else (Look(LookKind.ONE, own.size_px),)

        def files(seed: int) -> list[Path]:
            return [sets.photos(0, seed), *([sets.composites(0, seed)] if options.composites else [])]

        plan = prepared(own, files, validation=sets.validation, look_px=own.size_px, change=change)
        return Arm(key, title, plan, looks, own.pictures, own.size_px)

    others_px = sorted(set(sizes_px) - {options.size_px})
    rate = Method().rate
    slower = with_method(optimiser=Optimiser.RMSPROP, rate=_LOWER_RATE * rate)
    arms = [
        arm(BASE, f"U-Net, {options.size_px} px, cosine rate, Adam, augmented", lambda plan: plan),
        arm("plain", "plain CNN: no connections across", _with_net(architecture=Architecture.PLAIN)),
        *(arm(f"size-{size}", f"{size} px", lambda plan: plan, size) for size in others_px),
        arm("constant", "constant rate", with_method(schedule=Schedule.CONSTANT)),
        arm("cyclical", "cyclical rate", with_method(schedule=Schedule.CYCLICAL)),
        arm("rmsprop", f"RMSProp, rate {rate:g} as Adam’s", with_method(optimiser=Optimiser.RMSPROP)),
        arm("rmsprop-slow", f"RMSProp, rate {_LOWER_RATE * rate:g}", slower),
        arm("as-they-are", "pictures whole and as they are", lambda plan: replace(plan, augmented=False)),
    ]
    return Study(NAME, tuple(arms), options.seeds, photos.validation, folder, options.settings(photos), options.minutes)


def unet_page(study: Study, outcome: Outcome, words: Sequence[str], *, out: Path) -> Page:
    """The page, with its curves drawn into `out`/pictures."""
    rows = _rows(study)
    names = [photo.name for photo in study.photos]
    figures = [_figures(outcome, row, names) for row in rows]
    answers = [_answer(row, own) for row, own in zip(rows, figures, strict=True) if row.against is not None]
    titles = ("question", "arm", *(measure.title for measure in MEASURES), "pairs split right", "against")
    lines = ["# A U-Net's choices, one at a time", "", *_introduction(study), *(f"- {text}" for text in answers), ""]
    lines += table(titles, (_cells(row, own) for row, own in zip(rows, figures, strict=True)))
    lines += table(
        ("arm", "parameters", "CPU ms a picture to learn", "CPU ms a photo to segment", "min a run"),
        _costs(outcome, rows),
    )
    pictures = _draw(study, outcome, out)
    lines += [text for picture, title in pictures.items() for text in (f"![{title}]({PICTURES}/{picture})", "")]
    lines += made_lines(study, outcome, words)
    content: dict[str, Any] = {"study": NAME, "complete": outcome.is_complete, "answers": answers}
    content["rows"] = [_row_to_json(outcome, row, own) for row, own in zip(rows, figures, strict=True)]
    return Page(tuple(lines), content | {"pictures": [str(out / PICTURES / picture) for picture in pictures]})


def _with_net(**words: Any) -> Callable[[TrainingPlan], TrainingPlan]:
    return lambda plan: replace(plan, net=replace(plan.net, **words))


def _looks(size_px: int) -> tuple[Look, ...]:
    kinds = [LookKind.ONE, LookKind.TWO, LookKind.CENTRES, LookKind.WATERSHED, LookKind.COMPONENTS]
    if size_px != SECOND_LOOK_PX:
        kinds.insert(2, LookKind.SAME)
    return tuple(Look(kind, size_px) for kind in kinds)


def _rows(study: Study) -> list[_Row]:
    base = study.arms[0]
    first = (BASE, base.looks[0])
    questions = {"plain": "architecture", "size": "size", "constant": "rate", "cyclical": "rate"}
    questions |= {"rmsprop": "optimiser", "as": "augmentation", BASE: "base"}
    rows = [
        _Row(questions[arm.key.partition("-")[0]], arm.title, arm, arm.looks[0], None if arm is base else first)
        for arm in study.arms
    ]
    titles = {
        LookKind.TWO: f"second look at each shoe, {SECOND_LOOK_PX} px",
        LookKind.SAME: "second look at each shoe, as large as the first",
    }
    several = [arm for arm in study.arms if len(arm.looks) > 1]
    for arm in several:
        own = (arm.key, arm.looks[0])
        rows += [
            _Row("stages", f"{arm.size_px} px: {titles[look.kind]}", arm, look, own)
            for look in arm.looks
            if look.kind in titles
        ]
    for arm in several:
        apart = {look.kind: look for look in arm.looks}
        own = (arm.key, apart[LookKind.CENTRES])
        for kind in (LookKind.CENTRES, LookKind.WATERSHED, LookKind.COMPONENTS):
            title = f"{arm.size_px} px: shoes apart by {kind.value}"
            against = None if kind is LookKind.CENTRES else own
            rows.append(_Row("instances", title, arm, apart[kind], against, PAIRS))
    return rows


def _figures(outcome: Outcome, row: _Row, names: Sequence[str]) -> dict[str, Any]:
    runs = outcome.measured(row.arm.key, row.look)
    figures: dict[str, Any] = {measure.key: figure_of(runs, names, measure) for measure in (*MEASURES, PAIRS)}
    if row.against is not None:
        others = outcome.measured(*row.against)
        same_nets = row.against[0] == row.arm.key
        figures["against"] = difference_of(runs, others, names, row.measure, same_nets=same_nets)
    return figures


def _cells(row: _Row, figures: dict[str, Any]) -> list[str]:
    texts = [text_of(figures[measure.key], digits=measure.digits) for measure in MEASURES]
    pairs = figures[PAIRS.key]
    texts.append(f"{text_of(pairs, digits=2)} (n = {pairs.n})" if pairs.n else "–")
    against = figures.get("against")
    more = "–"
    if against is not None and against.n:
        more = f"{row.measure.title} {text_of(against, signed=True)} {verdict_of(against)}"
    return [row.question, row.title, *texts, more]


def _answer(row: _Row, figures: dict[str, Any]) -> str:
    """What the comparison of a row says, in words that follow from its interval."""
    against = figures["against"]
    if not against.n:
        return f"{row.title}: not measured yet."
    words = {"not told apart": "cannot be told apart", "unknown": "cannot be judged from so few photos"}
    verdict = verdict_of(against)
    than = "centres" if row.question == "instances" else "one look" if row.question == "stages" else "the base"
    than = f" from {than}" if verdict == "not told apart" else f" than {than}" if verdict != "unknown" else ""
    return f"{row.title}: {words.get(verdict, verdict)}{than}, {row.measure.title} {text_of(against, signed=True)}."


def _costs(outcome: Outcome, rows: Sequence[_Row]) -> list[list[str]]:
    lines = []
    for row in rows:
        runs = [run for run in outcome.of(row.arm.key) if row.look.key in run.looks]
        if not runs:
            continue
        is_first = row.look is row.arm.looks[0]
        learning = 1000 * sum(run.train_cpu_s for run in runs) / len(runs)
        looking = 1000 * sum(run.looks[row.look.key].cpu_s for run in runs) / len(runs)
        minutes = sum(run.minutes for run in runs) / len(runs)
        own = [f"{runs[0].parameters / 1e6:.2f} M", f"{learning:.0f}", f"{looking:.0f}", f"{minutes:.1f}"]
        lines.append([row.title, *(own if is_first else ["", "", own[2], ""])])
    return lines


def _draw(study: Study, outcome: Outcome, out: Path) -> dict[str, str]:
    folder = out / PICTURES
    rates, all_arms = f"study-{NAME}-rates.png", f"study-{NAME}-arms.png"
    schedules = {BASE: Schedule.COSINE, "constant": Schedule.CONSTANT, "cyclical": Schedule.CYCLICAL}
    steps = int(study.settings["steps"])
    method = Method()
    shares = [
        Curve(
            schedule.value,
            (tuple((s, rate_share(s, steps, method=replace(method, schedule=schedule))) for s in range(steps)),),
        )
        for schedule in schedules.values()
    ]
    panels = {
        "rate, as a share of the highest": shares,
        "Dice while learning": curves_of(study, outcome, list(schedules)),
        "loss while learning": curves_of(study, outcome, list(schedules), column="loss"),
    }
    draw_curves(folder / rates, panels)
    keys = [arm.key for arm in study.arms]
    draw_curves(folder / all_arms, {"Dice while learning, all arms": curves_of(study, outcome, keys)})
    return {rates: "Learning rates and what they lead to", all_arms: "Dice while learning, all arms"}


def _introduction(study: Study) -> list[str]:
    base = study.arms[0]
    also = " and composites of their sneakers, half each" if study.settings["composites"] else ""
    return [
        f"The base is: {base.title}; learnt from hand-labelled photos{also}. Each arm changes one thing of it. A "
        "photo is shown to the net as a whole, its longer side as long as the size. Dice and pixel accuracy are means "
        "over photos of the foreground, all sneakers united; IoU is the median over sneakers, 0 for one not found; a "
        "pair is split right when each of two sneakers that nearly touch has an outline of its own (n: such "
        "photos times seeds).",
        "",
        "What the figures say:",
        "",
    ]


def _row_to_json(outcome: Outcome, row: _Row, figures: dict[str, Any]) -> dict[str, Any]:
    runs = [run for run in outcome.of(row.arm.key) if row.look.key in run.looks]
    content: dict[str, Any] = {key: figure_to_json(figure) for key, figure in figures.items()}
    count = max(len(runs), 1)
    return content | {
        "question": row.question,
        "arm": row.arm.key,
        "look": row.look.key,
        "title": row.title,
        "seeds": len(runs),
        "against_measure": row.measure.key,
        "parameters": runs[0].parameters if runs else None,
        "train_cpu_s": sum(run.train_cpu_s for run in runs) / count if runs else None,
        "segment_cpu_s": sum(run.looks[row.look.key].cpu_s for run in runs) / count if runs else None,
    }
