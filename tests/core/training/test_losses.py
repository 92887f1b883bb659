"""The losses: nothing for a perfect answer, more for a worse one, nothing from where nothing is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from core.labels.instance import Side
from core.training.lesson import LOWEST_SHARE, Method, Schedule, rate_share
from core.training.losses import LossWeights, centre_loss, cross_entropy, dice_loss, loss_parts, total_loss
from core.training.targets import targets_of
from core.vision.unet import CENTRE, LEFT, SNEAKER


def sample() -> dict[str, Tensor]:
    labels = np.zeros((2, 64, 64), dtype=np.uint8)
    labels[0, 10:30, 12:50] = 1
    labels[0, 40:60, 5:30] = 2
    labels[0, 0:4] = 255
    targets = [targets_of(one, (Side.LEFT, Side.UNKNOWN)) for one in labels]
    return {name: torch.from_numpy(np.stack([getattr(one, name) for one in targets])) for name in targets[0].__slots__}


def answer(of: dict[str, Tensor]) -> Tensor:
    """What a perfect net says."""
    said = of["maps"].clone()
    said[:, SNEAKER] = (said[:, SNEAKER] - 0.5) * 40
    said[:, LEFT] = (said[:, LEFT] - 0.5) * 40
    said[:, CENTRE] = torch.where(said[:, CENTRE] >= 1, 20.0, -20.0)
    return said


def test_a_perfect_answer_costs_nothing() -> None:
    parts = loss_parts(answer(sample()), sample(), edge=2.0)
    assert {name: pytest.approx(0.0, abs=1e-3) for name in parts} == {name: float(part) for name, part in parts.items()}


def test_each_part_tells_of_its_own_map() -> None:
    for index, parts in ((0, {"dice", "cross_entropy"}), (1, {"centre"}), (2, {"offset"}), (4, {"side"})):
        said = answer(sample())
        said[:, index] = -said[:, index] + 0.5
        losses = loss_parts(said, sample(), edge=0.0)
        assert {name for name, part in losses.items() if float(part) > 0.01} == parts


def test_what_is_said_where_nothing_is_known_costs_nothing() -> None:
    said = answer(sample())
    said[0, :, 0:4] = 30.0
    assert float(total_loss(loss_parts(said, sample(), edge=0.0), LossWeights())) == pytest.approx(0.0, abs=1e-3)


def test_dice_of_half_a_mask() -> None:
    target = torch.zeros(1, 8, 8)
    target[:, :4] = 1
    logit = torch.full((1, 8, 8), -40.0)
    logit[:, :2] = 40.0
    assert float(dice_loss(logit, target, torch.ones_like(target))) == pytest.approx(1 - 2 * 16 / (16 + 32))


def test_a_picture_without_sneakers_costs_only_cross_entropy() -> None:
    none = torch.zeros(1, 8, 8)
    assert float(dice_loss(torch.zeros(1, 8, 8), none, torch.ones_like(none))) == 0.0
    assert float(cross_entropy(torch.zeros(1, 8, 8), none, torch.ones_like(none))) == pytest.approx(np.log(2), rel=1e-6)


def test_errors_at_the_edge_count_more_when_asked_for() -> None:
    target = torch.zeros(1, 32, 32)
    target[:, :, 16:] = 1
    at_edge = torch.where(target > 0, 20.0, -20.0)
    inside = at_edge.clone()
    at_edge[:, 10, 16] = -20.0
    inside[:, 10, 30] = -20.0
    valid = torch.ones_like(target)
    assert float(cross_entropy(at_edge, target, valid)) == pytest.approx(float(cross_entropy(inside, target, valid)))
    assert float(cross_entropy(at_edge, target, valid, edge=2.0)) > 2 * float(
        cross_entropy(inside, target, valid, edge=2.0)
    )


def test_a_guess_beside_a_centre_costs_less_than_one_far_away() -> None:
    heat = sample()["maps"][:, CENTRE]
    row, column = (int(value) for value in np.argwhere(heat[0].numpy() >= 1)[0])
    near, far = torch.full_like(heat, -20.0), torch.full_like(heat, -20.0)
    near[0, row, column + 1] = 5.0
    far[0, 35, 60] = 5.0
    valid = torch.ones_like(heat)
    assert float(centre_loss(near, heat, valid)) < float(centre_loss(far, heat, valid)) - 1


@pytest.mark.parametrize("schedule", list(Schedule))
def test_rates_stay_between_the_lowest_and_the_highest(schedule: Schedule) -> None:
    shares = [rate_share(step, 200, method=Method(schedule=schedule)) for step in range(201)]
    assert max(shares) == pytest.approx(1.0, abs=0.02)
    assert min(shares) >= LOWEST_SHARE
    assert (schedule is Schedule.CONSTANT) == (min(shares) == 1.0)


def test_a_cosine_warms_up_and_ends_low() -> None:
    method = Method(warm_up=0.1)
    shares = [rate_share(step, 100, method=method) for step in range(101)]
    assert np.argmax(shares) in (9, 10)
    assert shares[-1] == pytest.approx(LOWEST_SHARE)


def test_a_cyclical_rate_rises_as_often_as_asked() -> None:
    shares = [rate_share(step, 400, method=Method(schedule=Schedule.CYCLICAL, cycles=4)) for step in range(400)]
    assert sum(1 for a, b, c in zip(shares, shares[1:], shares[2:], strict=False) if b > a and b > c) == 4
