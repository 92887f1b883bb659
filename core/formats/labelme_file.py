"""labelme's JSON as values: its shapes, flags and picture, with every key it does not know kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.formats.json_file import FormatError, read_json_members
from core.formats.report import ReportLine, changed, refused
from core.formats.seal import SEAL

Array = NDArray[np.float64]

VERSION = "7.9.1"
SHAPE_TYPES = (
    "polygon",
    "rectangle",
    "oriented_rectangle",
    "circle",
    "mask",
    "point",
    "line",
    "linestrip",
    "points",
)
# Points are most of a file: they are decoded a shape at a time, straight into an array.
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_POINTS = msgspec.json.Decoder(list[tuple[float, float]])
_FILE_KEYS = frozenset({"version", "flags", "shapes", "imagePath", "imageData", "imageHeight", "imageWidth", SEAL})
_SHAPE_KEYS = frozenset({"label", "points", "group_id", "description", "shape_type", "flags", "mask", "locked"})


@dataclass(frozen=True, slots=True)
class LabelmeShape:
    """One shape: points_px (N, 2), corner-origin px of the oriented photo; key is its place in the file.

    mask_png is base64 text; extra holds the keys that labelme itself does not know.
    """

    key: str
    label: str
    shape_type: str
    points_px: Array
    group_id: int | str | None
    description: str
    flags: Mapping[str, bool]
    mask_png: str | None
    locked: bool
    extra: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LabelmeFile:
    """One label file. image_path has forward slashes; size_px (width, height) as the file says, or None.

    problems: what could not be read of it, a line each.
    """

    path: Path
    version: str
    flags: Mapping[str, bool]
    shapes: tuple[LabelmeShape, ...]
    image_path: str
    has_image_data: bool
    size_px: tuple[int, int] | None
    extra: Mapping[str, Any]
    problems: tuple[ReportLine, ...] = ()

    @property
    def image_file(self) -> Path:
        """The picture: where the file says, or beside the file under the same name when that is not there."""
        stated = self.path.parent / self.image_path
        if stated.is_file():
            return stated
        beside = self.path.parent / Path(self.image_path).name
        return beside if beside.is_file() else stated


def read_labelme(path: Path) -> LabelmeFile:
    """Read one label file; raises FormatError when it is none. Shapes that make no sense become `problems`."""
    members = read_json_members(path)
    has_image_data = bytes(members.pop("imageData", msgspec.Raw(b"null"))).startswith(b'"')
    shapes = _shape_members(members.pop("shapes", msgspec.Raw(b"null")))
    content = {key: _plain(member) for key, member in members.items()}
    image_path = content.get("imagePath")
    if shapes is None or not isinstance(image_path, str) or not image_path:
        missing = "shapes" if shapes is None else "imagePath"
        raise FormatError(f"{path} is no labelme file: it has no usable {missing}.")
    problems: list[ReportLine] = []
    read = [
        _shape(member, f"shapes[{index}]", file=path.name, problems=problems) for index, member in enumerate(shapes)
    ]
    return LabelmeFile(
        path=path,
        version=str(content.get("version", "")),
        flags=_flags(content.get("flags"), "flags", file=path.name, problems=problems),
        shapes=tuple(shape for shape in read if shape is not None),
        image_path=PureWindowsPath(image_path).as_posix(),
        has_image_data=has_image_data,
        size_px=_size(content, path.name, problems=problems),
        extra={key: value for key, value in content.items() if key not in _FILE_KEYS},
        problems=tuple(problems),
    )


def shape_to_json(shape: LabelmeShape) -> dict[str, Any]:
    """The shape as labelme 7 writes it."""
    content: dict[str, Any] = dict(shape.extra)
    content |= {
        "label": shape.label,
        "points": shape.points_px.tolist(),
        "group_id": shape.group_id,
        "description": shape.description,
        "shape_type": shape.shape_type,
        "flags": dict(shape.flags),
        "mask": shape.mask_png,
    }
    if shape.locked:
        content["locked"] = True
    return content


def file_to_json(
    shapes: list[dict[str, Any]], image_path: str, *, size_px: tuple[int, int], extras: Mapping[str, Any]
) -> dict[str, Any]:
    """A label file; extras is {"flags": …, "extra": …, "version": …} as `photo_extras` gave it."""
    width, height = size_px
    content = {
        "version": extras.get("version") or VERSION,
        "flags": dict(extras.get("flags", {})),
        "shapes": shapes,
        "imagePath": image_path,
        "imageData": None,
        "imageHeight": height,
        "imageWidth": width,
    }
    return content | {key: value for key, value in extras.get("extra", {}).items() if key not in content}


def photo_extras(file: LabelmeFile) -> dict[str, Any]:
    """What belongs to the photo and has no place in it: flags, keys nobody knows, the version; {} when nothing."""
    extras: dict[str, Any] = {"flags": dict(file.flags), "extra": dict(file.extra)}
    if not file.flags and not file.extra:
        return {}
    return extras | {"version": file.version}


def _shape_members(member: msgspec.Raw) -> list[msgspec.Raw] | None:
    try:
        return msgspec.json.decode(member, type=list[msgspec.Raw])
    except msgspec.ValidationError:
        return None


def _plain(member: msgspec.Raw) -> Any:
    return msgspec.json.decode(member)


def _shape(member: msgspec.Raw, key: str, *, file: str, problems: list[ReportLine]) -> LabelmeShape | None:
    try:
        members = _MEMBERS.decode(member)
    except msgspec.ValidationError:
        problems.append(refused(file, key, reason="it is no object"))
        return None
    points = _points(members.pop("points", None))
    entry = {name: _plain(value) for name, value in members.items()}
    label = entry.get("label")
    if not isinstance(label, str) or not label:
        problems.append(refused(file, f"{key}.label", reason="it has no label"))
        return None
    if points is None:
        reason = "points are not a list of finite [x, y]; the shape was left out"
        problems.append(refused(file, f"{key}.points", reason=reason))
        return None
    group_id = entry.get("group_id")
    if group_id is not None and (isinstance(group_id, bool) or not isinstance(group_id, int | str)):
        reason = f"{group_id!r} is no number; the shape stands alone"
        problems.append(changed(file, f"{key}.group_id", reason=reason))
        group_id = None
    mask = entry.get("mask")
    return LabelmeShape(
        key=key,
        label=label,
        shape_type=str(entry.get("shape_type") or "polygon"),
        points_px=points,
        group_id=group_id,
        description=str(entry.get("description") or ""),
        flags=_flags(entry.get("flags"), f"{key}.flags", file=file, problems=problems),
        mask_png=mask if isinstance(mask, str) else None,
        locked=entry.get("locked") is True,
        extra={name: value for name, value in entry.items() if name not in _SHAPE_KEYS},
    )


def _points(member: msgspec.Raw | None) -> Array | None:
    if member is None:
        return None
    try:
        points = np.array(_POINTS.decode(member), dtype=np.float64)
    except msgspec.DecodeError:
        return None
    return points if len(points) and np.isfinite(points).all() else None


def _flags(entry: Any, key: str, *, file: str, problems: list[ReportLine]) -> Mapping[str, bool]:
    if not entry:
        return {}
    if not isinstance(entry, dict):
        problems.append(refused(file, key, reason="flags are no object of true and false"))
        return {}
    odd = [name for name, value in entry.items() if not isinstance(value, bool)]
    if odd:
        problems.append(refused(file, f"{key}.{odd[0]}", reason="a flag must be true or false"))
    return {name: value for name, value in entry.items() if isinstance(value, bool)}


def _size(content: Mapping[str, Any], file: str, *, problems: list[ReportLine]) -> tuple[int, int] | None:
    width, height = content.get("imageWidth"), content.get("imageHeight")
    if width is None and height is None:
        return None
    if isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0:
        return width, height
    problems.append(changed(file, "imageWidth", reason="the picture's size is no pair of whole numbers; not checked"))
    return None
