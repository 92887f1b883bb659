"""Weights of the nets as safetensors files: tensors, the net they are for, and the card saying how they were made."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from core.resources import RESOURCES
from core.vision.unet import NetSpec, SneakerNet, build_net

WEIGHTS_FOLDER = RESOURCES / "weights"
SUFFIX = ".safetensors"
DEFAULT_NET = "sneaker-unet"

_FORMAT = "outsole-net-1"
_COUNTER = "num_batches_tracked"  # BatchNorm's; only training would use it


class WeightsError(ValueError):
    """A weights file that cannot be used; the text is a sentence for the annotator."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A weights file, read. card: what was trained on what, plain values."""

    name: str
    spec: NetSpec
    state: Mapping[str, Tensor]
    card: Mapping[str, Any]

    def net(self) -> SneakerNet:
        """The net with these weights, on the CPU, for inference; raises WeightsError when they do not fit it."""
        net = build_net(self.spec)
        wanted = {name: value for name, value in net.state_dict().items() if not name.endswith(_COUNTER)}
        wrong = sorted(set(wanted) ^ set(self.state)) or sorted(
            name for name, value in wanted.items() if value.shape != self.state[name].shape
        )
        if wrong:
            raise WeightsError(
                f"The weights {self.name} are not for the net their header names ({self.spec.architecture.value} over "
                f"{self.spec.encoder.value}): {wrong[0]} does not fit. Train or install them again."
            )
        net.load_state_dict({name: value.float() for name, value in self.state.items()}, strict=False)
        return net.eval()


def save_weights(file: Path, net: SneakerNet, *, card: Mapping[str, Any], half: bool = True) -> None:
    """Write a net's weights and its card; `half` keeps them as float16, which halves the file.

    The file is replaced in one step. Raises WeightsError when a weight is not a finite number, or too large for half.
    """
    state = {}
    for name, value in net.state_dict().items():
        if name.endswith(_COUNTER):
            continue
        # A variance of 1e-9 is nothing in float16, and what is divided by it is everything: statistics stay whole.
        narrow = half and value.is_floating_point() and "running_" not in name
        kept = value.detach().cpu().to(torch.float16 if narrow else torch.float32).contiguous()
        if not bool(torch.isfinite(kept).all()):
            raise WeightsError(f"{file.name} was not written: the weight {name} is not a finite number.")
        state[name] = kept
    header = {"format": _FORMAT, "spec": json.dumps(net.spec.to_json()), "card": json.dumps(dict(card), default=str)}
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(file.name + ".part")
    draft.write_bytes(save(state, header))
    draft.replace(file)


def read_weights(file: Path) -> Weights:
    """The weights in a safetensors file; raises WeightsError with a sentence naming the file and what is wrong."""
    try:
        with safe_open(file, framework="pt") as opened:
            header = opened.metadata() or {}
            state = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 (no mapping)
    except FileNotFoundError as error:
        raise WeightsError(f"There are no weights at {file}; check the path, or train a net: outsole train.") from error
    except (SafetensorError, OSError) as error:
        raise WeightsError(
            f"{file.name} is damaged or no safetensors file ({error}); "
            "put it back, or choose another network (File > Preferences)."
        ) from error
    if header.get("format") != _FORMAT:
        raise WeightsError(f"{file.name} holds no weights of Outsole (its header lacks format {_FORMAT}).")
    try:
        spec = NetSpec.from_json(json.loads(header["spec"]))
        card = json.loads(header.get("card", "{}"))
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"{file.name}: its header does not say what net it is for ({error}).") from error
    for name, value in state.items():
        if not math.isfinite(float(value.float().sum())):
            raise WeightsError(f"{file.name} is damaged: the weight {name} is not a finite number.")
    return Weights(file.stem, spec, state, card)


def weights_file(name_or_file: str = "") -> Path:
    """Where weights lie: a path, or the name of shipped ones ("" is the default). Raises WeightsError when missing."""
    if name_or_file.endswith(SUFFIX):
        return Path(name_or_file)
    file = WEIGHTS_FOLDER / f"{name_or_file or DEFAULT_NET}{SUFFIX}"
    if not file.is_file():
        known = ", ".join(shipped_nets()) or "none"
        raise WeightsError(
            f"There is no net called {name_or_file or DEFAULT_NET!r} (installed: {known}); name one of these, or give "
            f"the path of a {SUFFIX} file."
        )
    return file


def shipped_nets() -> tuple[str, ...]:
    """Names of the installed nets, the default first."""
    names = sorted(file.stem for file in WEIGHTS_FOLDER.glob(f"*{SUFFIX}"))
    return tuple(sorted(names, key=lambda name: (name != DEFAULT_NET, name)))
