"""Trains a net by a plan, in pieces that can be resumed, and keeps its best weights, its record and its curves."""

from __future__ import annotations

import logging
import os
import pickle
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import lightning.pytorch as pl
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping
from lightning.pytorch.utilities.exceptions import MisconfigurationException
from torch.utils.data import DataLoader

from core.training.coco_folder import LabelledImage, TrainingDataError
from core.training.dataset import NumbersOfEpoch, Sample, TrainingSamples, ValidationSamples, WeightedImages
from core.training.journal import Journal
from core.training.lesson import Lesson, TrainingError
from core.training.plan import Hardware, TrainingPlan
from core.vision.unet import SneakerNet, build_net, imagenet_weights
from core.vision.weights import read_weights, save_weights

WEIGHTS_NAME, LAST_WEIGHTS_NAME = "net.safetensors", "last.safetensors"
CHECKPOINT_NAME, JOURNAL_NAME, CURVES_NAME = "last.ckpt", "epochs.csv", "curves.png"
_DRAWN_EVERY_S = 60.0
_BROKEN = (OSError, EOFError, RuntimeError, KeyError, ValueError, TypeError, pickle.UnpicklingError)

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """What a run left. weights: the best so far; finished: that nothing is left to be done by a further run.

    best_dice: mean Dice on the validation pictures, None without any; epochs, minutes: in all, earlier runs included.
    leads: whether this process is the first of those that trained together, the one that speaks and writes.
    """

    weights: Path
    epochs: int
    finished: bool
    best_dice: float | None
    minutes: float
    leads: bool


def train(
    plan: TrainingPlan,
    *,
    resume: bool = False,
    on_progress: Progress = lambda fraction, text: None,
    on_epoch: Callable[[Mapping[str, float]], None] = lambda row: None,
) -> TrainingResult:
    """Carry a plan out, or go on with it where its folder was left.

    on_progress: fraction of the whole plan and a few words, after each step. on_epoch: the journal's row, after each.
    Raises TrainingError, TrainingDataError, WeightsError.
    """
    plan = plan.checked()
    sets = [one.read() for one in plan.training]
    measured = [image for one in plan.validation for image in one.read().images]
    checkpoint = plan.out / CHECKPOINT_NAME
    if checkpoint.is_file() and not resume:
        raise TrainingError(f"{plan.out} holds a training already; go on with it by --resume, or name another folder.")
    plan.out.mkdir(parents=True, exist_ok=True)
    data = _Data(plan, sets, measured)
    with warnings.catch_warnings(), _threads(plan.hardware.threads):
        _quieten()
        pl.seed_everything(plan.seed, verbose=False)
        lesson = Lesson(_first_net(plan), method=plan.method, steps=plan.epochs * data.steps)
        again = checkpoint.is_file()
        if again:
            _check_checkpoint(checkpoint, lesson)
        keeper = _Keeper(plan, data, on_progress=on_progress, on_epoch=on_epoch)
        lesson.on_step = keeper.step_done  # sooner than Lightning's own hook for callbacks
        trainer = _trainer(plan, [keeper, *_early_end(plan, bool(measured))])
        _fit(trainer, lesson, data=data, checkpoint=checkpoint if again else None)
    return keeper.result(trainer)


def sentence_of(error: ValueError) -> str:
    """What an error says; one that comes out of a loading process has that process's traceback before its sentence."""
    text = str(error).strip()
    return text.splitlines()[-1].partition("Error: ")[2] if text.startswith("Caught ") else text


