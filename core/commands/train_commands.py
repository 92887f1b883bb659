"""The command that trains a net: `outsole train`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.commands.console import Answer, CommandError, progress_bar

if TYPE_CHECKING:
    from core.training.plan import TrainingPlan


def train(arguments: argparse.Namespace) -> Answer:
    """Train a net by a recipe, or by flags alone; flags win over the recipe."""
    lacking = [name for name in ("lightning", "albumentations") if find_spec(name) is None]
    if lacking:
        raise CommandError(f"Training needs {' and '.join(lacking)}, not installed here: pip install 'outsole[train]'.")
    from core.training.train import train as carry_out

    plan = _plan(arguments)
    with progress_bar("Training") as progress:
        result = carry_out(plan, resume=arguments.resume, on_progress=progress, on_epoch=_say)
    if not result.leads:
        return Answer("")
    reached = "" if result.best_dice is None else f", best validation Dice {result.best_dice:.4f}"
    lines = [f"{result.epochs} of {plan.epochs} epochs are done in {result.minutes:.1f} min{reached}."]
    lines.append(f"The weights are in {result.weights}.")
    if not result.finished:
        lines.append("The minutes of this run are over; the same command with --resume goes on.")
    content = {
        "weights": str(result.weights),
        "epochs": result.epochs,
        "finished": result.finished,
        "best_dice": result.best_dice,
        "minutes": result.minutes,
    }
    return Answer("\n".join(lines), content)


def _say(row: Mapping[str, float]) -> None:
    wanted = ("loss", "dice", "cross_entropy", "centre", "offset", "side", "val_loss", "val_dice", "val_iou")
    numbers = " ".join(f"{name} {row[name]:.4f}" for name in wanted if name in row)
    print(f"\repoch {row['epoch']:.0f} ({row['minutes']:.1f} min, rate {row['rate']:.2g}): {numbers}", file=sys.stderr)


def _plan(arguments: argparse.Namespace) -> TrainingPlan:
    from core.training.lesson import Optimiser, Schedule
    from core.training.plan import PhotoSet, TrainingPlan, net_from, plan_from_recipe

    out = Path(arguments.out)
    if arguments.recipe:
        roots = [Path(root) for root in arguments.root or ["."]]
        plan = plan_from_recipe(Path(arguments.recipe), roots=roots, out=out)
    else:
        plan = TrainingPlan((), (), out)
    training = tuple(PhotoSet(Path(path)) for path in arguments.data or ())
    validation = tuple(PhotoSet(Path(path)) for path in arguments.val or ())
    words: dict[str, Any] = {"optimiser": Optimiser, "schedule": Schedule, "rate": float}
    method = {name: kind(value) for name, kind in words.items() if (value := getattr(arguments, name)) is not None}
    hardware = ("precision", "strategy", "devices", "nodes", "workers", "threads", "cache_mb")
    plan_words = {"size": "size_px"} | {name: name for name in ("batch", "epochs", "samples", "seed", "patience")}
    return replace(
        plan,
        training=(*plan.training, *training),
        validation=(*plan.validation, *validation),
        net=net_from(arguments.architecture, arguments.encoder, of=plan.net),
        method=replace(plan.method, **method),
        hardware=replace(plan.hardware, **_given(arguments, {name: name for name in hardware})),
        augmented=plan.augmented and not arguments.no_augment,
        minutes=arguments.minutes,
        start=Path(arguments.init) if arguments.init else plan.start,
        **_given(arguments, plan_words),
    )


def _given(arguments: argparse.Namespace, words: Mapping[str, str]) -> dict[str, Any]:
    return {own: value for flag, own in words.items() if (value := getattr(arguments, flag)) is not None}
