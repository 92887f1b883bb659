"""One net being taught: its losses, its optimiser and learning rate, and the average of its weights that is kept."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import lightning.pytorch as pl
import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from core.training.dataset import Sample
from core.training.losses import LossWeights, loss_parts, total_loss
from core.vision.mobilenet import imagenet_normalised
from core.vision.unet import SNEAKER, SneakerNet

# A learning rate ends, and a cycle begins, at this share of the highest.
LOWEST_SHARE = 0.02
# The average forgets its first values sooner than its later ones: at step n it keeps at most (1 + n) / (10 + n).
_YOUNG = 10


class TrainingError(ValueError):
    """A training that cannot begin or go on; a sentence that says why and what to do."""


class Optimiser(StrEnum):
    """adam is decoupled from its weight decay (AdamW)."""

    ADAM = "adam"
    RMSPROP = "rmsprop"


class Schedule(StrEnum):
    """How the learning rate goes: constant; cosine with a warm-up; or cyclical, a triangle after Smith 2017."""

    CONSTANT = "constant"
    COSINE = "cosine"
    CYCLICAL = "cyclical"


@dataclass(frozen=True, slots=True)
class Method:
    """How a net is taught. rate: the highest learning rate; encoder_share: what of it the encoder gets.

    warm_up: share of all steps; cycles: triangles in all; average: how much of the averaged weights a step keeps, 0..1.
    """

    optimiser: Optimiser = Optimiser.ADAM
    schedule: Schedule = Schedule.COSINE
    rate: float = 1e-3
    encoder_share: float = 0.3
    weight_decay: float = 1e-4
    warm_up: float = 0.03
    cycles: int = 4
    average: float = 0.998
    losses: LossWeights = field(default_factory=LossWeights)
    channels_last: bool = True


def rate_share(step: int, steps: int, *, method: Method) -> float:
    """The learning rate of a step, counted from 0, as a share of the highest: 0 < share ≤ 1."""
    done = min(step / max(steps, 1), 1.0)
    if method.schedule is Schedule.CONSTANT:
        return 1.0
    if method.schedule is Schedule.CYCLICAL:
        phase = (done * method.cycles) % 1.0
        return LOWEST_SHARE + (1 - LOWEST_SHARE) * (1 - abs(2 * phase - 1))
    if done < method.warm_up:
        return min(max((step + 1) / max(method.warm_up * steps, 1.0), LOWEST_SHARE), 1.0)
    along = (done - method.warm_up) / max(1 - method.warm_up, 1e-9)
    return LOWEST_SHARE + (1 - LOWEST_SHARE) * 0.5 * (1 + math.cos(math.pi * along))


class Lesson(pl.LightningModule):
    """Teaches `net` in `steps` steps; `averaged` is the mean of its latest weights, which is measured and kept."""

    def __init__(self, net: SneakerNet, *, method: Method, steps: int) -> None:
        super().__init__()
        if method.channels_last:
            net = net.to(memory_format=torch.channels_last)
        self.net = net
        self.method = method
        self.steps = steps
        self.on_step: Callable[[], None] = lambda: None
        self._averaged = AveragedModel(net, multi_avg_fn=_mean_of(method.average), use_buffers=True)
        self._averaged.requires_grad_(False)
        self._parts: list[Tensor] = []
        self._measured: list[Tensor] = []

    @property
    def averaged(self) -> SneakerNet:
        """The net with the averaged weights."""
        net: SneakerNet = self._averaged.module
        return net

    def training_step(self, batch: Sample, batch_index: int) -> Tensor:
        """The loss of one batch; raises TrainingError when it is no number any more."""
        parts = loss_parts(self.net(self._shown(batch)), batch, edge=self.method.losses.edge)
        loss = total_loss(parts, self.method.losses)
        if not bool(torch.isfinite(loss)):
            raise TrainingError(
                f"The loss is no number any more at step {self.global_step}; the weights of the last finished epoch "
                "are kept. Start anew with a lower learning rate (--rate), or with --precision 32-true."
            )
        self._parts.append(torch.stack([loss.detach(), *(part.detach() for part in parts.values())]))
        return loss

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Take the new weights into the average."""
        self._averaged.update_parameters(self.net)
        self.on_step()

    def validation_step(self, batch: Sample, batch_index: int) -> None:
        """Measure the averaged net on one batch."""
        said = self.averaged(self._shown(batch)).float()
        parts = loss_parts(said, batch, edge=self.method.losses.edge)
        loss = total_loss(parts, self.method.losses)
        valid = batch["valid"]
        found = (said[:, SNEAKER] > 0) & valid
        wanted = (batch["maps"][:, SNEAKER] > 0.5) & valid
        both = (found & wanted).sum((1, 2)).float()
        either = (found | wanted).sum((1, 2)).float()
        iou = torch.where(either > 0, both / either.clamp_min(1), torch.ones_like(both))
        self._measured.append(torch.stack((iou, 2 * iou / (1 + iou), loss.detach().expand_as(iou)), 1))

    def on_validation_epoch_end(self) -> None:
        """Hand the measures to the trainer: val_dice and val_iou (means over the pictures), val_loss."""
        measured = torch.cat(self._measured).mean(0)
        self._measured.clear()
        for name, value in zip(("val_iou", "val_dice", "val_loss"), measured, strict=True):
            self.log(name, value, sync_dist=True)

    def taught(self) -> dict[str, float]:
        """Means of the losses since this was asked last: loss, dice, cross_entropy, centre, offset, side."""
        if not self._parts:
            return {}
        means = torch.stack(self._parts).mean(0).tolist()
        self._parts.clear()
        return dict(zip(("loss", "dice", "cross_entropy", "centre", "offset", "side"), means, strict=True))

    def configure_optimizers(self) -> Any:
        """The optimiser with two rates, and the schedule of its steps."""
        method = self.method
        encoder = list(self.net.encoder.parameters())
        own = {id(value) for value in encoder}
        decoder = [value for value in self.net.parameters() if id(value) not in own]
        groups = [
            {"params": encoder, "lr": method.rate * method.encoder_share},
            {"params": decoder, "lr": method.rate},
        ]
        optimiser: torch.optim.Optimizer
        if method.optimiser is Optimiser.ADAM:
            optimiser = torch.optim.AdamW(groups, lr=method.rate, weight_decay=method.weight_decay)
        else:
            optimiser = torch.optim.RMSprop(groups, lr=method.rate, weight_decay=method.weight_decay, momentum=0.9)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: rate_share(step, self.steps, method=method)
        )
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def _shown(self, batch: Sample) -> Tensor:
        shown = imagenet_normalised(batch["pixels"])
        return shown.contiguous(memory_format=torch.channels_last) if self.method.channels_last else shown


def _mean_of(average: float) -> Callable[[Any, Any, Any], None]:
    def update(averaged: Any, current: Any, count: Any) -> None:
        steps = int(count)
        get_ema_multi_avg_fn(min(average, (1 + steps) / (_YOUNG + steps)))(averaged, current, count)

    return update
