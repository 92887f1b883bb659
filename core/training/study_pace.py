"""How long the runs of a study will take: guessed from a few steps tried out, then from the runs that are done."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch.nn import functional

from core.training.study_measure import Look, LookKind
from core.vision.unet import NetSpec, build_net

PRECISIONS = ("32-true", "bf16-mixed")
_LOADING_S = 0.01  # to read, turn and light one picture
_OUTLINING_S = 0.04  # to read a photo and outline and rate what is in it
_OVERHEAD_MIN = 0.2  # to start, to write weights and curves
_FORWARD = 0.35  # of forward and backward
_LOOKS = {LookKind.TWO: 2.0, LookKind.SAME: 3.0}


class TimedArm(Protocol):
    """What of an arm its time depends on."""

    @property
    def key(self) -> str:
        """Its name."""
        ...

    @property
    def looks(self) -> tuple[Look, ...]:
        """How it is measured."""
        ...

    @property
    def pictures(self) -> int:
        """How many it learns from."""
        ...

    @property
    def size_px(self) -> int:
        """How large."""
        ...


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds that a picture of size_px a side takes forward and backward, in a precision Lightning knows."""

    precision: str
    size_px: int
    picture_s: float


class Pace:
    """Minutes of the runs of a study that measures on so many photos."""

    def __init__(self, speed: Speed, *, photos: int) -> None:
        self._speed = speed
        self._photos = photos
        self._known: dict[str, float] = {}
        self._guessed = self._took = 0.0

    def took(self, arm: TimedArm, minutes: float) -> None:
        """A run is done; the guesses for the others are scaled by how wrong those for the done ones were."""
        self._known[arm.key] = minutes
        self._guessed += self._guess(arm)
        self._took += minutes

    def minutes_of(self, arm: TimedArm) -> float:
        """The minutes of a run to come."""
        if arm.key in self._known:
            return self._known[arm.key]
        return self._guess(arm) * (self._took / self._guessed if self._guessed else 1.0)

    def minutes_left(self, runs: Sequence[tuple[TimedArm, int]]) -> float:
        """The minutes of several."""
        return sum(self.minutes_of(arm) for arm, _ in runs)

    def left(self, runs: Sequence[tuple[TimedArm, int]]) -> str:
        """The same, in words."""
        return f"about {self.minutes_left(runs):.0f} min left"

    def _guess(self, arm: TimedArm) -> float:
        pixel_s = self._speed.picture_s / self._speed.size_px**2
        seconds = arm.pictures * (pixel_s * arm.size_px**2 + _LOADING_S)
        for look in arm.looks:
            seen = pixel_s * _FORWARD * look.longest_px**2 * _LOOKS.get(look.kind, 1.0)
            seconds += self._photos * (seen + _OUTLINING_S)
        return seconds / 60 + _OVERHEAD_MIN


def tried_speed(spec: NetSpec, *, size_px: int, batch: int, precision: str) -> Speed:
    """Forward and backward through a net, tried; with precision "auto" on the CPU, the faster of the two there are."""
    several: tuple[str, ...] = (precision,)
    if precision == "auto":
        several = ("bf16-mixed",) if torch.cuda.is_available() else PRECISIONS
    took = {one: _step_s(spec, size_px, batch, half="bf16" in one) / batch for one in several}
    best = min(took, key=lambda one: took[one])
    return Speed(best, size_px, took[best])


def _step_s(spec: NetSpec, size_px: int, batch: int, *, half: bool) -> float:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    net = build_net(spec).to(device).to(memory_format=torch.channels_last)
    pictures = torch.randn(batch, 3, size_px, size_px, device=device).contiguous(memory_format=torch.channels_last)
    fastest = float("inf")
    for _ in range(3):
        began = time.monotonic()
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
            said = net(pictures)
        loss = functional.softplus(said.float()).mean()
        loss.backward()
        float(loss.detach())  # waits for the device
        fastest = min(fastest, time.monotonic() - began)
    return fastest
