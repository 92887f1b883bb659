"""The study of composites: hand-labelled photos alone, composites of their sneakers alone, and both, on plain and busy
photos apart: can pasting sneakers over random backgrounds stand in for labelling more photos by hand?
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from core.metrics.mask_scores import Figure
from core.training.coco_folder import LabelledImage
from core.training.evaluate import prefix_of
from core.training.study import Arm, Outcome, Study
from core.training.study_busyness import MEANING, Busyness
from core.training.study_figures import (
    DICE,
    FALSE_POSITIVES,
    IOU,
    RECALL,
    Measure,
    difference_of,
    figure_of,
    figure_to_json,
    text_of,
    verdict_of,
)
from core.training.study_measure import Look, LookKind
from core.training.study_options import StudyOptions, StudySets, prepared
from core.training.study_page import (
    PICTURES,
    Curve,
    Page,
    curves_of,
    draw_curves,
    made_lines,
    table,
)
from core.training.study_sets import Parted

NAME = "compositing"
MEASURES = (IOU, DICE, RECALL, FALSE_POSITIVES)
_QUESTION = "Can composites of sneakers cut out of a few photos stand in for labelling more photos by hand?"
_KINDS = {"photos": "photos alone", "composites": "composites alone", "both": "both"}


@dataclass(frozen=True, slots=True)
class _Group:
    """Photos that are measured together."""

    key: str
    names: tuple[str, ...]


def compositing_study(
    options: StudyOptions, photos: Parted, folder: Path, *, counts: Sequence[int] = (), look_px: int = 0
) -> Study:
    """The study of all photos, and of so many of them only; look_px: the longer side of what the nets are measured on
    (0: twice the size they learn at, where the sneakers are as large as in what they learnt from).
    """
    look_px = look_px or 2 * options.size_px
    sets = StudySets(folder, photos, options)
    known = sorted({count for count in counts if 0 < count < len(photos.training)})
    arms = tuple(
        _arm(kind, count, options=options, sets=sets, photos=len(photos.training), look_px=look_px)
        for count in (0, *known)
        for kind in _KINDS
    )
    # Which numbers of photos there are is not among the settings: more of them may be added to what is done.
    settings = options.settings(photos) | {"look_px": look_px}
    return Study(NAME, arms, options.seeds, photos.validation, folder, settings, options.minutes)


def compositing_page(study: Study, outcome: Outcome, words: Sequence[str], *, busyness: Busyness, out: Path) -> Page:
    """The page, with its curves drawn into `out`/pictures."""
    groups = (
        _Group("plain", tuple(busyness.plain)),
        _Group("busy", tuple(busyness.busy)),
        _Group("all", tuple(busyness.density)),
    )
    answer = _answer(study, outcome, groups)
    lines = ["# Photos labelled by hand, composites of their sneakers, or both", "", _QUESTION, "", answer, ""]
    content: dict[str, Any] = {"study": NAME, "complete": outcome.is_complete, "answer": answer, "groups": {}}
    for group in groups:
        rows, content["groups"][group.key] = _group_figures(study, outcome, group)
        lines += [f"## {group.key.capitalize()} photos", "", _described(study.photos, group), ""]
        titles = ("learnt from", "seeds", *(measure.title for measure in MEASURES), "IoU against photos alone")
        lines += table(titles, rows)
    pictures = _draw(study, outcome, groups, out)
    lines += [text for picture, text in pictures.items() for text in (f"![{text}]({PICTURES}/{picture})", "")]
    lines += _busyness_lines(study, busyness)
    lines += made_lines(study, outcome, words)
    content |= {"threshold": busyness.threshold, "density": dict(busyness.density)}
    return Page(tuple(lines), content | {"pictures": [str(out / PICTURES / picture) for picture in pictures]})


def _arm(kind: str, count: int, *, options: StudyOptions, sets: StudySets, photos: int, look_px: int) -> Arm:
    def files(seed: int) -> list[Path]:
        found = [sets.photos(count, seed)] if kind != "composites" else []
        return [*found, sets.composites(count, seed)] if kind != "photos" else found

    return Arm(
        f"{kind}-{count or 'all'}",
        f"{_KINDS[kind]}, {count or photos} photos",
        prepared(options, files, validation=sets.validation, look_px=look_px),
        (Look(LookKind.ONE, look_px),),
        options.pictures,
        options.size_px,
    )


def _against(study: Study, arm: Arm, other: str) -> Arm:
    """The arm of another kind with as many photos."""
    key = f"{other}-{arm.key.partition('-')[2]}"
    return next(one for one in study.arms if one.key == key)


def _figure(outcome: Outcome, arm: Arm, group: _Group, measure: Measure) -> Figure:
    return figure_of(outcome.measured(arm.key, arm.looks[0]), group.names, measure)


def _difference(outcome: Outcome, arm: Arm, other: Arm, group: _Group, measure: Measure) -> Figure:
    runs, others = (outcome.measured(one.key, one.looks[0]) for one in (arm, other))
    return difference_of(runs, others, group.names, measure)


def _group_figures(study: Study, outcome: Outcome, group: _Group) -> tuple[list[list[str]], dict[str, Any]]:
    rows: list[list[str]] = []
    content: dict[str, Any] = {"photos": len(group.names), "arms": {}}
    for arm in study.arms:
        figures = {measure: _figure(outcome, arm, group, measure) for measure in MEASURES}
        photos_alone = _against(study, arm, "photos")
        more = _difference(outcome, arm, photos_alone, group, IOU)
        texts = [text_of(figure, digits=measure.digits) for measure, figure in figures.items()]
        against = "–" if arm is photos_alone else f"{text_of(more, signed=True)} {verdict_of(more)}"
        rows.append([arm.title, str(len(outcome.of(arm.key))), *texts, against])
        content["arms"][arm.key] = {measure.key: figure_to_json(figure) for measure, figure in figures.items()} | {
            "iou_against_photos": figure_to_json(more)
        }
    return rows, content


def _answer(study: Study, outcome: Outcome, groups: Sequence[_Group]) -> str:
    """The question's answer, made of the figures: what composites alone and both do to the median IoU, by group."""
    arms = {kind: next(arm for arm in study.arms if arm.key == f"{kind}-all") for kind in _KINDS}
    if not all(outcome.of(arm.key) for arm in arms.values()):
        return "There is no answer yet: not every arm has a finished run."
    said = []
    for group in groups[:2]:
        parts = []
        for kind in ("composites", "both"):
            more = _difference(outcome, arms[kind], arms["photos"], group, IOU)
            wrong = _difference(outcome, arms[kind], arms["photos"], group, FALSE_POSITIVES)
            found = _difference(outcome, arms[kind], arms["photos"], group, RECALL)
            words = _in_words(verdict_of(more))
            parts.append(
                f"{_KINDS[kind]} {words} (median IoU {text_of(more, signed=True)}, "
                f"recall {text_of(found, digits=2, signed=True)}, "
                f"false positives a photo {text_of(wrong, digits=2, signed=True)})"
            )
        alone = text_of(_figure(outcome, arms["photos"], group, IOU))
        said.append(f"on {group.key} photos, where photos alone reach a median IoU of {alone}, {' and '.join(parts)}")
    count = len(study.settings["training"])
    return f"With {count} photos labelled by hand and {study.settings['steps']} steps of training: {'; '.join(said)}."


