"""The "outsole" object that exports put beside each instance, so that pose, size and side come back from any of them.

Rotations are unit quaternions w, x, y, z; translations and lengths in mm; covariances (omega rad, v mm), row-major.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from core.geometry.camera import CameraSource
from core.geometry.pose import Pose
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
from core.labels.project import Project

KEY = "outsole"


def instance_to_json(instance: Instance, project: Project) -> dict[str, Any]:
    """What other formats have no word for: model, size, pose, covariance, own attributes and flags."""
    content: dict[str, Any] = {"instance": instance.id, "category": project.category(instance.category).name}
    if instance.side is not Side.UNKNOWN:
        content["side"] = instance.side.value
    model = project.models.get(instance.model_id or "")
    if instance.model_id is not None:
        content["model"] = {"id": instance.model_id}
        if model is not None:
            content["model"] |= {"name": model.name, "mesh_sha256": model.mesh_sha256}
    if instance.size is not None:
        content["size"] = size_to_json(instance.size)
    if instance.pose_estimate is not None:
        content["pose"] = pose_estimate_to_json(instance.pose_estimate)
    if instance.keypoints:
        content["clicks"] = [keypoint_to_json(keypoint) for keypoint in instance.keypoints]
    return content


def instance_with_json(instance: Instance, content: Mapping[str, Any], *, project: Project) -> tuple[Instance, str]:
    """The instance with what `instance_to_json` wrote, and a sentence about what was left out ("" for nothing).

    Raises ValueError, TypeError or KeyError when the object is damaged.
    """
    instance = replace(instance, side=Side(content.get("side", instance.side)))
    sentence = ""
    if "model" in content:
        model_id = _known_model(content["model"], project)
        if model_id is None:
            name = content["model"].get("name", content["model"].get("id"))
            sentence = f"the shoe model {name!r} is not in this project; add it with its landmarks and choose it again"
        instance = replace(instance, model_id=model_id)
    if "size" in content:
        instance = replace(instance, size=size_from_json(content["size"]))
    if "pose" in content:
        instance = replace(instance, pose_estimate=pose_estimate_from_json(content["pose"]))
    if "clicks" in content:
        instance = replace(instance, keypoints=tuple(keypoint_from_json(click) for click in content["clicks"]))
    return instance, sentence


def keypoint_to_json(keypoint: Keypoint) -> dict[str, Any]:
    """A clicked keypoint as {"name", "at_px": [2], "visibility", "sigma_px"}; px of the photo, corner origin."""
    at_px = [float(value) for value in keypoint.at_px]
    return {
        "name": keypoint.name,
        "at_px": at_px,
        "visibility": keypoint.visibility.value,
        "sigma_px": keypoint.sigma_px,
    }


def keypoint_from_json(content: Mapping[str, Any]) -> Keypoint:
    """The keypoint of `keypoint_to_json`."""
    x, y = content["at_px"]
    visibility = Visibility(content.get("visibility", Visibility.VISIBLE))
    return Keypoint(str(content["name"]), (float(x), float(y)), visibility, float(content.get("sigma_px", 2.0)))


def size_to_json(size: ShoeSize) -> dict[str, float]:
    """A size as {"length_mm", "width_ratio", "height_ratio"}."""
    return {"length_mm": size.length_mm, "width_ratio": size.width_ratio, "height_ratio": size.height_ratio}


def size_from_json(content: Mapping[str, Any]) -> ShoeSize:
    """The size of `size_to_json`."""
    return ShoeSize(**{key: float(value) for key, value in content.items()})


def pose_to_json(pose: Pose) -> dict[str, Any]:
    """camera_from_shoe as {"rotation_wxyz": [4], "translation_mm": [3]}."""
    return {"rotation_wxyz": pose.rotation_wxyz.tolist(), "translation_mm": pose.translation_mm.tolist()}


def pose_from_json(content: Mapping[str, Any]) -> Pose:
    """The pose of `pose_to_json`."""
    return Pose(np.array(content["rotation_wxyz"], dtype=float), np.array(content["translation_mm"], dtype=float))


def pose_estimate_to_json(estimate: PoseEstimate) -> dict[str, Any]:
    """A pose with all that is known about it; what is not known is left out."""
    content = pose_to_json(estimate.pose)
    content["camera_source"] = estimate.camera_source.value
    if estimate.covariance is not None:
        content["covariance"] = estimate.covariance.tolist()
    if estimate.iou is not None:
        content["iou"] = estimate.iou
    if estimate.contour_px is not None:
        content["contour_px"] = estimate.contour_px
    if estimate.alternatives:
        content["alternatives"] = [pose_to_json(pose) for pose in estimate.alternatives]
    made = estimate.provenance
    content["provenance"] = {"source": made.source.value, "version": made.version, "residuals": dict(made.residuals)}
    return content


def pose_estimate_from_json(content: Mapping[str, Any]) -> PoseEstimate:
    """The estimate of `pose_estimate_to_json`."""
    covariance = content.get("covariance")
    made = content.get("provenance", {"source": Source.IMPORT.value})
    return PoseEstimate(
        pose_from_json(content),
        None if covariance is None else np.array(covariance, dtype=float),
        content.get("iou"),
        content.get("contour_px"),
        CameraSource(content.get("camera_source", CameraSource.GUESS)),
        tuple(pose_from_json(pose) for pose in content.get("alternatives", ())),
        Provenance(Source(made["source"]), made.get("version", ""), MappingProxyType(dict(made.get("residuals", {})))),
    )


def _known_model(content: Mapping[str, Any], project: Project) -> str | None:
    if content.get("id") in project.models:
        return str(content["id"])
    sha256 = content.get("mesh_sha256")
    return next((model.id for model in project.models.values() if sha256 and model.mesh_sha256 == sha256), None)
