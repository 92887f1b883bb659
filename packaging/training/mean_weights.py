"""The mean of the weights of several epochs of one training, as one file.

    python packaging/training/mean_weights.py OUT.safetensors EPOCH_A.safetensors EPOCH_B.safetensors …

Nets of one training that lie apart err differently, and their mean errs less on what none has seen (Izmailov et al.,
"Averaging Weights Leads to Wider Optima", 2018). A training writes last.safetensors after every epoch: copy it to keep.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from core.vision.weights import WeightsError, read_weights, save_weights


def main(arguments: list[str]) -> int:
    """0 when the file was written."""
    if len(arguments) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    out, *files = (Path(argument) for argument in arguments)
    try:
        several = [read_weights(file) for file in files]
        if any(one.spec != several[0].spec for one in several):
            print("These are weights of different nets; they have no mean.", file=sys.stderr)
            return 1
        mean = {
            name: torch.stack([one.state[name].double() for one in several]).mean(dim=0) for name in several[0].state
        }
        card = {**several[-1].card, "mean_of": [dict(one.card) for one in several]}
        save_weights(out, replace(several[-1], state=mean).net(), card=card)
    except (WeightsError, KeyError) as error:
        print(f"There is no mean: {error}", file=sys.stderr)
        return 1
    print(f"The mean of {len(files)} is in {out}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
