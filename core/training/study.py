"""Runs a study: arms times seeds, each trained and measured once, kept in a folder, gone on with after a stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

from core.formats.json_file import FormatError, read_json_object, write_json
from core.training.coco_folder import LabelledImage
from core.training.journal import Journal
from core.training.lesson import TrainingError
from core.training.plan import TrainingPlan
from core.training.study_figures import Measured, PhotoFigures
from core.training.study_measure import Look, Looked, looked_at
from core.training.study_pace import Pace
from core.training.train import CHECKPOINT_NAME, JOURNAL_NAME, LAST_WEIGHTS_NAME, WEIGHTS_NAME, train
from core.vision.segmenter import Segmenter
from core.vision.weights import WeightsError, read_weights

RUN_NAME, SETTINGS_NAME = "run.json", "study.json"

Progress = Callable[[float, str], None]


class StudyError(ValueError):
    """A study that cannot begin or go on; a sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One way of training. key: names its folder; plan: what to do for a seed (it makes the data sets that it needs,
    and its folder is not used); looks: the ways in which the net is measured; pictures: that a run learns from;
    size_px: of what the net sees of them.
    """

    key: str
    title: str
    plan: Callable[[int], TrainingPlan]
    looks: tuple[Look, ...]
    pictures: int
    size_px: int


@dataclass(frozen=True, slots=True)
class Study:
    """Arms to be compared on the same photos. settings: whatever decides the outcome, plain values: a folder keeps
    the runs of one set of settings. minutes: of this call, 0 for no limit.
    """

    name: str
    arms: tuple[Arm, ...]
    seeds: int
    photos: tuple[LabelledImage, ...]
    folder: Path
    settings: Mapping[str, Any]
    minutes: float = 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """One arm with one seed, finished. failed: why there is no net, else ""; parameters: numbers the net learns.

    train_cpu_s: processor seconds a picture, median over the steps, loading it included; curve: rows of the journal;
    looks: by the look's key.
    """

    arm: str
    seed: int
    minutes: float
    failed: str = ""
    parameters: int = 0
    train_cpu_s: float = 0.0
    curve: tuple[Mapping[str, float], ...] = ()
    looks: Mapping[str, Looked] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call has come to. stopped: why not all runs are finished, else ""."""

    runs: tuple[Run, ...]
    total: int
    stopped: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to be done."""
        return len(self.runs) == self.total

    def of(self, arm: str) -> tuple[Run, ...]:
        """The runs of an arm that have a net, by seed."""
        return tuple(run for run in self.runs if run.arm == arm and not run.failed)

    def measured(self, arm: str, look: Look) -> list[Measured]:
        """What each of them gave in a look; a run without it is left out."""
        return [run.looks[look.key].photos for run in self.of(arm) if look.key in run.looks]


def run_study(
    study: Study,
    pace: Pace,
    *,
    on_progress: Progress = lambda fraction, text: None,
    on_run: Callable[[Run], None] = lambda run: None,
) -> Outcome:
    """Do all runs that are not yet in the folder, seed by seed, so that what is there compares all arms early.

    Ctrl+C and the end of the minutes leave what is finished. Raises StudyError, TrainingError, TrainingDataError.
    """
    check_settings(study)
    began = time.monotonic()
    todo = [(arm, seed) for seed in range(study.seeds) for arm in study.arms]
    runs: list[Run] = []
    for number, (arm, seed) in enumerate(todo):
        run = finished_run(study, arm, seed)
        if run is None:
            spent = (time.monotonic() - began) / 60
            if study.minutes and spent + pace.minutes_of(arm) > study.minutes:
                return Outcome(tuple(runs), len(todo), "the minutes of this call are over")
            where = f"{arm.title}, seed {seed} ({number + 1} of {len(todo)}), {pace.left(todo[number:])}"
            try:
                run = _carried_out(study, arm, seed, on_progress=_within(on_progress, number, len(todo), where))
            except KeyboardInterrupt:
                return Outcome(tuple(runs), len(todo), "it was interrupted")
            pace.took(arm, run.minutes)
            on_run(run)
        runs.append(run)
    return Outcome(tuple(runs), len(todo))


def check_settings(study: Study) -> None:
    """Note the study's settings in its folder; raises StudyError when runs of other settings are there."""
    file = study.folder / SETTINGS_NAME
    if not file.is_file():
        write_json(file, dict(study.settings), indent=2)
        return
    noted = read_json_object(file)
    for name in sorted({*noted, *study.settings}):
        was, now = noted.get(name), study.settings.get(name)
        if was != now:
            raise StudyError(
                f"{study.folder} holds runs with another {name} ({_short(was)}, now {_short(now)}); give the flags of "
                "then to go on, or name another folder by --runs."
            )


