"""What the pages of all studies share: how they were made, tables, and curves over the steps of a training."""

from __future__ import annotations

import os
import platform
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.formats.json_file import write_bytes
from core.training.study import Outcome, Study

PICTURES = "pictures"
INTERVALS = (
    "Brackets are 95 % intervals over photos (1000 bootstrap rounds) and over seeds (Student's t, Welch's for a "
    "difference), taken together as independent errors; a difference draws the same photos for both sides. Photos of "
    "one shoe or one scene are alike, so the intervals are those of more photos like these, not of other shoes. "
    "*Better* or *worse* means that the interval leaves zero out; with no difference at all, about one comparison in "
    "twenty would still be called so by chance."
)
_ONE_SEED = " With one seed, nothing is known of how seeds differ, and the intervals leave it out: they are too narrow."


@dataclass(frozen=True, slots=True)
class Page:
    """A page in the making. lines: Markdown; content: the same for programs."""

    lines: tuple[str, ...]
    content: Mapping[str, Any]


def write_page(file: Path, page: Page) -> Path:
    """The page on disk; returns it. Raises OSError."""
    write_bytes(file, ("\n".join(page.lines).rstrip() + "\n").encode("utf-8"))
    return file


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table and an empty line after it."""
    lines = [" | ".join(titles), " | ".join("---" for _ in titles), *(" | ".join(row) for row in rows)]
    return [*(f"| {line} |" for line in lines), ""]


def made_lines(study: Study, outcome: Outcome, words: Sequence[str]) -> list[str]:
    """n, seeds, steps, machine and command (its words), so that it can be done again."""
    settings = study.settings
    minutes = sum(run.minutes for run in outcome.runs)
    state = "" if outcome.is_complete else f" **Not finished: {len(outcome.runs)} of {outcome.total} runs.**"
    failed = [run for run in outcome.runs if run.failed]
    lines = [
        "## How it was made",
        "",
        f"{len(settings['training'])} photos to learn from, {len(study.photos)} others to measure on "
        f"({sum(len(photo.sneakers) for photo in study.photos)} sneakers); {study.seeds} seeds; {settings['steps']} "
        f"steps of {settings['batch']} pictures, {settings['size_px']} px where nothing else is said; "
        f"{settings['composites']} composites a set of cut-outs; encoder {settings['encoder']}, "
        f"{'ImageNet’s weights to begin with' if settings['imagenet'] else 'random weights to begin with'}, "
        f"{settings['precision']}. The weights after the last step are measured (their running average); none are "
        "chosen by the photos that are measured on. "
        f"{len(outcome.runs)} runs took {minutes:.0f} min on {machine()}.{state}",
        "",
        "    " + shlex.join(words),
        "",
        INTERVALS + (_ONE_SEED if study.seeds == 1 else ""),
        "",
    ]
    lines += [f"- {run.arm}, seed {run.seed} has no net: {run.failed}" for run in failed]
    return [*lines, ""] if failed else lines


def machine() -> str:
    """The processor's name, its cores and how many threads torch uses; the GPU's name where torch uses one."""
    import torch

    name = torch.cuda.get_device_name() if torch.cuda.is_available() else _processor()
    return f"{name}, {os.cpu_count()} cores, {torch.get_num_threads()} threads, {platform.system()}"


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a picture: a title, and of each seed the (step, value) points."""

    title: str
    seeds: tuple[tuple[tuple[float, float], ...], ...]


def curves_of(study: Study, outcome: Outcome, arms: Sequence[str], *, column: str = "val_dice") -> list[Curve]:
    """What a column of the journal did while arms were taught; arms without a run are left out."""
    curves = []
    titles = {arm.key: arm.title for arm in study.arms}
    for key in arms:
        seeds = tuple(
            tuple((row["step"], row[column]) for row in run.curve if column in row) for run in outcome.of(key)
        )
        if any(seeds):
            curves.append(Curve(titles[key], seeds))
    return curves


def draw_curves(file: Path, panels: Mapping[str, Sequence[Curve]], *, across: str = "step") -> None:
    """A PNG with a panel for each title: the mean of the seeds as a line, their range as a band."""
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2 * len(panels), 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    for place, (title, curves) in enumerate(panels.items(), 1):
        axes = figure.add_subplot(1, len(panels), place)
        for curve in curves:
            points = min(len(seed) for seed in curve.seeds)
            if not points:
                continue
            at = [x for x, _ in curve.seeds[0][:points]]
            values = np.array([[y for _, y in seed[:points]] for seed in curve.seeds])
            line = axes.plot(at, values.mean(axis=0), label=curve.title, marker="." if points < 20 else "")[0]
            if len(values) > 1:
                axes.fill_between(at, values.min(axis=0), values.max(axis=0), color=line.get_color(), alpha=0.15)
        axes.set_title(title)
        axes.set_xlabel(across)
        axes.grid(alpha=0.3)
        if axes.lines:
            axes.legend(fontsize=8)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=90, format="png")


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:  # not Linux
        pass
    return platform.processor() or platform.machine()