def _in_words(verdict: str) -> str:
    return {
        "better": "do better than they",
        "worse": "do worse than they",
        "not told apart": "cannot be told apart from them",
    }.get(verdict, "cannot be compared with them")


def _described(photos: Sequence[LabelledImage], group: _Group) -> str:
    """How many of which photos, and how large their sneakers are: groups differ in more than their name says."""
    chosen = [photo for photo in photos if photo.name in set(group.names)]
    prefixes = sorted({prefix_of(photo.name) for photo in chosen})
    parts = [f"{sum(prefix_of(photo.name) == prefix for photo in chosen)} {prefix}" for prefix in prefixes]
    shares = [
        max(sneaker.box_px[2] - sneaker.box_px[0], sneaker.box_px[3] - sneaker.box_px[1]) / max(photo.size_px)
        for photo in chosen
        for sneaker in photo.sneakers
    ]
    size = f"; the median sneaker is {100 * median(shares):.0f} % of the photo’s longer side long" if shares else ""
    return f"{len(chosen)} photos ({', '.join(parts)}), {len(shares)} sneakers{size}."


def _draw(study: Study, outcome: Outcome, groups: Sequence[_Group], out: Path) -> Mapping[str, str]:
    folder = out / PICTURES
    keys = [arm.key for arm in study.arms if arm.key.endswith("-all")]
    learning = f"study-{NAME}-learning.png"
    draw_curves(folder / learning, {"Dice while learning, all photos": curves_of(study, outcome, keys)})
    pictures = {learning: "Dice while learning"}
    counts = sorted({_count(study, arm) for arm in study.arms})
    if len(counts) > 1:
        by_count = f"study-{NAME}-counts.png"
        panels = {
            f"median IoU, {group.key} photos": [
                curve for kind in _KINDS if (curve := _by_count(study, outcome, kind, group=group)).seeds
            ]
            for group in groups
        }
        draw_curves(folder / by_count, panels, across="photos labelled by hand")
        pictures[by_count] = "Median IoU by the number of photos labelled by hand"
    return pictures


def _by_count(study: Study, outcome: Outcome, kind: str, *, group: _Group) -> Curve:
    """A line a kind over the number of photos; each seed's own figure."""
    arms = sorted((arm for arm in study.arms if arm.key.startswith(f"{kind}-")), key=lambda arm: _count(study, arm))
    arms = [arm for arm in arms if outcome.of(arm.key)]
    seeds = min((len(outcome.of(arm.key)) for arm in arms), default=0)
    return Curve(
        _KINDS[kind],
        tuple(
            tuple(
                (
                    float(_count(study, arm)),
                    figure_of(outcome.measured(arm.key, arm.looks[0])[seed : seed + 1], group.names, IOU).value,
                )
                for arm in arms
            )
            for seed in range(seeds)
        ),
    )


def _count(study: Study, arm: Arm) -> int:
    word = arm.key.partition("-")[2]
    return len(study.settings["training"]) if word == "all" else int(word)


def _busyness_lines(study: Study, busyness: Busyness) -> list[str]:
    lines = ["## Plain and busy", "", f"{MEANING} Here the median is {busyness.threshold:.4f}.", ""]
    rows = sorted(busyness.density.items(), key=lambda pair: pair[1])
    busy = set(busyness.busy)
    return lines + table(
        ("photo", "edge density", "group"),
        ([name, f"{density:.4f}", "busy" if name in busy else "plain"] for name, density in rows),
    )
