"""labelme files into instances, and photos into labelme files, without losing what either does not know.

Shapes with an area become regions; the others are kept on an instance without a region and written back unchanged.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.document.document import Document
from core.document.store import Store
from core.formats import outsole_key
from core.formats.bridges import unbridged_part
from core.formats.json_file import FormatError
from core.formats.labelme_file import SHAPE_TYPES, LabelmeFile, LabelmeShape, photo_extras, read_labelme, shape_to_json
from core.formats.merging import ImportOutcome, LabelledPhoto, Progress, merge_into_project
from core.formats.report import ReportLine, changed, refused
from core.geometry.region import EMPTY_REGION, Part, Region
from core.geometry.tracing import region_from_mask
from core.labels.instance import Instance, Keypoint, Provenance, Side, Source, Visibility, new_id
from core.labels.project import Project
from core.labels.shoe_model import LANDMARK_NAMES

Array = NDArray[np.float64]

RECORD = "labelme"  # the key of Instance.attributes under which shapes are remembered
CIRCLE_TOLERANCE_PX = 0.1
BY_IMPORT = Provenance(Source.IMPORT, "labelme")
_AREAL = ("polygon", "rectangle", "oriented_rectangle", "circle", "mask")
_GROUPED_POINT = "point"


def import_labelme(
    paths: Sequence[Path], document: Document, *, project_folder: Path, progress: Progress | None = None
) -> ImportOutcome:
    """Read label files, or every *.json below folders, into one edit that waits to be committed.

    Files that are no labelme files, and photos that cannot be read, are refused in the report; nothing raises for them.
    """
    lines: list[ReportLine] = []
    files = label_files(paths)
    if not files:
        lines.append(refused(", ".join(map(str, paths)), "", reason="there is no .json file in it"))

    def labelled() -> Iterator[LabelledPhoto]:
        for index, path in enumerate(files):
            if progress is not None:
                progress(index / len(files), path.name)
            try:
                file = read_labelme(path)
            except FormatError as error:
                lines.append(refused(path.name, "", reason=str(error)))
                continue
            yield labelled_photo(file, document.project, lines=lines)

    title = "Import labels of labelme"
    return merge_into_project(labelled(), document, project_folder=project_folder, title=title, lines=lines)


def label_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The files themselves, and every *.json below the folders, in order."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.json")) if path.is_dir() else [path]
    return tuple(dict.fromkeys(found))


def labelled_photo(file: LabelmeFile, project: Project, *, lines: list[ReportLine]) -> LabelledPhoto:
    """What one label file says of its picture; what was changed or refused on the way is appended to `lines`."""
    lines += file.problems
    instances = tuple(_instances(file, project, lines=lines))
    where = "imageData holds a copy: save it as a file of that name" if file.has_image_data else "check imagePath"
    return LabelledPhoto(
        image_file=file.image_file,
        listed_in=file.path.name,
        instances=instances,
        size_px=file.size_px,
        extras=MappingProxyType(photo_extras(file)),
        missing_reason=f"the picture is not there ({where})",
    )


def outline_digest(region: Region) -> str:
    """A short name of a region's exact coordinates: tells whether an outline is still the imported one."""
    digest = hashlib.sha256()
    for ring in region.rings:
        digest.update(ring.points_px.tobytes() + b"|")
    return digest.hexdigest()[:16]


def _instances(file: LabelmeFile, project: Project, *, lines: list[ReportLine]) -> Iterator[tuple[str, Instance]]:
    groups: dict[object, list[LabelmeShape]] = {}
    for shape in file.shapes:
        # labelme's instance is (label, group_id); a shape without a group is an instance of its own.
        group = shape.key if shape.group_id is None else (shape.label, shape.group_id)
        groups.setdefault(group, []).append(shape)
    keypoints = _take_keypoints(groups)
    for shapes in groups.values():
        regions = [_region_of(shape, file.path.name, lines=lines) for shape in shapes]
        region = Region(tuple(part for each in regions for part in each.parts))
        points = keypoints.get(shapes[0].group_id, ()) if not region.is_empty else ()
        instance = Instance(
            new_id(),
            shapes[0].label,
            side=_side_of(shapes[0]),
            region=region,
            keypoints=tuple(points),
            attributes=_record(shapes, regions, region=region),
            flags=frozenset({"locked"} if any(shape.locked for shape in shapes) else ()),
            provenance=BY_IMPORT,
        )
        key = shapes[0].key
        yield key, _with_own_key(instance, shapes[0], project=project, file=file.path.name, lines=lines)