def finished_run(study: Study, arm: Arm, seed: int) -> Run | None:
    """A run that is in the folder; None when there is none, or its record is damaged."""
    try:
        content = read_json_object(_folder(study, arm, seed) / RUN_NAME)
        looks = {
            key: Looked({name: PhotoFigures.from_json(one) for name, one in look["photos"].items()}, look["cpu_s"])
            for key, look in content.pop("looks").items()
        }
        curve = tuple(content.pop("curve"))
        return Run(**content, curve=curve, looks=looks)
    except (FormatError, KeyError, TypeError, ValueError):
        return None


def _carried_out(study: Study, arm: Arm, seed: int, *, on_progress: Progress) -> Run:
    folder = _folder(study, arm, seed)
    began = time.monotonic()
    on_progress(0.0, "data")
    plan = arm.plan(seed)
    steps = _Steps(on_progress)
    try:
        train(_at(plan, folder), resume=True, on_progress=steps)
    except (TrainingError, WeightsError) as error:
        plan.checked()  # what is wrong with the plan itself is no result
        run = Run(arm.key, seed, (time.monotonic() - began) / 60, failed=str(error))
        return _kept(folder, run)
    weights = read_weights(folder / LAST_WEIGHTS_NAME)
    segmenter = Segmenter(weights)
    looks: dict[str, Looked] = {}
    for number, look in enumerate(arm.looks):

        def done(photo: int, number: int = number) -> None:
            share = (number + photo / len(study.photos)) / len(arm.looks)
            on_progress(0.8 + 0.2 * share, f"measuring ({arm.looks[number].kind.value})")

        looks[look.key] = looked_at(segmenter, study.photos, look, done=done)
    run = Run(
        arm.key,
        seed,
        (time.monotonic() - began) / 60,
        parameters=sum(value.numel() for value in weights.net().parameters()),
        train_cpu_s=steps.cpu_s / plan.batch,
        curve=Journal(folder / JOURNAL_NAME).rows(),
        looks=looks,
    )
    return _kept(folder, run)


class _Steps:
    """Hears each step of a training and notes the processor's time between two."""

    def __init__(self, on_progress: Progress) -> None:
        self._on_progress = on_progress
        self._times: list[float] = []

    def __call__(self, fraction: float, text: str) -> None:
        self._times.append(time.process_time())
        self._on_progress(0.8 * fraction, text)

    @property
    def cpu_s(self) -> float:
        """The median of a step: what measuring between two epochs takes does not count; 0 for a single step."""
        took = [after - before for before, after in zip(self._times[:-1], self._times[1:], strict=True)]
        return median(took) if took else 0.0


def _kept(folder: Path, run: Run) -> Run:
    looks = {
        key: {"cpu_s": look.cpu_s, "photos": {name: one.to_json() for name, one in look.photos.items()}}
        for key, look in run.looks.items()
    }
    plain = {name: getattr(run, name) for name in ("arm", "seed", "minutes", "failed", "parameters", "train_cpu_s")}
    write_json(folder / RUN_NAME, plain | {"curve": [dict(row) for row in run.curve], "looks": looks})
    # The last weights are what is measured: the best ones would be chosen by the very photos they are measured on.
    for name in (CHECKPOINT_NAME, WEIGHTS_NAME):
        (folder / name).unlink(missing_ok=True)
    return run


def _at(plan: TrainingPlan, folder: Path) -> TrainingPlan:
    return replace(plan, out=folder)


def _folder(study: Study, arm: Arm, seed: int) -> Path:
    return study.folder / f"{arm.key}-{seed}"


def _within(on_progress: Progress, number: int, total: int, where: str) -> Progress:
    return lambda fraction, text: on_progress((number + fraction) / total, f"{where}: {text}")


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
