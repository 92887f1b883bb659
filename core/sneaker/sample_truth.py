"""The exact poses of the sample photos, and how far a pose in one of them is off.

The truth is told by the photo's own bytes: a photo that was changed, or is not one of the sample's, has none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from statistics import median
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import Camera, CameraSource
from core.geometry.pose import Pose, rotation_angle_deg
from core.geometry.region import Part, Region, Ring
from core.labels.instance import Instance, Provenance, ShoeSize, Side, Source
from core.labels.photo import Photo
from core.labels.shoe_model import ShoeModel
from core.resources import RESOURCES

Array = NDArray[np.float64]

TRUTH_FOLDER = RESOURCES / "sample_truth"
SHIPPED_WITH = Provenance(Source.IMPORT, "sample")  # labels that come with the sample: no hand drew them
# Rotation in degrees, across the view in mm, distance in per cent: up to here a pose earns the word.
VERY_GOOD, GOOD, NEARLY = (1.0, 1.5, 1.0), (5.0, 4.0, 3.0), (10.0, 12.0, 8.0)
_TURNED_ROUND_DEG = 100.0


@dataclass(frozen=True, slots=True)
class TrueShoe:
    """One shoe of a sample photo as it was rendered.

    outline: what is seen of it, px. silhouette: all of it inside the photo, as if nothing stood before it.
    """

    model_id: str
    side: Side
    size: ShoeSize
    camera_from_shoe: Pose
    outline: Region
    silhouette: Region

    @property
    def place_px(self) -> Array:
        """(2,) the middle of what is seen."""
        left, top, right, bottom = self.outline.bounds_px
        return np.array([(left + right) / 2, (top + bottom) / 2])


@dataclass(frozen=True, slots=True)
class Hiding:
    """What stands before a shoe: its category, and what is seen of it, px."""

    category: str
    outline: Region


@dataclass(frozen=True, slots=True)
class TrueScene:
    """A sample photo: its file's name, the camera it was taken with, its shoes, and what hides them."""

    photo: str
    camera: Camera
    shoes: tuple[TrueShoe, ...]
    hiding: tuple[Hiding, ...] = ()


@dataclass(frozen=True, slots=True)
class PoseCheck:
    """How far a pose is off. across_mm: at right angles to the view; distance_pct: too far when above 0.

    shift_px: how far the shoe's landmarks lie off in the photo, on average. camera_pct: the focal length's error.
    is_given: it is the pose that came with the sample.
    """

    shoe: TrueShoe
    rotation_deg: float
    across_mm: float
    distance_pct: float
    shift_px: float
    length_mm: float
    camera_pct: float
    side_is_right: bool
    model_is_right: bool
    is_given: bool = False

    @property
    def verdict(self) -> str:
        """One of "very good", "good", "nearly", "not yet"."""
        if not (self.side_is_right and self.model_is_right):
            return "not yet"
        errors = (self.rotation_deg, self.across_mm, abs(self.distance_pct))
        for word, limits in (("very good", VERY_GOOD), ("good", GOOD), ("nearly", NEARLY)):
            if all(error <= limit for error, limit in zip(errors, limits, strict=True)):
                return word
        return "not yet"

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.verdict in ("very good", "good")

    def sentence(self) -> str:
        """The verdict in plain words: "Very good: 0.4° and 1.2 mm off."."""
        return f"{self.verdict.capitalize()}: {self.rotation_deg:.1f}° and {self.across_mm:.1f} mm off."

    def advice(self) -> str:
        """What to do about the worst of it; "" for a pose that is good."""
        true = self.shoe
        if not self.model_is_right:
            return f"It shows another shoe model: {true.model_id}."
        if not self.side_is_right:
            return f"It is a {true.side.value} shoe. M makes the other foot of it; then fit it again (E)."
        if self.rotation_deg > _TURNED_ROUND_DEG:
            return "It points the wrong way round: Q looks for the pose anew."
        if self.is_given:
            return "This pose came with the sample: it is the true one."
        if self.is_done:
            return ""
        if abs(self.camera_pct) > 1.0:
            return f"The focal length is {self.camera_pct:+.1f} % off: take it from the photo again (Camera panel)."
        ratios = (self.rotation_deg / GOOD[0], self.across_mm / GOOD[1], abs(self.distance_pct) / GOOD[2])
        worst = int(np.argmax(ratios))
        far = "far away" if self.distance_pct > 0 else "near"
        length = true.size.length_mm
        too_long = (
            f" It is {length:.0f} mm long, not {self.length_mm:.0f}." if abs(self.length_mm - length) > 1.5 else ""
        )
        words = (
            "Turn it, or correct its outline and fit again (E): the dashed line is its true edge.",
            "Move it, or correct its outline and fit again (E): the dashed line is its true edge.",
            f"It stands too {far}.{too_long}",
        )
        return words[worst]


def true_scene(sha256: str) -> TrueScene | None:
    """The truth of the photo with these bytes, or None."""
    return _scenes().get(sha256)


