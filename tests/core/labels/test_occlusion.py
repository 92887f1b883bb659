"""What hides a shoe: legs, hands and ignore regions always, other shoes unless they stand clearly behind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import Instance, PoseEstimate, Side
from core.labels.occlusion import depth_range_mm, hiding_regions, is_behind, posed_before, things_hiding
from core.labels.photo import Photo, guessed_camera
from core.labels.project import Category, Project, Role
from core.labels.shoe_model import ShoeModel

MODEL = ShoeModel("m", "box", "mesh", (280.0, 100.0, 120.0), 320.0)
PROJECT = Project().with_models({"m": MODEL})
# The toe to the right of the photo, up is up: 280 mm along x, 120 along y, 100 along z of the camera.
SIDE_ON = Pose.from_matrix([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]], [0.0, 0.0, 900.0])
BOX = Region.from_box(230, 165, x1_px=410, y1_px=315)


def shoe(name: str, region: Region | None = BOX, *, x_mm: float = 0.0, z_mm: float | None = 900.0) -> Instance:
    estimate = None if z_mm is None else PoseEstimate(SIDE_ON.with_translation([x_mm, 0.0, z_mm]))
    made = Instance(name, "sneaker", Side.RIGHT, model_id="m", pose_estimate=estimate)
    return made if region is None else made.with_region(region)


def photo_of(*instances: Instance) -> Photo:
    return Photo("p", "p.jpg", (640, 480), guessed_camera(640, 480), instances=instances)


def test_hand_is_among_the_first_categories() -> None:
    hand = Project().category_named("hand")
    assert hand is not None and hand.role is Role.OCCLUDER


@pytest.mark.parametrize("category", ["leg", "hand", "ignore"])
def test_occluders_and_ignore_regions_hide_all_of_themselves(category: str) -> None:
    cover = Instance("c", category, region=Region.from_box(300, 100, x1_px=340, y1_px=200))
    photo = photo_of(shoe("s"), cover)
    assert hiding_regions(photo.instances[0], photo, project=PROJECT) == (cover.region,)
    assert things_hiding(photo.instances[0], photo, project=PROJECT) == (cover,)


def test_an_occluder_of_ones_own_kind_counts_too() -> None:
    project = PROJECT.with_categories({**PROJECT.categories, "bag": Category("bag", "bag", "#123456", Role.OCCLUDER)})
    cover = Instance("c", "bag", region=BOX)
    assert hiding_regions(shoe("s"), photo_of(shoe("s"), cover), project=project) == (BOX,)


def test_what_is_elsewhere_in_the_photo_is_no_thing_that_hides() -> None:
    away = Instance("c", "leg", region=Region.from_box(10, 10, x1_px=100, y1_px=80))
    beside = Instance("d", "hand", region=Region.from_box(412, 200, x1_px=500, y1_px=260))  # drawn edge to edge
    photo = photo_of(shoe("s"), away, beside)
    assert len(hiding_regions(photo.instances[0], photo, project=PROJECT)) == 2
    assert things_hiding(photo.instances[0], photo, project=PROJECT) == (beside,)


def test_depth_range_is_that_of_the_turned_box() -> None:
    low, high = depth_range_mm(shoe("s"), project=PROJECT) or (0.0, 0.0)
    assert (low, high) == (850.0, 950.0)
    turned = SIDE_ON.moved([0.0, np.pi / 2, 0.0, 0.0, 0.0, 0.0])
    across = replace(shoe("s"), pose_estimate=PoseEstimate(turned))
    assert depth_range_mm(across, project=PROJECT) == pytest.approx((760.0, 1040.0))
    assert depth_range_mm(shoe("s", z_mm=None), project=PROJECT) is None


def test_a_shoe_that_stands_clearly_behind_hides_nothing() -> None:
    own, beyond = shoe("s"), Region.from_box(380, 150, x1_px=520, y1_px=290)
    for z_mm, hides in ((700.0, True), (930.0, True), (1030.0, True), (1200.0, False)):
        other = shoe("o", beyond, z_mm=z_mm)
        photo = photo_of(own, other)
        assert is_behind(other, own, project=PROJECT) is not hides
        regions = hiding_regions(own, photo, project=PROJECT)
        assert bool(regions) is hides
        assert bool(things_hiding(own, photo, project=PROJECT)) is hides
        if hides:
            assert regions[0].contains((450, 200)) and not regions[0].contains((400, 200))
    nobody_knows = shoe("o", beyond, z_mm=None)
    assert hiding_regions(own, photo_of(own, nobody_knows), project=PROJECT)


def test_posed_shoes_without_an_outline_stand_before_unless_behind() -> None:
    own = shoe("s")
    near, far, outlined = shoe("n", None, z_mm=700.0), shoe("f", None, z_mm=1300.0), shoe("d", BOX, z_mm=700.0)
    photo = photo_of(own, near, far, outlined)
    assert posed_before(own, photo, project=PROJECT) == (near,)
    assert posed_before(shoe("s", z_mm=None), photo, project=PROJECT) == (near, far, outlined)[:2]
    assert near in things_hiding(own, photo, project=PROJECT)
    aside = shoe("a", None, x_mm=600.0, z_mm=700.0)
    assert things_hiding(own, photo_of(own, aside), project=PROJECT) == ()
    unknown = replace(near, model_id="gone")
    assert posed_before(own, photo_of(own, unknown), project=PROJECT) == ()