class _Data(pl.LightningDataModule):
    """Loads the pictures of a plan, each process of several its own part."""

    def __init__(self, plan: TrainingPlan, sets: Sequence[WeightedImages], measured: Sequence[LabelledImage]) -> None:
        super().__init__()
        self._plan = plan
        workers = plan.hardware.workers
        self._workers = max(min((os.cpu_count() or 1) - 1, 8), 0) if workers < 0 else workers
        cache_mb = plan.hardware.cache_mb // max(self._workers, 1)
        count = plan.samples or sum(len(one.images) for one in sets)
        # Whole batches only, so that every epoch has as many steps and a resumed one draws what an unbroken one would.
        self.steps = max(count // (plan.batch * _processes(plan.hardware)), 1)
        self._samples = TrainingSamples(
            sets,
            view_px=plan.size_px,
            count=self.steps * plan.batch * _processes(plan.hardware),
            seed=plan.seed,
            augmented=plan.augmented,
            cache_mb=cache_mb,
        )
        self._measured = ValidationSamples(
            measured, view_px=plan.validation_size_px or plan.size_px, cache_mb=plan.hardware.cache_mb // 4
        )

    def train_dataloader(self) -> DataLoader[Sample]:
        """Batches of random views."""
        world, rank = (self.trainer.world_size, self.trainer.global_rank) if self.trainer else (1, 0)
        return DataLoader(
            self._samples,
            batch_size=self._plan.batch,
            sampler=NumbersOfEpoch(len(self._samples), rank=rank, world=world),
            num_workers=self._workers,
            multiprocessing_context="spawn" if self._workers else None,
            persistent_workers=self._workers > 0,
            prefetch_factor=4 if self._workers else None,
            pin_memory=torch.cuda.is_available(),
            worker_init_fn=_begin_worker,
            drop_last=True,
        )

    def val_dataloader(self) -> DataLoader[Sample] | list[Any]:
        """Batches of whole pictures; in this process, for they are kept in memory."""
        if not len(self._measured):
            return []
        return DataLoader(self._measured, batch_size=min(self._plan.batch, 8))


class _Keeper(Callback):
    """Keeps what a training has reached after each epoch, and ends the run before its minutes are over."""

    def __init__(
        self,
        plan: TrainingPlan,
        data: _Data,
        *,
        on_progress: Progress,
        on_epoch: Callable[[Mapping[str, float]], None],
    ) -> None:
        self._plan = plan
        self._steps = data.steps
        self._on_progress = on_progress
        self._on_epoch = on_epoch
        self._journal = Journal(plan.out / JOURNAL_NAME)
        self._began = time.monotonic()
        self._epoch_began = self._began
        self._drawn = self._began
        self._out_of_time = False
        self._kept: dict[str, float] = {"best": -1.0, "steps": 0.0, "minutes": 0.0}

    def state_dict(self) -> dict[str, Any]:
        return dict(self._kept)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self._kept = {name: float(state_dict[name]) for name in self._kept}

    def step_done(self) -> None:
        """Called after each step."""
        self._kept["steps"] += 1
        epoch, step = divmod(int(self._kept["steps"]) - 1, self._steps)
        text = f"epoch {epoch + 1} of {self._plan.epochs}, step {step + 1} of {self._steps}"
        self._on_progress(self._kept["steps"] / (self._plan.epochs * self._steps), text)

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        assert isinstance(pl_module, Lesson)
        now = time.monotonic()
        took, self._epoch_began = now - self._epoch_began, now
        self._kept["minutes"] += took / 60
        measures = {
            name: float(value) for name, value in trainer.callback_metrics.items() if str(name).startswith("val_")
        }
        row = {
            "epoch": float(trainer.current_epoch + 1),
            "step": self._kept["steps"],
            "minutes": self._kept["minutes"],
            "rate": float(trainer.optimizers[0].param_groups[-1]["lr"]),
            **pl_module.taught(),
            **measures,
        }
        if trainer.is_global_zero:
            self._keep(pl_module.averaged, row)
        self._save_checkpoint(trainer)
        minutes = (now - self._began + took) / 60  # with one more epoch like this
        if self._plan.minutes and minutes > self._plan.minutes and trainer.current_epoch + 1 < self._plan.epochs:
            self._out_of_time = trainer.should_stop = True

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.is_global_zero and self._journal.rows():
            self._draw()

    def result(self, trainer: pl.Trainer) -> TrainingResult:
        """What the run has come to."""
        best = self._kept["best"]
        return TrainingResult(
            weights=self._plan.out / WEIGHTS_NAME,
            epochs=int(self._kept["steps"]) // self._steps,
            finished=not self._out_of_time,
            best_dice=best if best >= 0 else None,
            minutes=self._kept["minutes"],
            leads=trainer.is_global_zero,
        )

    def _keep(self, net: SneakerNet, row: Mapping[str, float]) -> None:
        card = _card(self._plan, row)
        save_weights(self._plan.out / LAST_WEIGHTS_NAME, net, card=card)
        reached = row.get("val_dice")
        if reached is None or reached > self._kept["best"]:
            save_weights(self._plan.out / WEIGHTS_NAME, net, card=card)
            self._kept["best"] = reached if reached is not None else -1.0
        self._journal.add(row)
        if time.monotonic() - self._drawn > _DRAWN_EVERY_S:
            self._draw()
        self._on_epoch(row)

    def _draw(self) -> None:
        self._journal.draw_curves(self._plan.out / CURVES_NAME)
        self._drawn = time.monotonic()

    def _save_checkpoint(self, trainer: pl.Trainer) -> None:
        draft = self._plan.out / f"{CHECKPOINT_NAME}.part"
        trainer.save_checkpoint(draft)
        if trainer.is_global_zero:
            draft.replace(self._plan.out / CHECKPOINT_NAME)


def _card(plan: TrainingPlan, row: Mapping[str, float]) -> dict[str, Any]:
    return {
        "trained on": [one.path.name for one in plan.training],
        "validated on": [one.path.name for one in plan.validation],
        "size_px": plan.size_px,
        "method": asdict(plan.method),
        "batch": plan.batch,
        "seed": plan.seed,
        "augmented": plan.augmented,
        "reached": {name: round(value, 6) for name, value in row.items()},
    }


def _trainer(plan: TrainingPlan, callbacks: list[Callback]) -> pl.Trainer:
    hardware = plan.hardware
    cuda = torch.cuda.is_available()
    precision = ("bf16-mixed" if cuda else "32-true") if hardware.precision == "auto" else hardware.precision
    devices: str | int = int(hardware.devices) if hardware.devices.isdigit() else hardware.devices
    if not cuda and devices == "auto":
        devices = 1
    try:
        return pl.Trainer(
            accelerator="gpu" if cuda else "cpu",
            strategy=hardware.strategy,
            devices=devices,
            num_nodes=hardware.nodes,
            precision=precision,
            max_epochs=plan.epochs,
            callbacks=callbacks,
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
            gradient_clip_val=5.0,
            use_distributed_sampler=False,  # the numbers of an epoch are shared out already
            sync_batchnorm=cuda and _processes(hardware) > 1,
            benchmark=cuda,
            default_root_dir=plan.out,
        )
    except (ValueError, TypeError, RuntimeError, MisconfigurationException) as error:
        raise TrainingError(f"The trainer refuses the devices, strategy or precision asked for: {error}") from error


def _fit(trainer: pl.Trainer, lesson: Lesson, *, data: _Data, checkpoint: Path | None) -> None:
    try:
        trainer.fit(lesson, datamodule=data, ckpt_path=checkpoint, weights_only=True if checkpoint else None)
    except TrainingDataError as error:
        raise TrainingDataError(sentence_of(error)) from error
    except SystemExit as stop:  # what Lightning makes of Ctrl+C
        if trainer.interrupted:
            raise KeyboardInterrupt from stop
        raise


def _early_end(plan: TrainingPlan, measured: bool) -> list[Callback]:
    if not plan.patience or not measured:
        return []
    return [EarlyStopping("val_dice", mode="max", patience=plan.patience, check_finite=True, verbose=False)]


def _first_net(plan: TrainingPlan) -> SneakerNet:
    if plan.start is None:
        return build_net(plan.net, imagenet=plan.imagenet and imagenet_weights() is not None)
    weights = read_weights(plan.start)
    if weights.spec != plan.net:
        raise TrainingError(f"{plan.start} is for another net than the one to be trained ({weights.spec.to_json()}).")
    return weights.net().train()


def _check_checkpoint(file: Path, lesson: Lesson) -> None:
    """Raises TrainingError when a checkpoint is damaged or of another net; only tensors and plain values are read."""
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)["state_dict"]
        shapes = {name: tuple(value.shape) for name, value in state.items()}
    except _BROKEN as error:
        first = str(error).partition("\n")[0]
        raise TrainingError(
            f"{file} is damaged ({first}); remove it and start anew, with --init {file.with_name(WEIGHTS_NAME)} "
            "to keep what was learnt."
        ) from error
    if shapes != {name: tuple(value.shape) for name, value in lesson.state_dict().items()}:
        raise TrainingError(f"{file} is of another net; give the same --architecture and --encoder as at the start.")


def _processes(hardware: Hardware) -> int:
    devices = hardware.devices
    if devices.isdigit():
        count = int(devices)
    elif devices in ("auto", "-1"):
        count = max(torch.cuda.device_count(), 1)
    else:
        count = len([one for one in devices.split(",") if one.strip()])
    return max(count, 1) * hardware.nodes


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _begin_worker(number: int) -> None:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)


def _quieten() -> None:
    """Lightning speaks of itself on every start; what matters is said by the command."""
    for name in ("lightning.pytorch", "lightning.fabric", "lightning"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module=r"lightning\..*")
    warnings.filterwarnings("ignore", module=r"torch\..*")
