"""One thing outlined in one photo: its region, side, keypoints, and for a sneaker its size and pose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import CameraSource
from core.geometry.frozen import frozen_array
from core.geometry.pose import Pose
from core.geometry.region import EMPTY_REGION, Region

Array = NDArray[np.float64]


class Side(StrEnum):
    """Which foot a sneaker is for; a left shoe is the right ShoeModel mirrored."""

    LEFT = "left"
    RIGHT = "right"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """Who or what made a value."""

    HAND = "hand"
    SEGMENTER = "segmenter"
    FIT = "fit"
    PNP = "pnp"
    IMPORT = "import"


class Visibility(StrEnum):
    """Of a keypoint, as COCO numbers it: outside or not labelled 0, hidden 1, visible 2."""

    ABSENT = "absent"
    HIDDEN = "hidden"
    VISIBLE = "visible"

    @property
    def coco(self) -> int:
        """0, 1 or 2."""
        return ("absent", "hidden", "visible").index(self.value)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who or what made a value, in which version, with which residuals (name to number)."""

    source: Source
    version: str = ""
    residuals: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


BY_HAND = Provenance(Source.HAND)
DOUBTED = "doubted"  # a residual: the fit itself spoke against the pose, and it was taken all the same
LAID_DOWN = Provenance(Source.HAND, "laid down")  # where a shoe lies before anybody aligned it


@dataclass(frozen=True, slots=True)
class Keypoint:
    """A named point in a photo: (x, y) px and how it is seen."""

    name: str
    at_px: tuple[float, float]
    visibility: Visibility = Visibility.VISIBLE
    sigma_px: float = 2.0


@dataclass(frozen=True, slots=True)
class ShoeSize:
    """The size of one shoe: length in mm, and width and height relative to the ShoeModel's proportions."""

    length_mm: float
    width_ratio: float = 1.0
    height_ratio: float = 1.0

    def __post_init__(self) -> None:
        values = (self.length_mm, self.width_ratio, self.height_ratio)
        if not np.isfinite(values).all() or min(values) <= 0:
            raise ValueError(f"a shoe's size needs numbers above zero, not {values}")

    def factors(self, model_length_mm: float) -> Array:
        """(3,) scale of x, y, z that brings a ShoeModel of `model_length_mm` to this size."""
        scale = self.length_mm / model_length_mm
        return np.array([scale, scale * self.width_ratio, scale * self.height_ratio])


@dataclass(frozen=True, slots=True, eq=False)
class PoseEstimate:
    """A pose and what is known about it.

    covariance: (6, 6) float64 in (omega rad, v mm), camera axes, or None. iou in [0, 1]; contour_px is the mean
    two-way contour distance; both None until measured. alternatives: other poses the outline allows.
    """

    pose: Pose
    covariance: Array | None = None
    iou: float | None = None
    contour_px: float | None = None
    camera_source: CameraSource = CameraSource.GUESS
    alternatives: tuple[Pose, ...] = ()
    provenance: Provenance = BY_HAND

    def __post_init__(self) -> None:
        if self.covariance is not None:
            object.__setattr__(self, "covariance", frozen_array(np.asarray(self.covariance).reshape(6, 6)))

    @property
    def is_start(self) -> bool:
        """Whether it is only where the shoe was laid to begin with: no ground truth yet."""
        return self.provenance == LAID_DOWN

    def with_pose(self, pose: Pose, *, provenance: Provenance = BY_HAND) -> PoseEstimate:
        """The estimate after a hand or task moved it: what was measured of the old pose is forgotten."""
        return PoseEstimate(pose, camera_source=self.camera_source, provenance=provenance)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PoseEstimate) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self.pose)

    def _key(self) -> tuple[object, ...]:
        covariance = None if self.covariance is None else self.covariance.tobytes()
        measured = (self.iou, self.contour_px, self.camera_source)
        return (self.pose, covariance, *measured, self.alternatives, self.provenance)


@dataclass(frozen=True, slots=True)
class Instance:
    """One thing outlined in one photo (COCO's word). `category` is a Category's id.

    `size` None means the ShoeModel's own size. `flags` are words such as "hidden" or "locked".
    """

    id: str
    category: str
    side: Side = Side.UNKNOWN
    region: Region = EMPTY_REGION
    keypoints: tuple[Keypoint, ...] = ()
    model_id: str | None = None
    size: ShoeSize | None = None
    pose_estimate: PoseEstimate | None = None
    attributes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    flags: frozenset[str] = frozenset()
    provenance: Provenance = BY_HAND

    @property
    def pose(self) -> Pose | None:
        """camera_from_shoe, when there is one."""
        return self.pose_estimate.pose if self.pose_estimate else None

    @property
    def true_pose(self) -> Pose | None:
        """The pose as ground truth: None also while the shoe only lies where it was laid to begin with."""
        return self.pose_estimate.pose if self.pose_estimate and not self.pose_estimate.is_start else None

    def with_region(self, region: Region, *, provenance: Provenance = BY_HAND) -> Instance:
        """The instance with another outline; the pose's residuals against the old outline are forgotten."""
        estimate = self.pose_estimate
        if estimate is not None and (estimate.iou is not None or estimate.contour_px is not None):
            estimate = replace(estimate, iou=None, contour_px=None)
        return replace(self, region=region, pose_estimate=estimate, provenance=provenance)

    def with_category(self, category: str) -> Instance:
        """The instance in another category."""
        return replace(self, category=category)

    def with_side(self, side: Side) -> Instance:
        """The instance as the other, or an unknown, foot; what was measured of the mirrored shoe is forgotten."""
        estimate = self.pose_estimate
        if estimate is not None and (side is Side.LEFT) != (self.side is Side.LEFT):  # an unknown foot is a right one
            estimate = replace(estimate, covariance=None, iou=None, contour_px=None, alternatives=())
        return replace(self, side=side, pose_estimate=estimate)

    def with_pose_estimate(self, estimate: PoseEstimate | None) -> Instance:
        """The instance with another pose, or none."""
        return replace(self, pose_estimate=estimate)

    def with_model(self, model_id: str | None, size: ShoeSize | None = None) -> Instance:
        """The instance as another ShoeModel, at that model's size unless one is given."""
        return replace(self, model_id=model_id, size=size)

    def with_size(self, size: ShoeSize | None, *, keep_depth: bool = False) -> Instance:
        """The instance at another size; the pose moves along its ray so that t_z/length stays, unless `keep_depth`."""
        estimate = self.pose_estimate
        if estimate is not None and size is not None and self.size is not None and not keep_depth:
            factor = size.length_mm / self.size.length_mm
            nearer = estimate.pose.with_translation(estimate.pose.translation_mm * factor)
            estimate = estimate.with_pose(nearer, provenance=estimate.provenance) if factor != 1.0 else estimate
        return replace(self, size=size, pose_estimate=estimate)

    def with_flag(self, flag: str, on: bool) -> Instance:
        """The instance with a flag set or cleared."""
        return replace(self, flags=self.flags | {flag} if on else self.flags - {flag})


def new_id() -> str:
    """A fresh identifier, unique across annotators and machines."""
    return uuid4().hex
