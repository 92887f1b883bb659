"""Reading a project's rows: the index, one photo, its tombstones."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select

from core.labels.instance import Instance
from core.labels.photo import Photo, PhotoEntry, Status
from core.labels.project import Project
from core.storage.model_codec import category_from_json, model_from_json
from core.storage.photo_codec import Json, header_to_json, instance_from_json, photo_from_header
from core.storage.schema import category_table, instance_table, model_table, order_table, photo_table

_ENTRIES = (
    select(
        photo_table.c.id,
        photo_table.c.file,
        photo_table.c.width_px,
        photo_table.c.height_px,
        photo_table.c.status,
        photo_table.c.instance_count,
        photo_table.c.posed_count,
        photo_table.c.position,
    )
    .where(photo_table.c.deleted == 0)
    .order_by(photo_table.c.position, photo_table.c.id)
)
_COLUMNS = ("position", "file", "size_px", "status")  # of a header that are columns of a photo's row
_PHOTO = select(photo_table).where(photo_table.c.id == bindparam("photo_id"))
_ORDER = select(order_table.c.ids).where(order_table.c.photo_id == bindparam("photo_id"))
_LIVE = select(instance_table.c.id, instance_table.c.json).where(
    instance_table.c.photo_id == bindparam("photo_id"), instance_table.c.deleted == 0
)
_TOMBSTONES = select(instance_table.c.id, instance_table.c.json).where(
    instance_table.c.photo_id == bindparam("photo_id"), instance_table.c.deleted == 1
)
_TOMBSTONE_IDS = _TOMBSTONES.with_only_columns(instance_table.c.id)


def read_project(connection: Connection) -> Project:
    """The index of photos, the models and the categories."""
    statuses = {status.value: status for status in Status}
    entries = {
        photo_id: PhotoEntry(photo_id, file, (width, height), statuses[status], instances, posed, position)
        for photo_id, file, width, height, status, instances, posed, position in connection.execute(_ENTRIES)
    }
    models = [model_from_json(data) for (data,) in connection.execute(select(model_table.c.json))]
    categories = [category_from_json(data) for (data,) in connection.execute(select(category_table.c.json))]
    project = Project(MappingProxyType(entries)).with_models({model.id: model for model in models})
    return project.with_categories({category.id: category for category in categories})


def read_photo(connection: Connection, photo_id: str) -> tuple[Photo, int]:
    """A photo, whether removed or not, and its revision. Raises KeyError when there is no such row."""
    row = connection.execute(_PHOTO, {"photo_id": photo_id}).mappings().first()
    if row is None:
        raise KeyError(photo_id)
    ids = read_order(connection, photo_id)
    found = {one: instance_from_json(data) for one, data in connection.execute(_LIVE, {"photo_id": photo_id})}
    header = header_of_row(dict(row))
    return photo_from_header(photo_id, header, instances=tuple(found[one] for one in ids)), row["revision"]


def read_order(connection: Connection, photo_id: str) -> tuple[str, ...]:
    """The ids of a photo's instances, in order."""
    return tuple(msgspec.json.decode(connection.execute(_ORDER, {"photo_id": photo_id}).scalar_one()))


def read_tombstones(connection: Connection, photo_id: str, *, ids: set[str]) -> dict[str, bytes]:
    """JSON by id of those of the instances that a removal or an undo left behind."""
    buried = ids.intersection(connection.scalars(_TOMBSTONE_IDS, {"photo_id": photo_id}))
    if not buried:
        return {}
    rows = connection.execute(_TOMBSTONES, {"photo_id": photo_id})
    return {one: data.encode() for one, data in rows if one in buried}


def read_buried_instances(connection: Connection, photo_id: str, *, ids: set[str]) -> dict[str, Instance]:
    """Removed instances of a photo by id. Raises KeyError when one of them has no row."""
    found = read_tombstones(connection, photo_id, ids=ids)
    return {one: instance_from_json(found[one]) for one in ids}


def row_of_header(header: Json) -> dict[str, Any]:
    """The columns of a photo's row that come from its header."""
    width, height = header["size_px"]
    # All that has no column of its own, so that whatever a photo gets to know is kept.
    rest = {key: value for key, value in header.items() if key not in _COLUMNS}
    return {
        "position": header["position"],
        "file": header["file"],
        "width_px": width,
        "height_px": height,
        "status": header["status"],
        "json": msgspec.json.encode(rest).decode(),
    }


def header_of_row(row: Mapping[str, Any]) -> Json:
    """The header of `row_of_header`."""
    columns = {key: row[key] for key in _COLUMNS if key in row}
    return {**msgspec.json.decode(row["json"]), **columns, "size_px": [row["width_px"], row["height_px"]]}


def row_of_photo(photo: Photo) -> dict[str, Any]:
    """Every column of a photo's row but id, revision and deleted."""
    entry = PhotoEntry.of(photo)
    counts = {"instance_count": entry.instance_count, "posed_count": entry.posed_count}
    return {**row_of_header(header_to_json(photo)), **counts}
