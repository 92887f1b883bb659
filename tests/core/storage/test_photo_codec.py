"""Everything that is stored comes back as it was, to the last bit."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import msgspec
import numpy as np
import pytest
from hypothesis import given
from label_strategies import cameras, categories, instances, models, photos

from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import Instance, PoseEstimate, Provenance, Source
from core.labels.photo import Photo
from core.labels.project import Category
from core.labels.shoe_model import ShoeModel
from core.storage.model_codec import category_from_json, category_to_json, model_from_json, model_to_json
from core.storage.photo_codec import (
    camera_from_json,
    camera_to_json,
    header_to_json,
    instance_from_json,
    instance_to_json,
    photo_from_header,
)
from core.storage.project_rows import header_of_row, row_of_header


@given(instances)
def test_an_instance_comes_back(instance: Instance) -> None:
    again = instance_from_json(instance_to_json(instance))
    assert again == instance
    assert instance_to_json(again) == instance_to_json(instance)
    for ring, stored in zip(instance.region.rings, again.region.rings, strict=True):
        assert ring.points_px.tobytes() == stored.points_px.tobytes()


@given(photos)
def test_a_photo_comes_back(photo: Photo) -> None:
    header = msgspec.json.decode(msgspec.json.encode(header_to_json(photo)))
    assert photo_from_header(photo.id, header, instances=photo.instances) == photo


@given(cameras)
def test_a_camera_comes_back(camera: Camera) -> None:
    assert camera_from_json(msgspec.json.decode(msgspec.json.encode(camera_to_json(camera)))) == camera


@given(models)
def test_a_model_comes_back(model: ShoeModel) -> None:
    again = model_from_json(model_to_json(model))
    assert again == model and list(again.landmarks) == list(model.landmarks)


@given(categories)
def test_a_category_comes_back(category: Category) -> None:
    assert category_from_json(category_to_json(category)) == category


@given(photos)
def test_a_photo_s_row_keeps_all_of_its_header(photo: Photo) -> None:
    header = header_to_json(photo)
    assert header_of_row(row_of_header(header)) == header


def test_numbers_that_are_none_come_back() -> None:
    estimate = PoseEstimate(
        Pose.identity(),
        covariance=np.full((6, 6), np.inf),
        iou=float("nan"),
        contour_px=float("nan"),
        provenance=Provenance(Source.FIT, "1", MappingProxyType({"rms_px": float("nan"), "worst_px": -np.inf})),
    )
    attributes = MappingProxyType({"depth": float("inf"), "all": [float("nan"), {"x": -np.inf}]})
    stored = instance_from_json(
        instance_to_json(Instance("a", "sneaker", pose_estimate=estimate, attributes=attributes))
    )
    again = stored.pose_estimate
    assert again is not None and again.covariance is not None
    assert np.isnan([again.iou, again.contour_px, again.provenance.residuals["rms_px"]]).all()
    assert np.isposinf(again.covariance).all() and again.provenance.residuals["worst_px"] == -np.inf
    assert stored.attributes["depth"] == np.inf and np.isnan(stored.attributes["all"][0])
    assert stored.attributes["all"][1] == {"x": -np.inf}


def test_numpys_numbers_and_tuples_are_stored_as_plain_ones() -> None:
    attributes = MappingProxyType({"n": np.int64(3), "x": np.float64(0.1), "many": (1, np.array([1.5, 2.5]))})
    stored = instance_from_json(instance_to_json(Instance("a", "sneaker", attributes=attributes)))
    assert stored.attributes == {"n": 3, "x": 0.1, "many": [1, [1.5, 2.5]]}


def test_an_attribute_that_is_no_json_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="which is no text, number"):
        instance_to_json(Instance("a", "sneaker", attributes=MappingProxyType({"when": object()})))


def test_keys_of_a_later_program_are_kept_and_written_back() -> None:
    instance = Instance("a", "sneaker", region=Region.from_box(0, 0, x1_px=1, y1_px=1))
    future = {**msgspec.json.decode(instance_to_json(instance)), "laces": {"tied": True}, "wear": 0.5}
    read = instance_from_json(msgspec.json.encode(future))
    assert read.attributes == {"_unknown": {"laces": {"tied": True}, "wear": 0.5}}
    assert msgspec.json.decode(instance_to_json(read)) == future
    assert instance_from_json(instance_to_json(read)) == read


@pytest.mark.parametrize("unknown", [{}, 3, {"id": "b"}, ["x"]])
def test_an_attribute_that_only_looks_like_them_stays_one(unknown: object) -> None:
    instance = Instance("a", "sneaker", attributes=MappingProxyType({"_unknown": unknown, "x": 1}))
    assert instance_from_json(instance_to_json(instance)) == instance


def test_json_that_is_something_else_is_an_error() -> None:
    for data in (b"{}", b"[1", b'{"id": 3}'):
        with pytest.raises((KeyError, ValueError)):
            instance_from_json(data)
    good = msgspec.json.decode(instance_to_json(Instance("a", "sneaker")))
    with pytest.raises(ValueError, match="not a valid Side"):
        instance_from_json(msgspec.json.encode({**good, "side": "both"}))


def test_an_unchanged_instance_is_written_the_same() -> None:
    instance = Instance("a", "sneaker", flags=frozenset("zyx"))
    assert instance_to_json(instance) == instance_to_json(replace(instance, flags=frozenset("xyz")))
