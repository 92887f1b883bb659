"""A segmenter that finds what a test says it finds, in the place of the trained one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from core.geometry.region import Region
from core.jobs import task_segment
from core.labels.instance import Side

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class FakeSneaker:
    """What `SegmentedSneaker` has and the tasks look at."""

    outline: Region
    score: float = 0.97
    side: Side = Side.UNKNOWN
    side_score: float = 0.5


@dataclass(slots=True)
class FakeNet:
    """Finds `sneakers`, those whose middle lies in the box if there is one; remembers what it was asked."""

    sneakers: Sequence[FakeSneaker] = ()
    name: str = "fake-net"
    boxes: list[tuple[float, float, float, float] | None] = field(default_factory=list)
    loads: int = 0

    def segment(
        self,
        pixels_rgb: Any,
        *,
        box_px: tuple[float, float, float, float] | None = None,
        longest_px: int = 512,
        on_step: Callable[[float], bool] | None = None,
    ) -> tuple[FakeSneaker, ...]:
        """As Segmenter.segment."""
        assert pixels_rgb.ndim == 3 and longest_px > 0
        self.boxes.append(box_px)
        if on_step is not None:
            on_step(0.5)
        return tuple(one for one in self.sneakers if box_px is None or _middle_in(one.outline, box_px))


def use_net(monkeypatch: pytest.MonkeyPatch, net: FakeNet | Exception) -> None:
    """Have the tasks of this process load this net, or fail to."""

    def load(_: object) -> Any:
        if isinstance(net, Exception):
            raise net
        net.loads += 1
        return net

    monkeypatch.setattr(task_segment, "_loaded", {})
    monkeypatch.setattr(task_segment, "_key", lambda choice: (choice.name, 0, 0, choice.device))
    monkeypatch.setattr(task_segment, "load_segmenter", load)


def ellipse(middle: Point, radii: Point, *, count: int = 400) -> Region:
    """A dense outline."""
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return Region.from_points(np.stack([np.cos(angles), np.sin(angles)], axis=1) * radii + middle)


def _middle_in(region: Region, box: tuple[float, float, float, float]) -> bool:
    x0, y0, x1, y1 = region.bounds_px
    return box[0] <= (x0 + x1) / 2 <= box[2] and box[1] <= (y0 + y1) / 2 <= box[3]
