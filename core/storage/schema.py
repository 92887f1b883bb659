"""The tables of a project file.

Rows of photos and instances are never deleted: those an edit removed stay behind as tombstones, for undo.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table, Text, text

SCHEMA_VERSION = 1

metadata = MetaData()

# One row: the version of everything below.
schema_table = Table("schema", metadata, Column("version", Integer, nullable=False))

photo_table = Table(
    "photo",
    metadata,
    Column("id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("file", Text, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("instance_count", Integer, nullable=False),
    Column("posed_count", Integer, nullable=False),
    Column("deleted", Integer, nullable=False, server_default=text("0")),
    Column("json", Text, nullable=False),
)

instance_table = Table(
    "instance",
    metadata,
    Column("photo_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("deleted", Integer, nullable=False, server_default=text("0")),
    Column("json", Text, nullable=False),
)

# Apart from `photo`, whose rows are rewritten at every edit: 2,000 ids are 70 kB.
order_table = Table(
    "instance_order",
    metadata,
    Column("photo_id", Text, primary_key=True),
    Column("ids", Text, nullable=False),
)

# state: done, undone or dropped (undone, and then something else was done).
edit_table = Table(
    "edit",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("label", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("changes", Text, nullable=False),
    # The history is read from this index alone, past changes of any size.
    Index("edit_line", "state", "seq", "label", "by", "at"),
)

model_table = Table("model", metadata, Column("id", Text, primary_key=True), Column("json", Text, nullable=False))
category_table = Table("category", metadata, Column("id", Text, primary_key=True), Column("json", Text, nullable=False))
mesh_table = Table(
    "mesh", metadata, Column("sha256", Text, primary_key=True), Column("npz", LargeBinary, nullable=False)
)
setting_table = Table("setting", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))
