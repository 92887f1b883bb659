"""The command that makes training sets: composites of cut-outs over backgrounds, renders, or rendered cut-outs."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from core.commands.console import Answer, CommandError

STOPPED = 130
LEAST_PX, MOST_PX = 64, 2048


def synth(arguments: argparse.Namespace) -> Answer:
    """Make a training set as a COCO folder; raises CommandError, TrainingDataError, CocoFolderError or OSError."""
    if arguments.count < 1:
        raise CommandError(f"--count is {arguments.count}; a set needs at least one picture.")
    if not LEAST_PX <= arguments.size <= MOST_PX:
        raise CommandError(f"--size is {arguments.size} px; it may be {LEAST_PX} to {MOST_PX}.")
    if arguments.seed < 0 or arguments.workers < 0:
        raise CommandError("--seed and --workers are whole numbers, 0 or more.")
    if arguments.own_share is not None:
        _check_own_share(arguments)
    return {"composites": _composites, "renders": _renders, "cutouts": _rendered_cutouts}[arguments.kind](arguments)


def _composites(arguments: argparse.Namespace) -> Answer:
    # cv2 and the rest are loaded for this command alone, not for each.
    from core.training.coco_writer import check_new_folder
    from core.training.composite_set import Order, composite_set
    from core.training.compositor import Shares
    from core.training.sources import Choice, Sources, gather

    folder = Path(arguments.out).expanduser()
    check_new_folder(folder)  # before minutes are spent on reading
    if not arguments.cutouts and not arguments.scenes:
        raise CommandError("Composites need sneakers: name a COCO set or a folder of PNGs with alpha by --cutouts.")
    choice = Choice(tuple(arguments.only), tuple(arguments.exclude), tuple(arguments.upright))
    images = Path(arguments.images).expanduser() if arguments.images else None
    sources = Sources(tuple(arguments.cutouts), tuple(arguments.scenes), tuple(arguments.backgrounds), choice, images)
    shares = Shares(arguments.empty, arguments.photos, arguments.own)
    order = Order(folder, arguments.count, (arguments.size, arguments.size), arguments.seed, shares)
    with tempfile.TemporaryDirectory(prefix="outsole-synth-", ignore_cleanup_errors=True) as beside:
        stored = gather(sources, Path(beside) / "ingredients.bin")
        used = {"cutouts": len(stored.cutouts), "backgrounds": len(stored.photos), "scenes": len(stored.scenes)}
        recipe = {"command": _words(arguments), "seed": arguments.seed, "sources": used}
        with _bar(arguments.count) as done:
            made = composite_set(stored, order, recipe=recipe, workers=arguments.workers, done=done)
    return _answer(arguments, folder, {"images": made.images, "sneakers": made.sneakers, "ignored": made.ignored})


def _renders(arguments: argparse.Namespace) -> Answer:
    from core.formats.json_file import read_json_object
    from core.training.coco_writer import RECIPE
    from core.training.renders import render_set
    from core.training.sources import Choice, background_files

    folder = Path(arguments.out).expanduser()
    backgrounds = background_files(arguments.backgrounds, Choice(exclude=tuple(arguments.exclude)))
    with _bar(arguments.count) as done, _stopped_quietly():
        render_set(
            folder,
            models=_models(arguments),
            count=arguments.count,
            size_px=arguments.size,
            seed=arguments.seed,
            backgrounds=backgrounds,
            workers=arguments.workers or os.cpu_count() or 1,
            progress=lambda number, _: done(number),
            own_share=_own_share(arguments),
        )
    return _answer(arguments, folder, dict(read_json_object(folder / RECIPE)["counts"]))


def _rendered_cutouts(arguments: argparse.Namespace) -> Answer:
    from core.training.coco_writer import check_new_folder
    from core.training.renders import render_cutouts

    folder = Path(arguments.out).expanduser()
    check_new_folder(folder)
    made = 0
    with _bar(arguments.count) as done, _stopped_quietly():
        for made, _ in enumerate(
            render_cutouts(
                folder,
                models=_models(arguments),
                count=arguments.count,
                size_px=arguments.size,
                seed=arguments.seed,
                workers=arguments.workers or os.cpu_count() or 1,
                own_share=_own_share(arguments),
            ),
            start=1,
        ):
            done(made)
    return _answer(arguments, folder, {"images": made, "sneakers": made, "ignored": 0})


def _check_own_share(arguments: argparse.Namespace) -> None:
    share = arguments.own_share
    if not 0.0 <= share <= 1.0:
        raise CommandError(
            f"--own-share is {share:g}; it is the share of the built-in sneaker among the shoes, 0 (none) to 1 (all)."
        )
    if arguments.kind == "composites":
        raise CommandError("--own-share is for rendered shoes; say --kind renders or --kind cutouts, or leave it out.")
    if share < 1.0 and not arguments.models:
        raise CommandError(f"--own-share {share:g} leaves room for other shoes; name their mesh files by --models.")


def _own_share(arguments: argparse.Namespace) -> float:
    from core.training.renders import OWN_SHARE

    return OWN_SHARE if arguments.own_share is None else float(arguments.own_share)


def _models(arguments: argparse.Namespace) -> list[Path]:
    return [Path(name).expanduser() for name in arguments.models]


@contextmanager
def _stopped_quietly() -> Iterator[None]:
    """Ctrl+C ends what is made; what there is until then is told by the answer."""
    with suppress(KeyboardInterrupt):
        yield


def _answer(arguments: argparse.Namespace, folder: Path, counts: dict[str, int]) -> Answer:
    images, sneakers = counts["images"], counts["sneakers"]
    is_complete = images == arguments.count
    text = f"{folder}: {images} pictures with {sneakers} sneakers."
    if not is_complete:
        text = f"Stopped at {images} of {arguments.count} pictures. {folder} can be used as it is; {sneakers} sneakers."
    content: dict[str, Any] = {"folder": str(folder), "complete": is_complete, **counts}
    return Answer(text, content, 0 if is_complete else STOPPED)


def _words(arguments: argparse.Namespace) -> dict[str, Any]:
    return {key: value for key, value in vars(arguments).items() if key not in ("run", "json", "out", "workers")}


@contextmanager
def _bar(count: int) -> Iterator[Callable[[int], None]]:
    from tqdm import tqdm

    with tqdm(total=count, unit="picture", disable=None) as bar:
        yield lambda number: bar.update(number - bar.n)
