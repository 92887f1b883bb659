"""The target maps of an instance mask: what is where, what is left out, and that views keep them in step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.labels.instance import Side
from core.training.augment import View, mirrored_side, random_view, seen, seen_labels, whole_view
from core.training.coco_folder import IGNORED
from core.training.targets import LEAST_SEEN_PX, targets_of
from core.vision.unet import CENTRE, LEFT, OFFSET_UNIT_PX, OFFSET_X, OFFSET_Y, SNEAKER


def two_shoes() -> np.ndarray:
    """A left shoe of 21 x 11 px about (20, 15), a shoe of unknown side of 11 x 31 px about (50, 40)."""
    labels = np.zeros((64, 80), dtype=np.uint8)
    labels[10:21, 10:31] = 1
    labels[25:56, 45:56] = 2
    return labels


def test_offsets_lead_from_every_pixel_to_the_centre_of_its_own_instance() -> None:
    labels = two_shoes()
    maps = targets_of(labels, (Side.LEFT, Side.UNKNOWN)).maps
    rows, columns = np.nonzero(labels)
    reached = np.stack(
        (
            columns + maps[OFFSET_X, rows, columns] * OFFSET_UNIT_PX,
            rows + maps[OFFSET_Y, rows, columns] * OFFSET_UNIT_PX,
        ),
        axis=1,
    )
    wanted = np.where((labels[rows, columns] == 1)[:, None], (20.0, 15.0), (50.0, 40.0))
    assert np.allclose(reached, wanted, atol=1e-4)
    assert not maps[OFFSET_X][labels == 0].any()


def test_the_heat_is_one_at_each_centre_and_falls_off() -> None:
    heat = targets_of(two_shoes(), (Side.LEFT, Side.RIGHT)).maps[CENTRE]
    assert sorted(zip(*np.nonzero(heat == 1.0), strict=True)) == [(15, 20), (40, 50)]
    assert heat[15, 21] < 1.0
    assert heat[15, 24] < heat[15, 22]
    assert heat[63, 0] == 0.0


def test_a_side_counts_only_where_it_is_known() -> None:
    labels = two_shoes()
    targets = targets_of(labels, (Side.LEFT, Side.UNKNOWN))
    assert np.array_equal(targets.side_known, labels == 1)
    assert np.array_equal(targets.maps[LEFT] > 0, labels == 1)
    assert np.array_equal(targets.maps[SNEAKER] > 0, labels > 0)


def test_unknown_regions_and_what_is_hardly_seen_do_not_count() -> None:
    labels = two_shoes()
    labels[0:5] = IGNORED
    labels[60, 0 : LEAST_SEEN_PX - 1] = 3
    targets = targets_of(labels, (Side.LEFT, Side.UNKNOWN, Side.LEFT))
    assert np.array_equal(~targets.valid, (labels == IGNORED) | (labels == 3))
    assert not targets.maps[:, ~targets.valid].any()


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_a_view_shows_the_picture_and_its_mask_alike(seed: int) -> None:
    labels = np.zeros((300, 400), dtype=np.uint8)
    labels[100:180, 120:260] = 1
    picture = np.repeat((labels * 255)[:, :, None], 3, axis=2)
    view = random_view(np.random.default_rng(seed), (400, 300), view_px=96, boxes=((120, 100, 260, 180),))
    shown = seen(picture, view, view_px=96, padding=(0, 0, 0))[:, :, 0]
    mask = seen_labels(labels, view, view_px=96)
    assert np.mean((shown > 127) != (mask > 0)) < 0.01


def test_aimed_views_show_shoes_of_all_sizes() -> None:
    generator = np.random.default_rng(0)
    labels = np.zeros((720, 960), dtype=np.uint8)
    labels[300:400, 400:600] = 1
    shares = []
    for _ in range(200):
        view = random_view(generator, (960, 720), view_px=256, boxes=((400, 300, 600, 400),))
        shares.append(np.mean(seen_labels(labels, view, view_px=256) > 0))
    assert np.mean(np.array(shares) > 0.002) > 0.85
    assert max(shares) > 0.2


def test_the_whole_view_holds_the_picture_in_its_middle() -> None:
    view = whole_view((400, 200), view_px=100)
    labels = np.ones((200, 400), dtype=np.uint8)
    shown = seen_labels(labels, view, view_px=100)
    assert shown[25:75].all()
    assert not shown[:24].any()
    assert not shown[76:].any()


def test_a_mirror_swaps_the_sides() -> None:
    assert [mirrored_side(side) for side in Side] == [Side.RIGHT, Side.LEFT, Side.UNKNOWN]


def test_a_mirrored_view_says_so() -> None:
    generator = np.random.default_rng(3)
    for _ in range(30):
        view = random_view(generator, (400, 300), view_px=64)
        handedness = np.linalg.det(view.view_from_picture[:, :2])
        assert view.mirrored == (handedness < 0)


def test_the_scale_of_a_view_is_that_of_its_area() -> None:
    assert View(np.array(((0.0, 3.0, 5.0), (-3.0, 0.0, 1.0)))).scale == pytest.approx(3.0)
