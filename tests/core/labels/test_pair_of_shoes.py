"""Which shoes belong together, in one photo and in two."""

from __future__ import annotations

import numpy as np
import pytest

from core.geometry.pose import Pose
from core.geometry.region import EMPTY_REGION, Region
from core.labels.instance import Instance, PoseEstimate, Side
from core.labels.pairs import matched_shoes, may_be_pair, middle_px, other_shoe, same_shoe, sides_of_pair
from core.labels.photo import Photo, guessed_camera
from core.labels.project import Project

PROJECT = Project()
L, R, U = Side.LEFT, Side.RIGHT, Side.UNKNOWN


def box(name: str, x: float, side: Side = U, *, category: str = "sneaker") -> Instance:
    return Instance(name, category, side, Region.from_box(x - 10, 90, x1_px=x + 10, y1_px=110))


def posed(instance: Instance, x_mm: float = 0.0, model_id: str = "m") -> Instance:
    pose = Pose(np.array([1.0, 0, 0, 0]), np.array([x_mm, 0.0, 1000.0]))
    return instance.with_model(model_id).with_pose_estimate(PoseEstimate(pose))


def photo(*instances: Instance) -> Photo:
    return Photo("p", "p.png", (640, 480), guessed_camera(640, 480), instances=instances)


def test_the_other_shoe_is_the_nearest_one_that_can_be() -> None:
    own = posed(box("own", 100, R))
    far, near, same = box("far", 400), box("near", 200, L), box("same", 120, R)
    leg, done = box("leg", 110, category="leg"), posed(box("done", 130, L))
    bare = Instance("bare", "sneaker", L)
    asked = photo(own, far, near, same, leg, done, bare)
    assert other_shoe(asked, own, project=PROJECT) == near
    assert other_shoe(photo(own, same, leg, done, bare), own, project=PROJECT) is None


def test_without_an_outline_the_pose_says_where_a_shoe_is() -> None:
    own = posed(Instance("own", "sneaker", R), x_mm=300.0)
    left, right = box("left", 100), box("right", 600)
    assert other_shoe(photo(own, left, right), own, project=PROJECT) == right


@pytest.mark.parametrize(
    ("own", "other", "pair", "side"),
    [(R, L, True, L), (R, U, True, L), (L, U, True, R), (U, U, True, U), (U, R, True, R)],
)
def test_feet_of_a_pair(own: Side, other: Side, pair: bool, side: Side) -> None:
    one, two = box("a", 10, own), box("b", 50, other)
    assert may_be_pair(one, two) is pair and sides_of_pair(one, two) is side
    assert not may_be_pair(one, one) and not may_be_pair(box("a", 10, R), box("b", 50, R))


def test_shoes_are_known_again_by_foot_then_by_place() -> None:
    left, right = box("l", 100, L), box("r", 200, R)
    expected = {"l": (100.0, 100.0), "r": (200.0, 100.0)}
    crossed = [box("x", 195, L), box("y", 105, R)]
    found = matched_shoes(expected, [left, right], crossed, size_px=800)
    assert {k: v.id for k, v in found.items()} == {"l": "x", "r": "y"}
    unsaid = [box("x", 195), box("y", 105)]
    found = matched_shoes(expected, [left, right], unsaid, size_px=800)
    assert {k: v.id for k, v in found.items()} == {"l": "y", "r": "x"}
    assert matched_shoes(expected, [left, right], [box("x", 150, R)], size_px=800).keys() == {"r"}
    assert matched_shoes(expected, [left], [box("x", 150, R)], size_px=800) == {}
    assert matched_shoes(expected, [left], [], size_px=800) == {}


def test_the_same_shoe_is_the_nearest_alike() -> None:
    own = posed(box("a", 10, R), 50.0)
    near, other_foot = posed(box("b", 10, R), 60.0), posed(box("c", 10, L), 50.0)
    far, other_model = posed(box("d", 10, R), 200.0), posed(box("e", 10, R), 50.0, "n")
    assert same_shoe(own, photo(far, other_foot, near, other_model)) == near
    assert same_shoe(own, photo(other_foot, box("f", 10, R))) is None
    assert same_shoe(box("g", 10, R), photo(near)) is None


def test_the_middle_of_an_outline() -> None:
    assert middle_px(box("a", 40)) == (40.0, 100.0)
    assert EMPTY_REGION.is_empty
