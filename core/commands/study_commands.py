"""The commands that answer questions by training: `outsole study compositing` and `outsole study unet`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.commands.console import OK, Answer, CommandError, progress_bar

if TYPE_CHECKING:
    from core.training.study import Outcome, Run, Study
    from core.training.study_options import StudyOptions
    from core.training.study_page import Page
    from core.training.study_sets import Parted

STOPPED = 130


def study(arguments: argparse.Namespace) -> Answer:
    """Run a study, or go on with one, and write its page of what is finished."""
    lacking = [name for name in ("lightning", "albumentations", "matplotlib") if find_spec(name) is None]
    if lacking:
        raise CommandError(f"Studies need {' and '.join(lacking)}, not installed here: pip install 'outsole[train]'.")
    from core.training.study_sets import labelled_photos, parted
    from core.vision.threads import use_threads

    _check(arguments)
    if arguments.threads:
        use_threads(arguments.threads)
    images = Path(arguments.images).expanduser() if arguments.images else None
    photos = parted(
        labelled_photos([Path(file).expanduser() for file in arguments.coco], images),
        only=arguments.only,
        exclude=arguments.exclude,
        validation=arguments.val_only,
    )
    return _studied(arguments, photos)


def _studied(arguments: argparse.Namespace, photos: Parted) -> Answer:
    from core.training.study import run_study
    from core.training.study_pace import Pace, tried_speed
    from core.training.study_page import write_page

    folder = Path(arguments.runs).expanduser()
    options = _options(arguments, folder)
    speed = tried_speed(options.spec, size_px=options.size_px, batch=options.batch, precision=options.precision)
    options = replace(options, precision=speed.precision)
    asked = _study(arguments, options, photos, folder)
    pace = Pace(speed, photos=len(photos.validation))
    _say_plan(asked, pace, speed.picture_s)
    with progress_bar("Study") as progress:
        outcome = run_study(asked, pace, on_progress=progress, on_run=_say_run)
    out = Path(arguments.out).expanduser()
    page = _page(arguments, asked, outcome, out)
    file = write_page(out / f"study-{arguments.name}.md", page)
    return _answer(file, outcome, page, folder)


def _answer(file: Path, outcome: Outcome, page: Page, folder: Path) -> Answer:
    done = f"{len(outcome.runs)} of {outcome.total} runs are done"
    lines = [f"{done}; the page is {file}."]
    if outcome.stopped:
        lines.append(f"Stopped, for {outcome.stopped}; the same command goes on from what is in {folder}.")
    said = page.content.get("answer") or "\n".join(page.content.get("answers", ()))
    content = {
        "page": str(file),
        "runs": str(folder),
        "done": len(outcome.runs),
        "total": outcome.total,
        **page.content,
    }
    return Answer("\n".join([*lines, str(said)]), content, STOPPED if "interrupted" in outcome.stopped else OK)


def _study(arguments: argparse.Namespace, options: StudyOptions, photos: Parted, folder: Path) -> Study:
    if arguments.name == "compositing":
        from core.training.study_compositing import compositing_study

        return compositing_study(options, photos, folder, counts=arguments.photos, look_px=arguments.look)
    from core.training.study_unet import unet_study

    return unet_study(options, photos, folder, sizes_px=arguments.sizes)


def _page(arguments: argparse.Namespace, asked: Study, outcome: Outcome, out: Path) -> Page:
    if arguments.name == "compositing":
        from core.training.study_busyness import busyness_of
        from core.training.study_compositing import compositing_page

        return compositing_page(asked, outcome, _words(arguments), busyness=busyness_of(asked.photos), out=out)
    from core.training.study_unet import unet_page

    return unet_page(asked, outcome, _words(arguments), out=out)


def _options(arguments: argparse.Namespace, folder: Path) -> StudyOptions:
    from core.training.study_options import StudyOptions
    from core.vision.unet import EncoderKind

    return StudyOptions(
        size_px=arguments.size,
        steps=arguments.steps,
        batch=arguments.batch,
        seeds=arguments.seeds,
        encoder=EncoderKind(arguments.encoder),
        imagenet=not arguments.from_scratch,
        precision=_precision(arguments.precision, folder),
        threads=arguments.threads,
        workers=arguments.workers,
        composites=arguments.composites,
        backgrounds=tuple(arguments.backgrounds),
        minutes=arguments.minutes,
    )


def _precision(asked: str, folder: Path) -> str:
    """What was chosen when the study began, where it is left to the program: all runs of a study are alike."""
    from core.formats.json_file import read_json_object
    from core.training.study import SETTINGS_NAME

    file = folder / SETTINGS_NAME
    return str(read_json_object(file).get("precision", asked)) if asked == "auto" and file.is_file() else asked


def _check(arguments: argparse.Namespace) -> None:
    sizes = [arguments.size, *getattr(arguments, "sizes", ()), getattr(arguments, "look", 0)]
    wrong = [size for size in sizes if size and (size % 32 or not 64 <= size <= 1024)]
    if wrong:
        raise CommandError(f"A size is a multiple of 32 from 64 to 1024 px, not {wrong[0]}.")
    for name, least in (("steps", 1), ("batch", 2), ("seeds", 1), ("threads", 0), ("workers", 0)):
        if getattr(arguments, name) < least:
            raise CommandError(f"--{name} {getattr(arguments, name)} is too few; give at least {least}.")
    least = 1 if arguments.name == "compositing" else 0
    if arguments.composites < least:
        raise CommandError(f"--composites {arguments.composites} is too few; give at least {least}.")


def _words(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The command line that says all of what was asked, defaults too."""
    words = ["outsole", "study", arguments.name]
    for name, value in vars(arguments).items():
        if name in ("name", "run", "json", "minutes") or value in (None, False, []):
            continue
        values = value if isinstance(value, list) else [] if value is True else [value]
        words += [f"--{name.replace('_', '-')}", *map(str, values)]
    return tuple(words)


def _say_plan(asked: Study, pace: Any, picture_s: float) -> None:
    from core.training.study import finished_run

    runs = [(arm, seed) for seed in range(asked.seeds) for arm in asked.arms]
    left = [(arm, seed) for arm, seed in runs if finished_run(asked, arm, seed) is None]
    print(
        f"{len(runs)} runs ({len(asked.arms)} arms, {asked.seeds} seeds), {len(runs) - len(left)} of them done; the "
        f"others take about {pace.minutes_left(left):.0f} min, at {1000 * picture_s:.0f} ms a picture. "
        "Ctrl+C keeps what is finished.",
        file=sys.stderr,
    )


def _say_run(run: Run) -> None:
    reached = f"Dice while learning {run.curve[-1].get('val_dice', 0.0):.3f}" if run.curve else run.failed
    print(f"\r{run.arm}, seed {run.seed}: {run.minutes:.1f} min, {reached}", file=sys.stderr)
