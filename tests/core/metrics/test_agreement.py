"""Two passes over the same photos: what they differ by, and what a landmark's doubt is."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import Instance, Keypoint, PoseEstimate, Side
from core.labels.photo import Photo, guessed_camera
from core.labels.project import Project
from core.labels.shoe_model import LANDMARK_NAMES, ShoeModel
from core.metrics.agreement import agreement_of, known_sigmas, same_photos

LANDMARKS = {name: (100.0 - 25.0 * at, 30.0 * (-1) ** at, 20.0 * at - 60.0) for at, name in enumerate(LANDMARK_NAMES)}
MODEL = ShoeModel("model", "shoe", "0" * 64, (280.0, 100.0, 110.0), 300.0, landmarks=MappingProxyType(LANDMARKS))
PROJECT = Project().with_models({"model": MODEL})
POSE = Pose.exp([1.9, 0.4, -0.3, 20.0, 30.0, 1100.0])


def shoe(at_px: float = 100.0, *, pose: Pose | None = POSE, side: Side = Side.RIGHT, name: str = "a") -> Instance:
    region = Region.from_box(at_px, 100.0, x1_px=at_px + 200.0, y1_px=200.0)
    estimate = PoseEstimate(pose) if pose else None
    return Instance(name, "sneaker", side, region, model_id="model", pose_estimate=estimate)


def photo(*instances: Instance, file: str = "a.jpg") -> Photo:
    return Photo("p", file, (640, 480), guessed_camera(640, 480), instances=instances)


def test_a_pass_agrees_with_itself() -> None:
    one = photo(shoe())
    agreement = agreement_of([(one, one)], (PROJECT, PROJECT))
    (same,) = agreement.shoes
    assert same.values["mask_iou"] == pytest.approx(1.0)
    for name in ("contour_px", "rotation_deg", "lateral_mm", "depth_per_focal_pct", "keypoints_px"):
        assert same.values[name] == pytest.approx(0.0, abs=1e-5)


def test_what_differs_is_measured_in_the_units_it_says() -> None:
    turned = POSE.moved([0.0, 0.0, np.radians(3.0), 0.0, 0.0, 0.0])
    farther = turned.with_translation(turned.translation_mm * 1.02)
    agreement = agreement_of([(photo(shoe()), photo(shoe(104.0, pose=farther)))], (PROJECT, PROJECT))
    values = agreement.shoes[0].values
    assert values["mask_iou"] == pytest.approx(196 / 204)
    assert values["rotation_deg"] == pytest.approx(3.0)
    assert values["depth_per_focal_pct"] == pytest.approx(2.0)
    assert values["lateral_mm"] == pytest.approx(0.0, abs=1e-6)
    assert 0.5 < values["contour_px"] < 4.0 and values["keypoints_px"] > 1.0


def test_a_wider_camera_with_a_nearer_shoe_is_the_same_depth_by_focal_length() -> None:
    first = photo(shoe())
    wider = replace(first.camera, fx_px=first.camera.fx_px * 0.8, fy_px=first.camera.fy_px * 0.8)
    nearer = POSE.with_translation(POSE.translation_mm * [1.0, 1.0, 0.8])
    second = replace(photo(shoe(pose=nearer)), camera=wider)
    agreement = agreement_of([(first, second)], (PROJECT, PROJECT))
    assert agreement.shoes[0].values["depth_per_focal_pct"] == pytest.approx(0.0, abs=1e-9)


def test_shoes_are_matched_by_their_outlines_and_the_others_are_listed() -> None:
    first = photo(shoe(20.0, name="a"), shoe(330.0, name="b"))
    second = photo(shoe(335.0, name="c"))
    agreement = agreement_of([(first, second)], (PROJECT, PROJECT))
    assert [one.instance_ids for one in agreement.shoes] == [("b", "c")]
    assert agreement.only_first == (("a.jpg", "a"),) and agreement.only_second == ()


def test_poses_of_different_feet_are_not_compared() -> None:
    agreement = agreement_of([(photo(shoe()), photo(shoe(side=Side.LEFT)))], (PROJECT, PROJECT))
    (found,) = agreement.shoes
    assert found.sides_differ and set(found.values) == {"mask_iou", "contour_px"}


def test_sigmas_are_those_of_the_noise_of_one_pass() -> None:
    rng = np.random.default_rng(3)
    sigma, scale = 0.03, np.sqrt(200.0 * 100.0)
    pairs = []
    for at in range(400):
        passes = []
        for _ in range(2):
            bare = shoe(pose=None, name=str(at))
            noise = rng.normal(0.0, sigma * scale / np.sqrt(2.0), (2,))  # sigma² is E[d²]: both axes together
            x, y = noise + 150.0
            passes.append(photo(replace(bare, keypoints=(Keypoint("toe tip", (float(x), float(y))),))))
        pairs.append((passes[0], passes[1]))
    sigmas = agreement_of(pairs, (PROJECT, PROJECT)).sigmas()
    assert sigmas["toe tip"] == pytest.approx(sigma, rel=0.08)
    assert known_sigmas(["toe tip", "instep"], sigmas) == [sigmas["toe tip"], 0.05]
    assert agreement_of(pairs[:7], (PROJECT, PROJECT)).sigmas() == {}


def test_photos_are_known_by_their_hash_before_their_path() -> None:
    first = [("a.jpg", "1"), ("b.jpg", ""), ("c.jpg", "3"), ("d.jpg", "4")]
    second = [("other/a.jpg", "1"), ("b.jpg", ""), ("c.jpg", "9")]
    assert same_photos(first, second) == [(0, 0), (1, 1)]
