"""Photos as labelme files: one JSON a photo, with what labelme has no word for under a key of our own."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from core.formats import outsole_key
from core.formats.bridges import bridged_ring
from core.formats.json_file import write_json
from core.formats.labelme import outline_digest, parts_of, record_of, side_flags
from core.formats.labelme_file import file_to_json
from core.formats.merging import Progress
from core.formats.report import Report, ReportLine, changed, refused, taken
from core.formats.seal import is_as_written, sealed
from core.geometry.region import Part, Region
from core.labels.instance import Instance, Visibility
from core.labels.photo import Photo
from core.labels.project import Project
from core.labels.words import counted
from core.render.region_raster import region_mask

Shape = dict[str, Any]
_EXTRAS_NONE: Mapping[str, Any] = {}


def export_labelme(
    photos: Iterable[tuple[Photo, Mapping[str, Any]]],
    project: Project,
    *,
    project_folder: Path,
    out_dir: Path,
    progress: Progress | None = None,
) -> Report:
    """Write a label file for each (photo, its extras) into `out_dir`, in the folders the photos lie in.

    A file that is there already and that somebody else wrote or changed stays, and is reported.
    """
    # The store of photos is loaded with the first export, not with the window.
    from core.storage.image_file import resolve_photo_path

    lines: list[ReportLine] = []
    total = max(len(project.entries), 1)
    used: set[str] = set()
    for index, (photo, extras) in enumerate(photos):
        if progress is not None:
            progress(index / total, photo.file)
        image_file = resolve_photo_path(project_folder, photo.file).resolve()
        name = _label_file_name(photo.file)
        if name.casefold() in used:
            name = f"{name.removesuffix('.json')}_{photo.id[:8]}.json"
            reason = f"another photo's labels have that name, so they are in {name}"
            lines.append(changed(photo.file, "", reason=reason))
        used.add(name.casefold())
        path = out_dir / name
        if path.exists() and not is_as_written(path):
            reason = (
                f"{path} was written or changed by another program, and was left as it is; import it if it is to "
                "count, move it away, and export again"
            )
            lines.append(refused(photo.file, "", reason=reason))
            continue
        lines += write_labelme(photo, path, project=project, image_file=image_file, extras=extras).lines
    return Report("Export to labelme", tuple(lines))


def write_labelme(
    photo: Photo, path: Path, *, project: Project, image_file: Path, extras: Mapping[str, Any] = _EXTRAS_NONE
) -> Report:
    """Write one label file (beside it, then moved into place); extras come from `kept_extras`."""
    lines: list[ReportLine] = []
    image_path = _relative(image_file, path, lines=lines)
    shapes = shapes_of_photo(photo, project, file=path.name, lines=lines)
    content = file_to_json(shapes, image_path, size_px=photo.size_px, extras=extras)
    write_json(path, sealed(content), indent=2)
    reason = f"{counted(len(photo.instances), 'instance')} of {photo.file}, {counted(len(shapes), 'shape')}"
    lines.append(taken(path.name, "", reason=reason))
    return Report("Export to labelme", tuple(lines))


def shapes_of_photo(photo: Photo, project: Project, *, file: str, lines: list[ReportLine]) -> list[Shape]:
    """Every instance as labelme shapes, in order; what could not be said is appended to `lines`."""
    groups = _FreeGroups(photo)
    shapes: list[Shape] = []
    for number, instance in enumerate(photo.instances, 1):
        key = f"instance {number} ({project.category(instance.category).name})"
        made = _shapes_of(instance, photo, project=project, key=key, file=file, lines=lines)
        keypoints = _keypoint_shapes(instance)
        if keypoints or len(made) > 1:
            group = next((shape["group_id"] for shape in made if shape["group_id"] is not None), None)
            group = groups.next() if group is None else group
            for shape in (*made, *keypoints):
                shape["group_id"] = group if shape["group_id"] is None else shape["group_id"]
        shapes += [*made, *keypoints]
    return shapes


class _FreeGroups:
    """Group numbers that no instance of the photo remembers."""

    def __init__(self, photo: Photo) -> None:
        records = [record_of(instance) for instance in photo.instances]
        numbers = [shape.get("group_id") for record in records if record for shape in record["shapes"]]
        self._last = max((number for number in numbers if isinstance(number, int)), default=0)

    def next(self) -> int:
        self._last += 1
        return self._last


def _shapes_of(
    instance: Instance, photo: Photo, *, project: Project, key: str, file: str, lines: list[ReportLine]
) -> list[Shape]:
    record = record_of(instance)
    label = project.category(instance.category).name
    if record is not None and record.get("outline") == outline_digest(instance.region):
        shapes = [
            shape
            for content, parts in parts_of(record, instance.region)
            for shape in _as_it_came(content, parts, photo=photo, label=label)
        ]
    elif instance.region.is_empty:
        if not instance.keypoints:
            reason = "it has no outline, and labelme knows nothing else; it is not in the file"
            lines.append(refused(file, key, reason=reason))
        return []
    else:
        shapes = _polygons(instance, record, label=label)
        types = {content["shape_type"] for content in record["shapes"]} - {"polygon"} if record else set()
        if types:
            reason = f"its outline was changed here, so it is a polygon now and no {' or '.join(sorted(types))}"
            lines.append(changed(file, key, reason=reason))
    _set_own(shapes, instance, project=project)
    _tell_holes(instance.region, shapes, key=key, file=file, lines=lines)
    return shapes


def _as_it_came(content: Mapping[str, Any], parts: tuple[Part, ...], *, photo: Photo, label: str) -> list[Shape]:
    shape: Shape = {name: value for name, value in content.items() if name != "parts"}
    shape["label"] = label
    if not parts:
        return [shape]
    if shape["shape_type"] == "mask":
        return [shape | _mask(Region(parts), photo)]
    if shape["shape_type"] == "polygon":
        shape["points"] = bridged_ring(parts[0]).points_px.tolist()
    elif shape["shape_type"] == "rectangle" and len(shape["points"]) == 4:
        # labelme refuses a whole file for a rectangle of four points.
        shape |= _two_corners(shape["points"])
    return [shape]


def _two_corners(points: list[list[float]]) -> Shape:
    corners = np.array(points)
    low, high = corners.min(axis=0), corners.max(axis=0)
    box = {(low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1])}
    if {(x, y) for x, y in corners} == box:
        return {"points": [low.tolist(), high.tolist()]}
    return {"shape_type": "oriented_rectangle"}


def _polygons(instance: Instance, record: Mapping[str, Any] | None, *, label: str) -> list[Shape]:
    remembered = list(record["shapes"]) if record else []
    shapes = []
    for index, part in enumerate(instance.region.parts):
        shape: Shape = dict(remembered[min(index, len(remembered) - 1)]) if remembered else {}
        shape.pop("parts", None)
        own = {"label": label, "points": bridged_ring(part).points_px.tolist(), "shape_type": "polygon", "mask": None}
        defaults: Shape = {"group_id": None, "description": "", "flags": {}}
        shapes.append(defaults | shape | own)
    return shapes


def _mask(region: Region, photo: Photo) -> Shape:
    # PIL is loaded with the first mask, not with the window.
    from PIL import Image

    left, top, right, bottom = region.bounds_px
    x0, y0 = max(int(np.floor(left)), 0), max(int(np.floor(top)), 0)
    x1, y1 = min(int(np.ceil(right)), photo.size_px[0]), min(int(np.ceil(bottom)), photo.size_px[1])
    pixels = region_mask(region.moved((-x0, -y0)), x1 - x0, y1 - y0)
    buffer = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(buffer, "PNG")
    return {"points": [[x0, y0], [x1 - 1, y1 - 1]], "mask": base64.b64encode(buffer.getvalue()).decode("ascii")}


def _set_own(shapes: list[Shape], instance: Instance, *, project: Project) -> None:
    for shape in shapes:
        others = {name: on for name, on in shape["flags"].items() if name not in ("left", "right")}
        kept_false = {name: False for name in ("left", "right") if shape["flags"].get(name) is False}
        shape["flags"] = others | kept_false | side_flags(instance.side)
        shape.pop("locked", None)
        if "locked" in instance.flags:
            shape["locked"] = True
    if shapes and (instance.pose_estimate or instance.model_id or instance.size):
        shapes[0][outsole_key.KEY] = outsole_key.instance_to_json(instance, project)


def _tell_holes(region: Region, shapes: list[Shape], *, key: str, file: str, lines: list[ReportLine]) -> None:
    holes = sum(len(part.holes) for part in region.parts)
    if holes and any(shape["shape_type"] == "polygon" for shape in shapes):
        reason = f"labelme polygons have no holes: {holes} joined to the outline by a bridge of no width"
        lines.append(changed(file, key, reason=reason))


def _keypoint_shapes(instance: Instance) -> list[Shape]:
    return [
        {
            "label": keypoint.name,
            "points": [list(keypoint.at_px)],
            "group_id": None,
            "description": "",
            "shape_type": "point",
            "flags": {"hidden": True} if keypoint.visibility is Visibility.HIDDEN else {},
            "mask": None,
        }
        for keypoint in instance.keypoints
        if keypoint.visibility is not Visibility.ABSENT
    ]


def _relative(image_file: Path, label_file: Path, *, lines: list[ReportLine]) -> str:
    try:
        return Path(os.path.relpath(image_file, label_file.resolve().parent)).as_posix()
    except ValueError:
        # Two drives of a Windows machine have no path between them.
        reason = "the picture is on another drive, so imagePath is absolute"
        lines.append(changed(label_file.name, "imagePath", reason=reason))
        return image_file.as_posix()


def _label_file_name(photo_file: str) -> str:
    """The photo's own place below the project, .json; what lies elsewhere goes by its name alone."""
    path = PurePosixPath(photo_file.replace("\\", "/"))
    inside = not path.is_absolute() and ".." not in path.parts and ":" not in path.parts[0]
    return str((path if inside else PurePosixPath(path.name)).with_suffix(".json"))
