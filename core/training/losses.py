"""How wrong a net's five maps are: soft Dice and cross-entropy of the sneakers, and what tells them apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from core.vision.unet import CENTRE, LEFT, OFFSET_X, OFFSET_Y, SNEAKER

_EDGE_WINDOW = 7  # px; within half of it of a mask's border a pixel counts as being at the edge


@dataclass(frozen=True, slots=True)
class LossWeights:
    """What each part counts. edge: how much more a pixel at a mask's border counts in the cross-entropy."""

    dice: float = 1.0
    cross_entropy: float = 1.0
    centre: float = 0.1
    offset: float = 0.3
    side: float = 0.2
    edge: float = 2.0


def loss_parts(said: Tensor, sample: Mapping[str, Tensor], *, edge: float) -> dict[str, Tensor]:
    """The parts of the loss, named as in LossWeights, each a scalar ≥ 0, of (B, MAPS, H, W) logits and offsets."""
    said = said.float()
    maps, valid = sample["maps"], sample["valid"].float()
    inside = maps[:, SNEAKER] * valid
    known = sample["side_known"].float() * valid
    offsets = (said[:, OFFSET_X : OFFSET_Y + 1] - maps[:, OFFSET_X : OFFSET_Y + 1]).abs().sum(1)
    sides = functional.binary_cross_entropy_with_logits(said[:, LEFT], maps[:, LEFT], reduction="none")
    return {
        "dice": dice_loss(said[:, SNEAKER], maps[:, SNEAKER], valid),
        "cross_entropy": cross_entropy(said[:, SNEAKER], maps[:, SNEAKER], valid, edge=edge),
        "centre": centre_loss(said[:, CENTRE], maps[:, CENTRE], valid),
        "offset": _mean(offsets, inside),
        "side": _mean(sides, known),
    }


def total_loss(parts: Mapping[str, Tensor], weights: LossWeights) -> Tensor:
    """The weighted sum of the parts."""
    return (
        weights.dice * parts["dice"]
        + weights.cross_entropy * parts["cross_entropy"]
        + weights.centre * parts["centre"]
        + weights.offset * parts["offset"]
        + weights.side * parts["side"]
    )


def dice_loss(logit: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """1 − soft Dice of each picture with a sneaker, averaged (Milletari et al. 2016, with plain sums); (B, H, W) each.

    Pictures without a sneaker are left to the cross-entropy: their Dice would jump between 0 and 1 at one pixel.
    """
    probability = torch.sigmoid(logit) * valid
    wanted = target * valid
    both = (probability * wanted).sum((1, 2))
    share = 2 * both / (probability.sum((1, 2)) + wanted.sum((1, 2))).clamp_min(1e-6)
    has_sneaker = (wanted.sum((1, 2)) > 0).float()
    return _mean(1 - share, has_sneaker)


def cross_entropy(logit: Tensor, target: Tensor, valid: Tensor, *, edge: float = 0.0) -> Tensor:
    """Mean binary cross-entropy over valid pixels; those at a mask's border count up to 1 + `edge` times."""
    each = functional.binary_cross_entropy_with_logits(logit, target, reduction="none")
    if edge <= 0:
        return _mean(each, valid)
    share = functional.avg_pool2d(
        target[:, None], _EDGE_WINDOW, stride=1, padding=_EDGE_WINDOW // 2, count_include_pad=False
    )[:, 0]
    return _mean(each, valid * (1 + edge * 4 * share * (1 - share)))


def centre_loss(logit: Tensor, heat: Tensor, valid: Tensor) -> Tensor:
    """Focal loss for Gaussian heat (Zhou et al. 2019, "Objects as points", eq. 1), for each centre of the batch."""
    probability = torch.sigmoid(logit)
    at_centre = (heat >= 1.0).float() * valid
    softplus = functional.softplus(logit)
    hit = (1 - probability).square() * (softplus - logit) * at_centre
    missed = (1 - heat).square().square() * probability.square() * softplus * (valid - at_centre)
    return (hit + missed).sum() / at_centre.sum().clamp_min(1.0)


def _mean(value: Tensor, weight: Tensor) -> Tensor:
    return (value * weight).sum() / weight.sum().clamp_min(1e-6)