def pose_check(photo: Photo, instance: Instance, models: Mapping[str, ShoeModel]) -> PoseCheck | None:
    """How far an instance's pose is off; None without a pose, or in a photo that is not the sample's."""
    scene = true_scene(photo.sha256)
    pose, model = instance.true_pose, models.get(instance.model_id or "")
    if scene is None or pose is None or model is None:
        return None
    true = true_shoe_of(photo, instance, scene)
    ours = photo.camera.project(pose.apply(_marks(model, instance.size, instance.side)))
    theirs = scene.camera.project(true.camera_from_shoe.apply(_marks(model, true.size, true.side)))
    across, distance_pct = _place_error(true.camera_from_shoe.translation_mm, pose.translation_mm)
    return PoseCheck(
        shoe=true,
        rotation_deg=rotation_angle_deg(true.camera_from_shoe, pose),
        across_mm=across,
        distance_pct=distance_pct,
        shift_px=float(np.linalg.norm(ours - theirs, axis=1).mean()),
        length_mm=(instance.size or model.size).length_mm,
        camera_pct=100.0 * (photo.camera.fx_px / scene.camera.fx_px - 1.0),
        side_is_right=instance.side is true.side or (instance.side is Side.UNKNOWN and true.side is Side.RIGHT),
        model_is_right=model.id == true.model_id,
        is_given=_is_given(instance),
    )


def true_shoe_of(photo: Photo, instance: Instance, scene: TrueScene) -> TrueShoe:
    """The shoe an instance is meant to be: the one that lies nearest to its outline, or else to its pose."""
    if not instance.region.is_empty:
        left, top, right, bottom = instance.region.bounds_px
        at = np.array([(left + right) / 2, (top + bottom) / 2])
    else:
        assert instance.pose is not None
        at = photo.camera.project(instance.pose.translation_mm)
    return min(scene.shoes, key=lambda shoe: float(np.linalg.norm(shoe.place_px - at)))


@dataclass(frozen=True, slots=True)
class SampleProgress:
    """The checks of a project's sample photos. shoes: how many there were to do, those that came posed left out."""

    checks: tuple[PoseCheck, ...]
    shoes: int

    @property
    def done(self) -> int:
        """How many are good."""
        return sum(check.is_done for check in self.checks)

    def sentence(self) -> str:
        """ "5 of 8 shoes done, median 0.6°." """
        if not self.done:
            return f"none of {self.shoes} shoes done yet."
        turned = median(check.rotation_deg for check in self.checks if check.is_done)
        return f"{self.done} of {self.shoes} shoes done, median {turned:.1f}°."


def sample_progress(photos: tuple[Photo, ...], models: Mapping[str, ShoeModel]) -> SampleProgress:
    """How far a project has come with the sample's photos; each true shoe counts once, with its best pose."""
    checks: list[PoseCheck] = []
    total = 0
    for photo in photos:
        scene = true_scene(photo.sha256)
        for shoe in scene.shoes if scene is not None else ():
            own = [one for one in photo.instances if _is_meant(photo, one, shoe, scene)]
            if any(_is_given(one) for one in own):
                continue
            total += 1
            made = [check for one in own if (check := pose_check(photo, one, models)) is not None]
            if made:
                checks.append(min(made, key=lambda check: (not check.is_done, check.rotation_deg)))
    return SampleProgress(tuple(checks), total)


def _is_meant(photo: Photo, instance: Instance, shoe: TrueShoe, scene: TrueScene | None) -> bool:
    known = instance.pose is not None or not instance.region.is_empty
    return scene is not None and known and true_shoe_of(photo, instance, scene) is shoe


def _is_given(instance: Instance) -> bool:
    """Whether its pose is the one that came with the sample."""
    return instance.pose_estimate is not None and instance.pose_estimate.provenance == SHIPPED_WITH


@cache
def _scenes() -> Mapping[str, TrueScene]:
    found = {}
    for file in sorted(TRUTH_FOLDER.glob("*.json")):
        told = json.loads(file.read_text(encoding="utf-8"))
        if "sha256" in told:
            found[told["sha256"]] = _scene_from_json(told)
    return MappingProxyType(found)


def _scene_from_json(told: Mapping[str, Any]) -> TrueScene:
    camera = Camera(**told["camera"], distortion=np.zeros(5), source=CameraSource.HAND)
    shoes = tuple(
        TrueShoe(
            one["model"],
            Side(one["side"]),
            ShoeSize(one["length_mm"], one["width_ratio"], one["height_ratio"]),
            Pose(np.array(one["rotation_wxyz"]), np.array(one["translation_mm"])),
            _region(one["outline_px"]),
            _region(one["silhouette_px"]),
        )
        for one in told["shoes"]
    )
    hiding = tuple(Hiding(one["category"], _region(one["outline_px"])) for one in told["hiding"])
    return TrueScene(told["photo"], camera, shoes, hiding)


def _region(parts: list[list[list[float]]]) -> Region:
    """Parts, each its outer ring and its holes, as x, y, x, y, …"""
    rings = [[Ring(np.array(ring, dtype=np.float64).reshape(-1, 2)) for ring in part] for part in parts]
    return Region(tuple(Part(outer, tuple(holes)) for outer, *holes in rings))


def _marks(model: ShoeModel, size: ShoeSize | None, side: Side) -> Array:
    """(N, 3) the landmarks of a shoe, mm; its middle where the model has none."""
    marks = list(model.sized_landmarks(size, side).values())
    return np.array(marks) if marks else np.zeros((1, 3))


def _place_error(true_mm: Array, found_mm: Array) -> tuple[float, float]:
    """Across the true ray in mm, and along it in per cent of the distance."""
    length = float(np.linalg.norm(true_mm))
    ray, apart = true_mm / length, found_mm - true_mm
    along = float(apart @ ray)
    return float(np.linalg.norm(apart - along * ray)), 100.0 * along / length
