"""What outlines become: few corners, nothing over what is there, nothing of an instance changed but its outline."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fake_net import ellipse

from core.geometry.region import Region
from core.jobs.messages import Outline, SegmentResult
from core.jobs.outlines import (
    corner_count,
    found_anew,
    is_covered,
    outlined,
    shoe_category,
    simplified,
    tolerance_px,
)
from core.labels.instance import Instance, Side, Source
from core.labels.photo import Photo, guessed_camera
from core.labels.project import Category, Project, Role

SIZE = (400, 300)
SHOE = ellipse((200.0, 150.0), (80.0, 40.0), count=900)
PROJECT = Project()


def photo(*instances: Instance) -> Photo:
    return Photo("p", "p.jpg", SIZE, guessed_camera(400, height_px=300), instances=instances)


def test_corners_are_as_few_as_the_tolerance_allows() -> None:
    counts = [corner_count(simplified(Outline(SHOE), SIZE, coarseness=coarseness)) for coarseness in (0.25, 1.0, 4.0)]
    assert counts[0] > 1.5 * counts[1] > 2 * counts[2] > 9 and 15 <= counts[1] <= 50
    fewer = simplified(Outline(SHOE), SIZE)
    assert fewer.intersection(SHOE).area_px2 / fewer.union(SHOE).area_px2 > 0.985
    assert tolerance_px(SHOE) == pytest.approx(0.004 * 17.9 * 10, rel=0.01)


def test_what_was_simplified_before_counts_into_the_tolerance() -> None:
    drawn = Outline(SHOE, finest_px=float("inf"))
    assert simplified(drawn, SIZE) is SHOE
    assert simplified(Outline(SHOE, finest_px=0.75), SIZE) is SHOE


def test_an_outline_stays_in_the_photo() -> None:
    beyond = ellipse((390.0, 150.0), (60.0, 40.0))
    assert simplified(Outline(beyond), SIZE).bounds_px[2] <= 400.0


def test_a_new_outline_leaves_the_rest_of_an_instance_alone() -> None:
    instance = Instance("i", "sneaker", Side.LEFT, Region.from_box(0, 0, x1_px=9, y1_px=9), flags=frozenset({"x"}))
    made = outlined(Outline(SHOE, 0.9, Side.RIGHT, 0.8), instance, method="net", size_px=SIZE)
    assert made.provenance.source is Source.SEGMENTER and made.provenance.version == "net"
    assert dict(made.provenance.residuals) == {"score": 0.9, "side_score": 0.8}
    assert replace(made, region=instance.region, provenance=instance.provenance) == instance


@pytest.mark.parametrize(
    ("there", "category", "covered"),
    [
        (SHOE.moved((10.0, 5.0)), "sneaker", True),
        (SHOE.moved((120.0, 5.0)), "sneaker", False),
        (Region.from_box(150, 120, x1_px=230, y1_px=170), "sneaker", True),  # a part of it, outlined by somebody
        (Region.from_box(150, 120, x1_px=230, y1_px=170), "leg", False),  # a leg may stand in front
        (Region.from_box(0, 0, x1_px=400, y1_px=300), "ignore", True),
        (Region(()), "sneaker", False),
    ],
)
def test_what_is_there_is_kept(there: Region, category: str, covered: bool) -> None:
    stands = photo(Instance("i", category, region=there))
    assert is_covered(SHOE, stands, project=PROJECT) is covered
    assert not is_covered(SHOE, stands, project=PROJECT, but="i")


def test_the_same_sneaker_found_twice_is_one() -> None:
    answer = SegmentResult((Outline(SHOE, 0.9), Outline(SHOE.moved((4.0, 0.0)), 0.8)), "net")
    assert len(found_anew(answer, photo(), project=PROJECT, category="sneaker")) == 1
    known = photo(Instance("i", "sneaker", region=SHOE))
    assert found_anew(answer, known, project=PROJECT, category="sneaker") == ()


def test_sneakers_get_a_category_for_shoes() -> None:
    assert shoe_category(PROJECT, "leg") == "sneaker"
    boots = Category("boot", "boot", "#112233", Role.SHOE, 5)
    assert shoe_category(PROJECT.with_categories({**PROJECT.categories, "boot": boots}), "boot") == "boot"
