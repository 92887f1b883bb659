"""Composites: seeded, with masks of what is seen, sides that follow mirroring, and pictures without any sneaker."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from composite_builders import shoe_alpha, shoe_cutout

from core.labels.instance import Side
from core.training import backdrops
from core.training.compositor import LEAST_SEEN, Shares, compose
from core.training.ingredients import Ingredients, Scene
from core.training.layers import Layer, Shadow, cast, lay, placed, softened
from core.training.limbs import Stance, clothing, leg
from core.training.recolouring import recoloured
from core.training.shoe_groups import groups_of

SIZE = (160, 160)
PHOTO = np.random.default_rng(5).integers(0, 255, (200, 300, 3), dtype=np.uint8)
SOME = Ingredients((shoe_cutout(), shoe_cutout(Side.RIGHT, upright=True)), (PHOTO,))


def random(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_same_seed_gives_the_same_picture() -> None:
    one, other, third = (compose(random(seed), SOME, SIZE) for seed in (4, 4, 5))
    assert np.array_equal(one.pixels, other.pixels) and one.quality == other.quality
    assert all(np.array_equal(a.mask, b.mask) for a, b in zip(one.instances, other.instances, strict=True))
    assert not np.array_equal(one.pixels, third.pixels)


def test_masks_lie_apart_and_hold_what_is_seen() -> None:
    for seed in range(25):
        made = compose(random(seed), SOME, SIZE)
        assert made.pixels.shape == (160, 160, 3) and made.pixels.dtype == np.uint8
        total = sum((one.mask.astype(int) for one in made.instances), np.zeros((160, 160), dtype=int))
        assert total.max(initial=0) <= 1
        assert all(one.mask.any() for one in made.instances)
        assert all(one.side is Side.UNKNOWN for one in made.instances if one.crowd)


def test_a_tenth_is_without_sneakers() -> None:
    made = [compose(random(seed), SOME, (64, 64), Shares(empty=0.5)) for seed in range(60)]
    empty = sum(not one.instances for one in made)
    assert 18 <= empty <= 42
    assert not any(compose(random(seed), SOME, (64, 64), Shares(empty=1.0)).instances for seed in range(5))
    assert not compose(random(1), Ingredients(), (64, 64)).instances


def test_sneakers_come_in_many_sizes_and_both_sides() -> None:
    sides: Counter[Side] = Counter()
    sizes = []
    for seed in range(60):
        for group in groups_of(random(seed), SOME.cutouts, (512, 512), from_front=seed % 2 == 0, few=False):
            sides.update(shown.side for shown in group.shoes)
            sizes += [max(shown.layer.alpha.shape) / 512 for shown in group.shoes]
    assert min(sides[Side.LEFT], sides[Side.RIGHT]) > 20
    assert min(sizes) < 0.1 and max(sizes) > 0.35
    assert np.quantile(sizes, 0.9) > 0.2


def test_pairs_have_both_sides_and_one_paint() -> None:
    groups = [
        group
        for seed in range(40)
        for group in groups_of(random(seed), (shoe_cutout(),), (256, 256), from_front=False, few=False)
        if len(group.shoes) == 2 and min(shown.layer.area_px for shown in group.shoes) > 500
    ]
    assert len(groups) > 5
    for group in groups:
        assert {shown.side for shown in group.shoes} == {Side.LEFT, Side.RIGHT}
        means = [shown.layer.pixels[shown.layer.alpha > 0.9].mean(axis=0) for shown in group.shoes]
        assert np.abs(means[0] - means[1]).max() < 0.15


def test_seen_from_the_front_the_left_shoe_stands_mostly_on_the_right() -> None:
    pairs = [
        group.shoes
        for seed in range(120)
        for group in groups_of(random(seed), (shoe_cutout(upright=True),), (256, 256), from_front=True, few=False)
        if len(group.shoes) == 2
    ]
    sided = [pair for pair in pairs if Side.UNKNOWN not in {shown.side for shown in pair}]
    assert len(pairs) > len(sided) > 20  # the same shoe twice is for no foot
    facing = 0
    for pair in sided:
        middle = {shown.side: shown.layer.corner_px[0] + shown.layer.alpha.shape[1] / 2 for shown in pair}
        assert len(middle) == 2
        facing += middle[Side.LEFT] > middle[Side.RIGHT]
    assert 0.75 < facing / len(sided) < 1.0


def test_a_labelled_scene_keeps_its_own_sneakers() -> None:
    labels = np.zeros((200, 300), dtype=np.uint8)
    labels[100:140, 90:180][shoe_alpha() > 0] = 1
    labels[:, 280:] = 255
    everything = Ingredients(SOME.cutouts, (), (Scene(PHOTO, labels, (Side.LEFT,)),))
    seen: Counter[str] = Counter()
    for seed in range(30):
        made = compose(random(seed), everything, SIZE, Shares(empty=0, scenes=1))
        seen.update("sneakers" if not one.crowd else "ignored" for one in made.instances)
    assert seen["sneakers"] > 15 and seen["ignored"] > 3


def test_what_is_hardly_seen_is_ignored() -> None:
    labels = np.zeros((100, 100), dtype=np.uint8)
    labels[0:60, 0:60] = 1
    scenes = (Scene(np.zeros((100, 100, 3), dtype=np.uint8), labels, (Side.LEFT,)),)
    everything = Ingredients((shoe_cutout(),), (), scenes)
    shown = []
    for seed in range(80):
        made = compose(random(seed), everything, (100, 100), Shares(empty=0, scenes=1))
        shown += [one for one in made.instances if one.side is not Side.UNKNOWN or one.crowd]
    # A crop shows a corner of the square at times, less than 15 % of it: that is neither sneaker nor background.
    assert any(one.crowd for one in shown) and LEAST_SEEN == 0.15


def test_a_layer_owns_where_it_covers_half() -> None:
    picture = np.zeros((20, 20, 3), dtype=np.float32)
    owners = np.zeros((20, 20), dtype=np.uint8)
    alpha = np.full((4, 4), 0.49, dtype=np.float32)
    alpha[1:3, 1:3] = 0.5
    white = np.ones((4, 4, 3), dtype=np.float32)
    lay(picture, owners, Layer(white, alpha, (-1, 5)), 7)
    assert (owners == 7).sum() == 4 and owners[6, 0] == 7 and owners[6, 1] == 7
    assert picture[6, 0, 0] == pytest.approx(0.5)
    lay(picture, owners, Layer(white, alpha, (50, 50)), 9)
    assert not (owners == 9).any()


def test_a_shadow_darkens_and_nothing_else() -> None:
    before = np.full((60, 60, 3), 0.5, dtype=np.float32)
    layer = Layer(np.ones((10, 10, 3), dtype=np.float32), np.ones((10, 10), dtype=np.float32), (25, 25))
    for shadow in (Shadow((0.5, 0.5), 0.6, 0.1), Shadow((0.8, 0.0), 0.6, 0.3, flat=True)):
        picture = before.copy()
        cast(picture, layer, shadow)
        assert picture.max() <= 0.5 and 0.15 < picture.min() < 0.45
        assert picture[0, 0, 0] == 0.5


def test_placed_turns_clockwise_and_mirrors() -> None:
    pixels, alpha = np.zeros((20, 60, 3), dtype=np.uint8), np.full((20, 60), 255, dtype=np.uint8)
    pixels[:, 40:, 0] = 255  # red at the right end
    upright = placed(pixels, alpha, scale=1, turn_deg=90, flip=False, centre_px=(50, 50))
    red = np.argwhere((upright.pixels[..., 0] > 0.9) & (upright.alpha > 0.9)).mean(axis=0)
    rows, columns = upright.alpha.shape
    assert rows > columns and red[0] > rows / 2
    assert upright.corner_px == (round(50 - columns / 2), round(50 - rows / 2))
    assert upright.area_px == pytest.approx(1200, rel=0.1)
    small = placed(pixels, alpha, scale=0.5, turn_deg=0, flip=True, centre_px=(0, 0))
    red = np.argwhere((small.pixels[..., 0] > 0.9) & (small.alpha > 0.9)).mean(axis=0)
    assert red[1] < small.alpha.shape[1] / 2 and small.area_px == pytest.approx(300, rel=0.1)


def test_another_edge_leaves_the_inside_opaque() -> None:
    alpha = np.zeros((60, 60), dtype=np.float32)
    alpha[10:50, 10:50] = 1
    layer = Layer(np.ones((60, 60, 3), dtype=np.float32), alpha, (0, 0))
    areas = []
    for seed in range(30):
        other = softened(random(seed), layer)
        assert other.alpha[16:44, 16:44].min() == 1 and other.alpha[:5].max() == 0
        areas.append(other.area_px)
    assert min(areas) > 36 * 36 and max(areas) <= 1604


def test_a_leg_runs_from_the_foot_out_of_the_picture() -> None:
    for seed in range(12):
        limb = leg(random(seed), (120, 100), Stance((60.0, 70.0), 14.0), clothing(random(seed)))
        there = np.zeros((100, 120))
        x, y = limb.corner_px
        rows, columns = limb.alpha.shape
        there[y : y + rows, x : x + columns] = limb.alpha
        assert there[65, 60] > 0.9 and there[0].max() > 0.5 and there[85:].max() == 0


def test_recolouring_changes_colours_and_no_alpha() -> None:
    shoe = shoe_cutout()
    layer = placed(shoe.pixels, shoe.alpha, scale=1, turn_deg=0, flip=False, centre_px=(0, 0))
    means = np.array([recoloured(random(seed), layer).pixels[layer.alpha > 0.9].mean(axis=0) for seed in range(40)])
    assert means.std(axis=0).min() > 0.08
    assert recoloured(random(1), layer).alpha is layer.alpha


TABLES = (backdrops.FLOORS, backdrops.WALLS, backdrops.FROM_ABOVE)
PAINTERS = sorted({painter for table in TABLES for painter, _ in table}, key=lambda one: one.__name__)


@pytest.mark.parametrize("painter", [*PAINTERS, backdrops.seen_from_above, backdrops.seen_from_the_front])
def test_every_backdrop_fills_any_size(painter: backdrops.Painter) -> None:
    for seed, size in enumerate(((64, 64), (90, 50), (33, 120))):
        picture = painter(random(seed), size)
        assert picture.shape == (size[1], size[0], 3) and picture.dtype == np.float32
        assert np.isfinite(picture).all() and picture.min() > -0.6 and picture.max() < 2.5
        assert np.array_equal(picture, painter(random(seed), size))