def _take_keypoints(groups: dict[object, list[LabelmeShape]]) -> dict[object, list[Keypoint]]:
    """Points named as landmarks, taken out of `groups`, by the group of the one instance they belong to."""
    owners: dict[object, int] = {}
    for shapes in groups.values():
        if shapes[0].group_id is not None and any(shape.shape_type in _AREAL for shape in shapes):
            owners[shapes[0].group_id] = owners.get(shapes[0].group_id, 0) + 1
    keypoints: dict[object, list[Keypoint]] = {}
    for key, shapes in list(groups.items()):
        first = shapes[0]
        named = first.label in LANDMARK_NAMES and first.shape_type == _GROUPED_POINT and len(first.points_px) == 1
        if named and len(shapes) == 1 and owners.get(first.group_id) == 1 and not first.extra:
            x, y = first.points_px[0]
            visibility = Visibility.HIDDEN if first.flags.get("hidden") else Visibility.VISIBLE
            keypoints.setdefault(first.group_id, []).append(Keypoint(first.label, (float(x), float(y)), visibility))
            del groups[key]
    return keypoints


def _region_of(shape: LabelmeShape, file: str, *, lines: list[ReportLine]) -> Region:
    if shape.shape_type not in _AREAL:
        known = "has no area" if shape.shape_type in SHAPE_TYPES else "is not known here"
        reason = f"a {shape.shape_type} {known}; it is kept without an outline and written back unchanged"
        lines.append(changed(file, shape.key, reason=reason))
        return EMPTY_REGION
    try:
        region = _areal_region(shape)
    except (ValueError, OSError) as error:
        reason = f"the {shape.shape_type} cannot be an outline ({error}); it is kept and written back unchanged"
        lines.append(changed(file, shape.key, reason=reason))
        return EMPTY_REGION
    if shape.shape_type == "circle":
        reason = f"the circle became a polygon of {len(region.parts[0].outer)} corners, {CIRCLE_TOLERANCE_PX} px exact"
        lines.append(changed(file, shape.key, reason=reason))
    return region


def _areal_region(shape: LabelmeShape) -> Region:
    points = shape.points_px
    if shape.shape_type == "mask":
        return _mask_region(shape)
    if shape.shape_type == "circle":
        if len(points) != 2:
            raise ValueError(f"a circle has 2 points, not {len(points)}")
        return Region.from_points(_circle(points[0], float(np.linalg.norm(points[1] - points[0]))))
    if shape.shape_type == "rectangle" and len(points) == 2:
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        return Region.from_box(x0, y0, x1_px=x1, y1_px=y1)
    if shape.shape_type != "polygon" and len(points) != 4:
        raise ValueError(f"a {shape.shape_type} has 4 points, not {len(points)}")
    return Region((unbridged_part(points),))


def _circle(centre: Array, radius_px: float) -> Array:
    if radius_px <= 0:
        raise ValueError("its radius is 0")
    # A corner of an n-gon of the circle's own area stands out by about half the sagitta r(1 - cos(pi/n)).
    corners = max(12, int(np.ceil(np.pi / np.arccos(max(1 - CIRCLE_TOLERANCE_PX / radius_px, 0.0)))))
    angles = 2 * np.pi * np.arange(corners) / corners
    same_area = radius_px * np.sqrt(2 * np.pi / corners / np.sin(2 * np.pi / corners))
    return np.asarray(centre + same_area * np.stack([np.cos(angles), np.sin(angles)], axis=1))


