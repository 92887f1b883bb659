"""Maps taken apart into shoes: pairs, occluded shoes, noise."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.vision.instances import Means, NetMaps, instances_of

Mask = NDArray[np.bool_]


def maps_of(masks: list[Mask], *, left: tuple[float, ...] = ()) -> NetMaps:
    """The maps a perfect net would give for these visible masks."""
    shape = masks[0].shape
    sneaker, centre = np.full(shape, 0.02, np.float32), np.zeros(shape, np.float32)
    offset, sides = np.zeros((2, *shape), np.float32), np.full(shape, 0.5, np.float32)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    for number, mask in enumerate(masks):
        y, x = rows[mask].mean(), columns[mask].mean()
        sneaker[mask] = 0.97
        centre = np.maximum(centre, np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 18)).astype(np.float32)
        offset[0][mask], offset[1][mask] = x - columns[mask], y - rows[mask]
        sides[mask] = left[number] if left else 0.5
    return NetMaps(sneaker, centre, offset, sides)


def box(x0: int, y0: int, x1: int, y1: int) -> Mask:
    mask = np.zeros((128, 160), bool)
    mask[y0:y1, x0:x1] = True
    return mask


def same(found: Mask, wanted: Mask) -> bool:
    return bool((found & wanted).sum() > 0.98 * (found | wanted).sum())


def test_two_touching_shoes_become_two() -> None:
    one, two = box(30, 40, 50, 100), box(50, 42, 70, 102)
    found = instances_of(maps_of([one, two], left=(0.9, 0.1)))
    assert len(found) == 2
    by_x = sorted(found, key=lambda shoe: np.nonzero(shoe.mask)[1].mean())
    assert same(by_x[0].mask, one) and same(by_x[1].mask, two)
    assert by_x[0].left > 0.8 and by_x[1].left < 0.2


def test_without_centres_touching_shoes_stay_one() -> None:
    maps = maps_of([box(30, 40, 50, 100), box(50, 42, 70, 102)])
    assert len(instances_of(maps, means=Means.COMPONENTS)) == 1


def test_watershed_parts_what_a_neck_joins() -> None:
    maps = maps_of([box(30, 40, 60, 70), box(63, 40, 93, 70)])
    maps.sneaker[54:57, 58:66] = 0.9
    assert len(instances_of(maps, means=Means.WATERSHED)) == 2


def test_a_shoe_that_a_leg_cuts_in_two_stays_one() -> None:
    whole = box(20, 50, 120, 90)
    whole[:, 64:72] = False
    found = instances_of(maps_of([whole]))
    assert len(found) == 1 and same(found[0].mask, whole)


def test_two_centres_on_one_shoe_are_joined() -> None:
    maps = maps_of([box(20, 50, 120, 90)])
    maps.centre[70, 60] = 0.6
    assert len(instances_of(maps)) == 1


def test_a_shoe_without_a_centre_is_kept_apart_from_the_others() -> None:
    one, two = box(5, 5, 45, 25), box(100, 90, 150, 120)
    maps = maps_of([one, two])
    maps.centre[80:] = 0
    found = instances_of(maps)
    assert len(found) == 2 and any(same(shoe.mask, two) for shoe in found)


def test_noise_scores_below_a_shoe() -> None:
    maps = maps_of([box(20, 50, 120, 90)])
    maps.sneaker[5:15, 5:15] = 0.6
    found = instances_of(maps)
    assert found[0].score > 0.9
    assert all(shoe.score < 0.5 for shoe in found[1:])


@pytest.mark.parametrize("means", list(Means))
def test_nothing_gives_nothing(means: Means) -> None:
    empty = np.zeros((64, 64), np.float32)
    assert instances_of(NetMaps(empty, empty, np.zeros((2, 64, 64), np.float32), empty), means=means) == ()
