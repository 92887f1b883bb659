"""Photos, cameras and instances as JSON, exact to the last bit of every coordinate.

Numbers that JSON does not know (nan, inf) are written as the words "nan", "inf" and "-inf". Keys of an instance that
this program does not know are kept in its attributes under "_unknown" and written back where they were.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec
import numpy as np

from core.geometry.camera import Camera, CameraSource
from core.geometry.pose import Pose
from core.geometry.region import EMPTY_REGION, Part, Region, Ring
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

UNKNOWN = "_unknown"
_NUMBER = "_number"
_INSTANCE_KEYS = frozenset(Instance.__dataclass_fields__)

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode

Json = dict[str, Any]


def instance_to_json(instance: Instance) -> bytes:
    """An instance as UTF-8 JSON. Raises TypeError when an attribute is no JSON value."""
    attributes = dict(instance.attributes)
    unknown = attributes.get(UNKNOWN)
    # Only what could have come from a later program's file goes back to the top; anything else is a plain attribute.
    if isinstance(unknown, Mapping) and unknown and not _INSTANCE_KEYS & unknown.keys():
        del attributes[UNKNOWN]
    else:
        unknown = {}
    estimate, size = instance.pose_estimate, instance.size
    return _encode(
        {
            "id": instance.id,
            "category": instance.category,
            "side": instance.side.value,
            "region": [[ring.points_px.tolist() for ring in part.rings] for part in instance.region.parts],
            "keypoints": [_keypoint_to_json(keypoint) for keypoint in instance.keypoints],
            "model_id": instance.model_id,
            "size": size and [float(size.length_mm), float(size.width_ratio), float(size.height_ratio)],
            "pose_estimate": None if estimate is None else _estimate_to_json(estimate),
            "attributes": _plain(attributes),
            "flags": sorted(instance.flags),
            "provenance": _provenance_to_json(instance.provenance),
            **_plain(unknown),
        }
    )


def instance_from_json(data: bytes | str) -> Instance:
    """The instance of `instance_to_json`. Raises ValueError or KeyError when the JSON is something else."""
    values: Json = _decode(data)
    attributes = _unplain(values["attributes"])
    unknown = {key: _unplain(value) for key, value in values.items() if key not in _INSTANCE_KEYS}
    if unknown:
        attributes[UNKNOWN] = unknown
    size, estimate, region = values["size"], values["pose_estimate"], values["region"]
    return Instance(
        id=values["id"],
        category=values["category"],
        side=Side(values["side"]),
        region=Region(tuple(_part_from_json(part) for part in region)) if region else EMPTY_REGION,
        keypoints=tuple(_keypoint_from_json(keypoint) for keypoint in values["keypoints"]),
        model_id=values["model_id"],
        size=None if size is None else ShoeSize(*(float(value) for value in size)),
        pose_estimate=None if estimate is None else _estimate_from_json(estimate),
        attributes=MappingProxyType(attributes),
        flags=frozenset(values["flags"]),
        provenance=_provenance_from_json(values["provenance"]),
    )


def header_to_json(photo: Photo) -> Json:
    """Everything of a photo but its instances, as a JSON object."""
    review = {"review": [photo.review.by, photo.review.at, photo.review.reason]} if photo.review else {}
    return {
        "file": photo.file,
        "size_px": list(photo.size_px),
        "camera": camera_to_json(photo.camera),
        "sha256": photo.sha256,
        "orientation": photo.orientation,
        "status": photo.status.value,
        "notes": photo.notes,
        "position": photo.position,
        **review,
    }


def photo_from_header(photo_id: str, header: Json, *, instances: tuple[Instance, ...]) -> Photo:
    """The photo of `header_to_json`, with its instances."""
    width, height = header["size_px"]
    return Photo(
        id=photo_id,
        file=header["file"],
        size_px=(width, height),
        camera=camera_from_json(header["camera"]),
        sha256=header["sha256"],
        orientation=header["orientation"],
        instances=instances,
        status=Status(header["status"]),
        notes=header["notes"],
        position=header["position"],
        review=Review(*(str(word) for word in header["review"])) if header.get("review") else None,
    )


def camera_to_json(camera: Camera) -> Json:
    """A camera as a JSON object; lengths in px, corner origin."""
    named = {"source_name": camera.source_name} if camera.source_name else {}
    return {
        "fx_px": float(camera.fx_px),
        "fy_px": float(camera.fy_px),
        "cx_px": float(camera.cx_px),
        "cy_px": float(camera.cy_px),
        "width_px": int(camera.width_px),
        "height_px": int(camera.height_px),
        "distortion": camera.distortion.tolist(),
        "source": camera.source.value,
        **named,
    }


def camera_from_json(values: Json) -> Camera:
    """The camera of `camera_to_json`."""
    fx, fy, cx, cy = (float(values[key]) for key in ("fx_px", "fy_px", "cx_px", "cy_px"))
    size = int(values["width_px"]), int(values["height_px"])
    distortion = np.array(values["distortion"], dtype=np.float64)
    source, name = CameraSource(values["source"]), str(values.get("source_name", ""))
    return Camera(fx, fy, cx, cy, *size, distortion=distortion, source=source, source_name=name)


def _part_from_json(rings: list[list[list[float]]]) -> Part:
    outer, *holes = (Ring(np.array(points, dtype=np.float64)) for points in rings)
    return Part(outer, tuple(holes))


def _keypoint_to_json(keypoint: Keypoint) -> Json:
    return {
        "name": keypoint.name,
        "at_px": [_json_number(value) for value in keypoint.at_px],
        "visibility": keypoint.visibility.value,
        "sigma_px": _json_number(keypoint.sigma_px),
    }


def _keypoint_from_json(values: Json) -> Keypoint:
    x_px, y_px = (_number(value) for value in values["at_px"])
    return Keypoint(values["name"], (x_px, y_px), Visibility(values["visibility"]), _number(values["sigma_px"]))


def _pose_to_json(pose: Pose) -> Json:
    return {"rotation_wxyz": pose.rotation_wxyz.tolist(), "translation_mm": pose.translation_mm.tolist()}


def _pose_from_json(values: Json) -> Pose:
    return Pose(np.array(values["rotation_wxyz"]), np.array(values["translation_mm"], dtype=np.float64))


def _estimate_to_json(estimate: PoseEstimate) -> Json:
    covariance = estimate.covariance
    return {
        "pose": _pose_to_json(estimate.pose),
        "covariance": None if covariance is None else [_json_number(value) for value in covariance.ravel().tolist()],
        "iou": _json_number(estimate.iou),
        "contour_px": _json_number(estimate.contour_px),
        "camera_source": estimate.camera_source.value,
        "alternatives": [_pose_to_json(pose) for pose in estimate.alternatives],
        "provenance": _provenance_to_json(estimate.provenance),
    }


def _estimate_from_json(values: Json) -> PoseEstimate:
    covariance, iou, contour = values["covariance"], values["iou"], values["contour_px"]
    return PoseEstimate(
        pose=_pose_from_json(values["pose"]),
        covariance=None if covariance is None else np.array([_number(value) for value in covariance]),
        iou=None if iou is None else _number(iou),
        contour_px=None if contour is None else _number(contour),
        camera_source=CameraSource(values["camera_source"]),
        alternatives=tuple(_pose_from_json(pose) for pose in values["alternatives"]),
        provenance=_provenance_from_json(values["provenance"]),
    )


def _provenance_to_json(provenance: Provenance) -> Json:
    residuals = {name: _json_number(value) for name, value in provenance.residuals.items()}
    return {"source": provenance.source.value, "version": provenance.version, "residuals": residuals}


def _provenance_from_json(values: Json) -> Provenance:
    residuals = {name: _number(value) for name, value in values["residuals"].items()}
    return Provenance(Source(values["source"]), values["version"], MappingProxyType(residuals))


def _json_number(value: float | None) -> float | str | None:
    if value is None:
        return None
    value = float(value)  # a numpy number is no JSON number
    return value if math.isfinite(value) else str(value)


def _number(value: float | str) -> float:
    return float(value)


def _plain(value: Any) -> Any:
    """A value of an annotator's or another tool's attributes as JSON keeps it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(member) for member in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return {_NUMBER: str(value)}
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    raise TypeError(f"an attribute holds {value!r}, which is no text, number, list or table and cannot be stored")


def _unplain(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {_NUMBER} and value[_NUMBER] in ("nan", "inf", "-inf"):
            return float(value[_NUMBER])
        return {key: _unplain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_unplain(member) for member in value]
    return value