def _mask_region(shape: LabelmeShape) -> Region:
    # PIL is loaded with the first mask, not with the window.
    from PIL import Image

    if shape.mask_png is None or len(shape.points_px) != 2:
        raise ValueError("a mask needs two points and a picture")
    with Image.open(io.BytesIO(base64.b64decode(shape.mask_png))) as picture:
        mask = np.asarray(picture.convert("L") if picture.mode not in ("1", "L", "I", "P") else picture) != 0
    region = region_from_mask(mask)
    if region.is_empty:
        raise ValueError("its mask is empty")
    return region.moved(np.round(shape.points_px.min(axis=0)))


def _record(shapes: list[LabelmeShape], regions: list[Region], *, region: Region) -> Mapping[str, Any]:
    """What the instance must remember to be written back as it came; nothing for a plain polygon."""
    first = shapes[0]
    kept = {key: value for key, value in first.extra.items() if key != outsole_key.KEY}
    plain = first.shape_type == "polygon" and not region.is_empty and not (kept or first.description)
    flags_are_side = dict(first.flags) == side_flags(_side_of(first))
    if len(shapes) == 1 and plain and first.group_id is None and flags_are_side:
        return MappingProxyType({})
    remembered = []
    for shape, part_region in zip(shapes, regions, strict=True):
        content = shape_to_json(shape)
        content.pop(outsole_key.KEY, None)
        content["parts"] = len(part_region.parts)
        # Outlines live in the region; only what cannot be told from it is kept beside it.
        if part_region.parts and shape.shape_type in ("polygon", "mask"):
            content["points"], content["mask"] = [], None
        remembered.append(content)
    return MappingProxyType({RECORD: {"outline": outline_digest(region), "shapes": remembered}})


def _side_of(shape: LabelmeShape) -> Side:
    sides = [side for side in (Side.LEFT, Side.RIGHT) if shape.flags.get(side.value)]
    return sides[0] if len(sides) == 1 else Side.UNKNOWN


def _with_own_key(
    instance: Instance, shape: LabelmeShape, *, project: Project, file: str, lines: list[ReportLine]
) -> Instance:
    content = shape.extra.get(outsole_key.KEY)
    if not isinstance(content, dict):
        return instance
    key = f"{shape.key}.{outsole_key.KEY}"
    try:
        restored, sentence = outsole_key.instance_with_json(instance, content, project=project)
    except (ValueError, TypeError, KeyError) as error:
        reason = f"pose and size cannot be read ({error!r}); the outline was taken alone"
        lines.append(refused(file, key, reason=reason))
        return instance
    if sentence:
        lines.append(changed(file, key, reason=sentence))
    return restored


def parts_of(record: Mapping[str, Any], region: Region) -> Iterator[tuple[dict[str, Any], tuple[Part, ...]]]:
    """The remembered shapes, each with the parts of the unchanged region that came from it."""
    start = 0
    for content in record["shapes"]:
        count = int(content["parts"])
        yield content, region.parts[start : start + count]
        start += count


def record_of(instance: Instance) -> Mapping[str, Any] | None:
    """What the instance remembers of its shapes, or None."""
    record = instance.attributes.get(RECORD)
    return record if isinstance(record, Mapping) and isinstance(record.get("shapes"), list) else None


def side_flags(side: Side) -> dict[str, bool]:
    """The side as labelme flags: {"left": true}, {"right": true} or {}."""
    return {} if side is Side.UNKNOWN else {side.value: True}


def keep_extras(outcome: ImportOutcome, store: Store) -> None:
    """Remember what belongs to the photos and has no place in them, among the project's settings."""
    for photo_id, extras in outcome.photo_extras.items():
        store.set_setting(f"{RECORD}/{photo_id}", json.dumps(dict(extras), ensure_ascii=False))


def kept_extras(photo_id: str, store: Store) -> dict[str, Any]:
    """What `keep_extras` remembered of a photo; {} when nothing."""
    return dict(json.loads(store.setting(f"{RECORD}/{photo_id}") or "{}"))
