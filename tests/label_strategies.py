"""Hypothesis strategies for the house's values: anything a program could have made."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.geometry.camera import Camera, CameraSource
from core.geometry.pose import Pose
from core.geometry.region import Part, Region, Ring
from core.labels.instance import (
    Instance,
    Keypoint,
    PoseEstimate,
    Provenance,
    ShoeSize,
    Side,
    Source,
    Visibility,
)
from core.labels.photo import Photo, Review, Status
from core.labels.project import Category, Role
from core.labels.shoe_model import ShoeModel

finite = st.floats(allow_nan=False, allow_infinity=False, width=64)
coordinates = st.floats(-1e4, 1e4)
lengths = st.floats(1e-3, 1e4)
ids = st.text("abcdef0123456789", min_size=1, max_size=8)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | texts,
    lambda members: st.lists(members, max_size=3) | st.dictionaries(texts, members, max_size=3),
    max_leaves=6,
)

tangents = st.builds(
    lambda omega, angle, v: np.array([*(angle * omega / np.linalg.norm(omega)), *v]),
    hnp.arrays(np.float64, 3, elements=st.floats(-1, 1)).filter(lambda omega: np.linalg.norm(omega) > 1e-3),
    st.floats(0, np.pi - 1e-6) | st.floats(0, 1e-6) | st.floats(np.pi - 1e-3, np.pi - 1e-7),
    hnp.arrays(np.float64, 3, elements=st.floats(-3e3, 3e3)),
)
poses = tangents.map(Pose.exp)

cameras = st.builds(
    Camera,
    lengths,
    lengths,
    coordinates,
    coordinates,
    st.integers(1, 9000),
    st.integers(1, 9000),
    hnp.arrays(np.float64, 5, elements=st.floats(-0.2, 0.2)),
    st.sampled_from(CameraSource),
)

rings = hnp.arrays(np.float64, st.tuples(st.integers(3, 9), st.just(2)), elements=finite).map(Ring)
parts = st.builds(Part, rings, st.lists(rings, max_size=2).map(tuple))
regions = st.lists(parts, max_size=3).map(lambda members: Region(tuple(members)))

provenances = st.builds(
    Provenance,
    st.sampled_from(Source),
    texts,
    st.dictionaries(texts, st.floats(allow_nan=False), max_size=3).map(MappingProxyType),
)
estimates = st.builds(
    PoseEstimate,
    poses,
    covariance=st.none() | hnp.arrays(np.float64, (6, 6), elements=finite),
    iou=st.none() | st.floats(0, 1),
    contour_px=st.none() | st.floats(0, allow_nan=False),
    camera_source=st.sampled_from(CameraSource),
    alternatives=st.lists(poses, max_size=2).map(tuple),
    provenance=provenances,
)
keypoints = st.builds(
    Keypoint, texts, st.tuples(finite, finite), st.sampled_from(Visibility), st.floats(0, 100, exclude_min=True)
)
instances = st.builds(
    Instance,
    ids,
    texts,
    side=st.sampled_from(Side),
    region=regions,
    keypoints=st.lists(keypoints, max_size=3).map(tuple),
    model_id=st.none() | ids,
    size=st.none() | st.builds(ShoeSize, lengths, st.floats(0.1, 3), st.floats(0.1, 3)),
    pose_estimate=st.none() | estimates,
    attributes=st.dictionaries(texts, json_values, max_size=3).map(MappingProxyType),
    flags=st.frozensets(texts, max_size=3),
    provenance=provenances,
)
photos = st.builds(
    Photo,
    ids,
    texts,
    st.tuples(st.integers(1, 9000), st.integers(1, 9000)),
    cameras,
    sha256=texts,
    orientation=st.integers(1, 8),
    instances=st.lists(instances, max_size=3, unique_by=lambda instance: instance.id).map(tuple),
    status=st.sampled_from(Status),
    notes=texts,
    position=st.integers(0, 10**6),
    review=st.none() | st.builds(Review, texts, texts, texts),
)
categories = st.builds(Category, ids, texts, st.just("#a1b2c3"), st.sampled_from(Role), st.integers(0, 20))
models = st.builds(
    ShoeModel,
    ids,
    texts,
    texts,
    st.tuples(lengths, lengths, lengths),
    lengths,
    mesh_file=texts,
    landmarks=st.dictionaries(texts, st.tuples(finite, finite, finite), max_size=3).map(MappingProxyType),
    licence=texts,
)
