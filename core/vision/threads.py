"""How many processors the nets of this process may use."""

from __future__ import annotations

import torch


def use_threads(count: int) -> None:
    """Let each net run on `count` threads from now on; raises ValueError below 1."""
    if count < 1:
        raise ValueError(f"{count} threads are not enough to run a net; give at least 1.")
    torch.set_num_threads(count)
